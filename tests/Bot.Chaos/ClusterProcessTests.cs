using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Bot.Testing;

namespace Bot.Chaos;

/// <summary>Two nodes as real processes in one cluster.</summary>
[SupportedOSPlatform("linux")]
public sealed class ClusterProcessTests : IDisposable
{
    // Shorter than the time that a replay gives its pairs: a node that waited for pairs elsewhere would show nothing by then.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-cluster-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_second_node_of_a_cluster_is_at_work_although_the_selector_is_on_the_first()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var venue = await SimulatedVenue.StartOnTheWallClockAsync("--pairs", "4");
        var port = FreePort();
        using var first = BotProgram.Start(_folder, Node(venue, database, port, port));
        await ShownAsync(first);
        using var second = BotProgram.Start(_folder, Node(venue, database, FreePort(), port));
        await ShownAsync(second);
        Assert.False(first.HasExited);
    }

    private static Task ShownAsync(BotProgram node) => Waiting.UntilAsync(
        () => Task.FromResult(node.ErrorSoFar.Contains("  equity ", StringComparison.Ordinal)), Patience, () => $"the node shows no account: {node.ErrorSoFar}");

    private List<string> Node(SimulatedVenue venue, TestDatabase database, int port, int seed)
    {
        var config = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"node-{port}.json"));
        File.WriteAllText(config, $$"""
            {
              "selection": { "minQuoteVolume24h": 0, "minCandles": 3 },
              "node": { "port": {{port}}, "seeds": ["akka.tcp://bot@127.0.0.1:{{seed}}"] }
            }
            """);
        return venue.NodeArguments(_folder, database, config);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
