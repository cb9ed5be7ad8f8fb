using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Simulator.Market;

public sealed class CandleFileTests : IDisposable
{
    private const long T = CandleFiles.Start / 1000;

    private readonly CandleFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Rows_are_read_exactly_and_rows_without_volume_are_left_out()
    {
        var path = _files.WriteRaw(
            "BTC-USDT",
            "1min",
            $"time,open,high,low,close,volume,turnover\n{T},24527.9,24533.6,24527.8,24533.4,0.48543027,11900.5\n"
            + $"{T + 60},24533.4,24533.4,24533.4,24533.4,0,0\n{T + 180},24533.5,24533.5,24524.5,24524.61,1.02054072,25001.25\n");
        var file = CandleFile.Read(path, CandleInterval.OneMinute);

        Assert.Equal(2, file.Count);
        Assert.Equal(new Candle(T * 1000, 24527.9m, 24533.6m, 24527.8m, 24533.4m, 0.48543027m, 11900.5m), file[0]);
        Assert.Equal(new Candle((T + 180) * 1000, 24533.5m, 24533.5m, 24524.5m, 24524.61m, 1.02054072m, 25001.25m), file[1]);
        Assert.Equal((2, 8), (file.PriceDecimals, file.VolumeDecimals));
    }

    [Theory]
    [InlineData("1676716260,1,2,1,2", 2, "columns")]
    [InlineData("1676716260,1,2,1,2,3,4", 2, "columns")]
    [InlineData("1676716260,1,2,1,x,3", 2, "'x' in column 5 is not a plain decimal number")]
    [InlineData("1676716260,1,2,1,2,1e3", 2, "not a plain decimal number")]
    [InlineData("1676716260,1,2,1,2,-3", 2, "not a plain decimal number")]
    [InlineData("x,1,2,1,2,3", 2, "not a time")]
    [InlineData("1676716261,1,2,1,2,3", 2, "not the open of a 1min candle")]
    [InlineData("1676716260,1,2,1,2,3\n1676716260,1,2,1,2,3", 3, "not after the time before it")]
    [InlineData("1676716260,1,2,1,3,3", 2, "the high is below another price")]
    [InlineData("1676716260,1,2,1.5,2,3", 2, "the low is above another price")]
    [InlineData("1676716260,0,2,0,2,3", 2, "a price is not above zero")]
    [InlineData("", 2, "columns")]
    public void A_malformed_line_is_told_with_its_number(string lines, long line, string problem)
    {
        var path = _files.Write("BTC-USDT", "1min", lines);
        var fault = Assert.Throws<CandleFileException>(() => CandleFile.Read(path, CandleInterval.OneMinute));

        Assert.Equal((path, line), (fault.File, fault.Line));
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.Contains($"line {line}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("time,open,close,high,low,volume\n", "the header is")]
    [InlineData("time,open,high,low,close,volume\n", "no candle with volume")]
    [InlineData("time,open,high,low,close,volume\n1676716260,1,1,1,1,0\n", "no candle with volume")]
    public void A_file_without_candles_is_told(string text, string problem)
    {
        var path = _files.WriteRaw("BTC-USDT", "1min", text);
        var fault = Assert.Throws<CandleFileException>(() => CandleFile.Read(path, CandleInterval.OneMinute));

        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_and_missing_files_are_told()
    {
        var path = _files.PathOf("BTC-USDT", "1min");
        File.WriteAllText(path, "time,open,high,low,close,volume");
        Assert.Contains("gzip", Problem(path), StringComparison.Ordinal);

        _files.WriteWalk("ETH-USDT", 2000, 100m, 1);
        var whole = _files.PathOf("ETH-USDT", "1min");
        File.WriteAllBytes(path, File.ReadAllBytes(whole)[..^200]);
        Assert.Contains("cut off", Problem(path), StringComparison.Ordinal);

        Assert.Contains("does not exist", Problem(path + "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_pairs_in_alphabetical_order_that_have_the_interval_are_taken()
    {
        _files.WriteWalk("ZEN-USDT", 3, 10m, 1);
        _files.WriteWalk("ADA-USDT", 3, 10m, 2);
        _files.WriteWalk("BTC-USDT", 3, 10m, 3);
        _files.Write("AAA-USDT", "1hour", $"{1676718000},1,1,1,1,1");
        _files.WriteWalk("_recordings", 3, 10m, 4);

        using var replay = CandleReplay.Open(_files.Options() with { Count = 2 });
        Assert.Equal(["ADA-USDT", "BTC-USDT"], replay.Listings.Select(l => l.Rules.Symbol.Text));

        var fault = Assert.Throws<CandleFileException>(() => CandleReplay.Open(_files.Options() with { Count = 4 }));
        Assert.Contains("3 pairs have a file", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_follow_the_data()
    {
        _files.Write("BTC-USDT", "1min", $"{T},24527.9,24533.6,24527.8,24533.4,0.48543027");
        _files.Write("SHIB-USDT", "1min", $"{T},0.000013148,0.000013148,0.00001313,0.000013131,175552949.0463");
        using var replay = CandleReplay.Open(_files.Options());

        var btc = replay.Listings[0].Rules;
        Assert.Equal(("BTC", "USDT", "USDT"), (btc.BaseCurrency, btc.QuoteCurrency, btc.FeeCurrency));
        Assert.Equal((0.1m, 0.00000001m, 0.000001m, 0.1m), (btc.PriceIncrement, btc.BaseIncrement, btc.BaseMinSize, btc.MinFunds));
        var shib = replay.Listings[1].Rules;
        Assert.Equal((0.000000001m, 0.0001m, 1000m), (shib.PriceIncrement, shib.BaseIncrement, shib.BaseMinSize));
    }

    private static string Problem(string path) =>
        Assert.Throws<CandleFileException>(() => CandleFile.Read(path, CandleInterval.OneMinute)).Problem;
}
