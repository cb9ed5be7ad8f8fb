using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Limits;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Lockstep;

/// <summary>The client counts its own work so that a virtual clock never moves too early and never stands for ever.</summary>
public sealed class ExchangeInLockstepTests
{
    private const string TimeAnswer = """{"code":"200000","data":1700000000000}""";
    private readonly VirtualTimeProvider _time = new(TestClient.NowMs);
    private readonly InFlight _inFlight = new();
    private readonly PushFrames _frames = new();

    [Fact]
    public async Task A_request_is_one_unit_of_work_until_its_answer_has_been_handed_over()
    {
        var arrived = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var server = new RawServer(async e =>
        {
            arrived.SetResult();
            await release.Task;
            await e.AnswerAsync(TimeAnswer);
        });
        using var client = Client(server.Address);
        var handedOverWith = client.GetServerTimeAsync(default).ContinueWith(
            _ => _inFlight.Count, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await arrived.Task.Soon();
        Assert.Equal(1, _inFlight.Count);
        release.SetResult();
        Assert.Equal(1, await handedOverWith.Soon());
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();
        Assert.Equal(0, _inFlight.Count);
    }

    [Fact]
    public async Task A_wait_between_attempts_is_not_work_and_its_end_is()
    {
        var release = new TaskCompletionSource();
        await using var server = new RawServer(async e =>
        {
            if (e.Number == 2)
                await release.Task;
            await e.AnswerAsync(e.Number == 1 ? "<html>" : TimeAnswer, e.Number == 1 ? 503 : 200);
        });
        using var client = Client(server.Address, o => o with { QueryRetryDelay = TimeSpan.FromMilliseconds(200) });
        var answer = client.GetServerTimeAsync(default);
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();
        Assert.Equal(TestClient.NowMs + 150, _time.NextDueMs);
        _time.AdvanceTo(TestClient.NowMs + 150);
        Assert.False(_inFlight.IsQuiet);
        release.SetResult();
        Assert.True((await answer.Soon()).IsSuccess);
    }

    [Fact]
    public async Task A_withheld_answer_is_quiet_and_its_time_out_is_work_at_once()
    {
        await using var server = new RawServer(e => e.StaySilentAsync());
        using var client = Client(server.Address);
        var answer = client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
        await Patience.Until(() => !server.Requests.IsEmpty);
        Assert.False(_inFlight.IsQuiet);
        _inFlight.SetWithheld(1);
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();
        Assert.Equal(TestClient.NowMs + 10_000, _time.NextDueMs);
        var quietAfterTimeOut = true;
        _ = answer.ContinueWith(
            _ => quietAfterTimeOut = _inFlight.IsQuiet, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _time.AdvanceTo(TestClient.NowMs + 10_000);
        Assert.Equal("timeout", (await answer.Soon()).Failure!.Code);
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();
        Assert.False(quietAfterTimeOut);
        Assert.Equal(0, _inFlight.Count);
    }

    [Fact]
    public async Task A_withheld_request_that_its_caller_gives_up_is_work_at_once()
    {
        await using var server = new RawServer(e => e.StaySilentAsync());
        using var client = Client(server.Address);
        using var stop = new CancellationTokenSource();
        var answer = client.GetServerTimeAsync(stop.Token);
        await Patience.Until(() => !server.Requests.IsEmpty);
        _inFlight.SetWithheld(1);

        // Awaited itself: the answer may be seen here before its continuation has run on the thread that completed it.
        var quiet = answer.ContinueWith(
            _ => _inFlight.IsQuiet, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await stop.CancelAsync();
        Assert.Equal("cancelled", (await answer.Soon()).Failure!.Code);
        Assert.False(await quiet.Soon());
        await Patience.Until(() => _inFlight.Count == 0);
    }

    [Fact]
    public async Task A_request_that_waits_for_the_budget_waits_on_the_virtual_clock()
    {
        await using var server = new RawServer(e => e.AnswerAsync(TimeAnswer));
        using var client = Client(server.Address, o => o with { RateBudget = new RateBudgetOptions { PublicQuota = 10, ProtectiveShare = 0 } });
        for (var i = 0; i < 3; i++)
            Assert.True((await client.GetServerTimeAsync(default)).IsSuccess);
        var fourth = client.GetServerTimeAsync(default);
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();
        Assert.False(fourth.IsCompleted);
        _time.AdvanceTo(_time.NextDueMs!.Value);
        Assert.True((await fourth.Soon()).IsSuccess);
        Assert.Equal(TestClient.NowMs + 31_001, (await fourth).IssuedAtMs);
    }

    [Fact]
    public async Task Connecting_is_work_until_all_is_acknowledged_and_waiting_to_connect_again_is_not()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server.Address);
        var listener = new MarketListener();
        await using var stream = (KucoinMarketStream)client.OpenMarketStream(listener);
        Assert.False(_inFlight.IsQuiet);
        stream.SubscribeTickers([TestClient.Btc]);
        var session = await server.NextAsync();
        await session.WelcomeAsync();
        var message = await session.ReadAsync();

        // The token's request leaves its own unit when its continuation returns, which may be after the message has gone out.
        await Patience.Until(() => _inFlight.Count == 1);
        await session.SendAsync($$"""{"id":"{{message.GetProperty("id")}}","type":"ack"}""");
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();
        Assert.Equal("connected", await listener.NextAsync());

        stream.SubscribeTickers([Symbol.Parse("ETH-USDT")]);
        Assert.False(_inFlight.IsQuiet);
        await session.AckNextAsync();
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();

        // A break that follows a subscription: the unit of the unanswered one must not stay behind.
        stream.SubscribeTickers([Symbol.Parse("C1-USDT")]);
        await session.ReadAsync();
        server.RefusesTokens = true;
        var progress = Assert.Single(_frames.Open);
        session.Abort();
        await progress.WhenHandledAsync(long.MaxValue, CancellationToken.None).AsTask().Soon();
        Assert.StartsWith("disconnected", Assert.IsType<string>(await listener.NextAsync()), StringComparison.Ordinal);
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();
        await Patience.Until(() => _inFlight.Count == 0);
        Assert.NotNull(_time.NextDueMs);
        server.RefusesTokens = false;
        _time.AdvanceTo(_time.NextDueMs!.Value);
        Assert.False(_inFlight.IsQuiet);
        await server.NextSubscribedAsync(1);
        Assert.Equal("connected", await listener.NextAsync());
        await _inFlight.WhenQuietAsync(CancellationToken.None).Soon();
        Assert.Equal(0, _inFlight.Count);
    }

    [Fact]
    public async Task A_price_that_arrives_before_its_step_waits_for_it()
    {
        await using var server = await PushServer.StartAsync();
        await using var simulator = await LockstepServer.StartAsync();
        await using var lockstep = new LockstepClient(simulator.Address, "key", _time, _inFlight, _frames);
        var hello = lockstep.Start();
        var channel = await simulator.NextAsync();
        await channel.HelloAsync(TestClient.NowMs);
        await hello.Soon();
        await channel.ReadyAsync();
        using var client = Client(server.Address);
        var seen = new List<long>();
        var listener = new MarketListener { BeforeTicker = () => seen.Add(_time.GetUtcNow().ToUnixTimeMilliseconds()) };
        await using var stream = client.OpenMarketStream(listener);
        stream.SubscribeTickers([TestClient.Btc]);
        await channel.StepAsync(1, TestClient.NowMs + 1);
        var session = await server.NextSubscribedAsync(1);
        await channel.ReadyAsync();

        await session.TickerAsync("BTC-USDT", TestClient.NowMs + 50);
        await session.TickerAsync("BTC-USDT", TestClient.NowMs + 60);
        await Assert.Single(_frames.Open).WhenReadAsync(4, CancellationToken.None).AsTask().Soon();
        Assert.Empty(seen);
        await channel.StepAsync(2, TestClient.NowMs + 50, (session.ConnectId, 3));
        await channel.ReadyAsync();
        Assert.Equal([TestClient.NowMs + 50], seen);
        await channel.StepAsync(3, TestClient.NowMs + 60, (session.ConnectId, 4));
        await channel.ReadyAsync();
        Assert.Equal([TestClient.NowMs + 50, TestClient.NowMs + 60], seen);
    }

    [Fact]
    public async Task A_step_is_answered_after_its_prices_are_handed_over_and_what_they_led_to_is_done()
    {
        await using var server = await PushServer.StartAsync();
        await using var simulator = await LockstepServer.StartAsync();
        await using var lockstep = new LockstepClient(simulator.Address, "key", _time, _inFlight, _frames);
        var hello = lockstep.Start();
        var channel = await simulator.NextAsync();
        await channel.HelloAsync(TestClient.NowMs);
        await hello.Soon();
        await channel.ReadyAsync();

        using var client = Client(server.Address);
        var handled = 0;
        var handledAtMs = 0L;
        var listener = new MarketListener
        {
            // What an actor system does with a tick: the work is entered here, done elsewhere, and asks the exchange something.
            BeforeTicker = () =>
            {
                Volatile.Write(ref handledAtMs, _time.GetUtcNow().ToUnixTimeMilliseconds());
                _inFlight.Enter();
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    Interlocked.Increment(ref handled);
                    _inFlight.Exit();
                });
            },
        };
        await using var stream = client.OpenMarketStream(listener);
        stream.SubscribeTickers([TestClient.Btc]);
        // Between two instants nothing is answered, so the connection is made within this one.
        await channel.StepAsync(1, TestClient.NowMs + 1);
        var session = await server.NextSubscribedAsync(1);
        Assert.Equal(1, (await channel.ReadyAsync()).Sequence);
        for (var i = 1; i <= 200; i++)
        {
            var step = i + 1;
            await channel.StepAsync(step, TestClient.NowMs + step, (session.ConnectId, 2 + (i * 3)));
            for (var tick = 0; tick < 3; tick++)
                await session.TickerAsync("BTC-USDT", TestClient.NowMs + step);
            Assert.Equal(step, (await channel.ReadyAsync()).Sequence);
            Assert.Equal(i * 3, Volatile.Read(ref handled));
            Assert.Equal(TestClient.NowMs + step, Volatile.Read(ref handledAtMs));
        }
    }

    private KucoinExchange Client(Uri address, Func<KucoinOptions, KucoinOptions>? change = null) => new(
        (change ?? (o => o))(TestClient.Options(address)), TestClient.Credentials(),
        new KucoinRuntime { Time = _time, InFlight = _inFlight, Frames = _frames, Jitter = () => 0.5 });
}
