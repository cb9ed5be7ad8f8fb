using Bot.Trading.Market;

namespace Bot.Exchange.Books;

/// <summary>What rests at one price.</summary>
/// <param name="Price">Quote currency for one unit of the base currency.</param>
/// <param name="Size">Base currency.</param>
public readonly record struct PriceLevel(decimal Price, decimal Size);

/// <summary>An order book at one moment.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Sequence">Number of the last change in it.</param>
/// <param name="TimeMs">The exchange's time, Unix ms; null when it was not told.</param>
/// <param name="Bids">Resting buys, best first.</param>
/// <param name="Asks">Resting sells, best first.</param>
public sealed record BookSnapshot(
    Symbol Symbol, long Sequence, long? TimeMs, IReadOnlyList<PriceLevel> Bids, IReadOnlyList<PriceLevel> Asks);

/// <summary>How much of an order book is asked for.</summary>
public enum BookDepth
{
    /// <summary>The best 20 levels of each side; public.</summary>
    Best20,

    /// <summary>The best 100 levels of each side; public.</summary>
    Best100,

    /// <summary>Every level; needs an API key.</summary>
    Full,
}
