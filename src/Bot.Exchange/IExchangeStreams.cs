using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange;

/// <summary>Opens push connections. Each stream reconnects by itself (new token, back-off with jitter, resubscription) until disposed.</summary>
public interface IExchangeStreams
{
    /// <summary>Opens a connection for public data.</summary>
    IMarketStream OpenMarketStream(IMarketStreamListener listener);

    /// <summary>Opens a connection for the account's own orders and balances.</summary>
    IAccountStream OpenAccountStream(IAccountStreamListener listener);
}

/// <summary>
/// Receives public data on the stream's reading thread: hand over and return at once. Order per pair is the order of the frames;
/// nothing is invented after a gap, the listener is told of it.
/// </summary>
public interface IMarketStreamListener
{
    /// <summary>Best prices or last trade changed.</summary>
    void OnTicker(in Ticker ticker);

    /// <summary>The running candle changed; the exchange sends no sign when one closes.</summary>
    void OnCandle(Symbol symbol, CandleInterval interval, in Candle candle, long eventTimeMs);

    /// <summary>Others traded; told only to who subscribed to trades. A break shows as a jump of the sequence.</summary>
    void OnTrade(PublicTrade trade)
    {
    }

    /// <summary>The connection is up and every subscription is acknowledged; what happened before may have been missed.</summary>
    void OnConnected();

    /// <summary>The connection is gone; data is stale until <see cref="OnConnected"/>.</summary>
    void OnDisconnected(string reason);
}

/// <summary>Receives the account's events on the stream's reading thread. Order events are never dropped or conflated.</summary>
public interface IAccountStreamListener
{
    /// <summary>Something happened to an order of the account, own or foreign.</summary>
    void OnOrderUpdate(OrderUpdate update);

    /// <summary>A balance changed.</summary>
    void OnBalance(Balance balance, long eventTimeMs);

    /// <summary>The connection is up and subscribed. There is no replay: catch up by REST before trusting deltas.</summary>
    void OnConnected();

    /// <summary>The connection is gone.</summary>
    void OnDisconnected(string reason);
}

/// <summary>
/// An account stream's listener that wants the events of stop orders, too. A capability like <see cref="IStopOrders"/>: the exchange may
/// refuse the subscription, and the stream goes on without it.
/// </summary>
public interface IStopOrderListener
{
    /// <summary>Something happened to a stop order of the account, own or foreign.</summary>
    void OnStopOrder(StopOrderUpdate update);
}

/// <summary>A public connection.</summary>
public interface IMarketStream : IAsyncDisposable
{
    /// <summary>Adds pairs to the ticker subscription; idempotent.</summary>
    void SubscribeTickers(IReadOnlyCollection<Symbol> symbols);

    /// <summary>Removes pairs from the ticker subscription; idempotent.</summary>
    void UnsubscribeTickers(IReadOnlyCollection<Symbol> symbols);

    /// <summary>Adds candle subscriptions; idempotent.</summary>
    void SubscribeCandles(IReadOnlyCollection<Symbol> symbols, CandleInterval interval);

    /// <summary>Removes candle subscriptions; idempotent.</summary>
    void UnsubscribeCandles(IReadOnlyCollection<Symbol> symbols, CandleInterval interval);

    /// <summary>Adds pairs to the subscription of every single trade; idempotent.</summary>
    void SubscribeTrades(IReadOnlyCollection<Symbol> symbols);

    /// <summary>Removes pairs from the subscription of trades; idempotent.</summary>
    void UnsubscribeTrades(IReadOnlyCollection<Symbol> symbols);

    /// <summary>True while connected and subscribed.</summary>
    bool IsConnected { get; }
}

/// <summary>A private connection, subscribed to own orders and balances.</summary>
public interface IAccountStream : IAsyncDisposable
{
    /// <summary>True while connected and subscribed.</summary>
    bool IsConnected { get; }
}
