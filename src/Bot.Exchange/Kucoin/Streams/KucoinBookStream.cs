using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>A public connection to KuCoin that keeps full order books, with snapshots by REST.</summary>
public sealed class KucoinBookStream : IBookStream
{
    private const int MostSnapshots = 4;

    private readonly CancellationTokenSource _stop = new();
    private readonly BookKeeper _books;
    private readonly PushStream _stream;
    private int _isDisposed;

    internal KucoinBookStream(PushServices services, SnapshotSource snapshots, IBookStreamListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        var options = services.Options;
        _books = new BookKeeper(
            listener, snapshots,
            attempt => Backoff.After(attempt, options.ReconnectDelay, options.MaxReconnectDelay, services.Runtime.Jitter),
            services.Runtime.InFlight is null ? MostSnapshots : 1, services.Work, services.Log, _stop.Token);
        _stream = new PushStream(services, _books, isPrivate: false);
        _stream.Start();
    }

    /// <inheritdoc/>
    public bool IsConnected => _stream.IsConnected;

    /// <summary>Frames that could not be read; a change among them shows as a gap, and its book is fetched again.</summary>
    public long MalformedFrames => _stream.MalformedFrames;

    /// <inheritdoc/>
    public void Subscribe(IReadOnlyCollection<Symbol> symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        _books.Add(symbols);
        _stream.Change(subscribe: true, BookKeeper.Topic, symbols.Select(s => s.Text));
    }

    /// <inheritdoc/>
    public void Unsubscribe(IReadOnlyCollection<Symbol> symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        _stream.Change(subscribe: false, BookKeeper.Topic, symbols.Select(s => s.Text));
        _books.Remove(symbols);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _books.WhenIdleAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
