using Bot.Exchange.Lockstep;

namespace Bot.Exchange.Kucoin.Limits;

/// <summary>One pool of <see cref="RateBudget"/>. Times are spans since the pool was made, on the monotonic clock.</summary>
internal sealed class RatePoolState : IDisposable
{
    private readonly object _gate = new();
    private readonly RatePool _pool;
    private readonly RateBudgetOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<double> _jitter;
    private readonly InFlight? _inFlight;
    private readonly long _origin;
    private readonly Queue<Waiter>[] _lanes;
    private ITimer? _timer;
    private bool _disposed;

    private int _limit;

    // At most so much counts in the running window at the exchange; the true count may be lower.
    private int _used;
    private int _protectiveUsed;
    private int _unanswered;
    private int _protectiveUnanswered;
    private long _window;
    private TimeSpan? _windowEnd;
    private bool _windowIsConfirmed;
    private TimeSpan _blockedUntil = TimeSpan.MinValue;
    private TimeSpan _pausedUntil = TimeSpan.MinValue;
    private int _overloads;

    public RatePoolState(RatePool pool, RateBudgetOptions options, TimeProvider time, Func<double> jitter, InFlight? inFlight)
    {
        (_pool, _options, _time, _jitter, _inFlight) = (pool, options, time, jitter, inFlight);
        _limit = options.Quota(pool);
        _origin = time.GetTimestamp();
        _lanes = [.. Enum.GetValues<RequestLane>().Select(_ => new Queue<Waiter>())];
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    private int Reserve => (int)Math.Ceiling(_limit * _options.ProtectiveShare);

    public ValueTask<RateTicket> AcquireAsync(int weight, RequestLane lane, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return ValueTask.FromCanceled<RateTicket>(cancel);
        Waiter waiter;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (weight == 0 || (!AnyWaits(lane) && TryTake(weight, lane)))
                return ValueTask.FromResult(Ticket(weight, lane));
            waiter = new Waiter(weight, lane);
            _lanes[(int)lane].Enqueue(waiter);
            ArmTimer();
        }
        return new ValueTask<RateTicket>(WaitAsync(waiter, cancel));
    }

    public void Report(RateTicket ticket, RateHeaders headers, bool throttled)
    {
        if (ticket.Weight == 0)
            return;
        lock (_gate)
        {
            var now = Now;
            _unanswered -= ticket.Weight;
            if (ticket.Lane == RequestLane.Protective)
                _protectiveUnanswered -= ticket.Weight;
            Roll(now);
            if (headers.Limit is > 0)
                _limit = headers.Limit.Value;
            if (!throttled)
                TakeOver(ticket, headers, now);
            else if (headers.ResetMs is { } resetMs)
                Block(now + TimeSpan.FromMilliseconds(Math.Max(0, resetMs)));
            else
                Pause(ticket.Weight, now);
        }
        LetGo();
    }

    public RateStatus Status()
    {
        lock (_gate)
        {
            Roll(Now);
            return new RateStatus(_limit, _used, _lanes.Sum(l => l.Count(w => w.IsWaiting)));
        }
    }

    public void Dispose()
    {
        List<Waiter> waiting;
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
            waiting = [.. _lanes.SelectMany(l => l)];
        }
        foreach (var waiter in waiting)
            waiter.End(_inFlight, cancelled: true, default);
    }

    private async Task<RateTicket> WaitAsync(Waiter waiter, CancellationToken cancel)
    {
        using var registration = cancel.UnsafeRegister(
            static (state, token) =>
            {
                var (pool, waiter) = ((RatePoolState, Waiter))state!;
                if (waiter.End(pool._inFlight, cancelled: true, token))
                    pool.LetGo();
            },
            (this, waiter));
        _inFlight?.Exit();
        return await waiter.Task.ConfigureAwait(false);
    }

    private RateTicket Ticket(int weight, RequestLane lane) => new(_pool, weight, lane, _window);

    private bool AnyWaits(RequestLane lane)
    {
        for (var i = 0; i <= (int)lane; i++)
            if (Head(_lanes[i]) is not null)
                return true;
        return false;
    }

    private bool TryTake(int weight, RequestLane lane)
    {
        var now = Now;
        Roll(now);
        if (now < _blockedUntil || (now < _pausedUntil && lane != RequestLane.Protective))
            return false;
        // The first clause keeps the promise to the protective lane: its share is free however carefully the rest is counted. A request
        // heavier than its lane's whole share goes alone at the start of a window, because it would wait for ever otherwise.
        var isKept = lane == RequestLane.Protective && _protectiveUsed + weight <= Reserve;
        var kept = lane == RequestLane.Protective ? 0 : Math.Max(0, Reserve - _protectiveUsed);
        if (!isKept && _used + weight > _limit - kept && _used > 0)
            return false;
        _windowEnd ??= now + _options.Window + _options.WindowSlack;
        _used += weight;
        _unanswered += weight;
        if (lane == RequestLane.Protective)
        {
            _protectiveUsed += weight;
            _protectiveUnanswered += weight;
        }
        return true;
    }

    /// <summary>Ends the window when its time is over. What is still unanswered may arrive, and count, in the next one.</summary>
    private void Roll(TimeSpan now)
    {
        if (_windowEnd is not { } end || now < end)
            return;
        _windowEnd = _unanswered > 0 ? now + _options.Window + _options.WindowSlack : null;
        _windowIsConfirmed = false;
        Begin(_unanswered);
    }

    private void Begin(int used)
    {
        _window++;
        _used = used;
        _protectiveUsed = _protectiveUnanswered;
    }

    private void TakeOver(RateTicket ticket, RateHeaders headers, TimeSpan now)
    {
        _overloads = 0;
        if (headers is not { Remaining: { } remaining, ResetMs: > 0 })
            return;
        // What is still unanswered may or may not be in the exchange's count; counting it twice for a moment is the safe mistake.
        var usedThere = Math.Max(0, _limit - remaining) + _unanswered;
        var end = now + TimeSpan.FromMilliseconds(headers.ResetMs.Value);
        // Two windows end at least a window apart; the delay of an answer moves the end by far less.
        var half = _options.Window / 2;
        if ((_windowIsConfirmed && _windowEnd is { } known && end < known - half) || (ticket.Window < _window && end < now + half))
            return; // A late answer that speaks of the window before.
        if (_windowIsConfirmed && _windowEnd is { } old && end > old + half)
        {
            // The exchange has begun a window that we did not know of.
            _windowEnd = end;
            Begin(usedThere);
            return;
        }
        _used = Math.Max(_used, usedThere);
        // The answer took time to come, so each end computed here is late; the earliest is the best.
        _windowEnd = _windowIsConfirmed && _windowEnd < end ? _windowEnd : end;
        _windowIsConfirmed = true;
    }

    private void Block(TimeSpan until)
    {
        _overloads = 0;
        _blockedUntil = until > _blockedUntil ? until : _blockedUntil;
        _windowEnd = _blockedUntil;
        _windowIsConfirmed = true;
        _used = Math.Max(_used, _limit);
    }

    /// <summary>The exchange is overloaded: that costs nothing, and is tried again soon. Protective requests do not wait for it.</summary>
    private void Pause(int weight, TimeSpan now)
    {
        _used = Math.Max(_unanswered, _used - weight);
        _pausedUntil = now + Backoff.After(++_overloads, _options.OverloadPause, _options.MaxOverloadPause, _jitter);
    }

    private void LetGo()
    {
        while (true)
        {
            Waiter? next;
            lock (_gate)
            {
                next = NextTurn();
                if (next is null)
                {
                    ArmTimer();
                    return;
                }
            }
            if (!next.End(_inFlight, cancelled: false, default))
                Return(next);
        }
    }

    /// <summary>
    /// The first waiter of the highest lane, if there is room for it. A lower lane never overtakes one that waits for room.
    /// </summary>
    private Waiter? NextTurn()
    {
        foreach (var lane in _lanes)
        {
            if (Head(lane) is not { } head)
                continue;
            if (!TryTake(head.Weight, head.Lane))
                return null;
            lane.Dequeue();
            head.Ticket = Ticket(head.Weight, head.Lane);
            return head;
        }
        return null;
    }

    /// <summary>A waiter was given up between its turn and its waking: what was taken for it goes back.</summary>
    private void Return(Waiter waiter)
    {
        lock (_gate)
        {
            _used -= waiter.Weight;
            _unanswered -= waiter.Weight;
            if (waiter.Lane == RequestLane.Protective)
            {
                _protectiveUsed -= waiter.Weight;
                _protectiveUnanswered -= waiter.Weight;
            }
        }
    }

    private static Waiter? Head(Queue<Waiter> lane)
    {
        while (lane.TryPeek(out var head))
        {
            if (head.IsWaiting)
                return head;
            lane.Dequeue();
        }
        return null;
    }

    private void ArmTimer()
    {
        if (_disposed || !AnyWaits(RequestLane.Market))
            return;
        var now = Now;
        var next = TimeSpan.MaxValue;
        if (_windowEnd is { } end && end > now)
            next = end;
        if (_blockedUntil > now && _blockedUntil < next)
            next = _blockedUntil;
        if (_pausedUntil > now && _pausedUntil < next)
            next = _pausedUntil;
        if (next == TimeSpan.MaxValue)
            return; // What waits, waits for an answer to a request under way.
        _timer ??= _time.CreateTimer(
            static state => ((RatePoolState)state!).LetGo(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // Timers count whole milliseconds and may fire a little early; a wait that is a little too long harms nobody.
        _timer.Change(next - now + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private sealed class Waiter(int weight, RequestLane lane)
    {
        private readonly TaskCompletionSource<RateTicket> _turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _ended;

        public int Weight => weight;

        public RequestLane Lane => lane;

        public Task<RateTicket> Task => _turn.Task;

        /// <summary>What was taken when it was its turn.</summary>
        public RateTicket Ticket { get; set; }

        public bool IsWaiting => Volatile.Read(ref _ended) == 0;

        /// <summary>Ends the wait once; the unit of work is entered for the waiter before it wakes.</summary>
        public bool End(InFlight? inFlight, bool cancelled, CancellationToken token)
        {
            if (Interlocked.Exchange(ref _ended, 1) != 0)
                return false;
            inFlight?.Enter();
            return cancelled ? _turn.TrySetCanceled(token) : _turn.TrySetResult(Ticket);
        }
    }
}
