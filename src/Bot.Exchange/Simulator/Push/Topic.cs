using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Push;

/// <summary>How a frame is treated when its reader is slow.</summary>
internal enum FrameClass
{
    /// <summary>Market data: dropped when the reader does not keep up.</summary>
    Market,

    /// <summary>Order and balance events, answers: never dropped.</summary>
    Essential,
}

/// <summary>Something that connections subscribe to. Touched only under the floor's gate.</summary>
internal class Topic(string name, FrameClass frameClass)
{
    private readonly List<PushConnection> _subscribers = [];

    /// <summary>The name that pushes carry.</summary>
    public string Name => name;

    /// <summary>True when somebody is subscribed.</summary>
    public bool IsWatched => _subscribers.Count > 0;

    /// <summary>Adds a connection; false when it was subscribed before.</summary>
    public bool Add(PushConnection connection)
    {
        if (_subscribers.Contains(connection))
            return false;
        _subscribers.Add(connection);
        return true;
    }

    /// <summary>Removes a connection.</summary>
    public void Remove(PushConnection connection) => _subscribers.Remove(connection);

    /// <summary>Queues a frame for every subscriber: the same bytes, serialised once.</summary>
    public void Publish(byte[] frame)
    {
        foreach (var connection in _subscribers)
            connection.Enqueue(frame, frameClass);
    }

    /// <summary>Queues a frame for the subscribers that do not miss it on purpose.</summary>
    public void Publish(byte[] frame, Func<PushConnection, bool> misses)
    {
        foreach (var connection in _subscribers)
        {
            if (!misses(connection))
                connection.Enqueue(frame, frameClass);
        }
    }

    /// <summary>Ends every subscriber's connection behind what it was sent so far.</summary>
    public void HangUp()
    {
        foreach (var connection in _subscribers)
            connection.HangUp();
    }
}

/// <summary>A topic that shows the best levels of a book, and only when they changed.</summary>
internal sealed class DepthTopic(string name, int levels) : Topic(name, FrameClass.Market)
{
    private List<DepthLevel> _bids = [];
    private List<DepthLevel> _asks = [];
    private List<DepthLevel> _nextBids = [];
    private List<DepthLevel> _nextAsks = [];

    /// <summary>The bids last looked at.</summary>
    public IReadOnlyList<DepthLevel> Bids => _bids;

    /// <summary>The asks last looked at.</summary>
    public IReadOnlyList<DepthLevel> Asks => _asks;

    /// <summary>Looks at the book; true when it differs from the last look.</summary>
    public bool Look(PairMarket pair)
    {
        pair.Engine.Depth(Side.Buy, levels, _nextBids);
        pair.Engine.Depth(Side.Sell, levels, _nextAsks);
        var changed = !_nextBids.SequenceEqual(_bids) || !_nextAsks.SequenceEqual(_asks);
        (_bids, _nextBids) = (_nextBids, _bids);
        (_asks, _nextAsks) = (_nextAsks, _asks);
        return changed;
    }
}

/// <summary>The running candle of one interval, and who watches it.</summary>
internal sealed class CandleTopic(string name, CandleBuilder running) : Topic(name, FrameClass.Market)
{
    /// <summary>The running candle.</summary>
    public CandleBuilder Running => running;

    /// <summary>A trade changed it since the last push.</summary>
    public bool IsDirty { get; set; }
}

/// <summary>The public topics of one pair.</summary>
internal sealed class PairTopics(string symbol)
{
    private readonly List<CandleTopic> _candles = [];

    /// <summary>Best prices and last trade.</summary>
    public Topic Ticker { get; } = new($"/market/ticker:{symbol}", FrameClass.Market);

    /// <summary>Every trade.</summary>
    public Topic Match { get; } = new($"/market/match:{symbol}", FrameClass.Market);

    /// <summary>Changes of the whole book.</summary>
    public BookTopic Level2 { get; } = new($"/market/level2:{symbol}");

    /// <summary>Best level.</summary>
    public DepthTopic Level1 { get; } = new($"/spotMarket/level1:{symbol}", 1);

    /// <summary>Best five levels.</summary>
    public DepthTopic Depth5 { get; } = new($"/spotMarket/level2Depth5:{symbol}", 5);

    /// <summary>Best fifty levels.</summary>
    public DepthTopic Depth50 { get; } = new($"/spotMarket/level2Depth50:{symbol}", 50);

    /// <summary>24-hour figures.</summary>
    public Topic Snapshot { get; } = new($"/market/snapshot:{symbol}", FrameClass.Market);

    /// <summary>When the snapshot was last pushed, Unix ms.</summary>
    public long SnapshotPushedMs { get; set; }

    /// <summary>When it was last pushed to the watchers of the pair's whole market, Unix ms.</summary>
    public long MarketSnapshotPushedMs { get; set; }

    /// <summary>Call auctions: there are none, so nothing is ever pushed.</summary>
    public Topic Auction { get; } = new($"/callauction/callauctionData:{symbol}", FrameClass.Market);

    /// <summary>Books of call auctions: nothing is ever pushed.</summary>
    public Topic AuctionDepth { get; } = new($"/callauction/level2Depth50:{symbol}", FrameClass.Market);

    /// <summary>Running candles that somebody watched once.</summary>
    public IReadOnlyList<CandleTopic> Candles => _candles;

    /// <summary>The topic of an interval's running candle, made when there is none.</summary>
    public CandleTopic Candle(CandleInterval interval, PairMarket pair, long nowMs)
    {
        foreach (var topic in _candles)
        {
            if (topic.Running.Interval == interval)
                return topic;
        }
        var made = new CandleTopic($"/market/candles:{symbol}_{interval.Name}", pair.Candles.Running(interval, nowMs));
        _candles.Add(made);
        return made;
    }
}

/// <summary>The private topics of one account.</summary>
internal sealed class AccountTopics
{
    /// <summary>Order events without the first one.</summary>
    public Topic Orders { get; } = new("/spotMarket/tradeOrders", FrameClass.Essential);

    /// <summary>Order events.</summary>
    public Topic OrdersV2 { get; } = new("/spotMarket/tradeOrdersV2", FrameClass.Essential);

    /// <summary>Balance changes.</summary>
    public Topic Balance { get; } = new("/account/balance", FrameClass.Essential);

    /// <summary>Events of stop orders.</summary>
    public Topic StopOrders { get; } = new("/spotMarket/advancedOrders", FrameClass.Essential);
}
