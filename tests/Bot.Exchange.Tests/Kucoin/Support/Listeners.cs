using System.Threading.Channels;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Kucoin.Support;

/// <summary>Puts everything it is told into one line, in order.</summary>
internal sealed class MarketListener : IMarketStreamListener
{
    private readonly Channel<object> _events = Channel.CreateUnbounded<object>();

    /// <summary>Called with each ticker before it is put into the line.</summary>
    public Action? BeforeTicker { get; set; }

    public void OnTicker(in Ticker ticker)
    {
        BeforeTicker?.Invoke();
        _events.Writer.TryWrite(ticker);
    }

    public void OnCandle(Symbol symbol, CandleInterval interval, in Candle candle, long eventTimeMs) =>
        _events.Writer.TryWrite((symbol, interval.Name, candle, eventTimeMs));

    public void OnTrade(PublicTrade trade) => _events.Writer.TryWrite(trade);

    public void OnConnected() => _events.Writer.TryWrite("connected");

    public void OnDisconnected(string reason) => _events.Writer.TryWrite($"disconnected: {reason}");

    public Task<object> NextAsync() => _events.Reader.ReadAsync().AsTask().Soon();
}

/// <summary>Puts everything it is told into one line, in order.</summary>
internal sealed class AccountListener : IAccountStreamListener
{
    private readonly Channel<object> _events = Channel.CreateUnbounded<object>();

    public void OnOrderUpdate(OrderUpdate update) => _events.Writer.TryWrite(update);

    public void OnBalance(Balance balance, long eventTimeMs) => _events.Writer.TryWrite((balance, eventTimeMs));

    public void OnConnected() => _events.Writer.TryWrite("connected");

    public void OnDisconnected(string reason) => _events.Writer.TryWrite($"disconnected: {reason}");

    public Task<object> NextAsync() => _events.Reader.ReadAsync().AsTask().Soon();
}
