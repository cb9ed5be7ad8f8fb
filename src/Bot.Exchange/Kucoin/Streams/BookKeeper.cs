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
/// <param name="work">Counts the work.</param>
/// <param name="log">Told of what goes wrong.</param>
/// <param name="stop">Ends what is under way.</param>
internal sealed class BookKeeper(
    IBookStreamListener listener, SnapshotSource snapshots, Func<int, TimeSpan> delayAfter, WorkUnits work, ILogger log,
    CancellationToken stop) : IPushHandler
{
    public const string Topic = "/market/level2";

    private readonly object _gate = new();
    private readonly Dictionary<Symbol, BookSync> _books = [];
    private readonly TopicNames _names = new();
    private readonly List<Task> _fetches = [];

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
    public Task WhenIdleAsync()
    {
        lock (_gate)
            return Task.WhenAll(_fetches);
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
                    listener.OnBook(book.Book);
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
            listener.OnBookLost(delta.Symbol, "a change was missed");
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
            listener.OnConnected();
    }

    public void Disconnected(string reason)
    {
        lock (_gate)
        {
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
        int generation;
        lock (_gate)
        {
            generation = book.Generation;
            _fetches.RemoveAll(t => t.IsCompleted);
        }
        var task = work.RunAsync(c => FetchAsync(book, generation, c), stop);
        lock (_gate)
            _fetches.Add(task);
    }

    /// <summary>Asks until a snapshot fits, the book has begun anew meanwhile, or the stream ends.</summary>
    private async Task<bool> FetchAsync(BookSync book, int generation, CancellationToken cancel)
    {
        try
        {
            for (var attempt = 1; !cancel.IsCancellationRequested; attempt++)
            {
                var answer = await snapshots(book.Book.Symbol, cancel).ConfigureAwait(false);
                if (Adopt(book, generation, answer))
                    return true;
                await work.DelayAsync(delayAfter(attempt), cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed while waiting.
        }
        // A listener that throws must not end the books of everybody else.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "The book of {Symbol} could not be handed over.", book.Book.Symbol);
        }
        return false;
    }

    /// <summary>True when there is nothing left to ask for.</summary>
    private bool Adopt(BookSync book, int generation, Answer<BookSnapshot> answer)
    {
        lock (_gate)
        {
            if (book.Generation != generation || book.IsLive)
                return true;
            if (answer.Failure is { } failure)
            {
                log.LogWarning("No snapshot of the book of {Symbol}: {Kind} {Code}.", book.Book.Symbol, failure.Kind, failure.Code);
                return false;
            }
            if (!book.TryBegin(answer.Required))
                return false;
            listener.OnBook(book.Book);
            return true;
        }
    }
}
