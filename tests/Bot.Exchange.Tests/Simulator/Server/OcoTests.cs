using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>OCO orders: two legs of which the one that is met cancels the other.</summary>
public sealed class OcoTests : IAsyncLifetime, IDisposable
{
    private const string Oco = "/api/v3/oco";

    private SimulatorServer _server = null!;
    private ApiClient _api = null!;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [ApiClient.Account], Source = new TestMarket() });
        _api = new ApiClient(_server.Address);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData("sell", "104", "96", "95.5", 104, "104")]
    [InlineData("sell", "104", "96", "95.5", 96, "95.5")]
    [InlineData("buy", "96", "104", "104.5", 96, "96")]
    [InlineData("buy", "96", "104", "104.5", 104, "104.5")]
    public async Task The_leg_that_is_met_becomes_an_order_and_cancels_the_other(
        string side, string price, string stopPrice, string limitPrice, int trade, string placedAt)
    {
        var id = await PlaceAsync("o-1", side, price, stopPrice, limitPrice);
        var told = (await _api.GetAsync($"{Oco}/order/details/{id}")).Data;
        Assert.Equal(("NEW", "o-1", 2), (Text(told, "status"), Text(told, "clientOid"), told.GetProperty("orders").GetArrayLength()));

        Trade(trade);
        told = (await _api.GetAsync($"{Oco}/order/details/{id}")).Data;
        var legs = told.GetProperty("orders").EnumerateArray().ToList();
        Assert.Equal("TRIGGERED", Text(told, "status"));
        Assert.Equal([placedAt], legs.Where(l => Text(l, "status") == "TRIGGERED").Select(l => Text(l, "price")));
        Assert.Single(legs, l => Text(l, "status") == "CANCELLED");
        lock (_server.Floor.Gate)
            Assert.Equal(placedAt, Assert.Single(_server.Floor.Account("key")!.Orders).Price.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal("400100", (await _api.DeleteAsync($"{Oco}/order/{id}")).Code);
    }

    [Fact]
    public async Task Both_legs_are_cancelled_together_by_either_name()
    {
        var first = await PlaceAsync("c-1", "sell", "104", "96", "95.5");
        await PlaceAsync("c-2", "sell", "104", "96", "95.5");
        await PlaceAsync("c-3", "sell", "104", "96", "95.5");
        Assert.Equal(3, (await _api.GetAsync($"{Oco}/orders?symbol=BTC-USDT")).Data.GetProperty("totalNum").GetInt32());
        Assert.Equal(2, Cancelled(await _api.DeleteAsync($"{Oco}/order/{first}")));
        Assert.Equal("CANCELLED", Text((await _api.GetAsync($"{Oco}/order/{first}")).Data, "status"));
        Assert.Equal(2, Cancelled(await _api.DeleteAsync($"{Oco}/client-order/c-2")));
        Assert.Equal("CANCELLED", Text((await _api.GetAsync($"{Oco}/client-order/c-2")).Data, "status"));
        Assert.Equal(2, Cancelled(await _api.DeleteAsync($"{Oco}/orders")));
        Assert.Empty(_server.Floor.Account("key")!.Stops.Waiting);
    }

    [Theory]
    [InlineData("sell", "99", "96", "95.5", "400100")]
    [InlineData("sell", "104", "101", "95.5", "400100")]
    [InlineData("buy", "104", "96", "95.5", "400100")]
    [InlineData("sell", "104", "96", "95.55", "600100")]
    [InlineData("sell", "104", "96", "", "400100")]
    public async Task An_order_on_the_wrong_side_of_the_market_is_refused_whole(
        string side, string price, string stopPrice, string limitPrice, string code)
    {
        Assert.Equal(code, (await _api.PostAsync($"{Oco}/order", Order("r-1", side, price, stopPrice, limitPrice))).Code);
        Assert.Empty(_server.Floor.Account("key")!.Stops.Waiting);
    }

    private static int Cancelled(ApiReply reply) => reply.Data.GetProperty("cancelledOrderIds").GetArrayLength();

    private async Task<string> PlaceAsync(string clientOid, string side, string price, string stopPrice, string limitPrice) =>
        Text((await _api.PostAsync($"{Oco}/order", Order(clientOid, side, price, stopPrice, limitPrice))).Data, "orderId");

    private static object Order(string clientOid, string side, string price, string stopPrice, string limitPrice) =>
        new { clientOid, symbol = "BTC-USDT", side, price, size = "0.5", stopPrice, limitPrice, tradeType = "TRADE" };

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    // The clock has nothing else to do: moving it by nothing places what the price set off.
    private void Trade(decimal price)
    {
        lock (_server.Floor.Gate)
        {
            _server.Floor.Pairs[0].Apply(TestMarket.At(0, price, 1m));
            _server.Floor.AdvanceTo(_server.Floor.NowMs);
        }
    }
}
