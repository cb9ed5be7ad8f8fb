using System.Text.Json.Serialization;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Pairs;

/// <summary>
/// A fact of one pair's life, in its journal. The types are stored contracts: a property is never renamed or removed; a change of meaning
/// is a new type with a new manifest.
/// </summary>
/// <param name="AtMs">When it was decided or observed: the exchange's clock as estimated by the node, Unix ms.</param>
public abstract record PairEvent(long AtMs);

/// <summary>The pair trades from now on.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="SymbolId">The pair's row in the registry; part of every client order id.</param>
/// <param name="BaseCurrency">Currency bought and sold.</param>
/// <param name="QuoteCurrency">Currency of prices.</param>
/// <param name="Strategy">The strategy's name.</param>
/// <param name="RiskLevel">The selector's word: low, medium or high.</param>
public sealed record PairStarted(
    long AtMs, Symbol Symbol, int SymbolId, string BaseCurrency, string QuoteCurrency, string Strategy, string RiskLevel) : PairEvent(AtMs);

/// <summary>An incarnation took the pair over; its write is the fence against an older one (RELIABILITY.md R4).</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Epoch">Rises by one with every incarnation.</param>
/// <param name="Node">The node's address.</param>
/// <param name="Replayed">Events that were replayed into this incarnation.</param>
/// <param name="StateHash">Hash of the state after the replay, so that an independent fold can be compared.</param>
public sealed record PairOwned(long AtMs, long Epoch, string Node, long Replayed, string StateHash) : PairEvent(AtMs);

/// <summary>The pair's phase changed.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Phase">The new phase.</param>
/// <param name="Reason">Why.</param>
public sealed record PairPhaseChanged(long AtMs, PairPhase Phase, string Reason) : PairEvent(AtMs);

/// <summary>Entries are suspended, exits are not.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Reason">Why: an operator, a strategy that failed.</param>
public sealed record EntriesPaused(long AtMs, string Reason) : PairEvent(AtMs);

/// <summary>Entries are allowed again.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Reason">Why.</param>
public sealed record EntriesResumed(long AtMs, string Reason) : PairEvent(AtMs);

/// <summary>
/// The decision to place one order, with everything that explains it. It is in the journal before the order's tracker starts; the unique
/// key of the journal decides which of two incarnations may have it.
/// </summary>
public sealed record OrderIntended(long AtMs) : PairEvent(AtMs)
{
    /// <summary>The pair's counter, from 1; the same number for the attempts of one intent.</summary>
    public required long IntentNumber { get; init; }

    /// <summary>Entry or exit.</summary>
    public required IntentLeg Leg { get; init; }

    /// <summary>From 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>What is ordered, with the client order id.</summary>
    public required OrderSpec Spec { get; init; }

    /// <summary>Not to be sent after this, Unix ms.</summary>
    public required long DeadlineMs { get; init; }

    /// <summary>Market time of the event that led here, Unix ms.</summary>
    public required long MarketMs { get; init; }

    /// <summary>Links that event, this decision, the request and the fills.</summary>
    public required string CorrelationId { get; init; }

    /// <summary>The strategy's name.</summary>
    public required string Strategy { get; init; }

    /// <summary>In plain words.</summary>
    public required string Reason { get; init; }

    /// <summary>Why the position is sold; null on entries.</summary>
    public ExitReason? Exit { get; init; }

    /// <summary>Open time of the candle that was decided on, Unix ms; null when a price triggered.</summary>
    public long? CandleOpenMs { get; init; }

    /// <summary>How often that candle had been corrected when it was decided on.</summary>
    public int CandleRevision { get; init; }

    /// <summary>The price that triggered a stop or target, or the reference price of an entry; quote per base.</summary>
    public decimal? TriggerPrice { get; init; }

    /// <summary>The strategy's numbers.</summary>
    public IReadOnlyDictionary<string, double>? Signal { get; init; }

    /// <summary>What the risk rules said; null on exits, which need no permission.</summary>
    public RiskDecision? Risk { get; init; }

    /// <summary>What the controls looked at when they let it pass (I21); null on exits, and in journals of the first release.</summary>
    public PreTradeFacts? Facts { get; init; }

    /// <summary>How the bought quantity will be protected from its first fill on; null on exits.</summary>
    public Protection? Plan { get; init; }

    /// <summary>Quote reserved at the portfolio for this order; 0 on exits.</summary>
    public decimal ReservedQuote { get; init; }

    /// <summary>Version of the configuration that was in force.</summary>
    public required string ConfigurationVersion { get; init; }
}

/// <summary>An execution changed the position.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="ClientOrderId">The order's id.</param>
/// <param name="Fill">The execution.</param>
public sealed record FillApplied(long AtMs, string ClientOrderId, FillReport Fill) : PairEvent(AtMs);

/// <summary>The fee of an execution became known.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="ClientOrderId">The order's id.</param>
/// <param name="OrderId">The exchange's order id.</param>
/// <param name="TradeId">The execution.</param>
/// <param name="Fee">The fee; negative is a rebate.</param>
/// <param name="FeeCurrency">Its currency.</param>
public sealed record FeeApplied(long AtMs, string ClientOrderId, string OrderId, long TradeId, decimal Fee, string FeeCurrency) : PairEvent(AtMs);

/// <summary>The held quantity is protected by these levels from now on.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Quantity">Held base quantity that is protected.</param>
/// <param name="Protection">The levels.</param>
/// <param name="Reason">Fill or trail.</param>
public sealed record ProtectionPlanned(long AtMs, decimal Quantity, Protection Protection, string Reason) : PairEvent(AtMs);

/// <summary>The exchange shows the stop as waiting: what it covers is protected without us.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="ClientOrderId">The stop.</param>
/// <param name="Quantity">What it sells, base.</param>
/// <param name="StopPrice">Where it triggers, quote per base.</param>
public sealed record ProtectionConfirmed(long AtMs, string ClientOrderId, decimal Quantity, decimal StopPrice) : PairEvent(AtMs);

/// <summary>A stop at the exchange has triggered: it waits no longer, it sells.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="ClientOrderId">The stop.</param>
public sealed record ProtectionTriggered(long AtMs, string ClientOrderId) : PairEvent(AtMs);

/// <summary>An order is not wanted any more; its tracker is asked to cancel it until it has ended.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="ClientOrderId">The order.</param>
/// <param name="Reason">Why.</param>
public sealed record CancelDecided(long AtMs, string ClientOrderId, string Reason) : PairEvent(AtMs);

/// <summary>What is held is too small to be sold. It is not protected, and leaves with the next exit.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Quantity">What is held, base.</param>
public sealed record DustDeclared(long AtMs, decimal Quantity) : PairEvent(AtMs);

/// <summary>A settled order was watched for as long as a late fill can come: the pair forgets it.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="ClientOrderId">The order.</param>
public sealed record OrderRetired(long AtMs, string ClientOrderId) : PairEvent(AtMs);

/// <summary>An order came to its end.</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="ClientOrderId">The order's id.</param>
/// <param name="Outcome">How.</param>
/// <param name="FilledSize">Filled base quantity.</param>
/// <param name="FilledFunds">Filled quote value.</param>
/// <param name="Code">Code of a refusal, else empty.</param>
/// <param name="Message">Text of a refusal or reason, else empty.</param>
public sealed record OrderSettled(
    long AtMs, string ClientOrderId, OrderOutcome Outcome, decimal FilledSize, decimal FilledFunds, string Code, string Message) : PairEvent(AtMs);

/// <summary>
/// An order that the exchange shows is taken over: the journal did not hold it, or held it as settled. What fills of it is accounted for
/// like any other.
/// </summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Intended">The decision behind it: the journal's own, or what its id and the exchange tell of it.</param>
/// <param name="OrderId">The exchange's id: of the order, or of the stop that waits.</param>
/// <param name="CreatedAtMs">The exchange's creation time, Unix ms.</param>
/// <param name="Cancel">Whether it is to be cancelled.</param>
/// <param name="Why">In words.</param>
public sealed record OrderAdopted(long AtMs, OrderIntended Intended, string OrderId, long CreatedAtMs, bool Cancel, string Why) : PairEvent(AtMs);

/// <summary>A round trip is complete: from flat to flat (dust apart).</summary>
/// <param name="AtMs">See <see cref="PairEvent"/>.</param>
/// <param name="Number">The pair's counter of round trips, from 1.</param>
/// <param name="OpenedAtMs">Time of the first fill, Unix ms.</param>
/// <param name="Quantity">Sold base quantity.</param>
/// <param name="EntryPrice">Average price bought at.</param>
/// <param name="ExitPrice">Average price sold at.</param>
/// <param name="GrossPnl">Result before fees, quote.</param>
/// <param name="Fees">Fees of all its fills, quote.</param>
/// <param name="NetPnl">Result after fees, quote.</param>
/// <param name="Reason">Why it was sold.</param>
/// <param name="Dust">What stayed because it is too small to be sold, base.</param>
public sealed record PositionClosed(
    long AtMs,
    long Number,
    long OpenedAtMs,
    decimal Quantity,
    decimal EntryPrice,
    decimal ExitPrice,
    decimal GrossPnl,
    decimal Fees,
    decimal NetPnl,
    ExitReason Reason,
    decimal Dust) : PairEvent(AtMs);

/// <summary>Whether a pair trades.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PairPhase>))]
public enum PairPhase
{
    /// <summary>Not started.</summary>
    Dormant,

    /// <summary>Entries and exits.</summary>
    Trading,

    /// <summary>No entries; what is held leaves by its strategy, its protection or at once.</summary>
    WindingDown,

    /// <summary>Gone from the exchange: no orders at all.</summary>
    Delisted,
}
