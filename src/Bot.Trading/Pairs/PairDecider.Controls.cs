using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Pairs;

/// <content>Where the risk controls (RELIABILITY.md §6) meet the pair: before an entry, and after an execution.</content>
public static partial class PairDecider
{
    /// <summary>What forbids any entry now, whatever its size and price.</summary>
    private static ControlVerdict StandingBlock(PairState s, PairMemory m, PairContext c, long marketMs) =>
        c.Controls is { } controls ? PreTrade.Standing(Facts(s, m, c, controls, marketMs), c.Rules, controls) : ControlVerdict.Pass;

    /// <summary>Checks an entry that was granted; the facts are kept with the intent, so that anybody can check it again (I21).</summary>
    private static ControlVerdict CheckEntry(
        PairState s, PairMemory m, PairContext c, PendingEntry p, PairInput.GrantAnswered answer, OrderSpec spec, out PreTradeFacts? facts)
    {
        facts = null;
        if (c.Controls is not { } controls)
            return ControlVerdict.Pass;
        var scale = new PriceScale(c.Rules!.PriceIncrement);
        var known = Facts(s, m, c, controls, p.MarketMs) with
        {
            Equity = answer.Decision.Equity,
            Available = answer.Decision.Available,
            Exposure = answer.Decision.Exposure,
            Held = s.Position.Quantity > 0 ? s.Position.Quantity * Mark(s, m, c.Rules) : null,
            Bid = m.LastTick.BidTicks > 0 ? scale.Price(m.LastTick.BidTicks) : null,
            Ask = m.LastTick.AskTicks > 0 ? scale.Price(m.LastTick.AskTicks) : null,
            Mean = m.Feed.MeanTicks > 0 ? scale.Price((long)m.Feed.MeanTicks) : null,
            EntriesOfPair = CountOpen(s, IntentLeg.Entry),
            OppositeWorks = CountOpen(s, IntentLeg.Exit) > 0,
            TwinAgeMs = TwinAgeMs(s, c, spec.Size, controls),
            StopPrice = p.Plan.StopPrice,
            TakerFee = c.TakerFee,
        };
        facts = known;
        return PreTrade.Check(ControlOrder.Of(spec, IntentLeg.Entry), known, c.Rules, controls, c.Limits);
    }

    private static PreTradeFacts Facts(PairState s, PairMemory m, PairContext c, ControlSettings controls, long marketMs)
    {
        var node = c.Conditions;
        var (breaker, reason) = (node.Breaker, node.BreakerReason);
        if (breaker is null && s.Record.Open(c.NowMs, controls) is { Passes: false } tripped)
            (breaker, reason) = (tripped.Control, tripped.Reason);
        return new PreTradeFacts
        {
            NowMs = c.NowMs,
            MarketMs = marketMs,
            Mode = c.Mode,
            ModeReason = c.ModeReason,
            Breaker = breaker,
            BreakerReason = reason,
            ExchangeOpen = node.ExchangeOpen,
            StreamSilentMs = node.StreamSilentMs,
            ClockErrorMs = node.ClockErrorMs,
            CandleIntervals = c.IntervalMs > 0 ? (decimal)Math.Max(0, m.LastTick.TimeMs - marketMs) / c.IntervalMs : null,
            FeedBlockedUntilMs = m.Feed.BlockedUntilMs,
            RulesAgeMs = c.RulesReadMs > 0 ? c.NowMs - c.RulesReadMs : null,
        };
    }

    /// <summary>C9: age of the youngest entry of about the same size; null when there is none.</summary>
    private static long? TwinAgeMs(PairState s, PairContext c, decimal size, ControlSettings controls)
    {
        long? age = null;
        for (var i = s.Orders.Count - 1; i >= 0; i--)
        {
            var intended = s.Orders[i].Intended;
            if (intended.Leg == IntentLeg.Entry && Math.Abs(intended.Spec.Size - size) <= controls.DuplicateTolerance * size)
                age = Math.Min(age ?? long.MaxValue, c.NowMs - intended.AtMs);
        }
        return age;
    }

    private static int CountOpen(PairState s, IntentLeg leg)
    {
        var count = 0;
        for (var i = 0; i < s.Orders.Count; i++)
        {
            if (s.Orders[i].IsOpen && s.Orders[i].Intended.Leg == leg)
                count++;
        }
        return count;
    }

    /// <summary>Says that an entry is not taken; a control that refused it is counted for the review (C28).</summary>
    private static void NotTaken(string refusal, Sink<PairEvent, PairEffect> sink)
    {
        sink.Do(new PairEffect.Note($"entry not taken: {refusal}", false));
        if (ControlCatalog.In(refusal) is { } control)
            sink.Do(new PairEffect.ControlTripped(control, refusal));
    }

    /// <summary>C22: an order has ended; the third in a row that was much worse than decided pauses the pair.</summary>
    private static void CheckSlippage(PairState s, PairContext c, Attempt attempt, PairInput.OrderSettled settled, Sink<PairEvent, PairEffect> sink)
    {
        if (c.Controls is { } controls && s.Record.SlippageWith(attempt.Intended, settled.FilledSize, settled.FilledFunds, controls) is { } reason)
            PauseBy(s, c, Control.Slippage, reason, sink);
    }

    /// <summary>C11: far more was filled than ordered.</summary>
    private static void CheckExcess(PairState s, PairContext c, Attempt attempt, decimal filled, Sink<PairEvent, PairEffect> sink)
    {
        if (c.Controls is { } controls && PairRecord.IsExcess(attempt.Intended.Spec, filled, controls))
        {
            PauseBy(
                s, c, Control.RepeatedExecution,
                $"FILLED_BEYOND_INTENT control=C11 order={attempt.ClientOrderId} filled={filled} ordered={attempt.Intended.Spec.Size}", sink);
        }
    }

    private static void PauseBy(PairState s, PairContext c, Control control, string reason, Sink<PairEvent, PairEffect> sink)
    {
        if (s.EntriesPausedReason is not null)
            return;
        sink.Persist(new EntriesPaused(c.NowMs, reason));
        sink.Do(new PairEffect.ControlTripped(control, reason));
        sink.Do(new PairEffect.Note($"entries are paused: {reason}", true));
    }

    /// <summary>A person resumes: pauses, breakers and quarantines of the past close the pair no more.</summary>
    private static void OnResume(PairState s, PairContext c, string reason, Sink<PairEvent, PairEffect> sink)
    {
        var isClosed = s.EntriesPausedReason is not null || (c.Controls is { } controls && !s.Record.Open(c.NowMs, controls).Passes);
        if (isClosed || HasQuarantine(s))
            sink.Persist(new EntriesResumed(c.NowMs, reason));
    }

    private static bool IsInQuarantine(PairState s, Attempt attempt) =>
        attempt.Outcome == OrderOutcome.Quarantined && attempt.SettledAtMs > s.Record.ResumedAtMs;

    private static bool HasQuarantine(PairState s)
    {
        for (var i = 0; i < s.Orders.Count; i++)
        {
            if (IsInQuarantine(s, s.Orders[i]))
                return true;
        }
        return false;
    }
}
