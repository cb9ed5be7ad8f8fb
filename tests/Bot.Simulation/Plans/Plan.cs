using System.Text.Json.Serialization;
using Bot.Simulation.Engine;

namespace Bot.Simulation.Plans;

/// <summary>What goes wrong at a time of its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FaultKind>))]
internal enum FaultKind : byte
{
    /// <summary>At the crash point of this number: see <see cref="Fault.Action"/>.</summary>
    AtPoint,

    /// <summary>A node is killed.</summary>
    Kill,

    /// <summary>A node is stopped for a while.</summary>
    Pause,

    /// <summary>A node's private stream breaks for a while; what happens meanwhile is not told.</summary>
    StreamDown,

    /// <summary>Messages of the private stream are lost.</summary>
    StreamLoss,

    /// <summary>Messages of the private stream come twice.</summary>
    StreamTwice,

    /// <summary>Messages of the private stream overtake each other.</summary>
    StreamReorder,

    /// <summary>Requests are accepted and their answers lost.</summary>
    AnswersLost,

    /// <summary>Requests are lost.</summary>
    RequestsLost,

    /// <summary>Requests arrive late.</summary>
    RequestsLate,

    /// <summary>Answers come late.</summary>
    AnswersLate,

    /// <summary>The exchange answers 5xx without taking anything.</summary>
    ServerErrors,

    /// <summary>The exchange takes placements and answers 5xx.</summary>
    ServerErrorsAfterAccept,

    /// <summary>The exchange answers 429 without taking anything.</summary>
    Throttled,

    /// <summary>The exchange takes placements and answers 429.</summary>
    ThrottledAfterAccept,

    /// <summary>The exchange refuses placements: funds, price, symbol, too many, clock, keys.</summary>
    Refusals,

    /// <summary>Reads show the past, each source another.</summary>
    StaleReads,

    /// <summary>Reads fail.</summary>
    ReadsFail,

    /// <summary>Executions are shown late, and so is the order's count of them.</summary>
    LateExecutions,

    /// <summary>The journal answers nothing; what was sent is stored when it is back.</summary>
    JournalStalls,

    /// <summary>The journal refuses every write.</summary>
    JournalDown,

    /// <summary>A node's clock is off.</summary>
    ClockOff,

    /// <summary>The pair moves to another node, in order.</summary>
    Move,

    /// <summary>Messages between nodes are lost.</summary>
    NodesCut,

    /// <summary>The price jumps.</summary>
    PriceJump,

    /// <summary>The book becomes thin.</summary>
    ThinBook,

    /// <summary>A tracker ends by a failure.</summary>
    KillTracker,

    /// <summary>The order of a stop whose price comes is refused for want of money.</summary>
    StopRefused,

    /// <summary>The order of a stop fills by half, and the rest is cancelled.</summary>
    StopPartial,

    /// <summary>The order of a stop comes late.</summary>
    StopLate,

    /// <summary>The market leaps over a stop as its price comes.</summary>
    StopGap,

    /// <summary>Stops are not taken.</summary>
    StopNotTaken,

    /// <summary>The pair starts a second time on another node although the first lives.</summary>
    TwoIncarnations,
}

/// <summary>One fault of a plan.</summary>
/// <param name="Kind">What.</param>
/// <param name="AtMs">When it begins, ms after the beginning of the run; not used at crash points.</param>
/// <param name="ForMs">How long it lasts, ms.</param>
/// <param name="Point">Number of the crash point, from 1; 0 for the others.</param>
/// <param name="Action">What happens there.</param>
/// <param name="Amount">A size of its own: a node, a lag in ms, a loss in permille, a price in percent.</param>
internal sealed record Fault(FaultKind Kind, int AtMs, int ForMs, int Point = 0, CrashAction Action = CrashAction.Kill, int Amount = 0);

/// <summary>Everything that decides a run: the explicit list of choices that a seed stands for.</summary>
internal sealed record Plan
{
    /// <summary>The seed it was drawn from; 0 for one that was written or shrunk.</summary>
    public ulong Seed { get; init; }

    /// <summary>Which scenario.</summary>
    public required string Scenario { get; init; }

    /// <summary>Chance of the network's delays.</summary>
    public ulong Noise { get; init; }

    /// <summary>True: every message takes the same short time.</summary>
    public bool IsCalm { get; init; }

    /// <summary>The faults end here, ms after the beginning of the run.</summary>
    public int HealAtMs { get; init; } = 40_000;

    /// <summary>Whether the exchange holds stops.</summary>
    public bool HasStops { get; init; }

    /// <summary>Whether the order that a stop places carries no client order id.</summary>
    public bool IsChildNameless { get; init; }

    /// <summary>Whether a stop that has triggered is not shown any more.</summary>
    public bool IsTriggeredHidden { get; init; }

    /// <summary>Whether trade ids are unique within an order only, as those of a self-trade are.</summary>
    public bool HasSharedTradeIds { get; init; }

    /// <summary>What goes wrong.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];
}
