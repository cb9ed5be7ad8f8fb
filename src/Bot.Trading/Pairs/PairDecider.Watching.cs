using Bot.Trading.Machines;
using Bot.Trading.Orders;

namespace Bot.Trading.Pairs;

/// <content>Looking after what should go on by itself: trackers, cancels, late fills, protection that is missing.</content>
public static partial class PairDecider
{
    /// <summary>Time between two looks while an order is open, ms.</summary>
    private const long LookMs = 60_000;

    /// <summary>Time between two looks while orders are only watched, ms.</summary>
    private const long WatchedLookMs = 600_000;

    /// <summary>So long an ended order is kept for an execution that is told late, ms (RELIABILITY.md R9).</summary>
    private const long KeepMs = 48L * 3_600_000;

    /// <summary>Protection is missing: said so long after, ms (RELIABILITY.md C19).</summary>
    private const long WarnMs = 2_000;

    /// <summary>Protection is missing: an operator is called so long after, ms (RELIABILITY.md C19).</summary>
    private const long PageMs = 10_000;

    /// <summary>True for an ended order of which an execution may still be told.</summary>
    private static bool IsWatched(Attempt attempt) => attempt.Outcome is OrderOutcome.Closed or OrderOutcome.Quarantined;

    private static void OnWatched(PairState s, PairMemory m, PairContext c, PairInput.OrderWatched watched, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Find(watched.ClientOrderId) is not { } attempt)
        {
            sink.Do(new PairEffect.ReleaseTracker(watched.ClientOrderId));
            return;
        }
        m.Watched.Add(watched.ClientOrderId);
        Retire(attempt, m, c, sink);
    }

    /// <summary>Forgets an order of which nothing can come any more: the exchange's memory is over, and it was asked after that.</summary>
    private static bool Retire(Attempt attempt, PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        if (attempt.IsOpen || c.NowMs - attempt.SettledAtMs < KeepMs || attempt.Outcome == OrderOutcome.Quarantined
            || (IsWatched(attempt) && !m.Watched.Contains(attempt.ClientOrderId)))
            return false;
        m.Watched.Remove(attempt.ClientOrderId);
        sink.Persist(new OrderRetired(c.NowMs, attempt.ClientOrderId));
        sink.Do(new PairEffect.ReleaseTracker(attempt.ClientOrderId));
        return true;
    }

    /// <summary>
    /// Now and then the pair sees that every order has its tracker: one may have been finished by an incarnation that was overtaken, or
    /// have died without a word. What is to be cancelled is said again.
    /// </summary>
    private static void Look(PairState s, PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        if (!IsOver(m.LookedAtMs, LookMs, c))
            return;
        (m.LookedAtMs, m.LookDueMs) = (c.NowMs, 0);
        foreach (var attempt in s.Orders)
        {
            if (Retire(attempt, m, c, sink) || !(attempt.IsOpen || IsWatched(attempt)))
                continue;
            sink.Do(new PairEffect.EnsureTracker(Track(attempt)));
            if (attempt is { IsOpen: true, IsCancelling: true })
                sink.Do(new PairEffect.CancelOrder(attempt.ClientOrderId, "not wanted any more"));
        }
    }

    private static void AskForLook(PairState s, bool mayHaveNew, PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Orders.Count == 0 && !mayHaveNew)
            return;
        if (m.LookedAtMs == 0)
            m.LookedAtMs = c.NowMs;
        var delay = mayHaveNew || s.HasOpen() || s.Protection is not null ? LookMs : WatchedLookMs;
        if (m.LookDueMs > c.NowMs && m.LookDueMs <= c.NowMs + delay)
            return;
        m.LookDueMs = c.NowMs + delay;
        sink.Do(new PairEffect.Wake(delay));
    }

    /// <summary>Says that protection is missing, louder and louder, and asks to be woken for the next step.</summary>
    private static void Watchdog(PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        if (m.UnprotectedSinceMs == 0)
            return;
        var bare = UnprotectedMs(m, c.NowMs);
        var level = bare >= c.Protection.EmergencyExitMs ? 3 : bare >= PageMs ? 2 : bare >= WarnMs ? 1 : 0;
        if (level > m.UnprotectedLevel)
            sink.Do(new PairEffect.Note($"UNPROTECTED for {bare} ms", level > 1));
        if (level > m.UnprotectedLevel || bare == 0)
        {
            var next = level switch { 0 => WarnMs, 1 => PageMs, _ => c.Protection.EmergencyExitMs };
            if (level < 3)
                sink.Do(new PairEffect.Wake(Math.Max(1, next - bare)));
        }
        m.UnprotectedLevel = Math.Max(m.UnprotectedLevel, level);
    }

    /// <summary>True when protection has been missing for so long that the position is sold instead (RELIABILITY.md R13, C19).</summary>
    private static bool IsEmergency(PairState s, PairMemory m, PairContext c) =>
        c.ExchangeStops && c.Rules is { EnableTrading: true } && UnprotectedMs(m, c.NowMs) >= c.Protection.EmergencyExitMs && !IsProtected(s, m, c);
}
