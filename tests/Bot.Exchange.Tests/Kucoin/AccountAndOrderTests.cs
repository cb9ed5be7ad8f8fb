using System.Globalization;
using System.Text.RegularExpressions;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class AccountAndOrderTests
{
    private const string Empty = """{"code":"200000","data":[]}""";

    [Theory]
    [InlineData("5", "7", "5")]
    [InlineData("0", "7", "7")]
    [InlineData("5", "0", "5")]
    [InlineData(null, "7", "7")]
    [InlineData("0", null, "0")]
    public async Task Balances_of_the_two_spot_types_are_never_added(string? fast, string? classic, string expected)
    {
        await using var server = new RawServer(e => e.AnswerAsync(
            e.Request.Contains("type=trade_hf ", StringComparison.Ordinal) ? Account("trade_hf", fast) : Account("trade", classic)));
        using var client = TestClient.At(server.Address);
        var balance = Assert.Single((await client.GetBalancesAsync()).Required);
        Assert.Equal(("USDT", decimal.Parse(expected, CultureInfo.InvariantCulture)), (balance.Currency, balance.Total));

        static string Account(string type, string? total) => total is null ? Empty : $$"""
            {"code":"200000","data":[{"id":"1","currency":"USDT","type":"{{type}}","balance":"{{total}}","available":"{{total}}","holds":"0"},
            {"id":"2","currency":"BTC","type":"main","balance":"9","available":"9","holds":"0"}]}
            """;
    }

    [Fact]
    public async Task A_failure_of_either_question_fails_the_balances()
    {
        await using var server = new RawServer(e => e.Request.Contains("type=trade_hf ", StringComparison.Ordinal)
            ? e.AnswerAsync(Empty) : e.AnswerAsync("""{"code":"400007","msg":"Access denied, require more permission."}""", 403));
        using var client = TestClient.At(server.Address);
        Assert.Equal(FailureKind.Unauthorised, (await client.GetBalancesAsync()).Failure!.Kind);
    }

    [Fact]
    public async Task Fees_are_asked_ten_symbols_at_a_time_with_raw_commas()
    {
        await using var server = new RawServer(e =>
        {
            var symbols = Regex.Match(e.Request, "symbols=([^ ]*) ").Groups[1].Value.Split(',');
            var rows = symbols.Select(s => $$"""{"symbol":"{{s}}","takerFeeRate":"0.001","makerFeeRate":"-0.0001"}""");
            return e.AnswerAsync(TestClient.Data($"[{string.Join(",", rows)}]"));
        });
        using var client = TestClient.At(server.Address);
        var symbols = Enumerable.Range(0, 23).Select(i => Symbol.Parse($"C{i}-USDT")).ToList();
        var rates = (await client.GetFeeRatesAsync(symbols, default)).Required;
        Assert.Equal(symbols, rates.Select(r => r.Symbol));
        Assert.All(rates, r => Assert.Equal((0.001m, -0.0001m), (r.Taker, r.Maker)));
        Assert.Equal(3, server.Requests.Count);
        Assert.DoesNotContain("%2C", server.Requests.First(), StringComparison.OrdinalIgnoreCase);
        Assert.Empty((await client.GetFeeRatesAsync([], default)).Required);
    }

    [Theory]
    [InlineData("repeats")]
    [InlineData("zero")]
    [InlineData("missing")]
    public async Task A_list_with_a_cursor_is_read_to_its_end(string lastPage)
    {
        // 230 fills, newest first; the id is the cursor.
        await using var server = new RawServer(e =>
        {
            var cursor = Regex.Match(e.Request, "lastId=([0-9]+)") is { Success: true } m ? int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) : 231;
            var ids = Enumerable.Range(1, 230).Reverse().Where(i => i < cursor).Take(100).ToList();
            var last = ids.Count > 0 ? $",\"lastId\":{ids[^1]}" : lastPage switch { "repeats" => $",\"lastId\":{cursor}", "zero" => ",\"lastId\":0", _ => "" };
            return e.AnswerAsync(TestClient.Page(ids.Select(Fill), last));
        });
        using var client = TestClient.At(server.Address);
        var answer = await client.GetFillsAsync(TestClient.Btc, 1_000_000_000_050);
        Assert.Equal(Enumerable.Range(50, 181).Reverse().Select(i => (long)i), answer.Required.Select(f => f.TradeId));
        Assert.Equal(4, server.Requests.Count);

        static string Fill(int i) => $$"""
            {"id":{{i}},"symbol":"BTC-USDT","tradeId":{{i}},"orderId":"o","side":"buy","liquidity":"taker","price":"1","size":"1","fee":"0","feeCurrency":"USDT","createdAt":{{1_000_000_000_000 + i}}}
            """;
    }

    [Fact]
    public async Task A_full_page_without_a_way_on_proves_nothing()
    {
        var rows = Enumerable.Range(1, 100).Select(i => Order(i.ToString(CultureInfo.InvariantCulture), active: false)).ToList();
        await using var server = new RawServer(e => e.AnswerAsync(TestClient.Page(rows, ",\"lastId\":7")));
        using var client = TestClient.At(server.Address);
        Assert.Equal((FailureKind.Doubt, "no-cursor"), await Failure(client.GetDoneOrdersAsync(TestClient.Btc, 0)));
    }

    [Fact]
    public async Task A_failure_on_any_page_fails_the_list_because_half_a_list_could_prove_a_false_absence()
    {
        await using var server = new RawServer(e => e.Number == 1
            ? e.AnswerAsync(TestClient.Page([Order("1", active: false)], ",\"lastId\":7"))
            : e.AnswerAsync("""{"code":"400007","msg":"no"}""", 403));
        using var client = TestClient.At(server.Address);
        Assert.Equal(FailureKind.Unauthorised, (await client.GetDoneOrdersAsync(TestClient.Btc, 0)).Failure!.Kind);
    }

    [Fact]
    public async Task Done_orders_are_those_created_since_the_time()
    {
        await using var server = new RawServer(e => e.AnswerAsync(e.Request.Contains("lastId", StringComparison.Ordinal)
            ? """{"code":"200000","data":{"items":[],"lastId":1}}"""
            : TestClient.Page([Order("new", false, 2000000000000), Order("old", false, 1999999999999)], ",\"lastId\":1")));
        using var client = TestClient.At(server.Address);
        Assert.Equal("new", Assert.Single((await client.GetDoneOrdersAsync(TestClient.Btc, 2_000_000_000_000)).Required).OrderId);
        Assert.Contains("startAt=2000000000000", server.Requests.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Active_orders_of_several_pages_count_when_the_list_held_still()
    {
        await using var server = new RawServer(e => e.AnswerAsync(ActivePage(e.Request, 120, 120)));
        using var client = TestClient.At(server.Address);
        Assert.Equal(120, (await client.GetActiveOrdersAsync(TestClient.Btc)).Required.Count);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Active_orders_that_changed_while_they_were_read_are_read_again()
    {
        await using var server = new RawServer(e => e.AnswerAsync(e.Number <= 3
            ? ActivePage(e.Request, 120, e.Number == 2 ? 119 : 120)
            : ActivePage(e.Request, 119, 119)));
        using var client = TestClient.At(server.Address);
        Assert.Equal(119, (await client.GetActiveOrdersAsync(TestClient.Btc)).Required.Count);
    }

    [Fact]
    public async Task Active_orders_that_never_hold_still_prove_nothing()
    {
        await using var server = new RawServer(e => e.AnswerAsync(ActivePage(e.Request, 120, 120 + e.Number)));
        using var client = TestClient.At(server.Address);
        Assert.Equal((FailureKind.Doubt, "unsteady"), await Failure(client.GetActiveOrdersAsync(TestClient.Btc)));
    }

    [Theory]
    [InlineData("b1-other", "BTC-USDT")]
    [InlineData("b1-x", "ETH-USDT")]
    public async Task An_order_that_was_not_asked_for_is_no_evidence(string clientOid, string symbol)
    {
        var order = Order("1", true).Replace("\"c1\"", $"\"{clientOid}\"", StringComparison.Ordinal).Replace("BTC-USDT", symbol, StringComparison.Ordinal);
        await using var server = new RawServer(e => e.AnswerAsync(TestClient.Data(order)));
        using var client = TestClient.At(server.Address);
        Assert.Equal((FailureKind.Doubt, "mismatch"), await Failure(client.GetOrderAsync(TestClient.Btc, "b1-x")));
    }

    [Fact]
    public async Task Candles_come_oldest_first_within_the_range_whichever_way_the_end_is_meant()
    {
        // Newest first, one row too many at each end, one of them twice.
        await using var server = new RawServer(e => e.AnswerAsync(
            """{"code":"200000","data":[["1700000160","5","5","5","5","1","1"],["1700000100","4","4","4","4","1","1"],["1700000100","4","4","4","4","1","1"],["1700000040","3","3","3","3","1","1"],["1699999980","2","2","2","2","1","1"]]}"""));
        using var client = TestClient.At(server.Address);
        var answer = await client.GetCandlesAsync(TestClient.Btc, CandleInterval.OneMinute, 1_700_000_040_000, 1_700_000_160_000, default);
        Assert.Equal([1_700_000_040_000, 1_700_000_100_000], answer.Required.Select(c => c.OpenTimeMs));
        Assert.Contains("symbol=BTC-USDT&type=1min&startAt=1700000040&endAt=1700000101 ", server.Requests.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a&b")]
    [InlineData("ä")]
    public async Task An_id_that_could_change_the_request_is_not_sent(string id)
    {
        await using var server = new RawServer(e => e.AnswerAsync("{}"));
        using var client = TestClient.At(server.Address);
        await Assert.ThrowsAsync<ArgumentException>(() => client.GetOrderAsync(TestClient.Btc, id));
        await Assert.ThrowsAsync<ArgumentException>(() => client.CancelOrderAsync(TestClient.Btc, id));
        await Assert.ThrowsAsync<ArgumentException>(() => client.GetFillsOfOrderAsync(TestClient.Btc, id));
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_cancel_answers_with_the_id_it_was_asked_for()
    {
        await using var server = new RawServer(e => e.AnswerAsync("""{"code":"200000","data":{"clientOid":"b1-x"}}"""));
        using var client = TestClient.At(server.Address);
        Assert.Equal("b1-x", (await client.CancelOrderAsync(TestClient.Btc, "b1-x")).Required);
        Assert.StartsWith("DELETE /api/v1/hf/orders/client-order/b1-x?symbol=BTC-USDT HTTP/1.1", server.Requests.Single(), StringComparison.Ordinal);
    }

    private static async Task<(FailureKind Kind, string Code)> Failure<T>(Task<Answer<T>> task)
    {
        var failure = (await task).Failure!;
        return (failure.Kind, failure.Code);
    }

    private static string Order(string id, bool active, long createdAt = 1_729_577_515_444) => $$"""
        {"id":"{{id}}","clientOid":"c{{id}}","symbol":"BTC-USDT","type":"limit","side":"buy","price":"1","size":"1","dealSize":"0","dealFunds":"0","cancelledSize":"0","active":{{(active ? "true" : "false")}},"createdAt":{{createdAt}}}
        """;

    private static string ActivePage(string request, int rows, int total)
    {
        var number = int.Parse(Regex.Match(request, "pageNum=([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture);
        var items = Enumerable.Range(0, rows).Skip((number - 1) * 50).Take(50).Select(i => Order(i.ToString(CultureInfo.InvariantCulture), true));
        return TestClient.Page(items, $",\"currentPage\":{number},\"pageSize\":50,\"totalNum\":{total},\"totalPage\":3");
    }
}
