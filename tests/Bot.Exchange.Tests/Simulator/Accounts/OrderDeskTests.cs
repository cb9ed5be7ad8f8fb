using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Simulator.Accounts;

public class OrderDeskTests
{
    private readonly Desk _desk = new(new TestMarket(), Desk.Rich("a"));

    public static TheoryData<string, string, string> Refusals => new()
    {
        { "symbol", "900001", "symbol not exists" },
        { "tick", "600100", "Order price increment invalid." },
        { "lot", "600100", "Order size increment invalid." },
        { "small", "400100", "The quantity is below the minimum requirement." },
        { "large", "400100", "above the maximum" },
        { "value", "600101", "The order funds should more then 0.1 USDT." },
        { "band up", "400100", "price not in the given range!" },
        { "band down", "400100", "price not in the given range!" },
        { "both", "400100", "either size or funds" },
        { "neither", "400100", "either size or funds" },
        { "funds step", "600100", "Order funds increment invalid." },
        { "no price", "400100", "price and size" },
        { "post-only ioc", "400100", "postOnly" },
        { "gtt", "400100", "cancelAfter" },
        { "oid form", "400100", "clientOid" },
        { "oid long", "400100", "clientOid" },
        { "oid twice", "400100", "validation.createOrder.clientOidDuplicated" },
        { "window", "400100", "allowMaxTimeWindow" },
        { "half window", "400100", "go together" },
        { "balance", "200004", "Balance insufficient!" },
        { "base balance", "200004", "Balance insufficient!" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Faulty_orders_are_refused_with_the_exchanges_codes(string fault, string code, string text)
    {
        var good = _desk.Limit(Side.Buy, 99m, 1m);
        var market = _desk.Market(Side.Buy, funds: 10m);
        if (fault == "oid twice")
            _desk.Place(good);
        var refusal = _desk.Refusal(fault switch
        {
            "symbol" => good with { Symbol = "ABC-USDT" },
            "tick" => good with { Price = 99.05m },
            "lot" => good with { Size = 1.00005m },
            "small" => good with { Size = 0.0009m },
            "large" => good with { Size = 1000.5m },
            "value" => good with { Price = 90m, Size = 0.001m },
            "band up" => good with { Price = 110.2m },
            "band down" => good with { Side = Side.Sell, Price = 89.8m },
            "both" => market with { Size = 1m },
            "neither" => market with { Funds = null },
            "funds step" => market with { Funds = 10.005m },
            "no price" => good with { Price = null },
            "post-only ioc" => good with { PostOnly = true, TimeInForce = TimeInForce.Ioc },
            "gtt" => good with { TimeInForce = TimeInForce.Gtt },
            "oid form" => good with { ClientOid = "a b" },
            "oid long" => good with { ClientOid = new string('a', 41) },
            "oid twice" => good,
            "window" => good with { ClientTimestamp = _desk.Floor.NowMs - 3001, AllowMaxTimeWindow = 3000 },
            "half window" => good with { ClientTimestamp = _desk.Floor.NowMs },
            "balance" => _desk.Limit(Side.Buy, 100m, 1000m) with { Price = 110m, Size = 999m, ClientOid = Drain() },
            _ => good with { Side = Side.Sell, Price = 100m, Size = 999m, ClientOid = Drain() },
        });

        Assert.Equal(code, refusal?.Code);
        Assert.Contains(text, refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_band_allows_what_lies_just_inside()
    {
        var ask = _desk.Pair.Engine.Best(Side.Sell)!.Value.Price;
        Assert.Null(_desk.Refusal(_desk.Limit(Side.Buy, TestMarket.Rules.FloorPrice(ask * 1.1m), 0.1m)));
        Assert.Null(_desk.Refusal(_desk.Limit(Side.Sell, 300m, 0.1m)));
    }

    [Fact]
    public void A_client_order_id_may_be_used_again_after_its_order_is_done()
    {
        var request = _desk.Limit(Side.Buy, 95m, 1m);
        var first = _desk.Match(request);
        _desk.Floor.Desk.CancelNow(first);
        var second = _desk.Match(request);

        Assert.NotEqual(first.OrderId, second.OrderId);
        Assert.Equal(second, _desk.Account.Find(_desk.Pair, request.ClientOid!, _desk.Floor.NowMs));
    }

    [Fact]
    public void An_order_reaches_the_engine_after_two_to_twenty_milliseconds()
    {
        for (var i = 0; i < 200; i++)
        {
            var order = _desk.Place(_desk.Limit(Side.Buy, 95m, 0.01m));
            Assert.InRange(order.MatchAtMs - order.CreatedAtMs, 2, 20);
            _desk.Pass(order.MatchAtMs - _desk.Floor.NowMs - 1);
            Assert.True(order.IsPending);
            _desk.Pass(1);
            Assert.Equal(OrderPhase.Resting, order.Phase);
            _desk.Floor.Desk.CancelNow(order);
        }
    }

    [Fact]
    public void Ids_and_delays_do_not_depend_on_the_order_of_arrival()
    {
        var requests = Enumerable.Range(0, 20).Select(i => _desk.Limit(Side.Buy, 95m, 0.01m)).ToList();
        var forward = requests.Select(r => Describe(_desk.Place(r))).Order();
        var other = new Desk(new TestMarket(), Desk.Rich("a"));
        var backward = Enumerable.Reverse(requests).Select(r => Describe(other.Place(r))).Order();

        Assert.Equal(forward, backward);
    }

    [Fact]
    public void Orders_of_one_instant_are_matched_in_an_order_that_does_not_depend_on_their_arrival()
    {
        Assert.Equal(Tape(reversed: false), Tape(reversed: true));

        static string Tape(bool reversed)
        {
            var desk = new Desk(new TestMarket(), Desk.Rich("a"));
            var requests = Enumerable.Range(0, 40)
                .Select(i => desk.Limit(i % 2 == 0 ? Side.Buy : Side.Sell, 100m + (i % 5 * 0.1m), 0.1m * (i + 1))).ToList();
            if (reversed)
                requests.Reverse();
            requests.ForEach(r => desk.Place(r));
            desk.Pass(100);
            return string.Join('\n', desk.Pair.Tape.Read());
        }
    }

    [Fact]
    public void A_cancel_takes_effect_later_and_a_fill_may_win_the_race()
    {
        var order = _desk.Match(_desk.Limit(Side.Buy, 95m, 1m));
        _desk.Floor.Desk.RequestCancel(order);
        Assert.True(order.IsActive);
        _desk.Pair.Apply(TestMarket.At(1, 95m, 5m));
        _desk.Pass(50);

        Assert.Equal((1m, 0m), (order.DealSize, order.CancelledSize));
        Assert.False(order.CancelExist);
    }

    [Fact]
    public void A_cancel_never_overtakes_its_order()
    {
        for (var i = 0; i < 100; i++)
        {
            var order = _desk.Place(_desk.Limit(Side.Buy, 95m, 0.01m));
            _desk.Floor.Desk.RequestCancel(order);
            _desk.Pass(25);
            Assert.Equal((OrderPhase.Done, 0.01m, true), (order.Phase, order.CancelledSize, order.CancelExist));
        }
    }

    [Fact]
    public void A_GTT_order_expires()
    {
        var order = _desk.Match(_desk.Limit(Side.Buy, 95m, 1m) with { TimeInForce = TimeInForce.Gtt, CancelAfter = 5 });
        _desk.Pass(4999);
        Assert.True(order.IsActive);
        _desk.Pass(1);
        Assert.Equal((OrderPhase.Done, 1m), (order.Phase, order.CancelledSize));
    }

    [Fact]
    public void The_dead_mans_switch_cancels_unless_it_is_set_again()
    {
        var order = _desk.Match(_desk.Limit(Side.Buy, 95m, 1m));
        _desk.Floor.Desk.SetDeadManSwitch(_desk.Account, new DeadManSwitch(5, [], _desk.Floor.NowMs));
        _desk.Pass(4000);
        _desk.Floor.Desk.SetDeadManSwitch(_desk.Account, new DeadManSwitch(5, ["BTC-USDT"], _desk.Floor.NowMs));
        _desk.Pass(4000);
        Assert.True(order.IsActive);
        _desk.Pass(1000);
        Assert.False(order.IsActive);
        Assert.Null(_desk.Account.DeadManSwitch);
    }

    private string Drain()
    {
        for (var i = 0; i < 9; i++)
            _desk.Place(_desk.Limit(Side.Buy, 100m, 990m));
        _desk.Place(_desk.Limit(Side.Sell, 300m, 100m));
        return "drained";
    }

    private static string Describe(AccountOrder order) => $"{order.ClientOid} {order.OrderId} {order.MatchAtMs}";
}
