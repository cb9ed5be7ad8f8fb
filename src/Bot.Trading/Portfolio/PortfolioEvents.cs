using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Portfolio;

/// <summary>A fact of the account's life, in the portfolio's journal. Stored contracts, see <see cref="PairEvent"/>.</summary>
/// <param name="AtMs">When it was decided or observed: the exchange's clock as estimated by the node, Unix ms.</param>
public abstract record PortfolioEvent(long AtMs);

/// <summary>The books begin with this cash.</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="QuoteCurrency">Currency of the books.</param>
/// <param name="Cash">The exchange's balance at the beginning.</param>
public sealed record PortfolioOpened(long AtMs, string QuoteCurrency, decimal Cash) : PortfolioEvent(AtMs);

/// <summary>An incarnation took the portfolio over.</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="Epoch">Rises by one with every incarnation.</param>
/// <param name="Node">The node's address.</param>
/// <param name="Replayed">Events that were replayed into this incarnation.</param>
/// <param name="StateHash">Hash of the state after the replay.</param>
public sealed record PortfolioOwned(long AtMs, long Epoch, string Node, long Replayed, string StateHash) : PortfolioEvent(AtMs);

/// <summary>Money is set aside for an entry. It expires unless the pair's books show the entry.</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="IntentNumber">The pair's intent.</param>
/// <param name="Quote">Reserved quote: cost, fee and margin.</param>
/// <param name="Decision">From which numbers.</param>
/// <param name="ExpiresMs">When it lapses unconfirmed, Unix ms.</param>
public sealed record FundsReserved(long AtMs, Symbol Symbol, long IntentNumber, decimal Quote, RiskDecision Decision, long ExpiresMs) : PortfolioEvent(AtMs);

/// <summary>Money that was set aside is free again.</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="IntentNumber">The pair's intent.</param>
/// <param name="Reason">Why.</param>
public sealed record ReservationReleased(long AtMs, Symbol Symbol, long IntentNumber, string Reason) : PortfolioEvent(AtMs);

/// <summary>A pair's books were taken over; they replace its earlier ones and settle its reservations.</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="Book">Totals of the pair.</param>
public sealed record PairBooked(long AtMs, PairBook Book) : PortfolioEvent(AtMs);

/// <summary>A point of the equity curve.</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="MarketMs">Market time, Unix ms.</param>
/// <param name="Cash">Quote by the books.</param>
/// <param name="PositionsValue">Holdings at their marks, quote.</param>
/// <param name="Equity">Both together.</param>
/// <param name="Peak">Highest equity so far.</param>
/// <param name="MaxDrawdown">Deepest fall from a peak so far, fraction of the peak.</param>
/// <param name="RealisedPnl">Realised result of all pairs before fees, quote.</param>
/// <param name="Fees">Fees of all pairs, quote.</param>
/// <param name="OpenPositions">Pairs that hold something.</param>
public sealed record EquityMarked(
    long AtMs,
    long MarketMs,
    decimal Cash,
    decimal PositionsValue,
    decimal Equity,
    decimal Peak,
    decimal MaxDrawdown,
    decimal RealisedPnl,
    decimal Fees,
    int OpenPositions) : PortfolioEvent(AtMs);

/// <summary>The kill switch was moved (C1). Rows of the first release, whose scope is missing, also tell of the drawdown breaker.</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="Mode">The new mode.</param>
/// <param name="By">An operator's name.</param>
/// <param name="Reason">Why.</param>
public sealed record ModeChanged(long AtMs, TradingMode Mode, string By, string Reason) : PortfolioEvent(AtMs)
{
    /// <summary>What it is for, see <see cref="SwitchEntry.Scope"/>; null: everything.</summary>
    public string? Scope { get; init; }
}

/// <summary>A breaker of the account has tripped: it stays so until a person resumes (C7, C20, C24, C26).</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="Control">Which.</param>
/// <param name="Mode">What is left: reduce-only or halted.</param>
/// <param name="Reason">Why, in <c>CATEGORY control=Cn key=value</c> form.</param>
public sealed record BreakerTripped(long AtMs, Control Control, TradingMode Mode, string Reason) : PortfolioEvent(AtMs);

/// <summary>A person has looked at it and resumed: losses are counted from here.</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="Equity">Equity then, quote.</param>
public sealed record BreakerReset(long AtMs, string By, string Reason, decimal Equity) : PortfolioEvent(AtMs);

/// <summary>A day (UTC, market time) has begun: its loss is counted from this equity (C7).</summary>
/// <param name="AtMs">See <see cref="PortfolioEvent"/>.</param>
/// <param name="MarketMs">Market time, Unix ms.</param>
/// <param name="Equity">Equity then, quote.</param>
public sealed record DayBegan(long AtMs, long MarketMs, decimal Equity) : PortfolioEvent(AtMs);
