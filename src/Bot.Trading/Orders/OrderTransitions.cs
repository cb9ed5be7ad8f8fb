namespace Bot.Trading.Orders;

/// <summary>
/// Every legal step of an order's life, in one place. What is not here is an error. The odd rows are real: a fill can come before the
/// acceptance, after the cancel's answer, and after the order was closed.
/// </summary>
public static class OrderTransitions
{
    /// <summary>The status after an event.</summary>
    /// <exception cref="InvalidOperationException">The event is not legal in this status.</exception>
    public static OrderStatus Next(OrderStatus status, OrderEvent e) => (status, e) switch
    {
        (OrderStatus.None, OrderPrepared) => OrderStatus.Prepared,

        // Ownership changes hands in any status; it is bookkeeping of incarnations.
        (not OrderStatus.None, OrderOwned) => status,

        (OrderStatus.Prepared, SubmitAuthorised) => OrderStatus.Authorised,
        (OrderStatus.Prepared, OrderAbandoned) => OrderStatus.Abandoned,

        (OrderStatus.Authorised, SubmitInDoubt) => OrderStatus.InDoubt,
        (OrderStatus.Authorised, OrderAcknowledged) => OrderStatus.Live,
        (OrderStatus.Authorised, OrderRefused) => OrderStatus.Refused,
        (OrderStatus.Authorised or OrderStatus.InDoubt, OrderFound) => OrderStatus.Live,

        // A ghost: what counted as never placed is at the exchange after all, or was taken over from there without a licence of this journal.
        // And what waits for a person may become known by its id.
        (OrderStatus.Prepared or OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned, OrderFound) => OrderStatus.Live,
        (OrderStatus.Quarantined, OrderFound) => status,

        (OrderStatus.InDoubt, OrderAbsent) => OrderStatus.Absent,
        (OrderStatus.InDoubt or OrderStatus.Live or OrderStatus.Ended, OrderQuarantined) => OrderStatus.Quarantined,

        (OrderStatus.Live or OrderStatus.Ended, OrderEnded) => OrderStatus.Ended,
        (OrderStatus.Ended, OrderClosed) => OrderStatus.Closed,

        (OrderStatus.Authorised or OrderStatus.InDoubt or OrderStatus.Live, CancelAuthorised) => status,

        // The order that a stop placed may be the first that is seen of it.
        (OrderStatus.Authorised or OrderStatus.InDoubt or OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned, StopTriggered { ChildOrderId: not null }) =>
            OrderStatus.Live,

        // Once for the trigger, once more for the order that it placed; a stop that was taken for gone may still turn out to have sold.
        (OrderStatus.Live or OrderStatus.Closed or OrderStatus.Quarantined, StopTriggered) => status,

        // A fill is money in whatever status it comes, as long as the exchange has the order.
        (OrderStatus.Live or OrderStatus.Ended, FillRecorded { IsLate: false }) => status,
        (OrderStatus.Closed or OrderStatus.Quarantined, FillRecorded { IsLate: true }) => status,
        (OrderStatus.Live or OrderStatus.Ended or OrderStatus.Closed or OrderStatus.Quarantined, FeeRecorded) => status,

        _ => throw new InvalidOperationException($"{e.GetType().Name} is not a legal event of an order that is {status}."),
    };
}
