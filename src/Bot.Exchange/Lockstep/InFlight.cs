namespace Bot.Exchange.Lockstep;

/// <summary>
/// Counts work that is under way: actor runs, persists, requests, frames being read. In a lockstep replay the exchange's clock moves
/// only when the count is zero, so a result cannot depend on the machine's speed (DESIGN.md §6).
/// </summary>
/// <remarks>
/// The rule that makes zero mean quiet: whoever starts work that another continues enters the continuation before leaving its own.
/// Outside a replay nobody waits and the counter costs two interlocked operations per unit of work.
/// </remarks>
public sealed class InFlight
{
    private long _count;
    private long _withheld;
    private TaskCompletionSource? _waiter;
    private TaskCompletionSource? _nextInstant;

    /// <summary>Units of work under way.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>True when nothing is under way, apart from answers that a fault of the simulator withholds on purpose.</summary>
    public bool IsQuiet => Interlocked.Read(ref _count) <= Interlocked.Read(ref _withheld);

    /// <summary>One unit of work begins.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>One unit of work ended.</summary>
    public void Exit()
    {
        if (Interlocked.Decrement(ref _count) <= Interlocked.Read(ref _withheld))
            Volatile.Read(ref _waiter)?.TrySetResult();
    }

    /// <summary>
    /// Leaves the caller's unit until somebody else's work is done, and is back in it before that one leaves his: for a request to the
    /// exchange, which is a unit of its own, and for waits on the virtual clock. Held across them, one withheld answer would look like
    /// two, and the clock would wait for a wait that waits for the clock.
    /// </summary>
    /// <param name="other">The work; it completes inside its own unit, and runs its continuations there.</param>
    public async Task LeaveForAsync(Task other)
    {
        ArgumentNullException.ThrowIfNull(other);

        // Asked for before leaving: work that is done at this moment must find us, or both units would be left at once.
        var back = other.ContinueWith(
            static (_, self) => ((InFlight)self!).Enter(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Exit();
        await back.ConfigureAwait(false);
        await other.ConfigureAwait(false);
    }

    /// <summary>As <see cref="LeaveForAsync(Task)"/>, with a result.</summary>
    public async Task<T> LeaveForAsync<T>(Task<T> other)
    {
        await LeaveForAsync((Task)other).ConfigureAwait(false);
        return await other.ConfigureAwait(false);
    }

    /// <summary>
    /// The bot gave up a request whose answer is withheld: its time ran out on the virtual clock. It counts as work again, until it exits.
    /// </summary>
    public void Reclaim()
    {
        long withheld;
        do
        {
            withheld = Interlocked.Read(ref _withheld);
            if (withheld == 0)
                return;
        }
        while (Interlocked.CompareExchange(ref _withheld, withheld - 1, withheld) != withheld);
    }

    /// <summary>
    /// The bot is about to say that it is ready: from now on whatever arrives belongs to the next instant, and waits for it
    /// (<see cref="WhenInstantOpenAsync"/>).
    /// </summary>
    public void CloseInstant() =>
        Interlocked.CompareExchange(ref _nextInstant, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);

    /// <summary>The clock stands at the next instant: what waited for it goes on.</summary>
    public void OpenInstant() => Interlocked.Exchange(ref _nextInstant, null)?.TrySetResult();

    /// <summary>
    /// Completes at once while an instant is being worked off, and otherwise when the clock stands at the next one. For answers that the
    /// simulator withheld: they arrive with the clock's move, often before the news of it.
    /// </summary>
    public Task WhenInstantOpenAsync() => Volatile.Read(ref _nextInstant)?.Task ?? Task.CompletedTask;

    /// <summary>Tells how many requests the simulator will not answer until time has moved; they do not count as work under way.</summary>
    public void SetWithheld(long requests)
    {
        Interlocked.Exchange(ref _withheld, requests);
        Volatile.Read(ref _waiter)?.TrySetResult();
    }

    /// <summary>Completes when nothing is under way. One waiter at a time.</summary>
    public async Task WhenQuietAsync(CancellationToken cancel)
    {
        while (!IsQuiet)
        {
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            // A full fence: either Exit sees the waiter, or the check below sees the count that Exit left. A plain write could do neither.
            Interlocked.Exchange(ref _waiter, waiter);
            if (!IsQuiet)
                await waiter.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        Volatile.Write(ref _waiter, null);
    }
}
