using System.Text.Json.Serialization;

namespace Bot.Trading.Orders;

/// <summary>
/// A fact of one order's life, in its tracker's journal. Written before the effect it licenses or after the observation it records.
/// The types are stored contracts: a property is never renamed or removed; a change of meaning is a new type with a new manifest.
/// </summary>
/// <param name="AtMs">When it was decided or observed: the exchange's clock as estimated by the node, Unix ms.</param>
public abstract record OrderEvent(long AtMs);

/// <summary>The order's complete specification, before anything is sent.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Spec">What is ordered.</param>
/// <param name="Leg">Entry or exit.</param>
/// <param name="CorrelationId">Links the market event, the decision, the request and the fills.</param>
/// <param name="DeadlineMs">After this the order must not be authorised any more, Unix ms.</param>
public sealed record OrderPrepared(long AtMs, OrderSpec Spec, IntentLeg Leg, string CorrelationId, long DeadlineMs) : OrderEvent(AtMs);

/// <summary>An incarnation took the order over. Its write is the fence: an older incarnation's next write meets the journal's unique key.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Epoch">Rises by one with every incarnation.</param>
/// <param name="Node">The node's address.</param>
/// <param name="Replayed">Events that were replayed into this incarnation.</param>
/// <param name="StateHash">Hash of the state after the replay, so that an independent fold can be compared.</param>
public sealed record OrderOwned(long AtMs, long Epoch, string Node, long Replayed, string StateHash) : OrderEvent(AtMs);

/// <summary>The only licence to send the placement, once, by the incarnation that wrote it (RELIABILITY.md R1, R2).</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Epoch">The writing incarnation.</param>
/// <param name="SignTimeMs">The timestamp that the request carries and is signed with.</param>
/// <param name="ValidUntilMs">After this the exchange refuses the request at its door.</param>
/// <param name="BodyHash">SHA-256 of the request's body, hexadecimal.</param>
public sealed record SubmitAuthorised(long AtMs, long Epoch, long SignTimeMs, long ValidUntilMs, string BodyHash) : OrderEvent(AtMs);

/// <summary>Nobody knows whether the exchange has the order.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Reason">What happened: timeout, reset, restart, ...</param>
public sealed record SubmitInDoubt(long AtMs, string Reason) : OrderEvent(AtMs);

/// <summary>The exchange accepted the placement.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="OrderId">The exchange's id.</param>
public sealed record OrderAcknowledged(long AtMs, string OrderId) : OrderEvent(AtMs);

/// <summary>The exchange provably refused the placement. Terminal for this attempt.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Code">The exchange's code.</param>
/// <param name="Message">The exchange's text.</param>
public sealed record OrderRefused(long AtMs, string Code, string Message) : OrderEvent(AtMs);

/// <summary>The exchange showed an order whose placement was in doubt or unanswered.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="OrderId">The exchange's id.</param>
/// <param name="By">Where it was seen.</param>
public sealed record OrderFound(long AtMs, string OrderId, EvidenceSource By) : OrderEvent(AtMs);

/// <summary>The order provably does not exist and never will: every source said so, asked after the licence had run out (RELIABILITY.md R3).</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Evidence">The answers that prove it.</param>
public sealed record OrderAbsent(long AtMs, IReadOnlyList<AbsenceEvidence> Evidence) : OrderEvent(AtMs);

/// <summary>
/// The stop's price came. The order that the exchange placed then has an id of its own; when it is not known yet, a second event of this
/// kind names it. Its executions are executions of the stop.
/// </summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="ChildOrderId">The exchange's id of the order that was placed at the trigger; null while it is not known.</param>
public sealed record StopTriggered(long AtMs, string? ChildOrderId) : OrderEvent(AtMs);

/// <summary>An execution.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Fill">The execution as first seen.</param>
/// <param name="Source">Where it was seen first.</param>
/// <param name="IsLate">True when it came after the order had been closed.</param>
public sealed record FillRecorded(long AtMs, FillReport Fill, EvidenceSource Source, bool IsLate) : OrderEvent(AtMs);

/// <summary>The fee of an execution that was first seen without one.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="TradeId">The execution.</param>
/// <param name="Fee">The fee; negative is a rebate.</param>
/// <param name="FeeCurrency">Its currency.</param>
/// <param name="Maker">Whether the order was resting; null where unknown.</param>
public sealed record FeeRecorded(long AtMs, long TradeId, decimal Fee, string FeeCurrency, bool? Maker) : OrderEvent(AtMs);

/// <summary>The order is to be cancelled. Written before the first request.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Reason">Why.</param>
public sealed record CancelAuthorised(long AtMs, string Reason) : OrderEvent(AtMs);

/// <summary>The exchange's own order object shows that it can fill no more.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="DealSize">Filled base quantity by the exchange's count.</param>
/// <param name="DealFunds">Filled quote value by the exchange's count.</param>
/// <param name="CancelledSize">Cancelled base quantity.</param>
public sealed record OrderEnded(long AtMs, decimal DealSize, decimal DealFunds, decimal CancelledSize) : OrderEvent(AtMs);

/// <summary>The recorded fills add up to what the exchange says was filled, every fee known: nothing is missing.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="FilledSize">Sum of the fills, base.</param>
/// <param name="FilledFunds">Sum of the fills, quote.</param>
public sealed record OrderClosed(long AtMs, decimal FilledSize, decimal FilledFunds) : OrderEvent(AtMs);

/// <summary>The order expired before it was authorised; nothing was ever sent.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Reason">Why.</param>
public sealed record OrderAbandoned(long AtMs, string Reason) : OrderEvent(AtMs);

/// <summary>The machine cannot decide by itself; a person must. The pair opens nothing meanwhile.</summary>
/// <param name="AtMs">See <see cref="OrderEvent"/>.</param>
/// <param name="Why">What does not fit.</param>
public sealed record OrderQuarantined(long AtMs, string Why) : OrderEvent(AtMs);

/// <summary>Where evidence about an order comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EvidenceSource>))]
public enum EvidenceSource
{
    /// <summary>The private stream.</summary>
    Stream,

    /// <summary>The query by client order id.</summary>
    ClientOrderId,

    /// <summary>The list of active orders.</summary>
    ActiveList,

    /// <summary>The list of done orders.</summary>
    DoneList,

    /// <summary>The list of executions.</summary>
    Fills,

    /// <summary>The query for a waiting stop by client order id.</summary>
    StopByClientOrderId,

    /// <summary>The list of waiting stops.</summary>
    StopList,
}

/// <summary>One answer that did not show the order.</summary>
/// <param name="Source">Who was asked.</param>
/// <param name="IssuedAtMs">When the question was sent, the exchange's clock, Unix ms. Only this time counts, never the answer's.</param>
public sealed record AbsenceEvidence(EvidenceSource Source, long IssuedAtMs);
