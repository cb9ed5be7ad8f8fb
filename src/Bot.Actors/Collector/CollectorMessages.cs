using Bot.Actors.Runtime;
using Bot.Trading.Market;

namespace Bot.Actors.Collector;

/// <summary>Collect candles of these pairs from now on; idempotent.</summary>
/// <param name="Symbols">The pairs.</param>
public sealed record CollectCandles(IReadOnlyList<Symbol> Symbols) : IWireMessage;

/// <summary>
/// A pair wants closed candles: gaps are filled from the exchange first. The answer is a <see cref="Pairs.CandleHistory"/> to the pair,
/// on the way that closed candles take, so that none overtakes it.
/// </summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Count">How many of the newest; used when <paramref name="AfterMs"/> is null.</param>
/// <param name="AfterMs">Only candles that opened later than this, Unix ms; null for the newest <paramref name="Count"/>.</param>
public sealed record RequestHistory(Symbol Symbol, int Count, long? AfterMs) : IWireMessage;

/// <summary>
/// The selector wants the newest closed candles of many pairs; the answer is a <see cref="BarsReady"/> to the sender. Pairs must be in the
/// registry of symbols.
/// </summary>
/// <param name="Symbols">The pairs.</param>
/// <param name="Count">How many of the newest of each.</param>
public sealed record RequestBars(IReadOnlyList<Symbol> Symbols, int Count) : IWireMessage;

/// <summary>Closed candles of one pair, oldest first; empty when they cannot be had.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Candles">The candles.</param>
public sealed record SymbolBars(Symbol Symbol, IReadOnlyList<Candle> Candles);

/// <summary>Closed candles of many pairs.</summary>
/// <param name="MarketMs">Everything that opened before this is in, Unix ms.</param>
/// <param name="Bars">The pairs, in the order of the request.</param>
public sealed record BarsReady(long MarketMs, IReadOnlyList<SymbolBars> Bars) : IWireMessage;

/// <summary>Asks how far collection is; the answer is a <see cref="CollectorStatus"/> to the sender.</summary>
public sealed record GetCollectorStatus : IWireMessage
{
    /// <summary>The only instance.</summary>
    public static readonly GetCollectorStatus Instance = new();
}

/// <summary>How far collection is.</summary>
/// <param name="Symbols">Pairs that are collected.</param>
/// <param name="Stored">Candles written since the start.</param>
/// <param name="NewestOpenMs">Open time of the newest closed candle, Unix ms; 0 before the first.</param>
/// <param name="IsConnected">Whether the stream is up.</param>
public sealed record CollectorStatus(int Symbols, long Stored, long NewestOpenMs, bool IsConnected) : IWireMessage;
