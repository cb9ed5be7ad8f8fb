using Bot.Exchange.Books;
using Bot.Trading.Market;

namespace Bot.Exchange;

/// <summary>Opens connections that keep order books.</summary>
public interface IBookStreams
{
    /// <summary>Opens a connection; it reconnects by itself until it is disposed.</summary>
    /// <param name="listener">Told of the books.</param>
    /// <param name="depth">
    /// Depth of the snapshots that the changes are applied to. From a part of the book it follows that deeper levels are missing until
    /// they change: what is told rests there, but more may.
    /// </param>
    /// <exception cref="InvalidOperationException">The client has no API key: the full book is given to signed requests only.</exception>
    IBookStream OpenBookStream(IBookStreamListener listener, BookDepth depth = BookDepth.Full);
}

/// <summary>A connection that keeps the full order books of some pairs.</summary>
public interface IBookStream : IAsyncDisposable
{
    /// <summary>Adds pairs; idempotent.</summary>
    void Subscribe(IReadOnlyCollection<Symbol> symbols);

    /// <summary>Removes pairs; idempotent.</summary>
    void Unsubscribe(IReadOnlyCollection<Symbol> symbols);

    /// <summary>True while connected and subscribed; single books may still be on their way.</summary>
    bool IsConnected { get; }
}

/// <summary>
/// Receives books, one call at a time, on the stream's reading thread or where a snapshot came in: hand over and return at once. A book
/// that is told of is whole up to its sequence; nothing is told between a loss and the book that follows it.
/// </summary>
public interface IBookStreamListener
{
    /// <summary>A book is there, or has changed. The object is the stream's own and may be read during the call only.</summary>
    void OnBook(OrderBook book);

    /// <summary>A change was missed; the last book of this pair must not be used until there is a new one.</summary>
    void OnBookLost(Symbol symbol, string reason);

    /// <summary>The connection is up and subscribed; each book follows when its snapshot is there.</summary>
    void OnConnected();

    /// <summary>The connection is gone, and with it every book.</summary>
    void OnDisconnected(string reason);
}
