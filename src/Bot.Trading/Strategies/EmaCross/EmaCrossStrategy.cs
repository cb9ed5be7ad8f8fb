using Bot.Trading.Indicators;
using Bot.Trading.Market;

namespace Bot.Trading.Strategies.EmaCross;

/// <summary>
/// Trend following on closed bars: enters long when the fast average crosses above the slow one while the close is above a rising trend
/// average; exits when the fast average crosses below the slow one, in profit or in loss. Stop, target and trailing distance are
/// multiples of the average true range at the entry.
/// </summary>
public sealed class EmaCrossStrategy : IStrategy
{
    /// <summary>Name, parameters and factory.</summary>
    public static readonly StrategyDefinition Definition = new(
        "ema-cross",
        "EMA crossover with a trend filter and an ATR-based stop, long only",
        [
            new("fast", 21, 2, 1000, true, "bars of the fast average", ParameterScale.Bars),
            new("slow", 55, 3, 5000, true, "bars of the slow average", ParameterScale.Bars),
            new("trend", 200, 3, 20000, true, "bars of the trend average; entries only above it and while it rises", ParameterScale.Bars),
            new("atr", 14, 2, 1000, true, "bars of the average true range", ParameterScale.Bars),
            new("stop", 3, 0.1, 50, false, "stop-loss distance in average true ranges", ParameterScale.Range),
            new("target", 6, 0, 200, false, "take-profit distance in average true ranges; 0 for none", ParameterScale.Range),
            new("trail", 4, 0, 100, false, "trailing-stop distance in average true ranges; 0 for a fixed stop", ParameterScale.Range),
        ],
        Check,
        p => new EmaCrossStrategy((int)p["fast"], (int)p["slow"], (int)p["trend"], (int)p["atr"], p["stop"], p["target"], p["trail"]));

    private readonly Ema _fast;
    private readonly Ema _slow;
    private readonly Ema _trend;
    private readonly Atr _atr;
    private readonly double _stop;
    private readonly double _target;
    private readonly double _trail;
    private bool? _fastAbove;
    private double _previousTrend = double.NaN;

    /// <summary>A new instance, not warmed up. Lengths in bars, distances in average true ranges.</summary>
    public EmaCrossStrategy(int fast, int slow, int trend, int atr, double stop, double target, double trail)
    {
        _fast = new Ema(fast);
        _slow = new Ema(slow);
        _trend = new Ema(trend);
        _atr = new Atr(atr);
        _stop = stop;
        _target = target;
        _trail = trail;
        WarmUpBars = Math.Max(Math.Max(slow, trend), atr) + 1;
    }

    /// <inheritdoc/>
    public int WarmUpBars { get; }

    /// <inheritdoc/>
    public Signal OnBar(in Bar bar, bool isLong)
    {
        var fast = _fast.Update(bar.Close);
        var slow = _slow.Update(bar.Close);
        var trend = _trend.Update(bar.Close);
        var atr = _atr.Update(bar);
        var previousTrend = _previousTrend;
        _previousTrend = trend;
        if (!_slow.IsReady || !_trend.IsReady || !_atr.IsReady || double.IsNaN(previousTrend))
            return Signal.None;

        var above = fast > slow;
        var crossedUp = above && _fastAbove == false;
        _fastAbove = above;
        if (!above)
        {
            // By level, not by edge: a position that was still filling when the averages crossed must not wait for the next cross.
            return isLong ? new Signal(SignalKind.ExitLong, Reason: "fast average is below the slow one", Values: Numbers(fast, slow, trend, atr)) : Signal.None;
        }
        if (!crossedUp || isLong || bar.Close <= trend || trend <= previousTrend || atr <= 0)
            return Signal.None;
        return new Signal(
            SignalKind.EnterLong,
            _stop * atr,
            _target > 0 ? _target * atr : null,
            _trail > 0 ? _trail * atr : null,
            "fast average crossed above the slow one, above a rising trend average",
            Numbers(fast, slow, trend, atr));
    }

    private static SortedDictionary<string, double> Numbers(double fast, double slow, double trend, double atr) =>
        new(StringComparer.Ordinal) { ["fast"] = fast, ["slow"] = slow, ["trend"] = trend, ["atr"] = atr };

    private static IEnumerable<string> Check(IReadOnlyDictionary<string, double> p)
    {
        if (p["fast"] >= p["slow"])
            yield return $"fast ({p["fast"]}) must be shorter than slow ({p["slow"]})";
        if (p["target"] > 0 && p["target"] < p["stop"] * 0.1)
            yield return $"target ({p["target"]}) is less than a tenth of stop ({p["stop"]})";
    }
}
