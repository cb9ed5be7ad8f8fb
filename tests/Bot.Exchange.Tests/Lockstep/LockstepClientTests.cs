using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;

namespace Bot.Exchange.Tests.Lockstep;

public sealed class LockstepClientTests
{
    private readonly VirtualTimeProvider _clock = new();
    private readonly InFlight _inFlight = new();
    private readonly PushFrames _frames = new();

    [Fact]
    public async Task The_first_hello_sets_the_clock_and_is_answered_with_the_first_timer()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var hello = client.Start();
        var session = await server.NextAsync();
        Assert.Equal("key 1&2", session.Account);
        await session.HelloAsync(1_000, 9_000);
        Assert.Equal(new LockstepHello(1_000, 9_000), await hello.Soon());
        Assert.Equal(1_000, _clock.NowMs);
        Assert.Equal((0L, null), await session.ReadyAsync());
        Timer(500, () => { });
        await session.StepAsync(1, 1_100);
        Assert.Equal((1L, 1_500L), await session.ReadyAsync());
    }

    [Fact]
    public async Task A_step_fires_what_is_due_and_what_that_makes_due_before_it_is_answered()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        var log = new List<string>();
        Timer(10, () =>
        {
            log.Add($"a{_clock.NowMs}");
            Timer(0, () =>
            {
                log.Add($"b{_clock.NowMs}");
                Timer(3, () => log.Add("later"));
            });
        });
        await session.StepAsync(1, 1_010);
        Assert.Equal((1L, 1_013L), await session.ReadyAsync());
        Assert.Equal(["a1010", "b1010"], log);
        Assert.Equal(2, client.Steps);
    }

    [Fact]
    public async Task A_step_waits_for_the_frames_of_our_open_connections_and_ignores_unknown_ones()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        var market = _frames.Add("market");
        var account = _frames.Add("account");
        var fired = false;
        Timer(100, () => fired = true);
        await session.StepAsync(1, 1_100, ("market", 2), ("account", 1), ("somebody-else", 99));
        market.Advance();
        account.Advance();
        Assert.False(fired);
        market.Advance();
        Assert.Equal(1L, (await session.ReadyAsync()).Sequence);
        Assert.True(fired);
        // A connection that breaks counts as finished.
        await session.StepAsync(2, 1_200, ("market", 9), ("account", 1));
        market.Close();
        Assert.Equal(2L, (await session.ReadyAsync()).Sequence);
    }

    [Fact]
    public async Task A_connection_that_the_simulator_closed_is_noticed_in_the_step_that_does_not_name_it()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        var market = _frames.Add("market");
        var account = _frames.Add("account");
        market.Advance();
        account.Advance();
        await session.StepAsync(1, 1_100, ("account", 1));
        await Task.Yield();
        Assert.True(session.HeardNothing);
        market.Close();
        Assert.Equal(1L, (await session.ReadyAsync()).Sequence);
        // A step without any names says nothing about connections.
        await session.StepAsync(2, 1_200, null);
        Assert.Equal(2L, (await session.ReadyAsync()).Sequence);
    }

    [Fact]
    public async Task A_step_is_not_answered_while_anything_is_under_way()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        _inFlight.Enter();
        Timer(100, _inFlight.Enter);
        await session.StepAsync(1, 1_100);
        Assert.Equal(1_000, _clock.NowMs); // Not even the clock moves before the last instant's work is done.
        _inFlight.Exit();
        await Patience.Until(() => _inFlight.Count == 1);
        Assert.True(session.HeardNothing);
        _inFlight.Exit();
        Assert.Equal(1L, (await session.ReadyAsync()).Sequence);
    }

    [Fact]
    public async Task A_withheld_answer_lets_the_clock_go_on_and_its_time_out_counts_as_work()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        _inFlight.Enter(); // A request whose answer a fault holds back.
        Timer(500, _inFlight.Reclaim); // Its time-out.
        await session.StepAsync(1, 1_100);
        await session.SendAsync(new LockstepMessage { Type = "withheld", Sequence = 1, Count = 1 });
        Assert.Equal((1L, 1_500L), await session.ReadyAsync());
        await session.StepAsync(2, 1_500);
        await Patience.Until(() => _clock.NowMs == 1_500 && !_inFlight.IsQuiet);
        Assert.True(session.HeardNothing);
        _inFlight.Exit();
        Assert.Equal(2L, (await session.ReadyAsync()).Sequence);
    }

    [Fact]
    public async Task Those_who_wait_for_quiet_have_their_turn_last_and_until_none_has_work()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var log = new List<string>();
        var portfolio = new Queue<int>();
        client.AddQuietParticipant(() =>
        {
            Assert.True(_inFlight.IsQuiet);
            if (!portfolio.TryDequeue(out var request))
                return false;
            log.Add($"granted {request} at {_clock.NowMs}");
            _inFlight.Enter();
            ThreadPool.QueueUserWorkItem(_ =>
            {
                lock (log)
                    log.Add($"used {request}");
                if (request == 1)
                    portfolio.Enqueue(3);
                _inFlight.Exit();
            });
            return true;
        });
        client.AddQuietParticipant(() => false);
        var session = await HelloAsync(server, client);
        Timer(100, () =>
        {
            log.Add("timer");
            portfolio.Enqueue(1);
            portfolio.Enqueue(2);
        });
        await session.StepAsync(1, 1_100);
        await session.ReadyAsync();
        Assert.Equal(["timer", "granted 1 at 1100", "used 1", "granted 2 at 1100", "used 2", "granted 3 at 1100", "used 3"], log);
    }

    [Fact]
    public async Task The_end_is_worked_off_and_completes_the_replay()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        var fired = false;
        Timer(8_000, () => fired = true);
        await session.SendAsync(new LockstepMessage { Type = "end", Sequence = 7, NowMs = 9_000 });
        Assert.Equal((7L, null), await session.ReadyAsync());
        await client.Completion.Soon();
        Assert.True(fired);
        await client.DisposeAsync();
        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_broken_channel_is_opened_again_and_the_replay_goes_on()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var first = await HelloAsync(server, client);
        Timer(100, _inFlight.Enter);
        await first.StepAsync(1, 1_100);
        await Patience.Until(() => _inFlight.Count == 1);
        first.Abort();
        var second = await server.NextAsync();
        await second.SendAsync(new LockstepMessage { Type = "hello", Sequence = 1, NowMs = 1_100, EndMs = 9_000 });
        _inFlight.Exit();
        // The step that was under way is worked off first, its answer is lost with its channel, and the hello is answered once.
        Assert.Equal((1L, null), await second.ReadyAsync());
        Assert.Equal(3, client.Steps);
        Assert.True(second.HeardNothing);
        await second.StepAsync(2, 1_200);
        Assert.Equal(2L, (await second.ReadyAsync()).Sequence);
    }

    [Fact]
    public async Task A_simulator_that_is_gone_for_long_fails_the_replay()
    {
        Uri address;
        await using (var gone = await LockstepServer.StartAsync())
            address = gone.Address;
        var wall = new VirtualTimeProvider();
        await using var client = new LockstepClient(
            address, "key", _clock, _inFlight, _frames, new LockstepOptions { WallClock = wall, GiveUpAfter = TimeSpan.FromSeconds(5) });
        var hello = client.Start();
        while (!client.Completion.IsCompleted)
        {
            if (wall.NextDueMs is { } due)
                wall.AdvanceTo(due);
            await Task.Yield();
        }
        await Assert.ThrowsAsync<LockstepException>(() => client.Completion);
        await Assert.ThrowsAsync<LockstepException>(() => hello.Soon());
        Assert.True(wall.NowMs >= 5_000);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"type":"step","seq":"x"}""")]
    [InlineData("[]")]
    public async Task What_is_no_message_of_the_channel_fails_the_replay(string text)
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        await session.SendTextAsync(text);
        await Assert.ThrowsAsync<LockstepException>(() => client.Completion.Soon());
    }

    [Fact]
    public async Task A_message_of_a_new_type_is_ignored()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        await session.SendTextAsync("""{"type":"news","seq":1,"more":{"a":[1]}}""");
        await session.StepAsync(1, 1_100);
        Assert.Equal(1L, (await session.ReadyAsync()).Sequence);
    }

    [Fact]
    public async Task A_timer_that_throws_fails_the_replay_instead_of_standing_still()
    {
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server);
        var session = await HelloAsync(server, client);
        Timer(10, () => throw new InvalidOperationException("the timer's own fault"));
        await session.StepAsync(1, 1_010);
        var error = await Assert.ThrowsAsync<LockstepException>(() => client.Completion.Soon());
        Assert.Contains("the timer's own fault", error.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clock_stands_until_the_host_has_started_up()
    {
        var isReady = false;
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server, new LockstepOptions { IsReady = () => Volatile.Read(ref isReady), WallClock = new VirtualTimeProvider() });
        _ = client.Start();
        var session = await server.NextAsync();
        await session.HelloAsync(1_000);
        await Patience.Until(() => _clock.NowMs == 1_000);
        Assert.True(session.HeardNothing);
        Assert.Equal(0, client.Steps);
    }

    [Fact]
    public async Task Start_up_that_waits_on_the_clock_gets_its_time()
    {
        var isReady = false;
        var wall = new VirtualTimeProvider();
        await using var server = await LockstepServer.StartAsync();
        await using var client = Client(server, new LockstepOptions { IsReady = () => Volatile.Read(ref isReady), WallClock = wall });
        _ = client.Start();
        var session = await server.NextAsync();
        await session.HelloAsync(1_000);
        await Patience.Until(() => wall.NextDueMs is not null);
        Timer(300, () => Volatile.Write(ref isReady, true)); // A start-up retry.
        await WallAsync(wall, () => session.HeardNothing);
        Assert.True(wall.NowMs >= 1_000);
        Assert.Equal((0L, 1_300L), await session.ReadyAsync());
        // Prices before the retry are passed without another second of patience for each.
        var before = wall.NowMs;
        await session.StepAsync(1, 1_100);
        Assert.Equal((1L, 1_300L), await session.ReadyAsync());
        await session.StepAsync(2, 1_300);
        Assert.Equal((2L, null), await session.ReadyAsync());
        Assert.Equal(before, wall.NowMs);
    }

    private static async Task WallAsync(VirtualTimeProvider wall, Func<bool> goOn)
    {
        while (goOn())
        {
            wall.AdvanceTo(wall.NowMs + 5);
            await Task.Delay(1);
        }
    }

    private LockstepClient Client(LockstepServer server, LockstepOptions? options = null) =>
        new(server.Address, "key 1&2", _clock, _inFlight, _frames, options);

    private static async Task<LockstepServer.Session> HelloAsync(LockstepServer server, LockstepClient client)
    {
        var hello = client.Start();
        var session = await server.NextAsync();
        await session.HelloAsync(1_000);
        await hello.Soon();
        await session.ReadyAsync();
        return session;
    }

    private void Timer(long inMs, Action action) =>
        _clock.CreateTimer(_ => action(), null, TimeSpan.FromMilliseconds(inMs), Timeout.InfiniteTimeSpan);
}
