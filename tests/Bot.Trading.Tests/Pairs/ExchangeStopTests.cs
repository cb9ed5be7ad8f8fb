using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;

namespace Bot.Trading.Tests.Pairs;

/// <summary>R13: the stop at the exchange, beside the pair's own monitor.</summary>
public class ExchangeStopTests
{
    private static readonly ProtectionSettings Settings = new() { FloorMargin = 0.01m };

    [Fact]
    public void The_first_fill_writes_the_stop_with_it_below_the_monitors()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var id = bench.Enter(10, stop: 5);
        var rows = bench.Journal.Count;
        var effects = bench.Fill(id, 4.567m, 100);
        Assert.Equal([typeof(FillApplied), typeof(ProtectionPlanned), typeof(OrderIntended)], bench.Journal.Skip(rows).Select(e => e.GetType()));
        var spec = bench.Stop.Intended.Spec;
        Assert.Equal((Side.Sell, OrderType.Market, 4.56m, 94.05m), (spec.Side, spec.Type, spec.Size, spec.StopPrice));
        Assert.Equal("b1-abcdef-7-2-S1", spec.ClientOrderId);
        Assert.Contains(effects, e => e is PairEffect.StartTracker { Leg: IntentLeg.Stop });
        Assert.Equal(95, bench.State.Protection!.StopPrice);
    }

    [Fact]
    public void Where_the_exchange_holds_no_stops_the_monitor_protects_alone()
    {
        var bench = new PairBench(Settings).Holding();
        Assert.DoesNotContain(bench.State.Attempts, a => a.Intended.Leg == IntentLeg.Stop);
        Assert.Equal(0, bench.Memory.UnprotectedSinceMs);
    }

    [Fact]
    public void Growth_makes_the_new_stop_before_it_breaks_the_old_one()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 4, 100);
        var first = bench.Stop.ClientOrderId;
        bench.Fill(entry, 6, 100);
        Assert.Equal(first, bench.Stop.ClientOrderId); // one at a time: the first is not even there yet
        bench.Live(first);
        var second = bench.Stop;
        Assert.Equal(10, second.Intended.Spec.Size);
        Assert.Empty(bench.Effects.OfType<PairEffect.CancelOrder>());
        bench.Wait(1_000);
        Assert.Empty(bench.Effects.OfType<PairEffect.CancelOrder>());
        bench.Live(second.ClientOrderId);
        Assert.Equal(first, Assert.Single(bench.Effects.OfType<PairEffect.CancelOrder>()).ClientOrderId);
        Assert.True(bench.State.Find(first)!.IsCancelling);
        Assert.Single(bench.Journal.OfType<CancelDecided>());
    }

    [Fact]
    public void Fills_that_come_together_get_one_stop()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        FillReport Bought(long trade, decimal size) => new(PairBench.Rules.Symbol, "x", trade, Side.Buy, 100, size, 0, "USDT", null, 1);
        bench.Do(new PairInput.Several([new PairInput.OrderFilled(entry, Bought(1, 4)), new PairInput.OrderFilled(entry, Bought(2, 6))]));
        Assert.Equal(10, Assert.Single(bench.State.Attempts, a => a.Intended.Leg == IntentLeg.Stop).Intended.Spec.Size);
    }

    [Fact]
    public void The_stop_follows_a_trailing_one_but_not_too_often()
    {
        var bench = Protected(trail: 4);
        var first = bench.Stop.ClientOrderId;
        bench.Tick(110);
        Assert.Equal(106, bench.State.Protection!.StopPrice);
        Assert.Equal(first, bench.Stop.ClientOrderId);
        bench.Context.NowMs += Settings.FollowMs;
        bench.Do(new PairInput.Woken());
        var second = bench.Stop;
        Assert.Equal(104.94m, second.Intended.Spec.StopPrice);
        bench.Live(second.ClientOrderId);
        Assert.Equal(first, Assert.Single(bench.Effects.OfType<PairEffect.CancelOrder>()).ClientOrderId);
    }

    [Fact]
    public void A_refused_stop_leaves_the_monitor_and_is_tried_again_ever_more_slowly()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 10, 100);
        bench.Settle(entry);
        var pauses = new List<long>();
        for (var i = 0; i < 4; i++)
        {
            var stop = bench.Stop.ClientOrderId;
            var wakes = bench.Settle(stop, OrderOutcome.Refused).OfType<PairEffect.Wake>().ToList();
            pauses.Add(wakes[0].DelayMs);
            bench.Context.NowMs += wakes[0].DelayMs - 1;
            bench.Do(new PairInput.Woken());
            Assert.Equal(stop, bench.Stop.ClientOrderId);
            bench.Context.NowMs++;
            bench.Do(new PairInput.Woken());
            Assert.NotEqual(stop, bench.Stop.ClientOrderId);
        }
        Assert.Equal([1_000, 2_000, 4_000, 8_000], pauses);
        bench.Tick(95);
        Assert.Equal(ExitReason.StopLoss, bench.Journal.OfType<OrderIntended>().Last().Exit);
    }

    [Fact]
    public void A_position_that_cannot_be_protected_is_sold_after_30_seconds()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 10, 100);
        bench.Settle(entry);
        var bare = bench.Context.NowMs;
        bench.Settle(bench.Stop.ClientOrderId, OrderOutcome.Refused);
        while (bench.Journal.OfType<OrderIntended>().All(i => i.Exit != ExitReason.Emergency))
        {
            bench.Wait(1_000);
            if (bench.Stop.IsOpen && bench.Memory.UnprotectedSinceMs != 0 && bench.Journal.OfType<OrderIntended>().Last().Leg == IntentLeg.Stop)
                bench.Settle(bench.Stop.ClientOrderId, OrderOutcome.Refused);
            Assert.True(bench.Context.NowMs < bare + 40_000, "never sold");
        }
        Assert.Equal(bare + 30_000, bench.Context.NowMs);
        Assert.Equal(3, bench.Notes("UNPROTECTED"));
        Assert.Equal(0, PairDecider.UnprotectedMs(bench.Memory, bench.Context.NowMs)); // the exit works
        bench.Fill(bench.LastOrderId, 10, 99);
        bench.Settle(bench.LastOrderId);
        Assert.Equal(ExitReason.Emergency, Assert.Single(bench.Journal.OfType<PositionClosed>()).Reason);
    }

    [Fact]
    public void While_the_pair_is_halted_at_the_exchange_nothing_is_sold_in_an_emergency()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 10, 100);
        bench.Settle(entry);
        bench.Settle(bench.Stop.ClientOrderId, OrderOutcome.Refused);
        bench.Context.Rules = PairBench.Rules with { EnableTrading = false };
        bench.Wait(100_000);
        Assert.DoesNotContain(bench.Journal.OfType<OrderIntended>(), i => i.Leg == IntentLeg.Exit);
        Assert.InRange(PairDecider.UnprotectedMs(bench.Memory, bench.Context.NowMs), 100_000, 101_000);
    }

    [Fact]
    public void Unprotected_is_what_is_held_before_the_stop_lives()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 10, 100);
        bench.Context.NowMs += 700;
        Assert.Equal(700, PairDecider.UnprotectedMs(bench.Memory, bench.Context.NowMs));
        bench.Live(bench.Stop.ClientOrderId);
        Assert.Equal(0, PairDecider.UnprotectedMs(bench.Memory, bench.Context.NowMs));
        Assert.True(PairDecider.IsProtected(bench.State, bench.Memory, bench.Context));
    }

    [Fact]
    public void A_triggered_stop_sells_and_what_it_leaves_is_sold_at_once()
    {
        var bench = Protected();
        var stop = bench.Stop.ClientOrderId;
        bench.Trigger(stop);
        bench.Tick(94);
        Assert.DoesNotContain(bench.Journal.OfType<OrderIntended>(), i => i.Leg == IntentLeg.Exit);
        bench.Fill(stop, 6, 94);
        var effects = bench.Settle(stop);
        Assert.Contains(new PairEffect.Wake(0), effects);

        // Armed anew for the rest, under the market, and sold at once.
        Assert.Equal((4m, 93.06m), (bench.Stop.Intended.Spec.Size, bench.Stop.Intended.Spec.StopPrice!.Value));
        bench.Do(new PairInput.Woken());
        var exit = bench.Journal.OfType<OrderIntended>().Last();
        Assert.Equal((IntentLeg.Exit, 4m, ExitReason.StopLoss), (exit.Leg, exit.Spec.Size, exit.Exit));
        bench.Fill(bench.LastOrderId, 4, 93);
        bench.Settle(bench.LastOrderId);
        Assert.Equal(ExitReason.StopLoss, Assert.Single(bench.Journal.OfType<PositionClosed>()).Reason);
        Assert.Equal(0, bench.Alerts);
    }

    [Fact]
    public void A_stop_that_triggered_and_sold_nothing_is_an_alert_unless_an_exit_was_faster()
    {
        var alone = Protected();
        var stop = alone.Stop.ClientOrderId;
        alone.Trigger(stop);
        alone.Settle(stop);
        Assert.Equal(1, alone.Alerts);
        alone.Do(new PairInput.Woken());
        Assert.Equal(10, alone.Journal.OfType<OrderIntended>().Last(i => i.Leg == IntentLeg.Exit).Spec.Size);

        var beaten = Protected();
        stop = beaten.Stop.ClientOrderId;
        beaten.Tick(94);
        beaten.Trigger(stop);
        beaten.Fill(beaten.LastOrderId, 4, 94);
        beaten.Settle(stop);
        Assert.Equal(0, beaten.Alerts);
    }

    [Fact]
    public void An_older_attempt_that_is_absent_is_no_news_when_a_newer_one_is_on_its_way()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 10, 100);
        bench.Settle(entry);
        var first = bench.Stop.ClientOrderId;
        bench.Do(new PairInput.OrderInDoubt(first));
        bench.Wait(bench.Context.Settings.DoubtPatienceMs);
        var alerts = bench.Alerts;
        bench.Settle(first, OrderOutcome.Absent);
        Assert.Equal(alerts, bench.Alerts);
        Assert.Equal(2, bench.State.Attempts.Count(a => a.Intended.Leg == IntentLeg.Stop));
        Assert.False(bench.Memory.Stops.Lasts(bench.Context.NowMs));
    }

    [Fact]
    public void A_stop_does_not_outlive_what_it_protects_while_the_entry_is_unsettled()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 5, 100);
        bench.Live(bench.Stop.ClientOrderId);
        bench.Tick(94);
        bench.Fill(bench.LastOrderId, 5, 94);
        bench.Settle(bench.LastOrderId);
        Assert.Empty(bench.Journal.OfType<PositionClosed>()); // the entry may still bring something
        Assert.True(bench.Stop.IsCancelling);
        bench.Fill(entry, 3, 100);
        Assert.Equal((3m, true), (bench.Stop.Intended.Spec.Size, bench.Stop.IsWaitingStop));
    }

    [Fact]
    public void A_triggered_stop_that_nothing_is_heard_of_does_not_keep_the_pair_from_selling()
    {
        var bench = Protected();
        bench.Trigger(bench.Stop.ClientOrderId);
        bench.Wait(bench.Context.Settings.DoubtPatienceMs - 1);
        Assert.False(bench.State.HasOpen(IntentLeg.Exit));
        Assert.Equal(0, bench.Memory.UnprotectedSinceMs); // it sells
        bench.Wait(1);
        Assert.True(bench.State.HasOpen(IntentLeg.Exit));
    }

    [Fact]
    public void An_exit_that_meets_the_stops_own_order_is_no_alert()
    {
        var bench = Protected();
        var stop = bench.Stop.ClientOrderId;
        bench.Tick(94); // the monitor sells
        var exit = bench.LastOrderId;
        bench.Trigger(stop);
        bench.Settle(exit, OrderOutcome.Refused);
        Assert.Equal(0, bench.Alerts);
        bench.Fill(stop, 10, 94);
        bench.Settle(stop);
        Assert.Equal(0, bench.Alerts);
        Assert.Single(bench.Journal.OfType<PositionClosed>());
    }

    [Fact]
    public void After_the_sale_the_stop_is_cancelled_and_nothing_is_opened_before_it_has_ended()
    {
        var bench = Protected();
        var stop = bench.Stop.ClientOrderId;
        bench.Tick(94);
        bench.Fill(bench.LastOrderId, 10, 94);
        bench.Settle(bench.LastOrderId);
        Assert.Equal(stop, Assert.Single(bench.Effects.OfType<PairEffect.CancelOrder>()).ClientOrderId);
        Assert.Single(bench.Journal.OfType<PositionClosed>());
        Assert.Equal("ORDER_UNSETTLED", PairDecider.EntryBlock(bench.State, bench.Memory, bench.Context, bench.Context.NowMs));
        bench.Wait(61_000);
        Assert.Equal(2, bench.Effects.OfType<PairEffect.CancelOrder>().Count()); // said again
        bench.Settle(stop);
        Assert.Equal(0, bench.Alerts);
        Assert.Null(PairDecider.EntryBlock(bench.State, bench.Memory, bench.Context, bench.Memory.LastTick.TimeMs));
    }

    [Fact]
    public void A_stop_in_doubt_is_authorised_again_and_the_extra_one_is_cancelled()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 10, 100);
        var first = bench.Stop.ClientOrderId;
        bench.Do(new PairInput.OrderInDoubt(first));
        bench.Wait(bench.Context.Settings.DoubtPatienceMs);
        var second = bench.Stop;
        Assert.Equal((2, 2L), (second.Intended.Attempt, second.Intended.IntentNumber));
        bench.Live(second.ClientOrderId);
        Assert.Equal(first, Assert.Single(bench.Effects.OfType<PairEffect.CancelOrder>()).ClientOrderId);
        Assert.Equal(0, bench.Memory.UnprotectedSinceMs);
    }

    [Fact]
    public void A_live_stop_that_is_missing_does_not_count_and_is_replaced()
    {
        var bench = Protected();
        var first = bench.Stop.ClientOrderId;
        bench.Do(new PairInput.OrderInDoubt(first));
        Assert.NotEqual(0, bench.Memory.UnprotectedSinceMs);
        bench.Wait(bench.Context.Settings.DoubtPatienceMs);
        Assert.Equal(2, bench.Stop.Intended.Attempt);
        Assert.Empty(bench.Effects.OfType<PairEffect.CancelOrder>());
    }

    [Fact]
    public void A_fee_in_base_makes_the_stop_smaller()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 10, 100, fee: null);
        bench.Live(bench.Stop.ClientOrderId);
        bench.Do(new PairInput.OrderFee(entry, $"x-{entry}", 1, 0.01m, "ABC"));
        Assert.Equal(9.99m, bench.Stop.Intended.Spec.Size);
    }

    [Fact]
    public void A_late_fill_that_leaves_dust_ends_the_round_trip_and_its_stop()
    {
        var bench = Protected();
        var stop = bench.Stop.ClientOrderId;
        bench.Tick(94);
        var exit = bench.LastOrderId;
        bench.Do(new PairInput.OrderSettled(exit, OrderOutcome.Closed, 0, 0, "", ""));
        Assert.Empty(bench.Journal.OfType<PositionClosed>());
        bench.Fill(exit, 9.995m, 94);
        Assert.Equal(0.005m, Assert.Single(bench.Journal.OfType<PositionClosed>()).Dust);
        Assert.Equal(0.005m, Assert.Single(bench.Journal.OfType<DustDeclared>()).Quantity);
        Assert.True(bench.State.Find(stop)!.IsCancelling);
    }

    [Fact]
    public void A_halt_cancels_what_opens_and_keeps_the_stops()
    {
        var bench = new PairBench(Settings, exchangeStops: true);
        var entry = bench.Enter(10);
        bench.Fill(entry, 4, 100);
        bench.Live(bench.Stop.ClientOrderId);
        bench.Context.Mode = TradingMode.Halted;
        var effects = bench.Do(new PairInput.ModeChanged());
        Assert.Equal(entry, Assert.Single(effects.OfType<PairEffect.CancelOrder>()).ClientOrderId);
        Assert.True(bench.Stop.IsWaitingStop);
    }

    [Fact]
    public void A_restart_keeps_the_stop_and_asks_for_it()
    {
        var bench = Protected();
        var effects = bench.Restart();
        Assert.Contains(effects, e => e is PairEffect.StartTracker { Leg: IntentLeg.Stop });
        bench.Do(new PairInput.Woken());
        Assert.Single(bench.State.Attempts, a => a.Intended.Leg == IntentLeg.Stop);
        Assert.True(PairDecider.IsProtected(bench.State, bench.Memory, bench.Context));
    }

    [Fact]
    public void Somebody_who_takes_the_stop_back_gets_a_new_one_and_an_alert()
    {
        var bench = Protected();
        var first = bench.Stop.ClientOrderId;
        bench.Settle(first);
        Assert.NotEqual(first, bench.Stop.ClientOrderId);
        Assert.Equal(1, bench.Alerts);
    }

    private static PairBench Protected(double? trail = null)
    {
        var bench = new PairBench(Settings, exchangeStops: true).Holding(10, stop: 5, trail: trail);
        bench.Live(bench.Stop.ClientOrderId);
        return bench;
    }
}
