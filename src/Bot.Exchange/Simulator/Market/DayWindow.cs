using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>What happened in the last 24 hours.</summary>
/// <param name="Open">First price.</param>
/// <param name="High">Highest price.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="Last">Last price.</param>
/// <param name="Volume">Traded base currency.</param>
/// <param name="Turnover">Traded quote currency.</param>
internal sealed record DayFigures(decimal Open, decimal High, decimal Low, decimal Last, decimal Volume, decimal Turnover)
{
    /// <summary>Price change.</summary>
    public decimal Change => Last - Open;

    /// <summary>Price change as a fraction, cut to four decimals as the exchange cuts it.</summary>
    public decimal ChangeRate => Math.Truncate(Change / Open * 10_000) / 10_000;

    /// <summary>Mean price of the traded base currency.</summary>
    public decimal Average => Volume == 0 ? Last : Math.Round(Turnover / Volume, 8);
}

/// <summary>
/// The candles of the last 24 hours with their sums and extremes kept up to date, so that a client which polls every pair's figures
/// through a month of replay does not make the simulator add up a day of minutes each time.
/// </summary>
internal sealed class DayWindow
{
    private const long DayMs = 86_400_000;

    private readonly Queue<Candle> _candles = new();
    private readonly LinkedList<Candle> _highs = new();
    private readonly LinkedList<Candle> _lows = new();
    private decimal _volume;
    private decimal _turnover;
    private decimal _last;

    /// <summary>Adds a closed candle; they come in the order of time.</summary>
    public void Add(in Candle candle)
    {
        Forget(candle.OpenTimeMs - DayMs);
        _candles.Enqueue(candle);
        _volume += candle.Volume;
        _turnover += candle.Turnover ?? 0;
        _last = candle.Close;

        // A candle that a later one surpasses will never again be the extreme.
        while (_highs.Last is { } high && high.Value.High <= candle.High)
            _highs.RemoveLast();
        _highs.AddLast(candle);
        while (_lows.Last is { } low && low.Value.Low >= candle.Low)
            _lows.RemoveLast();
        _lows.AddLast(candle);
    }

    /// <summary>The figures of the 24 hours before an instant; null when nothing traded. The instants must not go back.</summary>
    /// <param name="nowMs">The instant, Unix ms.</param>
    /// <param name="running">The candle that is not closed yet; null when there is none.</param>
    public DayFigures? Read(long nowMs, Candle? running)
    {
        Forget(nowMs - DayMs);
        if (running is { } late && late.OpenTimeMs < nowMs - DayMs)
            running = null;
        if (_candles.Count == 0)
        {
            return running is { } only
                ? new DayFigures(only.Open, only.High, only.Low, only.Close, only.Volume, only.Turnover ?? 0)
                : null;
        }
        var day = new DayFigures(
            _candles.Peek().Open, _highs.First!.Value.High, _lows.First!.Value.Low, _last, _volume, _turnover);
        return running is not { } open ? day : day with
        {
            High = Math.Max(day.High, open.High),
            Low = Math.Min(day.Low, open.Low),
            Last = open.Close,
            Volume = day.Volume + open.Volume,
            Turnover = day.Turnover + (open.Turnover ?? 0),
        };
    }

    private void Forget(long beforeMs)
    {
        while (_candles.TryPeek(out var oldest) && oldest.OpenTimeMs < beforeMs)
        {
            _candles.Dequeue();
            _volume -= oldest.Volume;
            _turnover -= oldest.Turnover ?? 0;
            if (_highs.First!.Value.OpenTimeMs == oldest.OpenTimeMs)
                _highs.RemoveFirst();
            if (_lows.First!.Value.OpenTimeMs == oldest.OpenTimeMs)
                _lows.RemoveFirst();
        }
    }
}
