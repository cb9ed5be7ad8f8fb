namespace Bot.Exchange.Lockstep;

/// <summary>
/// A clock that stands until it is moved. Timers fire inside <see cref="AdvanceTo"/>, on the caller's thread, in the order of their due
/// times and, within one instant, in the order of their creation.
/// </summary>
public sealed class VirtualTimeProvider : TimeProvider
{
    private readonly object _gate = new();
    private readonly SortedSet<VirtualTimer> _timers = new(DueOrder.Instance);
    private long _nowMs;
    private long _sequence;

    /// <summary>A clock that stands at an instant, Unix ms.</summary>
    public VirtualTimeProvider(long nowMs = 0) => _nowMs = nowMs;

    /// <summary>The instant at which the clock stands, Unix ms.</summary>
    public long NowMs => Interlocked.Read(ref _nowMs);

    /// <summary>When the earliest timer is due, Unix ms; null without timers.</summary>
    public long? NextDueMs
    {
        get
        {
            lock (_gate)
                return _timers.Count == 0 ? null : _timers.Min!.DueMs;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => 1000;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);

    /// <inheritdoc/>
    public override long GetTimestamp() => NowMs;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Moves the clock forward without firing anything: what is due fires with the next <see cref="AdvanceTo"/>. Who reads the clock in
    /// between already sees the new instant.
    /// </summary>
    public void MoveTo(long instantMs)
    {
        lock (_gate)
        {
            if (instantMs > _nowMs)
                Interlocked.Exchange(ref _nowMs, instantMs);
        }
    }

    /// <summary>Moves the clock forward and fires what is due at or before the instant. A clock never goes back: an earlier instant is ignored.</summary>
    /// <returns>How many timers fired.</returns>
    public int AdvanceTo(long instantMs)
    {
        var fired = 0;
        while (true)
        {
            VirtualTimer timer;
            lock (_gate)
            {
                if (_timers.Count == 0 || _timers.Min!.DueMs > instantMs)
                {
                    if (instantMs > _nowMs)
                        Interlocked.Exchange(ref _nowMs, instantMs);
                    return fired;
                }
                timer = _timers.Min!;
                _timers.Remove(timer);
                if (timer.DueMs > _nowMs)
                    Interlocked.Exchange(ref _nowMs, timer.DueMs);
                if (timer.PeriodMs > 0)
                {
                    timer.DueMs += timer.PeriodMs;
                    timer.Sequence = ++_sequence;
                    _timers.Add(timer);
                }
                else
                {
                    timer.DueMs = long.MaxValue;
                }
            }
            timer.Fire();
            fired++;
        }
    }

    private sealed class VirtualTimer(VirtualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public long DueMs { get; set; } = long.MaxValue;

        public long PeriodMs { get; private set; }

        public long Sequence { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                if (_disposed)
                    return false;
                if (DueMs != long.MaxValue)
                    owner._timers.Remove(this);
                DueMs = long.MaxValue;
                PeriodMs = period == Timeout.InfiniteTimeSpan ? 0 : (long)Math.Ceiling(period.TotalMilliseconds);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueMs = owner._nowMs + (long)Math.Ceiling(dueTime.TotalMilliseconds);
                    Sequence = ++owner._sequence;
                    owner._timers.Add(this);
                }
                return true;
            }
        }

        public void Dispose()
        {
            Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            lock (owner._gate)
                _disposed = true;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class DueOrder : IComparer<VirtualTimer>
    {
        public static readonly DueOrder Instance = new();

        public int Compare(VirtualTimer? x, VirtualTimer? y)
        {
            var byDue = x!.DueMs.CompareTo(y!.DueMs);
            return byDue != 0 ? byDue : x.Sequence.CompareTo(y.Sequence);
        }
    }
}
