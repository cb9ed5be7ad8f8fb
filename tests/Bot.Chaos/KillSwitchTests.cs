using System.Diagnostics;
using Akka.Actor;
using Bot.Actors.Pairs;
using Bot.Exchange;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Host.Database;
using Bot.Host.Node;
using Bot.Testing;
using Bot.Trading.Market;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>The kill switch against a whole node that trades: by file, by the command, and by the file while Postgres takes nobody.</summary>
public sealed class KillSwitchTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-kill-switch-").FullName;

    private string SwitchFile => Path.Combine(_folder, "kill-switch");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Entries_stop_within_a_second_by_every_way_exits_go_on_and_a_person_lifts_it()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [InProcessNodes.Account],
            Synthetic = new SyntheticMarketOptions { Pairs = 4 },
            Clock = SimulatorClock.Wall,
            Speed = 20,
            RateLimits = false,
        });
        var config = TradingConfig.WriteBusy(_folder, parameters: TradingConfig.Hot);
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("\"controls\": {", $"\"controls\": {{ \"killSwitchFile\": \"{SwitchFile}\",", StringComparison.Ordinal));
        await using var cluster = await InProcessNodes.StartAsync(database, simulator.Address, config, 1);
        var node = cluster.Nodes[0];
        var state = "";
        await Waiting.UntilAsync(
            async () =>
            {
                state = await StateAsync(node, database);
                return await EntriesAsync(database) > 0;
            },
            Patience, () => $"nothing was bought: {state}");

        // By the file, as a person writes it.
        var blocked = await TimedAsync(node, isBlocked: true, () => File.WriteAllTextAsync(SwitchFile, "halted"));
        output.WriteLine($"file to every pair: {blocked.TotalMilliseconds:0} ms");
        var before = await EntriesAsync(database);
        await Waiting.UntilAsync(
            async () => await database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT coalesce(sum(trips), 0)::bigint FROM control_trips WHERE control = 'C1'") > 0,
            Patience, () => "no entry was wanted and refused");
        Assert.Equal(before, await EntriesAsync(database));

        // C25: nothing that holds, and nothing at all unless it is allowed, gets a dead man's switch.
        var guarded = await node.Exchange.SetDeadManSwitchAsync(TimeSpan.FromSeconds(5), [node.Services.Gate.Pairs[0]], CancellationToken.None);
        Assert.Equal((FailureKind.Rejected, "control"), (guarded.Failure!.Kind, guarded.Failure.Code));

        await TimedAsync(node, isBlocked: false, () => Task.Run(() => File.Delete(SwitchFile)));
        await Waiting.UntilAsync(async () => await EntriesAsync(database) > before, Patience, () => "nothing was bought after it was lifted");

        // By the command: file, row and the portfolio's journal.
        string[] server = ["--config", config, "--db", database.Connections.For(DatabaseRole.App)];
        await TimedAsync(node, isBlocked: true, () => CommandAsync(["kill-switch", "reduce-only", "--reason", "drill", .. server]));
        await Waiting.UntilAsync(
            async () => await database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM journal WHERE manifest = 'portfolio.mode-changed.1'") == 1,
            Patience, () => "the portfolio did not hear of it");
        Assert.Contains("TRADING_MODE control=C1", await CommandAsync(["resume", "--all", "--reason", "not its business", "--wait", "60", .. server]), StringComparison.Ordinal);
        await TimedAsync(node, isBlocked: false, () => CommandAsync(["kill-switch", "active", "--reason", "over", .. server]));
        Assert.Equal(0, await database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM audit_faults()"));

        // Postgres takes nobody any more: the file is still heard.
        await AllowConnectionsAsync(database, false);
        try
        {
            await TestSwitchAsync(node);
        }
        finally
        {
            await AllowConnectionsAsync(database, true);
        }

        async Task TestSwitchAsync(BotNode running)
        {
            await using (var elsewhere = new Npgsql.NpgsqlConnection(database.Server.AdminConnection))
            {
                await elsewhere.OpenAsync();
                await using var end = elsewhere.CreateCommand();
                end.CommandText = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
                end.Parameters.Add(new() { Value = database.Name });
                await end.ExecuteNonQueryAsync();
            }
            var start = Stopwatch.GetTimestamp();
            await File.WriteAllTextAsync(SwitchFile, "halted");
            await Waiting.UntilAsync(
                () => Task.FromResult(running.Services.Controls.Board.Strictest(Symbol.Parse("ANY-USDT"), "any") is not null), Patience, () => "the file was not heard");
            output.WriteLine($"file to the node without Postgres: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        }
    }

    /// <summary>From another database: none forbids the one it is asked in.</summary>
    private static async Task AllowConnectionsAsync(TestDatabase database, bool allow)
    {
        await using var elsewhere = new Npgsql.NpgsqlConnection(database.Server.AdminConnection);
        await elsewhere.OpenAsync();
        await using var change = elsewhere.CreateCommand();
        change.CommandText = "UPDATE pg_database SET datallowconn = $2 WHERE datname = $1";
        change.Parameters.Add(new() { Value = database.Name });
        change.Parameters.Add(new() { Value = allow });
        await change.ExecuteNonQueryAsync();
    }

    private async Task<string> CommandAsync(params string[] line)
    {
        var end = await BotProgram.RunAsync(_folder, line);
        Assert.True(end.Code == 0, end.Error + end.Output);
        return end.Output;
    }

    /// <summary>How long a move takes to reach every pair of the node.</summary>
    private static async Task<TimeSpan> TimedAsync(BotNode node, bool isBlocked, Func<Task> move)
    {
        await move();
        var start = Stopwatch.GetTimestamp();
        var region = await node.Actors.GetAsync<PairActor>();
        await Waiting.UntilAsync(
            async () =>
            {
                foreach (var pair in node.Services.Gate.Pairs)
                {
                    var block = (await region.Ask<PairStatus>(new GetPairStatus(pair), Patience)).EntryBlock;
                    if (isBlocked != block?.StartsWith("TRADING_MODE", StringComparison.Ordinal) is true)
                        return false;
                }
                return true;
            },
            Patience, () => "a pair did not hear of it");
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Why nothing may be opened now, and what was refused so far.</summary>
    private static async Task<string> StateAsync(BotNode node, TestDatabase database)
    {
        var region = await node.Actors.GetAsync<PairActor>();
        var blocks = new List<string>();
        foreach (var pair in node.Services.Gate.Pairs)
            blocks.Add($"{pair}: {(await region.Ask<PairStatus>(new GetPairStatus(pair), Patience)).EntryBlock}");
        return string.Join("; ", blocks) + " | " + await database.ValueAsync<string>(
            DatabaseRole.ReadOnly, "SELECT string_agg(format('%s %s %s', control, trips, last_reason), ', ') FROM control_trips");
    }

    private static Task<long> EntriesAsync(TestDatabase database) => database.ValueAsync<long>(
        DatabaseRole.ReadOnly, "SELECT count(*) FROM journal WHERE manifest = 'pair.order-intended.1' AND convert_from(message, 'UTF8') LIKE '%\"leg\":\"Entry\"%'");
}
