using Bot.Trading.Market;

namespace Bot.Trading.Orders;

/// <summary>How an order is priced.</summary>
public enum OrderType
{
    /// <summary>At a price or better.</summary>
    Limit,

    /// <summary>At what the book offers, within the exchange's price protection.</summary>
    Market,
}

/// <summary>How long a limit order lives.</summary>
public enum TimeInForce
{
    /// <summary>Until cancelled.</summary>
    Gtc,

    /// <summary>Until a time: <see cref="OrderSpec.CancelAfterSeconds"/>.</summary>
    Gtt,

    /// <summary>What fills at once fills, the rest is cancelled.</summary>
    Ioc,

    /// <summary>All at once or nothing.</summary>
    Fok,
}

/// <summary>What is asked of the exchange: everything that goes into the request's body except the time.</summary>
public sealed record OrderSpec
{
    /// <summary>The client order id's text, see <see cref="Orders.ClientOrderId"/>.</summary>
    public required string ClientOrderId { get; init; }

    /// <summary>The pair.</summary>
    public required Symbol Symbol { get; init; }

    /// <summary>Buy or sell.</summary>
    public required Side Side { get; init; }

    /// <summary>Limit or market.</summary>
    public required OrderType Type { get; init; }

    /// <summary>How long a limit order lives; without effect on market orders.</summary>
    public TimeInForce TimeInForce { get; init; }

    /// <summary>Limit price, quote per base; null on market orders.</summary>
    public decimal? Price { get; init; }

    /// <summary>Size, base currency.</summary>
    public required decimal Size { get; init; }

    /// <summary>Refuse to take liquidity.</summary>
    public bool PostOnly { get; init; }

    /// <summary>Life of a GTT order in seconds.</summary>
    public int? CancelAfterSeconds { get; init; }

    /// <summary>
    /// Quote per base: the exchange holds the order back until the last trade is at this price or below, and freezes nothing before; null
    /// on orders that go to the market at once.
    /// </summary>
    public decimal? StopPrice { get; init; }

    /// <summary>What the exchange does when it meets an order of our own; null leaves it to the exchange (nothing).</summary>
    public SelfTradeRule? SelfTrade { get; init; }
}
