using Bot.Exchange.Lockstep;

namespace Bot.Exchange.Kucoin.Http;

/// <summary>Ends a request when its time runs out on the injected clock, or when its caller gives it up, and remembers which.</summary>
internal sealed class RequestDeadline : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly WorkUnits _work;
    private readonly ITimer _timer;
    private readonly CancellationTokenRegistration _registration;
    private volatile bool _timedOut;

    public RequestDeadline(TimeSpan timeout, TimeProvider time, WorkUnits work, CancellationToken cancel)
    {
        _work = work;
        _timer = time.CreateTimer(static state => ((RequestDeadline)state!).Expire(), this, timeout, Timeout.InfiniteTimeSpan);
        _registration = cancel.UnsafeRegister(static state => ((RequestDeadline)state!).Stop(), this);
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>True when the clock ended it.</summary>
    public bool TimedOut => _timedOut;

    public void Dispose()
    {
        _registration.Dispose();
        _timer.Dispose();
        _stop.Dispose();
    }

    private void Expire()
    {
        _timedOut = true;
        // First the count, then the signal: the clock must not move on before the time-out has been dealt with.
        _work.Reclaim();
        Stop();
    }

    private void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The answer came at the same moment.
        }
    }
}
