using System.Globalization;
using Akka.Configuration;

namespace Bot.Actors.Cluster;

/// <summary>Where a node listens and whom it joins.</summary>
public sealed record NodeAddress
{
    /// <summary>Host name or address that other nodes reach this one by.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port of the actor system; 0 takes any free one (a single node needs no known port).</summary>
    public int Port { get; init; }

    /// <summary>Port that it listens on where that is another one than others reach it by; null for <see cref="Port"/>.</summary>
    public int? ListenPort { get; init; }

    /// <summary>Addresses of the first nodes, the same list everywhere; empty for a single node, which joins itself.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];
}

/// <summary>The actor system's configuration: the settings that the promises rest on (RELIABILITY.md §1.4), and those that make a single node start fast.</summary>
public static class ClusterConfig
{
    /// <summary>The actor system's name, part of every address.</summary>
    public const string SystemName = "bot";

    /// <summary>Number of shards. One number for ever: a cluster's shards cannot be counted anew.</summary>
    public const int Shards = 60;

    /// <summary>Id of the journal of trading actors.</summary>
    public const string JournalPlugin = "akka.persistence.journal.sql";

    /// <summary>Id of the snapshot store of trading actors.</summary>
    public const string SnapshotPlugin = "akka.persistence.snapshot-store.sql";

    /// <summary>Id of sharding's own journal: its tables grant deletion, the trading journal's do not.</summary>
    public const string ShardingJournalPlugin = "akka.persistence.journal.sharding";

    /// <summary>Id of sharding's own snapshot store.</summary>
    public const string ShardingSnapshotPlugin = "akka.persistence.snapshot-store.sharding";

    /// <summary>The configuration of a node.</summary>
    /// <param name="address">Where it listens and whom it joins.</param>
    /// <param name="connectionString">The database as the application's role.</param>
    public static Config Create(NodeAddress address, string connectionString)
    {
        var db = Quote(connectionString);
        var seeds = string.Join(", ", address.Seeds.Select(Quote));
        return ConfigurationFactory.ParseString(string.Create(CultureInfo.InvariantCulture, $$"""
            akka {
              actor {
                provider = cluster
                serialization-settings.allow-unregistered-types = off
                serializers {
                  bot-journal = "Bot.Actors.Persistence.JournalSerializer, Bot.Actors"
                  bot-message = "Bot.Actors.Runtime.MessageSerializer, Bot.Actors"
                }
                serialization-bindings {
                  "Bot.Actors.Persistence.JournalEntry, Bot.Actors" = bot-journal
                  "Bot.Actors.Persistence.StoredSnapshot, Bot.Actors" = bot-journal
                  "Bot.Actors.Runtime.IWireMessage, Bot.Actors" = bot-message
                }
                # Counted, so that a replay knows when nothing is under way.
                default-dispatcher.executor = "Bot.Actors.Runtime.CountingExecutorConfigurator, Bot.Actors"
                internal-dispatcher.executor = "Bot.Actors.Runtime.CountingExecutorConfigurator, Bot.Actors"
              }
              # Standard output is the caller's: a summary's last line must be the last.
              stdout-loglevel = OFF
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              # Signals belong to the command: it sums up first and then stops the node. The hook would take the actors away under it.
              coordinated-shutdown { exit-clr = off, run-by-clr-shutdown-hook = off }
              remote.dot-netty.tcp {
                public-hostname = {{Quote(address.Host)}}
                hostname = {{Quote(address.Host)}}
                port = {{address.ListenPort ?? address.Port}}
                public-port = {{(address.ListenPort is null ? 0 : address.Port)}}
              }
              cluster {
                roles = [bot]
                seed-nodes = [{{seeds}}]
                seed-node-timeout = 10s
                downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
                split-brain-resolver { active-strategy = keep-majority, stable-after = 7s }
                # A node is up in a fraction of a second instead of seconds; gossip is cheap at this size.
                periodic-tasks-initial-delay = 100ms
                leader-actions-interval = 200ms
                gossip-interval = 250ms
                distributed-data.durable.keys = []
                sharding {
                  state-store-mode = ddata
                  remember-entities = on
                  remember-entities-store = eventsourced
                  # Self-timers do not count as activity: a passivated pair would leave its stop unwatched.
                  passivate-idle-entity-after = off
                  journal-plugin-id = {{ShardingJournalPlugin}}
                  snapshot-plugin-id = {{ShardingSnapshotPlugin}}
                  distributed-data.durable.keys = []
                  handoff-timeout = 60s
                  retry-interval = 500ms
                  entity-restart-backoff = 2s
                  shard-failure-backoff = 2s
                  coordinator-failure-backoff = 2s
                  fail-on-invalid-entity-state-transition = off
                }
                singleton-proxy.singleton-identification-interval = 200ms
                singleton-proxy.buffer-size = 10000
              }
              persistence {
                journal {
                  plugin = {{JournalPlugin}}
                  auto-start-journals = [{{JournalPlugin}}]
                  sql { {{Journal(JournalPlugin, "", db)}} }
                  sharding = ${akka.persistence.journal.sql} { {{Journal(ShardingJournalPlugin, "sharding_", db)}} }
                }
                snapshot-store {
                  plugin = {{SnapshotPlugin}}
                  auto-start-snapshot-stores = [{{SnapshotPlugin}}]
                  sql { {{Snapshots(SnapshotPlugin, "", db)}} }
                  sharding = ${akka.persistence.snapshot-store.sql} { {{Snapshots(ShardingSnapshotPlugin, "sharding_", db)}} }
                }
              }
            }
            """));
    }

    /// <summary>Says which settings that the promises rest on do not hold; empty when all do.</summary>
    public static IReadOnlyList<string> Faults(Config effective)
    {
        var faults = new List<string>();
        foreach (var plugin in (ReadOnlySpan<string>)[JournalPlugin, ShardingJournalPlugin])
        {
            // The default filter drops rows when an entity comes back to a node: one writer id a system is all it looks at (finding 1).
            Require($"{plugin}.replay-filter.mode", "off");
            Require($"{plugin}.batch-size", "1");
            Require($"{plugin}.auto-initialize", "off", "false");
        }
        Require("akka.persistence.journal.plugin", JournalPlugin);
        Require("akka.persistence.snapshot-store.plugin", SnapshotPlugin);
        Require("akka.cluster.sharding.journal-plugin-id", ShardingJournalPlugin);
        Require("akka.cluster.sharding.snapshot-plugin-id", ShardingSnapshotPlugin);
        Require("akka.cluster.sharding.passivate-idle-entity-after", "off");
        Require("akka.cluster.sharding.remember-entities", "on", "true");
        Require("akka.cluster.sharding.remember-entities-store", "eventsourced");
        Require("akka.cluster.sharding.state-store-mode", "ddata");
        if (effective.GetString($"{JournalPlugin}.default.journal.table-name") == effective.GetString($"{ShardingJournalPlugin}.default.journal.table-name"))
            faults.Add("trading and sharding share a journal table");
        return faults;

        void Require(string path, params string[] allowed)
        {
            var value = effective.GetString(path);
            if (!allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
                faults.Add($"{path} is '{value}', it must be '{allowed[0]}'");
        }
    }

    private static string Journal(string id, string tablePrefix, string db) => $$"""
        class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
        plugin-id = {{id}}
        connection-string = {{db}}
        provider-name = "PostgreSQL.15"
        auto-initialize = off
        # Measured: a batch of several actors fails together, and the breaker then fails the whole node (finding 2).
        batch-size = 1
        parallelism = 16
        prefer-parameters-on-multirow-insert = on
        replay-filter.mode = off
        circuit-breaker { max-failures = 1000000, call-timeout = 10s }
        default { journal.table-name = {{tablePrefix}}journal, tag.table-name = {{tablePrefix}}tags }
        """;

    private static string Snapshots(string id, string tablePrefix, string db) => $$"""
        class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql"
        plugin-id = {{id}}
        connection-string = {{db}}
        provider-name = "PostgreSQL.15"
        auto-initialize = off
        circuit-breaker { max-failures = 1000000, call-timeout = 10s }
        default { snapshot.table-name = {{tablePrefix}}snapshot }
        """;

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
