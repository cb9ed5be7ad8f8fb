using Akka.Actor;
using Bot.Actors.Controls;
using Bot.Actors.Gateway;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Support;
using Bot.Exchange.Kucoin;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;
using Npgsql;

namespace Bot.Actors.Tests.Gateway;

/// <summary>The last line of the controls, on a real exchange's sockets and a real Postgres: what it refuses never reaches the exchange.</summary>
public sealed class GatewayControlTests : IAsyncLifetime
{
    private const string Gone = "Host=127.0.0.1;Port=1;Database=bot;Username=nobody;Timeout=2;Command Timeout=2";
    private static readonly Symbol Btc = SteeredMarket.Rules.Symbol;

    private readonly string _folder = Directory.CreateTempSubdirectory("bot-gateway-").FullName;
    private TestDatabase _database = null!;
    private SteeredExchange _exchange = null!;
    private KucoinExchange _client = null!;
    private LocalSystem _system = null!;
    private NpgsqlDataSource? _gone;
    private NodeControls _controls = null!;
    private IActorRef _gateway = null!;
    private int _orders;

    private string SwitchPath => Path.Combine(_folder, "kill-switch");

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _exchange = await SteeredExchange.StartAsync();
        _client = _exchange.Connect();
        _system = LocalSystem.On(_database, _client);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        _client.Dispose();
        await _exchange.DisposeAsync();
        await _database.DisposeAsync();
        if (_gone is not null)
            await _gone.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_file_stops_an_entry_at_the_next_placement_and_never_an_exit()
    {
        Start();
        Assert.Equal(SubmitOutcome.Accepted, (await BuyAsync(0.5m)).Outcome);
        await File.WriteAllTextAsync(SwitchPath, "halted");
        AssertRefused(await BuyAsync(0.6m), "TRADING_MODE control=C1 mode=Halted");
        Assert.Equal(SubmitOutcome.Accepted, (await SellAsync(0.5m)).Outcome);
        await File.WriteAllTextAsync(SwitchPath, "halted ETH-USDT");
        Assert.Equal(SubmitOutcome.Accepted, (await BuyAsync(0.7m)).Outcome);
        await File.WriteAllTextAsync(SwitchPath, "");
        AssertRefused(await BuyAsync(0.8m), "the file is empty");

        // What was refused never came to the exchange.
        Assert.Equal(3, (await _exchange.LedgerAsync()).Orders.Count);
    }

    [Fact]
    public async Task The_row_stops_an_entry_and_so_does_a_mirror_of_the_portfolio()
    {
        Start();
        await SetRowAsync(KillSwitchRows.Operator, new SwitchEntry("strategy:ema-cross", TradingMode.ReduceOnly, "drill", "me"));
        AssertRefused(await BuyAsync(0.5m), "mode=ReduceOnly reason=drill");
        await SetRowAsync(KillSwitchRows.Operator, new SwitchEntry("strategy:ema-cross", TradingMode.Active, "done", "me"));
        Assert.Equal(SubmitOutcome.Accepted, (await BuyAsync(0.5m)).Outcome);
        await SetRowAsync("abcdef", new SwitchEntry("*", TradingMode.Halted, "DRAWDOWN control=C7", "breaker"));
        AssertRefused(await BuyAsync(0.6m), "DRAWDOWN control=C7");
        await SetRowAsync("abcdef", new SwitchEntry("*", TradingMode.Active, "lifted", "portfolio"));
        KillSwitchFile.Write($"{SwitchPath}.abcdef", SwitchBoard.Parse("halted BTC-USDT"));
        AssertRefused(await BuyAsync(0.6m), "mode=Halted");
        Assert.Equal(SubmitOutcome.Accepted, (await SellAsync(0.5m)).Outcome);
    }

    [Fact]
    public async Task Without_Postgres_the_file_stops_no_entry_passes_and_an_exit_does()
    {
        _gone = NpgsqlDataSource.Create(Gone);
        Start(database: _gone);
        AssertRefused(await BuyAsync(0.5m), "the rows cannot be read");
        await File.WriteAllTextAsync(SwitchPath, "halted BTC-USDT me fire");
        AssertRefused(await BuyAsync(0.5m), "mode=Halted reason=fire");
        Assert.Equal(SubmitOutcome.Accepted, (await SellAsync(0.5m)).Outcome);
    }

    [Fact]
    public async Task The_nodes_own_counters_stop_what_the_pair_let_pass()
    {
        Start(new ControlSettings { EntriesPerSecond = 100, EntriesPerMinute = 3, MaxOrderQuote = 1_000_000 });
        Assert.Equal(SubmitOutcome.Accepted, (await BuyAsync(0.5m)).Outcome);
        AssertRefused(await BuyAsync(0.5m), "DUPLICATE control=C9");
        AssertRefused(await BuyAsync(900m), "SIZE_AGAINST_BOOK control=C3");
        AssertRefused(await BuyAsync(0.6m, price: 102m), "PRICE_OFF_MID control=C4");
        AssertRefused(await BuyAsync(0.6m, equity: 1_000), "ORDER_VALUE control=C2");
        AssertRefused(await BuyAsync(0.6m, stop: 101), "NO_STOP control=C18");
        AssertRefused(await BuyAsync(0.60001m), "SIZE_INCREMENT control=C15");
        await BuyAsync(0.6m);
        await BuyAsync(0.7m);
        AssertRefused(await BuyAsync(0.8m), "ENTRY_RATE control=C10 minute=3");
        AssertRefused(await SellAsync(0.60001m), "SIZE_INCREMENT control=C15");
        Assert.Equal(SubmitOutcome.Accepted, (await SellAsync(0.5m)).Outcome);
    }

    [Fact]
    public async Task Refusals_of_the_exchange_close_the_node()
    {
        Start(new ControlSettings { MaxOrderQuote = 10_000_000, MaxBookShare = 10, EntriesPerSecond = 100, DuplicateMs = 0, MaxRejects = 2 });
        for (var i = 0; i < 2; i++)
        {
            var answer = await BuyAsync(1_000m);
            Assert.Equal((SubmitOutcome.Refused, "200004"), (answer.Outcome, answer.Code));
        }
        AssertRefused(await BuyAsync(0.5m), "REJECT_STORM control=C21 rejects=2");
        Assert.Equal(SubmitOutcome.Accepted, (await SellAsync(0.5m)).Outcome);
    }

    [Fact]
    public async Task Trips_are_counted_by_the_hour_and_survive_a_database_that_is_away()
    {
        Start();
        await File.WriteAllTextAsync(SwitchPath, "halted");
        await BuyAsync(0.5m);
        await BuyAsync(0.6m);
        await using (var gone = NpgsqlDataSource.Create(Gone))
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => _controls.Trips.FlushAsync(gone, 35, CancellationToken.None));
        await _controls.Trips.FlushAsync(_system.Services.Database, 35, CancellationToken.None);
        _controls.Trips.Add("DUPLICATE control=C9", Btc);
        _controls.Trips.Add("no control's", Btc);
        await _controls.Trips.FlushAsync(_system.Services.Database, 35, CancellationToken.None);
        Assert.Equal("C1 BTC-USDT 2, C9 BTC-USDT 1", await _database.ValueAsync<string>(
            DatabaseRole.ReadOnly, "SELECT string_agg(format('%s %s %s', control, symbol, trips), ', ' ORDER BY control) FROM control_trips"));
    }

    private void Start(ControlSettings? settings = null, NpgsqlDataSource? database = null)
    {
        _controls = new NodeControls { Settings = settings ?? new ControlSettings(), File = new KillSwitchFile(SwitchPath) };
        _controls.SetRules(Btc, SteeredMarket.Rules);
        var services = _system.Services with { Controls = _controls, Books = _client, Database = database ?? _system.Services.Database };
        _gateway = _system.System.ActorOf(ActorProps.Of(() => new ExchangeGateway(services)));
    }

    private static void AssertRefused(OrderInput.SubmitAnswered answer, string reason)
    {
        Assert.Equal((SubmitOutcome.Refused, "control"), (answer.Outcome, answer.Code));
        Assert.Contains(reason, answer.Message, StringComparison.Ordinal);
    }

    private Task<OrderInput.SubmitAnswered> BuyAsync(decimal size, decimal price = 100.1m, decimal equity = 100_000_000, decimal stop = 99)
    {
        var spec = new OrderSpec
        {
            ClientOrderId = $"e{++_orders}", Symbol = Btc, Side = Side.Buy, Type = OrderType.Limit, TimeInForce = TimeInForce.Ioc, Price = price, Size = size,
            SelfTrade = SelfTradeRule.CancelNewest,
        };
        var intent = new OrderIntended(1)
        {
            IntentNumber = 1, Leg = IntentLeg.Entry, Attempt = 1, Spec = spec, DeadlineMs = 1, MarketMs = 1, CorrelationId = "c", Strategy = "ema-cross", Reason = "r",
            Risk = new RiskDecision(equity, equity, 1, price, stop, 1, 1, 1, 1, size, null), Plan = new Bot.Trading.Positions.Protection(stop, null, null, price),
            ConfigurationVersion = "v",
        };
        return AskAsync(spec, IntentLeg.Entry, intent);
    }

    private Task<OrderInput.SubmitAnswered> SellAsync(decimal size) => AskAsync(
        new OrderSpec { ClientOrderId = $"x{++_orders}", Symbol = Btc, Side = Side.Sell, Type = OrderType.Market, Size = size, SelfTrade = SelfTradeRule.CancelOldest },
        IntentLeg.Exit, null);

    private async Task<OrderInput.SubmitAnswered> AskAsync(OrderSpec spec, IntentLeg leg, OrderIntended? intent) =>
        (OrderInput.SubmitAnswered)await _gateway.Ask<object>(new GatewayRequest.Place(_client.Pin(spec, _client.Clock.NowMs), leg, intent), LocalSystem.Patience);

    private async Task SetRowAsync(string account, SwitchEntry entry)
    {
        await using var connection = await _database.OpenAsync(DatabaseRole.App);
        await KillSwitchRows.SetAsync(connection, account, entry, CancellationToken.None);
    }
}
