using Bot.Simulation.Engine;

namespace Bot.Simulation.Plans;

/// <summary>Draws plans from seeds.</summary>
internal static class PlanDraw
{
    // Kinds that come often stand more than once.
    private static readonly FaultKind[] Kinds =
    [
        FaultKind.AtPoint, FaultKind.AtPoint, FaultKind.AtPoint, FaultKind.AtPoint, FaultKind.AtPoint, FaultKind.AtPoint,
        FaultKind.Kill, FaultKind.Pause, FaultKind.Pause, FaultKind.StreamDown, FaultKind.StreamLoss, FaultKind.StreamTwice, FaultKind.StreamReorder,
        FaultKind.AnswersLost, FaultKind.AnswersLost, FaultKind.RequestsLost, FaultKind.RequestsLate, FaultKind.AnswersLate, FaultKind.ServerErrors, FaultKind.ServerErrorsAfterAccept,
        FaultKind.Throttled, FaultKind.ThrottledAfterAccept, FaultKind.Refusals, FaultKind.StaleReads, FaultKind.StaleReads, FaultKind.ReadsFail,
        FaultKind.JournalStalls, FaultKind.JournalDown, FaultKind.ClockOff, FaultKind.Move, FaultKind.NodesCut,
        FaultKind.PriceJump, FaultKind.ThinBook, FaultKind.KillTracker, FaultKind.LateExecutions, FaultKind.TwoIncarnations,
        FaultKind.StopRefused, FaultKind.StopPartial, FaultKind.StopLate, FaultKind.StopGap, FaultKind.StopNotTaken,
    ];

    private const int NamelessPermille = 400;
    private const int HiddenPermille = 400;

    /// <summary>The plan of a seed: a scenario and one to six faults.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="scenario">The scenario; null to draw one.</param>
    /// <param name="mutant">A wrong turn in the drawing itself.</param>
    public static Plan Of(ulong seed, string? scenario = null, Mutant mutant = Mutant.None)
    {
        var chance = new Chance((mutant == Mutant.SeedsReused ? seed % 128 : seed) * 0x9E3779B97F4A7C15 ^ 0x5DEECE66D);
        var drawn = Scenario.All[chance.Below(Scenario.All.Length)].Name;
        var faults = new Fault[1 + chance.Below(6)];
        var end = LastStep(Scenario.Find(scenario ?? drawn)!) + 8_000;
        for (var i = 0; i < faults.Length; i++)
            faults[i] = Draw(ref chance, end);
        if (chance.Permille(50))
            faults = DoubtAround(ref chance, Scenario.Find(scenario ?? drawn)!);
        return new Plan
        {
            Seed = seed,
            Scenario = scenario ?? drawn,
            Noise = chance.Next(),
            IsCalm = chance.Permille(150),
            HealAtMs = end + 12_000 + (chance.Permille(200) ? 40_000 : 0),
            HasStops = chance.Permille(700),
            IsChildNameless = chance.Permille(NamelessPermille),
            HasSharedTradeIds = chance.Permille(200),
            IsTriggeredHidden = chance.Permille(HiddenPermille),
            Faults = faults,
        };
    }

    /// <summary>When a scenario's last step is.</summary>
    public static int LastStep(Scenario scenario) => scenario.Steps[^1].AtMs;

    private static Fault Draw(ref Chance chance, int end)
    {
        var kind = Kinds[chance.Below(Kinds.Length)];
        var at = (int)chance.Between(0, end);
        var duration = Duration(ref chance);
        return kind switch
        {
            FaultKind.AtPoint => DrawPoint(ref chance),
            FaultKind.Kill => new Fault(kind, at, (int)chance.Between(300, 30_000), Amount: chance.Below(2)),
            FaultKind.Pause => new Fault(kind, at, duration, Amount: chance.Below(2)),
            FaultKind.ClockOff => new Fault(kind, at, duration, Amount: (int)chance.Between(-900, 900) * 1),
            FaultKind.StaleReads => new Fault(kind, at, duration, Amount: (int)chance.Between(200, 24_000)),
            FaultKind.StreamLoss or FaultKind.StreamTwice or FaultKind.NodesCut => new Fault(kind, at, duration, Amount: (int)chance.Between(100, 1000)),
            FaultKind.AnswersLate => new Fault(kind, at, duration, Amount: (int)chance.Between(500, 9_500)),
            FaultKind.RequestsLate => new Fault(kind, at, duration, Amount: (int)chance.Between(500, 90_000)),
            FaultKind.LateExecutions => new Fault(kind, at, duration, Amount: (int)chance.Between(200, 30_000)),
            FaultKind.PriceJump => new Fault(kind, at, 0, Amount: (int)chance.Between(-12, 12)),
            FaultKind.ThinBook => new Fault(kind, at, duration, Amount: (int)chance.Between(1, 60)),
            FaultKind.Refusals => new Fault(kind, at, duration, Amount: chance.Below(8)),
            _ => new Fault(kind, at, duration, Amount: chance.Below(2)),
        };
    }

    /// <summary>
    /// All that makes a doubt hard, around one order: the request on its way, its tracker gone, slow answers, and a node that is stopped
    /// while they come. Left to chance alone these meet once in a million runs.
    /// </summary>
    private static Fault[] DoubtAround(ref Chance chance, Scenario scenario)
    {
        var step = scenario.Steps[chance.Below(scenario.Steps.Length)].AtMs;
        return
        [
            new Fault(FaultKind.RequestsLate, Math.Max(0, step - 50), 400, Amount: (int)chance.Between(2_000, 5_000)),
            new Fault(FaultKind.KillTracker, step + (int)chance.Between(30, 400), 0),
            new Fault(FaultKind.AnswersLate, step + 300, (int)chance.Between(1_000, 4_000), Amount: (int)chance.Between(2_000, 9_500)),
            new Fault(FaultKind.Pause, step + (int)chance.Between(900, 4_000), (int)chance.Between(30_000, 60_000), Amount: 0),

            // Nobody else is there to take the pair over.
            new Fault(FaultKind.Kill, step + 200, 60_000, Amount: 1),
        ];
    }

    private static Fault DrawPoint(ref Chance chance)
    {
        // Most of what happens in a run happens at its first two hundred points.
        var point = 1 + chance.Below(chance.Permille(500) ? 60 : 220);
        var action = (CrashAction)chance.Below(6);
        var duration = action == CrashAction.Kill ? (int)chance.Between(300, 20_000) : Duration(ref chance);
        return new Fault(FaultKind.AtPoint, 0, duration, point, action);
    }

    private static int Duration(ref Chance chance) => chance.Below(10) switch
    {
        < 3 => (int)chance.Between(50, 2_500),
        < 7 => (int)chance.Between(2_000, 12_000),
        < 9 => (int)chance.Between(8_000, 45_000),
        _ => (int)chance.Between(30_000, 90_000),
    };
}
