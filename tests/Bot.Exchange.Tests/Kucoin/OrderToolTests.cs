using Bot.Exchange.Kucoin;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class OrderToolTests
{
    private static readonly Symbol Btc = TestClient.Btc;

    [Fact]
    public async Task A_batch_has_a_row_for_each_order_and_a_failed_row_says_what_may_be_concluded()
    {
        await using var server = Answers(
            """[{"orderId":"1","success":true,"clientOid":"a"},{"success":false,"failMsg":"Order size below the minimum"},{"success":false,"failMsg":"busy"},{"success":true}]""");
        using var client = TestClient.At(server.Address);
        var batch = client.PinBatch([Limit("a"), Limit("b"), Limit("c"), Limit("d")], TestClient.NowMs);
        Assert.Equal(batch.Body, client.PinBatch([Limit("a"), Limit("b"), Limit("c"), Limit("d")], TestClient.NowMs).Body);
        var rows = (await client.PlaceOrdersAsync(batch)).Required;
        Assert.Equal(["a", "b", "c", "d"], rows.Select(r => r.ClientOrderId));
        Assert.Equal("1", rows[0].Placed!.OrderId);
        Assert.Equal([null, FailureKind.Rejected, FailureKind.Doubt, FailureKind.Doubt], rows.Select(r => r.Failure?.Kind));
        Assert.EndsWith(batch.Body, server.Requests.Single(), StringComparison.Ordinal);
        Assert.StartsWith("POST /api/v1/hf/orders/multi HTTP", server.Requests.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"orderId":"1","success":true}]""")]
    [InlineData("""[{"orderId":"2","success":true,"clientOid":"b"},{"orderId":"1","success":true,"clientOid":"a"}]""")]
    [InlineData("""[{"orderId":"1"},{"orderId":"2","success":true}]""")]
    public async Task A_batch_whose_rows_cannot_be_told_apart_is_in_doubt_as_a_whole(string rows)
    {
        await using var server = Answers(rows);
        using var client = TestClient.At(server.Address);
        var answer = await client.PlaceOrdersAsync(client.PinBatch([Limit("a"), Limit("b")], TestClient.NowMs));
        Assert.Equal(FailureKind.Doubt, answer.Failure!.Kind);
        Assert.Single(server.Requests);
    }

    [Fact]
    public void A_batch_that_the_exchange_would_not_take_is_not_made()
    {
        using var client = TestClient.At(new Uri("http://127.0.0.1:1"));
        foreach (var specs in new OrderSpec[][]
        {
            [], [.. Enumerable.Range(0, 6).Select(i => Limit($"o{i}"))], [Limit("a"), Limit("a")],
            [Limit("a"), Limit("b") with { Symbol = Symbol.Parse("ETH-USDT") }], [Limit("a") with { Type = OrderType.Market, Price = null }],
        })
            Assert.Throws<ArgumentException>(() => { client.PinBatch(specs, TestClient.NowMs); });
    }

    [Fact]
    public async Task A_change_sends_what_changes_and_gives_the_new_id_or_none()
    {
        await using var server = new RawServer(e => e.AnswerAsync(TestClient.Data(
            e.Number == 1 ? """{"newOrderId":"n","clientOid":"a"}""" : e.Number == 2 ? """{"clientOid":"a"}""" : """{"newOrderId":"n","clientOid":"b"}""")));
        using var client = TestClient.At(server.Address);
        Assert.Equal("n", (await client.AlterOrderAsync(Btc, "a", 1.50m, null, default)).Required.NewOrderId);
        Assert.EndsWith("""{"symbol":"BTC-USDT","clientOid":"a","newPrice":"1.5"}""", server.Requests.First(), StringComparison.Ordinal);
        Assert.Null((await client.AlterOrderAsync(Btc, "a", null, 2m, default)).Required.NewOrderId);
        Assert.Equal("mismatch", (await client.AlterOrderAsync(Btc, "a", 1m, 2m, default)).Failure!.Code);
        await Assert.ThrowsAsync<ArgumentException>(() => client.AlterOrderAsync(Btc, "a", null, null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => client.AlterOrderAsync(Btc, "a", 0m, null, default));
    }

    [Fact]
    public async Task A_partial_cancel_counts_only_for_the_order_it_was_asked_for()
    {
        await using var server = Answers("""{"orderId":"o1","cancelSize":"1.0E-5"}""");
        using var client = TestClient.At(server.Address);
        Assert.Equal(0.00001m, (await client.CancelPartAsync(Btc, "o1", 0.0000100m)).Required);
        Assert.StartsWith("DELETE /api/v1/hf/orders/cancel/o1?symbol=BTC-USDT&cancelSize=0.00001 HTTP", server.Requests.Single(), StringComparison.Ordinal);
        Assert.Equal("mismatch", (await client.CancelPartAsync(Btc, "o2", 1m)).Failure!.Code);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.CancelPartAsync(Btc, "o1", 0m));
    }

    [Fact]
    public async Task A_placement_and_a_cancel_can_wait_for_the_match()
    {
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [SimulatorAccount.Parse("key:secret:phrase:USDT=100000")] });
        using var client = new KucoinExchange(TestClient.Options(server.Address), TestClient.Credentials("key", "secret", "phrase"));
        var ask = (await client.GetTickerAsync(Btc)).Required.BestAsk!.Value;

        var bought = (await client.PlaceOrderSyncAsync(Pin("bought", ask * 1.01m, 0.01m, TimeInForce.Ioc))).Required;
        Assert.Equal((0.01m, 0m, 0m, false), (bought.DealSize, bought.RemainSize, bought.CancelledSize, bought.IsActive));
        Assert.Equal(0.01m, (await client.GetOrderAsync(Btc, "bought")).Required.DealSize);

        var resting = (await client.PlaceOrderSyncAsync(Pin("resting", ask * 0.97m, 0.02m, TimeInForce.Gtc))).Required;
        Assert.Equal((0m, 0.02m, true), (resting.DealSize, resting.RemainSize, resting.IsActive));
        var cancelled = (await client.CancelOrderSyncAsync(Btc, "resting")).Required;
        Assert.Equal((0m, 0.02m, false), (cancelled.DealSize, cancelled.CancelledSize, cancelled.IsActive));
        Assert.False((await client.GetOrderAsync(Btc, "resting")).Required.Active);
        Assert.NotNull((await client.CancelOrderSyncAsync(Btc, "nobody")).Failure);

        PinnedOrder Pin(string id, decimal price, decimal size, TimeInForce time) => client.Pin(
            Limit(id) with { Price = Math.Round(price, 1), Size = size, TimeInForce = time }, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_waiting_placement_is_believed_only_for_the_order_it_was_for()
    {
        await using var server = Answers("""{"orderId":"1","clientOid":"b","status":"open"}""");
        using var client = TestClient.At(server.Address);
        Assert.Equal("mismatch", (await client.PlaceOrderSyncAsync(client.Pin(Limit("a"), TestClient.NowMs))).Failure!.Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_tested_order_is_sent_as_it_would_be_placed_to_where_nothing_happens()
    {
        await using var server = Answers("""{"orderId":"1","clientOid":"a"}""");
        using var client = TestClient.At(server.Address);
        var order = client.Pin(Limit("a"), TestClient.NowMs);
        Assert.Equal("a", (await client.TestOrderAsync(order, default)).Required);
        Assert.StartsWith("POST /api/v1/hf/orders/test HTTP", server.Requests.Single(), StringComparison.Ordinal);
        Assert.EndsWith(order.Body, server.Requests.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_dead_mans_switch_is_not_asked_for_where_the_guard_objects_and_always_switched_off()
    {
        await using var server = Answers("""{"currentTime":1729656588,"triggerTime":0}""");
        using var client = new KucoinExchange(
            TestClient.Options(server.Address), TestClient.Credentials(),
            new KucoinRuntime { Time = new VirtualTimeProvider(TestClient.NowMs), DeadManGuard = pairs => pairs.Contains(Btc) ? "DEAD_MAN_SWITCH control=C25 held=BTC-USDT" : null });
        var refused = (await client.SetDeadManSwitchAsync(TimeSpan.FromSeconds(5), [Btc], default)).Failure!;
        Assert.Equal((FailureKind.Rejected, "control", "DEAD_MAN_SWITCH control=C25 held=BTC-USDT"), (refused.Kind, refused.Code, refused.Message));
        Assert.Empty(server.Requests);
        await client.SetDeadManSwitchAsync(null, [Btc], default);
        await client.SetDeadManSwitchAsync(TimeSpan.FromSeconds(5), [Symbol.Parse("ETH-USDT")], default);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task The_dead_mans_switch_is_set_and_switched_off()
    {
        await using var server = Answers("""{"currentTime":1729656588,"triggerTime":1729656593}""");
        using var client = TestClient.At(server.Address);
        var set = (await client.SetDeadManSwitchAsync(TimeSpan.FromSeconds(5), [Btc], default)).Required;
        Assert.Equal((5, 1729656588000L, 1729656593000L), (set.TimeoutSeconds, set.CurrentTimeMs, set.TriggerTimeMs));
        Assert.EndsWith("""{"timeout":5,"symbols":"BTC-USDT"}""", server.Requests.First(), StringComparison.Ordinal);
        Assert.True((await client.SetDeadManSwitchAsync(null, [], default)).IsSuccess);
        Assert.EndsWith("""{"timeout":-1}""", server.Requests.Last(), StringComparison.Ordinal);
        foreach (var seconds in new[] { 0, 4, 5.5, 86_401 })
            await Assert.ThrowsAsync<ArgumentException>(() => client.SetDeadManSwitchAsync(TimeSpan.FromSeconds(seconds), [], default));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("{}")]
    public async Task A_switch_that_is_not_set_is_not_found(string data)
    {
        await using var server = Answers(data);
        using var client = TestClient.At(server.Address);
        Assert.Equal(FailureKind.NotFound, (await client.GetDeadManSwitchAsync(default)).Failure!.Kind);
    }

    [Theory]
    [InlineData("place")]
    [InlineData("alter")]
    [InlineData("part")]
    [InlineData("switch")]
    [InlineData("stop")]
    [InlineData("cancel-stop")]
    public async Task What_changes_something_is_sent_once_and_is_in_doubt_when_the_connection_breaks(string what)
    {
        await using var server = new RawServer(e =>
        {
            e.Reset();
            return Task.CompletedTask;
        });
        using var client = TestClient.At(server.Address, options: TestClient.Options(server.Address) with { StopOrders = true });
        var stops = client.StopOrders!;
        var failure = what switch
        {
            "place" => (await client.PlaceOrdersAsync(client.PinBatch([Limit("a")], TestClient.NowMs))).Failure,
            "alter" => (await client.AlterOrderAsync(Btc, "a", 1m, null, default)).Failure,
            "part" => (await client.CancelPartAsync(Btc, "o1", 1m)).Failure,
            "switch" => (await client.SetDeadManSwitchAsync(null, [], default)).Failure,
            "stop" => (await stops.PlaceStopOrderAsync(
                stops.PinStop(new StopOrderSpec(Limit("a"), StopDirection.Loss, 1m), TestClient.NowMs))).Failure,
            _ => (await stops.CancelStopOrderAsync(Btc, "vs1")).Failure,
        };
        Assert.Equal(FailureKind.Doubt, failure!.Kind);
        Assert.Single(server.Requests);
    }

    private static OrderSpec Limit(string clientOrderId) => TestClient.Limit(clientOrderId);

    private static RawServer Answers(string data) => new(e => e.AnswerAsync(TestClient.Data(data)));
}
