namespace Bot.Exchange.Kucoin;

/// <summary>
/// The exchange's clock as far as it is known here: the local monotonic clock plus an offset measured by round trips (RELIABILITY.md
/// R11). A step of the machine's wall clock does not move it. Before the first measurement it is the wall clock, with no known error.
/// </summary>
public sealed class ExchangeClock
{
    /// <summary>How far a quartz clock may drift, parts of a million; the error of an old measurement grows by it.</summary>
    private const long DriftPerMillion = 200;

    /// <summary>
    /// The wall clock may part from the monotonic one by this much before it counts as a step, ms: a time service slews it by less within a
    /// minute.
    /// </summary>
    public const long StepToleranceMs = 250;

    private readonly TimeProvider _time;
    private readonly bool _isTimeProvider;
    private volatile Measurement? _measurement;

    /// <summary>A clock that has not been measured.</summary>
    /// <param name="time">The local clock.</param>
    /// <param name="isTimeProvider">True in a lockstep replay: the local clock is the exchange's.</param>
    public ExchangeClock(TimeProvider time, bool isTimeProvider = false)
    {
        ArgumentNullException.ThrowIfNull(time);
        (_time, _isTimeProvider) = (time, isTimeProvider);
    }

    /// <summary>Estimate of the exchange's clock, Unix ms.</summary>
    public long NowMs => _measurement is { } m
        ? m.ServerMs + (long)_time.GetElapsedTime(m.ReceivedAt).TotalMilliseconds
        : _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>
    /// The estimate is at most this far from the truth, ms; null before the first measurement. A step of the wall clock counts in full until
    /// the next measurement: it may have been the machine that slept, and the monotonic clock with it.
    /// </summary>
    public long? ErrorBoundMs
    {
        get
        {
            if (_isTimeProvider)
                return 0;
            if (_measurement is not { } m)
                return null;
            var ageMs = (long)_time.GetElapsedTime(m.ReceivedAt).TotalMilliseconds;
            var step = Math.Abs(WallStepMs);
            return m.ErrorMs + (ageMs * DriftPerMillion / 1_000_000) + (step > StepToleranceMs ? step : 0);
        }
    }

    /// <summary>True when the error is known.</summary>
    public bool IsSynchronised => _isTimeProvider || _measurement is not null;

    /// <summary>
    /// How far the wall clock has moved against the monotonic one since the last measurement, ms: a step of the wall clock, or a machine
    /// that slept. Zero before the first measurement.
    /// </summary>
    public long WallStepMs => _measurement is { } m
        ? (long)(_time.GetUtcNow() - m.WallAt - _time.GetElapsedTime(m.ReceivedAt)).TotalMilliseconds
        : 0;

    /// <summary>Takes over the best of several round trips: the shortest one bounds the error best.</summary>
    /// <param name="roundTrips">What was measured; must not be empty.</param>
    internal void Adopt(IReadOnlyList<RoundTrip> roundTrips)
    {
        if (_isTimeProvider)
            return;
        var best = roundTrips.MinBy(t => t.ReceivedAt - t.SentAt);
        var halfMs = _time.GetElapsedTime(best.SentAt, best.ReceivedAt).TotalMilliseconds / 2;
        // The server truncates to ms, so its true time lies up to 1 ms above; rounding here may add another.
        _measurement = new Measurement(
            best.ServerMs + (long)Math.Round(halfMs), best.ReceivedAt, (long)Math.Ceiling(halfMs) + 2,
            _time.GetUtcNow() - _time.GetElapsedTime(best.ReceivedAt));
    }

    /// <summary>One question for the exchange's time.</summary>
    /// <param name="SentAt">Local timestamp before sending.</param>
    /// <param name="ReceivedAt">Local timestamp after the answer.</param>
    /// <param name="ServerMs">The answer, Unix ms.</param>
    internal readonly record struct RoundTrip(long SentAt, long ReceivedAt, long ServerMs);

    private sealed record Measurement(long ServerMs, long ReceivedAt, long ErrorMs, DateTimeOffset WallAt);
}
