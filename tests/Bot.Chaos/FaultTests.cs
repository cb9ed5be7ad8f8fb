using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Bot.Actors.Persistence;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Orders;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>
/// The whole bot against an exchange that fails in every way that the simulator knows, for most of a run. Then the exchange is well again,
/// and everything has to be accounted for: no order event is missing, and what was in doubt was told as doubt (RELIABILITY.md F12 to F16).
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class FaultTests(ITestOutputHelper output) : IDisposable
{
    private const ulong Seed = 5;

    // So fast that a run is short, so slow that the switch is put back in time.
    private const int Speed = 3_600;

    private static readonly TimeSpan Length = TimeSpan.FromHours(3);
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(45);

    private readonly string _folder = Directory.CreateTempSubdirectory("bot-faults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Name, whether it is there from the start, whether it must bring doubt. The client meets every profile in every run.</summary>
    public static TheoryData<string, bool, bool> Profiles
    {
        get
        {
            var profiles = new TheoryData<string, bool, bool> { { "hostile", true, true }, { "outage", false, true } };
            if (Environment.GetEnvironmentVariable("BOT_LONG") != "1")
                return profiles;
            profiles.Add("flaky", true, true);
            profiles.Add("timeouts", true, true);
            profiles.Add("late", true, false);
            profiles.Add("silence", true, false); // The order's events are there before its answer is overdue.
            profiles.Add("fail-after", true, true);
            profiles.Add("duplicates", true, false);
            profiles.Add("drops", true, false);
            profiles.Add("tokens", false, false);
            return profiles;
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Whatever_the_exchange_does_everything_is_accounted_for_when_it_is_well_again(string profile, bool fromStart, bool bringsDoubt)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var venue = await SimulatedVenue.StartAsync(
            "--pairs", "6", "--days", Length.TotalDays.ToString(CultureInfo.InvariantCulture), "--seed", $"{Seed}", "--speed", $"{Speed}");
        var (beginsAt, endsAt) = await venue.ClockAsync();
        if (fromStart)
            await venue.SetFaultsAsync(profile, Seed);
        using var bot = BotProgram.Start(_folder, [.. venue.NodeArguments(_folder, database), "--exit", "--json"]);
        if (!fromStart)
        {
            await WhenMarketIsAtAsync(beginsAt + (endsAt - beginsAt) / 4, venue, bot);
            await venue.SetFaultsAsync(profile, Seed);
        }
        await WhenMarketIsAtAsync(endsAt - (long)Recovery.TotalMilliseconds, venue, bot);
        var met = await venue.FaultsMetAsync();
        await venue.SetFaultsAsync("calm", Seed);
        var end = await bot.EndAsync(TimeSpan.FromMinutes(4));
        Assert.True(end.Code == 0, end.Error);

        var check = await CheckAnswer.AskAsync(_folder, venue, database, settleSeconds: 5);
        var doubts = await DoubtsAsync(database);
        var summary = JsonNode.Parse(end.Output.TrimEnd().Split('\n')[^1])!;
        output.WriteLine(
            $"{profile}: {string.Join(", ", met.Select(m => $"{m.Key} {m.Value}"))}; {summary["orders"]} orders, {summary["fills"]} fills, {doubts} in doubt; "
            + $"{check.Violations.Count} violations of {string.Join(' ', check.Checked)}");
        Assert.Empty(check.Violations.Select(v => v.Text));
        Assert.True(met.Values.Sum() > 0, "no fault was met: the run shows nothing");
        Assert.True(check.Orders >= 10, $"only {check.Orders} orders: the run shows too little");
        Assert.True(!bringsDoubt || doubts > 0, "no placement was in doubt: the run shows too little");
    }

    [Fact]
    public async Task The_same_market_with_the_same_faults_gives_the_same_orders()
    {
        var first = await RunAsync();
        Assert.Equal(first, await RunAsync());
        Assert.Contains("\"faults\"", first, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var venue = await SimulatedVenue.StartAsync("--pairs", "6", "--days", "0.15", "--seed", $"{Seed}", "--speed", "max", "--faults", "flaky");
        using var bot = BotProgram.Start(_folder, [.. venue.NodeArguments(_folder, database), "--exit", "--json"]);
        var end = await bot.EndAsync(TimeSpan.FromMinutes(4));
        Assert.True(end.Code == 0, end.Error);
        var summary = JsonNode.Parse(end.Output.TrimEnd().Split('\n')[^1])!.AsObject();
        summary["faults"] = string.Join(' ', await venue.FaultsMetAsync());
        return summary.ToJsonString();
    }

    private static async Task WhenMarketIsAtAsync(long marketMs, SimulatedVenue venue, BotProgram bot) => await Waiting.UntilAsync(
        async () =>
        {
            if (bot.HasExited)
                Assert.Fail($"the bot ended by itself: {(await bot.EndAsync(TimeSpan.FromSeconds(5))).Error}");
            return (await venue.ClockAsync()).NowMs >= marketMs;
        },
        TimeSpan.FromMinutes(2),
        () => $"the market stands still: {bot.ErrorSoFar}");

    /// <summary>Placements that the journal calls doubtful.</summary>
    private static async Task<int> DoubtsAsync(TestDatabase database)
    {
        await using var connection = await database.OpenAsync(DatabaseRole.ReadOnly);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT message, manifest FROM journal WHERE persistence_id LIKE 'order-%'";
        await using var reader = await command.ExecuteReaderAsync();
        var doubts = 0;
        while (await reader.ReadAsync())
        {
            if (JournalEntry.Read(reader.GetFieldValue<byte[]>(0), reader.GetString(1)).Event is SubmitInDoubt)
                doubts++;
        }
        return doubts;
    }
}
