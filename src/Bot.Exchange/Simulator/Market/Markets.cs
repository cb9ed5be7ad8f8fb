using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>The exchange's markets: groups of pairs by their quote currency.</summary>
internal static class Markets
{
    /// <summary>Every market there is.</summary>
    public static readonly IReadOnlyList<string> All = ["USDS", "BTC", "KCS", "ALTS"];

    /// <summary>The market of a pair.</summary>
    public static string Of(SymbolRules rules) => rules.QuoteCurrency switch
    {
        "BTC" or "KCS" => rules.QuoteCurrency,
        var quote when DerivedRules.IsDollar(quote) => "USDS",
        _ => "ALTS",
    };
}
