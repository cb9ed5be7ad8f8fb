using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Bot.Host.Database;
using Bot.Host.Node;
using Bot.Testing;

namespace Bot.Host.Tests.Judges;

/// <summary>
/// The exchange's own SDK, driven by a script that others wrote, against the simulator as a user starts it. What the two agree on is not
/// what we believe of KuCoin but what its clients do.
/// </summary>
public sealed class OfficialSdkTests
{
    private const int Steps = 27;
    private const string Symbol = "BTC-USDT";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [SharedDataFact]
    public async Task The_official_sdk_for_node_passes_every_step_against_the_simulator()
    {
        var script = SharedData.PathOf("kucoin", "clients", "official.mjs");
        Assert.True(File.Exists(script), $"The script that drives the SDK is missing from the shared data: {script}");
        var packages = Path.Combine(BotFolders.Repository!, "artifacts", "clients", "node_modules");
        Assert.True(
            Directory.Exists(Path.Combine(packages, "kucoin-universal-sdk")),
            $"The SDK is not installed in {packages}: ./test does that, and says why when it cannot.");

        await using var simulator = await SimulatorProcess.StartAsync(
            ["--port", "0", "--account", "judge:judge-secret:judge-passphrase:USDT=10000"], CancellationToken.None);
        var (code, said) = await RunAsync(script, packages, simulator.Address, await PriceBelowMarketAsync(simulator.Address));

        Assert.True(code == 0, $"exit code {code}\n{said}");
        var passed = said.Split('\n').Count(line => line.StartsWith("official ok ", StringComparison.Ordinal));
        Assert.True(passed == Steps, $"{passed} steps passed\n{said}");
        Assert.EndsWith($"official: {Steps} passed, 0 failed", said.TrimEnd(), StringComparison.Ordinal);
    }

    /// <summary>A price that rests: far enough below the market not to be met within the run, and on the price increment.</summary>
    private static async Task<decimal> PriceBelowMarketAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        var ticker = await http.GetFromJsonAsync<JsonNode>($"api/v1/market/orderbook/level1?symbol={Symbol}");
        var rules = await http.GetFromJsonAsync<JsonNode>($"api/v2/symbols/{Symbol}");
        var price = Number(ticker!["data"]!["bestBid"]) * 0.95m;
        return price - (price % Number(rules!["data"]!["priceIncrement"]));

        static decimal Number(JsonNode? node) => decimal.Parse((string)node!, CultureInfo.InvariantCulture);
    }

    private static async Task<(int Code, string Said)> RunAsync(string script, string packages, Uri address, decimal price)
    {
        var start = new ProcessStartInfo("node", [script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NODE_PATH"] = packages;
        start.Environment["BASE_URL"] = address.ToString();
        start.Environment["API_KEY"] = "judge";
        start.Environment["API_SECRET"] = "judge-secret";
        start.Environment["API_PASSPHRASE"] = "judge-passphrase";
        start.Environment["SYMBOL"] = Symbol;
        start.Environment["LIMIT_PRICE"] = price.ToString(CultureInfo.InvariantCulture);

        // The SDK obeys a proxy even for this machine; a busy machine is slow, not wrong.
        start.Environment["NO_PROXY"] = "127.0.0.1";
        start.Environment["STEP_TIMEOUT_MS"] = "60000";
        using var node = Start(start);
        var output = node.StandardOutput.ReadToEndAsync();
        var error = node.StandardError.ReadToEndAsync();
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await node.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            node.Kill(entireProcessTree: true);
            Assert.Fail($"The script did not end within {Patience}. It said:\n{await output}\n{await error}");
        }
        return (node.ExitCode, await error + await output);
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("Node.js is missing: ./test installs it where it may, else it says what to install.", e);
        }
    }
}
