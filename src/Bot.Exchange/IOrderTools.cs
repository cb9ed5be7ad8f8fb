using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange;

/// <summary>
/// What can be done with orders beyond placing and cancelling single ones. Everything that changes the account is written to the socket at
/// most once.
/// </summary>
public interface IOrderTools
{
    /// <summary>
    /// Lets the exchange check a placement; it never enters the book and cannot be asked for afterwards. Success is its client order id.
    /// </summary>
    Task<Answer<string>> TestOrderAsync(PinnedOrder order, CancellationToken cancel);

    /// <summary>
    /// Sends a placement once and waits until the exchange has matched it. The answer says how far the order was then: an accepted
    /// <see cref="IOrderEntry.PlaceOrderAsync"/> with the figures of the first moment, not the last word on the order.
    /// </summary>
    Task<Answer<MatchedOrder>> PlaceOrderSyncAsync(
        PinnedOrder order, RequestLane lane = RequestLane.Entry, CancellationToken cancel = default);

    /// <summary>Asks for a cancel once and waits until it has taken effect. The answer says how far the order was then.</summary>
    Task<Answer<MatchedOrder>> CancelOrderSyncAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default);

    /// <summary>Fixes body, time and window of a batch. Pure, as <see cref="IOrderEntry.Pin"/>.</summary>
    /// <exception cref="ArgumentException">Not 1 to 5 limit orders of one pair with different client order ids.</exception>
    PinnedBatch PinBatch(IReadOnlyList<OrderSpec> specs, long signTimeMs);

    /// <summary>
    /// Sends a batch once. The answer has a row for each order, in their order, and is a success even when every row failed.
    /// </summary>
    Task<Answer<IReadOnlyList<BatchRow>>> PlaceOrdersAsync(
        PinnedBatch batch, RequestLane lane = RequestLane.Entry, CancellationToken cancel = default);

    /// <summary>
    /// Changes price, size or both of an active order. The exchange cancels it and places a new one with the same client order id, which
    /// loses its place in the queue. The answer is the new order's id; null when the new size was filled already, and the order only
    /// cancelled.
    /// </summary>
    /// <exception cref="ArgumentException">Neither is given, or one is not above zero.</exception>
    Task<Answer<AlteredOrder>> AlterOrderAsync(
        Symbol symbol, string clientOrderId, decimal? newPrice, decimal? newSize, CancellationToken cancel);

    /// <summary>
    /// Asks to cancel a part, base currency, of an active order, which keeps its place in the queue. The answer is the part that was taken.
    /// </summary>
    Task<Answer<decimal>> CancelPartAsync(
        Symbol symbol, string orderId, decimal size, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default);

    /// <summary>
    /// Lets the exchange cancel all orders of the pairs unless it hears of this again in time; each call replaces the one before.
    /// </summary>
    /// <param name="timeout">Whole seconds, 5 s to one day; null switches it off.</param>
    /// <param name="symbols">At most 50 pairs; none for all.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    Task<Answer<DeadManSwitchStatus>> SetDeadManSwitchAsync(TimeSpan? timeout, IReadOnlyList<Symbol> symbols, CancellationToken cancel);

    /// <summary>What is set; <see cref="FailureKind.NotFound"/> when nothing is.</summary>
    Task<Answer<DeadManSwitchStatus>> GetDeadManSwitchAsync(CancellationToken cancel);
}

/// <summary>How far an order was when the exchange had matched it, or had cancelled it.</summary>
/// <param name="OrderId">The exchange's id; null where the answer names the order by its client order id.</param>
/// <param name="DealSize">Filled base quantity; null when not told.</param>
/// <param name="RemainSize">Base quantity that could still fill; null when not told.</param>
/// <param name="CancelledSize">Cancelled base quantity; null when not told.</param>
/// <param name="IsActive">Whether it could still fill.</param>
/// <param name="MatchedAtMs">When it was matched, Unix ms; null when not told.</param>
public sealed record MatchedOrder(
    string? OrderId, decimal? DealSize, decimal? RemainSize, decimal? CancelledSize, bool IsActive, long? MatchedAtMs);

/// <summary>A batch whose bytes and time are fixed.</summary>
/// <param name="Specs">What is ordered.</param>
/// <param name="SignTimeMs">Signing time, Unix ms on the exchange's clock.</param>
/// <param name="ValidUntilMs">After this the exchange refuses it at its door, Unix ms on the exchange's clock.</param>
/// <param name="Body">The exact body.</param>
public sealed record PinnedBatch(IReadOnlyList<OrderSpec> Specs, long SignTimeMs, long ValidUntilMs, string Body);

/// <summary>What became of one order of a batch: accepted or failed.</summary>
/// <param name="ClientOrderId">Which one.</param>
/// <param name="Placed">The acceptance; null when it failed.</param>
/// <param name="Failure">Why it failed and what may be concluded; null when it was accepted.</param>
public sealed record BatchRow(string ClientOrderId, PlacedOrder? Placed, ExchangeFailure? Failure);

/// <summary>The answer to a change.</summary>
/// <param name="NewOrderId">The exchange's id of the order that took the place; null when there is none.</param>
public sealed record AlteredOrder(string? NewOrderId);

/// <summary>The exchange's dead man's switch.</summary>
/// <param name="TimeoutSeconds">Its time, s; null when the answer does not tell.</param>
/// <param name="Symbols">The pairs; none for all.</param>
/// <param name="CurrentTimeMs">The exchange's time, Unix ms (whole seconds).</param>
/// <param name="TriggerTimeMs">When it cancels, Unix ms (whole seconds); null when it is off.</param>
public sealed record DeadManSwitchStatus(int? TimeoutSeconds, IReadOnlyList<Symbol> Symbols, long CurrentTimeMs, long? TriggerTimeMs);
