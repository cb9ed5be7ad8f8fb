using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// Trading rules of a recorded pair. Recordings hold no rules, so they are read off the data: every recorded price lies on the price
/// increment, and sizes are as fine as the volumes are.
/// </summary>
internal static class DerivedRules
{
    private static readonly string[] Dollars = ["USDT", "USDC", "USD", "TUSD", "DAI", "BUSD", "USDD", "EUR"];

    /// <summary>True for quote currencies worth about a dollar: the usual minimums of 0.1 hold for them.</summary>
    public static bool IsDollar(string currency) => Dollars.Contains(currency);

    /// <summary>The rules of a pair.</summary>
    /// <param name="symbol">The pair; recorded pairs were never renamed, so the text names the currencies.</param>
    /// <param name="priceDecimals">Decimals of the price increment.</param>
    /// <param name="volumeDecimals">Decimals that volumes use.</param>
    /// <param name="price">A price of the pair.</param>
    public static SymbolRules Of(Symbol symbol, int priceDecimals, int volumeDecimals, decimal price)
    {
        var parts = symbol.Text.Split('-');
        var dollar = IsDollar(parts[1]);
        var minFunds = dollar ? 0.1m : 0.000001m;

        // A lot must be worth next to nothing, whatever the recording's volumes look like; the exchange knows no more than 8 decimals.
        var decimals = Math.Min(volumeDecimals, 8);
        while (decimals < 8 && Powers.Tenth(decimals) * price > minFunds / 2)
            decimals++;
        var baseIncrement = Powers.Tenth(decimals);
        var baseMinSize = baseIncrement;
        while (baseMinSize * 10 * price <= minFunds)
            baseMinSize *= 10;

        return new SymbolRules
        {
            Symbol = symbol,
            BaseCurrency = parts[0],
            QuoteCurrency = parts[1],
            FeeCurrency = parts[1],
            BaseIncrement = baseIncrement,
            QuoteIncrement = Powers.Tenth(dollar ? 6 : 8),
            PriceIncrement = Powers.Tenth(priceDecimals),
            BaseMinSize = Powers.Normal(baseMinSize),
            BaseMaxSize = 10_000_000_000m,
            QuoteMinSize = minFunds,
            QuoteMaxSize = 99_999_999m,
            MinFunds = minFunds,
            PriceLimitRate = 0.1m,
            EnableTrading = true,
        };
    }
}
