using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Host.Database;
using Bot.Host.Tests.Database;
using Bot.Testing;

namespace Bot.Host.Tests.Commands;

/// <summary>The demo and the node around what a machine does to them: Ctrl-C, full disks, taken ports, a database that is away.</summary>
[SupportedOSPlatform("linux")]
public sealed class DemoTests(MadeServer made) : IClassFixture<MadeServer>, IDisposable
{
    private readonly string _folder = MadeServer.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ctrl_C_ends_the_demo_in_order_at_any_moment_and_the_next_one_works()
    {
        await made.CopyToAsync(_folder);

        // While it starts.
        using (var starting = BotCommand.Start(_folder, ["demo", "--pairs", "2", "--days", "1"]))
        {
            await starting.WhenItSaysAsync("starting the simulated exchange");
            starting.Interrupt();
            Assert.Equal(130, (await starting.EndAsync()).IsReadable().Code);
        }
        Assert.Empty(BotCommand.ProcessesOf(_folder));

        // While it trades: without --exit Ctrl-C is how it ends, with it the run is not complete.
        using (var trading = BotCommand.Start(_folder, ["demo", "--pairs", "2", "--days", "1"]))
        {
            await trading.WhenItSaysAsync("equity");
            trading.Interrupt();
            var end = (await trading.EndAsync()).IsReadable();
            Assert.True(end.Code == 0, end.Error);
            Assert.Contains("orders' SHA-256", end.Output, StringComparison.Ordinal);
        }
        Assert.Empty(BotCommand.ProcessesOf(_folder));

        var next = (await BotCommand.RunAsync(_folder, "demo", "--pairs", "2", "--days", "0.02", "--speed", "max", "--exit", "--json", "--faults", "late")).IsReadable();
        Assert.True(next.Code == 0, next.Error);
        using var summary = JsonDocument.Parse(next.Output.TrimEnd().Split('\n')[^1]);
        Assert.Equal(JsonValueKind.Object, summary.RootElement.GetProperty("faults").ValueKind);
        Assert.Empty(BotCommand.ProcessesOf(_folder));
    }

    [Fact]
    public async Task A_database_that_cannot_be_reached_is_named_without_its_password()
    {
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [SimulatorAccount.Parse("k:s:p:USDT=1")] });
        var start = Stopwatch.GetTimestamp();
        var end = await BotCommand.RunAsync(_folder, [.. Node(simulator), "--db", "Host=127.0.0.1;Port=1;Username=me;Password=canary;Database=x"]);
        end.Failed(1, "me@127.0.0.1:1/x", "Check that the server runs");
        Assert.DoesNotContain("canary", end.Error + end.Output, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "it took too long to say so");
        (await BotCommand.RunAsync(_folder, [.. Node(simulator), "--db", "Host=127.0.0.1;Nonsense=1"])).Failed(1, "--db");
        (await BotCommand.RunAsync(_folder, [.. Node(simulator), "--db", Path.Combine(_folder, "nowhere")])).Failed(1, "nowhere");
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_what_to_do()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (await BotCommand.RunAsync(_folder, "simulator", "--port", $"{port}")).Failed(1, $"Port {port}", "choose another one");

        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [SimulatorAccount.Parse("k:s:p:USDT=1")] });
        var config = Path.Combine(_folder, "bot.json");
        await File.WriteAllTextAsync(config, $$"""{ "node": { "port": {{port}} }, "database": { "migrateAtStart": false } }""");
        var end = await BotCommand.RunAsync(_folder, [.. Node(simulator), "--config", config, "--db", database.Connections.For(DatabaseRole.App)]);
        end.Failed(1, $"Port {port} of the node is taken", "node.port");
    }

    [MountFact]
    public async Task A_full_disk_is_named_and_leaves_no_process_behind()
    {
        await using var disk = await TmpfsDisk.MountAsync(_folder, "20m");
        var end = await BotCommand.RunAsync(disk.Folder, "demo", "--pairs", "2", "--days", "1", "--exit");
        end.Failed(1, "The disk is full");
        Assert.Empty(BotCommand.ProcessesOf(disk.Folder));
    }

    [MountFact]
    public async Task A_full_disk_of_the_logs_costs_log_lines_and_a_warning_but_not_the_run()
    {
        await made.CopyToAsync(_folder);
        await using var disk = await TmpfsDisk.MountAsync(_folder, "64k");
        var filler = new FileInfo(Path.Combine(disk.Folder, "filler"));
        await using (var file = filler.Create())
        {
            await Assert.ThrowsAsync<IOException>(async () =>
            {
                for (; ; )
                {
                    await file.WriteAsync(new byte[4096]);
                    await file.FlushAsync();
                }
            });
        }
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [SimulatorAccount.Parse("k:s:p:USDT=1000")] });
        var config = Path.Combine(_folder, "bot.json");
        await File.WriteAllTextAsync(config, $$"""{ "log": { "folder": "{{disk.Folder}}" }, "selection": { "minQuoteVolume24h": 0, "minCandles": 3 }, "database": { "migrateAtStart": false } }""");
        using var node = BotCommand.Start(_folder, [.. Node(simulator), "--config", config, "--interval", "1min", "--db", database.Connections.For(DatabaseRole.App)]);
        await node.WhenItSaysAsync("lines of the log are lost");
        await node.WhenItSaysAsync("equity");
        node.Interrupt();
        var end = (await node.EndAsync()).IsReadable();
        Assert.True(end.Code == 0, end.Error);
        Assert.Single(end.Error.Split('\n'), l => l.Contains("lines of the log are lost", StringComparison.Ordinal));
    }

    private List<string> Node(SimulatorServer simulator)
    {
        var keys = Directory.CreateDirectory(Path.Combine(_folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        foreach (var (name, value) in new[] { ("key", "k"), ("secret", "s"), ("passphrase", "p") })
            File.WriteAllText(Path.Combine(keys, name), value);
        return ["node", "--exchange", simulator.Address.ToString(), "--keys", keys];
    }
}
