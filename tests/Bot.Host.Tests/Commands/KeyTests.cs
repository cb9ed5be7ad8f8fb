using System.Runtime.Versioning;
using Bot.Exchange.Simulator;

namespace Bot.Host.Tests.Commands;

/// <summary>Keys that are wrong, and keys that may do too much, against a simulator that judges them as the exchange does.</summary>
[SupportedOSPlatform("linux")]
public sealed class KeyTests : IAsyncLifetime
{
    private const string Secret = "canary-secret-4711";
    private const string Passphrase = "canary-passphrase-4712";

    private static readonly SimulatorAccount Good = new()
    {
        Key = "good", Secret = Secret, Passphrase = Passphrase, IpWhitelist = ["127.0.0.1"], Balances = new Dictionary<string, decimal> { ["USDT"] = 1_000 },
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("bot-keys-").FullName;
    private SimulatorServer _simulator = null!;

    public async Task InitializeAsync() => _simulator = await SimulatorServer.StartAsync(new SimulatorOptions
    {
        Accounts =
        [
            Good,
            Good with { Key = "rich", Permissions = ["General", "Spot", "Withdrawal", "Margin"] },
            Good with { Key = "open", IpWhitelist = [] },
            Good with { Key = "master", IsMaster = true },
            Good with { Key = "elsewhere", IpWhitelist = ["10.0.0.1"] },
            Good with { Key = "blind", Permissions = ["General"] },
        ],
    });

    public async Task DisposeAsync()
    {
        await _simulator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("node", "good", "wrong", Passphrase, "400004")]
    [InlineData("node", "good", Secret, "wrong", "400004")]
    [InlineData("node", "nobody", Secret, Passphrase, "400003")]
    [InlineData("node", "elsewhere", Secret, Passphrase, "400006")]
    [InlineData("live", "good", "wrong", Passphrase, "400004")]
    public async Task A_key_that_the_exchange_refuses_stops_the_start_and_says_what_to_look_at(string command, string key, string secret, string passphrase, string code)
    {
        var end = await RunAsync(command, key, secret, passphrase);
        end.Failed(1, "The exchange refuses the key", code, "secret and passphrase", "Nothing was started");
        AssertNoSecret(end);
        Assert.False(Directory.Exists(Path.Combine(_folder, "postgres")));
    }

    [Theory]
    [InlineData("rich", "the permission Withdrawal", "the permission Margin")]
    [InlineData("open", "not bound to an IP address")]
    [InlineData("master", "master account")]
    [InlineData("blind", "lacks the permission Spot")]
    public async Task A_key_that_may_do_more_than_trade_is_refused_for_real_money(string key, params string[] faults)
    {
        var end = await RunAsync("live", key, Secret, Passphrase);
        end.Failed(1, ["This key is refused", .. faults, "General and Spot"]);
        AssertNoSecret(end);
    }

    [Fact]
    public async Task A_good_key_passes_and_a_master_accounts_does_when_it_is_allowed()
    {
        var good = await RunAsync("live", "good", Secret, Passphrase, "--check-only");
        Assert.True(good.Code == 0, good.Error);
        Assert.Contains("The key may trade and nothing else.", good.Error, StringComparison.Ordinal);
        var master = await RunAsync("live", "master", Secret, Passphrase, "--check-only", "--allow-master-account");
        Assert.True(master.Code == 0, master.Error);
        AssertNoSecret(master);
    }

    [Fact]
    public async Task An_exchange_that_does_not_answer_is_named()
    {
        // Nobody listens on port 1; what the command line says wins over the file.
        (await RunAsync("node", "good", Secret, Passphrase, "--exchange", "http://127.0.0.1:1")).Failed(1, "could not be checked", "http://127.0.0.1:1/", "Nothing was started");
    }

    [Fact]
    public async Task Files_that_are_missing_or_open_to_everybody_are_named_one_by_one()
    {
        Keys("good", Secret, Passphrase);
        File.Delete(Path.Combine(_folder, "keys", "key"));
        var folder = Path.Combine(_folder, "keys");
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(Path.Combine(folder, "secret"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var end = await BotCommand.RunAsync(_folder, "node", "--exchange", _simulator.Address.ToString(), "--keys", folder);
        end.Failed(1, folder, "key: the file is missing", "secret: every user of this machine can read", "chmod 600");
        AssertNoSecret(end);
        (await BotCommand.RunAsync(_folder, "node", "--keys", Path.Combine(_folder, "nowhere"))).Failed(1, "nowhere", "key, secret, passphrase");
    }

    private async Task<CommandEnd> RunAsync(string command, string key, string secret, string passphrase, params string[] more)
    {
        Keys(key, secret, passphrase);
        var config = Path.Combine(_folder, "bot.json");
        await File.WriteAllTextAsync(config, $$"""{ "exchange": { "baseAddress": "{{_simulator.Address}}" }, "log": { "level": "Verbose" } }""");
        return await BotCommand.RunAsync(_folder, [command, "--config", config, "--keys", Path.Combine(_folder, "keys"), .. more]);
    }

    private void Keys(string key, string secret, string passphrase)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        foreach (var (name, value) in new[] { ("key", key), ("secret", secret), ("passphrase", passphrase) })
        {
            File.WriteAllText(Path.Combine(folder, name), value);
            File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    /// <summary>Neither on the terminal nor in the logs, not even at the highest level.</summary>
    private void AssertNoSecret(CommandEnd end)
    {
        var logs = Path.Combine(_folder, "logs");
        var all = end.Output + end.Error + string.Concat(Directory.Exists(logs) ? Directory.EnumerateFiles(logs).Select(File.ReadAllText) : []);
        Assert.DoesNotContain("canary", all, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", end.Output + end.Error, StringComparison.Ordinal);
    }
}
