using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Trading.Risk.Controls;

/// <summary>An order as the controls see it.</summary>
/// <param name="Side">Buy or sell.</param>
/// <param name="IsMarket">True: without a limit.</param>
/// <param name="Price">Limit, quote per base; for a market order the expected price, 0 when unknown.</param>
/// <param name="Size">Base quantity.</param>
/// <param name="Reduces">True: a sell of what is held. Only C15 and the reserved lane of C10 concern it.</param>
/// <param name="SelfTrade">What the exchange is told to do when it meets an own order.</param>
public readonly record struct ControlOrder(Side Side, bool IsMarket, decimal Price, decimal Size, bool Reduces, SelfTradeRule? SelfTrade)
{
    /// <summary>Value at the limit, quote.</summary>
    public decimal Notional => Price * Size;

    /// <summary>The order of a specification.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="leg">What it is for: everything that is no entry reduces.</param>
    public static ControlOrder Of(OrderSpec spec, IntentLeg leg) => new(
        spec.Side, spec.Type == OrderType.Market, spec.Price ?? 0, spec.Size, leg != IntentLeg.Entry && spec.Side == Side.Sell, spec.SelfTrade);
}

/// <summary>
/// What is known when an order is checked; kept with the intent, so that the check can be computed again (RELIABILITY.md I21). The pair
/// and the gateway know different things: null is not known here, and the control that needs it is the other's.
/// </summary>
public readonly record struct PreTradeFacts
{
    /// <summary>The exchange's clock, Unix ms.</summary>
    public long NowMs { get; init; }

    /// <summary>C1: the strictest word of the kill switch.</summary>
    public TradingMode Mode { get; init; }

    /// <summary>C1: who says so and why.</summary>
    public string? ModeReason { get; init; }

    /// <summary>Equity, quote.</summary>
    public decimal? Equity { get; init; }

    /// <summary>C16: quote that is neither spent nor reserved for others.</summary>
    public decimal? Available { get; init; }

    /// <summary>C5: value of all positions and reservations without this order, quote.</summary>
    public decimal? Exposure { get; init; }

    /// <summary>C5: value of what the pair holds already, quote.</summary>
    public decimal? Held { get; init; }

    /// <summary>C4: best bid.</summary>
    public decimal? Bid { get; init; }

    /// <summary>C4: best ask.</summary>
    public decimal? Ask { get; init; }

    /// <summary>C4: mean price of the last minute.</summary>
    public decimal? Mean { get; init; }

    /// <summary>C3: base quantity that rests on the other side within the configured distance.</summary>
    public decimal? Depth { get; init; }

    /// <summary>C12: age of the book, ms.</summary>
    public long? BookAgeMs { get; init; }

    /// <summary>C12: how long the price stream has been silent, ms.</summary>
    public long? StreamSilentMs { get; init; }

    /// <summary>C12: age of the newest closed candle, in intervals.</summary>
    public decimal? CandleIntervals { get; init; }

    /// <summary>C12: error bound of the exchange's clock, ms.</summary>
    public long? ClockErrorMs { get; init; }

    /// <summary>C13: until when the feed is not believed, Unix ms of <see cref="MarketMs"/>'s clock.</summary>
    public long FeedBlockedUntilMs { get; init; }

    /// <summary>C13: market time of the decision, Unix ms.</summary>
    public long MarketMs { get; init; }

    /// <summary>C14: false while the exchange as a whole takes no orders.</summary>
    public bool? ExchangeOpen { get; init; }

    /// <summary>C15: age of the exchange's rules, ms.</summary>
    public long? RulesAgeMs { get; init; }

    /// <summary>C6: unsettled entries of the pair.</summary>
    public int? EntriesOfPair { get; init; }

    /// <summary>C6: unsettled entries of all pairs.</summary>
    public int? Entries { get; init; }

    /// <summary>C9: age of the youngest entry of the same pair, side and size, ms.</summary>
    public long? TwinAgeMs { get; init; }

    /// <summary>C9: an entry of the pair is in doubt.</summary>
    public bool InDoubt { get; init; }

    /// <summary>C10: entries in the last second, this one not counted.</summary>
    public int? EntriesInSecond { get; init; }

    /// <summary>C10: entries in the last minute, this one not counted.</summary>
    public int? EntriesInMinute { get; init; }

    /// <summary>C17: an order of the other side is working on the pair.</summary>
    public bool OppositeWorks { get; init; }

    /// <summary>C18: the stop that the entry will have.</summary>
    public decimal? StopPrice { get; init; }

    /// <summary>Taker fee, fraction.</summary>
    public decimal TakerFee { get; init; }

    /// <summary>C7, C8, C11, C20, C21, C22, C26, C27: the breaker that is open; null when none is.</summary>
    public Control? Breaker { get; init; }

    /// <summary>Why it is open, in <c>CATEGORY control=Cn key=value</c> form.</summary>
    public string? BreakerReason { get; init; }
}
