using Bot.Trading.Positions;

namespace Bot.Simulation.Plans;

/// <summary>What a scenario does at a step.</summary>
internal enum StepKind : byte
{
    /// <summary>The strategy wants to be long.</summary>
    Enter,

    /// <summary>The strategy wants to be flat.</summary>
    Exit,

    /// <summary>The market trades at a price, quote per base.</summary>
    Price,

    /// <summary>The size of a level of the book changes, base.</summary>
    Depth,

    /// <summary>An operator wants the position sold.</summary>
    Flatten,

    /// <summary>An operator stops entries.</summary>
    Pause,

    /// <summary>An operator allows entries again.</summary>
    Resume,

    /// <summary>The trading mode: 0 active, 1 reduce-only, 2 halted.</summary>
    Mode,

    /// <summary>The pair moves to the other node, in order.</summary>
    Move,

    /// <summary>The node of the pair is killed.</summary>
    Kill,

    /// <summary>The pair is wound down; 1: what is held is sold at once.</summary>
    WindDown,

    /// <summary>The pair is wanted again.</summary>
    Start,

    /// <summary>The exchange refuses placements for so many ms.</summary>
    Refuse,

    /// <summary>The exchange takes placements and does not answer for so many ms.</summary>
    LoseAnswers,

    /// <summary>Requests are lost for so many ms.</summary>
    LoseRequests,

    /// <summary>Rows of the journal are lost, and with them an order of ours: 0 it has bought, 1 it rests. Who reconciles starts anew.</summary>
    LoseRows,
}

/// <summary>A step of a scenario.</summary>
/// <param name="AtMs">When, ms after the beginning of the run.</param>
/// <param name="Kind">What.</param>
/// <param name="Value">A price, a size, a mode, a time.</param>
internal readonly record struct Step(int AtMs, StepKind Kind, decimal Value = 0);

/// <summary>A story that the bot and the market play together, without any fault.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Steps">What happens, in order.</param>
internal sealed record Scenario(string Name, params Step[] Steps)
{
    private static readonly ProtectionSettings Plain = new();

    /// <summary>Distance of the take-profit; 0 for none.</summary>
    public double TakeProfit { get; init; }

    /// <summary>Distance of a trailing stop; 0 for none.</summary>
    public double Trailing { get; init; }

    /// <summary>How positions are protected beyond what the strategy asks for.</summary>
    public ProtectionSettings Protection { get; init; } = Plain;

    /// <summary>Whether something goes wrong in the story itself: nodes, the exchange, the network.</summary>
    public bool HasTrouble => Array.Exists(Steps, s => s.Kind is StepKind.Kill or StepKind.Move or StepKind.Refuse or StepKind.LoseAnswers or StepKind.LoseRequests or StepKind.Depth or StepKind.LoseRows);

    /// <summary>Every scenario.</summary>
    public static readonly Scenario[] All =
    [
        new("round-trip", new(2_000, StepKind.Enter), new(20_000, StepKind.Exit)),
        new("stop-hit", new(2_000, StepKind.Enter), new(15_000, StepKind.Price, 94m)),
        new("gap-through-stop", new(2_000, StepKind.Enter), new(9_000, StepKind.Price, 85m), new(25_000, StepKind.Price, 97m)),
        new("take-profit", new(2_000, StepKind.Enter), new(15_000, StepKind.Price, 106m)) { TakeProfit = 5 },
        new("trailing", new(2_000, StepKind.Enter), new(8_000, StepKind.Price, 104m), new(14_000, StepKind.Price, 108m), new(20_000, StepKind.Price, 103m)) { Trailing = 4 },
        new("partial-entry", new(1_000, StepKind.Depth, 0.2m), new(2_000, StepKind.Enter), new(8_000, StepKind.Depth, 1000m), new(20_000, StepKind.Exit)),
        new("thin-exit", new(2_000, StepKind.Enter), new(14_000, StepKind.Depth, 0.02m), new(15_000, StepKind.Exit), new(25_000, StepKind.Depth, 1000m)),
        new("two-trips", new(2_000, StepKind.Enter), new(10_000, StepKind.Exit), new(16_000, StepKind.Enter), new(26_000, StepKind.Exit)),
        new("stop-then-enter", new(2_000, StepKind.Enter), new(10_000, StepKind.Price, 94m), new(18_000, StepKind.Enter), new(28_000, StepKind.Price, 88m)),
        new("refused-entry", new(1_500, StepKind.Refuse, 5_000m), new(2_000, StepKind.Enter), new(10_000, StepKind.Enter), new(22_000, StepKind.Exit)),
        new("refused-exit", new(2_000, StepKind.Enter), new(11_000, StepKind.Refuse, 6_000m), new(12_000, StepKind.Exit)),
        new("flatten", new(2_000, StepKind.Enter), new(12_000, StepKind.Flatten)),
        new("pause", new(1_500, StepKind.Pause), new(2_000, StepKind.Enter), new(6_000, StepKind.Resume), new(8_000, StepKind.Enter), new(18_000, StepKind.Pause), new(20_000, StepKind.Exit)),
        new("kill-switch", new(2_000, StepKind.Enter), new(8_000, StepKind.Mode, 2m), new(12_000, StepKind.Exit), new(20_000, StepKind.Enter), new(26_000, StepKind.Mode, 0m), new(30_000, StepKind.Enter)),
        new("reduce-only", new(1_500, StepKind.Mode, 1m), new(4_000, StepKind.Enter), new(8_000, StepKind.Mode, 0m), new(12_000, StepKind.Enter), new(20_000, StepKind.Mode, 1m), new(22_000, StepKind.Exit)),
        new("restart", new(2_000, StepKind.Enter), new(8_000, StepKind.Kill), new(24_000, StepKind.Exit)),
        new("restart-below-stop", new(2_000, StepKind.Enter), new(8_000, StepKind.Kill), new(9_000, StepKind.Price, 93m)),
        new("move-there-and-back", new(2_000, StepKind.Enter), new(8_000, StepKind.Move), new(14_000, StepKind.Move), new(20_000, StepKind.Exit)),
        new("moves-between-writes", new(2_000, StepKind.Enter), new(2_150, StepKind.Move), new(5_000, StepKind.Move), new(7_000, StepKind.Exit), new(7_150, StepKind.Move), new(9_000, StepKind.Move)),
        new("entry-answer-lost", new(1_500, StepKind.LoseAnswers, 4_000m), new(2_000, StepKind.Enter), new(24_000, StepKind.Exit)),
        new("entry-lost", new(1_500, StepKind.LoseRequests, 4_000m), new(2_000, StepKind.Enter), new(60_000, StepKind.Enter)),
        new("exit-answer-lost", new(2_000, StepKind.Enter), new(11_000, StepKind.LoseAnswers, 12_000m), new(12_000, StepKind.Exit)),
        new("exit-lost", new(2_000, StepKind.Enter), new(11_000, StepKind.LoseRequests, 12_000m), new(12_000, StepKind.Price, 94m)),
        new("wind-down", new(2_000, StepKind.Enter), new(12_000, StepKind.WindDown, 1m), new(24_000, StepKind.Start), new(28_000, StepKind.Enter)),
        new("halt-at-entry", new(2_000, StepKind.Enter), new(2_060, StepKind.Mode, 2m), new(20_000, StepKind.Mode, 0m), new(24_000, StepKind.Enter), new(24_040, StepKind.Mode, 2m)),
        new("quick-return", new(2_000, StepKind.Enter), new(3_000, StepKind.Exit), new(4_500, StepKind.Enter), new(14_000, StepKind.Enter), new(20_000, StepKind.Exit)),
        new("lost-entry", new(1_000, StepKind.LoseRows, 0m), new(10_000, StepKind.Price, 97m), new(14_000, StepKind.Enter), new(22_000, StepKind.Exit)),
        new("lost-resting", new(1_000, StepKind.LoseRows, 1m), new(6_000, StepKind.Price, 94m), new(14_000, StepKind.Enter), new(22_000, StepKind.Exit)),
        new("ladder", new(2_000, StepKind.Enter), new(9_000, StepKind.Price, 105.5m), new(16_000, StepKind.Price, 110.5m), new(24_000, StepKind.Exit))
            { Protection = new() { Ladder = new Dictionary<string, double> { ["1"] = 0.5, ["2"] = 0.25 } } },
        new("ladder-then-stop", new(2_000, StepKind.Enter), new(9_000, StepKind.Price, 105.5m), new(16_000, StepKind.Price, 94m))
            { Protection = new() { Ladder = new Dictionary<string, double> { ["1"] = 0.5 } } },
        new("break-even", new(2_000, StepKind.Enter), new(9_000, StepKind.Price, 105.5m), new(17_000, StepKind.Price, 99.8m))
            { Protection = new() { BreakEvenR = 1 } },
        new("time-exit", new(2_000, StepKind.Enter), new(64_000, StepKind.Price, 100.5m)) { Protection = new() { MaxHoldMinutes = 1 } },
        new("nothing-held", new(3_000, StepKind.Exit), new(5_000, StepKind.Flatten), new(9_000, StepKind.Price, 90m)),
    ];

    /// <summary>A scenario by its name; null when there is none.</summary>
    public static Scenario? Find(string name) => Array.Find(All, s => s.Name == name);
}
