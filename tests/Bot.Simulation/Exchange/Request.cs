using Bot.Simulation.Actors;
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

/// <summary>A request on its way to the exchange, with everything that its answer needs.</summary>
/// <param name="tracker">Who gets the answer.</param>
/// <param name="kind">What is asked.</param>
/// <param name="spec">The order.</param>
internal sealed class Request(TrackerHost tracker, RequestKind kind, OrderSpec spec)
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

    /// <summary>When it was sent, true time.</summary>
    public long SentMs { get; set; }

    /// <summary>When it was sent, by the sender's clock.</summary>
    public long IssuedMs { get; set; }

    /// <summary>True once an answer or a timeout is on its way.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>True for what an HTTP handler sent a second time.</summary>
    public bool IsCopy { get; private init; }

    /// <summary>The same request, sent again by a handler: nobody waits for its answer.</summary>
    public Request Copy() => new(Tracker, Kind, Spec) { SignMs = 0, IsAnswered = true, IsCopy = true, SentMs = SentMs, IssuedMs = IssuedMs };

    /// <summary>What the sender learns when no answer comes.</summary>
    public OrderInput TimedOut() => Failed("timeout", "no answer");

    /// <summary>What the sender learns when the answer says nothing.</summary>
    public OrderInput Failed(string code, string message) => Kind switch
    {
        RequestKind.Place => new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, code, message),
        RequestKind.Look => new OrderInput.LookFailed(Source, code),
        _ => new OrderInput.CancelAnswered(),
    };
}
