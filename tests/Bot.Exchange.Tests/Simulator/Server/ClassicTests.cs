using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>What older clients ask for: classic orders and fills, ledgers, single accounts.</summary>
public sealed class ClassicTests : IAsyncLifetime, IDisposable
{
    private const string Orders = "/api/v1/orders";

    private SimulatorServer _server = null!;
    private ApiClient _api = null!;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Source = new TestMarket(),
            Variants = SimulatorVariants.Parse("classic"),
        });
        _api = new ApiClient(_server.Address);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task A_classic_account_says_so_and_its_rows_are_of_that_type()
    {
        Assert.False((await _api.GetAsync("/api/v1/hf/accounts/opened")).Data.GetBoolean());
        var rows = (await _api.GetAsync("/api/v1/accounts")).Data.EnumerateArray().ToList();
        Assert.All(rows, r => Assert.Equal("trade", Text(r, "type")));
        var one = (await _api.GetAsync($"/api/v1/accounts/{Text(rows[0], "id")}")).Data;
        Assert.Equal((Text(rows[0], "currency"), Text(rows[0], "balance")), (Text(one, "currency"), Text(one, "balance")));
        Assert.Equal("400100", (await _api.GetAsync("/api/v1/accounts/none")).Code);
        Assert.Equal(0, (await _api.GetAsync("/api/v2/user-info")).Data.GetProperty("level").GetInt32());
    }

    [Fact]
    public async Task A_classic_order_is_placed_read_and_cancelled_without_its_pair()
    {
        var placed = await _api.PostAsync(Orders, Limit("c-1"));
        var id = Text(placed.Data, "orderId");
        Assert.Single(placed.Data.EnumerateObject());

        var one = (await _api.GetAsync($"{Orders}/{id}?status=active")).Data;
        var named = (await _api.GetAsync("/api/v1/order/client-order/c-1")).Data;
        var row = (await _api.GetAsync($"{Orders}?status=active&tradeType=TRADE&symbol=BTC-USDT")).Data.GetProperty("items")[0];
        var recent = (await _api.GetAsync("/api/v1/limit/orders")).Data[0];
        foreach (var told in new[] { one, named, row, recent })
        {
            Assert.Equal((id, "c-1", "95", "0.1", "0", "0", ""), (
                Text(told, "id"), Text(told, "clientOid"), Text(told, "price"), Text(told, "size"), Text(told, "funds"), Text(told, "dealSize"),
                Text(told, "stop")));
            Assert.True(told.GetProperty("isActive").GetBoolean());
        }

        var cancelled = await _api.DeleteAsync($"{Orders}/{id}");
        Assert.Equal(id, cancelled.Data.GetProperty("cancelledOrderIds")[0].GetString());
        await UntilAsync(async () => (await _api.GetAsync($"{Orders}?status=done")).Data.GetProperty("totalNum").GetInt32() == 1);
        var done = (await _api.GetAsync($"{Orders}/{id}")).Data;
        Assert.False(done.GetProperty("isActive").GetBoolean());
        Assert.True(done.GetProperty("cancelExist").GetBoolean());

        // By the client order id only active orders are found.
        Assert.Equal("400100", (await _api.GetAsync("/api/v1/order/client-order/c-1")).Code);
        Assert.Equal("400100", (await _api.DeleteAsync($"{Orders}/{id}")).Code);
    }

    [Fact]
    public async Task A_classic_order_needs_a_client_order_id()
    {
        var refused = await _api.PostAsync(Orders, new { symbol = "BTC-USDT", side = "buy", type = "limit", price = "95", size = "0.1" });
        Assert.Equal(("400100", "validation.createOrder.clientOidIsRequired"), (refused.Code, refused.Message));
        Assert.Equal("200000", (await _api.PostAsync($"{Orders}/test", Limit("t-1"))).Code);
        Assert.Equal(0, (await _api.GetAsync($"{Orders}?status=active")).Data.GetProperty("totalNum").GetInt32());
    }

    [Fact]
    public async Task Orders_are_cancelled_by_their_client_order_id_and_all_at_once()
    {
        var first = Text((await _api.PostAsync(Orders, Limit("b-1"))).Data, "orderId");
        await _api.PostAsync(Orders, Limit("b-2"));
        await _api.PostAsync(Orders, Limit("b-3"));
        var named = (await _api.DeleteAsync("/api/v1/order/client-order/b-1")).Data;
        Assert.Equal((first, "b-1", JsonValueKind.Null), (
            Text(named, "cancelledOrderId"), Text(named, "clientOid"), named.GetProperty("cancelledOcoOrderIds").ValueKind));
        await UntilAsync(async () => (await _api.GetAsync($"{Orders}?status=active")).Data.GetProperty("totalNum").GetInt32() == 2);
        Assert.Equal(2, (await _api.DeleteAsync($"{Orders}?symbol=BTC-USDT")).Data.GetProperty("cancelledOrderIds").GetArrayLength());
        await UntilAsync(async () => (await _api.GetAsync($"{Orders}?status=active")).Data.GetProperty("totalNum").GetInt32() == 0);
    }

    [Fact]
    public async Task In_a_classic_batch_the_pair_stands_once_and_every_order_for_itself()
    {
        var reply = await _api.PostAsync($"{Orders}/multi", new
        {
            symbol = "BTC-USDT",
            orderList = new object[]
            {
                new { clientOid = "m-1", side = "buy", price = "95", size = "0.1" },
                new { side = "buy", price = "95", size = "0.1" },
                new { clientOid = "m-3", side = "buy", price = "95.01", size = "0.1" },
            },
        });
        var rows = reply.Data.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["success", "fail", "fail"], rows.Select(r => Text(r, "status")));
        Assert.Equal("200000", (await _api.GetAsync($"{Orders}/{Text(rows[0], "id")}")).Code);
        Assert.Equal(["validation.createOrder.clientOidIsRequired", "Order price increment invalid."], rows.Skip(1).Select(r => Text(r, "failMsg")));
        var six = Enumerable.Range(0, 6).Select(i => Limit($"x-{i}")).ToArray();
        Assert.Equal("400100", (await _api.PostAsync($"{Orders}/multi", new { symbol = "BTC-USDT", orderList = six })).Code);
    }

    [Fact]
    public async Task Classic_fills_tell_the_trade_as_a_text_and_are_paged()
    {
        var id = await FillAsync("buy");
        await FillAsync("sell");
        var page = (await _api.GetAsync($"/api/v1/fills?orderId={id}&pageSize=500")).Data;
        var row = page.GetProperty("items")[0];
        var newer = (await _api.GetAsync($"/api/v1/hf/fills?symbol=BTC-USDT&orderId={id}")).Data.GetProperty("items")[0];
        Assert.Equal(JsonValueKind.String, row.GetProperty("tradeId").ValueKind);
        Assert.Equal(newer.GetProperty("tradeId").GetInt64().ToString(System.Globalization.CultureInfo.InvariantCulture), Text(row, "tradeId"));
        Assert.False(row.TryGetProperty("id", out _));
        Assert.Equal((Text(newer, "price"), Text(newer, "size"), Text(newer, "fee")), (Text(row, "price"), Text(row, "size"), Text(row, "fee")));

        var all = (await _api.GetAsync("/api/v1/fills")).Data.GetProperty("totalNum").GetInt32();
        Assert.Equal(all, (await _api.GetAsync("/api/v1/limit/fills")).Data.GetArrayLength());
        Assert.InRange((await _api.GetAsync("/api/v1/fills?side=sell")).Data.GetProperty("totalNum").GetInt32(), 1, all - 1);
        Assert.Equal("400100", (await _api.GetAsync("/api/v1/fills?startAt=1&endAt=604800002")).Code);
    }

    [Theory]
    [InlineData("USDT")]
    [InlineData("BTC")]
    public async Task The_ledger_adds_up_from_the_first_balance_to_the_last(string currency)
    {
        await FillAsync("buy");
        await FillAsync("sell");
        await FillAsync("buy");
        var lines = (await _api.GetAsync($"/api/v1/hf/accounts/ledgers?currency={currency}")).Data.EnumerateArray().ToList();
        var balance = _server.Floor.Account("key")!.Balance(currency);
        Assert.Equal(balance.Total, Number(lines[0], "balance"));
        for (var i = 0; i < lines.Count; i++)
        {
            var change = Number(lines[i], "amount") * (Text(lines[i], "direction") == "in" ? 1 : -1);
            var before = i + 1 < lines.Count ? Number(lines[i + 1], "balance") : balance.Initial;
            Assert.Equal(before + change, Number(lines[i], "balance"));
        }
        using var context = JsonDocument.Parse(Text(lines[0], "context"));
        Assert.Equal("BTC-USDT", context.RootElement.GetProperty("symbol").GetString());

        var after = (await _api.GetAsync($"/api/v1/hf/accounts/ledgers?currency={currency}&lastId={Text(lines[0], "id")}&limit=1")).Data;
        Assert.Equal([Text(lines[1], "id")], after.EnumerateArray().Select(l => Text(l, "id")));
        var classic = (await _api.GetAsync($"/api/v1/accounts/ledgers?currency={currency}")).Data;
        Assert.Equal(lines.Select(l => Text(l, "id")), classic.GetProperty("items").EnumerateArray().Select(l => Text(l, "id")));
        Assert.Equal("0", Text(classic.GetProperty("items")[0], "balance"));
    }

    private async Task<string> FillAsync(string side)
    {
        var order = new { clientOid = Guid.NewGuid().ToString("N"), symbol = "BTC-USDT", side, type = "market", size = "0.5" };
        return Text((await _api.PostAsync("/api/v1/hf/orders/sync", order)).Data, "orderId");
    }

    private static object Limit(string clientOid) =>
        new { clientOid, symbol = "BTC-USDT", side = "buy", type = "limit", price = "95", size = "0.1" };

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
            await Task.Delay(2);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static decimal Number(JsonElement json, string name) =>
        decimal.Parse(Text(json, name), System.Globalization.CultureInfo.InvariantCulture);
}
