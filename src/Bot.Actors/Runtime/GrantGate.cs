namespace Bot.Actors.Runtime;

/// <summary>
/// In a lockstep replay the requests for money of one instant are decided together, once nothing else is under way, in the order of
/// symbol and intent: otherwise the threads' luck would decide who gets it (docs/lockstep.md).
/// </summary>
public sealed class GrantGate
{
    private int _waiting;
    private Action? _decide;

    /// <summary>The portfolio says how it is woken.</summary>
    public void Register(Action decide) => Volatile.Write(ref _decide, decide);

    /// <summary>A request waits.</summary>
    public void Waiting() => Volatile.Write(ref _waiting, 1);

    /// <summary>Called when nothing is under way: true when there was something to decide.</summary>
    public bool Decide()
    {
        if (Interlocked.Exchange(ref _waiting, 0) == 0)
            return false;
        Volatile.Read(ref _decide)?.Invoke();
        return true;
    }
}
