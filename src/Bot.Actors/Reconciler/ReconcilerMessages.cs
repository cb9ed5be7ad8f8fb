using Bot.Actors.Pairs;
using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Reconciliation;

namespace Bot.Actors.Reconciler;

/// <summary>
/// A pair has recovered, or its order events were interrupted: it opens nothing until a sweep that begins from now on has passed for it
/// (RELIABILITY.md R14). Repeated until answered.
/// </summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Number">Comes back with the answer, so that an old one is not taken for it.</param>
public sealed record AskSweep(Symbol Symbol, long Number) : IWireMessage;

/// <summary>What the account's sweep says of a pair.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Number">Of the question that it answers; null when nobody asked and only the block has changed.</param>
/// <param name="Block">Why nothing may be opened on it; null when it may.</param>
public sealed record SweepVerdict(Symbol Symbol, long? Number, string? Block) : IPairMessage;

/// <summary>The exchange shows an order that the pair's journal does not hold, or holds as settled: take it over.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Order">The order.</param>
public sealed record AdoptOrder(Symbol Symbol, OrderToAdopt Order) : IPairMessage;

/// <summary>Something of an order is not recorded: its tracker shall look again.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="ClientOrderId">The order.</param>
/// <param name="Why">What is missing.</param>
public sealed record WakeOrder(Symbol Symbol, string ClientOrderId, string Why) : IPairMessage;

/// <summary>
/// The pair has unsettled orders by the journal: be there, and see that each has its tracker (RELIABILITY.md R15). Sent whatever sharding
/// remembers.
/// </summary>
/// <param name="Symbol">The pair.</param>
public sealed record PingOrders(Symbol Symbol) : IPairMessage;

/// <summary>Asks how the account's reconciliation stands; the answer is a <see cref="ReconcilerStatus"/> to the sender.</summary>
public sealed record GetReconcilerStatus : IWireMessage
{
    /// <summary>The only instance.</summary>
    public static readonly GetReconcilerStatus Instance = new();
}

/// <summary>How the account's reconciliation stands.</summary>
/// <param name="LastSweepMs">When the last sweep began, Unix ms; 0 before the first.</param>
/// <param name="WatermarkMs">When the last full and complete one began, Unix ms; 0 before the first.</param>
/// <param name="Failures">Lists that did not answer in the last sweep.</param>
/// <param name="Findings">What does not fit, in words.</param>
/// <param name="Unexplained">Amounts that nothing explains, by currency.</param>
public sealed record ReconcilerStatus(
    long LastSweepMs,
    long WatermarkMs,
    IReadOnlyList<string> Failures,
    IReadOnlyList<string> Findings,
    IReadOnlyDictionary<string, decimal> Unexplained) : IWireMessage;
