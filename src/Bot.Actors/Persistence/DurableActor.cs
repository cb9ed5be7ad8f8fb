using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Bot.Actors.Runtime;
using Bot.Trading.Machines;

namespace Bot.Actors.Persistence;

/// <summary>
/// Ends a durable actor behind what it has to do: when its shard moves, when the singleton moves. (A poison pill would overtake stashed
/// work and what is being persisted.)
/// </summary>
public sealed record StopDurable : INoSerializationVerificationNeeded
{
    /// <summary>The only instance.</summary>
    public static readonly StopDurable Instance = new();
}

/// <summary>
/// The interpreter of a pure machine: persist the events, apply them, only then run the effects. Nothing else happens between a decision
/// and its effects, so killing the actor at any instruction loses at most what was never decided.
/// </summary>
/// <typeparam name="TEvent">The machine's events.</typeparam>
/// <typeparam name="TEffect">The machine's effects.</typeparam>
public abstract class DurableActor<TEvent, TEffect> : UntypedPersistentActor
    where TEvent : class
{
    private string _lastHash = "";
    private long _folded;
    private long _snapshotAt;
    private bool _isRecovering = true;
    private int _persisting;

    /// <summary>An actor of a node.</summary>
    protected DurableActor(NodeServices services)
    {
        Services = services;
        Timers = new ActorTimers(services.Time, Self);
        Log = Context.GetLogger();
        Services.InFlight.Enter();
    }

    /// <summary>What the actor may use.</summary>
    protected NodeServices Services { get; }

    /// <summary>Timers on process time.</summary>
    protected ActorTimers Timers { get; }

    /// <summary>Structured log.</summary>
    protected new ILoggingAdapter Log { get; }

    /// <summary>Where the machine puts its decision.</summary>
    protected Sink<TEvent, TEffect> Sink { get; } = new();

    /// <summary>Rows that were replayed into this incarnation.</summary>
    protected long Replayed { get; private set; }

    /// <summary>Events between two snapshots; 0 for none.</summary>
    protected virtual int SnapshotEvery => 0;

    /// <summary>Takes an event into the state.</summary>
    protected abstract void Apply(TEvent e);

    /// <summary>Runs an effect.</summary>
    protected abstract void Run(TEffect effect);

    /// <summary>The state's contract, for a snapshot.</summary>
    protected virtual object? TakeSnapshot() => null;

    /// <summary>Takes a stored state over.</summary>
    protected virtual void Restore(object state)
    {
    }

    /// <summary>The journal was replayed and is whole.</summary>
    protected abstract void OnRecovered();

    /// <summary>A message; the previous decision is persisted, applied and its effects are running.</summary>
    protected abstract void OnMessage(object message);

    /// <summary>The last decision's events are applied and its effects have been started.</summary>
    protected virtual void AfterCommit()
    {
    }

    /// <summary>The actor is told to end; what was persisted before has had its effects. It may take seconds for what is under way.</summary>
    protected virtual void OnStopAsked() => Context.Stop(Self);

    /// <summary>Persists what the machine decided, applies it, then runs the effects.</summary>
    protected void Commit()
    {
        if (Sink.IsSilent)
            return;
        var effects = Sink.Effects.ToArray();
        if (Sink.Events.Count == 0)
        {
            Sink.Clear();
            RunAll(effects);
            return;
        }
        var entries = new List<JournalEntry>(Sink.Events.Count);
        foreach (var e in Sink.Events)
        {
            var entry = JournalEntry.Create(e, _lastHash);
            _lastHash = entry.Hash();
            entries.Add(entry);
        }
        Sink.Clear();
        _persisting++;
        Services.InFlight.Enter();
        var remaining = entries.Count;
        ChaosHooks.CrashPoint("persisting", entries[0].Event);
        PersistAll(entries, entry =>
        {
            try
            {
                ChaosHooks.CrashPoint("stored", entry.Event);
                Apply((TEvent)entry.Event);
                _folded++;
                if (ChaosHooks.IsActive)
                    ChaosHooks.Acknowledged(PersistenceId, _folded, entry.Hash());
                if (--remaining > 0)
                    return;
                RunAll(effects);
                SnapshotWhenDue();
            }
            catch (Exception e)
            {
                Fail(e);
                return;
            }
            _persisting--;
            Services.InFlight.Exit();
        });
    }

    /// <inheritdoc/>
    protected sealed override void OnCommand(object message)
    {
        switch (message)
        {
            case SaveSnapshotSuccess:
                break;
            case SaveSnapshotFailure failure:
                Log.Warning("snapshot of {PersistenceId} failed: {Reason}; the journal holds everything", PersistenceId, failure.Cause.Message);
                break;
            case StopDurable:
                OnStopAsked();
                break;
            case JournalHead head:
                // Nothing of ours is being written now, so every row up to the last number is ours.
                if (head.SequenceNumber > LastSequenceNr)
                {
                    Log.Warning("{PersistenceId} was overtaken: row {Head} is not of this incarnation, which ends at row {Last}", PersistenceId, head.SequenceNumber, LastSequenceNr);
                    End(EndCause.Overtaken);
                }
                break;
            default:
                try
                {
                    OnMessage(message);
                }
                catch (Exception e)
                {
                    Fail(e);
                }
                break;
        }
    }

    /// <inheritdoc/>
    protected sealed override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: StoredSnapshot stored } offer:
                Restore(stored.State);
                (_lastHash, _folded, _snapshotAt) = (stored.LastHash, offer.Metadata.SequenceNr, offer.Metadata.SequenceNr);
                break;
            case JournalEntry entry:
                if (entry.Previous != _lastHash)
                    throw new InvalidDataException($"The journal of {PersistenceId} is broken before row {LastSequenceNr}: its link does not fit the row before it.");
                _lastHash = entry.Hash();
                Apply((TEvent)entry.Event);
                _folded++;
                Replayed++;
                break;
            case RecoveryCompleted:
                ChaosHooks.CrashPoint("recovered", GetType());
                if (_folded == LastSequenceNr)
                {
                    Services.Heads?.Watch(Self, PersistenceId);
                    try
                    {
                        OnRecovered();
                    }
                    catch (Exception e)
                    {
                        Fail(e);
                    }
                    EndRecovery();
                }
                else
                {
                    // Acting on half a history is worse than not acting: an operator has to look.
                    Log.Error("ALERT the journal of {PersistenceId} has {Rows} rows and {Folded} were replayed; it is not started", PersistenceId, LastSequenceNr, _folded);
                    End(EndCause.Damaged);
                }
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Log.Error(cause, "{PersistenceId} could not write row {SequenceNr}; this incarnation ends and the journal decides what happened", PersistenceId, sequenceNr);
        End(IncarnationEnded.CauseOf(cause, whileReplaying: false));
    }

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        // The default is to go on without the event: state and journal would differ from here on.
        Log.Error(cause, "the journal rejected row {SequenceNr} of {PersistenceId}; this incarnation ends", sequenceNr, PersistenceId);
        End(EndCause.Fault);
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        Log.Error(reason, "{PersistenceId} cannot be recovered", PersistenceId);
        End(IncarnationEnded.CauseOf(reason, whileReplaying: message is not null));
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Services.Heads?.Forget(Self);
        Timers.Dispose();
        EndRecovery();
        for (; _persisting > 0; _persisting--)
            Services.InFlight.Exit();
        base.PostStop();
    }

    /// <summary>Tells the parent why, and ends.</summary>
    private void End(EndCause cause)
    {
        Context.Parent.Tell(new IncarnationEnded(cause));
        Context.Stop(Self);
    }

    /// <summary>
    /// What throws ends this incarnation and nothing else: its state may differ from the journal by now, and an effect may be half done
    /// (RELIABILITY.md F24). The next incarnation begins from the journal.
    /// </summary>
    private void Fail(Exception e)
    {
        Log.Error(e, "ALERT {PersistenceId} failed inside a decision or an effect; this incarnation ends, the next one begins from the journal", PersistenceId);
        End(EndCause.Fault);
    }

    private void RunAll(TEffect[] effects)
    {
        foreach (var effect in effects)
        {
            if (ChaosHooks.IsActive)
                ChaosHooks.CrashPoint("effect", effect!);
            Run(effect);
            if (ChaosHooks.IsActive)
                ChaosHooks.CrashPoint("done", effect!);
        }
        AfterCommit();
    }

    private void SnapshotWhenDue()
    {
        if (SnapshotEvery == 0 || _folded - _snapshotAt < SnapshotEvery || TakeSnapshot() is not { } state)
            return;
        _snapshotAt = _folded;
        ChaosHooks.CrashPoint("snapshot", GetType());
        SaveSnapshot(new StoredSnapshot(state, _lastHash));
    }

    private void EndRecovery()
    {
        if (!_isRecovering)
            return;
        _isRecovering = false;
        Services.InFlight.Exit();
    }
}
