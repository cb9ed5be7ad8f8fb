using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Bot.Actors.Persistence;
using Bot.Actors.Projector;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Support;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Npgsql;

namespace Bot.Actors.Tests.Persistence;

/// <summary>The shell on a real journal: what is written before what is done, what comes back, and what makes an incarnation end.</summary>
public sealed class DurableActorTests : IAsyncLifetime
{
    private const string Id = "pair-ABC-USDT";

    private TestDatabase _database = null!;
    private LocalSystem _system = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _system = LocalSystem.On(_database);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Every_event_of_a_decision_is_in_the_journal_before_its_first_effect_runs()
    {
        var seen = new BlockingCollection<(string Effect, long Rows)>();
        var actor = Start(effect => seen.Add((effect, CountNow())));
        actor.Tell(new Decide([Started, new EntriesPaused(2, "a"), new EntriesResumed(3, "b")], ["first", "second"]));
        actor.Tell(new Decide([new EntriesPaused(4, "c")], ["third"]));
        actor.Tell(new Decide([], ["without events"]));
        await ShownBy(actor);
        Assert.Equal([("first", 3L), ("second", 3L), ("third", 4L), ("without events", 4L)], seen);
    }

    [Fact]
    public async Task Events_come_back_in_their_order_after_a_restart()
    {
        var actor = Start();
        await WriteAsync(actor, 7);
        var before = await ShownBy(actor);
        await _system.EndAsync(actor, StopDurable.Instance);

        var again = await ShownBy(Start());
        Assert.Equal((8L, before.StateHash, before.Version), (again.Replayed, again.StateHash, again.Version));
        Assert.Equal((await FoldAsync()).Hash, again.StateHash);
        Assert.Equal(["pair.started.1", "pair.entries-paused.1", "pair.entries-resumed.1", "pair.entries-paused.1"], (await RowsAsync()).Take(4).Select(r => r.Entry.Manifest));
    }

    [Fact]
    public async Task A_snapshot_and_the_rows_behind_it_make_the_state_that_all_rows_make()
    {
        var actor = Start(snapshotEvery: 3);
        await WriteAsync(actor, 9);
        await SnapshotAsync();
        await _system.EndAsync(actor, StopDurable.Instance);

        var again = await ShownBy(Start(snapshotEvery: 3));
        Assert.InRange(again.Replayed, 0, 7);
        Assert.Equal((10L, (await FoldAsync()).Hash), (again.Version, again.StateHash));

        // And it can go on: its next row fits the chain.
        var third = Start(snapshotEvery: 3);
        await WriteAsync(third, 2, isStarted: true);
        Assert.Equal(12, (await FoldAsync()).Rows);
    }

    [Fact]
    public async Task Of_two_incarnations_the_one_that_writes_later_ends_for_good_without_its_effects()
    {
        await using var otherNode = LocalSystem.On(_database);
        var effects = new ConcurrentQueue<string>();
        var winner = Start(effects.Enqueue);
        await WriteAsync(winner, 0);
        var loser = Start(effect => effects.Enqueue($"loser: {effect}"), system: otherNode);
        Assert.Equal(1, (await ShownBy(loser)).Replayed);

        winner.Tell(new Decide([new EntriesPaused(2, "mine")], ["mine"]));
        await ShownBy(winner);
        var gone = otherNode.WhenGoneAsync(loser);
        loser.Tell(new Decide([new EntriesPaused(2, "mine too")], ["mine too"]));
        loser.Tell(new Decide([new EntriesResumed(3, "and more")], ["and more"]));
        await gone;
        await otherNode.InFlight.WhenQuietAsync(CancellationToken.None).WaitAsync(LocalSystem.Patience);

        winner.Tell(new Decide([new EntriesResumed(3, "goes on")], ["goes on"]));
        await ShownBy(winner);
        Assert.Equal(["mine", "goes on"], effects);
        Assert.Equal(3, (await FoldAsync()).Rows);
        Assert.Equal(0L, await _database.ValueAsync<long>(
            DatabaseRole.ReadOnly, "SELECT count(*) FROM (SELECT FROM journal GROUP BY persistence_id, sequence_number HAVING count(*) > 1) AS twice"));
    }

    [Fact]
    public async Task A_conflict_of_one_actor_leaves_the_others_of_its_node_alone()
    {
        await using var otherNode = LocalSystem.On(_database);
        var bystanders = Enumerable.Range(0, 20).Select(i => Start(id: $"pair-N{i}-USDT", system: otherNode)).ToList();
        foreach (var bystander in bystanders)
            await ShownBy(bystander);
        var stale = Start(system: otherNode);
        await ShownBy(stale);
        await WriteAsync(Start(), 0);

        var gone = otherNode.WhenGoneAsync(stale);
        stale.Tell(new Decide([Started], []));
        bystanders.ForEach(b => b.Tell(new Decide([Started], [])));
        await gone;
        foreach (var bystander in bystanders)
            Assert.Equal(1, (await ShownBy(bystander)).Version);
        Assert.Equal(21L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM journal"));
    }

    [Theory]
    [InlineData("UPDATE journal SET message = convert_to(replace(convert_from(message, 'UTF8'), 'why 3', 'why 4'), 'UTF8') WHERE sequence_number = 4")]
    [InlineData("DELETE FROM journal WHERE sequence_number = 4")]
    [InlineData("UPDATE journal SET message = '\\x00' WHERE sequence_number = 4")]
    [InlineData("UPDATE journal SET manifest = 'pair.of-a-newer-release.1' WHERE sequence_number = 4")]
    public async Task A_journal_that_was_changed_is_not_acted_upon(string harm)
    {
        var actor = Start();
        await WriteAsync(actor, 6);
        await _system.EndAsync(actor, StopDurable.Instance);
        await _database.ExecuteAsAdminAsync(harm);

        var effects = new ConcurrentQueue<string>();
        var again = Start(effects.Enqueue);
        var gone = _system.WhenGoneAsync(again);
        again.Tell(new Decide([new EntriesPaused(9, "later")], ["later"]));
        await gone;
        Assert.Empty(effects);
        Assert.Equal(0L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM journal WHERE sequence_number > 7"));
        await _system.InFlight.WhenQuietAsync(CancellationToken.None).WaitAsync(LocalSystem.Patience);
    }

    [Fact]
    public async Task A_snapshot_that_is_ahead_of_a_changed_tail_does_not_hide_the_change()
    {
        var actor = Start(snapshotEvery: 3);
        await WriteAsync(actor, 4);
        await SnapshotAsync();
        await _system.EndAsync(actor, StopDurable.Instance);
        await _database.ExecuteAsAdminAsync("DELETE FROM snapshot WHERE sequence_number > 3; UPDATE journal SET message = convert_to(replace(convert_from(message, 'UTF8'), 'why 3', 'why 9'), 'UTF8') WHERE sequence_number = 4");
        var again = Start(snapshotEvery: 3);
        var gone = _system.WhenGoneAsync(again);
        again.Tell(Show.Instance);
        await gone;
    }

    [Fact]
    public async Task An_actor_that_ends_in_the_middle_of_a_write_leaves_no_work_counted()
    {
        var actor = Start();
        await WriteAsync(actor, 0);
        for (var i = 0; i < 5; i++)
            actor.Tell(new Decide([new EntriesPaused(2, "x"), new EntriesResumed(3, "y")], []));
        await _system.EndAsync(actor, PoisonPill.Instance);
        await _system.InFlight.WhenQuietAsync(CancellationToken.None).WaitAsync(LocalSystem.Patience);

        // Whatever of it was written, the next incarnation finds it whole.
        var again = await ShownBy(Start());
        Assert.Equal((await FoldAsync()).Hash, again.StateHash);
    }

    private static PairStarted Started => new(1, Symbol.Parse("ABC-USDT"), 1, "ABC", "USDT", "ema-cross", "low");

    private IActorRef Start(Action<string>? onEffect = null, int snapshotEvery = 0, LocalSystem? system = null, string id = Id)
    {
        var node = system ?? _system;
        return node.System.ActorOf(ActorProps.Of(() => new PairShell(node.Services, id, onEffect ?? (_ => { }), snapshotEvery)));
    }

    private static Task<Shown> ShownBy(IActorRef actor) => actor.Ask<Shown>(Show.Instance, LocalSystem.Patience);

    private static async Task WriteAsync(IActorRef actor, int more, bool isStarted = false)
    {
        if (!isStarted)
            actor.Tell(new Decide([Started], []));
        for (var i = 1; i <= more; i++)
            actor.Tell(new Decide([i % 2 == 1 ? new EntriesPaused(i, $"why {i}") : new EntriesResumed(i, $"why {i}")], []));
        await ShownBy(actor);
    }

    private long CountNow()
    {
        using var connection = new NpgsqlConnection(_database.Connections.For(DatabaseRole.ReadOnly));
        connection.Open();
        using var command = new NpgsqlCommand("SELECT count(*) FROM journal", connection);
        return (long)command.ExecuteScalar()!;
    }

    private async Task<IReadOnlyList<JournalRow>> RowsAsync() =>
        await new JournalReader(_system.Services.Database).ReadStreamAsync(Id, 0, long.MaxValue, CancellationToken.None);

    /// <summary>An independent fold of all rows, which checks every link on its way.</summary>
    private async Task<(int Rows, string Hash)> FoldAsync()
    {
        var (state, link, number) = (new PairState(), "", 0);
        foreach (var row in await RowsAsync())
        {
            Assert.Equal((++number, link), (row.SequenceNumber, row.Entry.Previous));
            Assert.StartsWith("{\"p\":", Encoding.UTF8.GetString(row.Entry.Bytes), StringComparison.Ordinal);
            link = row.Entry.Hash();
            state.Apply((PairEvent)row.Entry.Event);
        }
        return (number, StateHash.Of(state));
    }

    /// <summary>A snapshot is saved behind the actor's back and nothing tells of it but the table.</summary>
    private async Task SnapshotAsync()
    {
        using var patience = new CancellationTokenSource(LocalSystem.Patience);
        while (await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM snapshot WHERE sequence_number >= 3") == 0)
            await Task.Delay(20, patience.Token);
    }
}
