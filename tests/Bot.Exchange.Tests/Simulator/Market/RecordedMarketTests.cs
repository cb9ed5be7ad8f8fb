using System.Globalization;
using System.IO.Compression;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Simulator.Market;

public sealed class RecordedMarketTests : IDisposable
{
    private const long Start = 1_700_000_000_000;

    private readonly string _root = Directory.CreateTempSubdirectory("bot-ticks-").FullName;

    private string Folder => Path.Combine(_root, "BTC-USDT");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Every_recorded_trade_is_printed_with_its_side_and_at_its_time()
    {
        Trades("100.5,0.2,sell", "100.4,0.3,buy", "100.4,0.1,sell");
        var floor = Run(long.MaxValue);
        Assert.Equal(
            [(Start, 100.5m, 0.2m, Side.Sell), (Start + 10, 100.4m, 0.3m, Side.Buy), (Start + 20, 100.4m, 0.1m, Side.Sell)],
            floor.Pairs[0].Tape.Read().Select(t => (t.TimeMs, t.Price, t.Size, t.TakerSide)));
        Assert.Equal(100.4m, floor.Pairs[0].LastPrice);
    }

    [Fact]
    public void The_book_is_the_recorded_one_without_changes_that_are_older_than_the_snapshot()
    {
        Snapshot();
        Write("l2updates-2023-11-14", "recv_ns,time_ns,first_update_id,final_update_id,side,price,size",
            $"{Ns(0)},0,8,9,ask,100.2,9", $"{Ns(5)},0,11,11,ask,100.1,0", $"{Ns(5)},0,11,11,bid,99.9,0.7", $"{Ns(9)},0,12,12,bid,0,0");
        var floor = Run(Start + 1);
        Assert.Equal([new(100.1m, 1m), new(100.2m, 2m)], Depth(floor, Side.Sell));
        floor.AdvanceTo(Start + 5);
        Assert.Equal([new(100.2m, 2m)], Depth(floor, Side.Sell));
        Assert.Equal([new(100m, 1m), new(99.9m, 0.7m)], Depth(floor, Side.Buy));
    }

    [Fact]
    public void A_users_orders_trade_against_the_recorded_levels_and_with_the_recorded_trades()
    {
        Snapshot();
        Write("trades-2023-11-14", "time_ns,price,size,side,trade_id,recv_ns",
            $"0,100,0.1,buy,1,{Ns(1)}", $"0,99.9,0.6,sell,2,{Ns(1000)}");
        using var market = RecordedMarket.Open(new RecordedMarketOptions { Folder = _root });
        var floor = new TradingFloor(market, [Desk.Rich("a")], 1, 2, 20);
        floor.AdvanceTo(Start + 1);
        var account = floor.Account("a")!;
        var taker = floor.Desk.Place(Order(Side.Buy, OrderType.Market, null, 1.5m), account, floor.NowMs, 0, out _)!;
        floor.Desk.MatchNow(taker);
        Assert.Equal([(100.1m, 1m), (100.2m, 0.5m)], account.Fills.Select(f => (f.Price, f.Size)));
        Assert.Equal([new(100.2m, 1.5m)], Depth(floor, Side.Sell));

        var maker = floor.Desk.Place(Order(Side.Buy, OrderType.Limit, 99.95m, 0.4m), account, floor.NowMs, 0, out var refused);
        Assert.Equal(Rejection.PriceIncrement, refused);
        Assert.Null(maker);
        maker = floor.Desk.Place(Order(Side.Buy, OrderType.Limit, 100m, 0.4m), account, floor.NowMs, 0, out _)!;
        floor.AdvanceTo(long.MaxValue - 1);
        Assert.Equal((100m, 0.4m), account.Fills[^1] is var f ? (f.Price, f.Size) : default);
        Assert.False(maker.IsActive);
        Assert.Equal(0.2m, floor.Pairs[0].Tape.Read().Last().Size);
    }

    [Fact]
    public void Best_prices_hold_over_levels_that_are_older_and_not_over_newer_ones()
    {
        Snapshot();
        Write("bookticker-2023-11-14", "recv_ns,update_id,best_bid,best_bid_size,best_ask,best_ask_size", $"{Ns(5)},20,100,0.4,100.2,1.1");
        Write("l2updates-2023-11-14", "recv_ns,time_ns,first_update_id,final_update_id,side,price,size",
            $"{Ns(10)},0,11,19,ask,100.1,3", $"{Ns(20)},0,20,25,ask,100.1,4");
        var floor = Run(Start + 10);
        Assert.Equal([new(100.2m, 1.1m)], Depth(floor, Side.Sell));
        Assert.Equal(new DepthLevel(100m, 0.4m), Depth(floor, Side.Buy)[0]);
        floor.AdvanceTo(Start + 20);
        Assert.Equal([new(100.1m, 4m), new(100.2m, 1.1m)], Depth(floor, Side.Sell));
    }

    [Fact]
    public void Best_prices_alone_are_a_book_of_one_level()
    {
        Write("ticker-2023-11-14", "time_ns,sequence,best_bid,best_bid_size,best_ask,best_ask_size,last_price,last_size,recv_ns",
            $"0,1,99,1,101,2,100,1,{Ns(0)}", $"0,2,98,3,100,4,100,1,{Ns(5)}");
        var floor = Run(long.MaxValue);
        Assert.Equal([new(98m, 3m)], Depth(floor, Side.Buy));
        Assert.Equal([new(100m, 4m)], Depth(floor, Side.Sell));
    }

    [Theory]
    [InlineData("100,0.1,both", "is not a buy or sell")]
    [InlineData("1e2,0.1,buy", "is not a plain decimal number")]
    [InlineData("100,0.1", "the row has 4 columns")]
    public void A_malformed_row_is_told_with_its_line(string row, string problem)
    {
        Trades("100,0.1,buy", row);
        var fault = Assert.Throws<CandleFileException>(() => RecordedMarket.Open(new RecordedMarketOptions { Folder = Folder }));
        Assert.Equal(3, fault.Line);
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_recording_is_refused()
    {
        Directory.CreateDirectory(Folder);
        Assert.False(RecordedMarketOptions.IsOfPair(Folder));
        Assert.Throws<CandleFileException>(() => RecordedMarket.Open(new RecordedMarketOptions { Folder = _root }));
        Assert.Throws<CandleFileException>(() => RecordedMarket.Open(
            new RecordedMarketOptions { Folder = _root, Symbols = [Symbol.Parse("BTC-USDT")] }));
    }

    [Fact]
    public async Task The_recorded_book_is_told_from_outside()
    {
        Snapshot();
        Trades("100,0.1,buy");
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Recording = new RecordedMarketOptions { Folder = Folder },
            Clock = SimulatorClock.Lockstep,
            Speed = null,
        });
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        await bot.StepAsync();
        var book = (await api.GetAsync("/api/v1/market/orderbook/level2_20?symbol=BTC-USDT")).Data;
        Assert.Equal("""[["100.1","1"],["100.2","2"]]""", book.GetProperty("asks").GetRawText());
        Assert.Equal("buy", (await api.GetAsync("/api/v1/market/histories?symbol=BTC-USDT")).Data[0].GetProperty("side").GetString());
    }

    [Fact]
    public void Real_recordings_are_replayed_trade_by_trade_and_end_at_their_last_best_prices()
    {
        if (SharedData.Kucoin is not { } kucoin)
            return;
        var folder = Path.Combine(kucoin, "..", "BINANCE", "BTC-USDT");
        var floor = Run(long.MaxValue, folder);
        var pair = floor.Pairs[0];
        Assert.Equal(Column(folder, "trades-2024-08-08", 2).Sum(), pair.Candles.Read(CandleInterval.OneMinute, 0, long.MaxValue, 100).Sum(c => c.Volume));
        Assert.Equal(
            (Column(folder, "bookticker-2024-08-08", 2)[^1], Column(folder, "bookticker-2024-08-08", 4)[^1]),
            (Depth(floor, Side.Buy)[0].Price, Depth(floor, Side.Sell)[0].Price));
        Assert.Equal(100, Depth(floor, Side.Buy).Count);

        using var many = RecordedMarket.Open(new RecordedMarketOptions { Folder = kucoin });
        Assert.Equal(Directory.EnumerateFiles(kucoin, "l2snapshot-*", SearchOption.AllDirectories).Count(), many.Listings.Count);
        var all = new TradingFloor(many, [], 1, 2, 20);
        all.AdvanceTo(many.EndMs!.Value);
        Assert.All(all.Pairs, p => Assert.True(p.Engine.Best(Side.Buy)!.Value.Price < p.Engine.Best(Side.Sell)!.Value.Price));
    }

    private static OrderRequest Order(Side side, OrderType type, decimal? price, decimal size) =>
        new() { Symbol = "BTC-USDT", Side = side, Type = type, Price = price, Size = size };

    private static List<DepthLevel> Depth(TradingFloor floor, Side side)
    {
        var levels = new List<DepthLevel>();
        floor.Pairs[0].Engine.Depth(side, int.MaxValue, levels);
        return levels;
    }

    private static List<decimal> Column(string folder, string name, int column)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(folder, $"{name}.csv.gz")), CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(l => decimal.Parse(l.Split(',')[column], CultureInfo.InvariantCulture))];
    }

    private TradingFloor Run(long untilMs, string? folder = null)
    {
        var market = RecordedMarket.Open(new RecordedMarketOptions { Folder = folder ?? Folder });
        var floor = new TradingFloor(market, [], 1, 2, 20);
        floor.AdvanceTo(Math.Min(untilMs, market.EndMs!.Value));
        return floor;
    }

    private static string Ns(long afterMs) => ((Start + afterMs) * 1_000_000).ToString(CultureInfo.InvariantCulture);

    private void Trades(params string[] rows) => Write(
        "trades-2023-11-14", "recv_ns,price,size,side,trade_id", [.. rows.Select((r, i) => $"{Ns(i * 10)},{r},{i}")]);

    private void Snapshot() => Write(
        "l2snapshot-2023-11-14", "recv_ns,last_update_id,side,price,size",
        $"{Ns(0)},10,bid,100,1", $"{Ns(0)},10,bid,99.9,2", $"{Ns(0)},10,ask,100.1,1", $"{Ns(0)},10,ask,100.2,2");

    private void Write(string name, string header, params string[] rows)
    {
        Directory.CreateDirectory(Folder);
        using var zip = new GZipStream(File.Create(Path.Combine(Folder, $"{name}.csv.gz")), CompressionLevel.Fastest);
        using var writer = new StreamWriter(zip);
        writer.Write(string.Join('\n', rows.Prepend(header)) + "\n");
    }
}
