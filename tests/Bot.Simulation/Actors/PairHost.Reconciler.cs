using Bot.Simulation.Engine;
using Bot.Trading.Pairs;

namespace Bot.Simulation.Actors;

/// <content>What the reconciliation tells it, as src/Bot.Actors/Pairs/PairActor.Reconciler.cs, and what its node knows.</content>
internal sealed partial class PairHost
{
    private const long SweepRetryMs = 10_000;

    private long _sweepAsked;
    private long _sweepPassed;

    private bool IsSwept => _sweepAsked > 0 && _sweepPassed == _sweepAsked;

    private void AskSweep()
    {
        _sweepAsked++;
        AskSweepAgain();
        CheckGate();
    }

    private void AskSweepAgain()
    {
        World.Between(Node, World.Reconciler, new AskSweep(_sweepAsked));
        World.Queue.Add(World.NowMs + SweepRetryMs, Happening.Message, this, new SweepOverdue(_sweepAsked));
    }

    private void OnVerdict(SweepVerdict verdict)
    {
        if (verdict.Number == _sweepAsked)
            _sweepPassed = _sweepAsked;
        else if (verdict.Number is not null)
            return; // the answer to an earlier question
        _context.OpeningBlock = verdict.Block;
        CheckGate();
    }

    private void OnPing()
    {
        foreach (var attempt in _state.Attempts)
        {
            if (attempt.IsOpen)
                EnsureTracker(PairDecider.Track(attempt));
        }
    }

    // One that waits out its pause after a failure is on its way.
    private void EnsureTracker(PairEffect.StartTracker order)
    {
        if (!_restartPauses.Exists(p => p.Id == order.Spec.ClientOrderId && p.IsDue)
            && !World.Is(Mutant.TrackerNotRestarted) && !World.Is(Mutant.OrdersForgottenOnRestart))
            StartTracker(order.Adopted is not null && Tracker(order.Spec.ClientOrderId) is not null ? order with { Adopted = null } : order);
    }

    private void LookAtNode()
    {
        _context.NowMs = NowMs;
        _context.Conditions = Node.Gateway.Conditions(_context.NowMs);
    }
}
