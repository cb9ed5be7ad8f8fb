using System.Net;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Tests.Simulator.Support;
using CsCheck;

namespace Bot.Exchange.Tests.Simulator.Server;

public sealed class FaultTests : IAsyncLifetime, IDisposable
{
    private const string Orders = "/api/v1/hf/orders";

    private SimulatorServer _server = null!;
    private ApiClient _api = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [ApiClient.Account], Source = new TestMarket() });
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
    public async Task A_switch_is_set_told_and_put_back()
    {
        var told = await SetAsync(_http, "key", "outage", 9);
        var plan = told.GetProperty("faults")[0];
        Assert.Equal(("key", "outage", 9), (
            plan.GetProperty("account").GetString(), plan.GetProperty("profile").GetString(), plan.GetProperty("seed").GetInt32()));
        var refused = await _api.GetAsync("/api/v1/base-fee");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "503000"), (refused.Status, refused.Code));

        using var state = JsonDocument.Parse(await _api.OwnAsync("/sim/faults"));
        Assert.Equal(1, state.RootElement.GetProperty("faults")[0].GetProperty("met").GetProperty("Unavailable").GetInt32());
        Assert.Contains("hostile", state.RootElement.GetProperty("profiles").EnumerateArray().Select(p => p.GetString()));
        await SetAsync(_http, "key", "calm");
        Assert.Equal("200000", (await _api.GetAsync("/api/v1/base-fee")).Code);
    }

    [Theory]
    [InlineData("""{"account":"key","profile":"sunny"}""")]
    [InlineData("""{"account":"nobody","profile":"calm"}""")]
    [InlineData("""{"account":"key","profile":"calm","seed":-1}""")]
    [InlineData("nonsense")]
    public async Task A_switch_that_there_is_not_is_refused(string body)
    {
        using var content = new StringContent(body);
        using var reply = await _http.PutAsync("/sim/faults", content);
        Assert.Contains("400100", await reply.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_account_that_is_named_meets_faults()
    {
        await SetAsync(_http, "key", "outage");
        Assert.Equal("200000", (await _api.GetAsync("/api/v1/timestamp")).Code);
        await SetAsync(_http, null, "outage");
        Assert.Equal("503000", (await _api.GetAsync("/api/v1/timestamp")).Code);
    }

    [Fact]
    public async Task An_order_whose_answer_failed_is_there_all_the_same()
    {
        await SetAsync(_http, "key", "fail-after");
        var reply = await _api.PostAsync(Orders, Limit("f-1"));
        Assert.Equal((HttpStatusCode.InternalServerError, "500000"), (reply.Status, reply.Code));
        await SetAsync(_http, "key", "calm");
        Assert.Equal("200000", (await _api.GetAsync($"{Orders}/client-order/f-1?symbol=BTC-USDT")).Code);
    }

    [Fact]
    public async Task An_order_that_was_refused_unseen_is_not_there()
    {
        await SetAsync(_http, "key", "outage");
        await _api.PostAsync(Orders, Limit("u-1"));
        await SetAsync(_http, "key", "calm");
        Assert.Equal("400100", (await _api.GetAsync($"{Orders}/client-order/u-1?symbol=BTC-USDT")).Code);
    }

    [Fact]
    public async Task A_page_is_no_JSON_and_says_nothing_of_limits()
    {
        await SetAsync(_http, null, "page");
        for (var i = 0; i < 50; i++)
        {
            using var reply = await _http.GetAsync("/api/v1/timestamp");
            if (reply.IsSuccessStatusCode)
                continue;
            Assert.Equal((HttpStatusCode.BadGateway, "text/html"), (reply.StatusCode, reply.Content.Headers.ContentType?.MediaType));
            Assert.False(reply.Headers.Contains("gw-ratelimit-limit"));
            return;
        }
        Assert.Fail("Of fifty requests none met a page.");
    }

    [Theory]
    [InlineData("limit", true)]
    [InlineData("overload", false)]
    public async Task A_429_comes_with_and_without_the_headers_of_the_limits(string profile, bool hasHeaders)
    {
        await SetAsync(_http, "key", profile);
        for (var i = 0; i < 50; i++)
        {
            var reply = await _api.GetAsync("/api/v1/base-fee");
            if (reply.Code == "200000")
                continue;
            Assert.Equal(("429000", hasHeaders), (reply.Code, reply.Headers.Contains("gw-ratelimit-reset")));
            return;
        }
        Assert.Fail("Of fifty requests none was refused.");
    }

    [Fact]
    public async Task A_silent_exchange_has_taken_the_order()
    {
        await SetAsync(_http, "key", "silence");
        var placement = _api.PostAsync(Orders, Limit("s-1"));
        while (!HasOrder("s-1"))
            await Task.Delay(5);
        Assert.False(placement.IsCompleted);
        _api.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => placement);
    }

    [Fact]
    public async Task Order_events_may_come_twice()
    {
        await SetAsync(_http, "key", "duplicates");
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        await _api.PostAsync(Orders, Limit("d-1"));
        var types = new List<string?>();
        while (types.Count < 4)
            types.Add((await push.ReadMessageAsync("/spotMarket/tradeOrdersV2")).GetProperty("data").GetProperty("type").GetString());
        Assert.Equal(["received", "received", "open", "open"], types);
    }

    [Fact]
    public async Task Push_connections_end_behind_an_order_event()
    {
        await SetAsync(_http, "key", "drops");
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        for (var i = 0; i < 60; i++)
            await _api.PostAsync($"{Orders}/sync", Limit($"d-{i}"));
        while (await push.ReadAsync() is not null)
        {
            // What was sent before the end is still read.
        }
        Assert.Equal("Bye", push.CloseText);
    }

    [Fact]
    public async Task In_lockstep_a_withheld_answer_lets_the_clock_go_on_and_comes_when_it_is_due()
    {
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Clock = SimulatorClock.Lockstep,
            Speed = null,
        });
        using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
        using var http = new HttpClient { BaseAddress = server.Address };
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        await SetAsync(http, "key", "late", 3);
        var placedAt = server.Floor.NowMs;
        var placement = api.PostAsync(Orders, new { clientOid = "w-1", symbol = "BTC-USDT", side = "buy", type = "limit", price = "50000", size = "0.1" });
        var withheld = await bot.ReadAsync();
        Assert.Equal(("withheld", 1L), (withheld.Type, withheld.Count));

        var message = await bot.StepAsync();
        while (message.Type == "step")
        {
            Assert.False(placement.IsCompleted);
            message = await bot.StepAsync();
        }
        Assert.Equal(("withheld", 0L), (message.Type, message.Count));
        Assert.Equal("w-1", (await placement).Data.GetProperty("clientOid").GetString());
        var step = await bot.ReadAsync();
        Assert.Equal("step", step.Type);
        Assert.InRange(step.NowMs - placedAt, 500, 5000);
    }

    [Fact]
    public async Task In_lockstep_a_request_that_its_client_gave_up_is_no_longer_withheld()
    {
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Clock = SimulatorClock.Lockstep,
            Speed = null,
        });
        using var http = new HttpClient { BaseAddress = server.Address };
        await using var bot = await LockstepBot.ConnectAsync(server.Address);
        await SetAsync(http, "key", "silence");
        for (var i = 0; i < 5; i++)
        {
            using var api = new ApiClient(server.Address) { NowMs = () => server.Floor.NowMs };
            var placement = api.PostAsync(Orders, Limit($"g-{i}"));
            var withheld = await bot.ReadAsync();
            Assert.Equal(("withheld", 1L), (withheld.Type, withheld.Count));
            api.Dispose();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => placement);
        }
    }

    [Fact]
    public void Who_meets_what_does_not_depend_on_what_runs_beside_it()
    {
        var names = Gen.Int[0, 15].Select(i => $"o-{i}");
        Gen.Select(names.Array[1, 40], Gen.ULong, Gen.Int[0, FaultProfile.All.Count - 1]).Sample((asked, seed, which) =>
        {
            var profile = FaultProfile.All[which];
            Assert.Equal(Met(asked, profile, seed), Met([.. asked.Order(StringComparer.Ordinal)], profile, seed));
            Assert.Equal(Met(asked, profile, seed), Met([.. asked.SelectMany(n => new[] { n, "beside" })], profile, seed));
        });

        static string Met(string[] asked, FaultProfile profile, ulong seed)
        {
            var plan = new FaultPlan(profile, "key", seed);
            var met = asked.Select(n => (n, plan.Next("POST", Orders, n))).Where(m => m.n != "beside").ToList();
            return string.Join('\n', met.GroupBy(m => m.n).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => $"{g.Key}: {string.Join(' ', g.Select(m => m.Item2))}"));
        }
    }

    [Fact]
    public void Faults_are_about_as_frequent_as_their_profile_says()
    {
        var plan = new FaultPlan(FaultProfile.Find("hostile")!, "key", 5);
        for (var i = 0; i < 20_000; i++)
            plan.Next("POST", Orders, $"o-{i}");
        foreach (var group in plan.Profile.Shares.Where(s => Orders.StartsWith(s.Where, StringComparison.Ordinal)))
            Assert.InRange(plan.Met[group.Kind], group.PerMille * 20 * 0.8, group.PerMille * 20 * 1.2);
    }

    private static object Limit(string clientOid) =>
        new { clientOid, symbol = "BTC-USDT", side = "buy", type = "limit", price = "95", size = "0.1" };

    private static Task<JsonElement> SetAsync(HttpClient http, string? account, string profile, int seed = 1) =>
        FaultSwitch.SetAsync(http, account, profile, seed);

    private bool HasOrder(string clientOid)
    {
        lock (_server.Floor.Gate)
            return _server.Floor.Account("key")!.Orders.Any(o => o.ClientOid == clientOid);
    }
}
