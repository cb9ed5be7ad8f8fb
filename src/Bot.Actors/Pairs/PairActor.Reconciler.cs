using Akka.Actor;
using Akka.Event;
using Bot.Actors.Reconciler;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Actors.Pairs;

/// <content>What the account's reconciliation tells a pair, and the gate that waits for it (RELIABILITY.md R10, R14, R15).</content>
public sealed partial class PairActor
{
    private const string SweepTimer = "ask-sweep";

    /// <summary>An unanswered question is repeated after this, ms: the reconciler may be moving.</summary>
    private const long SweepRetryMs = 10_000;

    private long _sweepAsked;
    private long _sweepPassed;

    private bool IsSwept => _neighbours.Reconciler.IsNobody() || (_sweepAsked > 0 && _sweepPassed == _sweepAsked);

    /// <summary>Wants a sweep that begins from now on; nothing is opened before it has passed.</summary>
    private void AskSweep()
    {
        if (_neighbours.Reconciler.IsNobody())
            return;
        _sweepAsked++;
        AskSweepAgain();
        CheckGate();
    }

    private void AskSweepAgain()
    {
        _neighbours.Reconciler.Tell(new AskSweep(_context.Symbol, _sweepAsked));
        Timers.After(SweepTimer, SweepRetryMs, SweepOverdue.Instance);
    }

    private bool OnReconciler(IPairMessage message)
    {
        switch (message)
        {
            case SweepVerdict verdict:
                OnVerdict(verdict);
                return true;
            case AdoptOrder adopt when !_isEnding:
                Decide(new PairInput.Adopt(adopt.Order));
                return true;
            case WakeOrder wake when !_isEnding && _state.Find(wake.ClientOrderId) is { } attempt:
                Log.Warning("{Symbol} {ClientOrderId} is looked at again: {Why}", _context.Symbol.Text, wake.ClientOrderId, wake.Why);
                StartTracker(PairDecider.Track(attempt)).Tell(new OrderInput.LookAgain());
                return true;
            case PingOrders:
                foreach (var attempt in _state.Attempts)
                {
                    if (attempt.IsOpen)
                        EnsureTracker(PairDecider.Track(attempt));
                }
                return true;
            default:
                return false;
        }
    }

    private void OnVerdict(SweepVerdict verdict)
    {
        if (verdict.Number == _sweepAsked)
        {
            _sweepPassed = _sweepAsked;
            Timers.Cancel(SweepTimer);
        }
        else if (verdict.Number is not null)
        {
            return; // the answer to an earlier question
        }
        if (_context.OpeningBlock != verdict.Block && verdict.Block is not null)
            Log.Error("{Symbol} ALERT nothing is opened: {Block}", _context.Symbol.Text, verdict.Block);
        _context.OpeningBlock = verdict.Block;
        CheckGate();
    }

    private sealed record SweepOverdue
    {
        public static readonly SweepOverdue Instance = new();
    }
}
