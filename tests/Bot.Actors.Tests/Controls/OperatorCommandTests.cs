using System.Diagnostics;
using Akka.Actor;
using Bot.Actors.Controls;
using Bot.Actors.Pairs;
using Bot.Actors.Persistence;
using Bot.Actors.Portfolio;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Support;
using Bot.Exchange.Kucoin;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;
using Bot.Trading.Risk.Controls;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bot.Actors.Tests.Controls;

/// <summary>Commands as rows, done by a real portfolio on a real Postgres; and the watch that brings the kill switch to a node.</summary>
public sealed class OperatorCommandTests : IAsyncLifetime
{
    private static readonly Symbol Btc = SteeredMarket.Rules.Symbol;

    private readonly string _folder = Directory.CreateTempSubdirectory("bot-commands-").FullName;
    private TestDatabase _database = null!;
    private SteeredExchange _exchange = null!;
    private KucoinExchange _client = null!;
    private LocalSystem _system = null!;
    private Inbox _pairs = null!;

    private KillSwitchFile File => new(Path.Combine(_folder, "kill-switch"));

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _exchange = await SteeredExchange.StartAsync();
        _client = _exchange.Connect();
        _system = LocalSystem.On(_database, _client);
        _pairs = _system.Receiver();
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        _client.Dispose();
        await _exchange.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_kill_switch_goes_into_the_portfolios_journal_to_its_pairs_and_to_row_and_file_and_back()
    {
        var portfolio = await StartAsync();
        await GiveAsync(new OperatorCommand("halt-1", OperatorCommands.KillSwitch, "halted", "BTC-USDT", "me", "drill"));
        Assert.Equal("the portfolio has halted for BTC-USDT", await OutcomeAsync("halt-1"));
        var told = await ReceiveAsync<TradingModeChanged>(m => m.Mode != TradingMode.Active);
        Assert.Equal((Btc, TradingMode.Halted), (told.Symbol, told.Mode));
        await UntilAsync(async () => await RowsAsync() == "abcdef BTC-USDT halted drill" && File.Read("abcdef").Strictest(Btc, "") is { Mode: TradingMode.Halted });

        // Given again it is the same command; an incarnation that replays says the same.
        Assert.False(await GiveAsync(new OperatorCommand("halt-1", OperatorCommands.KillSwitch, "active", "BTC-USDT", "me", "drill")));
        await _system.EndAsync(portfolio, StopDurable.Instance);
        var next = await StartAsync();
        next.Tell(new ReportBook(new PairBook(Btc, 2, Position.Empty, null, 1, new Dictionary<long, decimal>())));
        Assert.Equal(TradingMode.Halted, (await ReceiveAsync<BookAcknowledged>(m => m.Version == 2)).Mode);
        await GiveAsync(new OperatorCommand("lift-1", OperatorCommands.KillSwitch, "active", "BTC-USDT", "me", "drill over"));
        await OutcomeAsync("lift-1");
        await UntilAsync(async () => await RowsAsync() == "" && !System.IO.File.Exists(File.MirrorOf("abcdef")));
        Assert.Equal("halt-1 halted, lift-1 active", await _database.ValueAsync<string>(
            DatabaseRole.ReadOnly, "SELECT string_agg(command_id || ' ' || (after ->> 'mode'), ', ' ORDER BY id) FROM audit"));
    }

    [Fact]
    public async Task A_breach_of_the_account_is_mirrored_and_a_resume_lifts_it_and_asks_every_pair()
    {
        var portfolio = await StartAsync();
        portfolio.Tell(new ReportBreach(Control.ReconciliationBreak, null, "UNEXPLAINED currency=USDT"));
        await ReceiveAsync<TradingModeChanged>(m => m.Mode == TradingMode.ReduceOnly);
        await UntilAsync(async () => (await RowsAsync()).StartsWith("abcdef * reduce_only UNEXPLAINED", StringComparison.Ordinal));
        await GiveAsync(new OperatorCommand("resume-1", OperatorCommands.Resume, null, "*", "me", "explained"));
        var asked = await ReceiveAsync<ResumePair>(_ => true);
        Assert.Equal((Btc, "me", "explained"), (asked.Symbol, asked.By, asked.Reason));
        Assert.Null(await OperatorCommands.OutcomeAsync(_system.Services.Database, "resume-1", CancellationToken.None));
        portfolio.Tell(new PairResumed(Btc, "POSITION_OPEN"));
        Assert.Equal("BTC-USDT still opens nothing: POSITION_OPEN", await OutcomeAsync("resume-1"));
        await UntilAsync(async () => await RowsAsync() == "");
    }

    [Fact]
    public async Task A_breach_of_a_pair_pauses_that_pair()
    {
        var portfolio = await StartAsync();
        portfolio.Tell(new ReportBreach(Control.Exclusivity, Btc, "FOREIGN_ORDER order=x"));
        Assert.Equal("FOREIGN_ORDER order=x control=C26", (await ReceiveAsync<PausePair>(_ => true)).Reason);
    }

    [Fact]
    public async Task The_watch_hears_the_file_while_Postgres_is_away_and_the_row_when_it_is_there()
    {
        var controls = new NodeControls { Settings = new ControlSettings(), File = File };
        await using var gone = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Database=bot;Username=nobody;Timeout=2");
        using (var stop = new CancellationTokenSource())
        {
            var watching = new KillSwitchWatch(controls, File, gone, "abcdef", NullLogger.Instance).RunAsync(stop.Token);
            await MovedAsync(controls, () => System.IO.File.WriteAllTextAsync(File.Path, "halted BTC-USDT"));
            Assert.Equal(TradingMode.Halted, controls.Board.Strictest(Btc, "s")!.Mode);
            await stop.CancelAsync();
            await watching;
        }
        System.IO.File.Delete(File.Path);
        using (var stop = new CancellationTokenSource())
        {
            var watching = new KillSwitchWatch(controls, File, _system.Services.Database, "abcdef", NullLogger.Instance).RunAsync(stop.Token);
            await UntilAsync(() => Task.FromResult(controls.Board.Entries.Count == 0));
            await MovedAsync(controls, () => _database.ExecuteAsync(
                DatabaseRole.App, "INSERT INTO risk_state (account, scope, mode, reason, changed_by, since) VALUES ('*', '*', 'reduce_only', 'drill', 'me', now())"));
            Assert.Equal((TradingMode.ReduceOnly, "drill"), (controls.Board.Strictest(Btc, "s")!.Mode, controls.Board.Entries[0].Reason));
            await stop.CancelAsync();
            await watching;
        }
    }

    /// <summary>A portfolio with its books open and one pair in them.</summary>
    private async Task<IActorRef> StartAsync()
    {
        var services = _system.Services with { Controls = new NodeControls { Settings = new ControlSettings(), File = File } };
        var portfolio = _system.System.ActorOf(ActorProps.Of(() => new PortfolioActor(services, _pairs.Receiver)));
        await UntilAsync(async () => (await portfolio.Ask<PortfolioStatus>(GetPortfolioStatus.Instance, LocalSystem.Patience)).QuoteCurrency == "USDT");
        portfolio.Tell(new ReportBook(new PairBook(Btc, 1, Position.Empty, null, 1, new Dictionary<long, decimal>())));
        await ReceiveAsync<BookAcknowledged>(_ => true);
        return portfolio;
    }

    private async Task<bool> GiveAsync(OperatorCommand command)
    {
        await using var connection = await _database.OpenAsync(DatabaseRole.App);
        await using var transaction = await connection.BeginTransactionAsync();
        var isNew = await OperatorCommands.GiveAsync(connection, command, "test", null, $$"""{"mode": "{{command.Mode}}"}""", CancellationToken.None);
        await transaction.CommitAsync();
        return isNew;
    }

    private async Task<string> OutcomeAsync(string id)
    {
        string? outcome = null;
        await UntilAsync(async () => (outcome = await OperatorCommands.OutcomeAsync(_system.Services.Database, id, CancellationToken.None)) is not null);
        return outcome!;
    }

    private async Task<string> RowsAsync() => await _database.ValueAsync<string>(
        DatabaseRole.ReadOnly, "SELECT string_agg(format('%s %s %s %s', account, scope, mode, reason), ', ') FROM risk_state WHERE mode <> 'active'") ?? "";

    private Task<T> ReceiveAsync<T>(Func<T, bool> wanted) => Task.Run(() =>
    {
        while (true)
        {
            if (_pairs.Receive(LocalSystem.Patience) is T message && wanted(message))
                return message;
        }
    });

    private static async Task MovedAsync(NodeControls controls, Func<Task> move)
    {
        var moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        controls.OnMoved(() => moved.TrySetResult());
        await move();
        await moved.Task.WaitAsync(LocalSystem.Patience);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var start = Stopwatch.GetTimestamp(); !await holds(); await Task.Delay(25))
            Assert.True(Stopwatch.GetElapsedTime(start) < LocalSystem.Patience, "it did not come");
    }
}
