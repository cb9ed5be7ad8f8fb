using Bot.Exchange.Simulator.Matching;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Orders;

/// <summary>What is to be altered of an order, as the client sent it.</summary>
/// <param name="Symbol">The pair's name, perhaps of no pair.</param>
/// <param name="OrderId">The exchange's id of the order; null when it is named by the next one.</param>
/// <param name="ClientOid">The client order id.</param>
/// <param name="Price">The new limit price, quote per base; null for the old one.</param>
/// <param name="Size">The new base quantity, what has filled included; null for the old one.</param>
internal sealed record OrderChange(string Symbol, string? OrderId, string? ClientOid, decimal? Price, decimal? Size);

/// <summary>A placement as the client sent it, read but not yet judged.</summary>
internal sealed record OrderRequest
{
    /// <summary>The client order id; null when none was sent.</summary>
    public string? ClientOid { get; init; }

    /// <summary>The pair's name, perhaps of no pair.</summary>
    public required string Symbol { get; init; }

    /// <summary>Buy or sell.</summary>
    public required Side Side { get; init; }

    /// <summary>Limit or market.</summary>
    public required OrderType Type { get; init; }

    /// <summary>Limit price, quote per base.</summary>
    public decimal? Price { get; init; }

    /// <summary>Base quantity.</summary>
    public decimal? Size { get; init; }

    /// <summary>Quote value of a market order.</summary>
    public decimal? Funds { get; init; }

    /// <summary>How long a limit order lives.</summary>
    public TimeInForce TimeInForce { get; init; }

    /// <summary>Life of a GTT order in seconds; -1 for none.</summary>
    public int CancelAfter { get; init; } = -1;

    /// <summary>Refuse to take liquidity.</summary>
    public bool PostOnly { get; init; }

    /// <summary>What happens when it meets an order of the same account.</summary>
    public SelfTradePrevention SelfTrade { get; init; }

    /// <summary>Not shown in the book.</summary>
    public bool Hidden { get; init; }

    /// <summary>Shown in the book in parts.</summary>
    public bool Iceberg { get; init; }

    /// <summary>The part of an iceberg that is shown.</summary>
    public decimal? VisibleSize { get; init; }

    /// <summary>Free text, null when none was sent.</summary>
    public string? Remark { get; init; }

    /// <summary>Free text, null when none was sent.</summary>
    public string? Tags { get; init; }

    /// <summary>When the client made the request, Unix ms; null when not told.</summary>
    public long? ClientTimestamp { get; init; }

    /// <summary>How long after <see cref="ClientTimestamp"/> the gateway may still take it, ms; null when not told.</summary>
    public long? AllowMaxTimeWindow { get; init; }
}
