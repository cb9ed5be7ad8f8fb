using Bot.Trading.Machines;

namespace Bot.Trading.Orders;

/// <content>After the end: an execution may still be told of, for as long as the exchange keeps evidence (RELIABILITY.md R9).</content>
public static partial class OrderDecider
{
    private const long RetryWatchMs = 60_000;
    private const long FirstWatchMs = 10_000;
    private const long SecondWatchMs = 60_000;
    private const long ThirdWatchMs = 600_000;

    /// <summary>Asks for executions of an ended order, and says when to ask again: after 10 s, 1 min, 10 min, then hourly.</summary>
    private static void Watch(OrderState s, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (s.Status is not (OrderStatus.Closed or OrderStatus.Quarantined))
            return;
        sink.Do(new OrderEffect.Look(s.TradingOrderId is null ? EvidenceSource.ClientOrderId : EvidenceSource.Fills));
        var since = c.NowMs - s.EndedAtMs;
        var next = since < FirstWatchMs ? FirstWatchMs - Math.Max(0, since)
            : since < SecondWatchMs ? SecondWatchMs - since
            : since < ThirdWatchMs ? ThirdWatchMs - since
            : since < c.Policy.WatchMs ? Math.Min(c.Policy.LaterWatchMs, c.Policy.WatchMs - since + 1)
            : c.Policy.LaterWatchMs;
        sink.Do(new OrderEffect.Wake(next));
    }

    /// <summary>The watch is over with an answer that was asked for after its end.</summary>
    private static void OnWatchAnswered(OrderState s, OrderMemory m, long issuedAtMs, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (m.IsWatchTold || issuedAtMs - s.EndedAtMs <= c.Policy.WatchMs)
            return;
        m.IsWatchTold = true;
        sink.Do(new OrderEffect.TellWatched());
    }
}
