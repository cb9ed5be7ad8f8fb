using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Bot.Actors.Runtime;
using Bot.Chaos.Deployments;
using Bot.Chaos.Evidence;

namespace Bot.Chaos.Plans;

/// <summary>Runs a round of a plan: a deployment from its start through its faults and a quiet phase to its verdict.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ChaosRunner(ChaosPlan plan, CrashPoints points, string? faultLog, Action<string> say, bool keepsFolder = false)
{
    private const int SettleSeconds = 120;
    private static readonly TimeSpan ToTheFirstTrade = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan ToAnOrderlyEnd = TimeSpan.FromSeconds(45);

    /// <summary>Runs it.</summary>
    /// <param name="seed">Chooses the market and every moment.</param>
    /// <param name="episodes">How many.</param>
    /// <param name="until">No episode begins after this.</param>
    /// <param name="cancel">Ends it without a verdict.</param>
    public async Task<ChaosRound> RunAsync(ulong seed, int episodes, DateTimeOffset until, CancellationToken cancel)
    {
        var startedAt = DateTimeOffset.UtcNow;
        var start = Stopwatch.GetTimestamp();
        using var log = new FaultLog(faultLog);
        await using var disks = plan.NeedsDisks ? await TmpfsDisks.MountAsync() : null;
        var options = plan.Options with { Seed = seed, DataFolder = disks?.Data, WalFolder = disks?.Wal };
        log.Note("start", ("plan", plan.Name), ("seed", seed), ("tree", EvidenceFile.CurrentTree));
        await using var deployment = await ChaosDeployment.StartAsync(options, plan.StartsNodes, keepsFolder);
        var run = new ChaosRun(deployment, log, seed, episodes, points, say, cancel);
        var violations = new List<string>();
        CheckAnswer? check = null;
        try
        {
            if (plan.StartsNodes)
                await deployment.WhenTradedAsync(3, ToTheFirstTrade, cancel);
            Func<ChaosRun, Task> episode = disks is null ? plan.EpisodeAsync : r => DatabaseFaults.FillDiskAsync(r, disks);
            if (plan.IsWholeRound)
                await episode(run);
            while (run.Done < episodes && DateTimeOffset.UtcNow < until)
                await episode(run);

            if (!plan.JudgesItself)
                check = await QuietAsync(deployment, run, violations);
        }
        catch (TimeoutException e)
        {
            violations.Add($"I25 {e.Message}");
        }
        violations.AddRange(run.Violations);
        points.Learn(deployment);
        await Task.WhenAll(deployment.Nodes.Select(n => n.EndAsync(ToAnOrderlyEnd)));
        await deployment.Postgres.EnsureRunningAsync();
        var acknowledged = plan.JudgesItself
            ? new AcknowledgedRows(0, [])
            : await AcknowledgedRows.CompareAsync(deployment.Witnesses(ChaosHooks.AcknowledgedFile), deployment.Postgres.Reader);
        violations.AddRange(acknowledged.Lost.Take(20).Select(l => $"acknowledged and lost: {l}"));
        if (deployment.Postgres.Restarts > 0)
            log.Note("postgres restarts", ("count", deployment.Postgres.Restarts));
        log.Note("end", ("violations", violations), ("acknowledged", acknowledged.Acknowledged), ("restarts", deployment.Nodes.Sum(n => n.Restarts)));
        return new ChaosRound
        {
            Plan = plan.Name,
            Seed = seed,
            StartedAt = startedAt,
            Seconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1),
            Episodes = run.Done,
            Faults = log.Counts,
            Acknowledged = acknowledged.Acknowledged,
            AcknowledgedLost = acknowledged.Lost,
            JournalRows = check?.JournalRows ?? 0,
            Orders = check?.Orders ?? 0,
            Fills = check?.Fills ?? 0,
            Violations = violations,
            Times = run.Times,
        };
    }

    /// <summary>Everything is healed and the deployment goes on trading: now it has to be as it should be.</summary>
    private static async Task<CheckAnswer> QuietAsync(ChaosDeployment deployment, ChaosRun run, List<string> violations)
    {
        await deployment.HealAsync();
        run.Time("quiet phase: to trading", await deployment.WhenTradedAsync(5, ChaosRun.Recovery, run.Cancel));
        var check = await deployment.CheckAsync(SettleSeconds);
        violations.AddRange(check.Violations.Select(v => v.Text));
        if (check.Orders == 0)
            violations.Add("no order was placed: the round shows nothing");
        if (!deployment.Options.IsLockstep)
        {
            // In lockstep the machine's clock says nothing about the market's.
            foreach (var (name, ms) in await JournalTimes.ReadAsync(deployment.Postgres.Reader, await deployment.Venue.ReceivedAsync()))
                run.Time(name, TimeSpan.FromMilliseconds(ms));
        }
        return check;
    }

    /// <summary>One line about a round, for a person.</summary>
    public static string Line(ChaosRound round) => string.Create(
        CultureInfo.InvariantCulture,
        $"{round.Plan} seed {round.Seed}: {round.Episodes} episodes in {round.Seconds:0} s; {string.Join(", ", round.Faults.Select(f => $"{f.Key} {f.Value}"))}; "
        + $"{round.Orders} orders, {round.Fills} fills, {round.JournalRows} rows; {round.Acknowledged} acknowledged, {round.AcknowledgedLost.Count} lost; {round.Violations.Count} violations");
}
