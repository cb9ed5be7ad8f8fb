namespace Bot.Exchange.Lockstep;

/// <summary>A number that only grows, set by one thread and awaited by another. Costs nothing while nobody has to wait.</summary>
internal sealed class AwaitableCount
{
    private long _value;
    private long _awaited = long.MaxValue;
    private int _closed;
    private TaskCompletionSource? _waiter;

    public long Value => Interlocked.Read(ref _value);

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Completes when the number is reached, or will never be.</summary>
    public ValueTask WhenAsync(long number, CancellationToken cancel) =>
        IsReached(number) ? ValueTask.CompletedTask : new ValueTask(WaitAsync(number, cancel));

    public void Set(long value)
    {
        Interlocked.Exchange(ref _value, value);
        if (value >= Interlocked.Read(ref _awaited))
            Volatile.Read(ref _waiter)?.TrySetResult();
    }

    /// <summary>Ends every wait.</summary>
    public void Close()
    {
        Interlocked.Exchange(ref _closed, 1);
        Volatile.Read(ref _waiter)?.TrySetResult();
    }

    private bool IsReached(long number) => Value >= number || IsClosed;

    private async Task WaitAsync(long number, CancellationToken cancel)
    {
        while (!IsReached(number))
        {
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _waiter, waiter);
            // A full fence on both sides: either the setter sees what is awaited, or the check below sees the setter's number.
            Interlocked.Exchange(ref _awaited, number);
            if (!IsReached(number))
                await waiter.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        Interlocked.Exchange(ref _awaited, long.MaxValue);
        Interlocked.Exchange(ref _waiter, null);
    }
}
