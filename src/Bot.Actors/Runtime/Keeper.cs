using Akka.Actor;
using Akka.Event;
using Bot.Actors.Persistence;

namespace Bot.Actors.Runtime;

/// <summary>
/// Keeps an actor running: whenever it ends without having been told to, it is started again after a pause, for ever. Singletons and
/// sharded pairs live under one each, because nothing of Akka's starts them again when their journal was away (RELIABILITY.md R15, F7, F8).
/// A failure never goes further than this: its neighbours do not notice it (F24).
/// </summary>
public sealed class Keeper : UntypedActor
{
    /// <summary>Messages kept for an actor that is away; the oldest are dropped, and said so.</summary>
    private const int MostHeld = 1_000;

    /// <summary>An incarnation that lived this long was sound: the next pause is the first again.</summary>
    private const long SoundMs = 60_000;

    private const string Name = "actor";
    private const string ReviveTimer = "revive";

    private readonly Props _props;
    private readonly NodeServices _services;
    private readonly Func<bool> _isCalm;
    private readonly ActorTimers _timers;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Queue<(object Message, IActorRef Sender)> _held = [];
    private IActorRef? _actor;
    private EndCause _cause;
    private long _startedAt;
    private int _failures;
    private bool _isEnding;

    /// <summary>A keeper of one actor.</summary>
    /// <param name="props">The actor.</param>
    /// <param name="services">The node.</param>
    public Keeper(Props props, NodeServices services)
    {
        (_props, _services) = (props, services);
        _timers = new ActorTimers(services.Time, Self);
        _isCalm = CalmIn(Context.System);
    }

    /// <summary>Props of a keeper.</summary>
    /// <param name="props">The actor that it keeps.</param>
    /// <param name="services">The node.</param>
    public static Props Of(Props props, NodeServices services) => ActorProps.Of(() => new Keeper(props, services));

    /// <inheritdoc/>
    protected override void PreStart() => Revive();

    /// <inheritdoc/>
    protected override void PostStop() => _timers.Dispose();

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() =>
        // Never at once and in place: what fails again would do so as fast as the machine can.
        new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Ended ended when ended.Actor.Equals(_actor):
                OnEnded();
                break;
            case Ended:
                break;
            case IncarnationEnded ended when Sender.Equals(_actor):
                _cause = ended.Cause;
                break;
            case Again:
                Revive();
                break;
            case StopDurable:
                _isEnding = true;
                if (_actor is null)
                    Context.Stop(Self);
                else
                    _actor.Forward(message);
                break;
            default:
                if (_actor is not null)
                    _actor.Forward(message);
                else
                    Hold(message);
                break;
        }
    }

    private static Func<bool> CalmIn(ActorSystem system)
    {
        if (!system.Settings.HasCluster)
            return () => true;
        var cluster = Akka.Cluster.Cluster.Get(system);
        return () => cluster.State.Unreachable.IsEmpty;
    }

    private void Revive()
    {
        // Whoever was overtaken while it does not see everybody may stand on the losing side of a split: it would take the entity from its
        // rightful owner for the seconds until it is downed.
        if (_cause == EndCause.Overtaken && !_isCalm())
        {
            _timers.After(ReviveTimer, _services.Settings.RestartBackoffMs, Again.Instance);
            return;
        }
        _cause = EndCause.Fault;
        _startedAt = _services.Time.GetTimestamp();
        _actor = Context.ActorOf(_props, Name);
        Context.WatchWith(_actor, new Ended(_actor));
        while (_held.TryDequeue(out var held))
            _actor.Tell(held.Message, held.Sender);
    }

    private void OnEnded()
    {
        _actor = null;
        if (_isEnding)
        {
            Context.Stop(Self);
            return;
        }
        if (_services.Time.GetElapsedTime(_startedAt).TotalMilliseconds >= SoundMs)
            _failures = 0;
        var pauseMs = IncarnationEnded.PauseMs(_cause, _failures++, _services.Settings.RestartBackoffMs);
        if (_cause == EndCause.Damaged)
            _log.Error("ALERT {Actor} is quarantined: its journal is damaged or written by a newer release. It is tried again in {PauseMs} ms; the others go on", Self.Path.Name, pauseMs);
        else
            _log.Warning("{Actor} ended ({Cause}); it is started again in {PauseMs} ms", Self.Path, _cause, pauseMs);
        _timers.After(ReviveTimer, pauseMs, Again.Instance);
    }

    private void Hold(object message)
    {
        if (_held.Count == MostHeld)
        {
            var (dropped, _) = _held.Dequeue();
            _log.Warning("{Actor} is away for long: dropped a {Message}", Self.Path, dropped.GetType().Name);
        }
        _held.Enqueue((message, Sender));
    }

    private sealed record Ended(IActorRef Actor);

    private sealed record Again
    {
        public static readonly Again Instance = new();
    }
}
