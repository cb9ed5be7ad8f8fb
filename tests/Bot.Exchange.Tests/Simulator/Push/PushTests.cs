using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Push;

public sealed class PushTests : IAsyncLifetime, IDisposable
{
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
    public async Task Welcome_comes_first_and_carries_the_connect_id()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false, "mine-1");
        var frame = await push.ReadAsync();
        Assert.Equal(("welcome", "mine-1"), (PushClient.Type(frame!.Value), frame.Value.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_connect_id_is_made_up_when_there_is_none()
    {
        var token = (await _api.PostAsync("/api/v1/bullet-public")).Data.GetProperty("token").GetString();
        await using var push = await PushClient.ConnectAsync($"ws://{_server.Address.Authority}/?token={token}");
        Assert.NotEmpty((await push.ReadAsync())!.Value.GetProperty("id").GetString()!);
    }

    [Fact]
    public async Task A_bad_token_is_told_and_the_connection_closed()
    {
        await using var push = await PushClient.ConnectAsync($"ws://{_server.Address.Authority}/?token=2neAiu.bad==&connectId=x");
        var frame = (await push.ReadAsync())!.Value;
        Assert.Equal(("error", 401, "token is invalid"), (
            PushClient.Type(frame), frame.GetProperty("code").GetInt32(), frame.GetProperty("data").GetString()));
        Assert.Null(await push.ReadAsync());
    }

    [Theory]
    [InlineData("\"17\"")]
    [InlineData("17")]
    public async Task Ids_come_back_as_strings(string id)
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        await push.SendAsync($$"""{"id":{{id}},"type":"ping"}""");
        var pong = await push.ReadUntilAsync(f => PushClient.Type(f) == "pong");
        Assert.Equal("17", pong.GetProperty("id").GetString());

        await push.SendAsync($$"""{"id":{{id}},"type":"subscribe","topic":"/market/match:BTC-USDT","response":true}""");
        Assert.Equal("17", (await push.ReadUntilAsync(f => PushClient.Type(f) == "ack")).GetProperty("id").GetString());
        await push.SendAsync($$"""{"id":{{id}},"type":"unsubscribe","topic":"/market/nothing:BTC-USDT","response":true}""");
        Assert.Equal("17", (await push.ReadUntilAsync(f => PushClient.Type(f) == "ack")).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("""{"id":"1","type":"subscribe","topic":"/market/tickr:BTC-USDT","response":true}""", 404)]
    [InlineData("""{"id":"1","type":"subscribe","topic":"/market/ticker:XXX-USDT","response":true}""", 404)]
    [InlineData("""{"id":"1","type":"subscribe","topic":"/market/candles:BTC-USDT_7min","response":true}""", 404)]
    [InlineData("""{"id":"1","type":"subscribe","topic":"/account/balance","privateChannel":true,"response":true}""", 403)]
    [InlineData("""{"id":"1","type":"subscribe","response":true}""", 406)]
    [InlineData("""{"id":"1","type":"shout"}""", 415)]
    [InlineData("""nonsense""", 400)]
    public async Task What_cannot_be_had_is_told(string message, int code)
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        await push.SendAsync(message);
        Assert.Equal(code, (await push.ReadUntilAsync(f => PushClient.Type(f) == "error")).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task More_than_a_hundred_names_in_one_subscription_are_refused()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        var names = string.Join(',', Enumerable.Repeat("BTC-USDT", 101));
        await push.SendAsync($$"""{"id":"1","type":"subscribe","topic":"/market/ticker:{{names}}","response":true}""");
        Assert.Equal(509, (await push.ReadUntilAsync(f => PushClient.Type(f) == "error")).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task More_than_a_hundred_messages_in_ten_seconds_end_the_connection()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        for (var i = 0; i < 101; i++)
            await push.SendAsync("""{"id":"1","type":"ping"}""");
        Assert.Equal(509, (await push.ReadUntilAsync(f => PushClient.Type(f) == "error")).GetProperty("code").GetInt32());
        Assert.Null(await push.ReadAsync());
        Assert.Equal("Bye", push.CloseText);
    }

    [Fact]
    public async Task A_silent_client_is_told_and_dropped()
    {
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Source = new TestMarket(),
            PingInterval = TimeSpan.FromMilliseconds(50),
            PingTimeout = TimeSpan.Zero,
        });
        using var api = new ApiClient(server.Address);
        await using var push = await PushClient.ConnectAsync(api, isPrivate: false);
        var error = await push.ReadUntilAsync(f => PushClient.Type(f) == "error");
        Assert.Equal((400, "ping timeout"), (error.GetProperty("code").GetInt32(), error.GetProperty("data").GetString()));
        Assert.Null(await push.ReadAsync());
    }

    [Fact]
    public async Task Public_topics_push_what_the_exchange_pushes()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        foreach (var topic in new[]
        {
            "/market/ticker:BTC-USDT", "/market/ticker:all", "/market/match:BTC-USDT", "/market/candles:BTC-USDT_1hour",
            "/spotMarket/level1:BTC-USDT", "/spotMarket/level2Depth5:BTC-USDT", "/spotMarket/level2Depth50:BTC-USDT", "/market/snapshot:BTC-USDT",
        })
            await push.SubscribeAsync(topic);

        Trade(101m, 3m);

        // The trade comes first; what was pushed for the subscriptions lies before it.
        var match = await push.ReadMessageAsync("/market/match:BTC-USDT");
        var frames = new Dictionary<string, JsonElement>();
        while (frames.Count < 7)
        {
            var frame = (await push.ReadAsync())!.Value;
            frames[frame.GetProperty("topic").GetString()!] = frame;
        }
        var ticker = frames["/market/ticker:BTC-USDT"];
        Assert.Equal("trade.ticker", ticker.GetProperty("subject").GetString());
        Assert.Equal(("101", "3"), (Text(ticker, "price"), Text(ticker, "size")));
        Assert.Equal(JsonValueKind.Number, ticker.GetProperty("data").GetProperty("time").ValueKind);
        Assert.Equal("BTC-USDT", frames["/market/ticker:all"].GetProperty("subject").GetString());

        Assert.Equal("trade.l3match", match.GetProperty("subject").GetString());
        Assert.Equal(("101", "3", "buy"), (Text(match, "price"), Text(match, "size"), Text(match, "side")));
        Assert.Equal(Text(match, "sequence"), Text(match, "tradeId"));
        Assert.Matches("^[0-9a-f]{24}$", Text(match, "makerOrderId"));
        var histories = (await _api.GetAsync("/api/v1/market/histories?symbol=BTC-USDT")).Data;
        Assert.Equal(Text(match, "sequence"), histories[histories.GetArrayLength() - 1].GetProperty("sequence").GetString());

        var candle = frames["/market/candles:BTC-USDT_1hour"].GetProperty("data");
        Assert.Equal(["101", "101", "101", "101", "3", "303"], candle.GetProperty("candles").EnumerateArray().Skip(1).Select(v => v.GetString()));
        Assert.True(candle.GetProperty("time").GetInt64() > 1_000_000_000_000_000_000);

        Assert.Equal(2, frames["/spotMarket/level1:BTC-USDT"].GetProperty("data").GetProperty("asks").GetArrayLength());
        Assert.Equal(5, frames["/spotMarket/level2Depth5:BTC-USDT"].GetProperty("data").GetProperty("bids").GetArrayLength());
        Assert.Equal(50, frames["/spotMarket/level2Depth50:BTC-USDT"].GetProperty("data").GetProperty("asks").GetArrayLength());
        var snapshot = frames["/market/snapshot:BTC-USDT"].GetProperty("data").GetProperty("data");
        Assert.Equal(101m, snapshot.GetProperty("lastTradedPrice").GetDecimal());
    }

    [Fact]
    public async Task The_acknowledgement_goes_before_the_first_push()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        await push.SendAsync("""{"id":"1","type":"subscribe","topic":"/market/ticker:BTC-USDT","response":true}""");
        var types = new List<string?>();
        for (var i = 0; i < 3; i++)
            types.Add(PushClient.Type((await push.ReadAsync())!.Value));
        Assert.Equal(["welcome", "ack", "message"], types);
    }

    [Fact]
    public async Task Nothing_is_pushed_after_the_subscription_ended()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        await push.SubscribeAsync("/market/match:BTC-USDT");
        await push.SendAsync("""{"id":"u","type":"unsubscribe","topic":"/market/match:BTC-USDT","response":true}""");
        await push.ReadUntilAsync(f => PushClient.Type(f) == "ack");
        Trade(101m, 1m);
        await push.SendAsync("""{"id":"p","type":"ping"}""");
        Assert.Equal("pong", PushClient.Type((await push.ReadAsync())!.Value));
    }

    [Fact]
    public async Task A_local_book_kept_by_deltas_is_the_exchanges_book()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        await push.SubscribeAsync("/market/level2:BTC-USDT");
        var snapshot = (await _api.GetAsync("/api/v3/market/orderbook/level2?symbol=BTC-USDT")).Data;
        var book = new Dictionary<string, string>();
        foreach (var side in new[] { "bids", "asks" })
            foreach (var level in snapshot.GetProperty(side).EnumerateArray())
                book[side + level[0].GetString()] = level[1].GetString()!;
        var sequence = long.Parse(snapshot.GetProperty("sequence").GetString()!, CultureInfo.InvariantCulture);

        Trade(103m, 1m);
        await _api.PostAsync("/api/v1/hf/orders/sync", Order("b-1", "buy", "100.5", "0.7"));
        await _api.PostAsync("/api/v1/hf/orders/sync", Order("b-2", "buy", "103.6", "5"));
        Trade(99m, 0.3m);
        await _api.DeleteAsync("/api/v1/hf/orders/sync/client-order/b-2?symbol=BTC-USDT");
        Trade(120m, 50m);

        var end = (await _api.GetAsync("/api/v3/market/orderbook/level2?symbol=BTC-USDT")).Data;
        var last = long.Parse(end.GetProperty("sequence").GetString()!, CultureInfo.InvariantCulture);
        while (sequence < last)
        {
            var data = (await push.ReadMessageAsync("/market/level2:BTC-USDT")).GetProperty("data");
            Assert.Equal(sequence + 1, data.GetProperty("sequenceStart").GetInt64());
            sequence = data.GetProperty("sequenceEnd").GetInt64();
            foreach (var side in new[] { "bids", "asks" })
            {
                foreach (var change in data.GetProperty("changes").GetProperty(side).EnumerateArray())
                {
                    Assert.InRange(long.Parse(change[2].GetString()!, CultureInfo.InvariantCulture), data.GetProperty("sequenceStart").GetInt64(), sequence);
                    if (change[1].GetString() == "0")
                        Assert.True(book.Remove(side + change[0].GetString()));
                    else
                        book[side + change[0].GetString()] = change[1].GetString()!;
                }
            }
        }
        var expected = new Dictionary<string, string>();
        foreach (var side in new[] { "bids", "asks" })
            foreach (var level in end.GetProperty(side).EnumerateArray())
                expected[side + level[0].GetString()] = level[1].GetString()!;
        Assert.Equal(expected.OrderBy(l => l.Key, StringComparer.Ordinal), book.OrderBy(l => l.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_slow_reader_misses_market_data_but_no_order_event()
    {
        const int atLeast = 300;
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account],
            Source = new TestMarket(),
            PushCapacity = 50,
            RateLimits = false,
        });
        using var api = new ApiClient(server.Address);
        await using var push = await PushClient.ConnectAsync(api, isPrivate: true);
        await push.SubscribeAsync("/spotMarket/tradeOrdersV2");
        await push.SubscribeAsync("/market/level2:BTC-USDT");

        // Nobody reads while the books change: the sockets fill up, then the queue.
        var orders = 0;
        for (var i = 0; i < atLeast || server.Hub.Dropped < 100; i++)
        {
            lock (server.Floor.Gate)
            {
                var pair = server.Floor.Pairs[0];
                pair.Apply(TestMarket.At(0, 100m + (i % 50), 1m));
                var request = new Bot.Exchange.Simulator.Orders.OrderRequest
                {
                    ClientOid = $"slow-{i}",
                    Symbol = "BTC-USDT",
                    Side = Bot.Trading.Market.Side.Buy,
                    Type = Bot.Trading.Orders.OrderType.Market,
                    Size = 0.001m,
                };
                var account = server.Floor.Account("key")!;
                var order = server.Floor.Desk.Place(request, account, server.Floor.NowMs, 0, out _)!;
                server.Floor.Desk.MatchNow(order);
                server.Floor.Publish();
            }
            _ = server.Hub.FlushAsync();
            orders++;
        }

        var events = new List<string>();
        var sequence = 0L;
        var gaps = 0;
        while (events.Count < orders * 3)
        {
            var frame = (await push.ReadAsync())!.Value;
            if (PushClient.Type(frame) != "message")
                continue;
            var data = frame.GetProperty("data");
            if (frame.GetProperty("topic").GetString() == "/spotMarket/tradeOrdersV2")
            {
                events.Add($"{data.GetProperty("clientOid").GetString()} {data.GetProperty("type").GetString()}");
            }
            else
            {
                if (sequence != 0 && data.GetProperty("sequenceStart").GetInt64() != sequence + 1)
                    gaps++;
                sequence = data.GetProperty("sequenceEnd").GetInt64();
            }
        }
        Assert.Equal(
            Enumerable.Range(0, orders).SelectMany(i => new[] { $"slow-{i} received", $"slow-{i} match", $"slow-{i} filled" }), events);

        // What was dropped shows as a hole before the next frame.
        lock (server.Floor.Gate)
        {
            server.Floor.Pairs[0].Apply(TestMarket.At(0, 100m, 1m));
            server.Floor.Publish();
        }
        _ = server.Hub.FlushAsync();
        while (gaps == 0)
        {
            var data = (await push.ReadMessageAsync("/market/level2:BTC-USDT")).GetProperty("data");
            if (data.GetProperty("sequenceStart").GetInt64() != sequence + 1)
                gaps++;
            sequence = data.GetProperty("sequenceEnd").GetInt64();
        }
    }

    private static object Order(string clientOid, string side, string price, string size) =>
        new { clientOid, symbol = "BTC-USDT", side, type = "limit", price, size };

    private static string Text(JsonElement frame, string name) => frame.GetProperty("data").GetProperty(name).GetString()!;

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
