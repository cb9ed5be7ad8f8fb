using System.Globalization;
using System.Net.Http.Json;
using Akka.Actor;
using Bot.Actors.Market;
using Bot.Actors.Persistence;
using Bot.Actors.Portfolio;
using Bot.Actors.Reconciler;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Projector;
using Bot.Actors.Tests.Support;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;
using Bot.Exchange.Simulator;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Reconciliation;
using Bot.Trading.Risk.Controls;
using Npgsql;

namespace Bot.Actors.Tests.Reconciler;

/// <summary>The reconciler against a real exchange on a real port, the production client and a real journal.</summary>
public sealed class ReconcilerActorTests : IAsyncLifetime
{
    private const string Deployment = "abcdef";
    private static readonly Symbol Btc = Symbol.Parse("BTC-USDT");

    private readonly JournalWriter _journal = new();
    private TestDatabase _database = null!;
    private SimulatorServer _simulator = null!;
    private KucoinExchange _exchange = null!;
    private LocalSystem _system = null!;
    private Inbox _pairs = null!;
    private Inbox _portfolio = null!;
    private int _symbolId;
    private long _asked;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [SimulatorAccount.Parse("k:s:p:USDT=10000")], RateLimits = false });
        _exchange = Client(_simulator.Address);
        await _exchange.SynchroniseClockAsync(CancellationToken.None);
        _system = LocalSystem.On(_database, _exchange);
        _pairs = _system.Receiver();
        _portfolio = _system.Receiver();
        _symbolId = await new SymbolRegistry(_system.Services.Database).IdOfAsync(Btc, "BTC", "USDT", CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        _exchange.Dispose();
        await _simulator.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_account_that_agrees_opens_the_gate_and_one_with_an_order_of_other_hands_is_halted()
    {
        await BeginAsync(_exchange.Clock.NowMs);
        var reconciler = Start();
        Assert.Null((await VerdictAsync(reconciler)).Block);
        await RestAsync("web-1");
        var verdict = await VerdictAsync(reconciler);
        Assert.Contains("ForeignOrder", verdict.Block, StringComparison.Ordinal);
        Assert.Equal(Control.Exclusivity, (await NextAsync<ReportBreach>(_portfolio)).Control);
        Assert.Single((await _exchange.GetActiveOrdersAsync(Btc)).Required);
        await UntilAsync("SELECT count(*) FROM account_sweeps WHERE full_at IS NOT NULL AND failures = '{}' AND watermark IS NOT NULL", 1);
    }

    [Fact]
    public async Task A_deposit_is_taken_into_the_books_and_the_gate_stays_open()
    {
        await BeginAsync(_exchange.Clock.NowMs);
        var reconciler = Start();
        await VerdictAsync(reconciler);
        await TransferAsync("USDT", 250.5m);
        Assert.Null((await VerdictAsync(reconciler)).Block);
        var booked = Assert.Single((await EventsAsync()).OfType<MovementBooked>());
        Assert.Equal(("USDT", 250.5m, "TRANSFER"), (booked.Currency, booked.Amount, booked.Reason));
        await UntilAsync("SELECT count(*) FROM balance_checks WHERE currency = 'USDT' AND total = 10250.5 AND difference = 0", 1);
    }

    [Fact]
    public async Task A_restored_older_database_opens_nothing_and_lets_its_pair_take_over_what_it_lost()
    {
        // The order is at the exchange, and the database is one from before it was intended.
        await BeginAsync(_exchange.Clock.NowMs - 3_600_000);
        var lost = Id(IntentLeg.Entry, 4);
        await RestAsync(lost);
        await AgeAsync();
        var reconciler = Start();
        var verdict = await VerdictAsync(reconciler);
        Assert.Contains("JournalRollback", verdict.Block, StringComparison.Ordinal);
        Assert.Equal(Control.ReconciliationBreak, (await NextAsync<ReportBreach>(_portfolio)).Control);
        var adopt = await NextAsync<AdoptOrder>(_pairs);
        Assert.Equal((lost, true), (adopt.Order.ClientOrderId, adopt.Order.Cancel));
    }

    [Fact]
    public async Task An_empty_second_database_opens_nothing_and_takes_nothing_over()
    {
        await RestAsync(Id(IntentLeg.Entry, 4));
        await AgeAsync();
        await BeginAsync(_exchange.Clock.NowMs);
        var reconciler = Start();
        var verdict = await VerdictAsync(reconciler);
        Assert.Contains("AnotherDeployment", verdict.Block, StringComparison.Ordinal);
        Assert.Equal(Control.Exclusivity, (await NextAsync<ReportBreach>(_portfolio)).Control);
        Assert.Single((await _exchange.GetActiveOrdersAsync(Btc)).Required);
        Assert.DoesNotContain(await EventsAsync(), e => e is FindingRaised { Finding.Kind: FindingKind.JournalRollback });
    }

    [Fact]
    public async Task What_was_found_survives_a_restart_and_an_unsettled_order_is_pinged_from_the_journal()
    {
        var now = _exchange.Clock.NowMs;
        await BeginAsync(now, new OrderIntended(now)
        {
            IntentNumber = 1, Leg = IntentLeg.Entry, Attempt = 1,
            Spec = new OrderSpec { ClientOrderId = Id(IntentLeg.Entry, 1), Symbol = Btc, Side = Side.Buy, Type = OrderType.Limit, Price = 1, Size = 1 },
            DeadlineMs = now, MarketMs = now, CorrelationId = "c", Strategy = "s", Reason = "r", ConfigurationVersion = "v",
        });
        await RestAsync("web-2");
        var first = Start();
        Assert.Equal(Btc, (await NextAsync<PingOrders>(_pairs)).Symbol);
        await NextAsync<ReportBreach>(_portfolio);
        await _system.EndAsync(first, StopDurable.Instance);
        var second = Start();
        var status = await second.Ask<ReconcilerStatus>(GetReconcilerStatus.Instance, LocalSystem.Patience);
        Assert.Contains(status.Findings, f => f.Contains("ForeignOrder", StringComparison.Ordinal));
    }

    private IActorRef Start() =>
        _system.System.ActorOf(ActorProps.Of(() => new ReconcilerActor(_system.Services, _pairs.Receiver, _portfolio.Receiver)));

    private string Id(IntentLeg leg, long intent) => new ClientOrderId(Deployment, _symbolId, intent, leg, 1).Text;

    /// <summary>The pair's journal begins.</summary>
    private async Task BeginAsync(long atMs, params PairEvent[] more)
    {
        await using var connection = await _database.OpenAsync(DatabaseRole.App);
        await _journal.WriteAsync(
            connection, [("pair-BTC-USDT", new PairStarted(atMs, Btc, _symbolId, "BTC", "USDT", "s", "low")), .. more.Select(e => ("pair-BTC-USDT", (object)e))]);
    }

    /// <summary>An order far below the market rests under this name.</summary>
    private async Task RestAsync(string clientOrderId)
    {
        var rules = (await _exchange.GetSymbolsAsync(CancellationToken.None)).Required.Single(r => r.Symbol == Btc);
        var bid = (await _exchange.GetTickerAsync(Btc)).Required.BestBid!.Value;
        var order = _exchange.Pin(
            new OrderSpec
            {
                ClientOrderId = clientOrderId, Symbol = Btc, Side = Side.Buy, Type = OrderType.Limit, Price = rules.FloorPrice(bid * 0.95m), Size = rules.FloorSize(100 / bid),
            },
            _exchange.Clock.NowMs);
        Assert.True((await _exchange.PlaceOrderAsync(order)).IsSuccess);
        await UntilAsync(async () => (await _exchange.GetActiveOrdersAsync(Btc)).Required.Count == 1, "the order rests");
    }

    /// <summary>The order grows older than the slack that is given to the exchange's clock.</summary>
    private async Task AgeAsync()
    {
        var order = Assert.Single((await _exchange.GetActiveOrdersAsync(Btc)).Required);
        await UntilAsync(() => Task.FromResult(_exchange.Clock.NowMs > order.CreatedAtMs + 2_100), "the order is old");
    }

    private static KucoinExchange Client(Uri address) => new(
        new KucoinOptions { BaseAddress = address, AllowedHosts = null, RateBudget = null },
        new KucoinCredentials(Secret.FromText("k"), Secret.FromText("s"), Secret.FromText("p")));

    private static Task<string> UntilAsync(Func<Task<bool>> holds, string what) => Eventually.Async(async () => await holds() ? what : null, what);

    private async Task TransferAsync(string currency, decimal amount)
    {
        using var http = new HttpClient { BaseAddress = _simulator.Address };
        using var answer = await http.PostAsJsonAsync("sim/transfers", new { account = "k", currency, amount = amount.ToString(CultureInfo.InvariantCulture) });
        answer.EnsureSuccessStatusCode();
    }

    private async Task<SweepVerdict> VerdictAsync(IActorRef reconciler)
    {
        var number = ++_asked;
        reconciler.Tell(new AskSweep(Btc, number));
        while (true)
        {
            var verdict = await NextAsync<SweepVerdict>(_pairs);
            if (verdict.Number == number)
                return verdict;
        }
    }

    private static async Task<T> NextAsync<T>(Inbox inbox)
    {
        // What comes again and again must not make this wait for ever.
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < LocalSystem.Patience, $"no {typeof(T).Name} came");
            if (await inbox.ReceiveAsync(LocalSystem.Patience) is var message && message is T wanted)
                return wanted;
            Assert.False(message is Status.Failure, $"no {typeof(T).Name} came");
        }
    }

    private async Task<List<object>> EventsAsync()
    {
        await using var connection = await _database.OpenAsync(DatabaseRole.ReadOnly);
        await using var command = new NpgsqlCommand("SELECT message, manifest FROM journal WHERE persistence_id = 'reconciler-abcdef' ORDER BY sequence_number", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var events = new List<object>();
        while (await reader.ReadAsync())
            events.Add(JournalEntry.Read(reader.GetFieldValue<byte[]>(0), reader.GetString(1)).Event);
        return events;
    }

    private Task<string> UntilAsync(string sql, long expected) =>
        UntilAsync(async () => await _database.ValueAsync<long>(DatabaseRole.ReadOnly, sql) == expected, sql);
}
