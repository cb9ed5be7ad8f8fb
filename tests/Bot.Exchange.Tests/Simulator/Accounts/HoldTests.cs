using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Simulator.Accounts;

public class HoldTests
{
    private readonly Desk _desk = new(new TestMarket(), Desk.Rich("a"), Desk.Rich("b"));

    [Fact]
    public void A_limit_buy_holds_its_value_and_the_taker_fee()
    {
        _desk.Place(_desk.Limit(Side.Buy, 90m, 2m));

        Assert.Equal(90m * 2 * 1.001m, _desk.Held("USDT"));
        Assert.Equal(1_000_000m - (90m * 2 * 1.001m), _desk.Available("USDT"));
    }

    [Fact]
    public void A_better_fill_releases_what_was_held_too_much()
    {
        var other = _desk.Floor.Account("b")!;
        _desk.Match(_desk.Limit(Side.Sell, 100m, 1m), other);
        var order = _desk.Match(_desk.Limit(Side.Buy, 100.1m, 1m));

        Assert.Equal(100m, order.DealFunds);
        Assert.Equal(0.1m, order.RemainFunds);
        Assert.Equal(0m, _desk.Held("USDT"));
        Assert.Equal(1_000_000m - 100m - 0.1m, _desk.Available("USDT"));
        Assert.Equal(1001m, _desk.Available("BTC"));
        Assert.Equal(1_000_000m + 100m - 0.1m, _desk.Available("USDT", other));
    }

    [Fact]
    public void A_sell_holds_its_size_and_yields_the_value_less_the_fee()
    {
        var order = _desk.Place(_desk.Limit(Side.Sell, 100.5m, 3m));
        Assert.Equal(3m, _desk.Held("BTC"));

        _desk.Floor.Desk.MatchNow(order);
        _desk.Pair.Apply(TestMarket.At(1, 101m, 2m));

        Assert.Equal(1m, _desk.Held("BTC"));
        Assert.Equal(1_000_000m + (201m * 0.999m), _desk.Available("USDT"));
        Assert.Equal(201m * 0.001m, _desk.Floor.Clearing.Fees("USDT"));
    }

    [Fact]
    public void A_cancel_releases_what_is_left()
    {
        var order = _desk.Match(_desk.Limit(Side.Buy, 95m, 2m));
        _desk.Pair.Apply(TestMarket.At(1, 95m, 0.5m));
        _desk.Floor.Desk.CancelNow(order);

        Assert.Equal(0m, _desk.Held("USDT"));
        Assert.Equal((0.5m, 1.5m, 0m), (order.DealSize, order.CancelledSize, order.RemainSize));
        Assert.True(order.CancelExist);
    }

    [Fact]
    public void A_market_buy_by_funds_holds_its_funds_and_spends_no_more_with_the_fee()
    {
        var order = _desk.Place(_desk.Market(Side.Buy, funds: 50m));
        Assert.Equal(50m, _desk.Held("USDT"));

        _desk.Floor.Desk.MatchNow(order);
        Assert.Equal(OrderPhase.Done, order.Phase);
        Assert.True(order.DealFunds > 49m && order.DealFunds + order.Fee <= 50m, $"{order.DealFunds} + {order.Fee}");
        Assert.Equal(1_000_000m - order.DealFunds - order.Fee, _desk.Available("USDT"));
        Assert.Equal(0m, _desk.Held("USDT"));
    }

    [Fact]
    public void A_market_buy_by_size_spends_no_more_than_there_is()
    {
        var poor = new Desk(new TestMarket(), Bot.Exchange.Simulator.SimulatorAccount.Parse("a:s:p:USDT=1000"));
        var orders = new[] { poor.Place(poor.Market(Side.Buy, size: 9m)), poor.Place(poor.Market(Side.Buy, size: 9m)) };
        poor.Pass(50);

        Assert.All(orders, o => Assert.Equal(OrderPhase.Done, o.Phase));
        Assert.True(orders.Sum(o => o.DealSize) < 10m);
        Assert.True(poor.Available("USDT") >= 0);
        Assert.Equal(0m, poor.Held("USDT"));
    }

    [Fact]
    public void A_rebate_is_paid_out_of_the_fees_that_were_taken()
    {
        var maker = Desk.Rich("m") with { MakerFeeRate = -0.0005m };
        var desk = new Desk(new TestMarket(), maker, Desk.Rich("t"));
        desk.Match(desk.Limit(Side.Sell, 100m, 1m));
        desk.Match(desk.Limit(Side.Buy, 100m, 1m), desk.Floor.Account("t"));

        Assert.Equal(1_000_000m + (100m * 1.0005m), desk.Available("USDT"));
        Assert.Equal(100m * 0.0005m, desk.Floor.Clearing.Fees("USDT"));
    }

    [Fact]
    public void An_order_for_the_whole_balance_is_refused_because_of_the_fee()
    {
        var exact = new Desk(new TestMarket(), Bot.Exchange.Simulator.SimulatorAccount.Parse("a:s:p:USDT=100"));

        Assert.Equal("200004", exact.Refusal(exact.Limit(Side.Buy, 100m, 1m))?.Code);
        Assert.Null(exact.Refusal(exact.Limit(Side.Buy, 100m, 0.99m)));
    }

    [Fact]
    public void Done_orders_are_told_of_for_a_week_when_they_filled_and_for_two_days_when_not()
    {
        var cancelled = _desk.Match(_desk.Limit(Side.Buy, 95m, 1m));
        _desk.Floor.Desk.CancelNow(cancelled);
        var filled = _desk.Match(_desk.Limit(Side.Buy, 100.5m, 0.01m));
        Assert.Equal(OrderPhase.Done, filled.Phase);
        const long day = 86_400_000;

        _desk.Pass(2 * day);
        Assert.NotNull(_desk.Account.Find(cancelled.OrderId, _desk.Floor.NowMs));
        _desk.Pass(1);
        Assert.Null(_desk.Account.Find(cancelled.OrderId, _desk.Floor.NowMs));
        _desk.Pass(5 * day);
        Assert.Null(_desk.Account.Find(filled.OrderId, _desk.Floor.NowMs));
        Assert.Equal(2, _desk.Account.Orders.Count);
    }
}
