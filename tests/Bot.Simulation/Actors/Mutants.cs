using Bot.Simulation.Engine;
using Bot.Trading.Orders;

namespace Bot.Simulation.Actors;

/// <summary>Wrong turns that are a matter of settings.</summary>
internal static class Mutants
{
    private static readonly OrderPolicy NoMargin = new() { ReadLagMarginMs = 0 };
    private static readonly OrderPolicy NoMarginOneAnswer = new() { ReadLagMarginMs = 0, AbsenceAnswers = 1 };

    /// <summary>Times and counts of the order protocol.</summary>
    public static OrderPolicy Policy(World world) =>
        world.Is(Mutant.NoReadMargin) ? NoMargin
        : world.Is(Mutant.NoReadMarginOneAnswer) ? NoMarginOneAnswer
        : Setup.Policy;
}
