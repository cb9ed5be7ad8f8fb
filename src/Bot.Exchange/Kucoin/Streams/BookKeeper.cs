using Bot.Exchange.Books;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Lockstep;
using Bot.Trading.Market;
using Microsoft.Extensions.Logging;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>Asks for a snapshot of a pair's full book.</summary>
internal delegate Task<Answer<BookSnapshot>> SnapshotSource(Symbol symbol, CancellationToken cancel);

/// <summary>
/// Keeps the books of a connection (API.md 9.6): deltas are held from the subscription on, a snapshot is asked for when the subscription
/// is acknowledged, and again after each gap until one fits. The listener is told under one lock, so one call at a time.
/// </summary>
/// <param name="listener">Told of books.</param>
/// <param name="snapshots">Where snapshots come from; called inside a unit of work.</param>
/// <param name="delayAfter">Wait after so many snapshots that were not there or too old.</param>
/// <param name="mostAtOnce">
/// Snapshots that are asked for at a time. In lockstep one: which of two answers comes first is luck, and the order of the books is not.
/// </param>
/// <param name="work">Counts the work.</param>
/// <param name="log">Told of what goes wrong.</param>
/// <param name="stop">Ends what is under way.</param>
internal sealed class BookKeeper(
    IBookStreamListener listener, SnapshotSource snapshots, Func<int, TimeSpan> delayAfter, int mostAtOnce, WorkUnits work, ILogger log,
    CancellationToken stop) : IPushHandler
{
    public const string Topic = "/market/level2";

    private readonly object _gate = new();
    private readonly Dictionary<Symbol, BookSync> _books = [];
    private readonly TopicNames _names = new();
    private readonly Queue<Wish> _wishes = new();
    private readonly List<Task> _fetches = [];
    private int _workers;
    private bool _isConnected;

    public void Add(IEnumerable<Symbol> symbols)
    {
        lock (_gate)
            foreach (var symbol in symbols)
                _books.TryAdd(symbol, new BookSync(symbol));
    }

    public void Remove(IEnumerable<Symbol> symbols)
    {
        lock (_gate)
            foreach (var symbol in symbols)
                if (_books.Remove(symbol, out var book))
                    book.Restart();
    }

    /// <summary>Completes when no snapshot is being fetched; called when <c>stop</c> is set.</summary>
    public async Task WhenIdleAsync()
    {
        while (true)
        {
            Task[] fetches;
            lock (_gate)
                fetches = [.. _fetches.Where(t => !t.IsCompleted)];
            if (fetches.Length == 0)
                return;
            await Task.WhenAll(fetches).ConfigureAwait(false);
        }
    }

    public bool TryHandle(in PushFrame frame)
    {
        if (!frame.Topic.StartsWith("/market/level2:"u8))
            return false;
        var delta = Read(frame);
        BookSync? book;
        lock (_gate)
        {
            if (!_books.TryGetValue(delta.Symbol, out book))
                return true; // Unsubscribed; the last ones are still on their way.
            var had = book.Book.Sequence;
            switch (book.Take(delta))
            {
                case BookStep.Applied:
                    Tell(book);
                    return true;
                case BookStep.Gap:
                    log.LogWarning("The book of {Symbol} has a gap after {Sequence}: {First} came.", delta.Symbol, had, delta.FirstSequence);
                    break;
                default:
                    return true;
            }
        }
        // The new snapshot first: it must be on its way whatever the listener does with the news.
        Fetch(book);
        lock (_gate)
        {
            if (_isConnected)
                listener.OnBookLost(delta.Symbol, "a change was missed");
        }
        return true;
    }

    public void Subscribed(string topic, IReadOnlyList<string> arguments)
    {
        foreach (var name in arguments)
        {
            BookSync? book;
            lock (_gate)
            {
                if (!Symbol.TryParse(name, out var symbol) || !_books.TryGetValue(symbol, out book))
                    continue;
                // Deltas that came before the acknowledgement belong to this subscription and are kept, unless a book of an earlier
                // connection took them.
                if (book.IsLive)
                    book.Restart();
            }
            Fetch(book);
        }
    }

    public void Connected()
    {
        lock (_gate)
        {
            _isConnected = true;
            listener.OnConnected();
            foreach (var book in _books.Values.Where(b => b.IsLive).OrderBy(b => b.Book.Symbol))
                listener.OnBook(book.Book);
        }
    }

    public void Disconnected(string reason)
    {
        lock (_gate)
        {
            _isConnected = false;
            foreach (var book in _books.Values)
                book.Restart();
            listener.OnDisconnected(reason);
        }
    }

    private BookDelta Read(in PushFrame frame)
    {
        try
        {
            return BookReaders.Delta(frame.Data, _names.Symbol(frame.Topic["/market/level2:"u8.Length..]));
        }
        catch (Exception e) when (PushReaders.IsFormatFault(e))
        {
            throw new KucoinFormatException($"The change of a book cannot be read: {e.Message}");
        }
    }

    private void Fetch(BookSync book)
    {
        lock (_gate)
            Enqueue(new Wish(book, book.Generation, 1));
    }

    private void Enqueue(Wish wish)
    {
        lock (_gate)
        {
            _wishes.Enqueue(wish);
            if (_workers == mostAtOnce)
                return;
            _workers++;
        }
        Track(work.RunAsync(FetchAllAsync, stop));
    }

    private void Track(Task task)
    {
        lock (_gate)
        {
            _fetches.RemoveAll(t => t.IsCompleted);
            _fetches.Add(task);
        }
    }

    /// <summary>Asks for one snapshot after the other until none is wished for, or the stream ends.</summary>
    private async Task<bool> FetchAllAsync(CancellationToken cancel)
    {
        while (true)
        {
            Wish wish;
            lock (_gate)
            {
                if (cancel.IsCancellationRequested || !_wishes.TryDequeue(out wish))
                {
                    _workers--;
                    return true;
                }
            }
            if (!await TryFetchAsync(wish, cancel).ConfigureAwait(false))
                Track(work.RunAsync(c => WishAgainAsync(wish, c), stop));
        }
    }

    private async Task<bool> TryFetchAsync(Wish wish, CancellationToken cancel)
    {
        try
        {
            return Adopt(wish, await snapshots(wish.Book.Book.Symbol, cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            return true; // Disposed while waiting.
        }
        // A listener that throws must not end the books of everybody else.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "The book of {Symbol} could not be handed over.", wish.Book.Book.Symbol);
            return true;
        }
    }

    /// <summary>A worker does not wait: other books would wait with it.</summary>
    private async Task<bool> WishAgainAsync(Wish wish, CancellationToken cancel)
    {
        try
        {
            await work.DelayAsync(delayAfter(wish.Attempt), cancel).ConfigureAwait(false);
            Enqueue(wish with { Attempt = wish.Attempt + 1 });
        }
        catch (OperationCanceledException)
        {
            // Disposed while waiting.
        }
        return true;
    }

    /// <summary>True when there is nothing left to ask for.</summary>
    private bool Adopt(Wish wish, Answer<BookSnapshot> answer)
    {
        var book = wish.Book;
        lock (_gate)
        {
            if (book.Generation != wish.Generation || book.IsLive)
                return true;
            if (answer.Failure is { } failure)
            {
                log.LogWarning("No snapshot of the book of {Symbol}: {Kind} {Code}.", book.Book.Symbol, failure.Kind, failure.Code);
                return false;
            }
            if (!book.TryBegin(answer.Required))
                return false;
            Tell(book);
            return true;
        }
    }

    /// <summary>Before the connection is told of, no book is: each follows it then.</summary>
    private void Tell(BookSync book)
    {
        if (_isConnected)
            listener.OnBook(book.Book);
    }

    /// <summary>A book that needs a snapshot.</summary>
    private readonly record struct Wish(BookSync Book, int Generation, int Attempt);
}
