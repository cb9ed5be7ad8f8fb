using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Bot.Host.Database;
using Npgsql;

namespace Bot.Chaos.Deployments;

/// <summary>
/// A whole deployment of real processes: nodes of one cluster, a Postgres of its own, an exchange, and a proxy on each way between them. All of
/// it dies with this process.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ChaosDeployment : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(100);
    private readonly string _folder;
    private readonly bool _keepsFolder;
    private readonly List<ChaosNode> _nodes = [];
    private readonly List<FaultProxy> _proxies = [];

    private ChaosDeployment(string folder, bool keepsFolder, DeploymentOptions options, ChaosPostgres postgres, SimulatedVenue venue) =>
        (_folder, _keepsFolder, Options, Postgres, Venue) = (folder, keepsFolder, options, postgres, venue);

    /// <summary>What it was made of.</summary>
    public DeploymentOptions Options { get; }

    /// <summary>Its database.</summary>
    public ChaosPostgres Postgres { get; }

    /// <summary>Its exchange.</summary>
    public SimulatedVenue Venue { get; }

    /// <summary>Its nodes.</summary>
    public IReadOnlyList<ChaosNode> Nodes => _nodes;

    /// <summary>Starts it. The nodes are starting when this returns, unless they are not wanted yet.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="startsNodes">Whether the nodes are started.</param>
    /// <param name="keepsFolder">Whether logs and data are left behind.</param>
    public static async Task<ChaosDeployment> StartAsync(DeploymentOptions options, bool startsNodes = true, bool keepsFolder = false)
    {
        var folder = Directory.CreateTempSubdirectory("bot-chaos-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        ChaosPostgres? postgres = null;
        SimulatedVenue? venue = null;
        ChaosDeployment? made = null;
        try
        {
            var starting = ChaosPostgres.StartAsync(options.DataFolder ?? folder, options.WalFolder, options.PostgresSettings, options.MaxConnections);
            string[] market = [.. options.Market(folder)];
            venue = options.IsLockstep ? await SimulatedVenue.StartAsync(market) : await SimulatedVenue.StartOnTheWallClockAsync(market);
            postgres = await starting;
            made = new ChaosDeployment(folder, keepsFolder, options, postgres, venue);
            made.AddNodes();
            if (startsNodes)
                await Task.WhenAll(made._nodes.Select(n => n.StartAsync()));
            return made;
        }
        catch
        {
            if (made is not null)
                await made.DisposeAsync();
            else
                await CleanUpAsync(postgres, venue, folder);
            throw;
        }
    }

    /// <summary>Ends every fault that a proxy or a node's clock makes.</summary>
    public async Task HealAsync()
    {
        foreach (var proxy in _proxies)
        {
            proxy.Set(Weather.Fair);
            proxy.LoseAnswers(null);
        }
        foreach (var node in _nodes)
        {
            node.Continue();
            await node.SetClockAsync(TimeSpan.Zero);
            await node.StartAsync();
        }
        await Postgres.EnsureRunningAsync();
        await Venue.SetFaultsAsync("calm", Options.Seed);
    }

    /// <summary>Makes a node of another deployment: the same key on a database of its own. It is not part of this one, and its starter disposes of it.</summary>
    /// <param name="database">Name of its database.</param>
    public async Task<ChaosNode> AddStrangerAsync(string database)
    {
        await Postgres.MakeDatabaseAsync(database);
        var folder = Directory.CreateDirectory(Path.Combine(_folder, database)).FullName;
        var exchange = new FaultProxy(Local(Venue.Address.Port));
        var way = new FaultProxy(Local(Postgres.Port));
        _proxies.AddRange([exchange, way]);
        var connection = new NpgsqlConnectionStringBuilder(Postgres.Connections.WithDatabase(database).For(DatabaseRole.App)) { Port = way.Port }.ConnectionString;
        var config = TradingConfig.WriteBusy(folder, Options.Configuration, Options.Parameters, Options.Risk, Options.Selection);
        string[] arguments =
        [
            "node", "--config", config, "--exchange", $"http://127.0.0.1:{exchange.Port}/", "--keys", SimulatedVenue.WriteKeys(folder), "--db", connection,
        ];
        return new ChaosNode(new ChaosNodeSetup(_nodes.Count + 1, folder, arguments, exchange, way, null));
    }

    /// <summary>Cuts a node off from the other nodes.</summary>
    /// <param name="index">Which, from 0.</param>
    /// <param name="inwards">Whether nothing reaches it.</param>
    /// <param name="outwards">Whether nothing of it reaches the others.</param>
    public void Part(int index, bool inwards = true, bool outwards = true)
    {
        // A connection carries both directions, whoever made it; the client's side of it tells whose it is.
        _nodes[index].Setup.Peers?.Set(new Weather(HoldsRequests: inwards, HoldsAnswers: outwards));
        foreach (var other in _nodes.Where(n => n.Setup.Index != index + 1))
            other.Setup.Peers?.Set(new Weather(HoldsRequests: outwards, HoldsAnswers: inwards), from: index + 1);
    }

    /// <summary>Orders that were ever licensed.</summary>
    public Task<long> OrdersAsync(CancellationToken cancel = default) =>
        Postgres.CountAsync("SELECT count(*) FROM journal WHERE persistence_id LIKE 'order-%' AND sequence_number = 1", cancel: cancel);

    /// <summary>Waits until so many more orders were licensed.</summary>
    /// <returns>How long it took.</returns>
    /// <exception cref="TimeoutException">Nothing is traded.</exception>
    public async Task<TimeSpan> WhenTradedAsync(int orders, TimeSpan patience, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        long? before = null;
        while (true)
        {
            try
            {
                var now = await OrdersAsync(cancel);
                before ??= now;
                if (now >= before + orders)
                    return Stopwatch.GetElapsedTime(start);
            }
            catch (NpgsqlException)
            {
                // Perhaps it is the database that recovers.
            }
            if (Stopwatch.GetElapsedTime(start) > patience)
            {
                throw new TimeoutException(
                    $"Nothing was traded for {patience.TotalSeconds} s; the nodes' last words:{Environment.NewLine}"
                    + string.Join(Environment.NewLine, _nodes.Select(n => $"node {n.Setup.Index} (process {n.ProcessId}): {Tail(n.Said)}")));
            }
            await Task.Delay(Between, cancel);
        }
    }

    /// <summary>Lets <c>bot check</c> judge it.</summary>
    public Task<CheckAnswer> CheckAsync(int settleSeconds) =>
        CheckAnswer.AskAsync(_folder, Venue.Address, Postgres.Reader, SimulatedVenue.Key, settleSeconds);

    /// <summary>The witnesses' files of all nodes.</summary>
    public IEnumerable<string> Witnesses(string file) => _nodes.Select(n => Path.Combine(n.Setup.Folder, file)).Where(File.Exists);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
        await CleanUpAsync(Postgres, Venue, _keepsFolder ? null : _folder);
    }

    private static async Task CleanUpAsync(ChaosPostgres? postgres, SimulatedVenue? venue, string? folder)
    {
        if (venue is not null)
            await venue.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }

    private static string Tail(string text) => text.Length > 600 ? text[^600..] : text;

    private void AddNodes()
    {
        var isCluster = Options.Nodes > 1;
        var listening = FreePorts(Options.Nodes);
        var peers = listening.Select(port => isCluster ? new FaultProxy(Local(port), WhoIs) : null).ToList();
        var seeds = string.Join(", ", peers.OfType<FaultProxy>().Select(p => $"\"akka.tcp://bot@127.0.0.1:{p.Port}\""));
        for (var i = 0; i < Options.Nodes; i++)
        {
            var exchange = new FaultProxy(Local(Venue.Address.Port));
            var database = new FaultProxy(Local(Postgres.Port));
            _proxies.AddRange([exchange, database, .. peers[i] is { } own ? [own] : Array.Empty<FaultProxy>()]);
            var folder = Directory.CreateDirectory(Path.Combine(_folder, $"node-{i + 1}")).FullName;
            var node = peers[i] is { } peer
                ? string.Create(CultureInfo.InvariantCulture, $"\"node\": {{ \"port\": {peer.Port}, \"listenPort\": {listening[i]}, \"seeds\": [{seeds}] }}")
                : "";
            var config = TradingConfig.WriteBusy(folder, string.Join(", ", new[] { node, Options.Configuration }.Where(s => s.Length > 0)), Options.Parameters, Options.Risk, Options.Selection);
            var connection = new NpgsqlConnectionStringBuilder(Postgres.Connections.For(DatabaseRole.App)) { Port = database.Port }.ConnectionString;
            string[] arguments =
            [
                "node", "--config", config, "--exchange", $"http://127.0.0.1:{exchange.Port}/", "--keys", SimulatedVenue.WriteKeys(folder), "--db", connection,
                .. (IEnumerable<string>)(Options.IsLockstep ? ["--lockstep", SimulatedVenue.Key] : []),
            ];
            _nodes.Add(new ChaosNode(new ChaosNodeSetup(i + 1, folder, arguments, exchange, database, peers[i])));
        }
    }

    /// <summary>Whose connection it is that comes to a node's proxy.</summary>
    private int? WhoIs(int clientPort, int proxyPort)
    {
        var owner = FaultProxy.OwnerOf(clientPort, proxyPort, _nodes.Select(n => n.ProcessId).Where(p => p > 0));
        return _nodes.FirstOrDefault(n => n.ProcessId == owner)?.Setup.Index;
    }

    private static IPEndPoint Local(int port) => new(IPAddress.Loopback, port);

    private static List<int> FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToList();
        listeners.ForEach(l => l.Dispose());
        return ports;
    }
}
