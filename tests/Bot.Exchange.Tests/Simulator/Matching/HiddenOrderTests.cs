using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Simulator.Matching;

public class HiddenOrderTests
{
    private readonly Desk _desk = new(
        new TestMarket(), Desk.Rich("a") with { MakerFeeRate = 0.0005m }, Desk.Rich("b") with { MakerFeeRate = 0.0005m });

    [Fact]
    public void A_hidden_order_trades_unseen_and_pays_the_takers_fee()
    {
        var before = _desk.Pair.Engine.Best(Side.Sell);
        var hidden = _desk.Match(_desk.Limit(Side.Sell, 100m, 2m) with { Hidden = true });
        Assert.Equal(before, _desk.Pair.Engine.Best(Side.Sell));
        var levels = new List<DepthLevel>();
        _desk.Pair.Engine.Depth(Side.Sell, 1000, levels);
        Assert.DoesNotContain(levels, l => l.Price == 100m);

        _desk.Match(_desk.Limit(Side.Buy, 100m, 1m), _desk.Floor.Account("b")!);
        Assert.Equal((1m, 0.1m), (hidden.DealSize, hidden.Fee));
    }

    [Fact]
    public void A_post_only_order_takes_from_hidden_orders_at_the_makers_fee()
    {
        var hidden = _desk.Match(_desk.Limit(Side.Sell, 100m, 1m) with { Hidden = true });
        var order = _desk.Match(_desk.Limit(Side.Buy, 100m, 2m) with { PostOnly = true }, _desk.Floor.Account("b")!);

        Assert.Equal((1m, 1m, 0.05m), (hidden.DealSize, order.DealSize, order.Fee));
        Assert.Equal(new DepthLevel(100m, 1m), _desk.Pair.Engine.Best(Side.Buy));
    }

    [Fact]
    public void An_iceberg_shows_a_part_and_goes_to_the_back_with_the_next_one()
    {
        var iceberg = _desk.Match(_desk.Limit(Side.Sell, 100m, 5m) with { Iceberg = true, VisibleSize = 2m });
        var plain = _desk.Match(_desk.Limit(Side.Sell, 100m, 1m));
        Assert.Equal(new DepthLevel(100m, 3m), _desk.Pair.Engine.Best(Side.Sell));

        _desk.Match(_desk.Limit(Side.Buy, 100m, 2.5m), _desk.Floor.Account("b")!);
        Assert.Equal((2m, 0.5m), (iceberg.DealSize, plain.DealSize));
        Assert.Equal(new DepthLevel(100m, 2.5m), _desk.Pair.Engine.Best(Side.Sell));

        _desk.Match(_desk.Limit(Side.Buy, 100m, 3m), _desk.Floor.Account("b")!);
        Assert.Equal((4.5m, 1m), (iceberg.DealSize, plain.DealSize));
        Assert.Equal(new DepthLevel(100m, 0.5m), _desk.Pair.Engine.Best(Side.Sell));
        _desk.Floor.Desk.CancelNow(iceberg);
        Assert.NotEqual(100m, _desk.Pair.Engine.Best(Side.Sell)?.Price);
    }

    [Fact]
    public void Flow_takes_an_iceberg_part_after_part()
    {
        var iceberg = _desk.Match(_desk.Limit(Side.Buy, 95m, 5m) with { Iceberg = true, VisibleSize = 1m });
        _desk.Pair.Apply(TestMarket.At(0, 95m, 3.5m));
        Assert.Equal((3.5m, 0.5m), (iceberg.DealSize, iceberg.Shown));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0.04")]
    [InlineData("0.10005")]
    public void An_iceberg_shows_a_twentieth_or_more(string? visible)
    {
        var size = visible is null ? (decimal?)null : decimal.Parse(visible, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Rejection.VisibleSize, _desk.Refusal(_desk.Limit(Side.Buy, 95m, 1m) with { Iceberg = true, VisibleSize = size }));
        Assert.Null(_desk.Refusal(_desk.Limit(Side.Buy, 95m, 1m) with { Iceberg = true, VisibleSize = 0.05m }));
    }
}
