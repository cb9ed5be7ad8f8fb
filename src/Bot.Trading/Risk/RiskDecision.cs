namespace Bot.Trading.Risk;

/// <summary>What the risk rules said about an entry and from which numbers, kept with the intent so that it can be recomputed.</summary>
/// <param name="Equity">Equity at the decision, quote.</param>
/// <param name="Available">Quote neither spent nor reserved.</param>
/// <param name="RiskQuote">What may be lost between entry and stop, quote.</param>
/// <param name="EntryPrice">Highest price that the order may pay.</param>
/// <param name="StopPrice">Where it would be sold at a loss.</param>
/// <param name="SizeByRisk">Base quantity at which the loss to the stop, fees included, equals the risk.</param>
/// <param name="SizeByPosition">Base quantity that the limit on one position allows.</param>
/// <param name="SizeByExposure">Base quantity that the limit on all positions allows.</param>
/// <param name="SizeByFunds">Base quantity that the available funds allow.</param>
/// <param name="Size">The smallest of them, on the increment.</param>
/// <param name="Refusal">Why nothing is allowed, in <c>CATEGORY key=value</c> form; null when the size stands.</param>
public sealed record RiskDecision(
    decimal Equity,
    decimal Available,
    decimal RiskQuote,
    decimal EntryPrice,
    decimal StopPrice,
    decimal SizeByRisk,
    decimal SizeByPosition,
    decimal SizeByExposure,
    decimal SizeByFunds,
    decimal Size,
    string? Refusal)
{
    /// <summary>Base quantity that the limit on one order allows (C2), smaller while the configuration is new (C24); null: not limited.</summary>
    public decimal? SizeByOrder { get; init; }

    /// <summary>Value of all positions and reservations before this one, quote; null in decisions of earlier releases.</summary>
    public decimal? Exposure { get; init; }
}
