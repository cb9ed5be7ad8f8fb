using Akka.Actor;
using Akka.Event;
using Bot.Actors.Gateway;
using Bot.Actors.Orders;
using Bot.Actors.Persistence;
using Bot.Actors.Runtime;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Actors.Pairs;

/// <content>Supervision of the trackers: each is there, or is started again after a pause; none takes the pair down.</content>
public sealed partial class PairActor
{
    /// <summary>How long trackers may take to end when the pair is told to, ms.</summary>
    private const long EndingMs = 5_000;

    /// <summary>A tracker that lived this long was sound: its next pause is the first again.</summary>
    private const long SoundMs = 60_000;

    private readonly Dictionary<string, IActorRef> _trackers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<AccountEvent.Order>> _releasing = new(StringComparer.Ordinal);
    private readonly StopChildren _stopChildren = new();
    private readonly Dictionary<string, Restart> _restarts = new(StringComparer.Ordinal);
    private ActorTimers? _ending;
    private bool _isEnding;

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnStopAsked()
    {
        // Trackers first: a licence that is in the journal is sent, and an answer that is due within seconds is recorded, so that the next
        // owner does not have to begin with a doubt.
        _isEnding = true;
        CheckGate();
        if (_trackers.Count == 0)
        {
            Context.Stop(Self);
            return;
        }
        foreach (var tracker in _trackers.Values)
            tracker.Tell(StopDurable.Instance);

        // On wall time: a replay's clock may stand for ever by now.
        _ending = new ActorTimers(TimeProvider.System, Self);
        _ending.After("end", EndingMs, new EndNow());
    }

    private IActorRef StartTracker(PairEffect.StartTracker start)
    {
        var id = start.Spec.ClientOrderId;
        // Whether it runs is asked of the actor's own children: the machine's look after its trackers must not rest on a notice that was lost.
        if (_trackers.TryGetValue(id, out var running) && !Context.Child(id).IsNobody())
        {
            if (start.Adopted is { } adopted)
                running.Tell(new OrderInput.Adopted(start.Spec, start.Leg, start.CorrelationId, adopted.OrderId, adopted.Cancel, adopted.Why));
            return running;
        }
        var tracker = Context.ActorOf(ActorProps.Of(() => new OrderTracker(Services, start, _neighbours.Gateway, _stopChildren)), id);

        // Not with a message of our own: what is stashed while the pair writes comes back as a plain Terminated (Akka.NET 1.5), and a tracker
        // that ended just then would never be missed.
        Context.Watch(tracker);
        _trackers[id] = tracker;
        if (_restarts.TryGetValue(id, out var restart))
            _restarts[id] = restart with { StartedAt = Services.Time.GetTimestamp(), IsDue = false };

        // What was asked of the last incarnation of the tracker may not have reached its journal.
        if (_state.Find(id) is { IsOpen: true, IsCancelling: true })
            tracker.Tell(new OrderInput.CancelAsked("the pair wants it cancelled"));
        return tracker;
    }

    /// <summary>The machine wants to be sure that the tracker is there. One that waits out its pause after a failure is on its way.</summary>
    private void EnsureTracker(PairEffect.StartTracker start)
    {
        if (_isEnding || (_restarts.TryGetValue(start.Spec.ClientOrderId, out var restart) && restart.IsDue))
            return;

        // One that runs knows that its order was taken over.
        StartTracker(start.Adopted is not null && _trackers.ContainsKey(start.Spec.ClientOrderId) ? start with { Adopted = null } : start);
    }

    private void OnTrackerEnds(string clientOrderId, EndCause cause)
    {
        var known = _restarts.GetValueOrDefault(clientOrderId);
        _restarts[clientOrderId] = (known ?? new Restart(0, 0, cause, false)) with { Cause = cause };
    }

    private void OnTrackerGone(string clientOrderId)
    {
        _trackers.Remove(clientOrderId);
        if (_isEnding)
        {
            if (_trackers.Count == 0)
                Context.Stop(Self);
            return;
        }
        if (_releasing.Remove(clientOrderId, out var held))
        {
            held.ForEach(OnOrderEvent);

            // It came back to life while it was being released.
            if (_state.Find(clientOrderId) is { IsOpen: true } alive)
                StartTracker(PairDecider.Track(alive));
            return;
        }
        if (_state.Find(clientOrderId) is null)
            return;
        var last = _restarts.GetValueOrDefault(clientOrderId) ?? new Restart(0, 0, EndCause.Fault, false);
        var failures = last.StartedAt > 0 && Services.Time.GetElapsedTime(last.StartedAt).TotalMilliseconds >= SoundMs ? 0 : last.Failures;
        var pause = IncarnationEnded.PauseMs(last.Cause, failures, Services.Settings.RestartBackoffMs);

        // Somebody else has written to the order, so this pair is most likely overtaken too: it shall learn that first, and not take the
        // order back.
        if (last.Cause == EndCause.Overtaken)
            pause += Services.Settings.OwnerCheckMs;
        _restarts[clientOrderId] = new Restart(failures + 1, 0, EndCause.Fault, IsDue: true);
        Log.Warning("the tracker of {ClientOrderId} ended ({Cause}) and is still needed; it is started again in {PauseMs} ms", clientOrderId, last.Cause, pause);
        Timers.After($"restart-{clientOrderId}", pause, new RestartTracker(clientOrderId));
    }

    private void OnRestart(string clientOrderId)
    {
        if (_state.Find(clientOrderId) is { } attempt && !_isEnding)
            StartTracker(PairDecider.Track(attempt));
    }

    private sealed record Restart(int Failures, long StartedAt, EndCause Cause, bool IsDue);

    private sealed record RestartTracker(string ClientOrderId);

    private sealed record EndNow;
}
