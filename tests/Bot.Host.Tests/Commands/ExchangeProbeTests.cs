using System.Runtime.Versioning;
using System.Text.Json;
using Bot.Exchange.Simulator;

namespace Bot.Host.Tests.Commands;

/// <summary><c>bot exchange probe</c> against a simulator, with and without a key.</summary>
[SupportedOSPlatform("linux")]
public sealed class ExchangeProbeTests : IAsyncLifetime
{
    private const string Secret = "canary-secret-4711";
    private const string Passphrase = "canary-passphrase-4712";
    private static readonly string[] Private = ["key", "balances", "fees", "order-lists", "unknown-order", "stop-orders", "dead-man-switch", "push-private", "push-book"];
    private static readonly string[] Public = ["server-time", "time-headers", "symbols", "tickers", "candles", "candle-range", "service-status", "trades", "books", "push-public"];

    private static readonly SimulatorAccount Good = new()
    {
        Key = "good", Secret = Secret, Passphrase = Passphrase, IpWhitelist = ["127.0.0.1"], Balances = new Dictionary<string, decimal> { ["USDT"] = 1_000 },
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("bot-probe-").FullName;
    private SimulatorServer _simulator = null!;

    public async Task InitializeAsync() => _simulator = await SimulatorServer.StartAsync(new SimulatorOptions
    {
        Accounts = [Good, Good with { Key = "rich", Permissions = ["General", "Spot", "Withdrawal"] }],
    });

    public async Task DisposeAsync()
    {
        await _simulator.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_assumption_holds_on_the_simulator_and_no_order_is_placed()
    {
        var end = (await ProbeAsync("--keys", Keys("good", Secret))).IsReadable();
        Assert.True(end.Code == 0, end.Output + end.Error);
        Assert.All(Public.Concat(Private), name => Assert.Matches($@"(?m)^holds\s+{name} ", end.Output));
        Assert.Contains("19 hold, 0 fail, 0 skipped", end.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", end.Output + end.Error, StringComparison.Ordinal);
        using var http = new HttpClient();
        var ledger = await http.GetStringAsync(new Uri(_simulator.Address, "sim/ledger?account=good"));
        Assert.Equal(0, JsonDocument.Parse(ledger).RootElement.GetProperty("orders").GetArrayLength());
    }

    [Fact]
    public async Task Without_a_key_what_needs_one_is_skipped_aloud()
    {
        var end = (await ProbeAsync("--json")).IsReadable();
        Assert.True(end.Code == 0, end.Output + end.Error);
        using var report = JsonDocument.Parse(end.Output.TrimEnd().Split('\n')[^1]);
        Assert.True(report.RootElement.GetProperty("holds").GetBoolean());
        var findings = report.RootElement.GetProperty("findings").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!);
        Assert.All(Public, name => Assert.Equal("Holds", findings[name].GetProperty("outcome").GetString()));
        Assert.All(Private, name => Assert.Equal("Skipped", findings[name].GetProperty("outcome").GetString()));
        Assert.Contains("--keys FOLDER", findings["fees"].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rich", Secret, "key", "the permission Withdrawal")]
    [InlineData("good", "wrong", "balances", "400004")]
    public async Task What_does_not_hold_is_named_and_ends_with_1(string key, string secret, string name, string part)
    {
        var end = (await ProbeAsync("--keys", Keys(key, secret))).IsReadable();
        Assert.True(end.Code == 1, end.Output + end.Error);
        Assert.Matches($@"(?m)^fails\s+{name} .*{part}", end.Output);
        Assert.DoesNotContain("canary", end.Output + end.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exchange_that_does_not_answer_is_asked_nothing_more()
    {
        var end = await BotCommand.RunAsync(_folder, "exchange", "probe", "--exchange", "http://127.0.0.1:1");
        Assert.True(end.IsReadable().Code == 1, end.Output + end.Error);
        Assert.Matches(@"(?m)^fails\s+server-time ", end.Output);
        Assert.Contains("0 hold, 1 fail, 1 skipped", end.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_shown_to_KuCoin_and_to_this_machine_only()
    {
        var end = await BotCommand.RunAsync(_folder, "exchange", "probe", "--exchange", "https://example.org", "--keys", Keys("good", Secret));
        end.Failed(1, "has a host that is not allowed: example.org");
        (await BotCommand.RunAsync(_folder, "exchange", "probe", "--exchange", "http://example.org")).Failed(1, "must be https");
    }

    private Task<CommandEnd> ProbeAsync(params string[] more) =>
        BotCommand.RunAsync(_folder, ["exchange", "probe", "--exchange", _simulator.Address.ToString(), .. more]);

    private string Keys(string key, string secret)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        foreach (var (name, value) in new[] { ("key", key), ("secret", secret), ("passphrase", Passphrase) })
        {
            File.WriteAllText(Path.Combine(folder, name), value);
            File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return folder;
    }
}
