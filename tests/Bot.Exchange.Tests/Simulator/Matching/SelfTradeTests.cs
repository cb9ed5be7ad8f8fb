using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Simulator.Matching;

public class SelfTradeTests
{
    // The market's own offers begin above 100: what lies between 99.9 and 100 is the users' alone.
    private readonly Desk _desk = new(new TestMarket(), Desk.Rich("a"), Desk.Rich("b"));

    [Theory]
    [InlineData("None", 1, 0, 2, 0)]
    [InlineData("CancelNew", 0, 2, 0, 0)]
    [InlineData("CancelOld", 0, 0, 0, 1)]
    [InlineData("CancelBoth", 0, 2, 0, 1)]
    [InlineData("Decrease", 0, 1, 0, 1)]
    public void The_takers_flag_says_what_happens_when_an_account_meets_itself(
        string name, int makerFilled, int takerCancelled, int takerFills, int makerCancelled)
    {
        var maker = _desk.Match(_desk.Limit(Side.Sell, 100m, 1m));
        var taker = _desk.Match(_desk.Limit(Side.Buy, 100m, 2m) with { SelfTrade = Enum.Parse<SelfTradePrevention>(name) });

        Assert.Equal((makerFilled, makerCancelled), ((int)maker.DealSize, (int)maker.CancelledSize));
        Assert.Equal(takerCancelled, (int)taker.CancelledSize);
        Assert.Equal(takerFills, _desk.Account.Fills.Count);
        Assert.Equal(name is "CancelNew" or "CancelBoth", !taker.IsActive);
        Assert.Equal(name == "CancelNew", maker.IsActive);
    }

    [Fact]
    public void Others_come_first_when_they_were_first()
    {
        var other = _desk.Match(_desk.Limit(Side.Sell, 100m, 1m), _desk.Floor.Account("b")!);
        var own = _desk.Match(_desk.Limit(Side.Sell, 100m, 1m));
        var taker = _desk.Match(_desk.Limit(Side.Buy, 100m, 2m) with { SelfTrade = SelfTradePrevention.CancelNew });

        Assert.Equal((1m, 1m, 1m), (other.DealSize, taker.DealSize, taker.CancelledSize));
        Assert.True(own.IsActive && taker.CancelExist);
    }

    [Fact]
    public void The_decrease_leaves_the_larger_order_where_it_was()
    {
        var own = _desk.Match(_desk.Limit(Side.Sell, 100m, 3m));
        var other = _desk.Match(_desk.Limit(Side.Sell, 100m, 1m), _desk.Floor.Account("b")!);
        var taker = _desk.Match(_desk.Limit(Side.Buy, 100m, 2m) with { SelfTrade = SelfTradePrevention.Decrease });

        Assert.False(taker.IsActive);
        Assert.Equal((1m, 2m, 1m), (own.SizeLeft, own.CancelledSize, _desk.Held("BTC")));
        _desk.Match(_desk.Limit(Side.Buy, 100m, 1m), _desk.Floor.Account("b")!);
        Assert.Equal((1m, 0m), (own.DealSize, other.DealSize));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public void An_order_that_must_fill_whole_does_not_count_what_its_account_bars(int size, int filled)
    {
        _desk.Match(_desk.Limit(Side.Sell, 100m, 1m), _desk.Floor.Account("b")!);
        _desk.Match(_desk.Limit(Side.Sell, 100m, 1m));
        var taker = _desk.Match(_desk.Limit(Side.Buy, 100m, size) with
        {
            TimeInForce = TimeInForce.Fok,
            SelfTrade = SelfTradePrevention.Decrease,
        });
        Assert.Equal((filled, size - filled), ((int)taker.DealSize, (int)taker.CancelledSize));
    }

    [Fact]
    public void A_market_order_cannot_decrease() =>
        Assert.Equal("400100", _desk.Refusal(_desk.Market(Side.Buy, size: 1m) with { SelfTrade = SelfTradePrevention.Decrease })?.Code);
}
