using Bot.Trading.Machines;

namespace Bot.Trading.Orders;

/// <content>Orders that the reconciliation found at the exchange: settled here, or in no journal (RELIABILITY.md R10).</content>
public static partial class OrderDecider
{
    /// <summary>True where the journal says that the exchange never had the order.</summary>
    private static bool CanBeTakenOver(OrderStatus status) =>
        status is OrderStatus.Prepared or OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned;

    private static void OnAdopted(OrderState s, OrderMemory m, OrderInput.Adopted a, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (s.Status)
        {
            case OrderStatus.None:
                // No licence is written: this journal has none, and nothing is sent for it.
                sink.Persist(new OrderPrepared(c.NowMs, a.Spec, a.Leg, a.CorrelationId, 0));
                sink.Persist(new OrderOwned(c.NowMs, 1, c.Node, c.Replayed, c.StateHash));
                break;
            case var status when CanBeTakenOver(status):
                break;
            default:
                OnWoken(s, m, c, sink);
                return;
        }
        var isStop = a.Spec.StopPrice is not null;
        sink.Persist(new OrderFound(c.NowMs, a.OrderId, isStop ? EvidenceSource.StopList : EvidenceSource.ActiveList));
        if (a.Cancel)
        {
            sink.Persist(new CancelAuthorised(c.NowMs, a.Why));
            sink.Do(isStop ? new OrderEffect.CancelStop() : new OrderEffect.Cancel());
        }
        sink.Do(new OrderEffect.Look(isStop ? EvidenceSource.StopByClientOrderId : EvidenceSource.ClientOrderId));
        m.Absence.Clear();
        m.PauseMs = 0;
        WakeLater(m, c, sink);
    }
}
