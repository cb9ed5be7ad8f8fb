using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Host.Database;
using Bot.Testing;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>Nodes that leave their cluster: because they were told to, and because the cluster has given them up.</summary>
[SupportedOSPlatform("linux")]
public sealed class LeavingTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-leaving-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_node_that_is_told_to_stop_ends_with_0_and_one_that_was_downed_with_a_code_of_its_own()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [InProcessNodes.Account],
            Synthetic = new SyntheticMarketOptions { Pairs = 4 },
            Clock = SimulatorClock.Wall,
            Speed = 60,
            RateLimits = false,
        });
        var config = TradingConfig.WriteBusy(_folder);
        await using var cluster = await InProcessNodes.StartAsync(database, simulator.Address, config, 1);
        var address = Akka.Cluster.Cluster.Get(cluster.Nodes[0].System);

        // Told to: the projector, which the summary needs, is on the other node; its pairs have orders under way.
        using (var told = await JoinAsync(cluster, database, simulator.Address, config))
        {
            await Waiting.UntilAsync(async () => await OrdersAsync(database) > 0, Patience, () => "nothing was traded");
            var since = System.Diagnostics.Stopwatch.GetTimestamp();
            told.Terminate();
            var end = await told.EndAsync(Patience);
            output.WriteLine($"stopped in {System.Diagnostics.Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
            output.WriteLine(end.Error);
            Assert.Equal(0, end.Code);
            Assert.Contains("summary", end.Output, StringComparison.Ordinal);
            Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(since).TotalSeconds, 0, 30);
            await Waiting.UntilAsync(() => Task.FromResult(address.State.Members.Count == 1), Patience, () => "the stopped node is still a member");
        }

        using var downed = await JoinAsync(cluster, database, simulator.Address, config);
        address.Down(address.State.Members.Single(m => m.Address != address.SelfAddress).Address);
        var lost = await downed.EndAsync(Patience);
        Assert.Equal(3, lost.Code);
        Assert.Contains("removed from its cluster", lost.Error, StringComparison.Ordinal);

        // The other node has everything and goes on.
        var orders = await OrdersAsync(database);
        await Waiting.UntilAsync(async () => await OrdersAsync(database) > orders, Patience, () => "the other node does not trade");

        // While it runs: of a stop that triggers after the bot has ended nobody could know.
        var check = await BotProgram.RunAsync(
            _folder, "check", "--simulator", simulator.Address.ToString(), "--db", database.Connections.For(DatabaseRole.ReadOnly), "--account", InProcessNodes.Key, "--settle", "30");
        output.WriteLine(check.Output);
        foreach (var invariant in (string[])["I1", "I2", "I11", "I16", "I17", "I18"])
            Assert.DoesNotContain($"{invariant}  ", check.Output, StringComparison.Ordinal);
    }

    private async Task<BotProgram> JoinAsync(InProcessNodes cluster, TestDatabase database, Uri exchange, string busy)
    {
        var config = Path.Combine(_folder, "second.json");
        var node = string.Create(
            CultureInfo.InvariantCulture, $$""" "node": { "port": {{FreePort()}}, "seeds": ["akka.tcp://bot@127.0.0.1:{{cluster.SeedPort}}"] },""");
        await File.WriteAllTextAsync(config, "{" + node + (await File.ReadAllTextAsync(busy)).TrimStart()[1..]);
        var keys = SimulatedVenue.WriteKeys(_folder, InProcessNodes.Key, InProcessNodes.KeySecret, InProcessNodes.Passphrase);
        var program = BotProgram.Start(
            _folder, "node", "--config", config, "--exchange", exchange.ToString(), "--keys", keys, "--db", database.Connections.For(DatabaseRole.App));
        var members = Akka.Cluster.Cluster.Get(cluster.Nodes[0].System);
        await Waiting.UntilAsync(
            () => Task.FromResult(program.HasExited || members.State.Members.Count(m => m.Status == Akka.Cluster.MemberStatus.Up) == 2), Patience, () => $"did not join: {program.ErrorSoFar}");
        Assert.False(program.HasExited, program.ErrorSoFar);
        return program;
    }

    private static Task<long> OrdersAsync(TestDatabase database) => database.ValueAsync<long>(
        DatabaseRole.ReadOnly, "SELECT count(*) FROM journal WHERE persistence_id LIKE 'order-%' AND sequence_number = 1");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
