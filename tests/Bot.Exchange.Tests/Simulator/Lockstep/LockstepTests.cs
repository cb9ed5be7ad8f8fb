using System.Text;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Lockstep;

public sealed class LockstepTests : IDisposable
{
    private const string Orders = "/api/v1/hf/orders";
    private const int Minutes = 120;

    private readonly CandleFiles _files = new();

    public LockstepTests()
    {
        _files.WriteWalk("AAA-USDT", Minutes, 50m, 21);
        _files.WriteWalk("BBB-USDT", Minutes, 80m, 22);
        _files.WriteWalk("CCC-USDT", Minutes, 20m, 23);
    }

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task The_clock_stands_until_the_bot_is_ready()
    {
        await using var server = await StartAsync();
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        Assert.Equal(("hello", 0L, CandleFiles.Start), (bot.Hello.Type, bot.Hello.Sequence, bot.Hello.NowMs));
        Assert.Equal(CandleFiles.Start + (Minutes * 60_000), bot.Hello.EndMs);

        using var api = new ApiClient(server.Address);
        Assert.Equal(CandleFiles.Start, (await api.GetAsync("/api/v1/timestamp")).Data.GetInt64());
        var step = await bot.StepAsync();
        Assert.Equal(("step", 1L, CandleFiles.Start), (step.Type, step.Sequence, step.NowMs));
        step = await bot.StepAsync();
        Assert.Equal((2L, step.NowMs), (step.Sequence, (await api.GetAsync("/api/v1/timestamp")).Data.GetInt64()));
        Assert.InRange(step.NowMs, CandleFiles.Start + 1, CandleFiles.Start + 60_000);
    }

    [Fact]
    public async Task A_step_goes_to_the_bots_timer_when_that_is_earlier()
    {
        await using var server = await StartAsync();
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        var first = await bot.StepAsync();
        Assert.Equal(first.NowMs + 7, (await bot.StepAsync(first.NowMs + 7)).NowMs);

        // A timer of the past must not stop the clock.
        Assert.Equal(first.NowMs + 8, (await bot.StepAsync(first.NowMs)).NowMs);
    }

    [Fact]
    public async Task Frames_are_counted_by_the_clients_names_of_their_connections()
    {
        await using var server = await StartAsync();
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        await using var market = await PushClient.ConnectAsync(api, isPrivate: false, "market-1");
        await using var account = await PushClient.ConnectAsync(api, isPrivate: true, "account-1");
        await market.SubscribeAsync("/market/ticker:AAA-USDT,BBB-USDT,CCC-USDT");
        await market.SubscribeAsync("/market/candles:AAA-USDT_1min,BBB-USDT_1min,CCC-USDT_1min");
        await account.SubscribeAsync("/spotMarket/tradeOrdersV2");
        await using var bot = await LockstepBot.ConnectAsync(server.Address);

        for (var i = 0; i < 100; i++)
        {
            if (i == 50)
                await api.PostAsync(Orders, Limit("count", "AAA-USDT", "buy", Price(server, 0), "1"));
            var step = await bot.StepAsync();
            foreach (var (client, name) in new[] { (market, "market-1"), (account, "account-1") })
            {
                while (client.Frames < step.Frames![name])
                    await client.ReadAsync();
            }
        }
        Assert.True(market.Frames > 300 && account.Frames > 3);
    }

    [Fact]
    public async Task The_account_in_lockstep_is_judged_by_the_markets_clock_and_the_others_by_the_walls()
    {
        var other = SimulatorAccount.Parse("other:secret:phrase:USDT=1");
        await using var server = await StartAsync(other);
        using var virtualTime = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        using var wallTime = new ApiClient(server.Address);
        using var otherWallTime = new ApiClient(server.Address, "other");
        using var otherVirtualTime = new ApiClient(server.Address, "other") { NowMs = () => server.Floor.NowMs };

        Assert.Equal("200000", (await virtualTime.GetAsync("/api/v1/base-fee")).Code);
        Assert.Equal("400002", (await wallTime.GetAsync("/api/v1/base-fee")).Code);
        Assert.Equal("200000", (await otherWallTime.GetAsync("/api/v1/base-fee")).Code);
        Assert.Equal("400002", (await otherVirtualTime.GetAsync("/api/v1/base-fee")).Code);

        await using var bot = await LockstepBot.ConnectAsync(server.Address, "other");
        Assert.Equal("200000", (await otherVirtualTime.GetAsync("/api/v1/base-fee")).Code);
    }

    [Fact]
    public async Task An_account_on_wall_time_trades_in_the_market_that_another_moves()
    {
        await using var server = await StartAsync(SimulatorAccount.Parse("other:secret:phrase:USDT=100000"));
        using var other = new ApiClient(server.Address, "other");
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        var symbol = server.Floor.Pairs[0].Symbol;
        await using var push = await PushClient.ConnectAsync(other, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        var placed = await other.PostAsync("/api/v1/hf/orders", new { clientOid = "o-1", symbol, side = "buy", type = "market", funds = "100" });
        Assert.Equal("200000", placed.Code);

        // The clock stands: the engine has not had the order yet, whatever time it is on the wall.
        Assert.Empty(server.Floor.Account("other")!.Fills);
        while (server.Floor.Account("other")!.Fills.Count == 0)
            await bot.StepAsync();
        var filled = await push.ReadUntilAsync(f => PushClient.Type(f) == "message" && f.GetProperty("data").GetProperty("type").GetString() == "filled");
        Assert.Equal("o-1", filled.GetProperty("data").GetProperty("clientOid").GetString());
    }

    [Fact]
    public async Task The_window_of_a_placement_is_judged_by_the_markets_clock()
    {
        await using var server = await StartAsync();
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        var first = await bot.StepAsync();
        var order = new
        {
            clientOid = "w",
            symbol = "AAA-USDT",
            side = "buy",
            type = "limit",
            price = Price(server, 0),
            size = "1",
            clientTimestamp = first.NowMs,
            allowMaxTimeWindow = 3000,
        };
        Assert.Equal("200000", (await api.PostAsync($"{Orders}/test", order)).Code);
        while ((await bot.StepAsync()).NowMs <= first.NowMs + 3000)
        {
            // The market goes on.
        }
        Assert.Equal("400100", (await api.PostAsync(Orders, order)).Code);
    }

    [Fact]
    public async Task A_new_channel_goes_on_where_the_old_one_was()
    {
        await using var server = await StartAsync();
        var old = await LockstepBot.ConnectAsync(server.Address);
        for (var i = 0; i < 5; i++)
            await old.StepAsync();
        var now = server.Floor.NowMs;

        // The old connection is still open, as after a kill that nobody noticed.
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        Assert.Equal(("hello", 5L, now), (bot.Hello.Type, bot.Hello.Sequence, bot.Hello.NowMs));
        Assert.Equal(6, (await bot.StepAsync()).Sequence);
        await old.DisposeAsync();
        Assert.Equal(7, (await bot.StepAsync()).Sequence);
    }

    [Fact]
    public async Task The_last_step_is_the_end_and_everything_traded_by_then()
    {
        await using var server = await StartAsync();
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        Assert.False(server.Completed.IsCompleted);
        var step = bot.Hello;
        while (step.Type != "end")
            step = await bot.StepAsync();

        Assert.Equal(bot.Hello.EndMs, step.NowMs);
        await server.Completed.WaitAsync(TimeSpan.FromSeconds(10));
        await using var late = await LockstepBot.ConnectAsync(server.Address);
        Assert.Equal("end", (await late.StepAsync()).Type);
    }

    [Fact]
    public async Task Synchronous_orders_are_matched_while_the_clock_stands()
    {
        await using var server = await StartAsync();
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        await bot.StepAsync();
        var placed = await api.PostAsync($"{Orders}/sync", new { symbol = "AAA-USDT", side = "buy", type = "market", funds = "100" });
        Assert.Equal("done", placed.Data.GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_same_run_twice_gives_the_same_tape()
    {
        var first = await TapeAsync();
        var second = await TapeAsync();
        Assert.Equal(first, second);
        Assert.True(first.Split('\n').Count(l => l.StartsWith("fill", StringComparison.Ordinal)) > 50, first);
    }

    // A bot that buys and sells on several pairs at once, without order between its requests.
    private async Task<string> TapeAsync()
    {
        await using var server = await StartAsync();
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        await using var account = await PushClient.ConnectAsync(api, isPrivate: true, "a");
        await account.SubscribeAsync("/spotMarket/tradeOrdersV2");
        await account.SubscribeAsync("/account/balance");
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        var tape = new StringBuilder();
        var step = bot.Hello;
        var actAtMs = step.NowMs + 300_000;
        for (var i = 0; step.Type != "end";)
        {
            step = await bot.StepAsync(actAtMs);
            while (account.Frames < step.Frames!["a"])
                tape.AppendLine((await account.ReadAsync())!.Value.GetRawText());
            if (step.NowMs < actAtMs)
                continue;
            i++;
            actAtMs += 60_000;
            var requests = new List<Task<ApiReply>>();
            for (var pair = 0; pair < 3; pair++)
            {
                var symbol = server.Floor.Pairs[pair].Symbol;
                requests.Add(api.PostAsync(Orders, Limit($"l-{i}-{pair}", symbol, i % 2 == 0 ? "buy" : "sell", Price(server, pair), "0.5")));
                requests.Add(api.PostAsync(Orders, new { clientOid = $"m-{i}-{pair}", symbol, side = "buy", type = "market", funds = "25" }));
            }
            await Task.WhenAll(requests);
            if (i % 5 == 0)
                await api.DeleteAsync($"{Orders}?symbol=AAA-USDT");
        }
        var ledger = JsonSerializer.Deserialize(await api.OwnAsync("/sim/ledger?account=key"), LedgerJson.Default.Ledger)!;
        foreach (var order in ledger.Orders.OrderBy(o => o.OrderId, StringComparer.Ordinal))
            tape.AppendLine($"order {order with { ReceivedWallUs = 0 }}");
        foreach (var fill in ledger.Fills)
            tape.AppendLine($"fill {fill}");
        foreach (var balance in ledger.Balances)
            tape.AppendLine($"{balance}");
        return tape.ToString();
    }

    private Task<SimulatorServer> StartAsync(params SimulatorAccount[] more) => SimulatorServer.StartAsync(new SimulatorOptions
    {
        Accounts = [SimulatorAccount.Parse("key:secret:phrase:USDT=100000,AAA=100,BBB=100,CCC=100"), .. more],
        Replay = _files.Options(),
        Clock = SimulatorClock.Lockstep,
        Speed = null,
        RateLimits = false,
        Seed = 77,
    });

    private static string Price(SimulatorServer server, int pair) =>
        server.Floor.Pairs[pair].LastPrice!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static object Limit(string clientOid, string symbol, string side, string price, string size) =>
        new { clientOid, symbol, side, type = "limit", price, size };
}
