using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;
using Bot.Trading.Risk;

namespace Bot.Actors.Pairs;

/// <summary>A message for one pair, wherever its shard is.</summary>
public interface IPairMessage : IWireMessage
{
    /// <summary>The pair: shard key and entity id.</summary>
    Symbol Symbol { get; }
}

/// <summary>The selector wants the pair to trade.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="SymbolId">Its row in the registry.</param>
/// <param name="BaseCurrency">Currency bought and sold.</param>
/// <param name="QuoteCurrency">Currency of prices.</param>
/// <param name="RiskLevel">Low, medium or high.</param>
public sealed record StartPair(Symbol Symbol, int SymbolId, string BaseCurrency, string QuoteCurrency, string RiskLevel) : IPairMessage;

/// <summary>The pair is no longer wanted.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Phase">Winding down or delisted.</param>
/// <param name="Flatten">Whether what is held is sold at once.</param>
/// <param name="Reason">Why.</param>
public sealed record WindDownPair(Symbol Symbol, PairPhase Phase, bool Flatten, string Reason) : IPairMessage;

/// <summary>A candle is closed.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Candle">The candle.</param>
/// <param name="PreviousOpenMs">Open time of the candle before it; null when there is none. Intervals without a trade have no candle.</param>
/// <param name="Revision">How often it was corrected.</param>
/// <param name="ClosedAtMs">Market time at which it was known to be closed, Unix ms.</param>
public sealed record CandleClosed(Symbol Symbol, Candle Candle, long? PreviousOpenMs, int Revision, long ClosedAtMs) : IPairMessage;

/// <summary>Closed candles that a pair asked for, oldest first, complete up to the newest closed one.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Candles">The candles.</param>
/// <param name="NewestOpenMs">Open time of the newest closed candle; null when there is none.</param>
public sealed record CandleHistory(Symbol Symbol, IReadOnlyList<Candle> Candles, long? NewestOpenMs) : IPairMessage;

/// <summary>The portfolio's answer.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="IntentNumber">The request.</param>
/// <param name="Decision">Size or refusal.</param>
/// <param name="ReservedQuote">Reserved quote; 0 with a refusal.</param>
public sealed record GrantAnswer(Symbol Symbol, long IntentNumber, RiskDecision Decision, decimal ReservedQuote) : IPairMessage;

/// <summary>The portfolio has the pair's books in its journal.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Version">Which ones.</param>
/// <param name="Mode">Whether positions may be opened.</param>
/// <param name="Reason">Why not.</param>
public sealed record BookAcknowledged(Symbol Symbol, long Version, TradingMode Mode, string? Reason = null) : IPairMessage;

/// <summary>Positions may be opened, or may not any more.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Mode">The mode.</param>
/// <param name="Reason">Why.</param>
public sealed record TradingModeChanged(Symbol Symbol, TradingMode Mode, string? Reason = null) : IPairMessage;

/// <summary>The pair shall open nothing until it is resumed.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Reason">Why.</param>
public sealed record PausePair(Symbol Symbol, string Reason) : IPairMessage;

/// <summary>The pair may open again; the answer is a <see cref="PairResumed"/> to the sender.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="By">Who says so.</param>
/// <param name="Reason">Why.</param>
public sealed record ResumePair(Symbol Symbol, string By, string Reason) : IPairMessage;

/// <summary>The pair has heard <see cref="ResumePair"/>, and its journal has it.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="EntryBlock">Why it still opens nothing; null when it may.</param>
public sealed record PairResumed(Symbol Symbol, string? EntryBlock) : IWireMessage;

/// <summary>This node's kill switch was moved: the pair looks at it anew.</summary>
public sealed record SwitchMoved : Akka.Actor.INoSerializationVerificationNeeded
{
    /// <summary>The only instance.</summary>
    public static readonly SwitchMoved Instance = new();
}

/// <summary>Asks a pair how it is; the answer is a <see cref="PairStatus"/> to the sender.</summary>
/// <param name="Symbol">The pair.</param>
public sealed record GetPairStatus(Symbol Symbol) : IPairMessage;

/// <summary>How a pair is.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Phase">Whether it trades.</param>
/// <param name="RiskLevel">The selector's word.</param>
/// <param name="Position">What it holds.</param>
/// <param name="Protection">How that is protected; null when flat.</param>
/// <param name="LastPrice">Last trade; null before the first.</param>
/// <param name="LastPriceMs">Its market time, Unix ms; 0 before the first.</param>
/// <param name="OpenOrders">Unsettled orders, in short words.</param>
/// <param name="Trades">Completed round trips.</param>
/// <param name="EntryBlock">Why nothing is opened now; null when it may.</param>
public sealed record PairStatus(
    Symbol Symbol,
    PairPhase Phase,
    string RiskLevel,
    Position Position,
    Protection? Protection,
    decimal? LastPrice,
    long LastPriceMs,
    IReadOnlyList<string> OpenOrders,
    long Trades,
    string? EntryBlock) : IWireMessage;
