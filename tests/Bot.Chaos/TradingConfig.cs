namespace Bot.Chaos;

/// <summary>Configurations of the runs here.</summary>
internal static class TradingConfig
{
    /// <summary>Writes one that trades as often as it can: the strategy does not matter here, the number of orders does.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="sections">Further sections, as JSON without the outer braces; none unless given.</param>
    /// <returns>The file.</returns>
    public static string WriteBusy(string folder, string sections = "")
    {
        var file = Path.Combine(folder, "busy.json");
        File.WriteAllText(file, $$"""
            {
              {{(sections.Length > 0 ? $"{sections}," : "")}}
              "trading": { "interval": "1min", "parameters": { "fast": 3, "slow": 7, "trend": 20, "atr": 10 }, "selectionMinutes": 60 },
              "selection": { "minQuoteVolume24h": 0, "minCandles": 30, "minVolatility": 0, "maxCorrelation": 1, "maxSpread": 1 },
              "risk": { "maxDrawdown": 1 },
              "pair": { "stalePriceMs": 120000 }
            }
            """);
        return file;
    }
}
