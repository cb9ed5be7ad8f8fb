using Bot.Trading.Machines;
using Bot.Trading.Market;

namespace Bot.Trading.Orders;

/// <content>
/// An order that the exchange holds back until its price comes. Cancelled, or refused for lack of funds at its price, it simply is not
/// there any more: its end is proven like an absence, with fresh answers of all sources. (RELIABILITY.md R7, R13, finding 8.)
/// </content>
public static partial class OrderDecider
{
    /// <summary>How far the exchange's creation time of a child may lie before what we know of the trigger, ms.</summary>
    private const long ChildClockMs = 1_000;

    /// <summary>So long a stop whose cancel was licensed leaves a sale without a name to others.</summary>
    private const long ClaimPatienceMs = 15_000;

    private static void OnStopLooked(OrderState s, OrderMemory m, OrderInput.StopLooked looked, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (looked.Report is not { } stop)
        {
            OnNotThere(s, m, looked.Source, looked.IssuedAtMs, c, sink);
            return;
        }
        switch (s.Status)
        {
            case OrderStatus.Authorised or OrderStatus.InDoubt:
                sink.Persist(new OrderFound(c.NowMs, stop.StopId, looked.Source));
                m.Absence.Clear();
                m.PauseMs = 0;
                if (s.CancelRequested)
                    SendCancel(s, sink);
                WakeLater(m, c, sink);
                break;
            case OrderStatus.Live:
                break;
            case OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned:
                Revive(s, m, stop.StopId, looked.Source, c, sink);
                break;
            default:
                return;
        }
        if (stop.IsTriggered == true)
        {
            Triggered(s, m, stop.TriggeredAtMs ?? 0, null, c, sink);
        }
        else if (stop.IsTriggered == false && !s.IsTriggered && looked.IssuedAtMs > LastMiss(m))
        {
            // What did not show it was older than this answer.
            m.GoneSinceMs = 0;
            m.Absence.Clear();
            m.IsMissTold = false;
            if (!m.IsLiveTold)
                sink.Do(new OrderEffect.TellLive());
            m.IsLiveTold = true;
        }
    }

    private static void OnStopStreamed(OrderState s, OrderMemory m, StopUpdate u, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (s.Status != OrderStatus.Live || s.IsTriggered)
            return;
        if (u.Kind == StopUpdateKind.Triggered)
        {
            // Refused its funds, mostly, because an exit of the pair was faster. The pair knows whether that matters.
            if (u.IsPlaced == false)
                m.TriggerError = u.Error ?? "no reason was told";
            Triggered(s, m, u.TimeMs, null, c, sink);
            PollStop(s, m, c, sink);
        }
        else
        {
            sink.Do(new OrderEffect.Look(EvidenceSource.StopByClientOrderId));
        }
    }

    /// <summary>What the order sources say: about the child, never about the stop that waits.</summary>
    private static void OnChildLooked(OrderState s, OrderMemory m, OrderInput.Looked looked, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        var child = looked.Report is { } named && named.OrderId != s.OrderId ? named : null;
        var isAmbiguous = false;
        if (child is null && looked.Unnamed.Count > 0)
            child = Unnamed(s, m, looked.Unnamed, c, out isAmbiguous);
        if (child is not null)
        {
            if (!IsChild(s, m, child.OrderId, c, sink))
                return;
            if (s.Status is OrderStatus.Closed or OrderStatus.Quarantined)
                sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
            else
                TakeReport(s, m, child, looked.IssuedAtMs, c, sink);
            return;
        }

        // An order that may be ours is no proof that there is none.
        if (!isAmbiguous)
            OnNotThere(s, m, looked.Source, looked.IssuedAtMs, c, sink);
    }

    /// <summary>
    /// Two equal stops may ask about one sale at the same instant, and whose it is the exchange does not say. One whose cancel was licensed
    /// has most likely been cancelled, though its tracker may have forgotten the exchange's word: it lets the other claim first.
    /// </summary>
    private static bool IsItsTurn(OrderState s, OrderMemory m, OrderContext c)
    {
        if (!s.CancelRequested)
            return true;
        if (m.UnclaimedSinceMs == 0 || m.UnclaimedSinceMs > c.NowMs)
            m.UnclaimedSinceMs = c.NowMs;

        // Of two neighbours that were both given up one is more patient still.
        var patience = ClientOrderId.TryParse(s.Spec!.ClientOrderId, out var id) && (id.IntentNumber + id.Attempt) % 2 == 1 ? 2 * ClaimPatienceMs : ClaimPatienceMs;
        return c.NowMs - m.UnclaimedSinceMs >= patience;
    }

    /// <summary>
    /// The one order without a client order id that can be the child. Only a stop that has certainly triggered claims one: it was shown as
    /// triggered, or it waits no longer though the exchange never said that it cancelled it. One whose placement is in doubt may have
    /// triggered before anybody saw it wait: where no stop is, a sale of its size is its own.
    /// </summary>
    private static OrderReport? Unnamed(OrderState s, OrderMemory m, IReadOnlyList<OrderReport> orders, OrderContext c, out bool isAmbiguous)
    {
        isAmbiguous = false;
        if (s.Status is not (OrderStatus.Live or OrderStatus.Ended or OrderStatus.InDoubt))
            return null;

        // The exchange said that it placed none: an order of this size is that of another stop, which triggered at the same price.
        if (m.TriggerError is not null && s.ChildOrderId is null)
            return null;
        OrderReport? found = null;
        var candidates = 0;
        var since = (m.TriggeredAtMs > 0 ? m.TriggeredAtMs : s.SignTimeMs) - ChildClockMs;
        for (var i = 0; i < orders.Count; i++)
        {
            var o = orders[i];

            // Claimed since the question was asked.
            if (m.Children.IsOfAnother(o.OrderId, s.Spec!.ClientOrderId))
                continue;
            if (s.ChildOrderId is { } known ? o.OrderId != known
                : o.OrderId == s.OrderId || o.Side != Side.Sell || o.Type != s.Spec!.Type || o.Size != s.Spec.Size || o.CreatedAtMs < since)
                continue;
            found = o;
            candidates++;
        }
        if (candidates == 1 && (s.IsTriggered
            || (s.Status is OrderStatus.Live or OrderStatus.InDoubt && m.CancelConfirmedAtMs == 0 && IsProven(m, StopSources, c.Policy.AbsenceAnswers) && IsItsTurn(s, m, c)))
            && m.Children.TryClaim(found!.OrderId, s.Spec!.ClientOrderId))
            return found;

        // A stop that was cancelled has no child: the order belongs to another.
        isAmbiguous = candidates > 0 && m.CancelConfirmedAtMs == 0;
        return null;
    }

    /// <summary>True when the id is that of this stop's child, which it becomes when none is known.</summary>
    private static bool IsChild(OrderState s, OrderMemory m, string orderId, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (orderId == s.OrderId)
            return false;
        if (s.ChildOrderId == orderId)
            return true;
        if (s.ChildOrderId is not null)
        {
            sink.Do(new OrderEffect.Alert($"a second order of one stop: {orderId} beside {s.ChildOrderId}"));
            return false;
        }
        if (s.Status is OrderStatus.None or OrderStatus.Prepared)
            return false;
        if (s.Status is OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned)
            sink.Do(new OrderEffect.Alert($"ghost: the exchange shows order {orderId} of a stop that is {s.Status} here"));
        Triggered(s, m, 0, orderId, c, sink);
        return true;
    }

    private static void Triggered(OrderState s, OrderMemory m, long atMs, string? childOrderId, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (atMs > 0)
            m.TriggeredAtMs = atMs;
        if (m.GoneSinceMs == 0)
            m.GoneSinceMs = c.NowMs;
        if (s.IsTriggered && childOrderId is null)
            return;
        sink.Persist(new StopTriggered(c.NowMs, childOrderId));
        if (s.IsTriggered)
            return;
        sink.Do(new OrderEffect.TellTriggered());
        if (s.Status is OrderStatus.Closed or OrderStatus.Quarantined)
            return;
        m.PauseMs = 0;
        if (childOrderId is null)
            sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
        WakeLater(m, c, sink);
    }

    private static void PollStop(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (!s.IsTriggered)
            sink.Do(new OrderEffect.Look(EvidenceSource.StopByClientOrderId));
        var isCancelled = IsCancelled(s, m);
        if (s.ChildOrderId is null && m.GoneSinceMs == 0 && !isCancelled)
            return;

        // The child may carry our id or not, so it is also looked for in the lists.
        sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
        sink.Do(new OrderEffect.Look(EvidenceSource.DoneList));
        if (s.ChildOrderId is not null)
            return;
        sink.Do(new OrderEffect.Look(EvidenceSource.ActiveList));
        if (!s.IsTriggered)
            sink.Do(new OrderEffect.Look(EvidenceSource.StopList));
        if (isCancelled || c.NowMs > m.GoneSinceMs + c.Policy.ReadLagMarginMs)
            sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
    }

    /// <summary>
    /// The exchange has named it as cancelled, so that it can never trigger: one answer of each source, asked for after that, ends it. Where the
    /// exchange did not say so it may have triggered, and only answers that cannot be stale end it.
    /// </summary>
    private static bool IsCancelled(OrderState s, OrderMemory m) => m.CancelConfirmedAtMs > 0 && !s.IsTriggered;

    /// <summary>A source does not show a stop, or its child, that the exchange had.</summary>
    private static void OnStopMissing(OrderState s, OrderMemory m, EvidenceSource source, long issuedAtMs, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (s.ChildOrderId is not null)
            return;
        var isCancelled = IsCancelled(s, m) && issuedAtMs >= m.CancelConfirmedAtMs;
        if (source is EvidenceSource.StopByClientOrderId or EvidenceSource.StopList)
        {
            // A slow read does not know a new stop yet. Once none can be so slow, a stop that is missing is gone: a stop never comes back.
            if (s.IsTriggered || (!isCancelled && issuedAtMs <= ProvableAfter(s, c)))
                return;
            if (m.GoneSinceMs == 0)
            {
                m.GoneSinceMs = c.NowMs;
                m.PauseMs = 0;
                WakeLater(m, c, sink);
                if (!s.CancelRequested && !m.IsMissTold)
                {
                    m.IsMissTold = true;
                    sink.Do(new OrderEffect.TellDoubt());
                }
            }
        }
        else if (!isCancelled && (m.GoneSinceMs == 0 || issuedAtMs <= m.GoneSinceMs + c.Policy.ReadLagMarginMs))
        {
            return;
        }
        m.Absence.Add(new AbsenceEvidence(source, issuedAtMs));
        var answers = IsCancelled(s, m) ? 1 : c.Policy.AbsenceAnswers;
        if (!IsProven(m, OrderSources, answers) || (!s.IsTriggered && !IsProven(m, StopSources, answers)))
            return;
        sink.Persist(new OrderEnded(c.NowMs, 0, 0, s.Spec!.Size));
        Close(0, 0, s.IsTriggered ? $"triggered, and the exchange sold nothing: {m.TriggerError ?? "no reason was told"}" : "cancelled before its price came", c, sink);
    }

    private static long LastMiss(OrderMemory m)
    {
        var last = 0L;
        foreach (var evidence in m.Absence)
        {
            if (evidence.Source is EvidenceSource.StopByClientOrderId or EvidenceSource.StopList)
                last = Math.Max(last, evidence.IssuedAtMs);
        }
        return last;
    }
}
