using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;
using CsCheck;

namespace Bot.Exchange.Tests.Simulator.Market;

public class DayWindowTests
{
    private const long Hour = 3_600_000;

    private static readonly Gen<(long Gap, int Open, int Close, int Up, int Down, int Volume)[]> Walk =
        Gen.Select(Gen.Long[1, 8], Gen.Int[5, 30], Gen.Int[5, 30], Gen.Int[0, 4], Gen.Int[0, 4], Gen.Int[1, 90]).Array[1, 40];

    [Fact]
    public void The_figures_are_those_of_the_candles_of_the_last_day() => Walk.Sample(
        steps =>
        {
            var window = new DayWindow();
            var all = new List<Candle>();
            var now = 0L;
            foreach (var (gap, open, close, up, down, volume) in steps)
            {
                now += gap * Hour;
                var candle = new Candle(
                    now, open, Math.Max(open, close) + up, Math.Min(open, close) - down, close, volume, volume * (decimal)close);
                var before = all.Where(c => c.OpenTimeMs >= now - (24 * Hour)).Append(candle).ToList();
                Assert.Equal(Sum(before), window.Read(now, candle));
                window.Add(candle);
                all.Add(candle);
                Assert.Equal(Sum(before), window.Read(now, null));
            }
        },
        iter: 2000);

    [Fact]
    public void After_a_day_without_trades_there_are_no_figures()
    {
        var window = new DayWindow();
        window.Add(new Candle(0, 1, 2, 1, 2, 3, 5));
        Assert.NotNull(window.Read(24 * Hour, null));
        Assert.Null(window.Read((24 * Hour) + 1, null));
    }

    [Theory]
    [InlineData(100, 100.899, "0.0089")]
    [InlineData(100, 98.8517, "-0.0114")]
    public void The_change_is_cut_not_rounded(decimal open, decimal last, string rate) => Assert.Equal(
        rate, new DayFigures(open, open, last, last, 1, last).ChangeRate.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static DayFigures Sum(List<Candle> candles) => new(
        candles[0].Open, candles.Max(c => c.High), candles.Min(c => c.Low), candles[^1].Close, candles.Sum(c => c.Volume),
        candles.Sum(c => c.Turnover!.Value));
}
