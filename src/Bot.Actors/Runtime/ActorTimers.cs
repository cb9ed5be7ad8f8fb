using Akka.Actor;

namespace Bot.Actors.Runtime;

/// <summary>
/// One-shot timers on <see cref="TimeProvider"/> that arrive as messages. Akka's own scheduler keeps real time and would run ahead of a
/// replay's clock; it serves the cluster's internals only (DESIGN.md §6).
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="owner">Receives the messages.</param>
public sealed class ActorTimers(TimeProvider time, IActorRef owner) : IDisposable
{
    private readonly Dictionary<string, ITimer> _timers = new(StringComparer.Ordinal);

    /// <summary>Sends the message after a delay; an earlier timer of the same name is replaced.</summary>
    public void After(string name, long delayMs, object message)
    {
        Cancel(name);
        _timers[name] = time.CreateTimer(
            static state =>
            {
                var (to, what) = ((IActorRef, object))state!;
                to.Tell(what, ActorRefs.NoSender);
            },
            (owner, message),
            TimeSpan.FromMilliseconds(Math.Max(0, delayMs)),
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops a timer; its message may already be in the mailbox.</summary>
    public void Cancel(string name)
    {
        if (_timers.Remove(name, out var timer))
            timer.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var timer in _timers.Values)
            timer.Dispose();
        _timers.Clear();
    }
}
