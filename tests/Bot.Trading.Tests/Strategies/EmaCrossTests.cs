using Bot.Trading.Indicators;
using Bot.Trading.Market;
using Bot.Trading.Strategies;
using Bot.Trading.Strategies.EmaCross;

namespace Bot.Trading.Tests.Strategies;

public class EmaCrossTests
{
    [Fact]
    public void An_average_is_seeded_with_the_simple_average_and_then_decays()
    {
        var ema = new Ema(3);
        Assert.True(double.IsNaN(ema.Update(1)));
        ema.Update(2);
        Assert.False(ema.IsReady);
        Assert.Equal(2, ema.Update(3));
        Assert.Equal(2 + 0.5 * (10 - 2), ema.Update(10));
    }

    [Fact]
    public void The_true_range_counts_gaps_and_is_smoothed_by_wilder()
    {
        var atr = new Atr(2);
        atr.Update(new Bar(0, 10, 11, 9, 10, 1));
        atr.Update(new Bar(1, 14, 15, 13, 14, 1)); // gap up: 15 - 10 = 5
        Assert.False(atr.IsReady);
        Assert.Equal((5 + 2) / 2.0, atr.Update(new Bar(2, 14, 15, 13, 14, 1)));
        Assert.Equal(3.5 + (7 - 3.5) / 2, atr.Update(new Bar(3, 8, 8, 7, 7, 1))); // gap down: 14 - 7 = 7
    }

    [Fact]
    public void It_enters_on_the_cross_above_a_rising_trend_and_leaves_below()
    {
        var strategy = new EmaCrossStrategy(3, 9, 4, 3, stop: 2, target: 4, trail: 3);
        var signals = new List<(int Bar, Signal Signal)>();
        var isLong = false;
        for (var i = 0; i < 400; i++)
        {
            var price = 100 + i * 0.25 + 5 * Math.Sin(i / 10.0);
            var signal = strategy.OnBar(new Bar(i, price, price + 0.5, price - 0.5, price, 1), isLong);
            if (signal.Kind == SignalKind.None)
                continue;
            signals.Add((i, signal));
            isLong = signal.Kind == SignalKind.EnterLong;
        }
        Assert.True(signals.Count >= 6);
        for (var i = 0; i < signals.Count; i++)
            Assert.Equal(i % 2 == 0 ? SignalKind.EnterLong : SignalKind.ExitLong, signals[i].Signal.Kind);
        Assert.All(signals.Where(s => s.Signal.Kind == SignalKind.EnterLong), s =>
        {
            Assert.True(s.Signal.StopDistance > 0);
            Assert.Equal(2 * s.Signal.StopDistance, s.Signal.TakeProfitDistance!.Value, 9);
            Assert.Contains("atr", s.Signal.Values!.Keys);
        });
    }

    [Fact]
    public void It_gives_no_signal_before_it_is_warm()
    {
        var strategy = new EmaCrossStrategy(2, 5, 30, 3, 2, 0, 0);
        for (var i = 0; i < strategy.WarmUpBars - 1; i++)
            Assert.Equal(SignalKind.None, strategy.OnBar(new Bar(i, 100, 101, 99, 100 + i % 7, 1), isLong: true).Kind);
    }

    [Fact]
    public void A_position_that_was_bought_late_is_left_while_the_averages_stay_crossed_down()
    {
        var strategy = new EmaCrossStrategy(2, 5, 8, 3, 2, 0, 0);
        var left = 0;
        for (var i = 0; i < 60; i++)
        {
            var price = 100 - i * 0.5;
            if (strategy.OnBar(new Bar(i, price, price + 0.1, price - 0.1, price, 1), isLong: true).Kind == SignalKind.ExitLong)
                left++;
        }
        Assert.True(left > 10);
    }

    [Fact]
    public void Every_wrong_parameter_is_told_at_once()
    {
        var faults = new List<string>();
        EmaCrossStrategy.Definition.Complete(new Dictionary<string, double> { ["fast"] = 1, ["slow"] = 2.5, ["what"] = 1, ["stop"] = double.NaN }, faults);
        Assert.Equal(4, faults.Count);
        faults.Clear();
        EmaCrossStrategy.Definition.Complete(new Dictionary<string, double> { ["fast"] = 50, ["slow"] = 20 }, faults);
        Assert.Contains("must be shorter", Assert.Single(faults), StringComparison.Ordinal);
        faults.Clear();
        Assert.Equal(7, EmaCrossStrategy.Definition.Complete(new Dictionary<string, double>(), faults).Count);
        Assert.Empty(faults);
    }
}
