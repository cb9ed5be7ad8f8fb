using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Bot.Testing;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>
/// The bot is killed with SIGKILL again and again while it trades; the exchange, the database and the market go on. In the end nothing may
/// be lost, doubled or forgotten (RELIABILITY.md F1b).
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    // What must hold at every moment, also while a bot lies dead with work under way. The others are about a deployment at rest.
    private static readonly string[] HoldAlways = ["I1", "I2", "I3", "I4", "I5", "I7", "I8", "I16", "I17", "I18"];

    private readonly string _folder = Directory.CreateTempSubdirectory("bot-chaos-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_bot_that_is_killed_at_any_moment_loses_doubles_and_forgets_nothing()
    {
        var (seed, kills) = (KillPlan.Seed, KillPlan.Kills);
        output.WriteLine($"BOT_CHAOS_SEED={seed} BOT_CHAOS_KILLS={kills}");
        var plan = new KillPlan(seed, kills);
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var venue = await SimulatedVenue.StartAsync(Market(seed, kills));
        var node = venue.NodeArguments(_folder, database);
        var (inStartUp, withOrders) = (0, 0);
        for (var done = 0; done < kills; done++)
        {
            using var bot = BotProgram.Start(_folder, node);
            var (now, end) = await venue.ClockAsync();
            var moment = plan.Next(done, now, end);
            await WhenAsync(moment, venue, bot);
            await bot.KillAsync();
            inStartUp += moment.AfterStart is null ? 0 : 1;
            withOrders += await venue.ActiveOrdersAsync() > 0 ? 1 : 0;
            if (done % 10 == 4)
                Assert.Empty((await CheckAnswer.AskAsync(_folder, venue, database, settleSeconds: 0)).Violations.Where(v => HoldAlways.Contains(v.Invariant)).Select(v => v.Text));
        }
        var (stoodAt, endsAt) = await venue.ClockAsync();
        Assert.True(stoodAt < endsAt, "the market ended before the last kill");

        using var last = BotProgram.Start(_folder, [.. node, "--exit", "--json"]);
        var ended = await last.EndAsync(TimeSpan.FromMinutes(4));
        Assert.True(ended.Code == 0, ended.Error);
        var summary = JsonNode.Parse(ended.Output.TrimEnd().Split('\n')[^1])!;
        var check = await CheckAnswer.AskAsync(_folder, venue, database, settleSeconds: 5);
        output.WriteLine(
            $"{kills} kills, {inStartUp} of them timed from the start, {withOrders} with orders active at the exchange; {summary["orders"]} orders, {summary["fills"]} fills, "
            + $"{check.JournalRows} journal rows; invariants {string.Join(' ', check.Checked)}: {check.Violations.Count} violations");
        Assert.Empty(check.Violations.Select(v => v.Text));
        Assert.True(check.Orders >= kills, $"only {check.Orders} orders: the run shows too little");
        Assert.Superset(new HashSet<string> { "I1", "I2", "I3", "I4", "I9", "I10", "I11", "I12", "I16", "I17", "I19" }, check.Checked.ToHashSet());
    }

    private static string[] Market(int seed, int kills)
    {
        // An hour of market a kill and an hour a second at most, or a fast machine would have the market end before the kills.
        var length = TimeSpan.FromHours(Math.Max(12, kills));
        string[] pace = ["--speed", "3600", "--seed", seed.ToString(CultureInfo.InvariantCulture)];
        if (!SharedData.TryFind(out _))
            return [.. pace, "--pairs", "8", "--days", length.TotalDays.ToString(CultureInfo.InvariantCulture)];
        var from = new DateTimeOffset(2023, 3, 10, 0, 0, 0, TimeSpan.Zero);
        return
        [
            .. pace, "--data", SharedData.PathOf("data", "KUCOIN"), "--pairs", "8",
            "--from", from.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            "--to", (from + length).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        ];
    }

    private static async Task WhenAsync(KillMoment moment, SimulatedVenue venue, BotProgram bot)
    {
        if (moment.AfterStart is { } after)
        {
            // The moment itself is the randomness of the test: nothing is waited for.
            await Task.Delay(after);
            return;
        }
        await Waiting.UntilAsync(
            async () =>
            {
                if (bot.HasExited)
                    Assert.Fail($"the bot ended by itself: {(await bot.EndAsync(TimeSpan.FromSeconds(5))).Error}");
                return (await venue.ClockAsync()).NowMs >= moment.AtMarketMs;
            },
            TimeSpan.FromMinutes(2),
            () => $"the market stands still: {bot.ErrorSoFar}");
    }
}
