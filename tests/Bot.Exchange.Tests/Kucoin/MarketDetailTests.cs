using Bot.Exchange.Books;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class MarketDetailTests
{
    private static readonly Symbol Btc = TestClient.Btc;

    [Theory]
    [InlineData(BookDepth.Best20, "/api/v1/market/orderbook/level2_20", false)]
    [InlineData(BookDepth.Best100, "/api/v1/market/orderbook/level2_100", false)]
    [InlineData(BookDepth.Full, "/api/v3/market/orderbook/level2", true)]
    public async Task A_book_is_asked_for_by_its_depth_and_only_the_full_one_is_signed(BookDepth depth, string path, bool isSigned)
    {
        await using var server = Answers("""{"sequence":"9007199254740993","time":null,"bids":[["1.0E-9","2"]],"asks":null,"new":1}""");
        using var client = TestClient.At(server.Address);
        var book = (await client.GetOrderBookAsync(Btc, depth)).Required;
        Assert.Equal((Btc, 9007199254740993L, null), (book.Symbol, book.Sequence, book.TimeMs));
        Assert.Equal(new PriceLevel(0.000000001m, 2m), Assert.Single(book.Bids));
        Assert.Empty(book.Asks);
        Assert.StartsWith($"GET {path}?symbol=BTC-USDT HTTP", server.Requests.Single(), StringComparison.Ordinal);
        Assert.Equal(isSigned, server.Requests.Single().Contains("KC-API-SIGN", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"sequence":"1","bids":[]}""")]
    [InlineData("""{"bids":[],"asks":[]}""")]
    [InlineData("""{"sequence":"1","bids":[["1"]],"asks":[]}""")]
    [InlineData("""{"sequence":"1","bids":[["-1","1"]],"asks":[]}""")]
    public async Task A_book_that_lacks_a_side_a_sequence_or_a_size_is_none(string data)
    {
        await using var server = Answers(data);
        using var client = TestClient.At(server.Address);
        Assert.Equal("unreadable", (await client.GetOrderBookAsync(Btc, BookDepth.Best20)).Failure!.Code);
    }

    [Fact]
    public async Task Trades_come_oldest_first_and_each_once()
    {
        await using var server = Answers(
            """[{"sequence":"3","price":"3","size":"1","side":"sell","time":1709897616745000000},{"sequence":"2","price":"2","size":"1","side":"buy","time":1709897616744000000},{"sequence":"3","price":"3","size":"1","side":"sell","time":1709897616745000000}]""");
        using var client = TestClient.At(server.Address);
        Assert.Equal(
            [new PublicTrade(Btc, 2, Side.Buy, 2m, 1m, 1709897616744), new PublicTrade(Btc, 3, Side.Sell, 3m, 1m, 1709897616745)],
            (await client.GetTradesAsync(Btc, default)).Required);
    }

    [Fact]
    public async Task A_day_without_trades_has_no_figures_and_another_pairs_day_is_no_answer()
    {
        await using var server = Answers("""{"time":1729175612158,"symbol":"BTC-USDT","last":null,"buy":"","high":null,"vol":"0"}""");
        using var client = TestClient.At(server.Address);
        Assert.Equal(
            new DayStats(Btc, 1729175612158, null, null, null, null, null, null, null, null, 0m, null),
            (await client.GetDayStatsAsync(Btc, default)).Required);
        Assert.Equal("mismatch", (await client.GetDayStatsAsync(Symbol.Parse("ETH-USDT"), default)).Failure!.Code);
    }

    [Theory]
    [InlineData("open", ServiceState.Open)]
    [InlineData("cancelonly", ServiceState.CancelOnly)]
    [InlineData("close", ServiceState.Closed)]
    public async Task The_exchange_says_what_it_takes(string word, ServiceState expected)
    {
        await using var server = Answers($$"""{"status":"{{word}}","msg":"upgrade"}""");
        using var client = TestClient.At(server.Address);
        Assert.Equal(new ServiceStatus(expected, "upgrade"), (await client.GetServiceStatusAsync(default)).Required);
    }

    [Fact]
    public async Task A_state_of_the_exchange_that_is_not_known_is_in_doubt()
    {
        await using var server = Answers("""{"status":"half","msg":""}""");
        using var client = TestClient.At(server.Address);
        Assert.Equal(FailureKind.Doubt, (await client.GetServiceStatusAsync(default)).Failure!.Kind);
    }

    [Fact]
    public async Task A_ledger_is_read_page_by_page_and_each_entry_once()
    {
        await using var server = new RawServer(e => e.AnswerAsync(TestClient.Data(e.Number switch
        {
            1 => $"[{Entry("9007199254740995", 1500)},{Entry("9007199254740993", 1400)}]",
            2 => $"[{Entry("9007199254740993", 1400)},{Entry("7", 999)}]",
            _ => $"[{Entry("7", 999)}]",
        })));
        using var client = TestClient.At(server.Address);
        var rows = (await client.GetLedgerAsync("USDT", 1_700_000_001_000, 1_700_000_002_000, default)).Required;
        Assert.Equal([9007199254740995, 9007199254740993], rows.Select(r => r.Id));
        Assert.Equal((null, null, null, 0.5m, null), (rows[0].OrderId, rows[0].Symbol, rows[0].TradeId, rows[0].Amount, rows[0].Fee));
        Assert.Contains("?currency=USDT&startAt=1700000001000&endAt=1700000002000&limit=200 HTTP", server.Requests.First(), StringComparison.Ordinal);
        Assert.Contains("&lastId=9007199254740993 ", server.Requests.ElementAt(1), StringComparison.Ordinal);
    }

    private static RawServer Answers(string data) => new(e => e.AnswerAsync(TestClient.Data(data)));

    private static string Entry(string id, int ms) => $$"""
        {"id":"{{id}}","currency":"USDT","amount":"5E-1","fee":"","balance":"2","accountType":"TRADE_HF","bizType":"TRANSFER","direction":"in","createdAt":"{{1_700_000_000_000 + ms}}","context":"not json"}
        """;
}
