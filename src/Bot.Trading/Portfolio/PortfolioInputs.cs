using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Portfolio;

/// <summary>Something that the portfolio has to react to.</summary>
public abstract record PortfolioInput
{
    /// <summary>The exchange's balance at the very beginning; ignored once the books are open.</summary>
    /// <param name="QuoteCurrency">Currency of the books.</param>
    /// <param name="Cash">The balance.</param>
    public sealed record Open(string QuoteCurrency, decimal Cash) : PortfolioInput;

    /// <summary>The journal was replayed into a new incarnation.</summary>
    public sealed record Recovered : PortfolioInput;

    /// <summary>A pair asks for money.</summary>
    /// <param name="Request">What for.</param>
    /// <param name="SinceMs">Since when it waits for its turn (C10), Unix ms; null: it is new.</param>
    public sealed record GrantAsked(GrantRequest Request, long? SinceMs = null) : PortfolioInput;

    /// <summary>A pair does not use its grant.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="IntentNumber">The grant.</param>
    public sealed record GrantReleased(Symbol Symbol, long IntentNumber) : PortfolioInput;

    /// <summary>A pair tells its books.</summary>
    /// <param name="Book">Totals.</param>
    public sealed record BookReported(PairBook Book) : PortfolioInput;

    /// <summary>Prices of one instant, at the close of candles.</summary>
    /// <param name="MarketMs">Market time, Unix ms.</param>
    /// <param name="Prices">Close by pair; pairs that did not trade are absent.</param>
    public sealed record Marked(long MarketMs, IReadOnlyDictionary<Symbol, decimal> Prices) : PortfolioInput;

    /// <summary>An operator moves the kill switch (C1).</summary>
    /// <param name="Mode">The mode.</param>
    /// <param name="By">Who.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Scope">What for, see <see cref="SwitchEntry.Scope"/>.</param>
    public sealed record SetMode(TradingMode Mode, string By, string Reason, string Scope = SwitchEntry.Everything) : PortfolioInput;

    /// <summary>Something was found that must not be: the pair, or the account, opens nothing until a person resumes (C20, C26).</summary>
    /// <param name="Control">Which control found it.</param>
    /// <param name="Symbol">The pair; null: the account.</param>
    /// <param name="Reason">What, in <c>CATEGORY key=value</c> form.</param>
    public sealed record Breached(Control Control, Symbol? Symbol, string Reason) : PortfolioInput;

    /// <summary>An operator resumes entries after a breaker, a breach, a pause or a quarantine.</summary>
    /// <param name="Symbol">The pair; null: the account and all of its pairs.</param>
    /// <param name="By">Who.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Resume(Symbol? Symbol, string By, string Reason) : PortfolioInput;
}

/// <summary>Something to do after the events are in the journal.</summary>
public abstract record PortfolioEffect
{
    /// <summary>Answer a request.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="IntentNumber">The request.</param>
    /// <param name="Decision">Size or refusal.</param>
    /// <param name="ReservedQuote">Reserved quote; 0 with a refusal.</param>
    public sealed record AnswerGrant(Symbol Symbol, long IntentNumber, RiskDecision Decision, decimal ReservedQuote) : PortfolioEffect;

    /// <summary>The pair's books are in the journal.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="Version">Which ones.</param>
    public sealed record AcknowledgeBook(Symbol Symbol, long Version) : PortfolioEffect;

    /// <summary>Tell every pair its mode, and mirror the kill switch to where gateways read it.</summary>
    /// <param name="Mode">The mode of the account; pairs and strategies may have a stricter one, see <see cref="PortfolioState.Board"/>.</param>
    public sealed record PublishMode(TradingMode Mode) : PortfolioEffect;

    /// <summary>Ask again after a while: it is not this entry's turn yet (C10).</summary>
    /// <param name="Request">The request.</param>
    /// <param name="SinceMs">Since when it waits, Unix ms.</param>
    /// <param name="DelayMs">When to ask again, ms from now.</param>
    public sealed record AskLater(GrantRequest Request, long SinceMs, long DelayMs) : PortfolioEffect;

    /// <summary>A pair shall open nothing until it is resumed.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="Reason">Why.</param>
    public sealed record PausePair(Symbol Symbol, string Reason) : PortfolioEffect;

    /// <summary>A pair may open again.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="By">Who says so.</param>
    /// <param name="Reason">Why.</param>
    public sealed record ResumePair(Symbol Symbol, string By, string Reason) : PortfolioEffect;

    /// <summary>A control of the account refused something; it is counted for the review (C28).</summary>
    /// <param name="Symbol">The pair; null: the account.</param>
    /// <param name="Reason">Which control and why.</param>
    public sealed record ControlTripped(Symbol? Symbol, string Reason) : PortfolioEffect;

    /// <summary>Say something an operator must see.</summary>
    /// <param name="Message">What.</param>
    public sealed record Alert(string Message) : PortfolioEffect;
}

/// <summary>Times of the portfolio.</summary>
public sealed record PortfolioSettings
{
    /// <summary>Limits of the account.</summary>
    public RiskLimits Limits { get; init; } = new();

    /// <summary>Parameters of the controls; null: only the limits hold.</summary>
    public ControlSettings? Controls { get; init; }

    /// <summary>When the configuration first came into force (C24), Unix ms of the exchange's clock; null: it is not new.</summary>
    public long? ConfigurationSinceMs { get; init; }

    /// <summary>An unconfirmed reservation lapses after this, ms.</summary>
    public long ReservationMs { get; init; } = 30_000;

    /// <summary>Distance of the equity curve's points in market time, ms.</summary>
    public long EquityIntervalMs { get; init; } = 3_600_000;
}

/// <summary>What the portfolio's decisions may look at besides its state.</summary>
/// <param name="NowMs">The exchange's clock as estimated now, Unix ms.</param>
/// <param name="Settings">Limits and times.</param>
/// <param name="Node">The node's address.</param>
/// <param name="Replayed">Events replayed into this incarnation.</param>
/// <param name="StateHash">Hash of the state after the replay.</param>
/// <param name="Strategy">The strategy that the pairs trade, for the kill switch's words about it.</param>
public sealed record PortfolioContext(long NowMs, PortfolioSettings Settings, string Node, long Replayed, string StateHash, string Strategy = "");

/// <summary>What an incarnation remembers and may forget: prices, the last grants.</summary>
public sealed class PortfolioMemory
{
    /// <summary>Grants of the last minute (C10).</summary>
    public EventWindow Grants { get; } = new(1_024);

    /// <summary>Highest equity that the drawdown is measured from; falls back to the equity when a person resumes.</summary>
    public decimal BreakerPeak { get; set; }

    /// <summary>Last price by pair.</summary>
    public SortedDictionary<Symbol, decimal> Marks { get; } = [];

    /// <summary>Highest equity seen since the last point of the curve.</summary>
    public decimal Peak { get; set; }

    /// <summary>Deepest fall seen since the last point of the curve, fraction.</summary>
    public decimal MaxDrawdown { get; set; }
}
