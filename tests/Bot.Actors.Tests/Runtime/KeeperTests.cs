using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Bot.Actors.Persistence;
using Bot.Actors.Runtime;
using Bot.Actors.Tests.Persistence;
using Bot.Actors.Tests.Support;
using Bot.Exchange.Lockstep;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Pairs;

namespace Bot.Actors.Tests.Runtime;

/// <summary>Actors that end by themselves come back, whatever ended them, and nobody else does because of them.</summary>
public sealed class KeeperTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task After_the_database_was_away_every_actor_is_back_within_seconds_without_a_message()
    {
        var (gate, connection) = TcpGate.Before(_database.Connections.For(DatabaseRole.App));
        await using var gateOwner = gate;
        await using var system = LocalSystem.Through(connection);
        var kept = Enumerable.Range(0, 5).Select(i => Keep(system, $"pair-N{i}-USDT")).ToList();
        foreach (var actor in kept)
            await WriteAsync(actor);

        // What is being written fails; what tries to recover fails too, again and again.
        gate.Cut();
        foreach (var actor in kept.Take(4))
            actor.Tell(new Decide([new EntriesPaused(2, "lost")], []));
        var newcomer = Keep(system, "pair-NEW-USDT");
        await Task.Delay(3_000);
        gate.Open();
        var since = Stopwatch.GetTimestamp();
        foreach (var actor in kept)
            Assert.Equal(1, (await ShownBy(actor)).Version);
        Assert.Equal(0, (await ShownBy(newcomer)).Version);
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 10);

        // And they are the same entities as before: the next row fits.
        foreach (var actor in kept)
        {
            actor.Tell(new Decide([new EntriesPaused(2, "kept")], []));
            Assert.Equal(2, (await ShownBy(actor)).Version);
        }
        await system.InFlight.WhenQuietAsync(CancellationToken.None).WaitAsync(LocalSystem.Patience);
    }

    [Fact]
    public async Task A_write_whose_fate_is_unknown_ends_the_incarnation_and_the_next_one_finds_the_row()
    {
        var (gate, connection) = TcpGate.Before(_database.Connections.For(DatabaseRole.App));
        await using var gateOwner = gate;
        await using var system = LocalSystem.Through(connection);
        var effects = new ConcurrentQueue<string>();
        var actor = Keep(system, "pair-ABC-USDT", effects.Enqueue);
        await WriteAsync(actor);

        // The row is committed, its acknowledgement never comes: the commit waits for a lock that the test holds.
        await _database.ExecuteAsync(
            DatabaseRole.Owner,
            """
            CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(4712); RETURN NEW; END $$;
            CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON journal DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold();
            """);
        await using var holder = await _database.OpenAsync(DatabaseRole.Owner);
        await using (var hold = new Npgsql.NpgsqlCommand("SELECT pg_advisory_lock(4712)", holder))
            await hold.ExecuteNonQueryAsync();
        actor.Tell(new Decide([new EntriesPaused(2, "who knows")], ["sent"]));
        await UntilAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
        gate.Stall();
        await using (var release = new Npgsql.NpgsqlCommand("SELECT pg_advisory_unlock(4712)", holder))
            await release.ExecuteNonQueryAsync();
        await UntilAsync("SELECT count(*) FROM journal WHERE sequence_number = 2");
        gate.Cut();
        gate.Open();

        var shown = await ShownBy(actor);
        Assert.Equal((2L, 2L), (shown.Version, shown.Replayed));
        Assert.Empty(effects);
    }

    [Fact]
    public async Task An_incarnation_that_never_writes_learns_that_it_was_overtaken()
    {
        await using var system = LocalSystem.On(_database);
        await using var heads = new JournalHeads(system.Services.Database, TimeProvider.System, TimeSpan.FromMilliseconds(200));
        var services = system.Services with { Heads = heads };
        var silent = system.System.ActorOf(ActorProps.Of(() => new PairShell(services, "pair-ABC-USDT", _ => { })));
        await ShownBy(silent);
        var gone = system.WhenGoneAsync(silent);

        await using var otherNode = LocalSystem.On(_database);
        var busy = otherNode.System.ActorOf(ActorProps.Of(() => new PairShell(otherNode.Services with { Heads = heads }, "pair-ABC-USDT", _ => { })));
        await WriteAsync(busy);
        await gone;

        // Who writes is not stopped by its own rows.
        for (var i = 0; i < 5; i++)
        {
            busy.Tell(new Decide([new EntriesPaused(2, "x")], []));
            await Task.Delay(100);
        }
        Assert.Equal(6, (await ShownBy(busy)).Version);
    }

    [Fact]
    public async Task A_handler_that_throws_ends_one_actor_which_starts_anew_from_its_journal()
    {
        await using var system = LocalSystem.On(_database);
        var failing = Keep(system, "pair-ABC-USDT", effect => throw new InvalidOperationException(effect));
        var neighbour = Keep(system, "pair-DEF-USDT");
        await WriteAsync(neighbour);
        await WriteAsync(failing);
        failing.Tell(new Decide([new EntriesPaused(2, "written")], ["boom"]));
        await UntilAsync("SELECT count(*) FROM journal WHERE sequence_number = 2");
        Assert.Equal((2L, 2L), await VersionsAsync(failing));
        Assert.Equal((1L, 0L), await VersionsAsync(neighbour));
        await system.InFlight.WhenQuietAsync(CancellationToken.None).WaitAsync(LocalSystem.Patience);
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_keeps_one_actor_away_until_it_is_mended_and_no_other()
    {
        await using var system = LocalSystem.On(_database);
        var time = new VirtualTimeProvider(1_000_000);
        var services = system.Services with { Time = time };
        foreach (var id in (string[])["pair-ABC-USDT", "pair-DEF-USDT"])
        {
            var before = system.System.ActorOf(ActorProps.Of(() => new PairShell(system.Services, id, _ => { })));
            await WriteAsync(before);
            await system.EndAsync(before, StopDurable.Instance);
        }
        await _database.ExecuteAsAdminAsync("CREATE TABLE kept AS SELECT message FROM journal WHERE persistence_id = 'pair-ABC-USDT'; UPDATE journal SET message = '\\x00' WHERE persistence_id = 'pair-ABC-USDT'");
        var poisoned = Keep(system, "pair-ABC-USDT", services: services);
        var sound = Keep(system, "pair-DEF-USDT", services: services);
        Assert.Equal((1L, 1L), await VersionsAsync(sound));

        // Its first pause is a minute: it does not wear the database out.
        await UntilAsync(() => time.NextDueMs is not null);
        Assert.Equal(1_060_000, time.NextDueMs);
        time.AdvanceTo(1_060_000);
        await UntilAsync(() => time.NextDueMs > 1_060_000);
        Assert.Equal(1_180_000, time.NextDueMs);

        await _database.ExecuteAsAdminAsync("UPDATE journal SET message = kept.message FROM kept WHERE persistence_id = 'pair-ABC-USDT'");
        time.AdvanceTo(1_180_000);
        Assert.Equal(1, (await ShownBy(poisoned)).Version);
    }

    [Fact]
    public async Task What_is_told_to_end_ends_for_good_also_while_it_is_away()
    {
        await using var system = LocalSystem.On(_database);
        var running = Keep(system, "pair-ABC-USDT");
        await ShownBy(running);
        await system.EndAsync(running, StopDurable.Instance);

        var time = new VirtualTimeProvider(0);
        var away = system.System.ActorOf(Keeper.Of(ActorProps.Of(() => new Ending()), system.Services with { Time = time }));
        await UntilAsync(() => time.NextDueMs is not null);
        await system.EndAsync(away, StopDurable.Instance);
        Assert.Null(time.NextDueMs);
    }

    [Theory]
    [InlineData(EndCause.Fault, 0, 500)]
    [InlineData(EndCause.Fault, 3, 4_000)]
    [InlineData(EndCause.Fault, 60, 60_000)]
    [InlineData(EndCause.Unavailable, 0, 500)]
    [InlineData(EndCause.Unavailable, 60, 5_000)]
    [InlineData(EndCause.Overtaken, 0, 3_000)]
    [InlineData(EndCause.Overtaken, 60, 60_000)]
    [InlineData(EndCause.Damaged, 0, 60_000)]
    [InlineData(EndCause.Damaged, 60, 600_000)]
    public void Pauses_grow_to_a_bound_that_depends_on_the_cause(EndCause cause, int failures, long pauseMs) =>
        Assert.Equal(pauseMs, IncarnationEnded.PauseMs(cause, failures, 500));

    private static IActorRef Keep(LocalSystem system, string id, Action<string>? onEffect = null, NodeServices? services = null)
    {
        var node = services ?? system.Services;
        return system.System.ActorOf(Keeper.Of(ActorProps.Of(() => new PairShell(node, id, onEffect ?? (_ => { }))), node));
    }

    private static async Task WriteAsync(IActorRef actor)
    {
        actor.Tell(new Decide([new PairStarted(1, Symbol.Parse("ABC-USDT"), 1, "ABC", "USDT", "ema-cross", "low")], []));
        await ShownBy(actor);
    }

    /// <summary>Asks until there is an answer: what lies in the mailbox of an incarnation that ends goes with it.</summary>
    private static async Task<Shown> ShownBy(IActorRef actor)
    {
        for (var start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return await actor.Ask<Shown>(Show.Instance, TimeSpan.FromMilliseconds(500));
            }
            catch (AskTimeoutException) when (Stopwatch.GetElapsedTime(start) < LocalSystem.Patience)
            {
                // not yet
            }
        }
    }

    private static async Task<(long Version, long Replayed)> VersionsAsync(IActorRef actor)
    {
        var shown = await ShownBy(actor);
        return (shown.Version, shown.Replayed);
    }

    private async Task UntilAsync(string count)
    {
        using var patience = new CancellationTokenSource(LocalSystem.Patience);
        while (await _database.ValueAsync<long>(DatabaseRole.Owner, count) == 0)
            await Task.Delay(20, patience.Token);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(LocalSystem.Patience);
        while (!holds())
            await Task.Delay(20, patience.Token);
    }

    private sealed class Ending : UntypedActor
    {
        protected override void PreStart() => Context.Stop(Self);

        protected override void OnReceive(object message)
        {
            // it never gets one
        }
    }
}
