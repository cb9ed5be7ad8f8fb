using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>Self-trade prevention, hidden and iceberg orders from outside.</summary>
public sealed class OrderFlagTests : IAsyncLifetime, IDisposable
{
    private const string Orders = "/api/v1/hf/orders";

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
    public async Task An_order_is_told_with_the_flags_that_it_was_placed_with()
    {
        await _api.PostAsync($"{Orders}/sync", Order("i-1", "buy", "95", "1", stp: "CO", iceberg: true, visibleSize: "0.1"));
        var order = (await _api.GetAsync($"{Orders}/client-order/i-1?symbol=BTC-USDT")).Data;
        Assert.Equal(("CO", "0.1"), (Text(order, "stp"), Text(order, "visibleSize")));
        Assert.True(order.GetProperty("iceberg").GetBoolean());
        Assert.False(order.GetProperty("hidden").GetBoolean());

        var book = (await _api.GetAsync("/api/v1/market/orderbook/level2_20?symbol=BTC-USDT")).Data.GetProperty("bids");
        Assert.DoesNotContain(book.EnumerateArray(), l => l[0].GetString() == "95" && l[1].GetString() == "1");
        Assert.Equal("400100", (await _api.PostAsync(Orders, Order("x-1", "buy", "95", "1", stp: "XX"))).Code);
        Assert.Equal("400100", (await _api.PostAsync(Orders, Order("x-2", "buy", "95", "1", iceberg: true, visibleSize: "0.01"))).Code);
    }

    [Fact]
    public async Task A_hidden_order_that_rests_is_told_of_as_a_taker()
    {
        await _api.PostAsync($"{Orders}/sync", Order("h-1", "sell", "100", "1", hidden: true));
        await _api.PostAsync($"{Orders}/sync", Order("h-2", "buy", "100", "0.4"));
        var id = Text((await _api.GetAsync($"{Orders}/client-order/h-1?symbol=BTC-USDT")).Data, "id");
        var fill = (await _api.GetAsync($"/api/v1/hf/fills?symbol=BTC-USDT&orderId={id}")).Data.GetProperty("items")[0];
        Assert.Equal(("taker", true, "0.4"), (Text(fill, "liquidity"), fill.GetProperty("forceTaker").GetBoolean(), Text(fill, "size")));
    }

    [Fact]
    public async Task Both_orders_are_told_of_the_size_that_they_lose_to_each_other()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        await _api.PostAsync($"{Orders}/sync", Order("old", "sell", "100", "1.5"));
        await _api.PostAsync($"{Orders}/sync", Order("new", "buy", "100", "1", stp: "DC"));

        var told = new List<string>();
        while (told.Count < 5)
        {
            var data = (await push.ReadMessageAsync("/spotMarket/tradeOrdersV2")).GetProperty("data");
            told.Add($"{Text(data, "clientOid")} {Text(data, "type")} {Text(data, "status")}");
        }
        Assert.Equal(["old received new", "old open open", "new received new", "old update open", "new canceled done"], told);
        var order = (await _api.GetAsync($"{Orders}/client-order/old?symbol=BTC-USDT")).Data;
        Assert.Equal(("0.5", "1", "0"), (Text(order, "remainSize"), Text(order, "cancelledSize"), Text(order, "dealSize")));
    }

    private static object Order(
        string clientOid, string side, string price, string size, string? stp = null, bool hidden = false, bool iceberg = false,
        string? visibleSize = null) =>
        new { clientOid, symbol = "BTC-USDT", side, type = "limit", price, size, stp, hidden, iceberg, visibleSize };

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
