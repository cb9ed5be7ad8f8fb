using Bot.Simulation.Engine;
using Bot.Simulation.Plans;
using Bot.Simulation.Running;

namespace Bot.Simulation.Tests;

/// <summary>A short form of the simulation, for every run of the tests. The long one is <c>./bot simulate</c>.</summary>
public class SmokeTests
{
    private const int Seeds = 20_000;

    [Fact]
    public void No_seed_breaks_an_invariant()
    {
        var report = new Campaign(Environment.ProcessorCount).Run(1, Seeds, null, stopAtFirst: false, CancellationToken.None);
        Assert.Equal(Seeds, report.Runs);
        Assert.True(report.Failed == 0, string.Join("\n", report.Failures.Select(f => $"{f.Replay} ({f.Scenario}): {f.Violations[0]}")));
    }

    [Fact]
    public void Every_kind_of_fault_and_crash_point_is_met()
    {
        var report = new Campaign(1).Run(1, 3_000, null, stopAtFirst: false, CancellationToken.None);
        foreach (var kind in Enum.GetValues<FaultKind>())
            Assert.True(report.Counts.GetValueOrDefault($"fault {kind}") > 0, $"{kind} never happened");
        foreach (var point in Enum.GetValues<CrashPoint>())
            Assert.True(report.Counts.GetValueOrDefault($"crash {point} {CrashAction.Kill}") > 0, $"nobody was killed at {point}");
        Assert.True(report.Counts["zombies"] > 0);
        Assert.True(report.Counts["conflicts"] > 0);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_scenario_without_faults_does_what_it_says(string name)
    {
        var world = new World();
        Assert.Empty(world.Run(CrashPairs.Calm(Scenario.Find(name)!)).Violations);
        Assert.True(name == "nothing-held" || world.Figures.Orders > 0, "nothing was ordered");
    }

    public static TheoryData<string> Scenarios { get; } = [.. Scenario.All.Select(s => s.Name)];

    [Fact]
    public void A_plan_goes_through_a_file_unchanged()
    {
        var plan = PlanDraw.Of(4711);
        var text = Corpus.Text(new CorpusEntry { Story = "test", Invariant = "I1", Plan = plan });
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            var read = SimulationJson.Read(path, SimulationJson.Default.CorpusEntry).Plan;
            Assert.Equal(plan with { Faults = [] }, read with { Faults = [] }, PlanComparer);
            Assert.Equal(plan.Faults, read.Faults);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static bool PlanComparer(Plan one, Plan other) => (one.Seed, one.Scenario, one.Noise, one.IsCalm, one.HealAtMs) == (other.Seed, other.Scenario, other.Noise, other.IsCalm, other.HealAtMs);
}
