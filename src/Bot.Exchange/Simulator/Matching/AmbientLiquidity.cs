using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Matching;

/// <summary>
/// The rest of the world's resting orders: a seeded ladder on both sides of a reference price, put up anew by every price point. In
/// matching it stands like real orders that were placed at the refresh: behind the orders that rested before, ahead of later ones.
/// </summary>
/// <remarks>A refresh is a few assignments, whatever the number of levels: a month of minutes of ten pairs has 1.76 million.</remarks>
internal sealed class AmbientLiquidity
{
    // Half the spread is one basis point of the price, the first levels are one basis point apart, never less than an increment.
    private const int BasisPoint = 10_000;

    // Largest level that is counted in whole lots; keeps sizes inside a long.
    private const long MaxLots = 1_000_000_000_000_000;

    private readonly SymbolRules _rules;
    private readonly ulong _seed;
    private ulong _refreshes;

    /// <summary>An empty book.</summary>
    /// <param name="rules">Increments of the pair.</param>
    /// <param name="seed">Chance of the level's sizes and distances.</param>
    public AmbientLiquidity(SymbolRules rules, ulong seed)
    {
        _rules = rules;
        _seed = seed;
        Bids = new AmbientSide(Side.Buy, rules);
        Asks = new AmbientSide(Side.Sell, rules);
    }

    /// <summary>Buy side.</summary>
    public AmbientSide Bids { get; }

    /// <summary>Sell side.</summary>
    public AmbientSide Asks { get; }

    /// <summary>Time priority of the ladder: smaller came first.</summary>
    public long Stamp { get; private set; }

    /// <summary>The side that rests on a side of the book.</summary>
    public AmbientSide On(Side side) => side == Side.Buy ? Bids : Asks;

    /// <summary>Puts the ladder up around a price; what was consumed is forgotten.</summary>
    /// <param name="point">The price, the depth and perhaps a real book.</param>
    /// <param name="stamp">Time priority of the new ladder.</param>
    /// <param name="bestUserBid">Highest resting buy order of a user: the asks stay above it.</param>
    /// <param name="bestUserAsk">Lowest resting sell order of a user: the bids stay below it.</param>
    public void Refresh(in PricePoint point, long stamp, decimal? bestUserBid, decimal? bestUserAsk)
    {
        Stamp = stamp;
        _refreshes++;
        if (point.Ladder is { } real)
        {
            Bids.Refresh(real.Bids, bestUserAsk);
            Asks.Refresh(real.Asks, bestUserBid);
            return;
        }
        var reference = (long)(point.Price / _rules.PriceIncrement);
        var step = Math.Max(1, reference / BasisPoint);
        var bid = reference - step;
        var ask = reference + step;

        // A user's order that the flow could not fill keeps its place; the world's orders do not stand on the wrong side of it.
        if (bestUserAsk is { } lowest)
            bid = Math.Min(bid, (long)(lowest / _rules.PriceIncrement) - 1);
        if (bestUserBid is { } highest)
            ask = Math.Max(ask, (long)(highest / _rules.PriceIncrement) + 1);
        var lots = (long)Math.Clamp(point.Depth / _rules.BaseIncrement, 1m, MaxLots);
        var key = StableHash.Combine(_seed, _refreshes);
        Bids.Refresh(key, bid, step, lots);
        Asks.Refresh(~key, ask, step, lots);
    }
}
