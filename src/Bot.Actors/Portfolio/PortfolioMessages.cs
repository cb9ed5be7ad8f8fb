using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Risk.Controls;

namespace Bot.Actors.Portfolio;

/// <summary>A pair asks for money.</summary>
/// <param name="Request">What for.</param>
public sealed record AskGrant(GrantRequest Request) : IWireMessage;

/// <summary>A pair does not use its grant.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="IntentNumber">The grant.</param>
public sealed record ReturnGrant(Symbol Symbol, long IntentNumber) : IWireMessage;

/// <summary>A pair tells its books; repeated until acknowledged.</summary>
/// <param name="Book">Totals.</param>
public sealed record ReportBook(PairBook Book) : IWireMessage;

/// <summary>Closing prices.</summary>
/// <param name="MarketMs">Market time, Unix ms.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="Price">Close, quote per base.</param>
public sealed record MarkPrice(long MarketMs, Symbol Symbol, decimal Price) : IWireMessage;

/// <summary>An operator moves the kill switch (C1).</summary>
/// <param name="Mode">The mode.</param>
/// <param name="By">Who.</param>
/// <param name="Reason">Why.</param>
/// <param name="Scope">What for: everything (<c>*</c>), a pair, or <c>strategy:NAME</c>.</param>
public sealed record SetTradingMode(TradingMode Mode, string By, string Reason, string Scope = SwitchEntry.Everything) : IWireMessage;

/// <summary>
/// Something was found that must not be (C20 books that do not agree, C26 somebody else on the account): the pair, or the account, opens
/// nothing until a person resumes. Repeating it changes nothing; who finds it repeats it while it lasts.
/// </summary>
/// <param name="Control">Which control found it.</param>
/// <param name="Symbol">The pair; null: the account.</param>
/// <param name="Reason">What, in <c>CATEGORY key=value</c> form.</param>
public sealed record ReportBreach(Control Control, Symbol? Symbol, string Reason) : IWireMessage;

/// <summary>Asks how the account is; the answer is a <see cref="PortfolioStatus"/> to the sender.</summary>
public sealed record GetPortfolioStatus : IWireMessage
{
    /// <summary>The only instance.</summary>
    public static readonly GetPortfolioStatus Instance = new();
}

/// <summary>How the account is.</summary>
/// <param name="QuoteCurrency">Currency of the books; empty before they are open.</param>
/// <param name="Cash">Quote by the books.</param>
/// <param name="Reserved">Quote set aside for entries.</param>
/// <param name="PositionsValue">Holdings at their marks.</param>
/// <param name="Equity">Cash and holdings.</param>
/// <param name="RealisedPnl">Realised result before fees.</param>
/// <param name="Fees">Fees so far.</param>
/// <param name="MaxDrawdown">Deepest fall from a peak, fraction.</param>
/// <param name="Mode">Whether positions may be opened.</param>
/// <param name="ModeReason">Why.</param>
/// <param name="OpenPositions">Pairs that hold something.</param>
/// <param name="MarketMs">Market time of the newest mark, Unix ms.</param>
public sealed record PortfolioStatus(
    string QuoteCurrency,
    decimal Cash,
    decimal Reserved,
    decimal PositionsValue,
    decimal Equity,
    decimal RealisedPnl,
    decimal Fees,
    decimal MaxDrawdown,
    TradingMode Mode,
    string ModeReason,
    int OpenPositions,
    long MarketMs) : IWireMessage;
