using Bot.Simulation.Actors;
using Bot.Simulation.Plans;
using Bot.Trading.Pairs;
using Bot.Trading.Reconciliation;

namespace Bot.Simulation.Engine;

/// <content>The steps of the scenario and the faults of the plan.</content>
internal sealed partial class World
{
    private void OnStep(in Step step)
    {
        Trace?.Line(null, $"step {step.Kind} {step.Value}");
        switch (step.Kind)
        {
            case StepKind.Enter or StepKind.Exit:
                Signal(step.Kind == StepKind.Enter);
                break;
            case StepKind.Price:
                SetPrice(step.Value);
                break;
            case StepKind.Depth:
                Exchange.SetDepth(step.Value);
                break;
            case StepKind.Flatten:
                ToPair(new PairInput.FlattenNow("operator"));
                break;
            case StepKind.Pause:
                ToPair(new PairInput.PauseEntries("operator"));
                break;
            case StepKind.Resume:
                ToPair(new PairInput.ResumeEntries("operator"));
                break;
            case StepKind.Mode:
                Order((TradingMode)(int)step.Value);
                if (Portfolio.Current is { IsAlive: true } portfolio)
                    Queue.Add(NowMs + 2, Happening.Message, portfolio, new SetMode((TradingMode)(int)step.Value));
                break;
            case StepKind.Move:
                Move();
                break;
            case StepKind.Kill:
                Kill(Pair.Home, 12_000);
                break;
            case StepKind.WindDown:
                ToPair(new PairInput.WindDown(PairPhase.WindingDown, step.Value == 1, "selection"));
                break;
            case StepKind.Start:
                ToPair(Setup.StartPair);
                break;
            case StepKind.Refuse:
                Weather.RefusalsMs = NowMs + (long)step.Value;
                Weather.Refusal = 0;
                break;
            case StepKind.LoseAnswers:
                Weather.AnswersLostMs = NowMs + (long)step.Value;
                break;
            case StepKind.LoseRows:
                LoseRows(step);
                break;
            case StepKind.LoseRequests:
                Weather.RequestsLostMs = NowMs + (long)step.Value;
                break;
        }
    }

    private void OnFault(Fault fault)
    {
        Trace?.Line(null, $"fault {fault.Kind} for {fault.ForMs} ms, {fault.Amount}");
        Figures.Injected(fault.Kind);
        var until = NowMs + fault.ForMs;
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                Kill(_nodes[fault.Amount & 1], fault.ForMs);
                break;
            case FaultKind.Pause:
                Pause(_nodes[fault.Amount & 1], fault.ForMs);
                break;
            case FaultKind.StreamDown:
                Connect(Pair.Home, false);
                Queue.Add(until, Happening.FaultEnds, payload: Pair.Home, number: (int)FaultKind.StreamDown);
                break;
            case FaultKind.StreamLoss:
                (Weather.StreamLossMs, Weather.StreamLoss) = (until, fault.Amount);
                break;
            case FaultKind.StreamTwice:
                Weather.StreamTwiceMs = until;
                break;
            case FaultKind.StreamReorder:
                Weather.StreamReorderMs = until;
                break;
            case FaultKind.AnswersLost:
                Weather.AnswersLostMs = until;
                break;
            case FaultKind.RequestsLost:
                Weather.RequestsLostMs = until;
                break;
            case FaultKind.RequestsLate:
                (Weather.RequestsLateMs, Weather.LateByMs) = (until, Math.Max(1, fault.Amount));
                break;
            case FaultKind.AnswersLate:
                (Weather.AnswersLateMs, Weather.AnswersLateByMs) = (until, Math.Max(1, fault.Amount));
                break;
            case FaultKind.ServerErrors:
                Weather.ServerErrorsMs = until;
                break;
            case FaultKind.ServerErrorsAfterAccept:
                Weather.ServerErrorsAfterMs = until;
                break;
            case FaultKind.Throttled:
                Weather.ThrottledMs = until;
                break;
            case FaultKind.ThrottledAfterAccept:
                Weather.ThrottledAfterMs = until;
                break;
            case FaultKind.Refusals:
                (Weather.RefusalsMs, Weather.Refusal) = (until, fault.Amount);
                break;
            case FaultKind.StaleReads:
                (Weather.StaleMs, Weather.StaleByMs) = (until, Math.Max(1, fault.Amount));
                break;
            case FaultKind.ReadsFail:
                Weather.ReadsFailMs = until;
                break;
            case FaultKind.LateExecutions:
                (Weather.LateExecutionsMs, Weather.ExecutionsLateByMs) = (until, Math.Max(1, fault.Amount));
                break;
            case FaultKind.JournalStalls:
                (Weather.JournalBackMs, Weather.JournalRefuses) = (Math.Min(until, StartMs + _plan.HealAtMs), false);
                break;
            case FaultKind.JournalDown:
                (Weather.JournalBackMs, Weather.JournalRefuses) = (Math.Min(until, StartMs + _plan.HealAtMs), true);
                break;
            case FaultKind.ClockOff:
                var off = Is(Mutant.ClockFourSecondsOff) ? 4 * Math.Sign(fault.Amount) * 1_000 : fault.Amount;
                Pair.Home.SkewMs = off;
                break;
            case FaultKind.Move:
                Move();
                break;
            case FaultKind.NodesCut:
                (Weather.NodesCutMs, Weather.NodesLoss) = (until, fault.Amount);
                break;
            case FaultKind.PriceJump:
                SetPrice(Setup.Rules.FloorPrice(Exchange.LastPrice * (100 + fault.Amount) / 100));
                break;
            case FaultKind.ThinBook:
                Exchange.SetDepth(fault.Amount / 100m);
                Queue.Add(until, Happening.FaultEnds, number: (int)FaultKind.ThinBook);
                break;
            case FaultKind.StopRefused or FaultKind.StopPartial or FaultKind.StopLate or FaultKind.StopGap or FaultKind.StopNotTaken:
                Exchange.SetStopFault(fault.Kind);
                Queue.Add(until, Happening.FaultEnds, number: (int)FaultKind.StopRefused);
                break;
            case FaultKind.KillTracker:
                (Pair.Current as PairHost)?.FailTracker();
                break;
            case FaultKind.TwoIncarnations:
                Pair.StartSecond();
                break;
        }
    }

    private void OnFaultEnds(FaultKind kind, Node? node)
    {
        switch (kind)
        {
            case FaultKind.StreamDown:
                Connect(node!, true);
                break;
            case FaultKind.ThinBook:
                Exchange.SetDepth(Setup.Depth);
                break;
            case FaultKind.StopRefused:
                Exchange.SetStopFault(null);
                break;
            case FaultKind.Kill when node is { IsGivenUp: true }:
                Kill(node, 1_000);
                break;
        }
    }

    // As after the restore of an old dump: an order of ours is at the exchange and in no journal. Who reads the journals begins anew.
    private void LoseRows(in Step step)
    {
        // Whoever loses rows has traded before: the books have begun.
        if (Journal.Stream(Setup.PairStream).Rows.Count == 0 || !Journal.Stream(Setup.ReconcilerStream).Rows.Exists(static row => row is BooksOpened))
        {
            Queue.Add(NowMs + 100, Happening.Step, number: Array.IndexOf(_scenario.Steps, step));
            return;
        }
        Exchange.Plant(rests: step.Value == 1);
        for (var i = _actors.Count - 1; i >= 0; i--)
        {
            if (_actors[i] is ReconcilerHost { IsAlive: true } reconciler)
                reconciler.Stop();
        }
    }

    private void Signal(bool isEntry)
    {
        if (Pair.Current is { IsAlive: true } pair)
            Queue.Add(NowMs + 5, Happening.Message, pair, isEntry ? Word.EnterSignal : Word.ExitSignal);
    }

    private void ToPair(object message)
    {
        if (Pair.Current is { IsAlive: true } pair)
            Queue.Add(NowMs + 3, Happening.Message, pair, message);
    }

    private void SetPrice(decimal price)
    {
        Exchange.SetPrice(price);
        Queue.Add(NowMs + Math.Min(Delay(), 4_000), Happening.Ticked, number: Exchange.LastTicks);
    }

    private void Move()
    {
        if (Other(Pair.Home) is { } other && Pair.Current is { IsAlive: true } pair && !Pair.Home.IsPaused)
            Queue.Add(NowMs, Happening.Message, pair, Word.HandOff, other.Index);
    }
}
