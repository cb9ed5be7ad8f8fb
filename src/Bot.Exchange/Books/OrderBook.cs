using Bot.Trading.Market;

namespace Bot.Exchange.Books;

/// <summary>One change of a level.</summary>
/// <param name="Price">The level; zero for a change that touches none and only advances the sequence.</param>
/// <param name="Size">What rests there now, base currency; zero when nothing is left.</param>
/// <param name="Sequence">Number of the change.</param>
internal readonly record struct BookChange(decimal Price, decimal Size, long Sequence);

/// <summary>Changes of a book that belong together.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="FirstSequence">Number of the first change.</param>
/// <param name="LastSequence">Number of the last change, at least that of the first.</param>
/// <param name="Bids">Changes of the buying side, of each price the last one.</param>
/// <param name="Asks">Changes of the selling side.</param>
internal sealed record BookDelta(
    Symbol Symbol, long FirstSequence, long LastSequence, IReadOnlyList<BookChange> Bids, IReadOnlyList<BookChange> Asks);

/// <summary>What became of a delta.</summary>
internal enum BookStep
{
    /// <summary>It is in the book now.</summary>
    Applied,

    /// <summary>The book held it already.</summary>
    Old,

    /// <summary>Something before it is missing: the book must not be used any more.</summary>
    Gap,

    /// <summary>It is kept until there is a snapshot that it can be applied to.</summary>
    Held,
}

/// <summary>
/// An order book that is kept up to date by deltas. Prices and sizes are exact. Not thread-safe: it belongs to the stream that keeps it and
/// is valid during a call of the stream's listener; who needs it longer takes a <see cref="Copy"/>.
/// </summary>
public sealed class OrderBook
{
    private static readonly Comparer<decimal> HighestFirst = Comparer<decimal>.Create((left, right) => right.CompareTo(left));

    private readonly SortedDictionary<decimal, decimal> _bids = new(HighestFirst);
    private readonly SortedDictionary<decimal, decimal> _asks = [];

    internal OrderBook(Symbol symbol) => Symbol = symbol;

    /// <summary>The pair.</summary>
    public Symbol Symbol { get; }

    /// <summary>Number of the last change in the book.</summary>
    public long Sequence { get; private set; }

    /// <summary>The highest resting buy; null when there is none.</summary>
    public PriceLevel? BestBid => First(_bids);

    /// <summary>The lowest resting sell; null when there is none.</summary>
    public PriceLevel? BestAsk => First(_asks);

    /// <summary>Resting buys, best first.</summary>
    public IEnumerable<PriceLevel> Bids => _bids.Select(l => new PriceLevel(l.Key, l.Value));

    /// <summary>Resting sells, best first.</summary>
    public IEnumerable<PriceLevel> Asks => _asks.Select(l => new PriceLevel(l.Key, l.Value));

    /// <summary>The book as it is now, for keeping. Its time is null: deltas do not always tell one.</summary>
    public BookSnapshot Copy() => new(Symbol, Sequence, null, [.. Bids], [.. Asks]);

    /// <summary>Forgets everything and begins with a snapshot.</summary>
    internal void Load(BookSnapshot snapshot)
    {
        Load(_bids, snapshot.Bids);
        Load(_asks, snapshot.Asks);
        Sequence = snapshot.Sequence;
    }

    /// <summary>Applies a delta, unless it is old or does not follow what the book holds.</summary>
    internal BookStep Apply(BookDelta delta)
    {
        if (delta.LastSequence <= Sequence)
            return BookStep.Old;
        if (delta.FirstSequence > Sequence + 1)
            return BookStep.Gap;
        Apply(_bids, delta.Bids);
        Apply(_asks, delta.Asks);
        Sequence = delta.LastSequence;
        return BookStep.Applied;
    }

    private static PriceLevel? First(SortedDictionary<decimal, decimal> side)
    {
        foreach (var (price, size) in side)
            return new PriceLevel(price, size);
        return null;
    }

    private static void Load(SortedDictionary<decimal, decimal> side, IReadOnlyList<PriceLevel> levels)
    {
        side.Clear();
        foreach (var level in levels)
            if (level.Size != 0)
                side[level.Price] = level.Size;
    }

    private void Apply(SortedDictionary<decimal, decimal> side, IReadOnlyList<BookChange> changes)
    {
        foreach (var change in changes)
        {
            // A delta may begin before the snapshot: what the snapshot holds already is newer than its beginning.
            if (change.Sequence <= Sequence || change.Price == 0)
                continue;
            if (change.Size == 0)
                side.Remove(change.Price);
            else
                side[change.Price] = change.Size;
        }
    }
}
