using Bot.Simulation.Engine;
using Bot.Simulation.Running;

namespace Bot.Simulation.Tests;

/// <summary>A checker that passes a mutant is a fault of the checker. These are found within seconds; <c>./bot simulate --mutants</c> looks for all.</summary>
public class MutantTests
{
    private const int Seeds = 500;

    // Those that take thousands of seeds have a plan in the corpus, which goes first.
    public static TheoryData<string> All { get; } = [.. MutantHunt.All.Select(m => m.ToString())];

    [Theory]
    [MemberData(nameof(All))]
    public void A_wrong_turn_is_found(string name)
    {
        var mutant = Enum.Parse<Mutant>(name);
        Assert.NotNull(MutantHunt.Find(new World(), mutant, 1, Seeds, useCorpus: true, CancellationToken.None).Found);
    }

    [Fact]
    public void There_are_more_than_the_specification_asks_for() => Assert.True(MutantHunt.All.Count() >= 25);
}
