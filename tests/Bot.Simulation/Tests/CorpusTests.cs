using Bot.Simulation.Engine;
using Bot.Simulation.Running;

namespace Bot.Simulation.Tests;

/// <summary>What was found once is found again, and what was repaired stays so.</summary>
public class CorpusTests
{
    [Fact]
    public void No_plan_of_the_corpus_breaks_an_invariant_of_the_protocol_as_it_is()
    {
        var world = new World();
        foreach (var (name, entry) in Corpus.Read())
        {
            var violations = world.Run(entry.Plan).Violations;
            Assert.True(violations.Count == 0, $"{name}: {string.Join("; ", violations)}");
        }
    }

    [Fact]
    public void Every_plan_that_was_kept_for_a_mutant_finds_it()
    {
        var world = new World();
        foreach (var (name, entry) in Corpus.Read().Where(e => e.Entry.Mutant != Mutant.None))
            Assert.True(world.Run(entry.Plan, entry.Mutant).Violations.Any(v => v.Invariant == entry.Invariant), $"{name} does not find {entry.Mutant}");
    }
}
