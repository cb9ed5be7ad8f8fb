using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Simulator.Accounts;

/// <summary>What can go wrong with a stop order that the exchange holds (RELIABILITY.md F18), each fault alone.</summary>
public class StopFaultTests
{
    private readonly Desk _desk = new(new TestMarket(), Desk.Rich("a"));

    [Fact]
    public void Without_faults_the_order_of_a_stop_order_fills_whole()
    {
        var order = ChildOf(Fall(Place(2m)));
        Assert.Equal((2m, 0m, OrderPhaseOf(order)), (order.DealSize, order.CancelledSize, "Done"));
    }

    [Fact]
    public void A_stop_order_may_be_refused_in_three_ways()
    {
        Spoil("stop-refused");
        var refusals = Enumerable.Range(0, 30).Select(_ => Refusal(_desk.Market(Side.Sell, size: 2m))).Distinct().ToList();
        Assert.Equal(3, refusals.Count);
        Assert.DoesNotContain(null, refusals);
        Assert.Empty(_desk.Account.Stops.All);
        Assert.Equal(30, _desk.Account.Faults!.Met[FaultKind.StopRefused]);
    }

    [Fact]
    public void The_order_may_come_seconds_after_the_price()
    {
        var stop = Place(2m);
        Spoil("stop-lag");
        Trade(94m);
        _desk.Pass(499);
        Assert.Equal((StopPhase.Due, 0), (stop.Phase, _desk.Account.Orders.Count));

        // Nobody can take it back any more, and no query by the client's id shows it.
        Assert.DoesNotContain(stop, _desk.Account.Stops.Waiting);
        _desk.Pass(5_000);
        Assert.Equal(2m, ChildOf(stop).DealSize);
    }

    [Fact]
    public void The_market_may_leap_through_the_stop()
    {
        var stop = Place(2m);
        Spoil("stop-gap");
        Fall(stop);
        Assert.All(_desk.Account.Fills, f => Assert.InRange(f.Price, 1m, 95m * 0.95m));
        Assert.Equal(2m, ChildOf(stop).DealSize);
    }

    [Fact]
    public void There_may_be_no_money_when_the_price_comes()
    {
        var stop = Place(2m);
        Spoil("stop-funds");
        Fall(stop);
        Assert.Equal((StopPhase.Triggered, (string?)null, Rejection.Balance.Message), (stop.Phase, stop.ChildId, stop.Refusal));
        Assert.Empty(_desk.Account.Orders);
    }

    [Fact]
    public void The_price_protection_may_cancel_the_rest()
    {
        var stop = Place(2.0003m);
        Spoil("stop-partial");
        Fall(stop);
        var order = ChildOf(stop);
        Assert.Equal((1.0001m, 1.0002m), (order.DealSize, order.CancelledSize));
        Assert.False(order.IsActive);
        Assert.Equal(0m, _desk.Held("BTC"));
    }

    [Fact]
    public void Of_the_mixture_each_fault_is_met_and_some_stop_orders_meet_none()
    {
        Spoil("stop-any");
        var plan = _desk.Account.Faults!;
        var met = Enumerable.Range(0, 500).Select(i => plan.OfStop($"stop {i}")).ToList();
        Assert.Equal(6, met.Distinct().Count());
        Assert.Equal(met, Enumerable.Range(0, 500).Select(i => plan.OfStop($"stop {i}")));
    }

    [Fact]
    public void The_order_may_have_lost_the_clients_id()
    {
        var desk = new Desk(new TestMarket(), Desk.Rich("a"));
        var floor = new TradingFloor(new TestMarket(), [Desk.Rich("a")], 7, 2, 20) { StopOrdersLeaveNoName = true };
        var account = floor.Account("a")!;
        var stop = floor.Stops.Place(desk.Market(Side.Sell, size: 2m), StopKind.Loss, 95m, account, floor.NowMs, 0, out _)!;
        floor.Pairs[0].Apply(TestMarket.At(0, 94m, 1m));
        floor.AdvanceTo(floor.NowMs + 100);
        var order = Assert.Single(account.Orders);
        Assert.Equal(("", 2m, order.OrderId), (order.ClientOid, order.DealSize, stop.ChildId));
    }

    private void Spoil(string profile) => _desk.Account.Faults = new FaultPlan(FaultProfile.Find(profile)!, "a", 1);

    private StopOrder Place(decimal size) =>
        _desk.Floor.Stops.Place(_desk.Market(Side.Sell, size: size), StopKind.Loss, 95m, _desk.Account, _desk.Floor.NowMs, 0, out var rejection)
        ?? throw new InvalidOperationException($"refused: {rejection}");

    private Rejection? Refusal(OrderRequest request)
    {
        _desk.Floor.Stops.Place(request, StopKind.Loss, 95m, _desk.Account, _desk.Floor.NowMs, 0, out var rejection);
        return rejection;
    }

    private void Trade(decimal price)
    {
        _desk.Pair.Apply(TestMarket.At(0, price, 1m));
        _desk.Pass(0);
    }

    private StopOrder Fall(StopOrder stop)
    {
        Trade(94m);
        _desk.Pass(100);
        return stop;
    }

    private AccountOrder ChildOf(StopOrder stop) => Assert.Single(_desk.Account.Orders, o => o.OrderId == stop.ChildId);

    private static string OrderPhaseOf(AccountOrder order) => order.Phase.ToString();
}
