using Bot.Trading.Machines;

namespace Bot.Trading.Orders;

/// <content>Doubt, and the proof that an order does not exist (RELIABILITY.md R3, R7).</content>
public static partial class OrderDecider
{
    private static readonly EvidenceSource[] OrderSources =
        [EvidenceSource.ClientOrderId, EvidenceSource.ActiveList, EvidenceSource.DoneList, EvidenceSource.Fills];

    private static readonly EvidenceSource[] StopSources = [EvidenceSource.StopByClientOrderId, EvidenceSource.StopList];

    private static void EnterDoubt(OrderState s, OrderMemory m, string reason, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new SubmitInDoubt(c.NowMs, reason));
        sink.Do(new OrderEffect.TellDoubt());
        m.PauseMs = 0;
        DoubtRound(s, m, c, sink);
    }

    /// <summary>One round of questions. Before the licence has run out only a find helps, so only the cheapest sources are asked.</summary>
    private static void DoubtRound(OrderState s, OrderMemory m, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (c.NowMs - s.SignTimeMs > c.Policy.EvidenceHorizonMs)
        {
            Quarantine("in doubt for longer than the exchange keeps evidence", s.FilledSize, s.FilledFunds, c, sink);
            return;
        }
        var provableFrom = ProvableAfter(s, c) + 1;
        if (s.IsStop)
            sink.Do(new OrderEffect.Look(EvidenceSource.StopByClientOrderId));
        sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
        m.PauseMs = m.PauseMs == 0 ? c.Policy.DoubtBackoffMs : Math.Min(2 * m.PauseMs, c.Policy.PollMs);
        if (c.NowMs >= provableFrom)
        {
            if (s.IsStop)
                sink.Do(new OrderEffect.Look(EvidenceSource.StopList));
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

    /// <summary>An answer that did not show the order.</summary>
    private static void OnNotThere(OrderState s, OrderMemory m, EvidenceSource source, long issuedAtMs, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (s.Status == OrderStatus.Live && s.IsStop)
        {
            OnStopMissing(s, m, source, issuedAtMs, c, sink);
            return;
        }
        if (s.Status == OrderStatus.Closed && s.TradingOrderId is null)
        {
            OnWatchAnswered(s, m, issuedAtMs, c, sink);
            return;
        }

        // Once the exchange has shown the order, "not found" means a slow read, never absence.
        if (s.Status != OrderStatus.InDoubt)
            return;

        // Only the time of asking counts: a node that was paused between asking and reading holds old evidence (finding 6).
        if (issuedAtMs <= ProvableAfter(s, c))
            return;
        m.Absence.Add(new AbsenceEvidence(source, issuedAtMs));
        if (!IsProven(m, OrderSources, c.Policy.AbsenceAnswers) || (s.IsStop && !IsProven(m, StopSources, c.Policy.AbsenceAnswers)))
            return;
        sink.Persist(new OrderAbsent(c.NowMs, [.. m.Absence]));
        sink.Do(new OrderEffect.TellSettled(OrderOutcome.Absent, 0, 0, "", "the exchange never had it"));
    }

    /// <summary>An answer proves absence only when it was asked for after this, Unix ms.</summary>
    private static long ProvableAfter(OrderState s, OrderContext c) => s.ValidUntilMs + c.Policy.ReadLagMarginMs;

    private static bool IsProven(OrderMemory m, EvidenceSource[] sources, int wanted)
    {
        foreach (var source in sources)
        {
            var answers = 0;
            foreach (var evidence in m.Absence)
            {
                if (evidence.Source == source)
                    answers++;
            }
            if (answers < wanted)
                return false;
        }
        return true;
    }

    private static void Quarantine(string why, decimal size, decimal funds, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new OrderQuarantined(c.NowMs, why));
        sink.Do(new OrderEffect.Alert(why));
        sink.Do(new OrderEffect.TellSettled(OrderOutcome.Quarantined, size, funds, "", why));
        sink.Do(new OrderEffect.Wake(FirstWatchMs));
    }
}
