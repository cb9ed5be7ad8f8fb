using Bot.Trading.Machines;

namespace Bot.Trading.Orders;

/// <summary>The order protocol: what to write, what to send, what to conclude (RELIABILITY.md R1-R9). Pure.</summary>
/// <remarks>
/// An order that is held back by the exchange (a stop) is two things there: the stop, which waits under one id, and the order that it
/// places at its price, its child, under another. Both may carry our client order id. What the stop sources say is about the stop, what
/// the order sources say is about the child.
/// </remarks>
public static partial class OrderDecider
{
    /// <summary>Decides on one input.</summary>
    public static void Decide(OrderState s, OrderMemory m, OrderInput input, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (input)
        {
            case OrderInput.Begin begin:
                Begin(begin, c, sink);
                break;
            case OrderInput.Recovered { TakenOver: { } taken } when CanBeTakenOver(s.Status):
                sink.Persist(new OrderOwned(c.NowMs, s.Epoch + 1, c.Node, c.Replayed, c.StateHash));
                OnAdopted(s, m, taken, c, sink);
                break;
            case OrderInput.Recovered:
                Recover(s, m, c, sink);
                break;
            case OrderInput.SubmitAnswered answer:
                OnSubmitAnswered(s, m, answer, c, sink);
                break;
            case OrderInput.StopLooked looked when s.IsStop:
                OnStopLooked(s, m, looked, c, sink);
                break;
            case OrderInput.StopStreamed streamed when s.IsStop && s.OrderId == streamed.Update.StopId:
                OnStopStreamed(s, m, streamed.Update, c, sink);
                break;
            case OrderInput.Looked looked when s.IsStop:
                OnChildLooked(s, m, looked, c, sink);
                break;
            case OrderInput.Looked { Report: { } report } looked:
                OnReport(s, m, report, looked.Source, looked.IssuedAtMs, c, sink);
                break;
            case OrderInput.Looked looked:
                OnNotThere(s, m, looked.Source, looked.IssuedAtMs, c, sink);
                break;
            case OrderInput.FillsRead read:
                OnFillsRead(s, m, read, c, sink);
                break;
            case OrderInput.Streamed streamed:
                OnStream(s, m, streamed.Update, c, sink);
                break;
            case OrderInput.Woken:
                OnWoken(s, m, c, sink);
                break;
            case OrderInput.LookFailed when s.Status is OrderStatus.Closed or OrderStatus.Quarantined:
                // A look that has learned nothing is none: the next one in turn may be an hour away.
                sink.Do(new OrderEffect.Wake(RetryWatchMs));
                break;
            case OrderInput.CancelAsked ask:
                OnCancelAsked(s, m, ask, c, sink);
                break;
            case OrderInput.Adopted adopted:
                OnAdopted(s, m, adopted, c, sink);
                break;
            case OrderInput.LookAgain:
                OnWoken(s, m, c, sink, isRoutine: false);
                break;
            case OrderInput.CancelAnswered answer when s.Status == OrderStatus.Live:
                // Neither a yes nor a "no such order" says whether it filled: only a read does (R9).
                if (answer.IsConfirmed && m.CancelConfirmedAtMs == 0)
                    m.CancelConfirmedAtMs = c.NowMs;
                if (s.IsStop && answer.IsConfirmed)
                    PollStop(s, m, c, sink);
                else
                    sink.Do(LookAt(s));
                break;
        }
    }

    private static void Begin(OrderInput.Begin b, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new OrderPrepared(c.NowMs, b.Spec, b.Leg, b.CorrelationId, b.DeadlineMs));
        sink.Persist(new OrderOwned(c.NowMs, 1, c.Node, c.Replayed, c.StateHash));
        Authorise(b.Spec, b.DeadlineMs, 1, c, sink);
    }

    private static void Authorise(OrderSpec spec, long deadlineMs, long epoch, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (c.NowMs > deadlineMs)
        {
            Abandon("expired before it was authorised", c, sink);
            return;
        }
        var (validUntil, bodyHash) = c.Pin(spec, c.NowMs);
        sink.Persist(new SubmitAuthorised(c.NowMs, epoch, c.NowMs, validUntil, bodyHash));
        sink.Do(new OrderEffect.Submit(spec, c.NowMs));
    }

    private static void Abandon(string reason, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new OrderAbandoned(c.NowMs, reason));
        sink.Do(new OrderEffect.TellSettled(OrderOutcome.Abandoned, 0, 0, "", reason));
    }

    private static void Recover(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new OrderOwned(c.NowMs, s.Epoch + 1, c.Node, c.Replayed, c.StateHash));

        // The pair may have crashed with us: tell it everything again, it knows what it has.
        foreach (var fill in s.Fills.Values)
            sink.Do(new OrderEffect.TellFill(fill));
        if (s.IsTriggered)
            sink.Do(new OrderEffect.TellTriggered());

        switch (s.Status)
        {
            case OrderStatus.Prepared:
                Authorise(s.Spec!, s.DeadlineMs, s.Epoch + 1, c, sink);
                break;
            case OrderStatus.Authorised:
                // The last incarnation may have sent it or died before. It is never sent again (R1): ask.
                EnterDoubt(s, m, "restart", c, sink);
                break;
            case OrderStatus.InDoubt:
                sink.Do(new OrderEffect.TellDoubt());
                DoubtRound(s, m, c, sink);
                break;
            case OrderStatus.Live or OrderStatus.Ended:
                // What is answered leads to the fills, if any are missing here.
                if (s.IsTriggered)
                    m.GoneSinceMs = c.NowMs;
                Poll(s, m, c, sink);
                break;
            default:
                TellSettled(s, s.FilledSize, s.FilledFunds, sink);
                Watch(s, c, sink);
                break;
        }
    }

    private static void OnSubmitAnswered(OrderState s, OrderMemory m, OrderInput.SubmitAnswered a, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (a.Outcome)
        {
            case SubmitOutcome.Accepted when s.Status == OrderStatus.Authorised:
                sink.Persist(new OrderAcknowledged(c.NowMs, a.OrderId!));
                AfterFound(s, m, c, sink);
                break;
            case SubmitOutcome.Accepted when s.Status == OrderStatus.InDoubt:
                sink.Persist(new OrderFound(c.NowMs, a.OrderId!, s.IsStop ? EvidenceSource.StopByClientOrderId : EvidenceSource.ClientOrderId));
                AfterFound(s, m, c, sink);
                break;
            case SubmitOutcome.Refused when s.Status == OrderStatus.Authorised:
                sink.Persist(new OrderRefused(c.NowMs, a.Code, a.Message));
                sink.Do(new OrderEffect.TellSettled(OrderOutcome.Refused, 0, 0, a.Code, a.Message));
                break;
            case SubmitOutcome.Doubt when s.Status == OrderStatus.Authorised:
                EnterDoubt(s, m, $"{a.Code}: {a.Message}", c, sink);
                break;
            case SubmitOutcome.Refused when s.OrderId is not null:
                sink.Do(new OrderEffect.Alert($"the exchange refused a placement ({a.Code}) of an order that it shows as {s.OrderId}"));
                break;
        }
    }

    /// <summary>A wish to cancel is heard in every state; what it leads to only a read tells.</summary>
    private static void OnCancelAsked(OrderState s, OrderMemory m, OrderInput.CancelAsked ask, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (s.Status)
        {
            case OrderStatus.Prepared:
                Abandon(ask.Reason, c, sink);
                break;
            case OrderStatus.Authorised or OrderStatus.InDoubt when !s.CancelRequested:
                // Nothing can be sent for an order that nobody has seen: it is remembered until the exchange shows it.
                sink.Persist(new CancelAuthorised(c.NowMs, ask.Reason));
                break;
            case OrderStatus.Live:
                if (!s.CancelRequested)
                    sink.Persist(new CancelAuthorised(c.NowMs, ask.Reason));
                SendCancel(s, sink);

                // The next poll repeats the cancel, should it be lost: it may not be as far away as that of a stop that just waits.
                if (m.PauseMs > c.Policy.PollMs)
                    WakeLater(m, c, sink);
                break;
            case OrderStatus.Closed or OrderStatus.Refused or OrderStatus.Absent or OrderStatus.Abandoned or OrderStatus.Quarantined:
                // The pair does not know its end.
                TellSettled(s, s.FilledSize, s.FilledFunds, sink);
                break;
        }
    }

    private static void SendCancel(OrderState s, Sink<OrderEvent, OrderEffect> sink)
    {
        if (!s.IsStop)
            sink.Do(new OrderEffect.Cancel());
        else if (!s.IsTriggered)
            sink.Do(new OrderEffect.CancelStop());
    }

    /// <summary>The order is at the exchange: what was waiting for that can go on.</summary>
    private static void AfterFound(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        m.Absence.Clear();
        m.PauseMs = 0;
        if (s.CancelRequested)
            SendCancel(s, sink);

        // The acceptance of a stop is a promise; that it waits is shown by a read, and on that the pair gives up what it has.
        if (s.IsStop)
            sink.Do(new OrderEffect.Look(EvidenceSource.StopByClientOrderId));
        WakeLater(m, c, sink);
    }

    private static void OnWoken(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink, bool isRoutine = true)
    {
        switch (s.Status)
        {
            case OrderStatus.InDoubt:
                DoubtRound(s, m, c, sink);
                break;
            case OrderStatus.Live or OrderStatus.Ended:
                if (s.CancelRequested && s.Status == OrderStatus.Live)
                    SendCancel(s, sink);
                Poll(s, m, c, sink, isRoutine);
                break;
            case OrderStatus.Closed or OrderStatus.Quarantined:
                Watch(s, c, sink);
                break;
        }
    }

    /// <summary>Whether the order is a stop that the exchange has shown as waiting and that nobody wants cancelled.</summary>
    private static bool IsWaiting(OrderState s, OrderMemory m) =>
        s is { Status: OrderStatus.Live, IsStop: true, IsTriggered: false, CancelRequested: false } && m is { IsLiveTold: true, GoneSinceMs: 0 };

    /// <summary>Asks how an order fares that the exchange has.</summary>
    private static void Poll(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink, bool isRoutine = false)
    {
        var isWaiting = IsWaiting(s, m);
        if (isWaiting)
            sink.Do(new OrderEffect.Look(EvidenceSource.StopByClientOrderId) { IsRoutine = isRoutine });
        else if (s.IsStop)
            PollStop(s, m, c, sink);
        else
            sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
        WakeLater(m, c, sink, isWaiting ? Math.Max(c.Policy.PollMs, c.Policy.WaitingStopPollMs) : c.Policy.PollMs);
    }

    private static OrderEffect.Look LookAt(OrderState s) =>
        new(s is { IsStop: true, IsTriggered: false } ? EvidenceSource.StopByClientOrderId : EvidenceSource.ClientOrderId);

    private static void WakeLater(OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink) => WakeLater(m, c, sink, c.Policy.PollMs);

    private static void WakeLater(OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink, long longestMs)
    {
        m.PauseMs = m.PauseMs == 0 ? c.Policy.FirstPollMs : Math.Min(2 * m.PauseMs, longestMs);
        sink.Do(new OrderEffect.Wake(m.PauseMs));
    }

    private static void TellSettled(OrderState s, decimal size, decimal funds, Sink<OrderEvent, OrderEffect> sink)
    {
        var outcome = s.Status switch
        {
            OrderStatus.Closed => OrderOutcome.Closed,
            OrderStatus.Refused => OrderOutcome.Refused,
            OrderStatus.Absent => OrderOutcome.Absent,
            OrderStatus.Abandoned => OrderOutcome.Abandoned,
            _ => OrderOutcome.Quarantined,
        };
        sink.Do(new OrderEffect.TellSettled(outcome, size, funds, s.Code, s.Message));
    }
}
