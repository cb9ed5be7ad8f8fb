using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// What a market source tells about one pair at one instant: it traded at a price. The engine sets the background liquidity around the
/// price and lets the volume trade there, users' resting orders first.
/// </summary>
/// <param name="SymbolIndex">Index of the pair in <see cref="IMarketSource.Listings"/>.</param>
/// <param name="TimeMs">Market time, Unix ms.</param>
/// <param name="Price">Quote per base, a whole multiple of the pair's price increment.</param>
/// <param name="Volume">Base currency that traded; 0 moves the book without a trade.</param>
/// <param name="Depth">Typical base quantity on one level of the background book.</param>
/// <param name="Ladder">A real book to trade against instead of a generated one; null where there is none.</param>
/// <param name="TakerSide">Who took; null where that is not known, and the price's direction tells.</param>
public readonly record struct PricePoint(
    int SymbolIndex, long TimeMs, decimal Price, decimal Volume, decimal Depth, DepthLadder? Ladder = null, Side? TakerSide = null);

/// <summary>A price level of a book.</summary>
/// <param name="Price">Quote per base.</param>
/// <param name="Size">Base quantity resting there.</param>
public readonly record struct DepthLevel(decimal Price, decimal Size);

/// <summary>Both sides of a real book, best level first. Prices and sizes lie on the pair's increments.</summary>
/// <param name="Bids">Buy levels, highest price first.</param>
/// <param name="Asks">Sell levels, lowest price first.</param>
public sealed record DepthLadder(IReadOnlyList<DepthLevel> Bids, IReadOnlyList<DepthLevel> Asks);
