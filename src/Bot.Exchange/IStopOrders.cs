using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange;

/// <summary>
/// Stop orders that the exchange holds. A capability: the exchange marks parts of it as deprecated, so it must be asked for and may be
/// missing. Nothing is frozen before the trigger, and at the trigger the order can fail.
/// </summary>
public interface IStopOrders
{
    /// <summary>Fixes body, time and window of a placement. Pure, as <see cref="IOrderEntry.Pin"/>.</summary>
    /// <exception cref="ArgumentException">The specification is one that no exchange could take.</exception>
    PinnedStopOrder PinStop(StopOrderSpec spec, long signTimeMs);

    /// <summary>Sends a pinned placement once. Success means that it waits for its trigger.</summary>
    Task<Answer<PlacedOrder>> PlaceStopOrderAsync(
        PinnedStopOrder order, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default);

    /// <summary>Cancels by the exchange's id; <see cref="FailureKind.NotFound"/> when the exchange cancelled none.</summary>
    Task<Answer<string>> CancelStopOrderAsync(
        Symbol symbol, string orderId, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default);

    /// <summary>Cancels by the client order id. The answer is the exchange's id of the cancelled order.</summary>
    Task<Answer<string>> CancelStopOrderByClientIdAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default);

    /// <summary>One order by the exchange's id.</summary>
    Task<Answer<StopOrderReport>> GetStopOrderAsync(
        string orderId, RequestLane lane = RequestLane.Query, CancellationToken cancel = default);

    /// <summary>One order by the client order id; <see cref="FailureKind.NotFound"/> when the exchange knows none.</summary>
    Task<Answer<StopOrderReport>> GetStopOrderByClientIdAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Query, CancellationToken cancel = default);

    /// <summary>Every stop order of the pair that waits for its trigger, all pages.</summary>
    Task<Answer<IReadOnlyList<StopOrderReport>>> GetStopOrdersAsync(
        Symbol symbol, RequestLane lane = RequestLane.Query, CancellationToken cancel = default);
}

/// <summary>On which side of its price a stop triggers.</summary>
public enum StopDirection
{
    /// <summary>When the last price is at the stop price or below.</summary>
    Loss,

    /// <summary>When the last price is at the stop price or above.</summary>
    Entry,
}

/// <summary>A stop order that is asked for.</summary>
/// <param name="Order">The order that is placed at the trigger.</param>
/// <param name="Direction">When it triggers.</param>
/// <param name="StopPrice">Where it triggers, quote per base.</param>
public sealed record StopOrderSpec(OrderSpec Order, StopDirection Direction, decimal StopPrice);

/// <summary>A placement of a stop order whose bytes and time are fixed.</summary>
/// <param name="Spec">What is ordered.</param>
/// <param name="SignTimeMs">Signing time, Unix ms on the exchange's clock.</param>
/// <param name="ValidUntilMs">After this the exchange refuses it at its door, Unix ms on the exchange's clock.</param>
/// <param name="Body">The exact body.</param>
public sealed record PinnedStopOrder(StopOrderSpec Spec, long SignTimeMs, long ValidUntilMs, string Body);

/// <summary>A stop order as the exchange shows it.</summary>
/// <param name="OrderId">The exchange's id; not of the form of other orders' ids.</param>
/// <param name="ClientOrderId">The client's id; null when it has none.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Type">Limit or market.</param>
/// <param name="Price">Limit price; null on market orders.</param>
/// <param name="Size">Base currency; null for an order by funds.</param>
/// <param name="Direction">When it triggers; null for a kind that this client does not place.</param>
/// <param name="StopPrice">Where it triggers.</param>
/// <param name="IsTriggered">True when it has; null for a state that this client does not know.</param>
/// <param name="CreatedAtMs">Unix ms.</param>
/// <param name="TriggeredAtMs">Unix ms; null before the trigger.</param>
public sealed record StopOrderReport(
    string OrderId, string? ClientOrderId, Symbol Symbol, Side Side, OrderType Type, decimal? Price, decimal? Size,
    StopDirection? Direction, decimal StopPrice, bool? IsTriggered, long CreatedAtMs, long? TriggeredAtMs);

/// <summary>What happened to a stop order.</summary>
public enum StopOrderUpdateKind
{
    /// <summary>It waits for its trigger.</summary>
    Open,

    /// <summary>Its price came; whether its order was placed is told beside it.</summary>
    Triggered,

    /// <summary>It was cancelled before its price came.</summary>
    Cancelled,
}

/// <summary>An event of a stop order. It carries no client order id: who needs that asks by the exchange's id.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="OrderId">The exchange's id of the stop order, which is not the id of the order that it places.</param>
/// <param name="Side">Buy or sell.</param>
/// <param name="Price">Limit price; null on market orders.</param>
/// <param name="Size">Base currency; null for an order by funds.</param>
/// <param name="Direction">When it triggers; null for a kind that this client does not place.</param>
/// <param name="StopPrice">Where it triggers, quote per base.</param>
/// <param name="IsPlaced">Of a trigger: whether its order was placed; null when not told.</param>
/// <param name="Error">Why it was not; null without a reason.</param>
/// <param name="TimeMs">The exchange's event time, Unix ms.</param>
public sealed record StopOrderUpdate(
    StopOrderUpdateKind Kind, Symbol Symbol, string OrderId, Side Side, decimal? Price, decimal? Size, StopDirection? Direction,
    decimal StopPrice, bool? IsPlaced, string? Error, long TimeMs);
