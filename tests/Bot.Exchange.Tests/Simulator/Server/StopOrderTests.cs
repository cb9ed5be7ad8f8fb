using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>Stop orders from outside: real HTTP, real WebSocket, a market that the test moves.</summary>
public sealed class StopOrderTests : IAsyncLifetime, IDisposable
{
    private const string Stops = "/api/v1/stop-order";
    private const string StopTopic = "/spotMarket/advancedOrders";

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
    public async Task A_stop_order_is_told_listed_and_becomes_an_order_at_its_price()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync(StopTopic);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        var id = (await _api.PostAsync(Stops, Stop("s-1", "loss", "95"))).Data.GetProperty("orderId").GetString()!;
        Assert.Matches("^vs[0-9a-z]{22}$", id);

        var open = await push.ReadMessageAsync(StopTopic);
        Assert.Equal(("stopOrder", id, "open", "stop"), (
            open.GetProperty("subject").GetString(), Text(open, "orderId"), Text(open, "type"), Text(open, "orderType")));
        Assert.Equal(("loss", "95", "94", "1", "sell", "BTC-USDT"), (
            Text(open, "stop"), Text(open, "stopPrice"), Text(open, "orderPrice"), Text(open, "size"), Text(open, "side"), Text(open, "symbol")));

        var row = (await _api.GetAsync($"{Stops}?symbol=BTC-USDT&side=sell&type=limit&stop=loss&tradeType=TRADE")).Data.GetProperty("items")[0];
        var one = (await _api.GetAsync($"{Stops}/{id}")).Data;
        var named = (await _api.GetAsync($"{Stops}/queryOrderByClientOid?clientOid=s-1&symbol=BTC-USDT")).Data[0];
        foreach (var told in new[] { row, one, named })
        {
            Assert.Equal((id, "NEW", "s-1", "loss", "95", "94", "1"), (
                Member(told, "id"), Member(told, "status"), Member(told, "clientOid"), Member(told, "stop"), Member(told, "stopPrice"),
                Member(told, "price"), Member(told, "size")));
            Assert.Equal(told.GetProperty("createdAt").GetInt64() * 1_000_000, told.GetProperty("orderTime").GetInt64());
            Assert.Equal(JsonValueKind.Null, told.GetProperty("stopTriggerTime").ValueKind);
        }

        Trade(95m);
        Assert.Equal("TRIGGERED", Member((await _api.GetAsync($"{Stops}/{id}")).Data, "status"));

        // The clock sleeps, for it knows of no price: a request that may change something wakes it, and the order gets to the engine.
        Assert.Equal("400100", (await _api.DeleteAsync($"{Stops}/{id}")).Code);
        var triggered = await push.ReadMessageAsync(StopTopic);
        Assert.Equal((id, "triggered"), (Text(triggered, "orderId"), Text(triggered, "type")));
        Assert.True(triggered.GetProperty("data").GetProperty("triggerSuccess").GetBoolean());
        var received = await push.ReadMessageAsync("/spotMarket/tradeOrdersV2");
        Assert.Equal(("received", "s-1"), (Text(received, "type"), Text(received, "clientOid")));
        Assert.NotEqual(id, Text(received, "orderId"));
        Assert.Equal(0, (await _api.GetAsync(Stops)).Data.GetProperty("totalNum").GetInt32());
    }

    [Fact]
    public async Task A_stop_order_without_the_money_is_told_of_when_its_price_comes()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync(StopTopic);
        await _api.PostAsync(Stops, new
        {
            clientOid = "poor",
            symbol = "BTC-USDT",
            side = "buy",
            type = "market",
            funds = "500000",
            stop = "entry",
            stopPrice = "105",
        });
        Assert.Equal(("open", "", ""), Three(await push.ReadMessageAsync(StopTopic), "type", "orderPrice", "size"));
        Trade(105m);
        await _api.GetAsync(Stops);

        var triggered = await push.ReadMessageAsync(StopTopic);
        Assert.Equal(("triggered", "Balance insufficient!", "entry"), Three(triggered, "type", "error", "stop"));
        Assert.False(triggered.GetProperty("data").GetProperty("triggerSuccess").GetBoolean());
    }

    [Fact]
    public async Task Stop_orders_are_cancelled_by_id_by_client_order_id_and_together()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync(StopTopic);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add((await _api.PostAsync(Stops, Stop($"c-{i}", "loss", "95"))).Data.GetProperty("orderId").GetString()!);

        var first = (await _api.DeleteAsync($"{Stops}/{ids[0]}")).Data.GetProperty("cancelledOrderIds");
        Assert.Equal([ids[0]], first.EnumerateArray().Select(e => e.GetString()));
        var second = (await _api.DeleteAsync($"{Stops}/cancelOrderByClientOid?symbol=BTC-USDT&clientOid=c-1")).Data;
        Assert.Equal((ids[1], "c-1"), (Member(second, "cancelledOrderId"), Member(second, "clientOid")));
        var third = (await _api.DeleteAsync($"{Stops}/cancel?symbol=BTC-USDT&orderIds={ids[2]},nothing")).Data.GetProperty("cancelledOrderIds");
        Assert.Equal([ids[2]], third.EnumerateArray().Select(e => e.GetString()));
        var rest = (await _api.DeleteAsync($"{Stops}/cancel")).Data.GetProperty("cancelledOrderIds");
        Assert.Equal(ids[3..], rest.EnumerateArray().Select(e => e.GetString()));

        for (var i = 0; i < 5; i++)
        {
            var told = await push.ReadUntilAsync(f => PushClient.Type(f) == "message" && Text(f, "type") == "cancel");
            Assert.Equal(ids[i], Text(told, "orderId"));
        }
        Assert.Equal("order_not_exist_or_not_allow_to_cancel", (await _api.DeleteAsync($"{Stops}/{ids[0]}")).Message);
        Assert.Equal("400100", (await _api.DeleteAsync($"{Stops}/cancelOrderByClientOid?clientOid=c-1")).Code);
        Assert.Equal("The order does not exist.", (await _api.GetAsync($"{Stops}/{ids[0]}")).Message);
        Assert.Equal(0, (await _api.GetAsync($"{Stops}/queryOrderByClientOid?clientOid=c-1")).Data.GetArrayLength());
    }

    [Fact]
    public async Task The_list_is_paged_newest_first_and_filtered()
    {
        for (var i = 0; i < 15; i++)
            await _api.PostAsync(Stops, Stop($"p-{i}", i < 3 ? "entry" : "loss", i < 3 ? "110" : "90"));
        var page = (await _api.GetAsync($"{Stops}?pageSize=10&currentPage=2")).Data;
        Assert.Equal((2, 10, 15, 2, 5), (
            page.GetProperty("currentPage").GetInt32(), page.GetProperty("pageSize").GetInt32(), page.GetProperty("totalNum").GetInt32(),
            page.GetProperty("totalPage").GetInt32(), page.GetProperty("items").GetArrayLength()));
        Assert.Equal(3, (await _api.GetAsync($"{Stops}?stop=entry")).Data.GetProperty("totalNum").GetInt32());
        Assert.Equal(0, (await _api.GetAsync($"{Stops}?side=buy")).Data.GetProperty("totalNum").GetInt32());
        Assert.Equal("400100", (await _api.GetAsync($"{Stops}?pageSize=5")).Code);
    }

    [Theory]
    [InlineData("loss", "95.01", "600100")]
    [InlineData("loss", "", "400100")]
    [InlineData("sideways", "95", "400100")]
    public async Task A_stop_order_without_form_is_refused(string stop, string stopPrice, string code) =>
        Assert.Equal(code, (await _api.PostAsync(Stops, Stop("f-1", stop, stopPrice))).Code);

    private static object Stop(string clientOid, string stop, string stopPrice) => new
    {
        clientOid,
        symbol = "BTC-USDT",
        side = "sell",
        type = "limit",
        price = "94",
        size = "1",
        stop,
        stopPrice,
        tradeType = "TRADE",
    };

    private static (string First, string Second, string Third) Three(JsonElement frame, string first, string second, string third) =>
        (Text(frame, first), Text(frame, second), Text(frame, third));

    private static string Text(JsonElement frame, string name) => Member(frame.GetProperty("data"), name);

    private static string Member(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private void Trade(decimal price)
    {
        lock (_server.Floor.Gate)
        {
            _server.Floor.Pairs[0].Apply(TestMarket.At(0, price, 1m));
            _server.Floor.Publish();
        }
        _ = _server.Hub.FlushAsync();
    }
}
