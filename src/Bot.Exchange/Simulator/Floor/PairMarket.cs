using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Simulator.Push;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Floor;

/// <summary>One pair on the floor: its book, its candles, its last trades and who watches them.</summary>
internal sealed class PairMarket : IMatchListener
{
    // Trade ids of the real exchange are of this size: beyond what a double can count.
    private const long FirstTradeId = 11_000_000_000_000_000;

    private readonly TradingFloor _floor;
    private readonly ulong _chance;
    private readonly PricePoint? _opening;
    private PricePoint _lastPoint;

    /// <summary>A pair with its history, before its first trade.</summary>
    public PairMarket(TradingFloor floor, IMarketSource source, int index, ulong seed)
    {
        var listing = source.Listings[index];
        _floor = floor;
        Rules = listing.Rules;
        Symbol = Rules.Symbol.Text;
        _chance = StableHash.Of(seed, Symbol);
        Engine = new MatchingEngine(Rules, _chance, FirstTradeId + StableHash.Between(_chance, 0, 99_999_999_999_999), this);
        Candles = new CandleSeries(source.Interval, source.History(index), Rules.BaseIncrement);
        Topics = new PairTopics(Symbol);
        LastPrice = listing.LastPrice;
        _lastPoint = new PricePoint(index, source.StartMs, listing.LastPrice ?? 0, 0, listing.Depth, listing.Ladder);
        _opening = listing.LastPrice is { } price ? new PricePoint(index, source.StartMs, price, 0, listing.Depth, listing.Ladder) : null;
        Open();
    }

    /// <summary>Puts the background book of the beginning up around the orders that rest.</summary>
    public void Open()
    {
        if (_opening is { } point)
            Engine.Apply(point);
    }

    /// <summary>The pair's name.</summary>
    public string Symbol { get; }

    /// <summary>Its trading rules.</summary>
    public SymbolRules Rules { get; }

    /// <summary>Its book.</summary>
    public MatchingEngine Engine { get; }

    /// <summary>Its candles.</summary>
    public CandleSeries Candles { get; }

    /// <summary>Its last trades.</summary>
    public TradeTape Tape { get; } = new();

    /// <summary>Everybody's stop orders that wait for a price of this pair.</summary>
    public List<StopOrder> Stops { get; } = [];

    /// <summary>Its public topics.</summary>
    public PairTopics Topics { get; }

    /// <summary>Price of the last trade; null when it never traded.</summary>
    public decimal? LastPrice { get; private set; }

    /// <summary>Size of the last trade; 0 when it never traded in this run.</summary>
    public decimal LastSize { get; private set; }

    /// <summary>Something changed that watchers have not been told of.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The market traded at a price.</summary>
    public void Apply(in PricePoint point)
    {
        _floor.Touch(this);
        _lastPoint = point;
        Engine.Apply(point);
    }

    /// <summary>The market trades at a price out of turn, a single lot; the source's next price takes over again.</summary>
    public void Leap(decimal price) => Apply(_lastPoint with { TimeMs = _floor.NowMs, Price = price, Volume = Rules.BaseIncrement, Ladder = null });

    /// <inheritdoc/>
    public void OnTrade(in Trade trade)
    {
        _floor.Touch(this);
        var now = _floor.NowMs;
        LastPrice = trade.Price;
        LastSize = trade.Size;
        Candles.Add(now, trade.Price, trade.Size);
        foreach (var topic in Topics.Candles)
        {
            topic.Running.Add(now, trade.Price, trade.Size);
            topic.IsDirty = true;
        }
        Tape.Add(new TradePrint(trade.Id, now, trade.Price, trade.Size, trade.TakerSide));
        if (Stops.Count > 0)
            _floor.Stops.OnTrade(this, trade.Price);
        var isOwn = trade.Taker is not null || trade.Maker is not null;
        if (!isOwn && !Topics.Match.IsWatched)
            return;
        var takerId = IdOf(trade.Taker, trade.Id, 1);
        var makerId = IdOf(trade.Maker, trade.Id, 2);
        _floor.MarketFeed.OnTrade(this, trade, takerId, makerId);
        if (isOwn)
            _floor.Desk.OnTrade(trade, takerId, makerId);
    }

    /// <inheritdoc/>
    public void OnRested(BookOrder order)
    {
        _floor.Touch(this);
        _floor.Desk.OnRested((AccountOrder)order);
    }

    /// <inheritdoc/>
    public void OnReduced(BookOrder order, decimal size)
    {
        _floor.Touch(this);
        _floor.Desk.OnReduced((AccountOrder)order, size);
    }

    /// <inheritdoc/>
    public void OnDone(BookOrder order, DoneReason reason)
    {
        _floor.Touch(this);
        _floor.Desk.OnDone((AccountOrder)order, reason);
    }

    // The orders of strangers have ids too, made up from the trade.
    private string IdOf(BookOrder? order, long tradeId, ulong salt) => order is AccountOrder own
        ? own.OrderId
        : string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{(uint)(_floor.NowMs / 1000):x8}{StableHash.Combine(_chance + salt, (ulong)tradeId):x16}");
}
