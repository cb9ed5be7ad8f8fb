using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using CsCheck;

namespace Bot.Exchange.Tests.Simulator.Accounts;

public class StopDeskTests
{
    private readonly Desk _desk = new(new TestMarket(), Desk.Rich("a"));

    [Theory]
    [InlineData(false, 96, 95)]
    [InlineData(false, 96, 94)]
    [InlineData(true, 104, 105)]
    [InlineData(true, 104, 106)]
    public void A_trade_at_the_stop_price_or_beyond_it_places_the_order(bool isEntry, int before, int at)
    {
        var stop = Place(_desk, isEntry, isEntry ? 105m : 95m, _desk.Limit(Side.Sell, 100m, 1m));
        Trade(_desk, before);
        Assert.Equal((StopPhase.Waiting, 0m), (stop.Phase, _desk.Held("BTC")));

        Trade(_desk, at);
        Assert.Equal((StopPhase.Triggered, (long?)_desk.Floor.NowMs), (stop.Phase, stop.TriggeredAtMs));
        var order = Assert.Single(_desk.Account.Orders);
        Assert.NotEqual(stop.StopId, order.OrderId);
        Assert.Equal((stop.Request.ClientOid, 1m), (order.ClientOid, _desk.Held("BTC")));
        Assert.Empty(_desk.Account.Stops.Waiting);
    }

    [Fact]
    public void A_price_that_the_market_had_before_sets_nothing_off()
    {
        var stop = Place(_desk, false, 105m, _desk.Limit(Side.Sell, 100m, 1m));
        _desk.Pass(1000);
        Assert.Equal(StopPhase.Waiting, stop.Phase);
        Trade(_desk, 100);
        Assert.Equal(StopPhase.Triggered, stop.Phase);
    }

    [Fact]
    public void A_users_own_trade_sets_stop_orders_off_too()
    {
        var stop = Place(_desk, true, 100.1m, _desk.Market(Side.Buy, size: 0.5m));
        _desk.Match(_desk.Limit(Side.Buy, 102m, 0.1m));
        _desk.Pass(30);

        Assert.Equal(StopPhase.Triggered, stop.Phase);
        Assert.Equal([0.1m, 0.5m], _desk.Account.Orders.Select(o => o.DealSize));
    }

    [Fact]
    public void Money_is_asked_for_when_the_price_comes()
    {
        var stop = Place(_desk, true, 105m, _desk.Limit(Side.Buy, 105m, 1000m));
        for (var i = 0; i < 10; i++)
            _desk.Place(_desk.Limit(Side.Buy, 95m, 950m));
        Trade(_desk, 105);

        Assert.Equal(StopPhase.Triggered, stop.Phase);
        Assert.DoesNotContain(_desk.Account.Orders, o => o.ClientOid == stop.Request.ClientOid);
    }

    [Fact]
    public void A_stop_order_that_was_taken_back_is_never_placed()
    {
        var stop = Place(_desk, false, 95m, _desk.Limit(Side.Sell, 100m, 1m));
        _desk.Floor.Stops.Cancel(stop);
        Trade(_desk, 90);
        Assert.Empty(_desk.Account.Orders);
        Assert.Null(_desk.Account.Stops.Find(stop.StopId));
    }

    [Fact]
    public void Twenty_stop_orders_of_a_pair_may_wait()
    {
        for (var i = 0; i < 20; i++)
            Place(_desk, false, 95m, _desk.Limit(Side.Sell, 100m, 1m));
        Assert.Equal(Rejection.TooManyOrders, Refusal(_desk, 95m, _desk.Limit(Side.Sell, 100m, 1m)));
        Trade(_desk, 95);
        Assert.Null(Refusal(_desk, 90m, _desk.Limit(Side.Sell, 100m, 1m)));
    }

    [Fact]
    public void A_stop_order_is_asked_what_every_order_is_asked_but_for_what_the_market_may_change()
    {
        var good = _desk.Limit(Side.Buy, 500m, 1m);
        Assert.Null(Refusal(_desk, 450m, good with { ClientOid = "beyond-the-band" }));
        Assert.Null(Refusal(_desk, 95m, good with { Price = 5000m, Size = 999m, ClientOid = "beyond-the-means" }));
        Assert.Equal(Rejection.PriceIncrement, Refusal(_desk, 95.05m, good));
        Assert.Equal(Rejection.SizeIncrement, Refusal(_desk, 95m, good with { Size = 0.00005m }));
        Assert.Equal(Rejection.SymbolNotExists, Refusal(_desk, 95m, good with { Symbol = "ABC-USDT" }));
        Assert.Null(Refusal(_desk, 95m, good));
        Assert.Equal(Rejection.ClientOidDuplicated, Refusal(_desk, 95m, good));
    }

    [Fact]
    public void Ids_and_the_order_of_placing_do_not_depend_on_the_order_of_arrival()
    {
        Assert.Equal(Tape(reversed: false), Tape(reversed: true));

        static string Tape(bool reversed)
        {
            var desk = new Desk(new TestMarket(), Desk.Rich("a"));
            var requests = Enumerable.Range(0, 20)
                .Select(i => i % 2 == 0 ? desk.Market(Side.Sell, size: 0.1m * (i + 1)) : desk.Limit(Side.Buy, 95m + i, 0.3m)).ToList();
            if (reversed)
                requests.Reverse();
            requests.ForEach(r => Place(desk, false, 99m, r));
            Trade(desk, 98);
            desk.Pass(100);
            return string.Join('\n', desk.Pair.Tape.Read().Select(t => t.ToString())
                .Concat(desk.Account.Fills.Select(f => $"{f.Order.OrderId} {f.Price} {f.Size}")));
        }
    }

    [Fact]
    public void Exactly_those_stop_orders_go_off_whose_price_was_traded_while_they_waited()
    {
        var step = Gen.Select(Gen.Bool, Gen.Bool, Gen.Int[92, 108]);
        step.Array[1, 40].Sample(
            steps =>
            {
                var desk = new Desk(new TestMarket(), Desk.Rich("a"));
                var waiting = new List<StopOrder>();
                foreach (var (places, isEntry, price) in steps)
                {
                    if (places && waiting.Count < 20)
                    {
                        // Far from the market, so that their orders bring no trades of their own about.
                        waiting.Add(Place(desk, isEntry, price, desk.Limit(Side.Buy, 50m, 0.01m)));
                        continue;
                    }
                    Trade(desk, price);
                    foreach (var stop in waiting)
                    {
                        var isMet = stop.Kind == StopKind.Entry ? price >= stop.StopPrice : price <= stop.StopPrice;
                        Assert.Equal(isMet ? StopPhase.Triggered : StopPhase.Waiting, stop.Phase);
                    }
                    waiting.RemoveAll(s => s.Phase == StopPhase.Triggered);
                    Assert.Equal(waiting, desk.Account.Stops.Waiting);
                    Assert.Equal(desk.Account.Active.Count * 0.5m * 1.001m, desk.Held("USDT"));
                }
            },
            iter: 300);
    }

    private static void Trade(Desk desk, decimal price)
    {
        desk.Pair.Apply(TestMarket.At(0, price, 1m));
        desk.Pass(0);
    }

    private static StopOrder Place(Desk desk, bool isEntry, decimal stopPrice, OrderRequest request) =>
        desk.Floor.Stops.Place(request, isEntry ? StopKind.Entry : StopKind.Loss, stopPrice, desk.Account, desk.Floor.NowMs, 0, out var rejection)
        ?? throw new InvalidOperationException($"refused: {rejection}");

    private static Rejection? Refusal(Desk desk, decimal stopPrice, OrderRequest request)
    {
        desk.Floor.Stops.Place(request, StopKind.Loss, stopPrice, desk.Account, desk.Floor.NowMs, 0, out var rejection);
        return rejection;
    }
}
