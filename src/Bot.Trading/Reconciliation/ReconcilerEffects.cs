using Bot.Trading.Market;
using Bot.Trading.Pairs;

namespace Bot.Trading.Reconciliation;

/// <summary>Times and tolerances of the reconciliation.</summary>
public sealed record ReconcilerSettings
{
    /// <summary>M of RELIABILITY.md R3: no read of the exchange is staler than this, ms.</summary>
    public long ReadLagMarginMs { get; init; } = 30_000;

    /// <summary>How far the exchange's clock and its estimate here may be apart, ms.</summary>
    public long ClockSlackMs { get; init; } = 2_000;

    /// <summary>An execution that is younger than this is on its way to the books, ms.</summary>
    public long FillGraceMs { get; init; } = 10_000;

    /// <summary>What was seen of the past is told until it has not been seen for this long, ms; lists are read from so long before the watermark.</summary>
    public long HistoryMs { get; init; } = 600_000;

    /// <summary>A balance may be so far from the books: one unit of the last place that the exchange tells.</summary>
    public decimal Tolerance { get; init; } = 0.00000001m;
}

/// <summary>What the reconciliation's decisions may look at besides its state.</summary>
/// <param name="NowMs">The exchange's clock as estimated now, Unix ms.</param>
/// <param name="Deployment">Six characters that name the deployment.</param>
/// <param name="Settings">Times and tolerances.</param>
public sealed record ReconcilerContext(long NowMs, string Deployment, ReconcilerSettings Settings);

/// <summary>Something to do after the events are in the journal. All of it may be done twice.</summary>
public abstract record ReconcilerEffect
{
    /// <summary>Ask the pair to take over an order that the exchange shows and its journal does not hold, or holds as settled.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="Order">The order.</param>
    public sealed record Adopt(Symbol Symbol, OrderToAdopt Order) : ReconcilerEffect;

    /// <summary>Ask the pair to let the order's tracker look again: something is not recorded.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="ClientOrderId">The order.</param>
    /// <param name="Why">What is missing.</param>
    public sealed record Wake(Symbol Symbol, string ClientOrderId, string Why) : ReconcilerEffect;

    /// <summary>A control is broken: the account may open no more until a person says so.</summary>
    /// <param name="Kind">What was found.</param>
    /// <param name="Mode">What is still allowed.</param>
    /// <param name="Reason">Control and cause.</param>
    public sealed record Breach(FindingKind Kind, TradingMode Mode, string Reason) : ReconcilerEffect;

    /// <summary>Say something an operator must see.</summary>
    /// <param name="Message">What.</param>
    public sealed record Alert(string Message) : ReconcilerEffect;
}

/// <summary>What an incarnation remembers and may forget: what it has seen once and wants to see again before it says so.</summary>
public sealed class ReconcilerMemory
{
    /// <summary>When this incarnation began, the exchange's clock, Unix ms: an own order that is younger and in no journal is somebody else's.</summary>
    public long RunningSinceMs { get; set; }

    /// <summary>What was seen, and how often with the same amount.</summary>
    internal Dictionary<string, Sighting> Sightings { get; } = new(StringComparer.Ordinal);

    /// <summary>Findings that this sweep confirms.</summary>
    internal HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>When a finding was last confirmed, Unix ms.</summary>
    internal Dictionary<string, long> LastSeenMs { get; } = new(StringComparer.Ordinal);

    /// <summary>Of the pair that is being looked at: client order ids by the exchange's order id, empty for an order of other hands.</summary>
    internal Dictionary<string, string> Owners { get; } = new(StringComparer.Ordinal);

    /// <summary>Orders of other hands, over all pairs of the sweep.</summary>
    internal HashSet<string> Foreign { get; } = new(StringComparer.Ordinal);

    /// <summary>Orders that may be those which a stop placed: nobody can say yet whose they are.</summary>
    internal HashSet<string> Pending { get; } = new(StringComparer.Ordinal);

    /// <summary>True when this sweep shows an order or an execution of ours that no journal holds yet, or could not be asked for executions.</summary>
    internal bool HasUnbooked { get; set; }

    /// <summary>Own orders by the exchange's order id, over all pairs of the sweep.</summary>
    internal HashSet<string> Own { get; } = new(StringComparer.Ordinal);

    /// <summary>The newest comparison of each currency that could be made, by currency.</summary>
    public IReadOnlyDictionary<string, BalanceCheck> Checks => ChecksNow;

    internal SortedDictionary<string, BalanceCheck> ChecksNow { get; } = new(StringComparer.Ordinal);
}

/// <summary>A balance held against the books while nothing was under way in its currency.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Total">What the exchange says.</param>
/// <param name="Booked">What the books say: how they began, every execution and fee, and what other hands moved.</param>
/// <param name="AskedAtMs">When the balance was asked for, Unix ms.</param>
public sealed record BalanceCheck(string Currency, decimal Total, decimal Booked, long AskedAtMs)
{
    /// <summary>What nothing explains; below zero when it is missing.</summary>
    public decimal Difference => Total - Booked;
}

/// <summary>How often something was seen.</summary>
internal struct Sighting
{
    public int Count;
    public long FirstMs;
    public long LastMs;
    public decimal Amount;
}
