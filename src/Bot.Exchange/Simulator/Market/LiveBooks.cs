using Bot.Exchange.Books;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// What is known of the live books: the whole ladder while it can be trusted, else the best level of each side as the ticker tells it,
/// else nothing, and then nothing can be taken. Safe for any thread.
/// </summary>
/// <param name="rules">Rules of the pairs, by their index in the market.</param>
/// <param name="changed">Called when the ladder of a pair has changed, with its index.</param>
internal sealed class LiveBooks(IReadOnlyList<SymbolRules> rules, Action<int> changed) : IBookStreamListener
{
    private static readonly DepthLadder Nothing = new([], []);

    private readonly object _gate = new();
    private readonly Dictionary<Symbol, int> _index = rules.Select((r, i) => (r.Symbol, i)).ToDictionary(p => p.Symbol, p => p.i);
    private readonly DepthLadder?[] _books = new DepthLadder?[rules.Count];
    private readonly DepthLadder?[] _tops = new DepthLadder?[rules.Count];

    /// <summary>The ladder that orders of a pair are matched against.</summary>
    public DepthLadder LadderOf(int index)
    {
        lock (_gate)
            return _books[index] ?? _tops[index] ?? Nothing;
    }

    /// <summary>Takes the best prices of a ticker.</summary>
    public void Take(in Ticker ticker)
    {
        if (!_index.TryGetValue(ticker.Symbol, out var index))
            return;
        var top = new DepthLadder(
            Levels(index, LevelOf(ticker.BestBid, ticker.BestBidSize)), Levels(index, LevelOf(ticker.BestAsk, ticker.BestAskSize)));
        lock (_gate)
            _tops[index] = top;
    }

    /// <summary>The tickers have stopped: what they told is no longer to be trusted.</summary>
    public void ForgetTickers() => Forget(_tops);

    /// <inheritdoc/>
    public void OnBook(OrderBook book)
    {
        if (!_index.TryGetValue(book.Symbol, out var index))
            return;
        var ladder = new DepthLadder(Levels(index, book.Bids), Levels(index, book.Asks));
        lock (_gate)
            _books[index] = ladder;
        changed(index);
    }

    /// <inheritdoc/>
    public void OnBookLost(Symbol symbol, string reason)
    {
        if (!_index.TryGetValue(symbol, out var index))
            return;
        lock (_gate)
            _books[index] = null;
        changed(index);
    }

    /// <inheritdoc/>
    public void OnConnected()
    {
        // Each book follows when its snapshot is there.
    }

    /// <inheritdoc/>
    public void OnDisconnected(string reason) => Forget(_books);

    private void Forget(DepthLadder?[] ladders)
    {
        lock (_gate)
            Array.Clear(ladders);
        for (var i = 0; i < ladders.Length; i++)
            changed(i);
    }

    private static IEnumerable<PriceLevel> LevelOf(decimal? price, decimal? size) =>
        price is { } p && size is { } s ? [new PriceLevel(p, s)] : [];

    // As many levels as the matching engine counts; what is smaller than a lot cannot be traded.
    private List<DepthLevel> Levels(int index, IEnumerable<PriceLevel> levels)
    {
        var rule = rules[index];
        return [.. levels
            .Select(l => new DepthLevel(l.Price, rule.FloorSize(l.Size)))
            .Where(l => l.Size > 0 && l.Price > 0 && rule.FloorPrice(l.Price) == l.Price)
            .Take(Matching.AmbientSide.Levels)];
    }
}
