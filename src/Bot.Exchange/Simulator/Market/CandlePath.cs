using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>A trade on the way of a candle.</summary>
/// <param name="TimeMs">Market time, Unix ms.</param>
/// <param name="Price">Quote per base.</param>
/// <param name="Volume">Base currency.</param>
internal readonly record struct PathPoint(long TimeMs, decimal Price, decimal Volume);

/// <summary>
/// Turns a candle into the trades that it could have been made of: a candle rebuilt from them has the same open, high, low, close and
/// volume, digit by digit.
/// </summary>
internal static class CandlePath
{
    /// <summary>Most points that a candle has.</summary>
    public const int MaxPoints = 4;

    /// <summary>Writes the candle's points and returns their number.</summary>
    /// <param name="candle">A consistent candle with a volume above zero.</param>
    /// <param name="intervalMs">The candle's length.</param>
    /// <param name="lot">The pair's base increment: volumes are cut to it where there are enough lots to go round.</param>
    /// <param name="points">Takes up to <see cref="MaxPoints"/> points.</param>
    public static int Write(in Candle candle, long intervalMs, decimal lot, Span<PathPoint> points)
    {
        var rising = candle.Close >= candle.Open;
        Span<decimal> prices = [candle.Open, rising ? candle.Low : candle.High, rising ? candle.High : candle.Low, candle.Close];
        Span<long> offsets = [0, intervalMs / 3, intervalMs / 3 * 2, intervalMs - 1000];
        var count = 0;
        for (var i = 0; i < MaxPoints; i++)
        {
            if (count > 0 && points[count - 1].Price == prices[i])
                continue;
            points[count++] = new PathPoint(candle.OpenTimeMs + offsets[i], prices[i], 0);
        }

        // Every point needs a trade, or the candle would lose a price. A volume of fewer lots than points (foreign data) is quartered
        // instead: background trades are not bound to the increment.
        var share = Math.Floor(candle.Volume / count / lot) * lot;
        if (share <= 0)
            share = candle.Volume * 0.25m;
        var left = candle.Volume;
        for (var i = 0; i < count - 1; i++)
        {
            points[i] = points[i] with { Volume = share };
            left -= share;
        }
        points[count - 1] = points[count - 1] with { Volume = left };
        return count;
    }

    /// <summary>Quote currency that the candle's points trade: the turnover of candles whose source has none.</summary>
    public static decimal Turnover(in Candle candle, long intervalMs, decimal lot)
    {
        Span<PathPoint> points = stackalloc PathPoint[MaxPoints];
        var count = Write(candle, intervalMs, lot, points);
        var turnover = 0m;
        foreach (var point in points[..count])
            turnover += point.Price * point.Volume;
        return turnover;
    }
}
