using Bot.Trading.Machines;

namespace Bot.Simulation.Engine;

/// <summary>Something that a fault of the plan can end by a failure of its own.</summary>
internal interface IFails
{
    /// <summary>It fails now.</summary>
    void FailNow();
}

/// <summary>
/// The interpreter of a pure machine, step by step as src/Bot.Actors/Persistence/DurableActor.cs does it: persist the events, apply them,
/// only then run the effects; what comes meanwhile waits. Between any two steps there is a crash point.
/// </summary>
internal abstract class Durable<TEvent, TEffect> : Actor, IFails
    where TEvent : class
{
    // Production takes one every two hundred rows; a run has some dozens.
    private const int SnapshotEvery = 7;

    private readonly Queue<Event> _stash = new();
    private readonly List<TEffect> _effects = [];
    private JournalWrite? _write;
    private int _nextEffect;
    private bool _isRunning;

    protected Durable(World world, Node node, JournalStream stream)
        : base(world, node)
    {
        Stream = stream;
        Writer = world.NextWriter();
    }

    /// <summary>Its rows.</summary>
    public JournalStream Stream { get; }

    /// <summary>This incarnation's number.</summary>
    protected int Writer { get; }

    /// <summary>Rows that this incarnation knows of.</summary>
    public long Known { get; private set; }

    /// <summary>Rows that were replayed into it.</summary>
    protected long Replayed { get; private set; }

    /// <summary>Where the machine puts its decision.</summary>
    protected Sink<TEvent, TEffect> Sink { get; } = new();

    /// <summary>The exchange's clock as this node estimates it.</summary>
    protected long NowMs => World.NowMs + Node.SkewMs;

    /// <inheritdoc/>
    public override string Name => Stream.Id;

    /// <summary>Takes an event into the state.</summary>
    protected abstract void Apply(TEvent e);

    /// <summary>The state goes through its stored form and back, as where a recovery begins with a snapshot; orders have none.</summary>
    protected virtual void PassThroughSnapshot()
    {
    }

    /// <summary>Runs an effect.</summary>
    protected abstract void Run(TEffect effect);

    /// <summary>The journal was replayed.</summary>
    protected abstract void OnRecovered();

    /// <summary>A message; the previous decision is persisted, applied and its effects have run.</summary>
    protected abstract void OnMessage(in Event e);

    /// <summary>The last decision's events are applied and its effects have been started.</summary>
    protected virtual void AfterCommit()
    {
    }

    /// <summary>It has ended by itself; whoever supervises it decides what then.</summary>
    protected abstract void OnEnded();

    /// <inheritdoc/>
    public sealed override void Begin()
    {
        try
        {
            var rows = Stream.Rows;
            var end = World.Is(Mutant.SnapshotWithoutTail) && rows.Count > 4 ? rows.Count - (rows.Count % 4) : rows.Count;
            for (var i = 0; i < end; i++)
            {
                // The replay filter of the journal plugin drops the rows of a writer that comes back (RELIABILITY.md, finding 1).
                if (World.Is(Mutant.ReplayFilter) && IsOfOldWriter(i))
                    continue;
                Apply((TEvent)rows[i]);
                Replayed++;
                if (Replayed % SnapshotEvery == 0)
                    PassThroughSnapshot();
            }
            Known = rows.Count;
            OnRecovered();
            Drain();
        }
        catch (Exception e) when (World.IsFault(e))
        {
            Fail(e);
        }
    }

    /// <inheritdoc/>
    public sealed override void Take(in Event e)
    {
        try
        {
            switch (e.Kind)
            {
                case Happening.Stored:
                    OnStored((JournalWrite)e.Payload!);
                    break;
                case Happening.NotStored:
                    OnNotStored((JournalWrite)e.Payload!);
                    break;
                case Happening.Begin:
                    Begin();
                    return;
                case Happening.GoOn:
                    RunEffects();
                    break;
                case Happening.Head:
                    OnHead();
                    return;
                default:
                    if (_write is not null || _isRunning)
                    {
                        _stash.Enqueue(e);
                        return;
                    }
                    OnMessage(e);
                    break;
            }
            Drain();
        }
        catch (Exception fault) when (World.IsFault(fault))
        {
            Fail(fault);
        }
    }

    /// <inheritdoc/>
    public void FailNow() => Stop();

    /// <summary>Ends by itself.</summary>
    public void Stop()
    {
        if (!IsAlive)
            return;
        End();
        OnEnded();
    }

    /// <summary>Persists what the machine decided, applies it, then runs the effects.</summary>
    protected void Commit()
    {
        if (Sink.IsSilent)
            return;
        for (var i = 0; i < Sink.Effects.Count; i++)
            _effects.Add(Sink.Effects[i]);
        _nextEffect = 0;
        var count = Sink.Events.Count;
        if (World.Is(Mutant.NoFence))
            count = WithoutOwner(count);
        if (count == 0)
        {
            Sink.Clear();
            _isRunning = true;
            RunEffects();
            return;
        }
        var events = new object[count];
        for (int i = 0, at = 0; at < count; i++)
        {
            if (count == Sink.Events.Count || !World.IsOwner(Sink.Events[i]))
                events[at++] = Sink.Events[i];
        }
        Sink.Clear();
        _write = new JournalWrite { Stream = Stream, First = Known + 1, Events = events, Writer = Writer };
        if (World.Is(Mutant.ActBeforePersist))
        {
            _isRunning = true;
            foreach (var e in events)
                Apply((TEvent)e);
            RunEffects();
        }
        World.Persist(this, _write);
    }

    /// <summary>The journal was asked how far the stream is: an incarnation that does not write would never learn that it was overtaken.</summary>
    private void OnHead()
    {
        if (_write is not null || Stream.Rows.Count <= Known || World.Is(Mutant.NeverAsksTheJournal))
            return;
        World.Trace?.Line(this, "was overtaken; this incarnation ends");
        Stop();
    }

    private void OnStored(JournalWrite write)
    {
        if (_write != write)
            return;
        _write = null;
        Known += write.Events.Length;
        if (World.Is(Mutant.ActBeforePersist))
            return;
        foreach (var e in write.Events)
            Apply((TEvent)e);
        _isRunning = true;
        if (World.Passes(CrashPoint.AfterStored, this))
            RunEffects();
    }

    private void OnNotStored(JournalWrite write)
    {
        if (_write != write)
            return;
        World.Trace?.Line(this, "could not write; this incarnation ends");
        if (World.Is(Mutant.RejectedIsIgnored))
        {
            // Akka's default for a rejected event: log and go on.
            OnStored(write);
            return;
        }
        Stop();
    }

    private void RunEffects()
    {
        while (_nextEffect < _effects.Count)
        {
            if (!World.Passes(CrashPoint.BeforeEffect, this))
                return; // it was killed, or paused: then it goes on here
            Run(_effects[_nextEffect++]);
            if (!IsAlive)
                return;
            if (Node.IsPaused)
            {
                World.Queue.Add(Node.ResumesMs, Happening.GoOn, this);
                return;
            }
        }
        if (!_isRunning)
            return;
        _effects.Clear();
        _nextEffect = 0;
        _isRunning = false;
        AfterCommit();
    }

    private void Drain()
    {
        while (IsAlive && _write is null && !_isRunning && _stash.Count > 0)
        {
            if (Node.IsPaused)
            {
                // The process was stopped in the middle of its work.
                World.Queue.Add(Node.ResumesMs, Happening.GoOn, this);
                return;
            }
            var next = _stash.Dequeue();
            OnMessage(next);
        }
    }

    private void Fail(Exception fault)
    {
        World.OnThrown(this, fault);
        Stop();
    }

    private int WithoutOwner(int count)
    {
        for (var i = Sink.Events.Count - 1; i >= 0; i--)
            count -= World.IsOwner(Sink.Events[i]) ? 1 : 0;
        return count;
    }

    private bool IsOfOldWriter(int row)
    {
        // "repair by discard old": once a newer writer was seen, rows of an older one that follow are dropped.
        var writer = World.SystemOf(Stream.Writers[row]);
        var isNew = true;
        var newest = -1;
        for (var i = 0; i <= row; i++)
        {
            var system = World.SystemOf(Stream.Writers[i]);
            if (system == newest)
            {
                isNew = true;
                continue;
            }
            var seen = false;
            for (var j = 0; j < i; j++)
                seen |= World.SystemOf(Stream.Writers[j]) == system;
            isNew = !seen;
            if (isNew)
                newest = system;
        }
        return !isNew && writer != newest;
    }
}
