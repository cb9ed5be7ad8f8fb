using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Akka.Persistence.Sql;
using Bot.Host.Database;
using Bot.Testing;
using Npgsql;

namespace Bot.Host.Tests.Database;

/// <summary>The persistence plugin works on the tables of our migrations as the application's role, making none itself.</summary>
public sealed class AkkaPersistenceTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task An_actor_persists_snapshots_and_recovers_on_our_tables()
    {
        await WithSystemAsync(_database.Connections.App, autoInitialise: false, async system =>
        {
            var actor = system.ActorOf(Props.Create(() => new Counter("c-1", "")));
            for (var n = 1; n <= 5; n++)
                Assert.Equal(n, await actor.Ask<int>(new Add($"e{n}"), Patience));
            Assert.Equal(5L, await actor.Ask<long>(new Snapshot(), Patience));
            // The same state once more: a snapshot is an upsert.
            Assert.Equal(5L, await actor.Ask<long>(new Snapshot(), Patience));
            Assert.Equal(6, await actor.Ask<int>(new Add("e6"), Patience));
        });
        await WithSystemAsync(_database.Connections.App, autoInitialise: false, async system =>
        {
            var actor = system.ActorOf(Props.Create(() => new Counter("c-1", "")));
            Assert.Equal(("e1 e2 e3 e4 e5 e6", 1), await actor.Ask<(string, int)>(new Show(), Patience));
            // Older snapshots may go; the events may not.
            Assert.True(await actor.Ask<bool>(new ForgetSnapshots(), Patience));
            Assert.False(await actor.Ask<bool>(new ForgetEvents(), Patience));
        });
        Assert.Equal(6L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM journal WHERE persistence_id = 'c-1' AND NOT deleted"));
        Assert.Equal(0L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM snapshot"));
    }

    [Fact]
    public async Task Tagged_events_find_their_way_into_the_tag_table()
    {
        await WithSystemAsync(_database.Connections.App, autoInitialise: false, async system =>
        {
            var actor = system.ActorOf(Props.Create(() => new Counter("c-2", "")));
            Assert.Equal(1, await actor.Ask<int>(new Add("e1", "order"), Patience));
        });
        Assert.Equal("order", await _database.ValueAsync<string>(DatabaseRole.ReadOnly, "SELECT tag FROM tags JOIN journal ON ordering = ordering_id WHERE journal.persistence_id = 'c-2'"));
    }

    [Fact]
    public async Task The_books_of_sharding_can_be_pruned_and_the_trading_journal_stays_out_of_it()
    {
        await WithSystemAsync(_database.Connections.App, autoInitialise: false, async system =>
        {
            var actor = system.ActorOf(Props.Create(() => new Counter("s-1", "sharding")));
            Assert.Equal(1, await actor.Ask<int>(new Add("e1"), Patience));
            Assert.Equal(2, await actor.Ask<int>(new Add("e2"), Patience));
            Assert.Equal(2L, await actor.Ask<long>(new Snapshot(), Patience));
            Assert.True(await actor.Ask<bool>(new ForgetEvents(), Patience));
            Assert.True(await actor.Ask<bool>(new ForgetSnapshots(), Patience));
        });
        Assert.Equal(0L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM sharding_journal WHERE NOT deleted"));
        Assert.Equal(0L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM journal"));
    }

    [Fact]
    public async Task Two_writers_of_one_actor_cannot_both_continue_it()
    {
        await WithSystemAsync(_database.Connections.App, autoInitialise: false, async first =>
            await WithSystemAsync(_database.Connections.App, autoInitialise: false, async second =>
            {
                var one = first.ActorOf(Props.Create(() => new Counter("c-3", "")));
                var other = second.ActorOf(Props.Create(() => new Counter("c-3", "")));
                Assert.Equal(("", 0), await one.Ask<(string, int)>(new Show(), Patience));
                Assert.Equal(("", 0), await other.Ask<(string, int)>(new Show(), Patience));
                Assert.Equal(1, await one.Ask<int>(new Add("mine"), Patience));
                Assert.True(await other.Ask<bool>(new AddOrDie("mine too"), Patience));
            }));
        Assert.Equal(1L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM journal WHERE persistence_id = 'c-3'"));
    }

    [Fact]
    public async Task Our_tables_have_the_shape_that_the_plugin_would_make_itself()
    {
        await using var scratch = await TestPostgres.CreateEmptyDatabaseAsync();
        await WithSystemAsync(scratch.Connections.Owner, autoInitialise: true, async system =>
        {
            foreach (var plugin in new[] { "", "sharding" })
            {
                var actor = system.ActorOf(Props.Create(() => new Counter("x", plugin)));
                Assert.Equal(1, await actor.Ask<int>(new Add("e", "t"), Patience));
                Assert.Equal(1L, await actor.Ask<long>(new Snapshot(), Patience));
            }
        });
        var wanted = await ShapeAsync(scratch);
        Assert.Contains("sharding_journal.message bytea NO", wanted);
        Assert.Equal(wanted, await ShapeAsync(_database));
    }

    // Columns with type and nullability, and every unique key by its columns: all that the plugin relies on.
    private static async Task<IReadOnlyList<string>> ShapeAsync(TestDatabase database)
    {
        await using var connection = await database.OpenAsync(DatabaseRole.Owner);
        await using var command = new NpgsqlCommand(
            """
            WITH mine(name) AS (SELECT unnest(ARRAY['journal', 'tags', 'snapshot', 'sharding_journal', 'sharding_tags', 'sharding_snapshot']))
            SELECT format('%s.%s %s %s%s', table_name, column_name, data_type, is_nullable, CASE is_identity WHEN 'YES' THEN ' identity' END)
            FROM information_schema.columns JOIN mine ON table_name = mine.name WHERE table_schema = 'public'
            UNION ALL
            SELECT format('%s %s (%s)', conrelid::regclass, contype, (SELECT string_agg(attname, ', ' ORDER BY attname) FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)))
            FROM pg_constraint JOIN mine ON conrelid = to_regclass('public.' || mine.name) WHERE contype IN ('p', 'u')
            ORDER BY 1
            """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var shape = new List<string>();
        while (await reader.ReadAsync())
            shape.Add(reader.GetString(0));
        return shape;
    }

    private static async Task WithSystemAsync(string connectionString, bool autoInitialise, Func<ActorSystem, Task> work)
    {
        string Plugins(string id, string prefix) => $$"""
            akka.persistence.journal.{{id}} {
              class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
              plugin-id = "akka.persistence.journal.{{id}}"
              plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"
              connection-string = "{{connectionString}}"
              provider-name = PostgreSQL.15
              auto-initialize = {{(autoInitialise ? "on" : "off")}}
              replay-filter.mode = off
              batch-size = 1
              default { journal.table-name = {{prefix}}journal, tag.table-name = {{prefix}}tags }
              event-adapters { tagging = "{{typeof(Tagging).AssemblyQualifiedName}}" }
              event-adapter-bindings { "System.String" = tagging }
            }
            akka.persistence.snapshot-store.{{id}} {
              class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
              plugin-id = "akka.persistence.snapshot-store.{{id}}"
              plugin-dispatcher = "akka.persistence.dispatchers.default-plugin-dispatcher"
              connection-string = "{{connectionString}}"
              provider-name = PostgreSQL.15
              auto-initialize = {{(autoInitialise ? "on" : "off")}}
              default { snapshot.table-name = {{prefix}}snapshot }
            }

            """;
        var configuration = ConfigurationFactory.ParseString(
                """
                akka.loglevel = ERROR
                akka.stdout-loglevel = ERROR
                akka.persistence.journal.plugin = akka.persistence.journal.sql
                akka.persistence.snapshot-store.plugin = akka.persistence.snapshot-store.sql

                """ + Plugins("sql", "") + Plugins("sharding", "sharding_"))
            .WithFallback(SqlPersistence.DefaultConfiguration);
        var system = ActorSystem.Create("test", configuration);
        try
        {
            await work(system);
        }
        finally
        {
            await system.Terminate();
        }
    }

    private sealed record Add(string Text, string? Tag = null);

    private sealed record AddOrDie(string Text);

    private sealed record Snapshot;

    private sealed record Show;

    private sealed record ForgetSnapshots;

    private sealed record ForgetEvents;

    /// <summary>Tags an event of the form "tag#text".</summary>
    public sealed class Tagging : IWriteEventAdapter
    {
        public string Manifest(object evt) => "";

        public object ToJournal(object evt) => evt is string text && text.Split('#') is [var tag, var rest] ? new Tagged(rest, [tag]) : evt;
    }

    private sealed class Counter : UntypedPersistentActor
    {
        private readonly List<string> _events = [];
        private int _replayed;
        private IActorRef _asker = ActorRefs.Nobody;

        public Counter(string id, string plugin)
        {
            PersistenceId = id;
            if (plugin.Length > 0)
            {
                JournalPluginId = $"akka.persistence.journal.{plugin}";
                SnapshotPluginId = $"akka.persistence.snapshot-store.{plugin}";
            }
        }

        public override string PersistenceId { get; }

        protected override void OnCommand(object message)
        {
            switch (message)
            {
                case Add add:
                    var sender = Sender;
                    Persist(add.Tag is null ? add.Text : $"{add.Tag}#{add.Text}", _ =>
                    {
                        _events.Add(add.Text);
                        sender.Tell(_events.Count);
                    });
                    break;
                case AddOrDie add:
                    _asker = Sender;
                    Persist(add.Text, _ => _asker.Tell(false));
                    break;
                case Snapshot:
                    _asker = Sender;
                    SaveSnapshot(string.Join(' ', _events));
                    break;
                case SaveSnapshotSuccess saved:
                    _asker.Tell(saved.Metadata.SequenceNr);
                    break;
                case SaveSnapshotFailure failed:
                    _asker.Tell(new Status.Failure(failed.Cause));
                    break;
                case Show:
                    Sender.Tell((string.Join(' ', _events), _replayed));
                    break;
                case ForgetSnapshots:
                    _asker = Sender;
                    DeleteSnapshots(new SnapshotSelectionCriteria(long.MaxValue, DateTime.MaxValue));
                    break;
                case ForgetEvents:
                    _asker = Sender;
                    DeleteMessages(LastSequenceNr);
                    break;
                case DeleteSnapshotsSuccess or DeleteMessagesSuccess:
                    _asker.Tell(true);
                    break;
                case DeleteSnapshotsFailure or DeleteMessagesFailure:
                    _asker.Tell(false);
                    break;
            }
        }

        protected override void OnRecover(object message)
        {
            if (message is SnapshotOffer { Snapshot: string all })
            {
                _events.AddRange(all.Split(' '));
            }
            else if (message is string text)
            {
                _events.Add(text);
                _replayed++;
            }
        }

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
        {
            Debug.Assert(cause is not null, "a failure has a cause");
            _asker.Tell(true);
        }
    }
}
