using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>Orders from outside: real HTTP, real WebSocket, a market that stands still unless the test moves it.</summary>
public sealed class OrderLifeTests : IAsyncLifetime, IDisposable
{
    private const string Orders = "/api/v1/hf/orders";

    private SimulatorServer _server = null!;
    private ApiClient _api = null!;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Source = new TestMarket(),
        });
        _api = new ApiClient(_server.Address);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task A_resting_order_is_received_opened_filled_in_parts_and_told_by_every_query()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        await push.SubscribeAsync("/account/balance");

        var placed = await _api.PostAsync(Orders, Limit("o-1", "buy", "99", "2"));
        var id = placed.Data.GetProperty("orderId").GetString()!;
        Assert.Matches("^[0-9a-f]{24}$", id);
        Assert.Equal("o-1", placed.Data.GetProperty("clientOid").GetString());

        var hold = await push.ReadMessageAsync("/account/balance");
        Assert.Equal(("trade.hold", "198.198", "-198.198"), (
            Text(hold, "relationEvent"), Text(hold, "holdChange"), Text(hold, "availableChange")));
        var received = await push.ReadMessageAsync("/spotMarket/tradeOrdersV2");
        Assert.Equal(("received", "new", "2"), (Text(received, "type"), Text(received, "status"), Text(received, "originSize")));
        Assert.Equal("private", received.GetProperty("channelType").GetString());
        var open = await push.ReadMessageAsync("/spotMarket/tradeOrdersV2");
        Assert.Equal(("open", "open", "2", "0"), (
            Text(open, "type"), Text(open, "status"), Text(open, "remainSize"), Text(open, "filledSize")));

        Trade(99m, 0.5m);
        var match = await push.ReadMessageAsync("/spotMarket/tradeOrdersV2");
        Assert.Equal(("match", "open", "99", "0.5", "1.5"), (
            Text(match, "type"), Text(match, "status"), Text(match, "matchPrice"), Text(match, "matchSize"), Text(match, "remainSize")));
        Assert.Equal(("maker", "makerFee"), (Text(match, "liquidity"), Text(match, "feeType")));

        foreach (var target in new[] { $"{Orders}/{id}?symbol=BTC-USDT", $"{Orders}/client-order/o-1?symbol=BTC-USDT" })
        {
            var order = (await _api.GetAsync(target)).Data;
            Assert.Equal((id, "o-1", true, true), (
                order.GetProperty("id").GetString(), order.GetProperty("clientOid").GetString(),
                order.GetProperty("active").GetBoolean(), order.GetProperty("inOrderBook").GetBoolean()));
            Assert.Equal(("198", "0.5", "49.5", "1.5", "148.5", "0.0495"), (
                order.GetProperty("funds").GetString(), order.GetProperty("dealSize").GetString(), order.GetProperty("dealFunds").GetString(),
                order.GetProperty("remainSize").GetString(), order.GetProperty("remainFunds").GetString(), order.GetProperty("fee").GetString()));
            Assert.Equal(JsonValueKind.Null, order.GetProperty("stp").ValueKind);
        }
        Assert.Equal(id, (await _api.GetAsync($"{Orders}/active?symbol=BTC-USDT")).Data[0].GetProperty("id").GetString());
        var page = (await _api.GetAsync($"{Orders}/active/page?symbol=BTC-USDT&pageSize=50")).Data;
        Assert.Equal((1, id), (page.GetProperty("totalNum").GetInt32(), page.GetProperty("items")[0].GetProperty("id").GetString()));
        Assert.Equal("BTC-USDT", (await _api.GetAsync($"{Orders}/active/symbols")).Data.GetProperty("symbols")[0].GetString());

        Trade(98.5m, 9m);
        var last = await push.ReadMessageAsync("/spotMarket/tradeOrdersV2");
        Assert.Equal(("match", "0"), (Text(last, "type"), Text(last, "remainSize")));
        var filled = await push.ReadMessageAsync("/spotMarket/tradeOrdersV2");
        Assert.Equal(("filled", "done", "2"), (Text(filled, "type"), Text(filled, "status"), Text(filled, "filledSize")));

        var done = (await _api.GetAsync($"{Orders}/done?symbol=BTC-USDT")).Data.GetProperty("items")[0];
        Assert.Equal((id, false, "0"), (
            done.GetProperty("id").GetString(), done.GetProperty("active").GetBoolean(), done.GetProperty("remainSize").GetString()));
        var fills = (await _api.GetAsync($"/api/v1/hf/fills?symbol=BTC-USDT&orderId={id}")).Data.GetProperty("items");
        Assert.Equal(2, fills.GetArrayLength());
        Assert.Equal(("maker", "99", "1.5", "148.5", "0.1485", "0.001", "USDT"), (
            fills[0].GetProperty("liquidity").GetString(), fills[0].GetProperty("price").GetString(), fills[0].GetProperty("size").GetString(),
            fills[0].GetProperty("funds").GetString(), fills[0].GetProperty("fee").GetString(), fills[0].GetProperty("feeRate").GetString(),
            fills[0].GetProperty("feeCurrency").GetString()));
        Assert.Equal(JsonValueKind.Number, fills[0].GetProperty("tradeId").ValueKind);
        Assert.Equal(Text(last, "tradeId"), fills[0].GetProperty("tradeId").GetInt64().ToString(CultureInfo.InvariantCulture));
        Assert.True(fills[0].GetProperty("tradeId").GetInt64() > 9_007_199_254_740_992);
    }

    [Fact]
    public async Task A_market_order_takes_and_is_filled()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        await _api.PostAsync(Orders, new { clientOid = "m-1", symbol = "BTC-USDT", side = "buy", type = "market", funds = "20" });

        var types = new List<string>();
        JsonElement frame;
        do
        {
            frame = await push.ReadMessageAsync("/spotMarket/tradeOrdersV2");
            types.Add(Text(frame, "type"));
            if (types[^1] == "match")
                Assert.Equal(("taker", "takerFee", "match"), (Text(frame, "liquidity"), Text(frame, "feeType"), Text(frame, "status")));
        }
        while (Text(frame, "status") != "done");
        Assert.Equal(["received", "match", "filled"], types.Distinct());
        Assert.Equal("20", Text(frame, "originFunds"));

        var order = (await _api.GetAsync($"{Orders}/client-order/m-1?symbol=BTC-USDT")).Data;
        Assert.Equal(("0", "0", "20"), (
            order.GetProperty("price").GetString(), order.GetProperty("size").GetString(), order.GetProperty("funds").GetString()));
        Assert.True(Number(order, "dealFunds") + Number(order, "fee") <= 20m && Number(order, "dealFunds") > 19m);
    }

    [Fact]
    public async Task Orders_carry_the_time_that_the_exchange_tells()
    {
        var before = (await _api.GetAsync("/api/v1/timestamp")).Data.GetInt64();
        var created = (await _api.PostAsync($"{Orders}/sync", Limit("z-1", "buy", "95", "1"))).Data.GetProperty("orderTime").GetInt64();
        var after = (await _api.GetAsync("/api/v1/timestamp")).Data.GetInt64();

        // The market's clock counts from the start by the machine's steady clock: a millisecond of rounding lies between them.
        Assert.InRange(created, before - 1, after + 1);
    }

    [Fact]
    public async Task A_cancel_is_answered_first_and_takes_effect_later()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        await _api.PostAsync(Orders, Limit("c-1", "buy", "95", "1"));
        await push.ReadUntilAsync(f => f.TryGetProperty("data", out _) && Text(f, "type") == "open");

        var answer = await _api.DeleteAsync($"{Orders}/client-order/c-1?symbol=BTC-USDT");
        Assert.Equal("c-1", answer.Data.GetProperty("clientOid").GetString());
        var canceled = await push.ReadMessageAsync("/spotMarket/tradeOrdersV2");
        Assert.Equal(("canceled", "done", "1", "0"), (
            Text(canceled, "type"), Text(canceled, "status"), Text(canceled, "canceledSize"), Text(canceled, "remainSize")));

        var order = (await _api.GetAsync($"{Orders}/client-order/c-1?symbol=BTC-USDT")).Data;
        Assert.Equal(("1", "95", true, false), (
            order.GetProperty("cancelledSize").GetString(), order.GetProperty("cancelledFunds").GetString(),
            order.GetProperty("cancelExist").GetBoolean(), order.GetProperty("active").GetBoolean()));
        var again = await _api.DeleteAsync($"{Orders}/client-order/c-1?symbol=BTC-USDT");
        Assert.Equal(("400100", "order_not_exist_or_not_allow_to_cancel"), (again.Code, again.Message));
    }

    [Fact]
    public async Task Synchronous_calls_answer_with_the_outcome()
    {
        var placed = (await _api.PostAsync($"{Orders}/sync", Limit("s-1", "buy", "95", "1"))).Data;
        Assert.Equal(("1", "0", "1", "0", "open"), (
            placed.GetProperty("originSize").GetString(), placed.GetProperty("dealSize").GetString(),
            placed.GetProperty("remainSize").GetString(), placed.GetProperty("canceledSize").GetString(), placed.GetProperty("status").GetString()));

        var id = placed.GetProperty("orderId").GetString();
        var canceled = (await _api.DeleteAsync($"{Orders}/sync/{id}?symbol=BTC-USDT")).Data;
        Assert.Equal((id, "1", "done"), (
            canceled.GetProperty("orderId").GetString(), canceled.GetProperty("canceledSize").GetString(), canceled.GetProperty("status").GetString()));

        var taken = (await _api.PostAsync($"{Orders}/sync", Limit("s-2", "sell", "99", "0.1"))).Data;
        Assert.Equal(("0.1", "done"), (taken.GetProperty("dealSize").GetString(), taken.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task All_orders_of_a_pair_and_all_orders_can_be_cancelled()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        for (var i = 0; i < 3; i++)
            await _api.PostAsync($"{Orders}/sync", Limit($"a-{i}", "buy", "95", "0.1"));
        Assert.Equal("success", (await _api.DeleteAsync($"{Orders}?symbol=BTC-USDT")).Data.GetString());
        for (var i = 0; i < 3; i++)
            await push.ReadUntilAsync(f => PushClient.Type(f) == "message" && Text(f, "type") == "canceled");
        Assert.Equal(0, (await _api.GetAsync($"{Orders}/active?symbol=BTC-USDT")).Data.GetArrayLength());

        await _api.PostAsync($"{Orders}/sync", Limit("b-1", "buy", "95", "0.1"));
        var all = (await _api.DeleteAsync($"{Orders}/cancelAll")).Data;
        Assert.Equal(("BTC-USDT", 0), (all.GetProperty("succeedSymbols")[0].GetString(), all.GetProperty("failedSymbols").GetArrayLength()));
        await push.ReadUntilAsync(f => PushClient.Type(f) == "message" && Text(f, "type") == "canceled" && Text(f, "clientOid") == "b-1");
    }

    [Fact]
    public async Task Lists_are_paged_by_their_last_id()
    {
        for (var i = 0; i < 5; i++)
            await _api.PostAsync($"{Orders}/sync", Limit($"p-{i}", "buy", "101", "0.01"));
        foreach (var list in new[] { $"{Orders}/done", "/api/v1/hf/fills" })
        {
            var seen = new List<string?>();
            var lastId = "";
            while (true)
            {
                var page = (await _api.GetAsync($"{list}?symbol=BTC-USDT&limit=2&lastId={lastId}")).Data;
                var items = page.GetProperty("items");
                if (items.GetArrayLength() == 0)
                    break;
                seen.AddRange(items.EnumerateArray().Select(i => list.EndsWith("done", StringComparison.Ordinal)
                    ? i.GetProperty("clientOid").GetString()
                    : i.GetProperty("orderId").GetString()));
                lastId = page.GetProperty("lastId").GetInt64().ToString(CultureInfo.InvariantCulture);
            }
            Assert.Equal(5, seen.Distinct().Count());
        }
    }

    [Fact]
    public async Task The_test_endpoint_judges_and_does_nothing()
    {
        var good = await _api.PostAsync($"{Orders}/test", Limit("t-1", "buy", "95", "1"));
        Assert.Equal("t-1", good.Data.GetProperty("clientOid").GetString());
        Assert.Equal("600100", (await _api.PostAsync($"{Orders}/test", Limit("t-2", "buy", "95.01", "1"))).Code);
        Assert.Equal("400100", (await _api.GetAsync($"{Orders}/client-order/t-1?symbol=BTC-USDT")).Code);
    }

    [Fact]
    public async Task The_dead_mans_switch_is_set_told_and_put_off()
    {
        var target = $"{Orders}/dead-cancel-all";
        Assert.Equal(JsonValueKind.Null, (await _api.GetAsync($"{target}/query")).Data.ValueKind);
        var set = (await _api.PostAsync(target, new { timeout = 60, symbols = "BTC-USDT" })).Data;
        Assert.Equal(60, set.GetProperty("triggerTime").GetInt64() - set.GetProperty("currentTime").GetInt64());
        Assert.Equal(60, (await _api.GetAsync($"{target}/query")).Data.GetProperty("timeout").GetInt32());
        await _api.PostAsync(target, new { timeout = -1 });
        Assert.Equal(JsonValueKind.Null, (await _api.GetAsync($"{target}/query")).Data.ValueKind);
        Assert.Equal("400100", (await _api.PostAsync(target, new { timeout = 3 })).Code);
    }

    [Fact]
    public async Task The_ledger_tells_the_accounts_books()
    {
        var before = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / 10;
        await _api.PostAsync($"{Orders}/sync", Limit("l-1", "buy", "101", "1"));
        await _api.PostAsync($"{Orders}/sync", Limit("l-2", "sell", "105", "0.5"));
        var after = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / 10;

        var ledger = JsonSerializer.Deserialize(await _api.OwnAsync("/sim/ledger?account=key"), LedgerJson.Default.Ledger)!;
        Assert.Equal(["l-1", "l-2"], ledger.Orders.Select(o => o.ClientOid));
        Assert.Equal([false, true], ledger.Orders.Select(o => o.Active));
        Assert.All(ledger.Orders, o => Assert.InRange(o.ReceivedWallUs, before, after));
        Assert.Equal(ledger.Orders[0].DealSize, ledger.Fills.Sum(f => f.Size));
        var btc = ledger.Balances.Single(b => b.Currency == "BTC");
        Assert.Equal((2m, 3m, 0.5m), (btc.Initial, btc.Total, btc.Held));
        var usdt = ledger.Balances.Single(b => b.Currency == "USDT");
        Assert.Equal(100_000m - ledger.Fills.Sum(f => (f.Price * f.Size) + f.Fee), usdt.Total);
    }

    [Fact]
    public async Task An_unmatched_order_can_be_hidden_from_readers()
    {
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Clock = SimulatorClock.Lockstep,
            Speed = null,
            HidesUnmatchedOrders = true,
        });
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        await api.PostAsync(Orders, Limit("h-1", "sell", "65000", "1"));

        var hidden = await api.GetAsync($"{Orders}/client-order/h-1?symbol=BTC-USDT");
        Assert.Equal(("400100", "The order does not exist."), (hidden.Code, hidden.Message));
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        while ((await bot.StepAsync()).NowMs < bot.Hello.NowMs + 20)
        {
            // The clock passes the longest delay.
        }
        Assert.Equal("200000", (await api.GetAsync($"{Orders}/client-order/h-1?symbol=BTC-USDT")).Code);
    }

    private static object Limit(string clientOid, string side, string price, string size) =>
        new { clientOid, symbol = "BTC-USDT", side, type = "limit", price, size };

    private static string Text(JsonElement frame, string name) => frame.GetProperty("data").GetProperty(name).GetString()!;

    private static decimal Number(JsonElement order, string name) =>
        decimal.Parse(order.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    // The market trades at a price, as if a source had told it.
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
