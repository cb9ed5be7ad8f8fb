using Bot.Trading.Market;

namespace Bot.Trading.Orders;

/// <summary>An order as the exchange describes it: evidence, wherever it came from.</summary>
/// <param name="OrderId">The exchange's id.</param>
/// <param name="ClientOrderId">The id that the order was placed with; null for a foreign order without one.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="Price">Limit price; null on market orders.</param>
/// <param name="Size">Ordered base quantity; null for a market order by funds.</param>
/// <param name="DealSize">Filled base quantity so far.</param>
/// <param name="DealFunds">Filled quote value so far.</param>
/// <param name="CancelledSize">Base quantity that was cancelled.</param>
/// <param name="Active">True while the order can still fill.</param>
/// <param name="CreatedAtMs">The exchange's creation time, Unix ms.</param>
public sealed record OrderReport(
    string OrderId,
    string? ClientOrderId,
    Symbol Symbol,
    Side Side,
    OrderType Type,
    decimal? Price,
    decimal? Size,
    decimal DealSize,
    decimal DealFunds,
    decimal CancelledSize,
    bool Active,
    long CreatedAtMs);

/// <summary>A stop that waits, or has triggered, as the exchange describes it.</summary>
/// <param name="StopId">The exchange's id of the stop; not the id of the order that it places.</param>
/// <param name="ClientOrderId">The id that it was placed with; null for a foreign one without.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="StopPrice">Where it triggers, quote per base.</param>
/// <param name="Size">Base quantity; null for one by funds.</param>
/// <param name="IsTriggered">True when its price has come; null in a state that the client does not know.</param>
/// <param name="CreatedAtMs">The exchange's creation time, Unix ms.</param>
/// <param name="TriggeredAtMs">When its price came, Unix ms; null before, and where it is not told.</param>
public sealed record StopReport(
    string StopId, string? ClientOrderId, Symbol Symbol, decimal StopPrice, decimal? Size, bool? IsTriggered, long CreatedAtMs, long? TriggeredAtMs);

/// <summary>What the private stream says happened to a stop.</summary>
public enum StopUpdateKind
{
    /// <summary>It waits.</summary>
    Open,

    /// <summary>Its price came.</summary>
    Triggered,

    /// <summary>It was cancelled before its price came.</summary>
    Cancelled,
}

/// <summary>A message of the private stream about a stop. It names the stop by the exchange's id only.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="StopId">The exchange's id of the stop.</param>
/// <param name="IsPlaced">Of a trigger: whether an order was placed; null when not told.</param>
/// <param name="Error">Why none was; null without a reason.</param>
/// <param name="TimeMs">The exchange's event time, Unix ms.</param>
public sealed record StopUpdate(StopUpdateKind Kind, Symbol Symbol, string StopId, bool? IsPlaced, string? Error, long TimeMs);

/// <summary>One execution as the exchange describes it. Unique by (<see cref="OrderId"/>, <see cref="TradeId"/>): both sides of a self-trade share the trade id.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="OrderId">The exchange's order id.</param>
/// <param name="TradeId">The exchange's trade id, unique within the pair.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Price">Quote per base.</param>
/// <param name="Size">Base quantity.</param>
/// <param name="Fee">Fee paid; null where the source does not tell (the private stream), never a guess. Negative is a rebate.</param>
/// <param name="FeeCurrency">Currency of the fee; null together with <paramref name="Fee"/>.</param>
/// <param name="Maker">True when the order was resting; null where the source does not tell.</param>
/// <param name="TimeMs">The exchange's execution time, Unix ms.</param>
public sealed record FillReport(
    Symbol Symbol,
    string OrderId,
    long TradeId,
    Side Side,
    decimal Price,
    decimal Size,
    decimal? Fee,
    string? FeeCurrency,
    bool? Maker,
    long TimeMs);

/// <summary>What the private stream says happened to an order.</summary>
public enum OrderUpdateKind
{
    /// <summary>The engine has it.</summary>
    Received,

    /// <summary>It rests in the book.</summary>
    Open,

    /// <summary>It traded.</summary>
    Match,

    /// <summary>Its size was reduced.</summary>
    Update,

    /// <summary>It is done, filled.</summary>
    Filled,

    /// <summary>It is done, cancelled with or without a partial fill.</summary>
    Canceled,
}

/// <summary>A message of the private order stream.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="OrderId">The exchange's id.</param>
/// <param name="ClientOrderId">The id that the order was placed with; null for a foreign order without one.</param>
/// <param name="Fill">The execution of a <see cref="OrderUpdateKind.Match"/>, without its fee.</param>
/// <param name="FilledSize">Filled base quantity so far; null where the message does not tell.</param>
/// <param name="TimeMs">The exchange's event time, Unix ms.</param>
public sealed record OrderUpdate(
    OrderUpdateKind Kind, Symbol Symbol, string OrderId, string? ClientOrderId, FillReport? Fill, decimal? FilledSize, long TimeMs);
