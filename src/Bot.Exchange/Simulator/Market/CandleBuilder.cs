using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>The running candle of one interval, built from trades.</summary>
internal sealed class CandleBuilder
{
    private long _openTimeMs = long.MinValue;
    private decimal _open;
    private decimal _high;
    private decimal _low;
    private decimal _close;
    private decimal _volume;
    private decimal _turnover;

    /// <summary>An empty builder.</summary>
    public CandleBuilder(CandleInterval interval) => Interval = interval;

    /// <summary>The candle's length.</summary>
    public CandleInterval Interval { get; }

    /// <summary>True before the first trade.</summary>
    public bool IsEmpty => _openTimeMs == long.MinValue;

    /// <summary>The candle so far.</summary>
    public Candle Candle => new(_openTimeMs, _open, _high, _low, _close, _volume, _turnover);

    /// <summary>True when there is a candle and a trade at this time would begin the next one.</summary>
    public bool IsBefore(long timeMs) => !IsEmpty && timeMs - _openTimeMs >= Interval.Milliseconds;

    /// <summary>Takes a trade in; a trade after the candle's end begins a new one.</summary>
    public void Add(long timeMs, decimal price, decimal size)
    {
        if (IsEmpty || timeMs - _openTimeMs >= Interval.Milliseconds)
        {
            _openTimeMs = Interval.OpenTimeMs(timeMs);
            _open = _high = _low = price;
            _volume = _turnover = 0;
        }
        else if (price > _high)
        {
            _high = price;
        }
        else if (price < _low)
        {
            _low = price;
        }
        _close = price;
        _volume += size;
        _turnover += price * size;
    }

    /// <summary>Goes on from a candle that others began.</summary>
    public void Resume(in Candle candle)
    {
        (_openTimeMs, _open, _high, _low, _close, _volume, _) = candle;
        _turnover = candle.Turnover ?? 0;
    }

    /// <summary>Widens the candle by one of a shorter interval that lies inside it.</summary>
    public void Merge(in Candle part)
    {
        if (IsBefore(part.OpenTimeMs) || IsEmpty)
        {
            Resume(part with { OpenTimeMs = Interval.OpenTimeMs(part.OpenTimeMs) });
            return;
        }
        _high = Math.Max(_high, part.High);
        _low = Math.Min(_low, part.Low);
        _close = part.Close;
        _volume += part.Volume;
        _turnover += part.Turnover ?? 0;
    }
}
