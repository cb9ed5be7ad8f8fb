using Bot.Simulation.Engine;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Simulation.Actors;

/// <content>The trackers of its orders, as src/Bot.Actors/Pairs/PairActor.Trackers.cs.</content>
internal sealed partial class PairHost
{
    private void OnTrackerGone(TrackerHost tracker)
    {
        _trackers.Remove(tracker);
        if (tracker.IsReleasing)
        {
            foreach (var update in tracker.Held ?? [])
                OnUpdate(update);
            if (_state.Find(tracker.ClientOrderId) is { IsOpen: true } alive)
                StartTracker(PairDecider.Track(alive));
            return;
        }
        var id = tracker.ClientOrderId;
        if (_state.Find(id) is null || World.Is(Mutant.TrackerNotRestarted))
            return;
        var at = _restartPauses.FindIndex(p => p.Id == id);
        var pause = at < 0 ? Setup.RestartBackoffMs : Math.Min(2 * _restartPauses[at].PauseMs, LongestPauseMs);
        if (at < 0)
            _restartPauses.Add((id, pause, true));
        else
            _restartPauses[at] = (id, pause, true);
        World.Queue.Add(World.NowMs + pause, Happening.Message, this, new RestartTracker(id));
    }

    private void TellStops(object update)
    {
        foreach (var tracker in _trackers)
        {
            if (tracker.IsStop)
                World.Tell(tracker, update);
        }
    }

    private TrackerHost? Tracker(string id)
    {
        foreach (var tracker in _trackers)
        {
            if (tracker.ClientOrderId == id)
                return tracker;
        }
        return null;
    }

    private TrackerHost StartTracker(PairEffect.StartTracker start)
    {
        if (Tracker(start.Spec.ClientOrderId) is { } running)
        {
            if (start.Adopted is { } adopted)
                World.Tell(running, new OrderInput.Adopted(start.Spec, start.Leg, start.CorrelationId, adopted.OrderId, adopted.Cancel, adopted.Why));
            return running;
        }
        var tracker = new TrackerHost(World, Node, this, start, World.Is(Mutant.AnyNamelessChildIsOurs) ? new StopChildren() : _stopChildren);
        World.Figures.Incarnations++;
        World.Add(tracker);
        _trackers.Add(tracker);
        World.Queue.Add(World.NowMs, Happening.Begin, tracker);
        var at = _restartPauses.FindIndex(p => p.Id == start.Spec.ClientOrderId);
        if (at >= 0)
            _restartPauses[at] = _restartPauses[at] with { IsDue = false };

        // What was asked of the last incarnation of the tracker may not have reached its journal.
        if (_state.Find(start.Spec.ClientOrderId) is { IsOpen: true, IsCancelling: true })
            World.Tell(tracker, new OrderInput.CancelAsked("the pair wants it cancelled"));
        return tracker;
    }
}
