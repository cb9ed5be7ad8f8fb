using System.Runtime.Versioning;

namespace Bot.Chaos.Plans;

/// <summary>The nemesis: several faults at once.</summary>
[SupportedOSPlatform("linux")]
internal static class MixedFaults
{
    private static readonly Func<ChaosRun, Task>[] Faults =
    [
        ProcessFaults.KillAsync, ProcessFaults.ZombieAsync, LinkFaults.PartAsync, LinkFaults.CutDatabaseAsync, LinkFaults.CutExchangeAsync, LinkFaults.SlowAsync,
        DatabaseFaults.CrashAsync, DatabaseFaults.StallAsync, DatabaseFaults.ExhaustAsync, LinkFaults.LoseAnswersAsync, LinkFaults.StormAsync, LinkFaults.StepClockAsync,
    ];

    /// <summary>Draws one to three and lets them happen side by side.</summary>
    public static async Task EpisodeAsync(ChaosRun run)
    {
#pragma warning disable CA5394 // Dice, no secret.
        var chosen = Faults.OrderBy(_ => run.Dice.Next()).Take(1 + run.Dice.Next(3)).ToList();
#pragma warning restore CA5394
        await Task.WhenAll(chosen.Select(f => f(run)));
    }
}
