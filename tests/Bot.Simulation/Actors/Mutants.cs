using Bot.Simulation.Engine;
using Bot.Trading.Orders;
using Bot.Trading.Risk.Controls;

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

    /// <summary>The controls that the pair asks.</summary>
    public static ControlSettings? Controls(World world) =>
        world.Is(Mutant.PairAsksNoControls) ? null
        : world.Is(Mutant.ControlsLoosened) ? Setup.Controls with { DuplicateMs = 0, EntriesPerMinute = 1_000, CollarMid = 0.5m, MaxStreamSilenceMs = 600_000 }
        : Setup.Controls;
}
