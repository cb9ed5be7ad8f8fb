using Bot.Simulation.Engine;
using Bot.Simulation.Plans;

namespace Bot.Simulation.Running;

/// <summary>Makes a failing plan small: fewer faults, no noise, shorter times, as long as the same invariant breaks.</summary>
internal static class Shrinker
{
    private const int Rounds = 6;

    /// <summary>The smallest plan found that breaks the same invariant.</summary>
    public static Plan Shrink(World world, Plan plan, Mutant mutant, string invariant)
    {
        for (var round = 0; round < Rounds; round++)
        {
            var before = plan;
            plan = Try(world, plan, plan with { IsCalm = true }, mutant, invariant);
            plan = DropFaults(world, plan, mutant, invariant);
            for (var i = 0; i < plan.Faults.Count; i++)
                plan = Simplify(world, plan, i, mutant, invariant);
            plan = Truncate(world, plan, mutant, invariant);
            if (before == plan)
                break;
        }
        return plan with { Seed = 0 };
    }

    private static Plan DropFaults(World world, Plan plan, Mutant mutant, string invariant)
    {
        for (var i = plan.Faults.Count - 1; i >= 0; i--)
        {
            Fault[] left = [.. plan.Faults.Where((_, at) => at != i)];
            plan = Try(world, plan, plan with { Faults = left }, mutant, invariant);
        }
        return plan;
    }

    private static Plan Simplify(World world, Plan plan, int index, Mutant mutant, string invariant)
    {
        foreach (var smaller in Smaller(plan.Faults[index]))
        {
            Fault[] faults = [.. plan.Faults];
            faults[index] = smaller;
            plan = Try(world, plan, plan with { Faults = faults }, mutant, invariant);
        }
        return plan;
    }

    private static IEnumerable<Fault> Smaller(Fault fault)
    {
        yield return fault with { ForMs = Math.Min(fault.ForMs, 100) };
        yield return fault with { ForMs = fault.ForMs / 2 };
        yield return fault with { ForMs = fault.ForMs / 1000 * 1000 };
        yield return fault with { AtMs = fault.AtMs / 1000 * 1000 };
        yield return fault with { Amount = fault.Amount / 2 };
        if (fault.Kind == FaultKind.AtPoint && fault.Action == CrashAction.Pause)
            yield return fault with { Action = CrashAction.Kill };
    }

    private static Plan Truncate(World world, Plan plan, Mutant mutant, string invariant)
    {
        foreach (var heal in (ReadOnlySpan<int>)[plan.HealAtMs / 4, plan.HealAtMs / 2, plan.HealAtMs * 3 / 4, plan.HealAtMs / 1000 * 1000])
            plan = Try(world, plan, plan with { HealAtMs = heal }, mutant, invariant);
        return plan;
    }

    private static Plan Try(World world, Plan plan, Plan smaller, Mutant mutant, string invariant)
    {
        if (smaller == plan)
            return plan;
        foreach (var violation in world.Run(smaller, mutant).Violations)
        {
            if (violation.Invariant == invariant)
                return smaller;
        }
        return plan;
    }
}
