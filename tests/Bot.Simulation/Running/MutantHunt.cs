using Bot.Simulation.Engine;
using Bot.Simulation.Plans;
using Bot.Trading.Checking;

namespace Bot.Simulation.Running;

/// <summary>How a mutant was found.</summary>
/// <param name="Mutant">The mutant.</param>
/// <param name="Found">What did not hold; null when it was not found.</param>
/// <param name="Runs">Runs that it took, those of the corpus first.</param>
/// <param name="By">The corpus entry or seed that found it.</param>
/// <param name="Plan">The plan that found it.</param>
internal sealed record MutantResult(Mutant Mutant, Violation? Found, long Runs, string By, Plan? Plan);

/// <summary>Looks for a mutant: first with the corpus, then with seeds.</summary>
internal static class MutantHunt
{
    /// <summary>Every mutant.</summary>
    public static IEnumerable<Mutant> All => Enum.GetValues<Mutant>().Where(m => m != Mutant.None);

    /// <summary>Looks for one.</summary>
    /// <param name="world">Where.</param>
    /// <param name="mutant">Which.</param>
    /// <param name="from">The first seed.</param>
    /// <param name="most">So many seeds at most.</param>
    /// <param name="useCorpus">Whether the corpus goes first.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="scenario">The only scenario; null for all.</param>
    public static MutantResult Find(
        World world, Mutant mutant, ulong from, long most, bool useCorpus, CancellationToken cancel, string? scenario = null)
    {
        long runs = 0;
        foreach (var (name, entry) in useCorpus ? Corpus.Read() : [])
        {
            runs++;
            if (world.Run(entry.Plan, mutant) is { Violations: [var first, ..] })
                return new MutantResult(mutant, first, runs, name, entry.Plan);
        }
        var witness = new SeedWitness();
        for (long i = 0; i < most && !cancel.IsCancellationRequested; i++)
        {
            runs++;
            var plan = PlanDraw.Of(from + (ulong)i, scenario, mutant);
            if (witness.Look(plan) is { } again)
                return new MutantResult(mutant, again, runs, $"seed {plan.Seed}", null);
            if (world.Run(plan, mutant) is { Violations: [var first, ..] })
                return new MutantResult(mutant, first, runs, $"seed {plan.Seed}", plan);
        }
        return new MutantResult(mutant, null, runs, "", null);
    }
}
