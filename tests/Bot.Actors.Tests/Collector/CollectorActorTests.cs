using Akka.Actor;
using Bot.Actors.Collector;
using Bot.Actors.Market;
using Bot.Actors.Pairs;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Support;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Simulator;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;

namespace Bot.Actors.Tests.Collector;

/// <summary>The collector with a real exchange on a real port, the production client and a real database.</summary>
public sealed class CollectorActorTests : IAsyncLifetime
{
    private static readonly Symbol Btc = Symbol.Parse("BTC-USDT");

    private TestDatabase _database = null!;
    private SimulatorServer _simulator = null!;
    private KucoinExchange _exchange = null!;
    private LocalSystem _system = null!;
    private Inbox _pairs = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [SimulatorAccount.Parse("k:s:p:USDT=1")], RateLimits = false });
        _exchange = Client(_simulator.Address);
        await _exchange.SynchroniseClockAsync(CancellationToken.None);
        _system = LocalSystem.On(_database, _exchange);
        _pairs = _system.Receiver();
        await new SymbolRegistry(_system.Services.Database).IdOfAsync(Btc, "BTC", "USDT", CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        _exchange.Dispose();
        await _simulator.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_pairs_history_is_complete_and_stored_as_the_exchange_tells_it()
    {
        var history = await HistoryAsync(Start(), new RequestHistory(Btc, 200, null));
        Assert.Equal(200, history.Candles.Count);
        Assert.All(history.Candles.Zip(history.Candles.Skip(1), (a, b) => b.OpenTimeMs - a.OpenTimeMs), step => Assert.Equal(60_000, step));
        Assert.Equal(await AtTheExchangeAsync(history), history.Candles);
        Assert.Equal(200L, await CountAsync("SELECT count(*) FROM candles WHERE source = 'rest' AND event_time = open_time + interval '1 minute'"));
    }

    [Fact]
    public async Task A_collector_that_starts_again_fills_what_is_missing_and_writes_nothing_twice()
    {
        var first = Start();
        var before = await HistoryAsync(first, new RequestHistory(Btc, 200, null));
        await _system.EndAsync(first, PoisonPill.Instance);
        await _database.ExecuteAsync(
            DatabaseRole.Owner, "DELETE FROM candles WHERE open_time IN (SELECT open_time FROM candles ORDER BY open_time DESC LIMIT 30) OR open_time IN (SELECT open_time FROM candles ORDER BY open_time LIMIT 20)");
        Assert.Equal(150L, await CountAsync("SELECT count(*) FROM candles"));

        var after = await HistoryAsync(Start(), new RequestHistory(Btc, 200, null));

        // A minute may have ended between the two.
        Assert.InRange(after.Candles[^1].OpenTimeMs - before.Candles[^1].OpenTimeMs, 0, 120_000);
        Assert.Equal(200, after.Candles.Count);
        Assert.Equal(await AtTheExchangeAsync(after), after.Candles);
        Assert.Equal(0L, await CountAsync("SELECT max(revision)::bigint FROM candles"));
    }

    [Fact]
    public async Task A_pair_that_missed_candles_gets_those_behind_the_last_it_has()
    {
        var collector = Start();
        var all = await HistoryAsync(collector, new RequestHistory(Btc, 50, null));
        await _database.ExecuteAsync(DatabaseRole.Owner, "DELETE FROM candles");
        var missed = await HistoryAsync(collector, new RequestHistory(Btc, 0, all.Candles[39].OpenTimeMs));
        Assert.Equal(all.Candles.Skip(40).Select(c => c.OpenTimeMs), missed.Candles.Take(10).Select(c => c.OpenTimeMs));
        Assert.Equal(missed.Candles.Count, await CountAsync($"SELECT count(*) FROM candles WHERE open_time > to_timestamp({all.Candles[39].OpenTimeMs / 1_000})"));
    }

    [Fact]
    public async Task A_gap_that_cannot_be_filled_is_recorded_as_a_hole_and_never_invented()
    {
        var collector = Start();
        await HistoryAsync(collector, new RequestHistory(Btc, 20, null));
        await _database.ExecuteAsync(DatabaseRole.Owner, "DELETE FROM candles WHERE open_time IN (SELECT open_time FROM candles ORDER BY open_time DESC LIMIT 5)");
        await _simulator.DisposeAsync();
        _simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [SimulatorAccount.Parse("k:s:p:USDT=1")] });

        // Twice it is only a failure that is asked for again, the third time life goes on with a hole.
        for (var i = 0; i < 3; i++)
            collector.Tell(new RequestHistory(Btc, 20, null));
        await NextAsync(h => h.Candles.Count == 15);
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM candle_holes WHERE to_time - from_time >= interval '5 minutes' AND reason <> ''"));
        Assert.Equal(15L, await CountAsync("SELECT count(*) FROM candles"));
    }

    [Fact]
    public async Task The_selection_gets_the_bars_of_every_pair_that_it_asks_for_in_its_order()
    {
        var eth = Symbol.Parse("ETH-USDT");
        await new SymbolRegistry(_system.Services.Database).IdOfAsync(eth, "ETH", "USDT", CancellationToken.None);
        var ready = await Start().Ask<BarsReady>(new RequestBars([eth, Btc], 30), LocalSystem.Patience);
        Assert.Equal([eth, Btc], ready.Bars.Select(b => b.Symbol));
        Assert.All(ready.Bars, b => Assert.Equal(30, b.Candles.Count));
        Assert.All(ready.Bars, b => Assert.Equal(ready.MarketMs - 60_000, b.Candles[^1].OpenTimeMs));
    }

    private static KucoinExchange Client(Uri address) =>
        new(new KucoinOptions { BaseAddress = address, AllowedHosts = null, RateBudget = null, QueryAttempts = 1 }, null);

    private IActorRef Start()
    {
        var portfolio = _system.Receiver();
        return _system.System.ActorOf(ActorProps.Of(() => new CollectorActor(_system.Services, _pairs.Receiver, portfolio.Receiver)));
    }

    private async Task<CandleHistory> HistoryAsync(IActorRef collector, RequestHistory request)
    {
        collector.Tell(request);
        return await NextAsync(h => request.AfterMs is { } after ? h.Candles is [var first, ..] && first.OpenTimeMs == after + 60_000 : h.Candles.Count == request.Count);
    }

    /// <summary>The next history that is an answer: when its stream connects, the collector by itself tells what was missed until then, mostly nothing.</summary>
    private async Task<CandleHistory> NextAsync(Func<CandleHistory, bool> isAnswer)
    {
        while (true)
        {
            switch (await _pairs.ReceiveAsync(LocalSystem.Patience))
            {
                case CandleHistory history when isAnswer(history):
                    return history;
                case Status.Failure late:
                    throw late.Cause;
            }
        }
    }

    private async Task<IReadOnlyList<Candle>> AtTheExchangeAsync(CandleHistory history) => (await _exchange.GetCandlesAsync(
        Btc, CandleInterval.OneMinute, history.Candles[0].OpenTimeMs, history.Candles[^1].OpenTimeMs + 60_000, CancellationToken.None)).Required;

    private Task<long> CountAsync(string sql) => _database.ValueAsync<long>(DatabaseRole.ReadOnly, sql);
}
