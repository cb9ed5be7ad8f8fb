using Bot.Exchange.Lockstep;

namespace Bot.Exchange.Kucoin.Limits;

/// <summary>
/// Keeps requests within the exchange's quotas (API.md 4): a pool refills completely at the end of a window that began with its first
/// request. Own requests are counted before they are sent; the exchange's headers correct the count and the window's end. Waiting
/// requests go by lane, then by arrival. A share of every window is kept for protective requests, and never refused to them because of
/// what others may have used.
/// </summary>
/// <remarks>
/// One timer a pool, only while something waits. Every acquired request must be reported exactly once, whatever became of it.
/// With an <see cref="InFlight"/>, a request that waits leaves the unit of work its caller holds, and whoever lets it go enters it again.
/// </remarks>
public sealed class RateBudget : IDisposable
{
    private readonly RatePoolState[] _pools;

    /// <summary>A budget whose windows have not begun.</summary>
    /// <param name="options">Quotas and shares.</param>
    /// <param name="time">The clock of the windows.</param>
    /// <param name="jitter">Numbers in [0, 1) for the pause after an overload.</param>
    /// <param name="inFlight">Work under way, for lockstep; null when nobody waits for quiet.</param>
    /// <exception cref="ArgumentException">The options are faulty.</exception>
    public RateBudget(RateBudgetOptions options, TimeProvider time, Func<double>? jitter = null, InFlight? inFlight = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Fault() is { } fault)
            throw new ArgumentException(fault, nameof(options));
        jitter ??= Random.Shared.NextDouble;
        _pools = [.. Enum.GetValues<RatePool>().Select(p => new RatePoolState(p, options, time, jitter, inFlight))];
    }

    /// <summary>Takes weight from a pool, at once or when it is this request's turn.</summary>
    /// <param name="pool">The endpoint's pool.</param>
    /// <param name="weight">The endpoint's weight; 0 is never counted.</param>
    /// <param name="lane">How urgent it is.</param>
    /// <param name="cancel">Gives the wait up; nothing is taken then.</param>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public ValueTask<RateTicket> AcquireAsync(RatePool pool, int weight, RequestLane lane, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        return _pools[(int)pool].AcquireAsync(weight, lane, cancel);
    }

    /// <summary>Tells what became of a request.</summary>
    /// <param name="ticket">What was acquired for it.</param>
    /// <param name="headers">What the answer told; default when there was no answer.</param>
    /// <param name="throttled">True when the answer was a refusal for the rate (429).</param>
    public void Report(RateTicket ticket, RateHeaders headers, bool throttled) =>
        _pools[(int)ticket.Pool].Report(ticket, headers, throttled);

    /// <summary>The state of a pool.</summary>
    public RateStatus Status(RatePool pool) => _pools[(int)pool].Status();

    /// <summary>Stops the timers; requests that still wait are cancelled.</summary>
    public void Dispose()
    {
        foreach (var pool in _pools)
            pool.Dispose();
    }
}
