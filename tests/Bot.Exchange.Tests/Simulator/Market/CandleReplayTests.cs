using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Simulator.Market;

public sealed class CandleReplayTests(ITestOutputHelper output) : IDisposable
{
    private readonly CandleFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void The_engine_rebuilds_the_files_candles_exactly()
    {
        _files.WriteWalk("BTC-USDT", 500, 200m, 11);
        _files.WriteWalk("ETH-USDT", 500, 90m, 12);
        Rebuild(_files.Options());
    }

    [Fact]
    public void Candles_of_fifteen_minutes_are_rebuilt_and_minutes_come_from_their_trades()
    {
        var open = CandleInterval.Parse("15min").OpenTimeMs(CandleFiles.Start) / 1000;
        _files.Write("BTC-USDT", "15min", CandleFiles.Line(open, 10, 13, 9, 12, 4m), CandleFiles.Line(open + 900, 12, 12.5m, 11, 11.5m, 2m));
        var floor = Rebuild(_files.Options() with { Interval = CandleInterval.Parse("15min") });

        var minutes = floor.Pairs[0].Candles.Read(CandleInterval.OneMinute, 0, long.MaxValue, 100);
        Assert.Equal([10m, 9m, 13m, 12m, 12m, 12.5m, 11m, 11.5m], minutes.Select(m => m.Close));
        Assert.Equal([0, 5, 10, 14, 15, 20, 25, 29], minutes.Select(m => (int)((m.OpenTimeMs / 1000) - open) / 60));
    }

    [Fact]
    public void Candles_before_the_start_are_history_and_longer_intervals_are_made_of_both()
    {
        _files.WriteWalk("BTC-USDT", 300, 200m, 13);
        var from = CandleFiles.Start + (150 * 60_000);
        using var replay = CandleReplay.Open(_files.Options() with { FromMs = from, ToMs = from + (100 * 60_000) });
        var floor = new TradingFloor(replay, [], 1, 2, 20);
        var file = CandleFile.Read(_files.PathOf("BTC-USDT", "1min"), CandleInterval.OneMinute);
        var all = Enumerable.Range(0, file.Count).Select(i => file[i]).ToList();

        var history = floor.Pairs[0].Candles.Read(CandleInterval.OneMinute, 0, long.MaxValue, 9999);
        Assert.Equal(all.Where(c => c.OpenTimeMs < from), history.Select(NoTurnover));
        Assert.Equal(all.Last(c => c.OpenTimeMs < from).Close, floor.Pairs[0].LastPrice);

        floor.AdvanceTo(replay.EndMs!.Value);
        var hours = floor.Pairs[0].Candles.Read(CandleInterval.Parse("1hour"), 0, long.MaxValue, 9999);
        var expected = all.Where(c => c.OpenTimeMs < replay.EndMs).GroupBy(c => CandleInterval.Parse("1hour").OpenTimeMs(c.OpenTimeMs))
            .Select(g => new Candle(g.Key, g.First().Open, g.Max(c => c.High), g.Min(c => c.Low), g.Last().Close, g.Sum(c => c.Volume), null));
        Assert.Equal(expected, hours.Select(NoTurnover));
    }

    [Fact]
    public void The_newest_candles_are_kept_when_there_are_too_many()
    {
        _files.WriteWalk("BTC-USDT", 100, 200m, 14);
        using var replay = CandleReplay.Open(_files.Options());
        var floor = new TradingFloor(replay, [], 1, 2, 20);
        floor.AdvanceTo(replay.EndMs!.Value);

        var all = floor.Pairs[0].Candles.Read(CandleInterval.OneMinute, 0, long.MaxValue, 1000);
        Assert.Equal(all.TakeLast(7), floor.Pairs[0].Candles.Read(CandleInterval.OneMinute, 0, long.MaxValue, 7));
        Assert.Equal(
            all.Where(c => c.OpenTimeMs >= all[10].OpenTimeMs && c.OpenTimeMs < all[20].OpenTimeMs),
            floor.Pairs[0].Candles.Read(CandleInterval.OneMinute, all[10].OpenTimeMs, all[20].OpenTimeMs, 1000));
    }

    [Fact]
    public void Recorded_candles_of_the_exchange_are_rebuilt_exactly()
    {
        if (SharedData.Kucoin is not { } folder)
        {
            output.WriteLine("Skipped: there are no recorded prices beside the repository (BOT_SHARED).");
            return;
        }
        Rebuild(new CandleReplayOptions { Folder = folder, Symbols = [Symbol.Parse("DOGE-USDT"), Symbol.Parse("SHIB-USDT")] });
        Rebuild(new CandleReplayOptions { Folder = folder, Interval = CandleInterval.Parse("15min"), Symbols = [Symbol.Parse("BTC-USDT")] });
        Rebuild(new CandleReplayOptions
        {
            Folder = folder,
            Interval = CandleInterval.Parse("1hour"),
            Set = "2019-2022",
            Symbols = [Symbol.Parse("BTC-USDT")],
        });
    }

    private static TradingFloor Rebuild(CandleReplayOptions options)
    {
        using var replay = CandleReplay.Open(options);
        var floor = new TradingFloor(replay, [SimulatorAccount.Parse("a:b:c")], 1, 2, 20);
        floor.AdvanceTo(replay.EndMs!.Value);
        var name = options.Set is null ? options.Interval.Name : $"{options.Interval.Name}_{options.Set}";
        foreach (var pair in floor.Pairs)
        {
            var file = CandleFile.Read(Path.Combine(options.Folder, pair.Symbol, $"{name}.csv.gz"), options.Interval);
            var built = pair.Candles.Read(options.Interval, 0, long.MaxValue, int.MaxValue);
            Assert.Equal(file.Count, built.Count);
            for (var i = 0; i < file.Count; i++)
            {
                // Half a million assertions would take longer than the replay.
                if (NoTurnover(file[i]) != NoTurnover(built[i]))
                    Assert.Equal(NoTurnover(file[i]), NoTurnover(built[i]));
            }
        }
        return floor;
    }

    private static Candle NoTurnover(Candle candle) => candle with { Turnover = null };
}
