using Bot.Exchange.Kucoin;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class StopOrderTests
{
    private static readonly Symbol Btc = TestClient.Btc;

    [Fact]
    public void Stop_orders_are_there_only_when_they_are_asked_for()
    {
        using var without = TestClient.At(new Uri("http://127.0.0.1:1"));
        Assert.Null(without.StopOrders);
        using var with = Client(new Uri("http://127.0.0.1:1"));
        Assert.NotNull(with.StopOrders);
    }

    [Theory]
    [InlineData(StopDirection.Loss, "loss")]
    [InlineData(StopDirection.Entry, "entry")]
    public async Task A_stop_order_always_says_its_direction(StopDirection direction, string word)
    {
        await using var server = Answers("""{"orderId":"vs1"}""");
        using var client = Client(server.Address);
        var stops = client.StopOrders!;
        var pinned = stops.PinStop(new StopOrderSpec(TestClient.Limit("a", Side.Sell), direction, 49_000.50m), TestClient.NowMs);
        Assert.Equal("vs1", (await stops.PlaceStopOrderAsync(pinned)).Required.OrderId);
        Assert.StartsWith("POST /api/v1/stop-order HTTP", server.Requests.Single(), StringComparison.Ordinal);
        Assert.Contains($$""","stop":"{{word}}","stopPrice":"49000.5"}""", server.Requests.Single(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => { stops.PinStop(pinned.Spec with { StopPrice = 0 }, TestClient.NowMs); });
    }

    [Theory]
    [InlineData("""{"cancelledOrderIds":["vs1"]}""", null)]
    [InlineData("""{"cancelledOrderIds":[]}""", FailureKind.NotFound)]
    [InlineData("""{"cancelledOrderIds":null}""", FailureKind.NotFound)]
    [InlineData("""{"cancelledOrderIds":["vs2"]}""", FailureKind.Doubt)]
    [InlineData("""{"cancelledOrderIds":["vs1","vs2"]}""", FailureKind.Doubt)]
    public async Task A_cancel_counts_only_when_it_took_this_order_and_no_other(string data, FailureKind? expected)
    {
        await using var server = Answers(data);
        using var client = Client(server.Address);
        Assert.Equal(expected, (await client.StopOrders!.CancelStopOrderAsync(Btc, "vs1")).Failure?.Kind);
        Assert.StartsWith("DELETE /api/v1/stop-order/cancel?symbol=BTC-USDT&orderIds=vs1 HTTP", server.Requests.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"cancelledOrderId":"vs1","clientOid":"a"}""", null)]
    [InlineData("""{"cancelledOrderId":"vs1","clientOid":"b"}""", FailureKind.Doubt)]
    [InlineData("""{"cancelledOrderId":null,"clientOid":"a"}""", FailureKind.NotFound)]
    public async Task A_cancel_by_our_own_id_gives_the_exchanges_id(string data, FailureKind? expected)
    {
        await using var server = Answers(data);
        using var client = Client(server.Address);
        var answer = await client.StopOrders!.CancelStopOrderByClientIdAsync(Btc, "a");
        Assert.Equal((expected, expected is null ? "vs1" : null), (answer.Failure?.Kind, answer.Value));
    }

    [Fact]
    public async Task A_stop_order_is_found_by_either_id_and_none_is_an_answer()
    {
        await using var server = new RawServer(e => e.AnswerAsync(TestClient.Data(
            e.Request.Contains("/queryOrderByClientOid", StringComparison.Ordinal) ? e.Request.Contains("clientOid=a", StringComparison.Ordinal) ? $"[{Stop("vs1", "a")}]" : "[]"
            : Stop("vs1", "a"))));
        using var client = Client(server.Address);
        var expected = new StopOrderReport(
            "vs1", "a", Btc, Side.Sell, Bot.Trading.Orders.OrderType.Limit, 1m, 2m, StopDirection.Entry, 3m, true, 1629098781128, 1629098781999);
        Assert.Equal(expected, (await client.StopOrders!.GetStopOrderAsync("vs1")).Required);
        Assert.Equal(expected, (await client.StopOrders!.GetStopOrderByClientIdAsync(Btc, "a")).Required);
        Assert.Equal(FailureKind.NotFound, (await client.StopOrders!.GetStopOrderByClientIdAsync(Btc, "b")).Failure!.Kind);
        Assert.Equal("mismatch", (await client.StopOrders!.GetStopOrderAsync("vs2")).Failure!.Code);
    }

    [Fact]
    public async Task A_list_of_stop_orders_counts_when_its_rows_add_up()
    {
        var total = 2;
        await using var server = new RawServer(e => e.AnswerAsync(TestClient.Page([Stop("vs1", "a"), Stop("vs2", "b")], $",\"totalNum\":{total}")));
        using var client = Client(server.Address);
        Assert.Equal(["vs1", "vs2"], (await client.StopOrders!.GetStopOrdersAsync(Btc)).Required.Select(o => o.OrderId));
        total = 3;
        Assert.Equal("unsteady", (await client.StopOrders!.GetStopOrdersAsync(Btc)).Failure!.Code);
    }

    private static KucoinExchange Client(Uri address) => TestClient.At(address, options: TestClient.Options(address) with { StopOrders = true });

    private static RawServer Answers(string data) => new(e => e.AnswerAsync(TestClient.Data(data)));

    private static string Stop(string id, string clientOid) => $$"""
        {"id":"{{id}}","clientOid":"{{clientOid}}","symbol":"BTC-USDT","status":"TRIGGERED","type":"limit","side":"sell","price":"1.00","size":"2","funds":null,"stop":"entry","stopPrice":"3","createdAt":1629098781128,"stopTriggerTime":1629098781999,"new":[{}]}
        """;
}
