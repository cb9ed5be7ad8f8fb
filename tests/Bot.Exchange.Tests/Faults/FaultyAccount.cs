using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Kucoin.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Faults;

/// <summary>What became of one placement, as the client told it.</summary>
/// <param name="Spec">What was ordered.</param>
/// <param name="Answer">The one answer.</param>
internal sealed record Placement(OrderSpec Spec, Answer<PlacedOrder> Answer);

/// <summary>
/// An account at a simulator that makes faults, the production client, and everything that the client has told: answers, order events and
/// what was read in between.
/// </summary>
internal sealed class FaultyAccount : IAccountStreamListener, IAsyncDisposable
{
    public static readonly Symbol[] Pairs = [Symbol.Parse("BTC-USDT"), Symbol.Parse("ETH-USDT")];

    private readonly SimulatorServer _server;
    private readonly HttpClient _http;
    private readonly IBookStream _books;
    private IAccountStream _stream;

    private FaultyAccount(SimulatorServer server)
    {
        _server = server;
        _http = new HttpClient { BaseAddress = server.Address };
        Client = new KucoinExchange(
            TestClient.Options(server.Address) with
            {
                // Answers are held back for half a second to five: some must come in time, others not.
                OrderTimeout = TimeSpan.FromSeconds(1.5),
                QueryTimeout = TimeSpan.FromSeconds(1.5),
                OrderWindowMs = 1_500,
                Streams = new KucoinStreamOptions { ReconnectDelay = TimeSpan.FromMilliseconds(20), MaxReconnectDelay = TimeSpan.FromMilliseconds(100) },
            },
            TestClient.Credentials("key", "secret", "phrase"),
            new KucoinRuntime { Time = TimeProvider.System });
        _stream = Client.OpenAccountStream(this);
        _books = Client.OpenBookStream(new Nobody());
        _books.Subscribe(Pairs);
    }

    public KucoinExchange Client { get; }

    /// <summary>Every placement, once each.</summary>
    public ConcurrentBag<Placement> Placements { get; } = [];

    /// <summary>Every event of an order, doubles included.</summary>
    public ConcurrentQueue<OrderUpdate> Updates { get; } = [];

    /// <summary>Every report of an order that was read while there were faults.</summary>
    public ConcurrentBag<OrderReport> Seen { get; } = [];

    /// <summary>Starts an exchange with a moving market and connects.</summary>
    public static async Task<FaultyAccount> OpenAsync(ulong seed)
    {
        var account = new FaultyAccount(await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [SimulatorAccount.Parse("key:secret:phrase:USDT=10000000,BTC=100,ETH=1000,KCS=1000")],
            Seed = seed,
            Speed = 30,
            RateLimits = false,
        }));
        await account.WhenConnectedAsync();
        return account;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _books.DisposeAsync();
        Client.Dispose();
        _http.Dispose();
        await _server.DisposeAsync();
    }

    public Task WhenConnectedAsync() => Patience.Until(() => _stream.IsConnected);

    /// <summary>As after a restart: the stream begins anew, and meets what there is to meet. Nobody waits for it.</summary>
    public async Task ReopenStreamAsync()
    {
        await _stream.DisposeAsync();
        _stream = Client.OpenAccountStream(this);
    }

    /// <summary>Places an order, once.</summary>
    public async Task<Placement> PlaceAsync(OrderSpec spec)
    {
        var pinned = Client.Pin(spec, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var placement = new Placement(spec, await Client.PlaceOrderAsync(pinned));
        Placements.Add(placement);
        return placement;
    }

    /// <summary>Asks for an order and remembers what was shown.</summary>
    public async Task LookAsync(OrderSpec spec)
    {
        if ((await Client.GetOrderAsync(spec.Symbol, spec.ClientOrderId)) is { Failure: null } seen)
            Seen.Add(seen.Required);
    }

    /// <summary>Sets the switch of faults; of public data too, for what is met there only.</summary>
    public async Task SetAsync(string profile, ulong seed)
    {
        await PutAsync(new { account = "key", profile, seed });
        if (profile is "gaps" or "no-min-funds" or "calm")
            await PutAsync(new { profile, seed });
    }

    private async Task PutAsync(object words)
    {
        using var body = new StringContent(JsonSerializer.Serialize(words), Encoding.UTF8, "application/json");
        using var reply = await _http.PutAsync("/sim/faults", body);
        reply.EnsureSuccessStatusCode();
    }

    /// <summary>How many faults were met since the switch was set.</summary>
    public async Task<long> MetAsync()
    {
        using var state = JsonDocument.Parse(await _http.GetStringAsync("/sim/faults"));
        return state.RootElement.GetProperty("faults").EnumerateArray().Sum(p => p.GetProperty("met").EnumerateObject().Sum(m => m.Value.GetInt64()));
    }

    /// <summary>The exchange's own books.</summary>
    public async Task<Ledger> LedgerAsync() =>
        JsonSerializer.Deserialize(await _http.GetStringAsync("/sim/ledger?account=key"), LedgerJson.Default.Ledger)!;

    private sealed class Nobody : IBookStreamListener
    {
        public void OnBook(OrderBook book)
        {
            // The books are there to be missed.
        }

        public void OnBookLost(Symbol symbol, string reason)
        {
        }

        public void OnConnected()
        {
        }

        public void OnDisconnected(string reason)
        {
        }
    }

    public void OnOrderUpdate(OrderUpdate update) => Updates.Enqueue(update);

    public void OnBalance(Balance balance, long eventTimeMs)
    {
        // Orders and fills are what counts here.
    }

    public void OnConnected()
    {
        // IsConnected says it.
    }

    public void OnDisconnected(string reason)
    {
        // The stream comes back by itself.
    }
}
