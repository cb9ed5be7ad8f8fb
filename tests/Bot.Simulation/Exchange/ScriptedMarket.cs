using Bot.Exchange.Simulator.Market;
using Bot.Simulation.Actors;
using Bot.Simulation.Engine;
using Bot.Trading.Market;

namespace Bot.Simulation.Exchange;

/// <summary>A market whose prices are set from outside.</summary>
internal sealed class ScriptedMarket : IMarketSource
{
    /// <summary>The only one there is: it keeps nothing.</summary>
    public static readonly ScriptedMarket Instance = new();

    /// <inheritdoc/>
    public IReadOnlyList<MarketListing> Listings { get; } =
        [new MarketListing(Setup.Rules, Setup.FirstTicks * Setup.Rules.PriceIncrement, Setup.Depth)];

    /// <inheritdoc/>
    public CandleInterval Interval => CandleInterval.OneMinute;

    /// <inheritdoc/>
    public long StartMs => World.StartMs;

    /// <inheritdoc/>
    public long? EndMs => null;

    /// <inheritdoc/>
    public long? NextTimeMs => null;

    /// <inheritdoc/>
    public IEnumerable<Candle> History(int symbolIndex) => [];

    /// <inheritdoc/>
    public void TakeNext(IList<PricePoint> points)
    {
    }

    /// <inheritdoc/>
    public void WakeOnArrival(Action wake)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
