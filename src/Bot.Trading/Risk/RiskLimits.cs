using Bot.Trading.Market;

namespace Bot.Trading.Risk;

/// <summary>Limits of the account, as fractions of equity unless the name says otherwise.</summary>
public sealed record RiskLimits
{
    /// <summary>Equity that one entry may lose between its price and its stop.</summary>
    public decimal RiskPerTrade { get; init; } = 0.005m;

    /// <summary>Value of one position (C5).</summary>
    public decimal MaxPosition { get; init; } = 0.05m;

    /// <summary>Value of all positions and reservations together (C5).</summary>
    public decimal MaxExposure { get; init; } = 0.50m;

    /// <summary>Entries and positions at one time, a count (C6).</summary>
    public int MaxOpenPositions { get; init; } = 10;

    /// <summary>Loss from the highest equity at which entries stop until a person resumes (C7).</summary>
    public decimal MaxDrawdown { get; init; } = 0.10m;

    /// <summary>Reserve beyond cost and fee for each order (C16).</summary>
    public decimal FundsMargin { get; init; } = 0.002m;
}

/// <summary>Position sizing by fixed fraction of equity to the stop distance. Pure arithmetic; the caller keeps the books.</summary>
public static class Sizing
{
    /// <summary>The largest size that every limit allows.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="equity">Equity, quote.</param>
    /// <param name="available">Quote neither spent nor reserved.</param>
    /// <param name="exposure">Value of all positions and reservations, quote.</param>
    /// <param name="entryPrice">Highest price that the order may pay, quote per base.</param>
    /// <param name="stopPrice">The stop, quote per base.</param>
    /// <param name="takerFee">Fee rate, fraction.</param>
    /// <param name="rules">The pair's rules.</param>
    /// <param name="maxOrderQuote">Value of one order, quote (C2); null: not limited.</param>
    /// <param name="factor">What the size is multiplied by (C24).</param>
    public static RiskDecision Size(
        RiskLimits limits,
        decimal equity,
        decimal available,
        decimal exposure,
        decimal entryPrice,
        decimal stopPrice,
        decimal takerFee,
        SymbolRules rules,
        decimal? maxOrderQuote = null,
        decimal factor = 1)
    {
        var risk = equity * limits.RiskPerTrade;
        var lossPerUnit = entryPrice - stopPrice + takerFee * (entryPrice + stopPrice);
        if (equity <= 0 || entryPrice <= 0 || stopPrice <= 0 || stopPrice >= entryPrice || lossPerUnit <= 0)
            return new(equity, available, risk, entryPrice, stopPrice, 0, 0, 0, 0, 0, $"STOP_NOT_BELOW_ENTRY entry={entryPrice} stop={stopPrice} equity={equity}");

        var byRisk = risk / lossPerUnit;
        var byPosition = equity * limits.MaxPosition / entryPrice;
        var byExposure = Math.Max(0, equity * limits.MaxExposure - exposure) / entryPrice;
        var byFunds = Math.Max(0, available) / (entryPrice * (1 + takerFee + limits.FundsMargin));
        var smallest = Math.Min(Math.Min(byRisk, byPosition), Math.Min(byExposure, Math.Min(byFunds, rules.BaseMaxSize)));
        decimal? byOrder = maxOrderQuote is { } most ? most * factor / entryPrice : null;
        smallest = Math.Min(smallest * factor, byOrder ?? decimal.MaxValue);
        var size = rules.FloorSize(smallest);
        var minimum = rules.SmallestSize(entryPrice);

        // The stop must be sellable too: what is bought has to be worth the minimum at the stop's price (C18).
        var minimumAtStop = rules.SmallestSize(stopPrice);
        var refusal = size < Math.Max(minimum, minimumAtStop)
            ? $"SIZE_BELOW_MINIMUM size={size} minimum={Math.Max(minimum, minimumAtStop)}"
            : null;
        return new(equity, available, risk, entryPrice, stopPrice, byRisk, byPosition, byExposure, byFunds, refusal is null ? size : 0, refusal)
        {
            SizeByOrder = byOrder,
            Exposure = exposure,
        };
    }
}
