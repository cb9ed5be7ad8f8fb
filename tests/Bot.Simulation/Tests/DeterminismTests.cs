using Bot.Simulation.Engine;
using Bot.Simulation.Plans;
using Bot.Simulation.Running;

namespace Bot.Simulation.Tests;

/// <summary>The same seed gives the same run.</summary>
public class DeterminismTests
{
    [Fact]
    public void A_world_that_has_run_other_seeds_runs_a_seed_as_a_new_one_does()
    {
        var used = new World();
        var usedTrace = new TraceLog(used);
        for (ulong seed = 1; seed <= 200; seed++)
        {
            used.Trace = usedTrace;
            usedTrace.Clear();
            used.Run(PlanDraw.Of(seed));
            var fresh = new World();
            fresh.Trace = new TraceLog(fresh);
            fresh.Run(PlanDraw.Of(seed));
            Assert.Equal(fresh.Trace.Text, usedTrace.Text);
        }
    }

    [Fact]
    public async Task Two_processes_write_the_same_traces() => Assert.Empty(await Determinism.CompareAsync(1, 50, CancellationToken.None));
}
