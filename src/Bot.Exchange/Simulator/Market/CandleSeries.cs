using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// The candles of one pair: history from the source, everything since from trades. The source's own interval is kept whole; for longer
/// sources the last days are kept in minutes too, so that shorter intervals and 24-hour figures can be served.
/// </summary>
internal sealed class CandleSeries
{
    private const int FineCapacity = 5 * 1440;
    private const int FineHistory = 1500;

    private readonly List<Candle> _coarse = [];
    private readonly Queue<Candle> _fine = new();
    private readonly CandleBuilder _coarseRunning;
    private readonly CandleBuilder? _fineRunning;
    private readonly DayWindow _day = new();

    /// <summary>A series that begins with history.</summary>
    public CandleSeries(CandleInterval interval, IEnumerable<Candle> history, decimal lot)
    {
        Interval = interval;
        _coarseRunning = new CandleBuilder(interval);
        _coarse.AddRange(history);
        if (interval == CandleInterval.OneMinute)
        {
            foreach (var candle in _coarse)
                _day.Add(candle);
            return;
        }
        _fineRunning = new CandleBuilder(CandleInterval.OneMinute);
        Span<PathPoint> points = stackalloc PathPoint[CandlePath.MaxPoints];
        foreach (var candle in _coarse.Skip(_coarse.Count - FineHistory))
        {
            var count = CandlePath.Write(candle, interval.Milliseconds, lot, points);
            foreach (var point in points[..count])
                AddFine(point.TimeMs, point.Price, point.Volume);
        }
    }

    /// <summary>The interval that is kept whole.</summary>
    public CandleInterval Interval { get; }

    /// <summary>Takes a trade in.</summary>
    public void Add(long timeMs, decimal price, decimal size)
    {
        if (_coarseRunning.IsBefore(timeMs))
        {
            _coarse.Add(_coarseRunning.Candle);
            if (_fineRunning is null)
                _day.Add(_coarseRunning.Candle);
        }
        _coarseRunning.Add(timeMs, price, size);
        AddFine(timeMs, price, size);
    }

    /// <summary>Candles that open in [from, to), oldest first; the newest when there are too many. The last may be running.</summary>
    public IReadOnlyList<Candle> Read(CandleInterval interval, long fromMs, long toMs, int limit)
    {
        var whole = new List<Candle>();
        var builder = new CandleBuilder(interval);
        foreach (var part in Parts(interval, interval.OpenTimeMs(Math.Max(0, fromMs))))
        {
            if (interval.OpenTimeMs(part.OpenTimeMs) >= toMs)
                break;
            if (builder.IsBefore(part.OpenTimeMs))
                whole.Add(builder.Candle);
            builder.Merge(part);
        }
        if (!builder.IsEmpty)
            whole.Add(builder.Candle);
        whole.RemoveAll(c => c.OpenTimeMs < fromMs || c.OpenTimeMs >= toMs);
        return whole.Count <= limit ? whole : whole.GetRange(whole.Count - limit, limit);
    }

    /// <summary>The running candle of an interval, to go on from; empty when nothing traded in it yet.</summary>
    public CandleBuilder Running(CandleInterval interval, long nowMs)
    {
        var builder = new CandleBuilder(interval);
        foreach (var candle in Read(interval, interval.OpenTimeMs(nowMs), long.MaxValue, 1))
            builder.Resume(candle);
        return builder;
    }

    /// <summary>The figures of the 24 hours before an instant; null when nothing traded.</summary>
    public DayFigures? Day(long nowMs)
    {
        var running = _fineRunning ?? _coarseRunning;
        return _day.Read(nowMs, running.IsEmpty ? null : running.Candle);
    }

    private IEnumerable<Candle> Parts(CandleInterval interval, long fromMs)
    {
        if (_fineRunning is not null && interval.Milliseconds % Interval.Milliseconds != 0)
        {
            foreach (var candle in _fine)
            {
                if (candle.OpenTimeMs >= fromMs)
                    yield return candle;
            }
            if (!_fineRunning.IsEmpty && _fineRunning.Candle.OpenTimeMs >= fromMs)
                yield return _fineRunning.Candle;
            yield break;
        }
        for (var i = FirstAtOrAfter(fromMs); i < _coarse.Count; i++)
            yield return _coarse[i];
        if (!_coarseRunning.IsEmpty && _coarseRunning.Candle.OpenTimeMs >= fromMs)
            yield return _coarseRunning.Candle;
    }

    private void AddFine(long timeMs, decimal price, decimal size)
    {
        if (_fineRunning is null)
            return;
        if (_fineRunning.IsBefore(timeMs))
        {
            if (_fine.Count == FineCapacity)
                _fine.Dequeue();
            _fine.Enqueue(_fineRunning.Candle);
            _day.Add(_fineRunning.Candle);
        }
        _fineRunning.Add(timeMs, price, size);
    }

    private int FirstAtOrAfter(long instantMs)
    {
        var low = 0;
        var high = _coarse.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_coarse[middle].OpenTimeMs < instantMs)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
