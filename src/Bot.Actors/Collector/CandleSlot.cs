using Bot.Trading.Market;

namespace Bot.Actors.Collector;

/// <summary>What a running candle's update amounts to.</summary>
public enum CandleChange
{
    /// <summary>The running candle moved on.</summary>
    Running,

    /// <summary>A new candle began: the one before it is closed.</summary>
    Closed,

    /// <summary>A candle that was closed already is told with other numbers.</summary>
    Corrected,
}

/// <summary>
/// The running candle of one pair. The exchange sends no sign when a candle closes: it is closed when a later one begins, or when its
/// time is over and nobody traded any more.
/// </summary>
public sealed class CandleSlot
{
    private readonly object _gate = new();
    private Candle _running;
    private bool _hasRunning;
    private Candle _lastClosed;

    /// <summary>Takes an update of the stream.</summary>
    /// <param name="update">The candle as it is now.</param>
    /// <param name="closed">The closed or corrected candle, when there is one.</param>
    public CandleChange Update(in Candle update, out Candle closed)
    {
        lock (_gate)
        {
            closed = default;
            if (update.OpenTimeMs == _lastClosed.OpenTimeMs && _lastClosed.OpenTimeMs != 0)
            {
                if (update == _lastClosed)
                    return CandleChange.Running;
                _lastClosed = closed = update;
                return CandleChange.Corrected;
            }
            if (!_hasRunning || update.OpenTimeMs == _running.OpenTimeMs)
            {
                (_running, _hasRunning) = (update, true);
                return CandleChange.Running;
            }
            if (update.OpenTimeMs < _running.OpenTimeMs)
                return CandleChange.Running; // older than what is known: a reordered frame
            closed = _lastClosed = _running;
            _running = update;
            return CandleChange.Closed;
        }
    }

    /// <summary>Closes the running candle when it opened before a time.</summary>
    public bool CloseBefore(long openBeforeMs, out Candle closed)
    {
        lock (_gate)
        {
            closed = _running;
            if (!_hasRunning || _running.OpenTimeMs >= openBeforeMs)
                return false;
            _lastClosed = _running;
            _hasRunning = false;
            return true;
        }
    }

    /// <summary>Forgets the running candle: after a gap in the stream its numbers cannot be trusted.</summary>
    public void Forget()
    {
        lock (_gate)
            _hasRunning = false;
    }
}
