using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>Public data of KuCoin, over as many connections as its topics need.</summary>
public sealed class KucoinMarketStream : IMarketStream
{
    private const string Tickers = "/market/ticker";
    private const string Candles = "/market/candles";
    private const string Trades = "/market/match";
    private readonly PushLines _lines;

    internal KucoinMarketStream(PushServices services, IMarketStreamListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _lines = new PushLines(services, new Handler(services, listener));
    }

    /// <inheritdoc/>
    public bool IsConnected => _lines.IsConnected;

    /// <summary>Ids that the client chose for its connections, newest last on each line; the last hundred of each.</summary>
    public IReadOnlyList<string> ConnectIds => _lines.ConnectIds;

    /// <summary>Text frames of the current connections that were handled, of every type.</summary>
    public long FramesHandled => _lines.FramesHandled;

    /// <summary>Frames that could not be read and were ignored.</summary>
    public long MalformedFrames => _lines.MalformedFrames;

    /// <inheritdoc/>
    public void SubscribeTickers(IReadOnlyCollection<Symbol> symbols) => Change(subscribe: true, Tickers, symbols);

    /// <inheritdoc/>
    public void UnsubscribeTickers(IReadOnlyCollection<Symbol> symbols) => Change(subscribe: false, Tickers, symbols);

    /// <inheritdoc/>
    public void SubscribeCandles(IReadOnlyCollection<Symbol> symbols, CandleInterval interval) =>
        ChangeCandles(subscribe: true, symbols, interval);

    /// <inheritdoc/>
    public void UnsubscribeCandles(IReadOnlyCollection<Symbol> symbols, CandleInterval interval) =>
        ChangeCandles(subscribe: false, symbols, interval);

    /// <inheritdoc/>
    public void SubscribeTrades(IReadOnlyCollection<Symbol> symbols) => Change(subscribe: true, Trades, symbols);

    /// <inheritdoc/>
    public void UnsubscribeTrades(IReadOnlyCollection<Symbol> symbols) => Change(subscribe: false, Trades, symbols);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _lines.DisposeAsync();

    private void Change(bool subscribe, string topic, IReadOnlyCollection<Symbol> symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        _lines.Change(subscribe, topic, symbols.Select(s => s.Text));
    }

    private void ChangeCandles(bool subscribe, IReadOnlyCollection<Symbol> symbols, CandleInterval interval)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        ArgumentNullException.ThrowIfNull(interval);
        _lines.Change(subscribe, Candles, symbols.Select(s => $"{s.Text}_{interval.Name}"));
    }

    private sealed class Handler(PushServices services, IMarketStreamListener listener) : IPushHandler
    {
        private readonly TopicNames _names = new();

        public bool TryHandle(in PushFrame frame)
        {
            var topic = frame.Topic;
            if (topic.StartsWith("/market/ticker:"u8))
            {
                listener.OnTicker(ReadTicker(frame, topic["/market/ticker:"u8.Length..]));
                return true;
            }
            if (topic.StartsWith("/market/match:"u8))
            {
                listener.OnTrade(ReadTrade(frame, topic["/market/match:"u8.Length..]));
                return true;
            }
            if (!topic.StartsWith("/market/candles:"u8))
                return false;
            var candle = ReadCandle(frame, topic["/market/candles:"u8.Length..], out var symbol, out var interval, out var eventTimeMs);
            listener.OnCandle(symbol, interval, candle, eventTimeMs);
            return true;
        }

        public void Connected() => listener.OnConnected();

        public void Disconnected(string reason) => listener.OnDisconnected(reason);

        private Ticker ReadTicker(in PushFrame frame, ReadOnlySpan<byte> name)
        {
            try
            {
                return PushReaders.Ticker(frame.Data, _names.Symbol(name), services.Clock.NowMs);
            }
            catch (Exception e) when (PushReaders.IsFormatFault(e))
            {
                throw new KucoinFormatException($"The ticker cannot be read: {e.Message}");
            }
        }

        private PublicTrade ReadTrade(in PushFrame frame, ReadOnlySpan<byte> name)
        {
            try
            {
                return PushReaders.Trade(frame.Data, _names.Symbol(name));
            }
            catch (Exception e) when (PushReaders.IsFormatFault(e))
            {
                throw new KucoinFormatException($"The trade cannot be read: {e.Message}");
            }
        }

        private Candle ReadCandle(
            in PushFrame frame, ReadOnlySpan<byte> name, out Symbol symbol, out CandleInterval interval, out long eventTimeMs)
        {
            try
            {
                var split = name.LastIndexOf((byte)'_');
                if (split < 0)
                    throw new KucoinFormatException("The topic names no interval.");
                symbol = _names.Symbol(name[..split]);
                interval = _names.Interval(name[(split + 1)..]);
                return PushReaders.Candle(frame.Data, out eventTimeMs);
            }
            catch (Exception e) when (PushReaders.IsFormatFault(e))
            {
                throw new KucoinFormatException($"The candle cannot be read: {e.Message}");
            }
        }
    }
}
