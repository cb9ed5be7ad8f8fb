using Bot.Trading.Machines;

namespace Bot.Trading.Orders;

/// <summary>What a decision about an order may look at besides its state and input.</summary>
/// <param name="NowMs">The exchange's clock as estimated by this node, Unix ms.</param>
/// <param name="Policy">Times and counts.</param>
/// <param name="Node">The node's address, for the record of ownership.</param>
/// <param name="Replayed">Events replayed into this incarnation.</param>
/// <param name="StateHash">Hash of the state after the replay.</param>
/// <param name="Pin">Fixes a request: from specification and time to end of validity and body hash. Pure.</param>
public sealed record OrderContext(
    long NowMs, OrderPolicy Policy, string Node, long Replayed, string StateHash, Func<OrderSpec, long, (long ValidUntilMs, string BodyHash)> Pin);

/// <summary>What an incarnation remembers and may forget: evidence and pauses. Never decides whether something was sent.</summary>
public sealed class OrderMemory
{
    /// <summary>Answers that did not show the order and count as proof.</summary>
    public List<AbsenceEvidence> Absence { get; } = [];

    /// <summary>The exchange's last word on a finished order whose fills are not complete here yet.</summary>
    public OrderReport? Final { get; set; }

    /// <summary>Pause before the next poll or round, ms; 0 before the first.</summary>
    public long PauseMs { get; set; }
}

/// <summary>The order protocol: what to write, what to send, what to conclude (RELIABILITY.md R1-R9). Pure.</summary>
public static class OrderDecider
{
    /// <summary>Decides on one input.</summary>
    public static void Decide(OrderState s, OrderMemory m, OrderInput input, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (input)
        {
            case OrderInput.Begin begin:
                Begin(begin, c, sink);
                break;
            case OrderInput.Recovered:
                Recover(s, m, c, sink);
                break;
            case OrderInput.SubmitAnswered answer:
                OnSubmitAnswered(s, m, answer, c, sink);
                break;
            case OrderInput.Looked { Report: { } report } looked:
                OnReport(s, m, report, looked.Source, c, sink);
                break;
            case OrderInput.Looked looked:
                OnNotThere(s, m, looked.Source, looked.IssuedAtMs, c, sink);
                break;
            case OrderInput.FillsRead { Fills.Count: 0, Unattributed: false } read when s.OrderId is null:
                OnNotThere(s, m, EvidenceSource.Fills, read.IssuedAtMs, c, sink);
                break;
            case OrderInput.FillsRead read when s.OrderId is not null:
                OnFills(s, m, read.Fills, EvidenceSource.Fills, c, sink);
                break;
            case OrderInput.Streamed streamed:
                OnStream(s, m, streamed.Update, c, sink);
                break;
            case OrderInput.Woken:
                OnWoken(s, m, c, sink);
                break;
            case OrderInput.CancelAsked ask when s.Status is OrderStatus.Authorised or OrderStatus.InDoubt or OrderStatus.Live && !s.CancelRequested:
                sink.Persist(new CancelAuthorised(c.NowMs, ask.Reason));
                if (s.Status == OrderStatus.Live)
                    sink.Do(new OrderEffect.Cancel());
                break;
            case OrderInput.CancelAnswered when s.Status == OrderStatus.Live:
                // Neither a yes nor a "no such order" says whether it filled: only the order object does (R9).
                sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
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
            const string reason = "expired before it was authorised";
            sink.Persist(new OrderAbandoned(c.NowMs, reason));
            sink.Do(new OrderEffect.TellSettled(OrderOutcome.Abandoned, 0, 0, "", reason));
            return;
        }
        var (validUntil, bodyHash) = c.Pin(spec, c.NowMs);
        sink.Persist(new SubmitAuthorised(c.NowMs, epoch, c.NowMs, validUntil, bodyHash));
        sink.Do(new OrderEffect.Submit(spec, c.NowMs));
    }

    private static void Recover(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new OrderOwned(c.NowMs, s.Epoch + 1, c.Node, c.Replayed, c.StateHash));

        // The pair may have crashed with us: tell it everything again, it knows what it has.
        foreach (var fill in s.Fills.Values)
            sink.Do(new OrderEffect.TellFill(fill));

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
                // Its report leads to the fills, if any are missing here.
                sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
                WakeLater(m, c, sink);
                break;
            default:
                TellSettled(s, s.FilledSize, s.FilledFunds, sink);
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
                sink.Persist(new OrderFound(c.NowMs, a.OrderId!, EvidenceSource.ClientOrderId));
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

    private static void EnterDoubt(OrderState s, OrderMemory m, string reason, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new SubmitInDoubt(c.NowMs, reason));
        sink.Do(new OrderEffect.TellDoubt());
        m.PauseMs = 0;
        DoubtRound(s, m, c, sink);
    }

    /// <summary>One round of questions. Before the licence has run out only a find helps, so only the cheapest source is asked.</summary>
    private static void DoubtRound(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (c.NowMs - s.SignTimeMs > c.Policy.EvidenceHorizonMs)
        {
            const string why = "in doubt for longer than the exchange keeps evidence";
            sink.Persist(new OrderQuarantined(c.NowMs, why));
            sink.Do(new OrderEffect.Alert(why));
            sink.Do(new OrderEffect.TellSettled(OrderOutcome.Quarantined, s.FilledSize, s.FilledFunds, "", why));
            return;
        }
        var provableFrom = s.ValidUntilMs + c.Policy.ReadLagMarginMs + 1;
        sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
        m.PauseMs = m.PauseMs == 0 ? c.Policy.DoubtBackoffMs : Math.Min(2 * m.PauseMs, c.Policy.PollMs);
        if (c.NowMs >= provableFrom)
        {
            sink.Do(new OrderEffect.Look(EvidenceSource.ActiveList));
            sink.Do(new OrderEffect.Look(EvidenceSource.DoneList));
            sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
            sink.Do(new OrderEffect.Wake(m.PauseMs));
        }
        else
        {
            sink.Do(new OrderEffect.Wake(Math.Min(m.PauseMs, provableFrom - c.NowMs)));
        }
    }

    private static void OnNotThere(OrderState s, OrderMemory m, EvidenceSource source, long issuedAtMs, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        // Once the exchange has shown the order, "not found" means a slow read, never absence.
        if (s.Status != OrderStatus.InDoubt)
            return;

        // Only the time of asking counts: a node that was paused between asking and reading holds old evidence (finding 6).
        if (issuedAtMs <= s.ValidUntilMs + c.Policy.ReadLagMarginMs)
            return;
        m.Absence.Add(new AbsenceEvidence(source, issuedAtMs));
        foreach (var needed in (ReadOnlySpan<EvidenceSource>)[EvidenceSource.ClientOrderId, EvidenceSource.ActiveList, EvidenceSource.DoneList, EvidenceSource.Fills])
        {
            if (m.Absence.Count(e => e.Source == needed) < c.Policy.AbsenceAnswers)
                return;
        }
        sink.Persist(new OrderAbsent(c.NowMs, [.. m.Absence]));
        sink.Do(new OrderEffect.TellSettled(OrderOutcome.Absent, 0, 0, "", "the exchange never had it"));
    }

    /// <summary>The order is at the exchange: what was waiting for that can go on.</summary>
    private static void AfterFound(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        m.Absence.Clear();
        m.PauseMs = 0;
        if (s.CancelRequested)
            sink.Do(new OrderEffect.Cancel());
        WakeLater(m, c, sink);
    }

    private static void OnReport(OrderState s, OrderMemory m, OrderReport report, EvidenceSource source, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (s.Status is OrderStatus.Authorised or OrderStatus.InDoubt)
        {
            sink.Persist(new OrderFound(c.NowMs, report.OrderId, source));
            AfterFound(s, m, c, sink);
        }
        else if (s.Status is not (OrderStatus.Live or OrderStatus.Ended))
        {
            if (s.Status is OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned)
                sink.Do(new OrderEffect.Alert($"ghost: the exchange shows order {report.OrderId}, which is {s.Status} here"));
            return;
        }

        if (!report.Active)
            m.Final = report;
        if (report.DealSize > s.FilledSize || (!report.Active && !s.FeesKnown))
            sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
        else
            Finish(s, m, s.FilledSize, s.FilledFunds, s.FeesKnown, c, sink);
    }

    private static void OnFills(
        OrderState s, OrderMemory m, IReadOnlyList<FillReport> fills, EvidenceSource source, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (s.Status is not (OrderStatus.Live or OrderStatus.Ended or OrderStatus.Closed or OrderStatus.Quarantined))
            return;
        var late = s.Status is OrderStatus.Closed or OrderStatus.Quarantined;
        var (size, funds, unknownFees) = (s.FilledSize, s.FilledFunds, s.Fills.Values.Count(f => f.Fee is null));
        foreach (var fill in fills.OrderBy(f => f.TradeId))
        {
            if (s.Fills.TryGetValue(fill.TradeId, out var known))
            {
                if (known.Price != fill.Price || known.Size != fill.Size)
                {
                    // The first record stays: a trade does not change. Somebody has to look.
                    sink.Do(new OrderEffect.Alert($"trade {fill.TradeId} is now told with other numbers: {fill.Size} at {fill.Price}, recorded {known.Size} at {known.Price}"));
                }
                else if (known.Fee is null && fill.Fee is { } fee)
                {
                    sink.Persist(new FeeRecorded(c.NowMs, fill.TradeId, fee, fill.FeeCurrency ?? "", fill.Maker));
                    sink.Do(new OrderEffect.TellFee(fill.OrderId, fill.TradeId, fee, fill.FeeCurrency ?? ""));
                    unknownFees--;
                }
                continue;
            }
            sink.Persist(new FillRecorded(c.NowMs, fill, source, late));
            sink.Do(new OrderEffect.TellFill(fill));
            if (late)
                sink.Do(new OrderEffect.Alert($"late fill: trade {fill.TradeId}, {fill.Size} at {fill.Price}"));
            size += fill.Size;
            funds += fill.Size * fill.Price;
            if (fill.Fee is null)
                unknownFees++;
        }
        if (!late)
            Finish(s, m, size, funds, unknownFees == 0, c, sink);
    }

    /// <summary>Closes the order when its last word is known and nothing is missing; else says what is still to be read.</summary>
    private static void Finish(
        OrderState s, OrderMemory m, decimal size, decimal funds, bool feesKnown, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (m.Final is not { } final)
            return;
        if (size > final.DealSize)
        {
            // It is money, so the fills stay applied; the exchange contradicts itself, so a person looks.
            var why = $"fills add up to {size}, the exchange counts {final.DealSize}";
            sink.Persist(new OrderQuarantined(c.NowMs, why));
            sink.Do(new OrderEffect.Alert(why));
            sink.Do(new OrderEffect.TellSettled(OrderOutcome.Quarantined, size, funds, "", why));
            return;
        }
        if (s.Status != OrderStatus.Ended)
            sink.Persist(new OrderEnded(c.NowMs, final.DealSize, final.DealFunds, final.CancelledSize));
        if (size == final.DealSize && feesKnown)
        {
            sink.Persist(new OrderClosed(c.NowMs, size, funds));
            sink.Do(new OrderEffect.TellSettled(OrderOutcome.Closed, size, funds, "", ""));
        }
        else
        {
            WakeLater(m, c, sink);
        }
    }

    private static void OnStream(OrderState s, OrderMemory m, OrderUpdate u, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (s.Status)
        {
            case OrderStatus.Authorised or OrderStatus.InDoubt:
                sink.Persist(new OrderFound(c.NowMs, u.OrderId, EvidenceSource.Stream));
                AfterFound(s, m, c, sink);
                break;
            case OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned:
                sink.Do(new OrderEffect.Alert($"ghost: the exchange speaks of order {u.OrderId}, which is {s.Status} here"));
                return;
            case OrderStatus.None or OrderStatus.Prepared:
                return;
        }
        if (u.Fill is { } fill && !s.Fills.ContainsKey(fill.TradeId))
        {
            var late = s.Status is OrderStatus.Closed or OrderStatus.Quarantined;
            sink.Persist(new FillRecorded(c.NowMs, fill, EvidenceSource.Stream, late));
            sink.Do(new OrderEffect.TellFill(fill));
            if (late)
            {
                sink.Do(new OrderEffect.Alert($"late fill: trade {fill.TradeId}, {fill.Size} at {fill.Price}"));
                sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
            }
        }
        // The stream says "done" without the fees: the order object has the last word, and its answer leads to the fills.
        if (u.Kind is OrderUpdateKind.Filled or OrderUpdateKind.Canceled && !s.IsSettled)
            sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
    }

    private static void OnWoken(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (s.Status)
        {
            case OrderStatus.InDoubt:
                DoubtRound(s, m, c, sink);
                break;
            case OrderStatus.Live:
                if (s.CancelRequested)
                    sink.Do(new OrderEffect.Cancel());
                sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
                WakeLater(m, c, sink);
                break;
            case OrderStatus.Ended:
                sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
                WakeLater(m, c, sink);
                break;
        }
    }

    private static void WakeLater(OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        m.PauseMs = m.PauseMs == 0 ? c.Policy.FirstPollMs : Math.Min(2 * m.PauseMs, c.Policy.PollMs);
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
