namespace Bot.Trading.Indicators;

/// <summary>
/// Exponential moving average with smoothing 2 / (period + 1), seeded with the simple average of the first <c>period</c> values
/// (the common charting convention; Hunter, "The exponentially weighted moving average", 1986, for the recursion).
/// </summary>
public sealed class Ema
{
    private readonly int _period;
    private readonly double _alpha;
    private double _sum;

    /// <summary>An average over a period of at least one value.</summary>
    public Ema(int period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        _period = period;
        _alpha = 2.0 / (period + 1);
    }

    /// <summary>Values seen.</summary>
    public long Samples { get; private set; }

    /// <summary>True once <c>period</c> values were seen.</summary>
    public bool IsReady => Samples >= _period;

    /// <summary>The average in the unit of its input; NaN until ready.</summary>
    public double Value { get; private set; } = double.NaN;

    /// <summary>Takes the next value. O(1), no allocation.</summary>
    public double Update(double value)
    {
        Samples++;
        if (Samples > _period)
        {
            Value += _alpha * (value - Value);
        }
        else
        {
            _sum += value;
            if (Samples == _period)
                Value = _sum / _period;
        }
        return Value;
    }
}
