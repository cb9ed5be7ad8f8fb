using Bot.Exchange.Kucoin.Parsing;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>A private connection to KuCoin, subscribed to own orders, balances and, for a listener that wants them, stop orders.</summary>
public sealed class KucoinAccountStream : IAccountStream
{
    private readonly PushStream _stream;

    internal KucoinAccountStream(PushServices services, IAccountStreamListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        _stream = new PushStream(services, new Handler(listener), isPrivate: true);
        _stream.Want("/spotMarket/tradeOrdersV2");
        _stream.Want("/account/balance");
        if (listener is IStopOrderListener)
            _stream.Want("/spotMarket/advancedOrders");
        _stream.Start();
    }

    /// <inheritdoc/>
    public bool IsConnected => _stream.IsConnected;

    /// <summary>Ids that the client chose for its connections, newest last; the last hundred.</summary>
    public IReadOnlyList<string> ConnectIds => _stream.ConnectIds;

    /// <summary>Text frames of the current connection that were handled, of every type.</summary>
    public long FramesHandled => _stream.FramesHandled;

    /// <summary>Frames that could not be read and were ignored: a catch-up by REST finds what they said.</summary>
    public long MalformedFrames => _stream.MalformedFrames;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private sealed class Handler(IAccountStreamListener listener) : IPushHandler
    {
        public bool TryHandle(in PushFrame frame)
        {
            if (frame.Topic.SequenceEqual("/spotMarket/tradeOrdersV2"u8) || frame.Topic.SequenceEqual("/spotMarket/tradeOrders"u8))
            {
                if (ReadOrder(frame) is { } update)
                    listener.OnOrderUpdate(update);
                return true;
            }
            if (listener is IStopOrderListener stops && frame.Topic.SequenceEqual("/spotMarket/advancedOrders"u8))
            {
                if (ReadStopOrder(frame) is { } update)
                    stops.OnStopOrder(update);
                return true;
            }
            if (!frame.Topic.SequenceEqual("/account/balance"u8))
                return false;
            if (ReadBalance(frame) is var (balance, timeMs))
                listener.OnBalance(balance, timeMs);
            return true;
        }

        public void Connected() => listener.OnConnected();

        public void Disconnected(string reason) => listener.OnDisconnected(reason);

        private static OrderUpdate? ReadOrder(in PushFrame frame)
        {
            try
            {
                return PushReaders.OrderUpdate(frame.Data);
            }
            catch (Exception e) when (PushReaders.IsFormatFault(e))
            {
                throw new KucoinFormatException($"The order event cannot be read: {e.Message}");
            }
        }

        private static StopOrderUpdate? ReadStopOrder(in PushFrame frame)
        {
            try
            {
                return DetailReaders.StopOrderUpdate(frame.Data);
            }
            catch (Exception e) when (PushReaders.IsFormatFault(e))
            {
                throw new KucoinFormatException($"The event of a stop order cannot be read: {e.Message}");
            }
        }

        private static (Balance Balance, long TimeMs)? ReadBalance(in PushFrame frame)
        {
            try
            {
                return PushReaders.Balance(frame.Data);
            }
            catch (Exception e) when (PushReaders.IsFormatFault(e))
            {
                throw new KucoinFormatException($"The balance cannot be read: {e.Message}");
            }
        }
    }
}
