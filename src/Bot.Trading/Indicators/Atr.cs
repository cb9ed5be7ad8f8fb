using Bot.Trading.Market;

namespace Bot.Trading.Indicators;

/// <summary>
/// Average true range: Wilder's smoothing (1 / period) of the true range, seeded with the simple average of the first <c>period</c> true
/// ranges; the first bar has no previous close and gives none (Wilder, "New Concepts in Technical Trading Systems", 1978).
/// </summary>
public sealed class Atr
{
    private readonly int _period;
    private double _previousClose = double.NaN;
    private double _sum;
    private long _ranges;

    /// <summary>A range over a period of at least one bar.</summary>
    public Atr(int period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        _period = period;
    }

    /// <summary>True once <c>period</c> true ranges were seen, that is after <c>period + 1</c> bars.</summary>
    public bool IsReady => _ranges >= _period;

    /// <summary>The average range in price units; NaN until ready.</summary>
    public double Value { get; private set; } = double.NaN;

    /// <summary>Takes the next bar. O(1), no allocation.</summary>
    public double Update(in Bar bar)
    {
        if (!double.IsNaN(_previousClose))
        {
            var range = Math.Max(bar.High, _previousClose) - Math.Min(bar.Low, _previousClose);
            _ranges++;
            if (_ranges > _period)
            {
                Value += (range - Value) / _period;
            }
            else
            {
                _sum += range;
                if (_ranges == _period)
                    Value = _sum / _period;
            }
        }
        _previousClose = bar.Close;
        return Value;
    }
}
