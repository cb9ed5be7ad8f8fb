namespace Bot.Chaos;

/// <summary>Configurations of the runs here.</summary>
internal static class TradingConfig
{
    /// <summary>A trade of a pair now and then.</summary>
    public const string Busy = "\"fast\": 3, \"slow\": 7, \"trend\": 20, \"atr\": 10";

    /// <summary>A trade of a pair every few candles.</summary>
    public const string Hot = "\"fast\": 2, \"slow\": 3, \"trend\": 3, \"atr\": 2, \"stop\": 1, \"target\": 1, \"trail\": 1";

    /// <summary>No loss ends the trading.</summary>
    public const string AnyLoss = "\"maxDrawdown\": 1";

    /// <summary>Writes one that trades as often as it can: the strategy does not matter here, the number of orders does.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="sections">Further sections, as JSON without the outer braces; none unless given.</param>
    /// <param name="parameters">The strategy's parameters.</param>
    /// <param name="risk">The section risk.</param>
    /// <param name="selection">Settings of the section selection, with a comma at its end.</param>
    /// <returns>The file.</returns>
    public static string WriteBusy(string folder, string sections = "", string parameters = Busy, string risk = AnyLoss, string selection = "")
    {
        var file = Path.Combine(folder, "busy.json");
        File.WriteAllText(file, $$"""
            {
              {{(sections.Length > 0 ? $"{sections}," : "")}}
              "trading": { "interval": "1min", "parameters": { {{parameters}} }, "selectionMinutes": 60 },
              "selection": { {{selection}}"minQuoteVolume24h": 0, "minCandles": 30, "minVolatility": 0, "maxCorrelation": 1, "maxSpread": 1 },
              "risk": { {{risk}} },
              "pair": { "stalePriceMs": 120000 },
              "controls": {
                "maxOrderEquity": 1, "maxOrderQuote": 1000000000, "maxBookShare": 10, "collarMid": 0.2, "collarMean": 0.5, "maxDailyLoss": 1,
                "lossesInARow": 50, "lossPauseHours": 0, "duplicateMs": 0, "maxEntries": 1000, "entriesPerSecond": 100, "entriesPerMinute": 1000, "roundTrips": 50,
                "roundTripWindowMs": 0, "maxJump": 10, "maxSpread": 2, "feedPauseMs": 0, "maxEntryRisk": 1, "maxRejects": 1000, "maxDoubts": 1000,
                "maxSlippage": 1, "maxErrorRate": 1, "maxClockErrorMs": 5000, "maxStreamSilenceMs": 600000,
                "maxStreamDownMs": 3600000, "maxBookAgeMs": 60000, "maxCandleIntervals": 100, "canaryHours": 0
              }
            }
            """);
        return file;
    }
}
