using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Bot.Host.Database;
using Bot.Host.Node;
using Bot.Testing;

namespace Bot.Chaos;

/// <summary>The exchange of a run: a simulator in a process of its own, which nobody kills.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SimulatedVenue : IAsyncDisposable
{
    public const string Key = "chaos";
    private const string Secret = "chaos-secret";
    private const string Passphrase = "chaos-passphrase";

    private readonly SimulatorProcess _process;
    private readonly HttpClient _http;

    private SimulatedVenue(SimulatorProcess process)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = process.Address };
    }

    public Uri Address => _process.Address;

    /// <summary>Starts it in lockstep.</summary>
    public static Task<SimulatedVenue> StartAsync(params string[] market) => StartOnTheWallClockAsync(["--lockstep", .. market]);

    /// <summary>Starts it on the wall clock.</summary>
    public static async Task<SimulatedVenue> StartOnTheWallClockAsync(params string[] market) => new(await SimulatorProcess.StartAsync(
        ["--port", "0", "--account", $"{Key}:{Secret}:{Passphrase}:USDT=10000", "--interval", "1min", .. market], CancellationToken.None));

    /// <summary>Command and options of a node in lockstep that trades here as often as it can.</summary>
    /// <param name="folder">A folder for its configuration and keys.</param>
    /// <param name="database">Its database.</param>
    public List<string> NodeArguments(string folder, TestDatabase database) =>
        [.. NodeArguments(folder, database, TradingConfig.WriteBusy(folder)), "--lockstep", Key];

    /// <summary>Command and options of a node on the wall clock.</summary>
    /// <param name="folder">A folder for its keys.</param>
    /// <param name="database">Its database.</param>
    /// <param name="config">Its configuration file.</param>
    public List<string> NodeArguments(string folder, TestDatabase database, string config) =>
        [
            "node", "--config", config, "--exchange", Address.ToString(), "--keys", WriteKeys(folder), "--db", database.Connections.For(DatabaseRole.App),
        ];

    /// <summary>Writes the account's keys as a node takes them.</summary>
    /// <returns>Their folder.</returns>
    public static string WriteKeys(string folder) => WriteKeys(folder, Key, Secret, Passphrase);

    /// <summary>Writes a folder of keys as a node takes them.</summary>
    public static string WriteKeys(string folder, string key, string secret, string passphrase)
    {
        var keys = Directory.CreateDirectory(Path.Combine(folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var (name, value) in new[] { ("key", key), ("secret", secret), ("passphrase", passphrase) })
        {
            var file = Path.Combine(keys.FullName, name);
            File.WriteAllText(file, value);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return keys.FullName;
    }

    /// <summary>Where the market's clock stands and where it ends, Unix ms.</summary>
    public async Task<(long NowMs, long EndMs)> ClockAsync()
    {
        var health = (await _http.GetFromJsonAsync<JsonNode>("sim/health"))!;
        return ((long)health["nowMs"]!, (long)health["endMs"]!);
    }

    /// <summary>Lets the account meet faults from now on; <c>calm</c> for none.</summary>
    public async Task SetFaultsAsync(string profile, ulong seed)
    {
        using var reply = await _http.PutAsJsonAsync("sim/faults", new { account = Key, profile, seed });
        reply.EnsureSuccessStatusCode();
    }

    /// <summary>How many faults of each kind the account has met since they were set.</summary>
    public Task<IReadOnlyDictionary<string, long>> FaultsMetAsync() => new SimulatorFaults(Address, Key).MetAsync(CancellationToken.None);

    /// <summary>What the account has open at the exchange, active orders and stops that wait: their client order ids, and the exchange's.</summary>
    public async Task<IReadOnlyList<(string ClientOrderId, string Id)>> OpenAsync()
    {
        var ledger = (await _http.GetFromJsonAsync<JsonNode>($"sim/ledger?account={Key}"))!;
        return
        [
            .. ledger["orders"]!.AsArray().Where(o => (bool)o!["active"]!).Select(o => ((string)o!["clientOid"]!, (string)o["orderId"]!)),
            .. ledger["stops"]!.AsArray().Where(s => string.Equals((string?)s!["phase"], "waiting", StringComparison.OrdinalIgnoreCase)).Select(s => ((string)s!["clientOid"]!, (string)s["stopId"]!)),
        ];
    }

    /// <summary>How many orders the account has active.</summary>
    public async Task<int> ActiveOrdersAsync() =>
        (await _http.GetFromJsonAsync<JsonNode>($"sim/ledger?account={Key}"))!["orders"]!.AsArray().Count(o => (bool)o!["active"]!);

    /// <summary>
    /// When each order of the account arrived, by this machine's clock: Unix microseconds by client order id. The first time, where an id came
    /// again: a database that went back to an old copy decides an exit anew.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, long>> ReceivedAsync() =>
        (await _http.GetFromJsonAsync<JsonNode>($"sim/ledger?account={Key}"))!["orders"]!.AsArray()
            .GroupBy(o => (string)o!["clientOid"]!, o => (long)o!["receivedWallUs"]!)
            .ToDictionary(o => o.Key, o => o.Min());

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
