using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Reconciliation;

namespace Bot.Trading.Tests.Pairs;

/// <summary>Orders that come to life though the journal has given them up.</summary>
public class PairAdoptionTests
{
    [Fact]
    public void A_tracker_begins_with_the_word_that_its_order_was_taken_over_however_often_it_begins()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        bench.Settle(id, OrderOutcome.Absent);
        bench.Do(new PairInput.Adopt(new OrderToAdopt(id, "exchange-1", Side.Buy, OrderType.Limit, 100, 1, null, null, bench.Context.NowMs, true, "test")));
        var adopted = new Adoption("exchange-1", true, "test");
        Assert.Equal(adopted, PairDecider.Track(bench.State.Find(id)!).Adopted);
        bench.Context.NowMs += 60_000;
        Assert.Equal(adopted, Assert.Single(bench.Do(new PairInput.Woken()).OfType<PairEffect.EnsureTracker>()).Order.Adopted);
        Assert.Equal(adopted, PairDecider.Track(PairState.From(bench.State.ToSnapshot()).Find(id)!).Adopted);
        bench.Settle(id);
        Assert.Null(PairDecider.Track(bench.State.Find(id)!).Adopted);
    }

    [Theory]
    [InlineData(OrderOutcome.Absent, true)]
    [InlineData(OrderOutcome.Refused, true)]
    [InlineData(OrderOutcome.Abandoned, true)]
    [InlineData(OrderOutcome.Closed, false)]
    public void An_order_that_counted_as_never_placed_and_trades_is_followed_again(OrderOutcome outcome, bool isOpen)
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        bench.Settle(id, outcome);
        bench.Do(new PairInput.OrderFilled(id, new FillReport(bench.Context.Symbol, "exchange-1", 1, Side.Buy, 100, 1, null, null, null, bench.Context.NowMs)));
        Assert.Equal(isOpen, bench.State.Find(id)!.IsOpen);
        Assert.NotNull(bench.State.Protection);
    }
}
