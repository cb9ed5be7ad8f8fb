using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class StreamTests : IDisposable
{
    private static readonly Symbol Btc = TestClient.Btc;
    private static readonly Symbol Eth = Symbol.Parse("ETH-USDT");

    private readonly VirtualTimeProvider _time = new(TestClient.NowMs);
    private readonly VirtualTimeProvider _transport = new(TestClient.NowMs);
    private readonly ListLogs _logs = new();
    private readonly MarketListener _listener = new();

    [Fact]
    public async Task Nothing_is_sent_before_the_welcome_and_connected_means_that_all_is_acknowledged()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        stream.SubscribeTickers([Eth, Btc]);
        stream.SubscribeCandles([Btc], CandleInterval.OneMinute);
        var session = await server.NextAsync();
        Assert.True(session.HeardNothing);
        Assert.Equal("token-1==", session.Token);
        await session.WelcomeAsync();
        var first = await session.ReadAsync();
        Assert.Equal("/market/candles:BTC-USDT_1min", first.GetProperty("topic").GetString());
        Assert.True(first.GetProperty("response").GetBoolean());
        Assert.False(first.GetProperty("privateChannel").GetBoolean());
        var second = await session.ReadAsync();
        Assert.Equal("/market/ticker:BTC-USDT,ETH-USDT", second.GetProperty("topic").GetString());
        await session.SendAsync($$"""{"id":"{{second.GetProperty("id")}}","type":"ack"}""");
        await session.TickerAsync("BTC-USDT", 1729757723612);
        // A push that comes before the last acknowledgement is handed over, but the stream is not called connected.
        Assert.Equal(1729757723612, Assert.IsType<Ticker>(await _listener.NextAsync()).TimeMs);
        Assert.False(stream.IsConnected);
        await session.SendAsync($$"""{"id":"{{first.GetProperty("id")}}","type":"ack"}""");
        Assert.Equal("connected", await _listener.NextAsync());
        Assert.True(stream.IsConnected);
        Assert.Equal(["POST /api/v1/bullet-public"], server.TokenRequests);
    }

    [Fact]
    public async Task Tickers_and_candles_are_handed_over_in_order()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        var session = await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await _listener.NextAsync());
        stream.SubscribeTickers([Btc]);
        Assert.Equal("/market/ticker:BTC-USDT", await session.AckNextAsync());
        stream.SubscribeTickers([Btc]);
        stream.UnsubscribeTickers([Eth]);
        stream.SubscribeCandles([Btc], CandleInterval.Parse("1hour"));
        Assert.Equal("/market/candles:BTC-USDT_1hour", await session.AckNextAsync());
        await session.SendAsync("""{"topic":"/market/candles:BTC-USDT_1hour","type":"message","subject":"trade.candles.update","data":{"symbol":"BTC-USDT","candles":["1589968800","9786.9","9740.8","9806.1","9732","27.45649579","268280.09830877"],"time":1589970010253893337}}""");
        await session.TickerAsync("BTC-USDT", 1729757723612, "67220");
        Assert.Equal(
            (Btc, "1hour", new Candle(1589968800000, 9786.9m, 9806.1m, 9732m, 9740.8m, 27.45649579m, 268280.09830877m), 1589970010253L),
            await _listener.NextAsync());
        Assert.Equal(new Ticker(Btc, 1729757723612, 67220m, null, null, null, null), await _listener.NextAsync());
        stream.UnsubscribeTickers([Btc]);
        var unsubscribe = await session.ReadAsync();
        Assert.Equal(("unsubscribe", "/market/ticker:BTC-USDT"), (unsubscribe.GetProperty("type").GetString(), unsubscribe.GetProperty("topic").GetString()));
    }

    [Fact]
    public async Task A_hundred_topics_go_into_one_message()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        stream.SubscribeTickers([.. Enumerable.Range(0, 250).Select(i => Symbol.Parse($"C{i}-USDT"))]);
        var session = await server.NextAsync();
        await session.WelcomeAsync();
        var sizes = new List<int>();
        for (var i = 0; i < 3; i++)
            sizes.Add((await session.AckNextAsync()).Split(',').Length);
        Assert.Equal([100, 100, 50], sizes);
        Assert.Equal("connected", await _listener.NextAsync());
    }

    [Theory]
    [InlineData("close")]
    [InlineData("abort")]
    public async Task After_a_break_it_connects_again_with_a_new_token_and_subscribes_again(string how)
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = (KucoinMarketStream)client.OpenMarketStream(_listener);
        stream.SubscribeTickers([Btc]);
        var first = await server.NextSubscribedAsync(1);
        Assert.Equal("connected", await _listener.NextAsync());
        stream.SubscribeTickers([Eth]);
        await first.AckNextAsync();
        _time.AdvanceTo(TestClient.NowMs + 5_000); // Long enough to count as a connection that worked: no back-off.
        if (how == "close")
            await first.CloseAsync();
        else
            first.Abort();
        Assert.StartsWith("disconnected: ", Assert.IsType<string>(await _listener.NextAsync()), StringComparison.Ordinal);
        var second = await server.NextAsync();
        await second.WelcomeAsync();
        Assert.Equal("/market/ticker:BTC-USDT,ETH-USDT", await second.AckNextAsync());
        Assert.Equal("connected", await _listener.NextAsync());
        Assert.Equal("token-2==", second.Token);
        Assert.NotEqual(first.ConnectId, second.ConnectId);
        Assert.Equal([first.ConnectId, second.ConnectId], stream.ConnectIds);
    }

    [Fact]
    public async Task Attempts_that_fail_are_spaced_out_on_the_injected_clock()
    {
        await using var server = await PushServer.StartAsync();
        server.RefusesTokens = true;
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        // Jitter pinned to its middle: three quarters of 500, 1000, 2000 ms.
        foreach (var waitMs in new[] { 375, 750, 1_500 })
        {
            await Patience.Until(() => _time.NextDueMs == _time.NowMs + waitMs);
            _time.AdvanceTo(_time.NowMs + waitMs - 1);
            server.RefusesTokens = waitMs < 1_500;
            _time.AdvanceTo(_time.NowMs + 1);
        }
        await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await _listener.NextAsync());
        Assert.Equal(4, server.TokenRequests.Count);
    }

    [Fact]
    public async Task Pings_are_sent_on_the_transports_clock_and_a_silent_server_is_left()
    {
        await using var server = await PushServer.StartAsync(pingIntervalMs: 18_000, pingTimeoutMs: 10_000);
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        var session = await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await _listener.NextAsync());
        await AdvanceTransportAsync(18_250);
        var ping = await session.ReadAsync();
        Assert.Equal("ping", ping.GetProperty("type").GetString());
        await session.SendAsync($$"""{"id":"{{ping.GetProperty("id")}}","type":"pong","timestamp":1}""");
        var handled = (KucoinMarketStream)stream;
        await Patience.Until(() => handled.FramesHandled == 2);
        // The pong came at 18.25 s; at 46 s the connection is 27.75 s silent and lives, at 46.5 s it is dead.
        await AdvanceTransportAsync(27_500);
        Assert.True(stream.IsConnected);
        await AdvanceTransportAsync(750);
        Assert.Equal("disconnected: the server fell silent", await _listener.NextAsync());
        await session.Gone.Soon();
    }

    [Fact]
    public async Task A_server_that_never_says_welcome_or_never_acknowledges_is_left()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        stream.SubscribeTickers([Btc]);
        var silent = await server.NextAsync();
        await AdvanceTransportUntilAsync(silent.Gone);
        await Patience.Until(() => _time.NextDueMs == _time.NowMs + 375);
        _time.AdvanceTo(_time.NowMs + 375);
        var deaf = await server.NextAsync();
        await deaf.WelcomeAsync();
        await deaf.ReadAsync();
        var readAt = _transport.NowMs;
        await AdvanceTransportUntilAsync(deaf.Gone);
        Assert.True(_transport.NowMs - readAt >= 10_000);
        Assert.False(stream.IsConnected);
    }

    [Fact]
    public async Task One_bad_topic_does_not_keep_the_others_out()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        stream.SubscribeTickers([.. "ABCDEFG".Select(c => Symbol.Parse($"{c}-USDT"))]);
        var session = await server.NextAsync();
        await session.WelcomeAsync();
        var accepted = new List<string>();
        var rejected = new List<string>();
        while (accepted.Count < 6 || rejected.Count < 1)
        {
            var message = await session.ReadAsync();
            var names = message.GetProperty("topic").GetString()!["/market/ticker:".Length..].Split(',');
            var id = message.GetProperty("id").GetString();
            if (names.Contains("D-USDT"))
            {
                await session.SendAsync($$"""{"id":"{{id}}","type":"error","code":404,"data":"topic is not found"}""");
                if (names.Length == 1)
                    rejected.AddRange(names);
            }
            else
            {
                await session.SendAsync($$"""{"id":"{{id}}","type":"ack"}""");
                accepted.AddRange(names);
            }
        }
        Assert.Equal("connected", await _listener.NextAsync());
        Assert.Equal(["A-USDT", "B-USDT", "C-USDT", "E-USDT", "F-USDT", "G-USDT"], accepted.Order());
        Assert.Contains(_logs.Lines, l => l.Contains("goes on without /market/ticker:D-USDT", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"id":"x","type":"error","code":401,"data":"token is invalid"}""")]
    [InlineData("""{"id":"x","type":"error","code":509,"data":"exceed max permits per second"}""")]
    public async Task A_refusal_of_the_connection_ends_it(string error)
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        var session = await server.NextAsync();
        await session.SendAsync(error);
        await session.Gone.Soon();
        await Patience.Until(() => _time.NextDueMs == _time.NowMs + 375);
    }

    [Fact]
    public async Task A_malformed_frame_is_counted_and_the_stream_goes_on()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = (KucoinMarketStream)client.OpenMarketStream(_listener);
        var session = await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await _listener.NextAsync());
        string[] bad =
        [
            "not json", "{", "[]", "", """{"type":"message","topic":"/market/ticker:BTC-USDT","data":{"price":"abc","time":1}}""",
            """{"type":"message","topic":"/market/ticker:nonsense","data":{"price":"1","time":1}}""",
            """{"type":"message","topic":"/market/ticker:BTC-USDT","data":[]}""",
            """{"type":"message","topic":"/market/ticker:BTC-USDT"}""",
            """{"type":"message","topic":"/market/candles:BTC-USDT_7min","data":{"candles":["1","1","1","1","1","1","1"],"time":1}}""",
            """{"type":"message","topic":"/market/candles:BTC-USDT_1min","data":{"candles":["1"],"time":1}}""",
            new string('x', 2 * 1024 * 1024),
        ];
        foreach (var frame in bad)
            await session.SendAsync(frame);
        string[] harmless =
        [
            """{"type":"notice","data":"new one"}""", """{"type":7}""", "{}", """{"type":"message","topic":"/market/other:X","data":{}}""",
            """{"type":"message","topic":5,"data":{}}""", """{"type":"ack","id":"unknown"}""", """{"id":"x","type":"error","code":400,"data":"bad"}""",
        ];
        foreach (var frame in harmless)
            await session.SendAsync(frame);
        await session.TickerAsync("BTC-USDT", 1729757723612);
        Assert.Equal(1729757723612, Assert.IsType<Ticker>(await _listener.NextAsync()).TimeMs);
        Assert.Equal(bad.Length, stream.MalformedFrames);
        await Patience.Until(() => stream.FramesHandled == 1 + bad.Length + harmless.Length + 1);
    }

    [Fact]
    public async Task A_frame_in_pieces_larger_than_the_first_buffer_is_put_together()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        var session = await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await _listener.NextAsync());
        await session.SendInPiecesAsync(
            $$"""{"padding":"{{new string('x', 100_000)}}","type":"message","topic":"/market/ticker:BTC-USDT","data":{"price":"5","time":1729757723612} }""", 7_000);
        Assert.Equal(5m, Assert.IsType<Ticker>(await _listener.NextAsync()).Last);
    }

    [Fact]
    public async Task A_listener_that_throws_does_not_end_the_stream()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        var session = await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await _listener.NextAsync());
        _listener.BeforeTicker = () =>
        {
            _listener.BeforeTicker = null;
            throw new InvalidOperationException("the listener's own fault");
        };
        await session.TickerAsync("BTC-USDT", 1729757723611);
        await session.TickerAsync("BTC-USDT", 1729757723612);
        Assert.Equal(1729757723612, Assert.IsType<Ticker>(await _listener.NextAsync()).TimeMs);
        Assert.Contains(_logs.Lines, l => l.Contains("the listener's own fault", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Messages_keep_to_the_exchanges_pace()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server, new KucoinStreamOptions { TopicsPerMessage = 1, MessagesPer10Seconds = 5, AckTimeout = TimeSpan.FromMinutes(5) });
        await using var stream = client.OpenMarketStream(_listener);
        stream.SubscribeTickers([.. Enumerable.Range(0, 12).Select(i => Symbol.Parse($"C{i}-USDT"))]);
        var session = await server.NextAsync();
        await session.WelcomeAsync();
        for (var i = 0; i < 5; i++)
            await session.AckNextAsync();
        await AdvanceTransportAsync(9_000);
        Assert.True(session.HeardNothing);
        await AdvanceTransportAsync(1_250);
        for (var i = 0; i < 5; i++)
            await session.AckNextAsync();
        Assert.True(session.HeardNothing);
        await AdvanceTransportAsync(10_250);
        for (var i = 0; i < 2; i++)
            await session.AckNextAsync();
        Assert.Equal("connected", await _listener.NextAsync());
    }

    [Fact]
    public async Task The_account_stream_signs_its_token_and_hands_over_orders_and_balances()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        var listener = new AccountListener();
        await using var stream = client.OpenAccountStream(listener);
        var session = await server.NextAsync();
        await session.WelcomeAsync();
        var first = await session.ReadAsync();
        Assert.True(first.GetProperty("privateChannel").GetBoolean());
        await session.SendAsync($$"""{"id":"{{first.GetProperty("id")}}","type":"ack"}""");
        Assert.Equal(["/account/balance", "/spotMarket/tradeOrdersV2"], new[] { first.GetProperty("topic").GetString()!, await session.AckNextAsync() });
        Assert.Equal("connected", await listener.NextAsync());
        Assert.Equal(["POST /api/v1/bullet-private"], server.TokenRequests);
        await session.SendAsync("""{"topic":"/spotMarket/tradeOrdersV2","type":"message","subject":"orderChange","userId":"u","channelType":"private","data":{"clientOid":"c","filledSize":"0","orderId":"o","orderTime":1730211033305,"orderType":"limit","side":"buy","status":"open","symbol":"BTC-USDT","ts":1730211033335000000,"type":"open"}}""");
        await session.SendAsync("""{"topic":"/account/balance","type":"message","subject":"account.balance","channelType":"private","data":{"currency":"USDT","total":"88","available":"80","hold":"8","relationEvent":"trade.hold","time":"1545743136994"}}""");
        Assert.Equal(new OrderUpdate(OrderUpdateKind.Open, Btc, "o", "c", null, 0m, 1730211033335), await listener.NextAsync());
        Assert.Equal((new Balance("USDT", 88m, 80m, 8m), 1545743136994L), await listener.NextAsync());
    }

    [Theory]
    [InlineData("ws://push.kucoin.com/")]
    [InlineData("wss://evil.example/")]
    [InlineData("https://api.kucoin.com/")]
    public async Task A_token_that_names_a_foreign_or_unencrypted_server_is_not_used(string endpoint)
    {
        await using var server = await PushServer.StartAsync();
        server.Endpoint = endpoint;
        using var client = Client(server);
        await using var stream = client.OpenMarketStream(_listener);
        await Patience.Until(() => _time.NextDueMs == _time.NowMs + 375);
        Assert.Contains(_logs.Lines, l => l.Contains("the push server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_is_never_shown()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        await using (var stream = client.OpenMarketStream(_listener))
        {
            var session = await server.NextSubscribedAsync(0);
            await session.SendAsync("""{"id":"x","type":"error","code":400,"data":"bad token token-1== there"}""");
            await session.TickerAsync("BTC-USDT", 1);
            Assert.Equal("connected", await _listener.NextAsync());
            await _listener.NextAsync();
        }
        Assert.DoesNotContain(_logs.Lines, l => l.Contains("token-1", StringComparison.Ordinal));
        Assert.Contains(_logs.Lines, l => l.Contains("bad token *** there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_disposed_stream_says_that_it_is_gone_and_lets_its_server_go()
    {
        await using var server = await PushServer.StartAsync();
        using var client = Client(server);
        var stream = client.OpenMarketStream(_listener);
        var session = await server.NextSubscribedAsync(0);
        Assert.Equal("connected", await _listener.NextAsync());
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.Equal("disconnected: stopped", await _listener.NextAsync());
        await session.Gone.Soon();
        Assert.False(stream.IsConnected);
    }

    public void Dispose() => _logs.Dispose();

    private KucoinExchange Client(PushServer server, KucoinStreamOptions? streams = null) => new(
        TestClient.Options(server.Address) with { Streams = streams ?? new KucoinStreamOptions() }, TestClient.Credentials(),
        new KucoinRuntime { Time = _time, TransportTime = _transport, Jitter = () => 0.5, Logs = _logs });

    /// <summary>Moves the transport's clock until something has happened in consequence.</summary>
    private async Task AdvanceTransportUntilAsync(Task happened)
    {
        while (!happened.IsCompleted)
        {
            _transport.AdvanceTo(_transport.NowMs + 250);
            await Task.WhenAny(happened, Task.Delay(1));
        }
    }

    /// <summary>Moves the transport's clock in small steps, as a real one moves: its timers look at what has happened meanwhile.</summary>
    private async Task AdvanceTransportAsync(long ms)
    {
        var end = _transport.NowMs + ms;
        while (_transport.NowMs < end)
        {
            _transport.AdvanceTo(Math.Min(end, _transport.NowMs + 250));
            await Task.Yield();
        }
    }
}
