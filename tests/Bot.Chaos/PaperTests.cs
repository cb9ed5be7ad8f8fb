using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using Bot.Exchange.Simulator;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>Paper trading is killed as a whole, exchange and bot together, and goes on with both.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class PaperTests(ITestOutputHelper output) : IDisposable
{
    // Candles of a minute on the wall clock: a trade takes its time.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private static readonly int Kills = Environment.GetEnvironmentVariable("BOT_LONG") == "1" ? 4 : 1;

    private readonly string _folder = NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_paper_run_that_is_killed_goes_on_with_its_account_and_forgets_nothing()
    {
        await using var real = await SimulatedVenue.StartOnTheWallClockAsync("--pairs", "8", "--days", "1", "--seed", "3");
        using var http = new HttpClient();
        string[] command = ["paper", "--config", WriteConfig(real.Address), "--pairs", "8", "--interval", "1min"];
        Ledger? before = null;
        for (var kill = 0; kill < Kills; kill++)
        {
            using var bot = BotProgram.Start(_folder, command);
            var address = await AddressAsync(bot);
            var now = await LedgerAsync(http, address);
            AssertGoesOn(before, now);

            // Each life is to leave more than it found, and something open.
            var orders = now.Orders.Count;
            await Waiting.UntilAsync(
                async () =>
                {
                    Assert.False(bot.HasExited, bot.ErrorSoFar);
                    now = await LedgerAsync(http, address);
                    return now.Orders.Count > orders && now.Balances.Count(b => b.Total > 0) > 1;
                },
                Patience,
                () => $"no trade: {bot.ErrorSoFar}");
            await bot.KillAsync();
            before = now;
        }

        using var last = BotProgram.Start(_folder, command);
        var at = await AddressAsync(last);
        var after = await LedgerAsync(http, at);
        AssertGoesOn(before, after);
        var check = await BotProgram.RunAsync(_folder, "check", "--simulator", at.ToString(), "--database", "paper", "--settle", "60");
        output.WriteLine($"{after.Orders.Count} orders, {after.Fills.Count} fills after {Kills} kills; {check.Output}");
        Assert.True(check.Code == 0, check.Output + check.Error);
        await last.KillAsync();
        await StopDatabaseAsync();
    }

    // What was there is there, as it was or further on; what an account began with does not change.
    private static void AssertGoesOn(Ledger? before, Ledger after)
    {
        if (before is null)
            return;
        Assert.Equal(before.Fills, after.Fills.Take(before.Fills.Count));
        Assert.Equal(before.Orders.Select(o => (o.OrderId, o.ClientOid, o.Price, o.Size, o.CreatedAtMs, o.ReceivedWallUs)),
            after.Orders.Take(before.Orders.Count).Select(o => (o.OrderId, o.ClientOid, o.Price, o.Size, o.CreatedAtMs, o.ReceivedWallUs)));
        Assert.All(before.Orders.Zip(after.Orders).Where(p => !p.Item1.Active), p => Assert.Equal(p.Item1, p.Item2));
        Assert.All(before.Balances, b => Assert.Equal(b.Initial, after.Balances.Single(a => a.Currency == b.Currency).Initial));
        if (after.Fills.Count == before.Fills.Count && after.Orders.SequenceEqual(before.Orders))
            Assert.Equal(before.Balances, after.Balances);
    }

    private static async Task<Ledger> LedgerAsync(HttpClient http, Uri address) =>
        JsonSerializer.Deserialize(await http.GetStringAsync(new Uri(address, "sim/ledger?account=demo")), LedgerJson.Default.Ledger)!;

    private static async Task<Uri> AddressAsync(BotProgram bot)
    {
        Match said = Match.Empty;
        await Waiting.UntilAsync(
            () =>
            {
                Assert.False(bot.HasExited, bot.ErrorSoFar);
                return Task.FromResult((said = Address().Match(bot.ErrorSoFar)).Success);
            },
            Patience,
            () => $"it does not start: {bot.ErrorSoFar}");
        return new Uri(said.Groups[1].Value);
    }

    private string WriteConfig(Uri real)
    {
        var file = Path.Combine(_folder, "paper.json");
        File.WriteAllText(file, $$"""
            {
              "exchange": { "baseAddress": "{{real}}" },
              "trading": { "interval": "1min", "parameters": { "fast": 2, "slow": 3, "trend": 4, "atr": 5, "stop": 1, "target": 1, "trail": 1 }, "selectionMinutes": 60 },
              "selection": { "minQuoteVolume24h": 0, "minCandles": 30, "minVolatility": 0, "maxCorrelation": 1, "maxSpread": 1 },
              "risk": { "maxDrawdown": 1 }
            }
            """);
        return file;
    }

    // A killed run leaves its private server; an orderly command adopts and stops it.
    private async Task StopDatabaseAsync()
    {
        var end = await BotProgram.RunAsync(_folder, "db", "status");
        Assert.True(end.Code == 0, end.Error);
    }

    private static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("bot-paper-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        return folder;
    }

    [GeneratedRegex("paper exchange (http://[0-9.:]+/)")]
    private static partial Regex Address();
}
