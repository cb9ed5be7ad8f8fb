using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;
using CsCheck;

namespace Bot.Exchange.Tests.Simulator.Market;

public class CandlePathTests
{
    private const long Minute = 60_000;

    private static readonly Gen<Candle> AnyCandle = Gen.Select(
        Gen.Int[1, 30], Gen.Int[0, 10], Gen.Int[0, 10], Gen.Int[0, 10], Gen.Long[1, 2_000_000], Gen.Int[0, 8])
        .Select((low, open, close, high, lots, decimals) => new Candle(
            1_700_000_040_000, low + Math.Min(open, high), low + high, low, low + Math.Min(close, high), lots * Powers.Tenth(decimals), null));

    [Theory]
    [InlineData(10, 13, 9, 12, "10@0 9@20 13@40 12@59")]
    [InlineData(12, 13, 9, 10, "12@0 13@20 9@40 10@59")]
    [InlineData(10, 10, 10, 10, "10@0")]
    [InlineData(9, 13, 9, 13, "9@0 13@40")]
    [InlineData(10, 13, 9, 9, "10@0 13@20 9@40")]
    public void A_candle_goes_to_the_nearer_extreme_first(int open, int high, int low, int close, string expected)
    {
        Span<PathPoint> points = new PathPoint[CandlePath.MaxPoints];
        var count = CandlePath.Write(new Candle(0, open, high, low, close, 8m, null), Minute, 0.0001m, points);

        Assert.Equal(expected, string.Join(' ', points[..count].ToArray().Select(p => $"{p.Price}@{p.TimeMs / 1000}")));
    }

    [Fact]
    public void A_candle_rebuilt_from_its_points_is_the_same_candle() => AnyCandle.Sample(
        candle =>
        {
            Span<PathPoint> points = new PathPoint[CandlePath.MaxPoints];
            var builder = new CandleBuilder(CandleInterval.OneMinute);
            foreach (var point in points[..CandlePath.Write(candle, Minute, 0.0001m, points)])
            {
                Assert.True(point.Volume > 0, $"{candle}: {point}");
                builder.Add(point.TimeMs, point.Price, point.Volume);
            }
            Assert.Equal(candle, builder.Candle with { Turnover = null });
        },
        iter: 5000);
}
