using System.Net;
using System.Net.Sockets;
using Bot.Actors.Cluster;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;
using Bot.Exchange.Simulator;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Node;
using Bot.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bot.Chaos;

/// <summary>Several nodes of one cluster in this process, on one database and one exchange.</summary>
internal sealed class InProcessNodes : IAsyncDisposable
{
    public const string Key = "cluster";
    public const string KeySecret = "cluster-secret";
    public const string Passphrase = "cluster-passphrase";

    // Akka moves shards every ten seconds; here somebody waits for it.
    private const string Impatient = "akka.cluster.sharding.rebalance-interval = 500ms";

    private readonly List<BotNode> _nodes = [];
    private readonly List<BotDatabase> _databases = [];
    private readonly TestDatabase _database;
    private readonly Uri _exchange;
    private readonly string _config;
    private readonly List<int> _ports;

    private InProcessNodes(TestDatabase database, Uri exchange, string config, int count)
    {
        (_database, _exchange, _config) = (database, exchange, config);
        _ports = [.. FreePorts(count)];
    }

    /// <summary>The nodes, the oldest first.</summary>
    public IReadOnlyList<BotNode> Nodes => _nodes;

    /// <summary>Port of the first node, which the others join.</summary>
    public int SeedPort => _ports[0];

    /// <summary>Wishes where shards shall be.</summary>
    public ShardMoves Moves { get; } = new();

    /// <summary>The account as the simulator takes it.</summary>
    public static SimulatorAccount Account => SimulatorAccount.Parse($"{Key}:{KeySecret}:{Passphrase}:USDT=10000");

    /// <summary>Starts the nodes, one after the other.</summary>
    /// <param name="database">The cluster's database.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="config">Configuration file.</param>
    /// <param name="count">How many nodes.</param>
    /// <param name="overrides">Settings of the actor system laid over the nodes' own.</param>
    public static async Task<InProcessNodes> StartAsync(TestDatabase database, Uri exchange, string config, int count, string overrides = Impatient)
    {
        var nodes = new InProcessNodes(database, exchange, config, count);
        try
        {
            foreach (var port in nodes._ports)
                await nodes.AddAsync(port, overrides);
            return nodes;
        }
        catch
        {
            await nodes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Enumerable.Reverse(_nodes))
            await node.DisposeAsync();
        _nodes.Clear();
        foreach (var database in _databases)
            await database.DisposeAsync();
        _databases.Clear();
    }

    private async Task AddAsync(int port, string overrides)
    {
        var configuration = ConfigurationLoader.Load(_config, null, c => c with
        {
            Exchange = c.Exchange with { BaseAddress = _exchange },
            Node = c.Node with { Port = port, Seeds = [$"akka.tcp://{ClusterConfig.SystemName}@127.0.0.1:{_ports[0]}"] },
        });
        var database = await BotDatabase.OpenAsync(
            new DatabaseOptions { ConnectionString = _database.Connections.App, MigrateAtStart = false }, Path.GetTempPath());
        _databases.Add(database);
        _nodes.Add(await BotNode.StartAsync(
            new BotNodeOptions
            {
                Configuration = configuration,
                Credentials = new KucoinCredentials(Secret.FromText(Key), Secret.FromText(KeySecret), Secret.FromText(Passphrase)),
                ConnectionString = database.PooledConnectionString,
                Database = database.App,
                Moves = Moves,
                Overrides = overrides,
            },
            NullLoggerFactory.Instance,
            CancellationToken.None));
    }

    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToList();
        listeners.ForEach(l => l.Dispose());
        return ports;
    }
}
