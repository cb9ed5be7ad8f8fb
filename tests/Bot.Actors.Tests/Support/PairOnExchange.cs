using Akka.Actor;
using Bot.Actors.Collector;
using Bot.Actors.Gateway;
using Bot.Actors.Market;
using Bot.Actors.Pairs;
using Bot.Actors.Persistence;
using Bot.Actors.Portfolio;
using Bot.Actors.Prices;
using Bot.Actors.Runtime;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Simulator;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;
using Bot.Trading.Strategies;

namespace Bot.Actors.Tests.Support;

/// <summary>
/// A pair on a real journal and a simulated exchange, with the actors of its node; the test stands in for the cluster's singletons: it
/// gives candles and grants. Killing it and starting it again is what a crash and a new incarnation are.
/// </summary>
internal sealed class PairOnExchange : IAsyncDisposable
{
    /// <summary>What each entry buys, base.</summary>
    public const decimal Size = 2m;

    private const string Deployment = "abcdef";
    private const long CandleMs = 60_000;

    private static readonly Symbol Btc = SteeredMarket.Rules.Symbol;

    private readonly TestDatabase _database;
    private KucoinExchange? _client;
    private LocalSystem? _system;
    private IActorRef? _pair;
    private long _candleMs = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / CandleMs * CandleMs) - (200 * CandleMs);

    private PairOnExchange(TestDatabase database, SteeredExchange exchange) => (_database, Exchange) = (database, exchange);

    public SteeredExchange Exchange { get; }

    public SteeredMarket Market => Exchange.Market;

    /// <summary>Stands in the gateway's place before the gateway; null for none.</summary>
    public Func<GatewayRequest, bool>? Swallows { get; set; }

    /// <summary>Settings of the test's own.</summary>
    public Func<BotSettings, BotSettings> Adjust { get; set; } = s => s;

    /// <param name="variants">What the exchange does where that is unsettled.</param>
    /// <param name="depth">Base quantity on a level of the book.</param>
    public static async Task<PairOnExchange> CreateAsync(string variants = "", decimal depth = 50m) =>
        new(await TestPostgres.CreateDatabaseAsync(), await SteeredExchange.StartAsync(variants, "USDT=100000", depth));

    /// <summary>Starts an incarnation.</summary>
    /// <param name="stops">Who watches the stops.</param>
    public async Task StartAsync(ExchangeStopsSetting stops = ExchangeStopsSetting.On)
    {
        _client = Exchange.Connect();
        Assert.True(await _client.SynchroniseClockAsync(CancellationToken.None));
        var parameters = StrategyCatalog.All["ema-cross"].Complete(
            new Dictionary<string, double> { ["fast"] = 3, ["slow"] = 7, ["trend"] = 3, ["atr"] = 10, ["stop"] = 3, ["target"] = 0, ["trail"] = 0 }, []);
        _system = LocalSystem.On(_database, _client, stops, s => Adjust(s with
        {
            StrategyParameters = parameters,
            AllowOutageExposure = true,

            // The protocol's patience, shortened to what the simulator's answers need.
            Order = new OrderPolicy { ReadLagMarginMs = 1_000, FirstPollMs = 100, PollMs = 500, DoubtBackoffMs = 100 },
        }));
        var services = _system.Services;
        var gateway = _system.System.ActorOf(ActorProps.Of(() => new ExchangeGateway(services)));
        var others = _system.System.ActorOf(ActorProps.Of(() => new Others(_candleMs)));
        var neighbours = new PairNeighbours(
            _system.System.ActorOf(ActorProps.Of(() => new Sieve(gateway, r => Swallows?.Invoke(r) == true))),
            _system.System.ActorOf(ActorProps.Of(() => new PriceFeed(services))),
            _system.System.ActorOf(ActorProps.Of(() => new MarketDirectory(services))),
            others,
            others);
        _pair = _system.System.ActorOf(Keeper.Of(ActorProps.Of(() => new PairActor(Btc, services, neighbours)), services), Btc.Text);
        _pair.Tell(new StartPair(Btc, 1, "BTC", "USDT", "medium"));
    }

    /// <summary>The incarnation dies: nothing is said, nothing is finished.</summary>
    public async Task KillAsync()
    {
        await _system!.DisposeAsync();
        _client!.Dispose();
    }

    /// <summary>Makes the strategy buy: the market had fallen, and now it leaps.</summary>
    public async Task EnterAsync()
    {
        await Eventually.Async(async () => (await StatusAsync()).EntryBlock is null ? "" : null, "the pair may open");
        _pair!.Tell(new CandleClosed(Btc, Others.Candle(_candleMs, 102m), _candleMs - CandleMs, 0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
        _candleMs += CandleMs;
    }

    /// <summary>Who watches the stops.</summary>
    public ExchangeStopsMode Mode => _system!.Services.Stops.Mode;

    /// <summary>How the pair is. Asked until it says so: what lies in the mailbox of an incarnation that ends goes with it.</summary>
    public async Task<PairStatus> StatusAsync()
    {
        for (var begun = TimeProvider.System.GetTimestamp(); ;)
        {
            try
            {
                return await _pair!.Ask<PairStatus>(new GetPairStatus(Btc), TimeSpan.FromSeconds(2));
            }
            catch (AskTimeoutException) when (TimeProvider.System.GetElapsedTime(begun) < LocalSystem.Patience)
            {
                // between two incarnations
            }
        }
    }

    /// <summary>The journal's n-th write from now on fails, once, for whichever actor it is. Nothing of it is stored.</summary>
    public async Task FailWriteAsync(int number)
    {
        await _database.ExecuteAsAdminAsync(
            $"""
            CREATE SEQUENCE writes;
            GRANT SELECT ON SEQUENCE writes TO bot_owner;
            CREATE FUNCTION fail_one_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
              IF nextval('writes') = {number} THEN RAISE EXCEPTION 'this write fails for the test'; END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER fail_one_write BEFORE INSERT ON journal FOR EACH STATEMENT EXECUTE FUNCTION fail_one_write();
            """);
    }

    /// <summary>How many writes there were since <see cref="FailWriteAsync"/>.</summary>
    public Task<long> WritesAsync() => _database.ValueAsync<long>(Bot.Host.Database.DatabaseRole.Owner, "SELECT coalesce(pg_sequence_last_value('writes'), 0)");

    /// <summary>Every event of the pair and its orders, in words.</summary>
    public async Task<string> StoryAsync() => string.Join(Environment.NewLine, await EventsAsync());

    /// <summary>Waits until the exchange's books are as wanted.</summary>
    /// <param name="isSo">Looks at the books.</param>
    /// <param name="what">What is waited for.</param>
    public Task<Ledger> WhenBooksAsync(Func<Ledger, bool> isSo, string what) =>
        Eventually.Async(async () => await Exchange.LedgerAsync() is var ledger && isSo(ledger) ? ledger : null, what);

    /// <summary>The pair must be flat, here and at the exchange, by books that agree.</summary>
    public async Task RequireFlatAsync()
    {
        try
        {
            await WhenFlatAsync();
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} The journals: {string.Join(Environment.NewLine, await EventsAsync())}", e);
        }
        var books = await WhenBooksAsync(b => b.Orders.All(o => !o.Active) && b.Stops.All(s => s.Phase is "triggered" or "cancelled"), "nothing is left at the exchange");
        var state = await JournaledAsync();
        Assert.Equal(state.Position.Quantity, books.Balances.Single(b => b.Currency == "BTC").Total);
        Assert.Equal(
            books.Fills.Select(f => (f.OrderId, f.TradeId)).Order(),
            state.Attempts.SelectMany(a => a.Trades.Select(t => (t.OrderId, t.TradeId))).Order());
    }

    /// <summary>Waits until the pair holds and protects nothing, and no order of it is open.</summary>
    public Task<PairStatus> WhenFlatAsync() => Eventually.Async(
        async () => await StatusAsync() is { Protection: null, OpenOrders.Count: 0, Trades: > 0 } status && SteeredMarket.Rules.FloorSize(status.Position.Quantity) == 0 ? status : null,
        "the pair is flat");

    /// <summary>Every event of the pair and its orders, in words.</summary>
    private async Task<IReadOnlyList<string>> EventsAsync()
    {
        await using var connection = await _database.OpenAsync(Bot.Host.Database.DatabaseRole.ReadOnly);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT persistence_id, message, manifest FROM journal ORDER BY ordering";
        await using var reader = await command.ExecuteReaderAsync();
        var words = new List<string>();
        while (await reader.ReadAsync())
            words.Add($"{reader.GetString(0)} {JournalEntry.Read(reader.GetFieldValue<byte[]>(1), reader.GetString(2)).Event}");
        return words;
    }

    /// <summary>The pair's state as its journal tells it.</summary>
    public async Task<PairState> JournaledAsync()
    {
        await using var connection = await _database.OpenAsync(Bot.Host.Database.DatabaseRole.ReadOnly);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT message, manifest FROM journal WHERE persistence_id = $1 ORDER BY sequence_number";
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = PairActor.PersistenceIdOf(Btc) });
        await using var reader = await command.ExecuteReaderAsync();
        var state = new PairState();
        while (await reader.ReadAsync())
            state.Apply((PairEvent)JournalEntry.Read(reader.GetFieldValue<byte[]>(0), reader.GetString(1)).Event);
        return state;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Exchange.DisposeAsync();
        await _database.DisposeAsync();
    }

    /// <summary>Lets requests through or loses them, as a process does that dies before it sends.</summary>
    private sealed class Sieve(IActorRef gateway, Func<GatewayRequest, bool> swallows) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not GatewayRequest request || !swallows(request))
                gateway.Forward(message);
        }
    }

    /// <summary>Collector and portfolio: a market that fell before, and a grant for everything that is asked.</summary>
    private sealed class Others(long lastCandleMs) : UntypedActor
    {
        private const int Bars = 60;

        public static Candle Candle(long openMs, decimal close) => new(openMs, close, close + 0.5m, close - 0.5m, close, 10m, null);

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case RequestHistory:
                    Sender.Tell(new CandleHistory(
                        Btc, [.. Enumerable.Range(1, Bars).Select(i => Candle(lastCandleMs - ((Bars + 1 - i) * CandleMs), 100m + ((Bars - i) * 0.1m)))], lastCandleMs - CandleMs));
                    break;
                case AskGrant ask:
                    Sender.Tell(new GrantAnswer(
                        Btc,
                        ask.Request.IntentNumber,
                        new RiskDecision(100_000, 90_000, 500, ask.Request.EntryPrice, ask.Request.StopPrice, Size, Size, Size, Size, Size, null),
                        Size * ask.Request.EntryPrice));
                    break;
                case ReportBook report:
                    Sender.Tell(new BookAcknowledged(Btc, report.Book.Version, TradingMode.Active));
                    break;
            }
        }
    }
}
