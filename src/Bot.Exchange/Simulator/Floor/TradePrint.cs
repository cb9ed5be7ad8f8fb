using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Floor;

/// <summary>A public trade.</summary>
/// <param name="Id">Rising within the pair; also its sequence.</param>
/// <param name="TimeMs">Market time, Unix ms.</param>
/// <param name="Price">Quote per base.</param>
/// <param name="Size">Base quantity.</param>
/// <param name="TakerSide">Side of the taker.</param>
internal readonly record struct TradePrint(long Id, long TimeMs, decimal Price, decimal Size, Side TakerSide);

/// <summary>The last hundred trades of a pair.</summary>
internal sealed class TradeTape
{
    private const int Capacity = 100;

    private readonly TradePrint[] _ring = new TradePrint[Capacity];
    private long _count;

    /// <summary>Adds a trade.</summary>
    public void Add(in TradePrint trade) => _ring[_count++ % Capacity] = trade;

    /// <summary>The trades, oldest first.</summary>
    public IEnumerable<TradePrint> Read()
    {
        for (var i = Math.Max(0, _count - Capacity); i < _count; i++)
            yield return _ring[i % Capacity];
    }
}

/// <summary>What happened in the last 24 hours.</summary>
/// <param name="Open">First price.</param>
/// <param name="High">Highest price.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="Last">Last price.</param>
/// <param name="Volume">Traded base currency.</param>
/// <param name="Turnover">Traded quote currency.</param>
internal sealed record DayFigures(decimal Open, decimal High, decimal Low, decimal Last, decimal Volume, decimal Turnover)
{
    private const long DayMs = 86_400_000;

    /// <summary>Price change.</summary>
    public decimal Change => Last - Open;

    /// <summary>Price change as a fraction, cut to four decimals as the exchange cuts it.</summary>
    public decimal ChangeRate => Math.Truncate(Change / Open * 10_000) / 10_000;

    /// <summary>Mean price of the traded base currency.</summary>
    public decimal Average => Volume == 0 ? Last : Math.Round(Turnover / Volume, 8);

    /// <summary>The figures of a pair; null when it did not trade.</summary>
    public static DayFigures? Of(PairMarket pair, long nowMs)
    {
        DayFigures? day = null;
        foreach (var candle in pair.Candles.Finest(nowMs - DayMs))
        {
            var turnover = candle.Turnover ?? 0;
            day = day is null
                ? new DayFigures(candle.Open, candle.High, candle.Low, candle.Close, candle.Volume, turnover)
                : new DayFigures(
                    day.Open, Math.Max(day.High, candle.High), Math.Min(day.Low, candle.Low), candle.Close, day.Volume + candle.Volume,
                    day.Turnover + turnover);
        }
        return day;
    }
}
