using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Simulator.Matching;

public class MatchingEngineTests
{
    private readonly Log _log = new();
    private readonly MatchingEngine _engine;

    public MatchingEngineTests()
    {
        _engine = new MatchingEngine(TestMarket.Rules, seed: 5, lastTradeId: 0, _log);
    }

    [Fact]
    public void Trades_happen_at_the_makers_price()
    {
        Place(Limit(Side.Sell, 100m, 1m));
        var taker = Place(Limit(Side.Buy, 105m, 1m));

        var trade = Assert.Single(_log.Trades);
        Assert.Equal((100m, 1m), (trade.Price, trade.Size));
        Assert.Equal(100m, taker.DealFunds);
    }

    [Fact]
    public void Better_prices_go_first_and_older_orders_go_first_at_one_price()
    {
        var late = Place(Limit(Side.Sell, 101m, 1m));
        var old = Place(Limit(Side.Sell, 100m, 1m));
        var young = Place(Limit(Side.Sell, 100m, 1m));

        Place(Limit(Side.Buy, 101m, 2.5m));

        Assert.Equal([old, young, late], _log.Trades.Select(t => t.Maker));
        Assert.Equal(0.5m, late.SizeLeft);
    }

    [Fact]
    public void The_rest_of_a_limit_order_rests()
    {
        Place(Limit(Side.Sell, 100m, 1m));
        var order = Place(Limit(Side.Buy, 100m, 3m));

        Assert.Equal(OrderPhase.Resting, order.Phase);
        Assert.Equal(new DepthLevel(100m, 2m), _engine.Best(Side.Buy));
        Assert.Null(_engine.Best(Side.Sell));
    }

    [Fact]
    public void The_rest_of_an_IOC_order_is_cancelled()
    {
        Place(Limit(Side.Sell, 100m, 1m));
        var order = Place(Limit(Side.Buy, 100m, 3m, TimeInForce.Ioc));

        Assert.Equal((order, DoneReason.Unfilled), _log.Done[^1]);
        Assert.Equal(1m, order.DealSize);
        Assert.Null(_engine.Best(Side.Buy));
    }

    [Theory]
    [InlineData(2, 0, DoneReason.NotWhole)]
    [InlineData(1, 1, DoneReason.Filled)]
    public void A_FOK_order_fills_whole_or_not_at_all(int size, int filled, object reason)
    {
        Place(Limit(Side.Sell, 100m, 1m));
        Place(Limit(Side.Sell, 102m, 5m));
        var order = Place(Limit(Side.Buy, 101m, size, TimeInForce.Fok));

        Assert.Equal(filled, order.DealSize);
        Assert.Contains((order, (DoneReason)reason), _log.Done);
    }

    [Fact]
    public void A_FOK_order_counts_background_liquidity()
    {
        Set(100m);
        var ask = _engine.Best(Side.Sell)!.Value;
        var order = Place(Limit(Side.Buy, ask.Price, ask.Size, TimeInForce.Fok));

        Assert.Equal(ask.Size, order.DealSize);
    }

    [Fact]
    public void A_post_only_order_that_would_take_is_cancelled_whole()
    {
        Place(Limit(Side.Sell, 100m, 1m));
        var order = Place(Limit(Side.Buy, 100m, 3m, postOnly: true));

        Assert.Empty(_log.Trades);
        Assert.Equal((order, DoneReason.WouldTake), _log.Done[^1]);
    }

    [Fact]
    public void A_cancelled_order_leaves_the_book_and_its_neighbours_keep_their_place()
    {
        var first = Place(Limit(Side.Sell, 100m, 1m));
        var second = Place(Limit(Side.Sell, 100m, 2m));
        _engine.Cancel(first, DoneReason.Cancelled);

        Assert.Equal(new DepthLevel(100m, 2m), _engine.Best(Side.Sell));
        Place(Limit(Side.Buy, 100m, 1m));
        Assert.Equal(second, _log.Trades[^1].Maker);
    }

    [Fact]
    public void A_market_order_by_funds_spends_no_more_than_its_funds_in_whole_lots()
    {
        Place(Limit(Side.Sell, 99m, 0.5m));
        Place(Limit(Side.Sell, 100m, 10m));
        var order = Place(new BookOrder { Side = Side.Buy, Type = OrderType.Market, ByFunds = true, FundsLeft = 100.003m });

        Assert.Equal(0.5m + 0.5050m, order.DealSize);
        Assert.True(order.DealFunds <= 100.003m);
        Assert.Contains((order, DoneReason.Filled), _log.Done);
    }

    [Fact]
    public void A_market_order_stops_at_the_price_band_and_loses_its_rest()
    {
        Place(Limit(Side.Sell, 100m, 1m));
        Place(Limit(Side.Sell, 110m, 1m));
        Place(Limit(Side.Sell, 110.1m, 1m));
        var order = Place(new BookOrder { Side = Side.Buy, Type = OrderType.Market, SizeLeft = 3m });

        Assert.Equal(2m, order.DealSize);
        Assert.Equal((order, DoneReason.Unfilled), _log.Done[^1]);
    }

    [Fact]
    public void Background_orders_are_older_than_orders_placed_after_the_refresh()
    {
        Set(100m);
        var bid = _engine.Best(Side.Buy)!.Value;
        var own = Place(Limit(Side.Buy, bid.Price, 1m));

        var taker = Place(Limit(Side.Sell, bid.Price, bid.Size + 0.5m));

        Assert.Equal([null, own], _log.Trades.Select(t => t.Maker));
        Assert.Equal(0.5m, own.DealSize);
        Assert.Equal(bid.Size + 0.5m, taker.DealSize);
    }

    [Fact]
    public void Background_orders_are_younger_than_orders_placed_before_the_refresh()
    {
        Set(100m);
        var bid = _engine.Best(Side.Buy)!.Value;
        var own = Place(Limit(Side.Buy, bid.Price, 1m));
        Set(100m);

        Place(Limit(Side.Sell, bid.Price, 1m));

        Assert.Equal(own, _log.Trades[^1].Maker);
        Assert.Equal(1m, own.DealSize);
    }

    [Fact]
    public void Consumed_background_liquidity_comes_back_with_the_next_price_only()
    {
        Set(100m);
        var ask = _engine.Best(Side.Sell)!.Value;
        Place(Limit(Side.Buy, ask.Price, ask.Size - 0.1m, TimeInForce.Ioc));
        Assert.Equal(ask with { Size = 0.1m }, _engine.Best(Side.Sell));

        Place(Limit(Side.Buy, ask.Price, 5m, TimeInForce.Ioc));
        Assert.True(_engine.Best(Side.Sell)!.Value.Price > ask.Price);

        Set(100m);
        Assert.Equal(ask.Price, _engine.Best(Side.Sell)!.Value.Price);
    }

    [Fact]
    public void The_background_book_has_a_hundred_levels_on_both_sides_in_price_order()
    {
        Set(20_000m);
        foreach (var side in new[] { Side.Buy, Side.Sell })
        {
            var levels = new List<DepthLevel>();
            _engine.Depth(side, 1000, levels);
            Assert.True(levels.Count >= 100, $"{levels.Count} levels");
            Assert.Equal(side == Side.Buy ? levels.OrderByDescending(l => l.Price) : levels.OrderBy(l => l.Price), levels);
            Assert.All(levels, l => Assert.True(l.Size > 0 && l.Size % TestMarket.Rules.BaseIncrement == 0, $"{l}"));
            Assert.All(levels, l => Assert.True(l.Price % TestMarket.Rules.PriceIncrement == 0, $"{l}"));
        }
    }

    [Fact]
    public void Flow_fills_resting_orders_at_or_better_than_the_price_and_prints_the_rest()
    {
        Set(100m);
        var better = Place(Limit(Side.Buy, 99m, 1m));
        var exact = Place(Limit(Side.Buy, 98m, 1m));
        var worse = Place(Limit(Side.Buy, 97.9m, 1m));
        _log.Trades.Clear();

        _engine.Apply(TestMarket.At(0, 98m, 5m));

        Assert.Equal([(better, 99m, 1m), (exact, 98m, 1m), (null, 98m, 3m)], _log.Trades.Select(t => ((BookOrder?)t.Maker, t.Price, t.Size)));
        Assert.Equal(OrderPhase.Resting, worse.Phase);
    }

    [Fact]
    public void Flow_fills_no_more_than_its_volume()
    {
        Set(100m);
        var order = Place(Limit(Side.Buy, 98m, 5m));
        _engine.Apply(TestMarket.At(0, 98m, 2m));

        Assert.Equal(2m, order.DealSize);
        Assert.Equal(OrderPhase.Resting, order.Phase);
    }

    [Fact]
    public void The_background_book_never_crosses_an_order_that_the_flow_left_behind()
    {
        Set(100m);
        Place(Limit(Side.Buy, 99m, 50m));
        _engine.Apply(TestMarket.At(0, 90m, 1m));

        Assert.Equal(99m, _engine.Best(Side.Buy)!.Value.Price);
        Assert.True(_engine.Best(Side.Sell)!.Value.Price > 99m);
    }

    [Fact]
    public void A_real_ladder_takes_the_place_of_the_generated_one()
    {
        var ladder = new DepthLadder([new(99.5m, 2m), new(99m, 4m)], [new(100.5m, 1m), new(101m, 3m)]);
        _engine.Apply(TestMarket.At(0, 100m, 0m) with { Ladder = ladder });

        var order = Place(Limit(Side.Buy, 101m, 2m));
        Assert.Equal([(100.5m, 1m), (101m, 1m)], _log.Trades.Select(t => (t.Price, t.Size)));
        Assert.Equal(2m, order.DealSize);
        Assert.Equal(new DepthLevel(101m, 2m), _engine.Best(Side.Sell));
    }

    private void Set(decimal price) => _engine.Apply(TestMarket.At(0, price, 0m));

    private BookOrder Place(BookOrder order)
    {
        _engine.Place(order);
        return order;
    }

    private static BookOrder Limit(
        Side side, decimal price, decimal size, TimeInForce time = TimeInForce.Gtc, bool postOnly = false) => new()
        {
            Side = side,
            Type = OrderType.Limit,
            Price = price,
            SizeLeft = size,
            TimeInForce = time,
            PostOnly = postOnly,
        };

    private sealed class Log : IMatchListener
    {
        public List<Trade> Trades { get; } = [];

        public List<(BookOrder Order, DoneReason Reason)> Done { get; } = [];

        public List<(BookOrder Order, decimal Size)> Reduced { get; } = [];

        public void OnTrade(in Trade trade) => Trades.Add(trade);

        public void OnRested(BookOrder order)
        {
        }

        public void OnReduced(BookOrder order, decimal size) => Reduced.Add((order, size));

        public void OnDone(BookOrder order, DoneReason reason) => Done.Add((order, reason));
    }
}
