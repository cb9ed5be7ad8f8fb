using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Matching;

/// <summary>
/// The book of one pair and its matching: price-time priority, trades at the maker's price, exact decimals. Pure and single-threaded: no
/// clock, no chance of its own, no knowledge of accounts. Whoever places an order has checked its form and its funds.
/// </summary>
internal sealed class MatchingEngine
{
    // A refresh may change every level of both sides twice (away and back), so the book's sequence moves by as much.
    private const long RefreshChanges = 4 * AmbientSide.Levels;

    // More trades, and more changes of the book, than a run can have.
    private const long CountsOfARun = 1_000_000_000;

    private readonly SymbolRules _rules;
    private readonly IMatchListener _listener;
    private readonly AmbientLiquidity _ambient;
    private readonly BookSide _bids = new(Side.Buy);
    private readonly BookSide _asks = new(Side.Sell);
    private long _stamp;
    private long _tradeId;
    private decimal? _lastPrice;

    /// <summary>An empty book.</summary>
    /// <param name="rules">The pair's rules.</param>
    /// <param name="seed">Chance of the background book.</param>
    /// <param name="lastTradeId">Trades are numbered from the next one.</param>
    /// <param name="listener">Hears what happens.</param>
    public MatchingEngine(SymbolRules rules, ulong seed, long lastTradeId, IMatchListener listener)
    {
        _rules = rules;
        _listener = listener;
        _ambient = new AmbientLiquidity(rules, seed);
        _tradeId = lastTradeId;
    }

    /// <summary>Counts changes of price levels; the exchange's book sequence.</summary>
    public long Sequence { get; private set; } = 1;

    /// <summary>Best level of a side with everything that rests there; null for an empty side.</summary>
    public DepthLevel? Best(Side side)
    {
        var users = Users(side);
        var ambient = _ambient.On(side).Best;
        if (users.BestShown is not { } own)
            return ambient;
        if (ambient is not { } level)
            return own;
        if (own.Price == level.Price)
            return own with { Size = own.Size + level.Size };
        return Better(side, own.Price, level.Price) ? own : level;
    }

    /// <summary>The best levels of a side, best first, everything at one price together.</summary>
    public void Depth(Side side, int count, List<DepthLevel> levels)
    {
        levels.Clear();
        var users = Users(side);
        var ambient = _ambient.On(side);
        var user = 0;
        var background = 0;
        while (levels.Count < count)
        {
            // Of hidden orders the book says nothing.
            while (user < users.Count && users[user].Size == 0)
                user++;
            DepthLevel? own = user < users.Count ? users[user] : null;
            var other = ambient.Ahead(background);
            if (own is null && other is null)
                return;
            if (own is { } a && other is { } b && a.Price == b.Price)
            {
                levels.Add(a with { Size = a.Size + b.Size });
                user++;
                background++;
            }
            else if (other is null || (own is not null && Better(side, own.Value.Price, other.Value.Price)))
            {
                levels.Add(own!.Value);
                user++;
            }
            else
            {
                levels.Add(other.Value);
                background++;
            }
        }
    }

    /// <summary>
    /// Limit of the price protection band for a taker: the best opposite price, moved by the pair's rate against the taker. Null when
    /// nothing stands opposite.
    /// </summary>
    public decimal? Band(Side taker) => Best(Opposite(taker)) is { } best
        ? best.Price * (taker == Side.Buy ? 1 + _rules.PriceLimitRate : 1 - _rules.PriceLimitRate)
        : null;

    /// <summary>Matches an order; what is left of it rests or is cancelled, as its kind wants.</summary>
    public void Place(BookOrder order)
    {
        order.Stamp = ++_stamp;
        var limit = order.Type == OrderType.Limit ? order.Price : Band(order.Side);
        var isLimit = order.Type == OrderType.Limit;
        var opposite = Opposite(order.Side);
        if (isLimit && order.PostOnly && Best(opposite) is { } best && Users(opposite).Reaches(order.Price, best.Price))
        {
            Finish(order, DoneReason.WouldTake);
            return;
        }
        if (isLimit && order.TimeInForce == TimeInForce.Fok && !CanFillWhole(order))
        {
            Finish(order, DoneReason.NotWhole);
            return;
        }
        var spent = limit is { } bound && Take(order, bound);
        if (order.IsStopped)
        {
            Finish(order, DoneReason.SelfTrade);
        }
        else if (order.ByFunds ? spent : order.SizeLeft == 0)
        {
            Finish(order, DoneReason.Filled);
        }
        else if (isLimit && order.TimeInForce is TimeInForce.Gtc or TimeInForce.Gtt)
        {
            Users(order.Side).Add(order);
            order.Phase = OrderPhase.Resting;
            Sequence++;
            _listener.OnRested(order);
        }
        else
        {
            Finish(order, DoneReason.Unfilled);
        }
    }

    /// <summary>Ends an order that rests, or one that has not entered the book yet.</summary>
    public void Cancel(BookOrder order, DoneReason reason)
    {
        if (order.Phase == OrderPhase.Done)
            return;
        if (order.Phase == OrderPhase.Resting)
        {
            Users(order.Side).Remove(order);
            Sequence++;
        }
        Finish(order, reason);
    }

    /// <summary>Takes a part of a resting order back; what is left of it keeps its place.</summary>
    public void Reduce(BookOrder order, decimal size)
    {
        Users(order.Side).Reduce(order, size);
        Sequence++;
        _listener.OnReduced(order, size);
    }

    /// <summary>Puts an order that a journal tells of back into the book. Orders come in the order of their stamps.</summary>
    public void Resume(BookOrder order)
    {
        _stamp = Math.Max(_stamp, order.Stamp);
        Users(order.Side).Add(order);
        Sequence++;
    }

    /// <summary>Goes on counting behind what earlier runs may have counted.</summary>
    /// <param name="runs">How many runs there were before.</param>
    /// <param name="lastTradeId">The last trade of a user in them; 0 when there was none.</param>
    public void SkipRuns(int runs, long lastTradeId)
    {
        _tradeId = Math.Max(_tradeId + (runs * CountsOfARun), lastTradeId);
        Sequence += runs * CountsOfARun;
    }

    /// <summary>
    /// The market traded at a price: background flow fills the users' resting orders at that price or better, as far as its volume goes,
    /// prints the rest between strangers, and the background book is put up around the price.
    /// </summary>
    public void Apply(in PricePoint point)
    {
        var left = point.Volume;
        left -= Flow(_bids, point.Price, left);
        left -= Flow(_asks, point.Price, left);
        var rising = point.Price >= (_lastPrice ?? point.Price);
        _ambient.Refresh(point, ++_stamp, _bids.BestPrice, _asks.BestPrice);
        Sequence += RefreshChanges;
        _lastPrice = point.Price;
        if (left > 0)
            _listener.OnTrade(new Trade(++_tradeId, point.Price, left, point.TakerSide ?? (rising ? Side.Buy : Side.Sell), null, null));
    }

    // Fills resting orders of one side from the flow; returns what it used.
    private decimal Flow(BookSide side, decimal price, decimal volume)
    {
        var used = 0m;
        while (side.Head is { } maker && side.Reaches(price, maker.Price))
        {
            var size = Dust(maker, null, Math.Min(maker.Front, _rules.FloorSize(volume - used)));
            if (size <= 0)
                break;
            used += size;
            side.FillHead(size, ++_stamp);
            Sequence++;
            Report(new Trade(++_tradeId, maker.Price, size, Opposite(side.Side), null, maker));
        }
        return used;
    }

    // True when the order's funds buy no further lot.
    private bool Take(BookOrder taker, decimal limit)
    {
        var side = Opposite(taker.Side);
        var users = Users(side);
        var ambient = _ambient.On(side);
        while (taker.SizeLeft > 0)
        {
            var level = ambient.Best;
            var head = users.Head;
            var usersFirst = head is not null && (level is null || Better(side, head.Price, level.Value.Price)
                || (head.Price == level.Value.Price && head.Stamp < _ambient.Stamp));
            if (!usersFirst && level is null)
                return false;
            var price = usersFirst ? head!.Price : level!.Value.Price;
            if (!users.Reaches(limit, price) || taker.DealSize >= taker.MostFilled)
                return false;
            if (usersFirst && taker.SelfTrade != SelfTradePrevention.None && IsOwn(taker, head!))
            {
                PreventSelfTrade(taker, head!);
                if (taker.IsStopped)
                    return false;
                continue;
            }
            var size = Dust(taker, usersFirst ? head : null, Math.Min(usersFirst ? head!.Front : level!.Value.Size, Affordable(taker, price)));
            if (taker.MostFilled is { } most)
                size = Math.Min(size, most - taker.DealSize);
            if (size <= 0)
                return true;
            taker.Fill(price, size);
            Sequence++;
            if (usersFirst)
                users.FillHead(size, ++_stamp);
            else
                ambient.Take(size);
            Report(new Trade(++_tradeId, price, size, taker.Side, taker, usersFirst ? head : null));
        }
        return taker.FundsLeft == 0;
    }

    // A single lot of an execution that one of its sides wants as dust.
    private decimal Dust(BookOrder one, BookOrder? other, decimal size) =>
        one.IsDustNext || other is { IsDustNext: true } ? Math.Min(size, _rules.BaseIncrement) : size;

    private decimal Affordable(BookOrder taker, decimal price)
    {
        if (taker.FundsLeft == decimal.MaxValue)
            return taker.SizeLeft;
        var size = _rules.FloorSize(taker.FundsLeft / price);

        // A quotient is rounded to 28 digits, perhaps upwards to the next lot.
        if (size * price > taker.FundsLeft)
            size -= _rules.BaseIncrement;
        return Math.Min(size, taker.SizeLeft);
    }

    private bool CanFillWhole(BookOrder order)
    {
        var side = Opposite(order.Side);
        var users = Users(side);
        var ambient = _ambient.On(side);
        var found = 0m;
        BookOrder? wall = null;
        foreach (var maker in users.InOrder())
        {
            if (!users.Reaches(order.Price, maker.Price))
                break;

            // An order that must fill whole is cancelled by an order of its owner that stands in its way.
            if (order.SelfTrade != SelfTradePrevention.None && IsOwn(order, maker))
            {
                wall = maker;
                break;
            }
            found += maker.SizeLeft;
        }
        for (var i = 0; found < order.SizeLeft && ambient.Ahead(i) is { } level && users.Reaches(order.Price, level.Price); i++)
        {
            if (wall is not null && (Better(side, wall.Price, level.Price) || (wall.Price == level.Price && wall.Stamp < _ambient.Stamp)))
                break;
            found += level.Size;
        }
        return found >= order.SizeLeft;
    }

    private void PreventSelfTrade(BookOrder taker, BookOrder maker)
    {
        if (taker.SelfTrade == SelfTradePrevention.Decrease)
        {
            var size = Math.Min(taker.SizeLeft, maker.SizeLeft);
            if (size < maker.SizeLeft)
                Reduce(maker, size);
            else
                Cancel(maker, DoneReason.SelfTrade);
            if (size < taker.SizeLeft)
            {
                taker.SizeLeft -= size;
                _listener.OnReduced(taker, size);
            }
            else
            {
                taker.IsStopped = true;
            }
            return;
        }
        if (taker.SelfTrade is SelfTradePrevention.CancelOld or SelfTradePrevention.CancelBoth)
            Cancel(maker, DoneReason.SelfTrade);
        taker.IsStopped = taker.SelfTrade is SelfTradePrevention.CancelNew or SelfTradePrevention.CancelBoth;
    }

    private void Report(in Trade trade)
    {
        _listener.OnTrade(trade);
        if (trade.Maker is { SizeLeft: 0 } maker)
            Finish(maker, DoneReason.Filled);
    }

    private void Finish(BookOrder order, DoneReason reason)
    {
        order.Phase = OrderPhase.Done;
        _listener.OnDone(order, reason);
    }

    private static bool IsOwn(BookOrder taker, BookOrder maker) => taker.Owner is not null && taker.Owner == maker.Owner;

    private BookSide Users(Side side) => side == Side.Buy ? _bids : _asks;

    private static Side Opposite(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    private static bool Better(Side side, decimal first, decimal second) => side == Side.Buy ? first > second : first < second;
}
