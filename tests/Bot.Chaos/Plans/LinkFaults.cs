using System.Runtime.Versioning;
using Bot.Chaos.Deployments;

namespace Bot.Chaos.Plans;

/// <summary>
/// Faults on the way: between nodes (F3), to the database (F4), to the exchange (F5), slow links (F6), answers that never come (F12), clocks (F20),
/// and an exchange at its worst (F14 to F17).
/// </summary>
[SupportedOSPlatform("linux")]
internal static class LinkFaults
{
    /// <summary>Storms that the simulator makes, one after the other.</summary>
    private static readonly string[] Storms = ["hostile", "duplicates", "late-push", "drops", "lagging", "gaps", "flaky", "late", "fail-after", "outage"];

    private static readonly TimeSpan[] ClockErrors =
        [TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(-10), TimeSpan.FromHours(1), TimeSpan.FromHours(-1)];

    /// <summary>A node and the others do not hear each other, in both directions, in one, or now and then.</summary>
    public static async Task PartAsync(ChaosRun run)
    {
        var node = run.AnyNode();
        var index = node.Setup.Index - 1;
        var length = run.Between(12, 25);
        var kind = (run.Done % 4) switch { 0 => "both ways", 1 => "inwards", 2 => "outwards", _ => "flapping" };
        run.Log.Fault("partition", ("node", node.Setup.Index), ("kind", kind), ("seconds", length.TotalSeconds));
        if (kind == "flapping")
        {
            for (var i = 0; i < 5; i++)
            {
                run.Deployment.Part(index);
                await run.PauseAsync(length / 10);
                run.Deployment.Part(index, false, false);
                await run.PauseAsync(length / 10);
            }
        }
        else
        {
            run.Deployment.Part(index, kind != "outwards", kind != "inwards");
            await run.PauseAsync(length);
        }
        run.Deployment.Part(index, false, false);
        await run.RecoveredAsync("partition");
    }

    /// <summary>A node does not reach the database: it must not send what it cannot write down.</summary>
    public static Task CutDatabaseAsync(ChaosRun run) => WeatherAsync(run, "database cut", n => n.Setup.Database, run.Done % 2 == 0 ? Weather.Cut : Weather.Down, 5, 20);

    /// <summary>A node does not reach the exchange.</summary>
    public static Task CutExchangeAsync(ChaosRun run) => WeatherAsync(run, "exchange cut", n => n.Setup.Exchange, run.Done % 2 == 0 ? Weather.Cut : Weather.Down, 5, 20);

    /// <summary>A node's links are slow, or answers come back only.</summary>
    public static Task SlowAsync(ChaosRun run) => WeatherAsync(
        run,
        "slow link",
        n => run.Done % 2 == 0 ? n.Setup.Exchange : n.Setup.Database,
        (run.Done % 3) switch { 0 => new Weather(Latency: run.Between(0.05, 0.8)), 1 => new Weather(BytesPerSecond: 20_000), _ => new Weather(HoldsAnswers: true) },
        5,
        20);

    /// <summary>Placements arrive and are done, and their answers are lost on the way, silently or with a reset.</summary>
    public static async Task LoseAnswersAsync(ChaosRun run)
    {
        var fate = run.Done % 2 == 0 ? AnswerFate.Silence : AnswerFate.Reset;
        var before = run.Deployment.Nodes.Sum(n => n.Setup.Exchange.Lost);
        foreach (var node in run.Deployment.Nodes)
            node.Setup.Exchange.LoseAnswers("POST /api/v1/hf/orders ", fate);
        await run.PauseAsync(run.Between(10, 20));
        foreach (var node in run.Deployment.Nodes)
            node.Setup.Exchange.LoseAnswers(null);
        run.Log.Faults("timeout after accept", run.Deployment.Nodes.Sum(n => n.Setup.Exchange.Lost) - before, ("fate", fate.ToString()));
        await run.RecoveredAsync("timeout after accept");
    }

    /// <summary>Every placement is done and none is answered, for a stretch of the market; the simulator does it, so no time is waited for in vain.</summary>
    public static async Task TimeoutsAsync(ChaosRun run)
    {
        await run.Deployment.Venue.SetFaultsAsync("timeouts", (ulong)run.Done + run.Deployment.Options.Seed);
        await run.Deployment.WhenTradedAsync(200, ChaosRun.Recovery, run.Cancel);
        var met = await run.Deployment.Venue.FaultsMetAsync();
        run.Log.Faults("timeout after accept", met.GetValueOrDefault("Silence"), ("fate", "Silence"));
        run.Log.Faults("push connection ended", met.GetValueOrDefault("Drop"));
        await run.Deployment.Venue.SetFaultsAsync("calm", run.Deployment.Options.Seed);
        await run.RecoveredAsync("timeout after accept");
    }

    /// <summary>The exchange is at its worst for a while: late, doubled, missing, stale.</summary>
    public static async Task StormAsync(ChaosRun run)
    {
        var profile = Storms[run.Done % Storms.Length];
        await run.Deployment.Venue.SetFaultsAsync(profile, (ulong)run.Done + run.Deployment.Options.Seed);
        await run.PauseAsync(run.Between(8, 20));
        foreach (var (kind, count) in await run.Deployment.Venue.FaultsMetAsync())
            run.Log.Faults($"exchange: {kind}", count, ("profile", profile));
        await run.Deployment.Venue.SetFaultsAsync("calm", run.Deployment.Options.Seed);
        await run.RecoveredAsync($"storm {profile}");
    }

    /// <summary>A node's wall clock, or everybody's, is set wrong and back.</summary>
    public static async Task StepClockAsync(ChaosRun run)
    {
        var error = ClockErrors[run.Done % ClockErrors.Length];
        IReadOnlyList<ChaosNode> who = run.Done % 3 == 2 ? run.Deployment.Nodes : [run.AnyNode()];
        foreach (var node in who)
            await node.SetClockAsync(error);
        run.Log.Faults("clock step", 2L * who.Count, ("seconds", error.TotalSeconds));
        await run.PauseAsync(run.Between(10, 25));
        foreach (var node in who)
            await node.SetClockAsync(TimeSpan.Zero);
        await run.RecoveredAsync("clock step");
    }

    private static async Task WeatherAsync(ChaosRun run, string kind, Func<ChaosNode, FaultProxy> of, Weather weather, double least, double most)
    {
        var node = run.AnyNode();
        var length = run.Between(least, most);
        var proxy = of(node);
        run.Log.Fault(kind, ("node", node.Setup.Index), ("seconds", length.TotalSeconds), ("how", weather.ToString()));
        proxy.Set(weather);
        await run.PauseAsync(length);
        proxy.Set(Weather.Fair);
        await run.RecoveredAsync(kind);
    }
}
