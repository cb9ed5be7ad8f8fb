using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Pairs;

/// <summary>Something that a pair has to react to. (Prices and candles have methods of their own: they are the hot path.)</summary>
public abstract record PairInput
{
    /// <summary>The selector wants the pair to trade.</summary>
    /// <param name="SymbolId">The pair's row in the registry.</param>
    /// <param name="BaseCurrency">Currency bought and sold.</param>
    /// <param name="QuoteCurrency">Currency of prices.</param>
    /// <param name="Strategy">The strategy's name.</param>
    /// <param name="RiskLevel">Low, medium or high.</param>
    public sealed record Start(int SymbolId, string BaseCurrency, string QuoteCurrency, string Strategy, string RiskLevel) : PairInput;

    /// <summary>The pair is no longer wanted.</summary>
    /// <param name="Phase">Winding down or delisted.</param>
    /// <param name="Flatten">Whether what is held is sold at once.</param>
    /// <param name="Reason">Why.</param>
    public sealed record WindDown(PairPhase Phase, bool Flatten, string Reason) : PairInput;

    /// <summary>The journal was replayed into a new incarnation.</summary>
    public sealed record Recovered : PairInput;

    /// <summary>The portfolio answered a request for a grant.</summary>
    /// <param name="IntentNumber">The request.</param>
    /// <param name="Decision">Size, or refusal.</param>
    /// <param name="ReservedQuote">Quote that is reserved.</param>
    public sealed record GrantAnswered(long IntentNumber, RiskDecision Decision, decimal ReservedQuote) : PairInput;

    /// <summary>A tracker reports an execution; it may have reported it before.</summary>
    /// <param name="ClientOrderId">The order.</param>
    /// <param name="Fill">The execution.</param>
    public sealed record OrderFilled(string ClientOrderId, FillReport Fill) : PairInput;

    /// <summary>A tracker reports a fee; it may have reported it before.</summary>
    /// <param name="ClientOrderId">The order.</param>
    /// <param name="OrderId">The exchange's order id.</param>
    /// <param name="TradeId">The execution.</param>
    /// <param name="Fee">The fee.</param>
    /// <param name="FeeCurrency">Its currency.</param>
    public sealed record OrderFee(string ClientOrderId, string OrderId, long TradeId, decimal Fee, string FeeCurrency) : PairInput;

    /// <summary>A tracker does not know whether the exchange has its order.</summary>
    /// <param name="ClientOrderId">The order.</param>
    public sealed record OrderInDoubt(string ClientOrderId) : PairInput;

    /// <summary>A tracker reports that the exchange shows its stop as waiting; it may have reported it before.</summary>
    /// <param name="ClientOrderId">The stop.</param>
    public sealed record OrderLive(string ClientOrderId) : PairInput;

    /// <summary>A tracker reports that its stop's price came; it may have reported it before.</summary>
    /// <param name="ClientOrderId">The stop.</param>
    public sealed record StopTriggered(string ClientOrderId) : PairInput;

    /// <summary>A tracker has watched its ended order for as long as a late fill can come; it may have reported it before.</summary>
    /// <param name="ClientOrderId">The order.</param>
    public sealed record OrderWatched(string ClientOrderId) : PairInput;

    /// <summary>A tracker reports the end of its order; it may have reported it before.</summary>
    /// <param name="ClientOrderId">The order.</param>
    /// <param name="Outcome">How it ended.</param>
    /// <param name="FilledSize">Filled base quantity.</param>
    /// <param name="FilledFunds">Filled quote value.</param>
    /// <param name="Code">Code of a refusal, else empty.</param>
    /// <param name="Message">Text, else empty.</param>
    public sealed record OrderSettled(
        string ClientOrderId, OrderOutcome Outcome, decimal FilledSize, decimal FilledFunds, string Code, string Message) : PairInput;

    /// <summary>The reconciliation asks to take over an order that the exchange shows; it may have asked before.</summary>
    /// <param name="Order">The order.</param>
    public sealed record Adopt(Reconciliation.OrderToAdopt Order) : PairInput;

    /// <summary>Several inputs that came together: decided one after the other, written in one go.</summary>
    /// <param name="Inputs">In the order in which they happened.</param>
    public sealed record Several(IReadOnlyList<PairInput> Inputs) : PairInput;

    /// <summary>A wake-up that was asked for.</summary>
    public sealed record Woken : PairInput;

    /// <summary>The account's trading mode is another one: <see cref="PairContext.Mode"/>.</summary>
    public sealed record ModeChanged : PairInput;

    /// <summary>An operator or a failing strategy stops entries.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record PauseEntries(string Reason) : PairInput;

    /// <summary>An operator allows entries again: after a pause, a breaker, or an order in quarantine.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record ResumeEntries(string Reason) : PairInput;

    /// <summary>An operator wants the position sold.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record FlattenNow(string Reason) : PairInput;
}

/// <summary>Something to do after the events are in the journal.</summary>
public abstract record PairEffect
{
    /// <summary>Start (or after a restart: start again) the tracker of an unsettled order.</summary>
    /// <param name="Spec">What is ordered.</param>
    /// <param name="Leg">Entry or exit.</param>
    /// <param name="CorrelationId">Links the market event to everything after it.</param>
    /// <param name="DeadlineMs">Not to be sent after this, Unix ms.</param>
    public sealed record StartTracker(OrderSpec Spec, IntentLeg Leg, string CorrelationId, long DeadlineMs) : PairEffect
    {
        /// <summary>The decision behind it, for the gateway's check; null when it is not known.</summary>
        public OrderIntended? Intent { get; init; }

        /// <summary>Of an order that is taken over: the exchange has it, so it is never sent; null on others.</summary>
        public Adoption? Adopted { get; init; }
    }

    /// <summary>See that the tracker of an open or watched order runs: start it when it does not.</summary>
    /// <param name="Order">How it is started.</param>
    public sealed record EnsureTracker(StartTracker Order) : PairEffect;

    /// <summary>Ask an order's tracker to cancel it.</summary>
    /// <param name="ClientOrderId">The order.</param>
    /// <param name="Reason">Why.</param>
    public sealed record CancelOrder(string ClientOrderId, string Reason) : PairEffect;

    /// <summary>Nothing more can come of the order: its tracker may rest.</summary>
    /// <param name="ClientOrderId">The order.</param>
    public sealed record ReleaseTracker(string ClientOrderId) : PairEffect;

    /// <summary>Ask the portfolio for money.</summary>
    /// <param name="Request">What for.</param>
    public sealed record RequestGrant(GrantRequest Request) : PairEffect;

    /// <summary>Give a grant back that is not used.</summary>
    /// <param name="IntentNumber">The grant.</param>
    public sealed record ReleaseGrant(long IntentNumber) : PairEffect;

    /// <summary>Tell the portfolio the pair's books.</summary>
    public sealed record Report : PairEffect;

    /// <summary>A control refused an entry or paused the pair; it is counted for the review (C28).</summary>
    /// <param name="Control">Which.</param>
    /// <param name="Reason">Why.</param>
    public sealed record ControlTripped(Control Control, string Reason) : PairEffect;

    /// <summary>Wake the machine after a delay; an earlier wish stands.</summary>
    /// <param name="DelayMs">Delay, ms.</param>
    public sealed record Wake(long DelayMs) : PairEffect;

    /// <summary>Say something an operator may want to know.</summary>
    /// <param name="Message">What.</param>
    /// <param name="IsAlert">Whether somebody must look.</param>
    public sealed record Note(string Message, bool IsAlert) : PairEffect;
}

/// <summary>How an order is taken over.</summary>
/// <param name="OrderId">The exchange's id: of the order, or of the stop that waits.</param>
/// <param name="Cancel">Whether it is to be cancelled.</param>
/// <param name="Why">In words.</param>
public sealed record Adoption(string OrderId, bool Cancel, string Why);

/// <summary>A pair asks for money for an entry.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="IntentNumber">The intent; with the pair it is the key, so that asking twice is asking once.</param>
/// <param name="EntryPrice">Highest price that the order may pay.</param>
/// <param name="StopPrice">The stop.</param>
/// <param name="TakerFee">Fee rate, fraction.</param>
/// <param name="Rules">The pair's rules, for increments and minima.</param>
public sealed record GrantRequest(Symbol Symbol, long IntentNumber, decimal EntryPrice, decimal StopPrice, decimal TakerFee, SymbolRules Rules);

/// <summary>A pair's books as the portfolio keeps them: totals, not changes, so that hearing them twice changes nothing.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Version">Rises with every event of the pair; an older report is ignored.</param>
/// <param name="Position">Holding, cost and results.</param>
/// <param name="StopPrice">The stop of what is held; null when flat.</param>
/// <param name="NextIntent">Intents below this number that are not in <paramref name="OpenEntries"/> need no reservation any more.</param>
/// <param name="OpenEntries">Reserved quote of every unsettled entry, by intent number.</param>
public sealed record PairBook(
    Symbol Symbol, long Version, Position Position, decimal? StopPrice, long NextIntent, IReadOnlyDictionary<long, decimal> OpenEntries);
