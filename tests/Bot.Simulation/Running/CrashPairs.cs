using Bot.Simulation.Engine;
using Bot.Simulation.Plans;

namespace Bot.Simulation.Running;

/// <summary>Every pair of crash points of a scenario, each with every pair of what can happen there.</summary>
internal static class CrashPairs
{
    private static readonly (CrashAction Action, int ForMs)[] Actions =
        [(CrashAction.Kill, 1_500), (CrashAction.Pause, 20_000), (CrashAction.StoredDenied, 0)];

    /// <summary>The plan in which nothing goes wrong.</summary>
    public static Plan Calm(Scenario scenario) => new()
    {
        Scenario = scenario.Name,
        IsCalm = true,
        HealAtMs = PlanDraw.LastStep(scenario) + 6_000,
    };

    /// <summary>Runs every pair of a scenario; the scenario's points are counted in a run without faults.</summary>
    /// <param name="world">Where.</param>
    /// <param name="scenario">Which.</param>
    /// <param name="share">The share of the first points that this caller runs: those whose number leaves this rest.</param>
    /// <param name="of">How many shares there are.</param>
    /// <param name="ran">Is told of every run; false ends it.</param>
    public static void Run(World world, Scenario scenario, int share, int of, Func<RunResult, RunFigures, bool> ran)
    {
        var calm = Calm(scenario);
        world.Run(calm);
        var points = (int)world.Figures.Points;
        for (var first = 1 + share; first <= points; first += of)
        {
            foreach (var one in Actions)
            {
                // What happens at the first changes how many follow; a second point that does not come is the first alone.
                for (var second = first; second <= points + 20; second++)
                {
                    foreach (var other in Actions)
                    {
                        Fault[] faults = second == first
                            ? [new Fault(FaultKind.AtPoint, 0, one.ForMs, first, one.Action)]
                            : [new Fault(FaultKind.AtPoint, 0, one.ForMs, first, one.Action), new Fault(FaultKind.AtPoint, 0, other.ForMs, second, other.Action)];
                        var result = world.Run(calm with { Faults = faults });
                        if (!ran(result, world.Figures))
                            return;
                        if (second == first)
                            break;
                    }
                }
            }
        }
    }
}
