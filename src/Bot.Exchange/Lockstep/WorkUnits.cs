namespace Bot.Exchange.Lockstep;

/// <summary>
/// Brackets the client's work in <see cref="InFlight"/>, when there is one. One call of the client is one unit, held while a request is
/// under way and while its answer is handed over, and left while the call waits for the injected clock: a wait that counted as work
/// would keep a virtual clock from ever reaching its end.
/// </summary>
internal sealed class WorkUnits(InFlight? inFlight, TimeProvider time)
{
    public void Enter() => inFlight?.Enter();

    public void Exit() => inFlight?.Exit();

    /// <summary>
    /// A request's time ran out on the injected clock. The clock moves only when nothing is under way, so the answer was withheld; what
    /// follows is work again.
    /// </summary>
    public void Reclaim() => inFlight?.Reclaim();

    /// <summary>Waits until the clock stands at the instant that what has just arrived belongs to.</summary>
    public Task WhenInstantOpenAsync() => inFlight?.WhenInstantOpenAsync() ?? Task.CompletedTask;

    /// <summary>
    /// Runs a call as one unit. The task completes inside the unit and runs its continuations there, so a continuation that passes the
    /// answer on at once (and enters what it passes on to) leaves no moment that looks quiet.
    /// </summary>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        if (inFlight is null)
            return call(cancel);
        var result = new TaskCompletionSource<T>();
        inFlight.Enter();
        _ = CompleteAsync(call, result, cancel);
        return result.Task;
    }

    /// <summary>Waits on the injected clock, outside the unit that the caller holds. Whoever ends the wait enters it again.</summary>
    public async Task DelayAsync(TimeSpan delay, CancellationToken cancel)
    {
        if (delay <= TimeSpan.Zero)
            return;

        // The timer's callback runs the continuation inline, on the thread that moves the clock: there is no quiet moment between.
        var wait = Task.Delay(delay, time, cancel);
        await (inFlight?.LeaveForAsync(wait) ?? wait).ConfigureAwait(false);
    }

    private async Task CompleteAsync<T>(Func<CancellationToken, Task<T>> call, TaskCompletionSource<T> result, CancellationToken cancel)
    {
        var cancelled = false;
        using var stop = new CancellationTokenSource();
        // A caller may give up a request whose answer is withheld: from then on there is work, so it is entered before the request learns
        // of it.
        using (cancel.UnsafeRegister(
            _ =>
            {
                Enter();
                cancelled = true;
                stop.Cancel();
            },
            null))
        {
            try
            {
                result.SetResult(await call(stop.Token).ConfigureAwait(false));
            }
            // The caller gets whatever went wrong; this task is nobody's.
#pragma warning disable CA1031
            catch (Exception e)
#pragma warning restore CA1031
            {
                result.SetException(e);
            }
        }
        Exit();
        if (cancelled)
            Exit();
    }
}
