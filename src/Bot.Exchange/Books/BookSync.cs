using Bot.Trading.Market;

namespace Bot.Exchange.Books;

/// <summary>
/// Brings one book from a snapshot and a stream of deltas together: deltas are held until a snapshot has come that they follow, and again
/// after each gap. Not thread-safe.
/// </summary>
internal sealed class BookSync(Symbol symbol)
{
    /// <summary>
    /// Deltas that are held at most. When more come before a snapshot the oldest are forgotten, and a snapshot that needs them is refused.
    /// </summary>
    public const int MostHeld = 10_000;

    private readonly Queue<BookDelta> _held = new();

    /// <summary>The book; to be trusted only while <see cref="IsLive"/>.</summary>
    public OrderBook Book { get; } = new(symbol);

    /// <summary>True while the book holds everything up to its sequence.</summary>
    public bool IsLive { get; private set; }

    /// <summary>Counts the beginnings: a snapshot that was asked for before the last of them is worth nothing.</summary>
    public int Generation { get; private set; }

    /// <summary>Deltas that wait for a snapshot.</summary>
    public int HeldCount => _held.Count;

    /// <summary>Begins anew: a snapshot is needed.</summary>
    public void Restart()
    {
        IsLive = false;
        _held.Clear();
        Generation++;
    }

    /// <summary>Takes a delta. After a gap the book has begun anew, with this delta as the first that is held.</summary>
    public BookStep Take(BookDelta delta)
    {
        if (IsLive)
        {
            var step = Book.Apply(delta);
            if (step != BookStep.Gap)
                return step;
            Restart();
            _held.Enqueue(delta);
            return BookStep.Gap;
        }
        if (_held.Count == MostHeld)
            _held.Dequeue();
        _held.Enqueue(delta);
        return BookStep.Held;
    }

    /// <summary>Takes a snapshot and everything that is held since.</summary>
    /// <returns>False when the snapshot is older than what is held, or something among the held is missing: a newer one is needed.</returns>
    public bool TryBegin(BookSnapshot snapshot)
    {
        Book.Load(snapshot);
        foreach (var delta in _held)
            if (Book.Apply(delta) == BookStep.Gap)
                return false;
        _held.Clear();
        return IsLive = true;
    }
}
