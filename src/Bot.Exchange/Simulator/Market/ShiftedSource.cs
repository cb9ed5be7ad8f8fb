using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// Another source with all its times moved, so that a recording begins now: clients ask for candles that end at their own now.
/// </summary>
internal sealed class ShiftedSource : IMarketSource
{
    private readonly IMarketSource _inner;
    private readonly long _shiftMs;

    /// <summary>Moves a source; the shift is cut to whole candles, so that they keep to their interval.</summary>
    /// <param name="inner">The source.</param>
    /// <param name="startMs">Where the source shall begin, Unix ms: in the candle that holds this instant.</param>
    public ShiftedSource(IMarketSource inner, long startMs)
    {
        _inner = inner;
        _shiftMs = inner.Interval.OpenTimeMs(startMs) - inner.Interval.OpenTimeMs(inner.StartMs);
    }

    /// <inheritdoc/>
    public IReadOnlyList<MarketListing> Listings => _inner.Listings;

    /// <inheritdoc/>
    public CandleInterval Interval => _inner.Interval;

    /// <inheritdoc/>
    public long StartMs => _inner.StartMs + _shiftMs;

    /// <inheritdoc/>
    public long? EndMs => _inner.EndMs + _shiftMs;

    /// <inheritdoc/>
    public long? NextTimeMs => _inner.NextTimeMs + _shiftMs;

    /// <inheritdoc/>
    public IEnumerable<Candle> History(int symbolIndex) =>
        _inner.History(symbolIndex).Select(candle => candle with { OpenTimeMs = candle.OpenTimeMs + _shiftMs });

    /// <inheritdoc/>
    public void TakeNext(IList<PricePoint> points)
    {
        var first = points.Count;
        _inner.TakeNext(points);
        for (var i = first; i < points.Count; i++)
            points[i] = points[i] with { TimeMs = points[i].TimeMs + _shiftMs };
    }

    /// <inheritdoc/>
    public void WakeOnArrival(Action wake) => _inner.WakeOnArrival(wake);

    /// <inheritdoc/>
    public void Dispose() => _inner.Dispose();
}
