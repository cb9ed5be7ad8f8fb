using System.Collections.Concurrent;
using System.Threading.Channels;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Streams;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin;

/// <summary>The client's streams on real sockets against the simulator, which shares no code with them.</summary>
public sealed class StreamsOnSimulatorTests
{
    private static readonly Symbol Btc = TestClient.Btc;

    private int _orders;

    [Fact]
    public async Task Every_trade_is_told_once_and_in_order()
    {
        await using var simulator = await StartAsync(TimeSpan.FromHours(1));
        using var client = Client(simulator);
        var listener = new MarketListener();
        await using var stream = client.OpenMarketStream(listener);
        stream.SubscribeTrades([Btc]);
        Assert.Equal("connected", await listener.NextAsync());
        for (var i = 0; i < 20; i++)
            await TradeAsync(client);
        var seen = new List<PublicTrade>();
        while (seen.Count < 20)
        {
            if (await listener.NextAsync() is PublicTrade trade)
                seen.Add(trade);
        }
        Assert.Equal(Enumerable.Range(0, 20).Select(i => seen[0].Sequence + i), seen.Select(t => t.Sequence));
        Assert.All(seen, t => Assert.Equal((Btc, 100m, 0.01m), (t.Symbol, t.Price, t.Size)));
        stream.UnsubscribeTrades([Btc]);

        // What REST tells of the same trades is the same.
        var told = (await client.GetTradesAsync(Btc, default)).Required.ToDictionary(t => t.Sequence);
        Assert.All(seen, t => Assert.Equal(t, told[t.Sequence]));
    }

    [Fact]
    public async Task Stop_orders_are_told_of_to_who_wants_it()
    {
        await using var simulator = await StartAsync(TimeSpan.FromHours(1));
        using var client = Client(simulator);
        var listener = new StopListener();
        await using var stream = client.OpenAccountStream(listener);
        await listener.Connected.Soon();
        var stops = client.StopOrders!;
        await TradeAsync(client); // A price that was there before the stop order sets nothing off.
        var loss = await PlaceStopAsync(100m);
        Assert.Equal((StopOrderUpdateKind.Open, loss, StopDirection.Loss, 100m), Told(await listener.NextAsync()));
        var dropped = await PlaceStopAsync(90m);
        Assert.Equal((StopOrderUpdateKind.Open, dropped, StopDirection.Loss, 90m), Told(await listener.NextAsync()));
        Assert.Equal(dropped, (await stops.CancelStopOrderAsync(Btc, dropped)).Required);
        Assert.Equal((StopOrderUpdateKind.Cancelled, dropped, StopDirection.Loss, 90m), Told(await listener.NextAsync()));
        await TradeAsync(client);
        var triggered = await listener.NextAsync();
        Assert.Equal((StopOrderUpdateKind.Triggered, loss, StopDirection.Loss, 100m), Told(triggered));
        Assert.Equal((true, null, 0.01m), (triggered.IsPlaced, triggered.Error, triggered.Size));

        async Task<string> PlaceStopAsync(decimal at)
        {
            var stop = stops.PinStop(new StopOrderSpec(Limit(Side.Sell), StopDirection.Loss, at), Now());
            return (await stops.PlaceStopOrderAsync(stop)).Required.OrderId;
        }

        static (StopOrderUpdateKind, string, StopDirection?, decimal) Told(StopOrderUpdate u) => (u.Kind, u.OrderId, u.Direction, u.StopPrice);
    }

    [Fact]
    public async Task What_happens_while_connections_run_out_is_in_the_events_or_in_the_catch_up()
    {
        await using var simulator = await StartAsync(TimeSpan.FromMilliseconds(120));
        using var client = Client(simulator);
        var listener = new CatchingUp(client, Now());
        await using var stream = (KucoinAccountStream)client.OpenAccountStream(listener);
        var placed = new List<string>();
        while (listener.CatchUps < 6)
            placed.AddRange(await TradeAsync(client));

        // Nothing more happens; the next connection's catch-up closes the last gap that there can be.
        var before = listener.CatchUps;
        await Patience.Until(() => listener.CatchUps > before + 1);
        Assert.Empty(placed.Except(listener.Finished));
        Assert.True(stream.ConnectIds.Count >= 6);
        Assert.Equal(stream.ConnectIds.Count, stream.ConnectIds.Distinct().Count());
        await stream.DisposeAsync();
        await listener.Idle();
    }

    [Fact]
    public async Task A_listener_that_is_slow_loses_no_order_event()
    {
        const int count = 20_000;
        await using var server = await PushServer.StartAsync();
        using var client = TestClient.At(server.Address);
        var gate = new TaskCompletionSource();
        var listener = new SlowListener(gate.Task);
        await using var stream = client.OpenAccountStream(listener);
        var session = await server.NextSubscribedAsync(2);
        var sending = SendAllAsync();
        await listener.Entered.Soon(); // It holds the first event; the others pile up behind it, in both directions of the socket.
        gate.SetResult();
        await sending.Soon();
        await Patience.Until(() => listener.Count == count);
        Assert.True(listener.IsInOrder);

        async Task SendAllAsync()
        {
            for (var i = 1; i <= count; i++)
                await session.SendAsync(
                    $$$"""{"topic":"/spotMarket/tradeOrdersV2","type":"message","data":{"clientOid":"c","orderId":"o{{{i}}}","side":"buy","symbol":"BTC-USDT","filledSize":"0","ts":{{{1730211033335000000 + i}}},"type":"open"}}""");
        }
    }

    [Fact]
    public async Task A_stop_order_topic_that_is_refused_does_not_keep_the_orders_out()
    {
        await using var server = await PushServer.StartAsync();
        using var client = TestClient.At(server.Address);
        var listener = new StopListener();
        await using var stream = client.OpenAccountStream(listener);
        var session = await server.NextAsync();
        await session.WelcomeAsync();
        var topics = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var message = await session.ReadAsync();
            var topic = message.GetProperty("topic").GetString()!;
            topics.Add(topic);
            await session.SendAsync(topic == "/spotMarket/advancedOrders"
                ? $$"""{"id":"{{message.GetProperty("id")}}","type":"error","code":404,"data":"topic /spotMarket/advancedOrders is not found"}"""
                : $$"""{"id":"{{message.GetProperty("id")}}","type":"ack"}""");
        }
        await listener.Connected.Soon();
        Assert.Equal(["/account/balance", "/spotMarket/advancedOrders", "/spotMarket/tradeOrdersV2"], topics.Order(StringComparer.Ordinal));
        Assert.True(stream.IsConnected);
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private OrderSpec Limit(Side side) => new()
    {
        ClientOrderId = $"s{++_orders}",
        Symbol = Btc,
        Side = side,
        Type = OrderType.Limit,
        Price = 100m, // Inside the market's own best prices.
        Size = 0.01m,
    };

    /// <summary>Two orders of the account that meet each other, so that it is known what there is to hear.</summary>
    private async Task<IReadOnlyList<string>> TradeAsync(KucoinExchange client)
    {
        var pair = (OrderSpec[])[Limit(Side.Buy), Limit(Side.Sell)];
        foreach (var order in pair)
            Assert.NotEmpty((await client.PlaceOrderAsync(client.Pin(order, Now()))).Required.OrderId);
        var last = pair[^1].ClientOrderId;
        while ((await client.GetOrderAsync(Btc, last)).Required.Active)
        {
            // The engine has it in some milliseconds.
        }
        return [.. pair.Select(o => o.ClientOrderId)];
    }

    private static Task<SimulatorServer> StartAsync(TimeSpan connectionLife) => SimulatorServer.StartAsync(new SimulatorOptions
    {
        Accounts = [SimulatorAccount.Parse("the-key:the-secret:the-passphrase:USDT=100000,BTC=100")],
        Source = new TestMarket(),
        RateLimits = false,
        ConnectionLife = connectionLife,
        MinDelayMs = 1,
        MaxDelayMs = 1,
    });

    private static KucoinExchange Client(SimulatorServer simulator) => TestClient.At(simulator.Address, TimeProvider.System, TestClient.Options(simulator.Address) with
    {
        StopOrders = true,
        Streams = new KucoinStreamOptions { ReconnectDelay = TimeSpan.Zero, MaxReconnectDelay = TimeSpan.Zero },
    });

    private sealed class StopListener : IAccountStreamListener, IStopOrderListener
    {
        private readonly Channel<StopOrderUpdate> _events = Channel.CreateUnbounded<StopOrderUpdate>();
        private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Connected => _connected.Task;

        public void OnStopOrder(StopOrderUpdate update) => _events.Writer.TryWrite(update);

        public void OnOrderUpdate(OrderUpdate update)
        {
        }

        public void OnBalance(Balance balance, long eventTimeMs)
        {
        }

        public void OnConnected() => _connected.TrySetResult();

        public void OnDisconnected(string reason)
        {
        }

        public Task<StopOrderUpdate> NextAsync() => _events.Reader.ReadAsync().AsTask().Soon();
    }

    /// <summary>Does what the interface asks for: deltas count after a catch-up by REST, at every connection.</summary>
    private sealed class CatchingUp(KucoinExchange client, long fromMs) : IAccountStreamListener
    {
        private readonly ConcurrentBag<Task> _catchUps = [];
        private readonly ConcurrentDictionary<string, bool> _known = new();
        private int _done;

        public int CatchUps => Volatile.Read(ref _done);

        public IEnumerable<string> Finished => _known.Keys;

        public Task Idle() => Task.WhenAll(_catchUps);

        public void OnOrderUpdate(OrderUpdate update)
        {
            if (update is { Kind: OrderUpdateKind.Filled, ClientOrderId: { } id })
                _known[id] = true;
        }

        public void OnBalance(Balance balance, long eventTimeMs)
        {
        }

        public void OnConnected() => _catchUps.Add(Task.Run(CatchUpAsync));

        public void OnDisconnected(string reason)
        {
        }

        private async Task CatchUpAsync()
        {
            foreach (var order in (await client.GetDoneOrdersAsync(Btc, fromMs - 1000)).Required)
                _known[order.ClientOrderId!] = true;
            Interlocked.Increment(ref _done);
        }
    }

    private sealed class SlowListener(Task gate) : IAccountStreamListener
    {
        private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Task Entered => _entered.Task;

        public int Count => Volatile.Read(ref _count);

        public bool IsInOrder { get; private set; } = true;

        public void OnOrderUpdate(OrderUpdate update)
        {
            _entered.TrySetResult();
            gate.Wait();
            IsInOrder &= update.OrderId == $"o{_count + 1}";
            Interlocked.Increment(ref _count);
        }

        public void OnBalance(Balance balance, long eventTimeMs)
        {
        }

        public void OnConnected()
        {
        }

        public void OnDisconnected(string reason)
        {
        }
    }
}
