using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>Faults of what is told, not of who tells it: books, clocks, lists of pairs, fees, fills, and news that comes late.</summary>
public sealed class MarketFaultTests : IAsyncLifetime, IDisposable
{
    private const string Orders = "/api/v1/hf/orders";
    private const string OrderTopic = "/spotMarket/tradeOrdersV2";
    private const string BookTopic = "/market/level2:BTC-USDT";

    private SimulatorServer _server = null!;
    private ApiClient _api = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await StartAsync();
        _api = new ApiClient(_server.Address);
        _http = new HttpClient { BaseAddress = _server.Address };
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose()
    {
        _api.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task A_fast_reader_misses_changes_of_the_book_and_always_the_same_ones()
    {
        var first = await BookAsync(seed: 5);
        var again = await BookAsync(seed: 5);
        var other = await BookAsync(seed: 6);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.InRange(first.Count, 20, 59);
        Assert.Contains(first.Zip(first.Skip(1)), pair => pair.Second.Start > pair.First.End + 1);
    }

    [Fact]
    public async Task The_servers_clock_is_wrong_for_who_reads_it_and_for_who_is_judged_by_it()
    {
        var told = await FaultSwitch.SetAsync(_http, "key", "skew", 2);
        var skewMs = told.GetProperty("faults")[0].GetProperty("skewMs").GetInt64();
        Assert.InRange(Math.Abs(skewMs), 6_000, 60_000);
        Assert.Equal("400002", (await _api.GetAsync("/api/v1/base-fee")).Code);

        // The same seed without an account: who asks for the time is told the wrong one, and passes with it.
        await FaultSwitch.SetAsync(_http, null, "skew", 2);
        var server = (await _api.GetAsync("/api/v1/timestamp")).Data.GetInt64();
        using var skewed = new ApiClient(_server.Address) { NowMs = () => server };
        Assert.Equal("200000", (await skewed.GetAsync("/api/v1/base-fee")).Code);
        await FaultSwitch.SetAsync(_http, "key", "calm");
        Assert.Equal("200000", (await _api.GetAsync("/api/v1/base-fee")).Code);
    }

    [Fact]
    public async Task A_pair_is_halted_in_the_middle_and_its_orders_can_still_be_cancelled()
    {
        Assert.Equal("200000", (await _api.PostAsync(Orders, Limit("h-1"))).Code);
        var told = await FaultSwitch.SetAsync(_http, "key", "halted");
        Assert.Equal("BTC-USDT", told.GetProperty("faults")[0].GetProperty("pair").GetString());
        await FaultSwitch.SetAsync(_http, null, "halted");
        Assert.Equal("400600", (await _api.PostAsync(Orders, Limit("h-2"))).Code);
        Assert.False((await _api.GetAsync("/api/v2/symbols")).Data[0].GetProperty("enableTrading").GetBoolean());
        Assert.Equal("200000", (await _api.DeleteAsync($"{Orders}/sync/client-order/h-1?symbol=BTC-USDT")).Code);
        await FaultSwitch.SetAsync(_http, "key", "calm");
        Assert.Equal("200000", (await _api.PostAsync(Orders, Limit("h-2"))).Code);
    }

    [Fact]
    public async Task A_pair_goes_from_the_list_and_its_orders_are_refused()
    {
        await FaultSwitch.SetAsync(_http, "key", "delisted");
        await FaultSwitch.SetAsync(_http, null, "delisted");
        Assert.Equal("900001", (await _api.PostAsync(Orders, Limit("d-1"))).Code);
        Assert.Equal(0, (await _api.GetAsync("/api/v2/symbols")).Data.GetArrayLength());
        Assert.Equal("900001", (await _api.GetAsync("/api/v2/symbols/BTC-USDT")).Code);
        Assert.Equal(0, (await _api.GetAsync("/api/v1/market/allTickers")).Data.GetProperty("ticker").GetArrayLength());
        await FaultSwitch.SetAsync(_http, null, "calm");
        Assert.Equal(1, (await _api.GetAsync("/api/v2/symbols")).Data.GetArrayLength());
    }

    [Fact]
    public async Task The_least_order_value_may_be_missing()
    {
        Assert.Equal("0.1", (await _api.GetAsync("/api/v2/symbols/BTC-USDT")).Data.GetProperty("minFunds").GetString());
        await FaultSwitch.SetAsync(_http, null, "no-min-funds");
        Assert.Equal(JsonValueKind.Null, (await _api.GetAsync("/api/v2/symbols/BTC-USDT")).Data.GetProperty("minFunds").ValueKind);
    }

    [Fact]
    public async Task Fees_are_paid_in_KCS_as_long_as_there_are_some()
    {
        await using var server = await StartAsync(SimulatorAccount.Parse("key:secret:phrase:USDT=100000,KCS=0.01"));
        using var api = new ApiClient(server.Address);
        using var http = new HttpClient { BaseAddress = server.Address };
        await FaultSwitch.SetAsync(http, "key", "kcs-fees");
        var account = server.Floor.Account("key")!;

        // A tenth of a percent of 50, a fifth less, at ten dollars a coin; the second order would cost more coins than there are left.
        var first = await MarketAsync(api, "0.5");
        Assert.All(first, f => Assert.Equal("KCS", Text(f, "feeCurrency")));
        var funds = first.Sum(f => Number(f, "funds"));
        Assert.Equal(funds * 0.001m * 0.8m / 10, first.Sum(f => Number(f, "fee")));
        Assert.Equal(100_000m - funds, account.Balance("USDT").Total);
        Assert.Equal(0.01m - first.Sum(f => Number(f, "fee")), account.Balance("KCS").Total);
        Assert.Equal(server.Floor.Clearing.Fees("KCS"), first.Sum(f => Number(f, "fee")));
        var order = (await api.GetAsync($"{Orders}/{Text(first[0], "orderId")}?symbol=BTC-USDT")).Data;
        Assert.Equal("KCS", Text(order, "feeCurrency"));
        Assert.Equal(first.Sum(f => Number(f, "fee")), Number(order, "fee"));

        var last = await MarketAsync(api, "100");
        Assert.Contains(last, f => Text(f, "feeCurrency") == "USDT");
        Assert.True(account.Balance("KCS").Total >= 0);
        var ledger = (await api.GetAsync("/api/v1/hf/accounts/ledgers?currency=KCS")).Data[0];
        Assert.Equal(account.Balance("KCS").Total, Number(ledger, "balance"));
    }

    [Fact]
    public async Task Resting_orders_may_be_paid_for()
    {
        await FaultSwitch.SetAsync(_http, "key", "rebate");
        await _api.PostAsync($"{Orders}/sync", new { clientOid = "r-1", symbol = "BTC-USDT", side = "buy", type = "limit", price = "99.5", size = "1" });
        Trade(_server, 99.5m, 5m);
        var fill = (await _api.GetAsync("/api/v1/hf/fills?symbol=BTC-USDT")).Data.GetProperty("items")[0];
        Assert.Equal(("maker", "-0.0001", "-0.00995"), (Text(fill, "liquidity"), Text(fill, "feeRate"), Text(fill, "fee")));
        Assert.Equal(100_000m - 99.5m + 0.00995m, _server.Floor.Account("key")!.Balance("USDT").Total);
        Assert.Equal("-0.0001", (await _api.GetAsync("/api/v1/base-fee")).Data.GetProperty("makerFeeRate").GetString());
    }

    [Fact]
    public async Task Orders_fill_in_single_lots_between_larger_parts()
    {
        await FaultSwitch.SetAsync(_http, "key", "dust");
        var taken = await MarketAsync(_api, "0.15");
        Assert.Equal(0.0001m, Number(taken[^1], "size"));
        Assert.Equal(0.15m, taken.Sum(f => Number(f, "size")));
        Assert.True(taken.Count >= 2);

        await _api.PostAsync($"{Orders}/sync", new { clientOid = "d-1", symbol = "BTC-USDT", side = "buy", type = "limit", price = "99.5", size = "1" });
        Trade(_server, 99.5m, 5m);
        var made = (await _api.GetAsync("/api/v1/hf/fills?symbol=BTC-USDT")).Data.GetProperty("items").EnumerateArray()
            .Where(f => Text(f, "liquidity") == "maker").Select(f => Number(f, "size")).ToList();
        Assert.Equal([0.9999m, 0.0001m], made);
    }

    [Fact]
    public async Task Answers_about_orders_lag_behind_the_pushes()
    {
        await using var server = await StartAsync(clock: SimulatorClock.Lockstep);
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        using var http = new HttpClient { BaseAddress = server.Address };
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        await using var push = await PushClient.ConnectAsync(api, isPrivate: true);
        await push.SubscribeAsync(OrderTopic);
        var told = await FaultSwitch.SetAsync(http, "key", "lagging", 4);
        var lagMs = told.GetProperty("faults")[0].GetProperty("lagMs").GetInt64();

        var placed = (await api.PostAsync($"{Orders}/sync", new { clientOid = "l-1", symbol = "BTC-USDT", side = "buy", type = "market", size = "0.1" })).Data;
        Assert.Equal("done", Text(placed, "status"));
        var placedAt = server.Floor.NowMs;
        await bot.StepAsync(placedAt + 1);
        await push.ReadUntilAsync(f => PushClient.Type(f) == "message" && Text(f.GetProperty("data"), "type") == "filled");
        var path = $"{Orders}/{Text(placed, "orderId")}?symbol=BTC-USDT";
        while (server.Floor.NowMs < placedAt + lagMs)
        {
            Assert.Equal("400100", (await api.GetAsync(path)).Code);
            Assert.Equal(0, (await api.GetAsync("/api/v1/hf/fills?symbol=BTC-USDT")).Data.GetProperty("items").GetArrayLength());
            Assert.Equal(0, (await api.GetAsync($"{Orders}/done?symbol=BTC-USDT")).Data.GetProperty("items").GetArrayLength());
            await bot.StepAsync(Math.Min(server.Floor.NowMs + 500, placedAt + lagMs));
        }
        Assert.Equal("0.1", Text((await api.GetAsync(path)).Data, "dealSize"));
        Assert.NotEqual(0, (await api.GetAsync("/api/v1/hf/fills?symbol=BTC-USDT")).Data.GetProperty("items").GetArrayLength());

        // An order that rested before is told of as resting after it was cancelled.
        await api.PostAsync($"{Orders}/sync", Limit("l-2"));
        await PassAsync(bot, server, lagMs);
        await api.DeleteAsync($"{Orders}/sync/client-order/l-2?symbol=BTC-USDT");
        Assert.True((await api.GetAsync($"{Orders}/client-order/l-2?symbol=BTC-USDT")).Data.GetProperty("active").GetBoolean());
        Assert.Equal(1, (await api.GetAsync($"{Orders}/active?symbol=BTC-USDT")).Data.GetArrayLength());
        await PassAsync(bot, server, lagMs);
        Assert.False((await api.GetAsync($"{Orders}/client-order/l-2?symbol=BTC-USDT")).Data.GetProperty("active").GetBoolean());
        Assert.Equal(0, (await api.GetAsync($"{Orders}/active?symbol=BTC-USDT")).Data.GetArrayLength());
    }

    [Fact]
    public async Task Pushes_come_late_but_never_out_of_order()
    {
        await using var server = await StartAsync(clock: SimulatorClock.Lockstep);
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        using var http = new HttpClient { BaseAddress = server.Address };
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        await using var push = await PushClient.ConnectAsync(api, isPrivate: true);
        await push.SubscribeAsync(OrderTopic);
        await FaultSwitch.SetAsync(http, "key", "late-push");
        var expected = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            await api.PostAsync($"{Orders}/sync", Limit($"p-{i}"));
            expected.AddRange([$"p-{i} received", $"p-{i} open"]);
        }
        var held = server.Floor.Account("key")!.HeldPushes.Count;
        Assert.InRange(held, 1, expected.Count);

        // Calm does not let what comes now overtake what was held back before.
        await FaultSwitch.SetAsync(http, "key", "calm");
        await api.PostAsync($"{Orders}/sync", Limit("p-20"));
        expected.AddRange(["p-20 received", "p-20 open"]);
        await PassAsync(bot, server, 5_000);
        Assert.Empty(server.Floor.Account("key")!.HeldPushes);
        var seen = new List<string>();
        while (seen.Count < expected.Count)
        {
            var data = (await push.ReadMessageAsync(OrderTopic)).GetProperty("data");
            seen.Add($"{Text(data, "clientOid")} {Text(data, "type")}");
        }
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task Every_answer_takes_a_moment_and_not_always_the_same_one()
    {
        await using var server = await StartAsync(clock: SimulatorClock.Lockstep);
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        using var http = new HttpClient { BaseAddress = server.Address };
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        await FaultSwitch.SetAsync(http, "key", "latency");
        var moments = new List<long>();
        for (var i = 0; i < 5; i++)
        {
            var askedAt = server.Floor.NowMs;
            var answer = api.GetAsync("/api/v1/base-fee");
            Assert.Equal(("withheld", 1L), (await bot.ReadAsync()) is var m ? (m.Type, m.Count) : default);
            var message = await bot.StepAsync();
            while (message.Type == "step")
                message = await bot.StepAsync();
            Assert.Equal("200000", (await answer).Code);
            moments.Add((await bot.ReadAsync()).NowMs - askedAt);
        }
        Assert.All(moments, ms => Assert.InRange(ms, 20, 250));
        Assert.True(moments.Distinct().Count() > 1);
    }

    private static async Task<List<(long Start, long End)>> BookAsync(int seed)
    {
        await using var server = await StartAsync();
        using var api = new ApiClient(server.Address);
        using var http = new HttpClient { BaseAddress = server.Address };
        await FaultSwitch.SetAsync(http, null, "gaps", seed);
        await using var push = await PushClient.ConnectAsync(api, isPrivate: false);
        await push.SubscribeAsync(BookTopic);
        for (var i = 0; i < 60; i++)
            Trade(server, 100m + (i % 7 * 0.1m), 1m);
        await FaultSwitch.SetAsync(http, null, "calm");
        Trade(server, 102m, 1m);
        var end = server.Floor.Pairs[0].Engine.Sequence;
        var seen = new List<(long Start, long End)>();
        while (seen.Count == 0 || seen[^1].End < end)
        {
            var data = (await push.ReadMessageAsync(BookTopic)).GetProperty("data");
            seen.Add((data.GetProperty("sequenceStart").GetInt64(), data.GetProperty("sequenceEnd").GetInt64()));
        }
        return seen;
    }

    private static async Task PassAsync(LockstepBot bot, SimulatorServer server, long ms)
    {
        var until = server.Floor.NowMs + ms;
        while (server.Floor.NowMs < until)
            await bot.StepAsync(until);
    }

    // Newest first, as the exchange lists them.
    private static async Task<List<JsonElement>> MarketAsync(ApiClient api, string size)
    {
        var order = new { clientOid = Guid.NewGuid().ToString("N"), symbol = "BTC-USDT", side = "buy", type = "market", size };
        var id = Text((await api.PostAsync($"{Orders}/sync", order)).Data, "orderId");
        return [.. (await api.GetAsync($"/api/v1/hf/fills?symbol=BTC-USDT&orderId={id}&limit=100")).Data.GetProperty("items").EnumerateArray()];
    }

    private static Task<SimulatorServer> StartAsync(SimulatorAccount? account = null, SimulatorClock clock = SimulatorClock.Wall) =>
        SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [account ?? ApiClient.Account],
            Source = new TestMarket { EndMs = clock == SimulatorClock.Lockstep ? TestMarket.Start + 600_000 : null },
            Clock = clock,
            Speed = clock == SimulatorClock.Lockstep ? null : 1,
        });

    private static object Limit(string clientOid) =>
        new { clientOid, symbol = "BTC-USDT", side = "buy", type = "limit", price = "95", size = "0.1" };

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static decimal Number(JsonElement json, string name) => decimal.Parse(Text(json, name), CultureInfo.InvariantCulture);

    private static void Trade(SimulatorServer server, decimal price, decimal volume)
    {
        lock (server.Floor.Gate)
        {
            server.Floor.Pairs[0].Apply(TestMarket.At(0, price, volume));
            server.Floor.Publish();
        }
        _ = server.Hub.FlushAsync();
    }
}
