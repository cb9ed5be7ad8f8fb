using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;

namespace Bot.Trading.Tests.Pairs;

/// <summary>What a pair keeps, looks after, and does not lose to a clock.</summary>
public class PairWatchTests
{
    [Fact]
    public void A_settled_order_is_kept_until_48_hours_are_over_and_its_watch_too()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        var settled = bench.Settle(id);
        Assert.DoesNotContain(new PairEffect.ReleaseTracker(id), settled);
        bench.Do(new PairInput.OrderWatched(id));
        Assert.NotNull(bench.State.Find(id));
        bench.Context.NowMs += 48L * 3_600_000;
        var effects = bench.Do(new PairInput.Woken());
        Assert.Contains(new PairEffect.ReleaseTracker(id), effects);
        Assert.Null(bench.State.Find(id));

        var other = new PairBench();
        var kept = other.Enter(10);
        other.Settle(kept);
        other.Context.NowMs += 490L * 3_600_000;
        other.Do(new PairInput.Woken());
        Assert.NotNull(other.State.Find(kept)); // nobody has asked for its fills so late
        other.Do(new PairInput.OrderWatched(kept));
        Assert.Null(other.State.Find(kept));
    }

    [Fact]
    public void What_never_was_at_the_exchange_needs_no_tracker_any_more()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        Assert.Contains(new PairEffect.ReleaseTracker(id), bench.Settle(id, OrderOutcome.Absent));
        bench.Context.NowMs += 48L * 3_600_000;
        bench.Do(new PairInput.Woken());
        Assert.Null(bench.State.Find(id));
    }

    [Fact]
    public void Every_minute_the_pair_sees_that_its_open_orders_have_trackers()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        Assert.Contains(new PairEffect.Wake(60_000), bench.Effects);
        bench.Context.NowMs += 59_999;
        Assert.Empty(bench.Do(new PairInput.Woken()).OfType<PairEffect.EnsureTracker>());
        bench.Context.NowMs += 1;
        var effects = bench.Do(new PairInput.Woken());
        Assert.Equal(id, Assert.Single(effects.OfType<PairEffect.EnsureTracker>()).Order.Spec.ClientOrderId);
        Assert.Contains(new PairEffect.Wake(60_000), effects);
    }

    [Fact]
    public void A_restart_starts_the_trackers_of_watched_orders_too()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        bench.Settle(id);
        Assert.Equal(id, Assert.Single(bench.Restart().OfType<PairEffect.EnsureTracker>()).Order.Spec.ClientOrderId);
    }

    [Fact]
    public void The_pause_of_an_exit_survives_a_clock_that_is_set_back()
    {
        var bench = new PairBench().Holding();
        bench.Tick(95);
        bench.Settle(bench.LastOrderId, OrderOutcome.Refused);
        var intents = bench.Journal.OfType<OrderIntended>().Count();
        bench.Context.NowMs -= 3_600_000;
        bench.Do(new PairInput.Woken());
        Assert.Equal(intents + 1, bench.Journal.OfType<OrderIntended>().Count());
    }

    [Fact]
    public void A_sell_in_doubt_survives_a_clock_that_is_set_back()
    {
        var bench = new PairBench().Holding();
        bench.Tick(95);
        bench.Do(new PairInput.OrderInDoubt(bench.LastOrderId));
        bench.Context.NowMs -= 3_600_000;
        bench.Do(new PairInput.Woken());
        Assert.Equal(2, bench.Journal.OfType<OrderIntended>().Last().Attempt);
    }

    [Fact]
    public void A_trade_that_was_applied_to_one_order_is_not_applied_to_another()
    {
        var bench = new PairBench(new ProtectionSettings(), exchangeStops: true).Holding();
        var (stop, trade) = (bench.Stop.ClientOrderId, new FillReport(PairBench.Rules.Symbol, "child", 5, Side.Sell, 95, 4, 0, "USDT", null, 1));
        bench.Tick(95);
        bench.Do(new PairInput.OrderFilled(stop, trade));
        bench.Do(new PairInput.OrderFilled(bench.LastOrderId, trade));
        Assert.Equal(6, bench.State.Position.Quantity);
        Assert.Equal(1, bench.Notes("was applied to"));
    }
}
