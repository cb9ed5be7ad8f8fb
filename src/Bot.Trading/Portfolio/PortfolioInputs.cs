using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;

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
    public sealed record GrantAsked(GrantRequest Request) : PortfolioInput;

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

    /// <summary>An operator changes the mode.</summary>
    /// <param name="Mode">The mode.</param>
    /// <param name="By">Who.</param>
    /// <param name="Reason">Why.</param>
    public sealed record SetMode(TradingMode Mode, string By, string Reason) : PortfolioInput;
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

    /// <summary>Tell every pair the mode.</summary>
    /// <param name="Mode">The mode.</param>
    public sealed record PublishMode(TradingMode Mode) : PortfolioEffect;

    /// <summary>Say something an operator must see.</summary>
    /// <param name="Message">What.</param>
    public sealed record Alert(string Message) : PortfolioEffect;
}

/// <summary>Times of the portfolio.</summary>
public sealed record PortfolioSettings
{
    /// <summary>Limits of the account.</summary>
    public RiskLimits Limits { get; init; } = new();

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
public sealed record PortfolioContext(long NowMs, PortfolioSettings Settings, string Node, long Replayed, string StateHash);

/// <summary>What an incarnation remembers and may forget: prices.</summary>
public sealed class PortfolioMemory
{
    /// <summary>Last price by pair.</summary>
    public SortedDictionary<Symbol, decimal> Marks { get; } = [];

    /// <summary>Highest equity seen since the last point of the curve.</summary>
    public decimal Peak { get; set; }

    /// <summary>Deepest fall seen since the last point of the curve, fraction.</summary>
    public decimal MaxDrawdown { get; set; }
}
