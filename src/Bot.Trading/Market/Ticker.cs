namespace Bot.Trading.Market;

/// <summary>Best prices and last trade of a pair. A field that the exchange did not send is null, never zero.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="TimeMs">The exchange's event time, Unix ms.</param>
/// <param name="Last">Price of the last trade, quote per base.</param>
/// <param name="BestBid">Highest resting buy price.</param>
/// <param name="BestBidSize">Base currency resting there.</param>
/// <param name="BestAsk">Lowest resting sell price.</param>
/// <param name="BestAskSize">Base currency resting there.</param>
public readonly record struct Ticker(
    Symbol Symbol, long TimeMs, decimal? Last, decimal? BestBid, decimal? BestBidSize, decimal? BestAsk, decimal? BestAskSize);

/// <summary>Direction of an order or a fill.</summary>
public enum Side
{
    /// <summary>Buys base currency.</summary>
    Buy,

    /// <summary>Sells base currency.</summary>
    Sell,
}
