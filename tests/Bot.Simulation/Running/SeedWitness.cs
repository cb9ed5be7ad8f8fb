using Bot.Simulation.Plans;
using Bot.Trading.Checking;

namespace Bot.Simulation.Running;

/// <summary>
/// Sees that no plan is run under two seeds: a campaign that repeats itself counts what it has not done. Every sixty-fourth plan is
/// remembered, which is enough for a repetition and little for a campaign of millions.
/// </summary>
internal sealed class SeedWitness
{
    private const ulong Sample = 63;

    private readonly Lock _gate = new();
    private readonly HashSet<ulong> _seen = [];

    /// <summary>What is wrong with running this plan; null when nothing is.</summary>
    public Violation? Look(Plan plan)
    {
        if ((plan.Noise & Sample) != 0)
            return null;
        lock (_gate)
            return _seen.Add(plan.Noise) ? null : new Violation("seeds", $"seed {plan.Seed}", "stands for a plan that was run already");
    }
}
