using Akka.Actor;
using Akka.Cluster.Sharding;
using Bot.Actors.Cluster;
using Bot.Actors.Pairs;
using Bot.Actors.Persistence;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Host.Database;
using Bot.Host.Node;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Npgsql;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>
/// Pairs move from node to node and back. The journal's default replay filter loses events then, because an actor system writes under one
/// id for all of its life (RELIABILITY.md finding 1); ours must recover every one.
/// </summary>
public sealed class ShardMoveTests(ITestOutputHelper output) : IDisposable
{
    private const int Moves = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-moves-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_pair_that_moves_to_another_node_and_back_recovers_every_event()
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
        await using var cluster = await InProcessNodes.StartAsync(database, simulator.Address, TradingConfig.WriteBusy(_folder), 2);
        await using var journal = new JournalView(database.Connections.For(DatabaseRole.ReadOnly));
        var pairs = await ChosenAsync(cluster);
        foreach (var pair in pairs)
            await journal.UntilAsync(pair, rows => rows.Count > 0, "has not started");
        for (var move = 0; move < Moves; move++)
        {
            var target = cluster.Nodes[(move + 1) % 2];
            var address = Akka.Cluster.Cluster.Get(target.System).SelfAddress;
            var moving = new List<Symbol>();
            foreach (var pair in pairs)
            {
                if (!await HostsAsync(target, pair))
                    moving.Add(pair);
                cluster.Moves.Move(ShardOf(pair), address);
            }
            foreach (var pair in moving)
                await journal.UntilAsync(pair, rows => rows.Select(r => r.Event).OfType<PairOwned>().LastOrDefault()?.Node == address.ToString(), $"has not come to {address}");

            // The next owner shall have something to recover that this one has written.
            var orders = await journal.OrdersAsync();
            await Waiting.UntilAsync(async () => await journal.OrdersAsync() > orders, Patience, () => $"nothing was traded on {address}");
        }

        foreach (var pair in pairs)
        {
            var rows = await journal.RowsAsync(pair);
            var owners = rows.Select(r => r.Event).OfType<PairOwned>().ToList();
            Assert.True(owners.Count >= Moves - 1, $"{pair} was taken over only {owners.Count} times");
            Assert.Equal([.. Enumerable.Range(1, owners.Count).Select(e => (long)e)], owners.Select(o => o.Epoch));
            Assert.True(owners.Select(o => o.Node).Distinct().Count() == 2, $"{pair} was on one node only");
            var state = new PairState();
            foreach (var (sequence, e) in rows)
            {
                if (e is PairOwned owned)
                    Assert.True(owned.StateHash == StateHash.Of(state), $"{pair}: incarnation {owned.Epoch} recovered another state than rows 1 to {sequence - 1} make");
                state.Apply(e);
            }
            output.WriteLine($"{pair}: {rows.Count} events, {owners.Count} incarnations, {rows.Count(r => r.Event is OrderIntended)} orders");
        }

        // While it runs: of a stop that triggers after the bot has ended nobody could know.
        var check = await BotProgram.RunAsync(
            _folder, "check", "--simulator", simulator.Address.ToString(), "--db", database.Connections.For(DatabaseRole.ReadOnly), "--account", InProcessNodes.Key, "--settle", "30");
        output.WriteLine(check.Output);

        // Not I7: this market's clock runs twenty times as fast as the one that licences are given by.
        foreach (var invariant in (string[])["I1", "I2", "I11", "I16", "I17", "I18"])
            Assert.DoesNotContain($"{invariant}  ", check.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("akka.persistence.journal.sql.replay-filter.mode = repair-by-discard-old", "replay-filter.mode")]
    [InlineData("akka.persistence.journal.sql.batch-size = 100", "batch-size")]
    [InlineData("akka.cluster.sharding.passivate-idle-entity-after = 120s", "passivate-idle-entity-after")]
    public async Task A_node_does_not_start_on_settings_that_lose_events(string setting, string named)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [InProcessNodes.Account],
            Synthetic = new SyntheticMarketOptions { Pairs = 2 },
        });
        var e = await Assert.ThrowsAnyAsync<Exception>(
            () => InProcessNodes.StartAsync(database, simulator.Address, TradingConfig.WriteBusy(_folder), 1, setting));
        Assert.Contains(named, e.ToString(), StringComparison.Ordinal);
    }

    /// <summary>The pairs that the selector, on the oldest node, has chosen.</summary>
    private static async Task<IReadOnlyList<Symbol>> ChosenAsync(InProcessNodes cluster)
    {
        await Waiting.UntilAsync(() => Task.FromResult(cluster.Nodes[0].Services.Gate.Pairs.Count > 0), Patience, () => "no pair was chosen");
        return cluster.Nodes[0].Services.Gate.Pairs;
    }

    private static async Task<bool> HostsAsync(BotNode node, Symbol pair)
    {
        var region = await node.Actors.GetAsync<PairActor>();
        var state = await region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, Patience);
        return state.Shards.Any(s => s.EntityIds.Contains(pair.Text));
    }

    private static string ShardOf(Symbol pair) => new PairExtractor().ShardId(pair.Text, null)!;

    /// <summary>The pairs' events as they lie in the database.</summary>
    private sealed class JournalView(string connectionString) : IAsyncDisposable
    {
        private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

        public async Task<IReadOnlyList<(long Sequence, PairEvent Event)>> RowsAsync(Symbol pair)
        {
            await using var command = _source.CreateCommand("SELECT sequence_number, manifest, message FROM journal WHERE persistence_id = $1 ORDER BY sequence_number");
            command.Parameters.Add(new NpgsqlParameter { Value = $"pair-{pair}" });
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<(long, PairEvent)>();
            while (await reader.ReadAsync())
                rows.Add((reader.GetInt64(0), (PairEvent)JournalEntry.Read(reader.GetFieldValue<byte[]>(2), reader.GetString(1)).Event));
            return rows;
        }

        public async Task<long> OrdersAsync()
        {
            await using var command = _source.CreateCommand("SELECT count(*) FROM journal WHERE persistence_id LIKE 'order-%' AND sequence_number = 1");
            return (long)(await command.ExecuteScalarAsync())!;
        }

        public Task UntilAsync(Symbol pair, Predicate<IReadOnlyList<(long Sequence, PairEvent Event)>> holds, string otherwise) =>
            Waiting.UntilAsync(async () => holds(await RowsAsync(pair)), Patience, () => $"{pair} {otherwise}");

        public ValueTask DisposeAsync() => _source.DisposeAsync();
    }
}
