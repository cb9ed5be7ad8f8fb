using Bot.Simulation.Plans;

namespace Bot.Simulation.Engine;

/// <content>Nodes, crash points and the journal's way.</content>
internal sealed partial class World
{
    // What failed again and again waits up to a minute before it is tried again.
    private const int HealedProtectMs = 90_000;
    private const int CalmProtectMs = 2_000;

    private int _nextPointNumber;

    /// <summary>A write leaves a process.</summary>
    public void Persist(Actor actor, JournalWrite write)
    {
        _atPersist = null;
        if (!Passes(CrashPoint.BeforePersist, actor) && !actor.IsAlive)
            return;
        var leaves = actor.Node.IsPaused ? actor.Node.ResumesMs : NowMs;
        var commit = leaves + 1 + _noise.Below(4);
        var stalled = Weather.JournalBackMs > NowMs;
        switch (_atPersist)
        {
            case CrashAction.NotStored:
                Queue.Add(commit, Happening.NotStored, actor, write);
                return;
            case CrashAction.StoredDenied:
                write.IsDenied = true;
                break;
            case CrashAction.StoredLate:
                write.IsAwaited = false;
                Queue.Add(commit, Happening.NotStored, actor, write);
                commit += _noise.Between(1, 8_000);
                break;
            default:
                if (stalled && Weather.JournalRefuses)
                {
                    Queue.Add(commit, Happening.NotStored, actor, write);
                    return;
                }
                if (stalled)
                {
                    commit = Weather.JournalBackMs + 1 + _noise.Below(50);
                    if (commit > NowMs + 10_000)
                    {
                        // The plugin gives up after its call timeout; the row may come all the same.
                        write.IsAwaited = false;
                        Queue.Add(NowMs + 10_000, Happening.NotStored, actor, write);
                    }
                }
                break;
        }
        Queue.Add(commit, Happening.Commit, actor, write);
    }

    /// <summary>
    /// A crash point: counts it, and does what the plan wants there. False when the process does not go on now; if it only was paused, its
    /// actor is told to go on later.
    /// </summary>
    public bool Passes(CrashPoint point, Actor actor)
    {
        var number = ++_nextPointNumber;
        if (_nextPoint >= _points.Count || _points[_nextPoint].Point > number)
            return true;
        var fault = _points[_nextPoint];
        while (_nextPoint < _points.Count && _points[_nextPoint].Point <= number)
            _nextPoint++;
        Figures.Hit(point, fault.Action);
        Trace?.Line(actor, $"crash point {number} ({point}): {fault.Action}");
        switch (fault.Action)
        {
            case CrashAction.Kill:
                Kill(actor.Node, fault.ForMs);
                return false;
            case CrashAction.Pause:
                Pause(actor.Node, fault.ForMs);
                if (point is CrashPoint.AfterStored or CrashPoint.BeforeEffect)
                    Queue.Add(actor.Node.ResumesMs, Happening.GoOn, actor);
                return false;
            case CrashAction.KillActor when actor is IFails failing:
                failing.FailNow();
                return false;
            default:
                if (point != CrashPoint.BeforePersist)
                    return true;
                _atPersist = fault.Action;
                return true;
        }
    }

    private void OnCommit(JournalWrite write, Actor actor)
    {
        if (!Journal.Commit(write, NowMs, !Is(Mutant.NoUniqueKey)))
        {
            Figures.Conflicts++;
            Trace?.Line(actor, $"row {write.First} of {write.Stream.Id} is there already");
            if (write.IsAwaited)
                Queue.Add(NowMs + 1, Happening.NotStored, actor, write);
            return;
        }
        Trace?.Rows(write);
        if (!write.IsAwaited)
            return;
        if (actor.IsAlive && !actor.Node.IsPaused)
            Passes(CrashPoint.Committed, actor);
        Queue.Add(NowMs + 1 + _noise.Below(3), write.IsDenied ? Happening.NotStored : Happening.Stored, actor, write);
    }

    /// <summary>Ends everything on a node at once; it is back after a while.</summary>
    public void Kill(Node node, int backMs)
    {
        if (!node.IsUp)
            return;
        Trace?.Line(null, $"{node.Name} is killed");
        Figures.Kills++;
        node.IsUp = false;
        node.IsPaused = false;
        node.IsConnected = false;
        node.Connection++;
        node.Waiting.Clear();
        for (var i = 0; i < _actors.Count; i++)
        {
            if (_actors[i].Node == node && _actors[i].IsAlive)
                _actors[i].End();
        }
        Queue.Add(NowMs + Math.Min(DetectMs, 500 + backMs), Happening.Detected, payload: node);
        Queue.Add(Math.Min(NowMs + Math.Max(backMs, 300), HealMs(NowMs)), Happening.NodeUp, payload: node);
    }

    /// <summary>Stops a node's process; it goes on where it was.</summary>
    public void Pause(Node node, int forMs)
    {
        if (!node.IsUp || node.IsPaused)
            return;
        node.IsPaused = true;
        node.ResumesMs = Math.Min(NowMs + Math.Max(1, forMs), HealMs(NowMs + 1));
        Trace?.Line(null, $"{node.Name} is stopped until {node.ResumesMs - StartMs}");
        Figures.Pauses++;
        Queue.Add(node.ResumesMs, Happening.Resume, payload: node);
        if (node.ResumesMs - NowMs > DetectMs)
            Queue.Add(NowMs + DetectMs, Happening.Detected, payload: node);
    }

    private long HealMs(long atLeast) => Math.Max(atLeast, StartMs + _plan.HealAtMs);

    private Node? Other(Node node)
    {
        var other = _nodes[1 - node.Index];
        return other is { IsUp: true, IsPaused: false, IsGivenUp: false } ? other : null;
    }

    private void OnDetected(Node node)
    {
        if (node.IsUp && !node.IsPaused)
            return;
        if (Other(node) is not { } other)
            return;
        if (node.IsUp)
        {
            node.IsGivenUp = true;
            Figures.Zombies++;
        }
        Trace?.Line(null, $"{node.Name} is given up");
        Pair.Leave(node, other);
        Portfolio.Leave(node, other);
        Reconciler.Leave(node, other);
    }

    private void OnResume(Node node)
    {
        if (!node.IsPaused || NowMs < node.ResumesMs)
            return;
        node.IsPaused = false;
        Trace?.Line(null, $"{node.Name} goes on");
        foreach (var e in node.Waiting)
            Queue.Add(NowMs, e.Kind, e.Actor, e.Payload, e.Number);
        node.Waiting.Clear();
        if (node.IsGivenUp)
        {
            // The others have removed it: it learns that, and ends itself, after a while in which it acts as if nothing had been.
            Queue.Add(NowMs + _noise.Between(200, 15_000), Happening.FaultEnds, payload: node, number: (int)FaultKind.Kill);
        }
    }

    private void OnNodeUp(Node node)
    {
        if (node.IsUp)
            return;
        node.IsUp = true;
        node.Gateway.Reset();
        node.IsGivenUp = false;
        node.IsConnected = true;
        node.Connection++;
        node.LastPushMs = NowMs;
        Trace?.Line(null, $"{node.Name} is up");
        Pair.OnNodeUp(node);
        Portfolio.OnNodeUp(node);
        Reconciler.OnNodeUp(node);
    }

    private void OnAskHeads()
    {
        if (Is(Mutant.Passivation) && NowMs > StartMs + _plan.HealAtMs + 120_000)
            Pair.Current?.End();
        if (Weather.JournalBackMs <= NowMs)
        {
            for (var i = 0; i < _actors.Count; i++)
            {
                if (_actors[i].IsAlive)
                    Deliver(new Event { Kind = Happening.Head, Actor = _actors[i], TimeMs = NowMs });
            }
        }
        Queue.Add(NowMs + OwnerCheckMs, Happening.AskHeads);
    }

    private void OnHeal()
    {
        Trace?.Line(null, "everything heals");
        Weather.Heal();
        foreach (var node in _nodes)
        {
            node.SkewMs = 0;
            if (node.IsPaused)
            {
                node.ResumesMs = NowMs;
                OnResume(node);
            }
            if (!node.IsUp)
                OnNodeUp(node);
            Connect(node, true);
        }
        _points.Clear();
        Exchange.Heal();
        Checker.Calm(NowMs, HealedProtectMs);
        Queue.Add(NowMs + SettleMs, Happening.End);
    }
}
