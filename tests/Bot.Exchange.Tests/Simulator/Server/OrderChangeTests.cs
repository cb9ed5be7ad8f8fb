using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>Several orders at once, and changes of orders: real HTTP, real WebSocket.</summary>
public sealed class OrderChangeTests : IAsyncLifetime, IDisposable
{
    private const string Orders = "/api/v1/hf/orders";
    private const string Topic = "/spotMarket/tradeOrdersV2";

    private SimulatorServer _server = null!;
    private ApiClient _api = null!;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [ApiClient.Account], Source = new TestMarket() });
        _api = new ApiClient(_server.Address);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task A_part_of_an_order_can_be_cancelled_and_the_rest_stays()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync(Topic);
        var id = await PlaceAsync("p-1", "buy", "95", "2");
        var answer = (await _api.DeleteAsync($"{Orders}/cancel/{id}?symbol=BTC-USDT&cancelSize=0.5")).Data;
        Assert.Equal((id, "0.5"), (Member(answer, "orderId"), Member(answer, "cancelSize")));

        var update = await push.ReadUntilAsync(f => PushClient.Type(f) == "message" && Member(f.GetProperty("data"), "type") == "update");
        var told = update.GetProperty("data");
        Assert.Equal(("open", "2", "1.5", "1.5", "0"), (
            Member(told, "status"), Member(told, "oldSize"), Member(told, "size"), Member(told, "remainSize"), Member(told, "filledSize")));
        var order = (await _api.GetAsync($"{Orders}/{id}?symbol=BTC-USDT")).Data;
        Assert.Equal(("2", "1.5", "0.5", "47.5"), (
            Member(order, "size"), Member(order, "remainSize"), Member(order, "cancelledSize"), Member(order, "cancelledFunds")));
        Assert.True(order.GetProperty("active").GetBoolean() && order.GetProperty("cancelExist").GetBoolean());
        Assert.Equal(1.5m * 95m * 1.001m, _server.Floor.Account("key")!.Balance("USDT").Held);

        foreach (var (size, code) in new[] { ("2", "400100"), ("0", "400100"), ("x", "400100"), ("0.00005", "600100") })
            Assert.Equal(code, (await _api.DeleteAsync($"{Orders}/cancel/{id}?symbol=BTC-USDT&cancelSize={size}")).Code);
        await _api.DeleteAsync($"{Orders}/cancel/{id}?symbol=BTC-USDT&cancelSize=1.5");
        var canceled = await push.ReadUntilAsync(f => PushClient.Type(f) == "message" && Member(f.GetProperty("data"), "type") == "canceled");
        Assert.Equal("2", Member(canceled.GetProperty("data"), "canceledSize"));
        Assert.Equal("400100", (await _api.DeleteAsync($"{Orders}/cancel/{id}?symbol=BTC-USDT&cancelSize=1")).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_altered_order_has_a_new_id_and_the_same_client_order_id(bool byClientOid)
    {
        var id = await PlaceAsync("a-1", "buy", "95", "2");
        object change = byClientOid
            ? new { symbol = "BTC-USDT", clientOid = "a-1", newPrice = "96", newSize = "1.5" }
            : new { symbol = "BTC-USDT", orderId = id, newPrice = "96", newSize = "1.5" };
        var answer = (await _api.PostAsync($"{Orders}/alter", change)).Data;
        Assert.Equal("a-1", Member(answer, "clientOid"));
        Assert.NotEqual(id, Member(answer, "newOrderId"));

        Assert.False((await _api.GetAsync($"{Orders}/{id}?symbol=BTC-USDT")).Data.GetProperty("active").GetBoolean());
        var order = (await _api.GetAsync($"{Orders}/client-order/a-1?symbol=BTC-USDT")).Data;
        Assert.Equal((Member(answer, "newOrderId"), "96", "1.5"), (Member(order, "id"), Member(order, "price"), Member(order, "size")));
        Assert.Equal(1.5m * 96m * 1.001m, _server.Floor.Account("key")!.Balance("USDT").Held);
    }

    [Theory]
    [InlineData("96.05", null, "600100")]
    [InlineData("500", null, "400100")]
    [InlineData("109", "999", "200004")]
    [InlineData(null, null, "400100")]
    public async Task A_change_that_is_refused_leaves_the_order_as_it_was(string? newPrice, string? newSize, string code)
    {
        var id = await PlaceAsync("r-1", "buy", "95", "600");
        Assert.Equal(code, (await _api.PostAsync($"{Orders}/alter", new { symbol = "BTC-USDT", orderId = id, newPrice, newSize })).Code);
        Assert.True((await _api.GetAsync($"{Orders}/{id}?symbol=BTC-USDT")).Data.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task What_has_filled_counts_in_the_new_size()
    {
        var id = await PlaceAsync("f-1", "buy", "99", "2");
        Trade(99m, 0.5m);
        var answer = (await _api.PostAsync($"{Orders}/alter", new { symbol = "BTC-USDT", orderId = id, newSize = "1.2" })).Data;
        var order = (await _api.GetAsync($"{Orders}/{Member(answer, "newOrderId")}?symbol=BTC-USDT")).Data;
        Assert.Equal("0.7", Member(order, "size"));

        var second = await PlaceAsync("f-2", "buy", "98", "2");
        Trade(98m, 1.7m);
        var less = (await _api.PostAsync($"{Orders}/alter", new { symbol = "BTC-USDT", orderId = second, newSize = "0.5" })).Data;
        Assert.Equal(JsonValueKind.Null, less.GetProperty("newOrderId").ValueKind);
        Assert.False((await _api.GetAsync($"{Orders}/{second}?symbol=BTC-USDT")).Data.GetProperty("active").GetBoolean());
    }

    [Theory]
    [InlineData("multi")]
    [InlineData("multi/sync")]
    public async Task Every_order_of_a_batch_is_judged_for_itself(string path)
    {
        var answer = await _api.PostAsync($"{Orders}/{path}", new
        {
            orderList = new[] { Limit("b-1", "buy", "95", "1"), Limit("b-2", "buy", "95.05", "1"), Limit("b-3", "buy", "101", "0.1") },
        });
        Assert.Equal("200000", answer.Code);
        var rows = answer.Data.EnumerateArray().ToList();
        Assert.Equal([true, false, true], rows.Select(r => r.GetProperty("success").GetBoolean()));
        Assert.Equal(("b-1", "b-3"), (Member(rows[0], "clientOid"), Member(rows[2], "clientOid")));
        Assert.Equal("Order price increment invalid.", Member(rows[1], "failMsg"));
        Assert.False(rows[1].TryGetProperty("clientOid", out _));
        if (path == "multi/sync")
        {
            Assert.Equal(("open", "done"), (Member(rows[0], "status"), Member(rows[2], "status")));
            Assert.Equal(("1", "0.1"), (Member(rows[0], "remainSize"), Member(rows[2], "dealSize")));
        }
        Assert.Equal("200000", (await _api.GetAsync($"{Orders}/client-order/b-3?symbol=BTC-USDT")).Code);
    }

    [Fact]
    public async Task A_batch_takes_one_to_twenty_limit_orders()
    {
        Assert.Equal("400100", (await _api.PostAsync($"{Orders}/multi", new { orderList = Array.Empty<object>() })).Code);
        var many = Enumerable.Range(0, 21).Select(i => Limit($"m-{i}", "buy", "95", "0.1"));
        Assert.Equal("400100", (await _api.PostAsync($"{Orders}/multi", new { orderList = many })).Code);
        var market = new { symbol = "BTC-USDT", side = "buy", type = "market", funds = "10" };
        var row = (await _api.PostAsync($"{Orders}/multi", new { orderList = new[] { market } })).Data[0];
        Assert.False(row.GetProperty("success").GetBoolean());
    }

    private static object Limit(string clientOid, string side, string price, string size) =>
        new { clientOid, symbol = "BTC-USDT", side, type = "limit", price, size };

    private static string Member(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private async Task<string> PlaceAsync(string clientOid, string side, string price, string size) =>
        Member((await _api.PostAsync($"{Orders}/sync", Limit(clientOid, side, price, size))).Data, "orderId");

    private void Trade(decimal price, decimal volume)
    {
        lock (_server.Floor.Gate)
        {
            _server.Floor.Pairs[0].Apply(TestMarket.At(0, price, volume));
            _server.Floor.Publish();
        }
        _ = _server.Hub.FlushAsync();
    }
}
