using Bot.Simulation.Actors;
using Bot.Simulation.Engine;
using Bot.Trading.Orders;

namespace Bot.Simulation.Exchange;

/// <summary>What is asked of the exchange.</summary>
internal enum RequestKind : byte
{
    /// <summary>Place an order.</summary>
    Place,

    /// <summary>Cancel it.</summary>
    Cancel,

    /// <summary>Cancel the stop that waits.</summary>
    CancelStop,

    /// <summary>Ask one source about it.</summary>
    Look,
}

/// <summary>Something that is asked of the exchange and gets exactly one answer, or a timeout.</summary>
/// <param name="asker">Who gets the answer.</param>
internal abstract class Ask(Actor asker)
{
    /// <summary>Who gets the answer.</summary>
    public Actor Asker { get; } = asker;

    /// <summary>When it was sent, true time.</summary>
    public long SentMs { get; set; }

    /// <summary>When it was sent, by the sender's clock.</summary>
    public long IssuedMs { get; set; }

    /// <summary>True once an answer or a timeout is on its way.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>What the asker learns when no answer comes.</summary>
    public abstract object TimedOut();
}

/// <summary>A part of a sweep.</summary>
internal enum SweepPart : byte
{
    /// <summary>Active orders, done orders, executions: each of another age.</summary>
    Orders,

    /// <summary>Stops that wait.</summary>
    Stops,

    /// <summary>Balances.</summary>
    Balances,
}

/// <summary>A part of a sweep that is asked for.</summary>
/// <param name="asker">The reconciler.</param>
/// <param name="part">Which part.</param>
/// <param name="sinceMs">Done orders and executions are read from here.</param>
/// <param name="isFull">Whether these are wanted at all.</param>
internal sealed class SweepAsk(Actor asker, SweepPart part, long sinceMs, bool isFull) : Ask(asker)
{
    /// <summary>Which part.</summary>
    public SweepPart Part { get; } = part;

    /// <summary>Done orders and executions are read from here.</summary>
    public long SinceMs { get; } = sinceMs;

    /// <summary>Whether these are wanted at all.</summary>
    public bool IsFull { get; } = isFull;

    /// <inheritdoc/>
    public override object TimedOut() => new SweepAnswer(this, null);
}

/// <summary>The answer to a part of a sweep.</summary>
/// <param name="Ask">What was asked.</param>
/// <param name="Lists">The lists; null when they did not answer.</param>
internal sealed record SweepAnswer(SweepAsk Ask, object? Lists);

/// <summary>A request on its way to the exchange, with everything that its answer needs.</summary>
/// <param name="tracker">Who gets the answer.</param>
/// <param name="kind">What is asked.</param>
/// <param name="spec">The order.</param>
internal sealed class Request(TrackerHost tracker, RequestKind kind, OrderSpec spec) : Ask(tracker)
{
    /// <summary>Who gets the answer.</summary>
    public TrackerHost Tracker { get; } = tracker;

    /// <summary>What is asked.</summary>
    public RequestKind Kind { get; } = kind;

    /// <summary>The order.</summary>
    public OrderSpec Spec { get; } = spec;

    /// <summary>The licence's time; 0 for a request that is signed when it is sent.</summary>
    public long SignMs { get; init; }

    /// <summary>Which source is asked.</summary>
    public EvidenceSource Source { get; init; }

    /// <summary>The exchange's id, when known.</summary>
    public string? OrderId { get; init; }

    /// <summary>The exchange's id of the stop, when known.</summary>
    public string? StopId { get; init; }

    /// <summary>What is asked for is not older than this; lists are read from a minute before.</summary>
    public long SinceMs { get; init; }

    /// <summary>Orders that other stops of the pair are known to have placed.</summary>
    public IReadOnlyList<string> ChildrenOfOthers { get; init; } = [];

    /// <summary>True for what an HTTP handler sent a second time.</summary>
    public bool IsCopy { get; private init; }

    /// <summary>The same request, sent again by a handler: nobody waits for its answer.</summary>
    public Request Copy() => new(Tracker, Kind, Spec) { SignMs = 0, IsAnswered = true, IsCopy = true, SentMs = SentMs, IssuedMs = IssuedMs };

    /// <summary>What the sender learns when no answer comes.</summary>
    public override object TimedOut() => Failed("timeout", "no answer");

    /// <summary>What the sender learns when the answer says nothing.</summary>
    public OrderInput Failed(string code, string message) => Kind switch
    {
        RequestKind.Place => new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, code, message),
        RequestKind.Look => new OrderInput.LookFailed(Source, code),
        _ => new OrderInput.CancelAnswered(),
    };
}
