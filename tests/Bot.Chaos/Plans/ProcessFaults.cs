using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Bot.Chaos.Plans;

/// <summary>Faults of processes: SIGKILL anywhere (F1), at enumerated points (F1a), SIGSTOP beyond the failure detector (F2), all at once (F27).</summary>
[SupportedOSPlatform("linux")]
internal static class ProcessFaults
{
    private static readonly TimeSpan ToThePoint = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan ToItsEnd = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ToTheOthersTrades = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ToEveryPoll = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ToManyStops = TimeSpan.FromMinutes(9);
    private const int WantedStops = 500;

    /// <summary>A single node dies again and again: every second time at an enumerated point, else at a random time, its start included.</summary>
    public static async Task KillAloneAsync(ChaosRun run)
    {
        var node = run.Deployment.Nodes[0];
        var cluster = run.Deployment;
        while (run.Done < run.Episodes)
        {
            run.Points.Learn(cluster);
            var isAtPoint = run.Done % 2 == 1;
            if (isAtPoint && run.Points.Next(run.Dice) is { } point)
            {
                await node.StartAsync($"{point}:{Visit(run)}");
                if (await node.EndsWithinAsync(ToThePoint, run.Cancel))
                {
                    run.Points.Died(point);
                    run.Log.Fault("SIGKILL", ("where", point));
                    run.EpisodeDone($"killed at {point}");
                    continue;
                }
                // It has not come there: the market has not asked for it.
                run.Points.Missed(point);
            }
            else
            {
                await node.StartAsync();
                await RandomMomentAsync(run);
            }
            await node.KillAsync(staysDown: true);
            run.Log.Fault("SIGKILL", ("where", "random"));
            run.EpisodeDone("killed");
        }
        await node.StartAsync();
        run.Time("SIGKILL: start to trading again", await cluster.WhenTradedAsync(3, ChaosRun.Recovery, run.Cancel));
    }

    /// <summary>A moment of a start, where recovery runs, or one of trading; the first time it trades, so that there are points to know of.</summary>
    private static async Task RandomMomentAsync(ChaosRun run)
    {
#pragma warning disable CA5394 // Dice, no secret.
        if (run.Done > 0 && run.Dice.NextDouble() < 0.25)
        {
            await run.PauseAsync(run.Between(0.2, 4));
            return;
        }
        await run.Deployment.WhenTradedAsync(1 + run.Dice.Next(5), ChaosRun.Recovery, run.Cancel);
#pragma warning restore CA5394
        await run.PauseAsync(run.Between(0, 0.5));
    }

    /// <summary>A node of the cluster dies; the supervisor starts it again.</summary>
    public static async Task KillAsync(ChaosRun run)
    {
        var node = run.AnyNode();
        using var watch = new PollWatch(run.Deployment, await run.Deployment.Venue.OpenAsync());
        await node.KillAsync();
        run.Log.Fault("SIGKILL", ("node", node.Setup.Index));
        await run.RecoveredAsync("SIGKILL");
        await PolledAsync(run, watch, "SIGKILL to the first poll of an open order");
    }

    /// <summary>
    /// A node stands still longer than the others wait for it. They take its pairs; then it goes on with what it was about to do, and finds out.
    /// </summary>
    public static async Task ZombieAsync(ChaosRun run)
    {
        var node = run.AnyNode();
        var length = run.Between(14, 22);
        var process = node.ProcessId;
        node.Stop();
        run.Log.Fault("SIGSTOP", ("node", node.Setup.Index), ("seconds", length.TotalSeconds));
        var start = Stopwatch.GetTimestamp();
        try
        {
            run.Time("SIGSTOP: the others trade after", await run.Deployment.WhenTradedAsync(2, ToTheOthersTrades, run.Cancel));
        }
        catch (TimeoutException)
        {
            // A node that had just been started anew was no member yet: those left were no majority, ended themselves, and cannot form a cluster
            // without the first seed when that is the one that stands still. Trading is promised again when it goes on.
            run.Log.Fault("SIGSTOP of a node that the majority needed", ("node", node.Setup.Index));
        }
        if (length - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } left)
            await run.PauseAsync(left);
        node.Continue();

        // A node that the cluster took out ends; one that does not end by itself is ended as a supervisor's health check would.
        var ended = await node.EndsWithinAsync(ToItsEnd, run.Cancel);
        if (!ended && node.ProcessId == process)
            await node.KillAsync();
        run.Log.Note(ended ? "zombie ended by itself" : "zombie was ended", ("node", node.Setup.Index));
        await run.RecoveredAsync("SIGSTOP");
    }

    /// <summary>Every node dies at once; after a while all come back.</summary>
    public static async Task ColdStartAsync(ChaosRun run)
    {
        await Task.WhenAll(run.Deployment.Nodes.Select(n => n.KillAsync(staysDown: true)));
        run.Log.Faults("SIGKILL", run.Deployment.Nodes.Count, ("node", "all"));
        await run.PauseAsync(run.Between(5, 60));
        var open = await run.Deployment.Venue.OpenAsync();
        using var watch = new PollWatch(run.Deployment, open);
        await Task.WhenAll(run.Deployment.Nodes.Select(n => n.StartAsync()));
        run.Log.Fault("cold start", ("open", open.Count));
        await run.RecoveredAsync("cold start");
        await PolledAsync(run, watch, "cold start to the first poll of an open order");
    }

    /// <summary>Positions are opened in hundreds of pairs, each with its stop at the exchange; then everything is lost and comes back.</summary>
    public static async Task ColdCrowdAsync(ChaosRun run)
    {
        var start = Stopwatch.GetTimestamp();
        var open = 0;
        while ((open = (await run.Deployment.Venue.OpenAsync()).Count) < WantedStops && Stopwatch.GetElapsedTime(start) < ToManyStops)
            await run.PauseAsync(TimeSpan.FromSeconds(1));
        run.Log.Note("open orders", ("count", open), ("seconds", Stopwatch.GetElapsedTime(start).TotalSeconds));
        await ColdStartAsync(run);
    }

    /// <summary>An order that ended in the meantime need not be asked about: not every one is waited for longer than a poll takes.</summary>
    private static async Task PolledAsync(ChaosRun run, PollWatch watch, string name)
    {
        await watch.All.WaitAsync(ToEveryPoll, run.Cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        run.Cancel.ThrowIfCancellationRequested();
        foreach (var time in watch.Asked)
            run.Time(name, time);
    }

#pragma warning disable CA5394 // Dice, no secret.
    private static string Visit(ChaosRun run) => (1 + run.Dice.Next(3)).ToString(CultureInfo.InvariantCulture);
#pragma warning restore CA5394
}
