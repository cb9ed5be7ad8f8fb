using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>A pair that a source has prices of.</summary>
/// <param name="Rules">Its trading rules.</param>
/// <param name="LastPrice">Price before the first point; null when nothing is known of the time before.</param>
/// <param name="Depth">Typical base quantity on one level of the background book before the first point.</param>
/// <param name="Ladder">A real book before the first point; null for a generated one.</param>
public sealed record MarketListing(SymbolRules Rules, decimal? LastPrice, decimal Depth, DepthLadder? Ladder = null);

/// <summary>
/// Where prices come from: recorded candles, a seeded random market, or (paper trading) the live exchange. A source is read by one thread.
/// </summary>
/// <remarks>
/// Recorded and synthetic sources always know their next instant. A live source knows it only when something arrived: it answers null and
/// calls the action given to <see cref="WakeOnArrival"/> from any thread.
/// </remarks>
public interface IMarketSource : IDisposable
{
    /// <summary>The pairs; a point names its pair by its index here.</summary>
    IReadOnlyList<MarketListing> Listings { get; }

    /// <summary>The length of the candles in <see cref="History"/>.</summary>
    CandleInterval Interval { get; }

    /// <summary>When the market begins, Unix ms.</summary>
    long StartMs { get; }

    /// <summary>First instant after the last point, Unix ms; null for a market without an end.</summary>
    long? EndMs { get; }

    /// <summary>The instant of the next points, Unix ms; null when there is none (yet).</summary>
    long? NextTimeMs { get; }

    /// <summary>Candles before <see cref="StartMs"/>, oldest first, with turnover. Intervals without a trade are absent.</summary>
    IEnumerable<Candle> History(int symbolIndex);

    /// <summary>Adds every point of the instant <see cref="NextTimeMs"/> in the order of the pairs, and moves on.</summary>
    void TakeNext(IList<PricePoint> points);

    /// <summary>Gives the action that a live source calls when points have arrived.</summary>
    void WakeOnArrival(Action wake);
}
