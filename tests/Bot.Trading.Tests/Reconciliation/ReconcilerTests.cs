using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Reconciliation;
using CsCheck;

namespace Bot.Trading.Tests.Reconciliation;

public sealed class ReconcilerTests
{
    private static readonly Symbol Btc = SmallAccount.Btc;

    /// <summary>Steps of four orders on two pairs, of the clock and of sweeps, in any order: at no time is anything found, and the books balance.</summary>
    [Fact]
    public void No_interleaving_of_trades_and_sweeps_raises_an_alarm() => Gen.Int[0, 9].Array[20, 200].Sample(
        steps =>
        {
            var a = new SmallAccount();
            a.Sweep();
            var orders = new Order[] { new(SmallAccount.Btc, 1), new(SmallAccount.Eth, 1), new(SmallAccount.Btc, 2), new(SmallAccount.Eth, 2) };
            foreach (var step in steps)
            {
                if (step < 4)
                    orders[step].Advance(a);
                else if (step < 7)
                    a.SweepStep();
                else
                    a.NowMs += step == 9 ? 31_000 : 250;
            }
            foreach (var order in orders)
                order.Finish(a);
            a.SweepUntilSure();

            // Books that lag for ten minutes may be told of, as long as they do; nothing else ever is.
            return a.Raised.All(f => f.Kind == FindingKind.FillMissing) && a.State.Findings.Count == 0 && a.Memory.Checks.Values.All(c => c.Difference == 0)
                && a.Effects.OfType<ReconcilerEffect.Adopt>().FirstOrDefault() is null;
        },
        iter: 2_000);

    [Fact]
    public void Lists_that_fail_end_no_sweep_raise_nothing_and_hold_the_gate_only_for_their_pair()
    {
        var a = new SmallAccount();
        a.Sweep();
        a.NowMs += 60_000;
        a.SweepStep(failing: true); // the active orders of BTC-USDT
        for (var i = 0; i < 7; i++)
            a.SweepStep();
        var watermark = a.State.WatermarkMs;
        a.SweepStep();
        a.SweepStep();
        Assert.Empty(a.State.Findings);
        Assert.Equal(watermark, a.State.WatermarkMs);
        var sweep = a.Sweep();
        Assert.True(ReconcilerDecider.Passes(a.State, sweep, Btc, sweep.BeganAtMs));
        Assert.False(ReconcilerDecider.Passes(a.State, sweep, Btc, sweep.BeganAtMs + 1));
        sweep.Symbols[0].Active = null;
        Assert.False(sweep.Covers(Btc, 0));
        Assert.True(sweep.Covers(SmallAccount.Eth, 0));
        sweep.Stops = null;
        Assert.False(sweep.Covers(SmallAccount.Eth, 0));
    }

    [Fact]
    public void An_order_of_other_hands_blocks_its_pair_and_halts_the_account_and_is_gone_with_it()
    {
        var a = Open();
        var id = a.Arrive(Btc, "web-1", Side.Buy);
        a.Sweep();
        Assert.Equal(FindingKind.ForeignOrder, Assert.Single(a.State.Findings.Values).Kind);
        Assert.NotNull(a.State.BlockOf(Btc));
        Assert.Null(a.State.BlockOf(SmallAccount.Eth));
        Assert.Equal(TradingMode.Halted, Assert.Single(a.Effects.OfType<ReconcilerEffect.Breach>()).Mode);
        Assert.Empty(a.Effects.OfType<ReconcilerEffect.Adopt>());
        a.End(id);
        a.SweepUntilSure(1);
        Assert.DoesNotContain(a.State.Findings.Values, f => f.Kind == FindingKind.ForeignOrder);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("web-1")]
    public void A_trade_of_other_hands_is_told_and_its_money_is_taken_over(string? name)
    {
        var a = Open();
        a.Fill(a.Arrive(Btc, name, Side.Buy));
        a.SweepUntilSure();
        Assert.Contains(a.Raised, f => f.Kind == FindingKind.ForeignTrade && f.Symbol == Btc);
        Assert.DoesNotContain(a.Raised, f => f.Kind == FindingKind.Unexplained);
        Assert.Equal((1m, -100.1m), (a.State.ExternalOf("BTC"), a.State.ExternalOf("USDT")));
    }

    [Theory]
    [InlineData(250)]
    [InlineData(-250)]
    public void A_transfer_is_taken_into_the_books_once_and_raises_no_alarm(int amount)
    {
        var a = Open();
        a.Move("USDT", amount, "TRANSFER");
        a.SweepUntilSure();
        Assert.Empty(a.Raised);
        Assert.Equal(amount, a.State.ExternalOf("USDT"));
        Assert.Equal(0, a.Memory.Checks["USDT"].Difference);
    }

    [Fact]
    public void A_balance_that_nothing_explains_alarms_after_two_sweeps_and_only_then()
    {
        var a = Open();
        a.Move("USDT", -3, reason: null);
        a.Sweep();
        a.Sweep();
        Assert.Empty(a.Raised);
        a.SweepUntilSure(1);
        var finding = Assert.Single(a.Raised);
        Assert.Equal((FindingKind.Unexplained, "USDT", -3m), (finding.Kind, finding.Currency, finding.Amount));
        Assert.Equal(TradingMode.ReduceOnly, Assert.Single(a.Effects.OfType<ReconcilerEffect.Breach>()).Mode);
        Assert.NotNull(a.State.BlockOf(Btc));
        a.Move("USDT", 3, reason: null);
        a.SweepUntilSure(1);
        Assert.Empty(a.State.Findings);
    }

    [Fact]
    public void A_difference_that_is_another_one_each_time_is_no_alarm()
    {
        var a = Open();
        for (var i = 1; i < 8; i++)
        {
            a.Move("USDT", i % 2 == 0 ? -i : i, reason: null);
            a.SweepUntilSure(1);
        }
        Assert.Empty(a.Raised);
    }

    [Fact]
    public void A_fill_that_the_books_miss_wakes_its_tracker_and_is_told_when_that_does_not_help()
    {
        var a = Open();
        a.Intend(Btc, 1, Side.Buy);
        a.Fill(a.Arrive(Btc, SmallAccount.Id(Btc, 1), Side.Buy));
        a.Settle(Btc, 1);
        a.SweepUntilSure(1);
        Assert.Equal(SmallAccount.Id(Btc, 1), Assert.Single(a.Effects.OfType<ReconcilerEffect.Wake>()).ClientOrderId);
        a.SweepUntilSure(3);
        Assert.Contains(a.Raised, f => f.Kind == FindingKind.FillMissing);
    }

    [Theory]
    [InlineData(OrderOutcome.Absent, true)]
    [InlineData(OrderOutcome.Quarantined, false)]
    public void A_ghost_is_taken_over_unless_it_waits_for_a_person_and_never_on_an_answer_that_may_be_old(OrderOutcome outcome, bool adopted)
    {
        var a = Open();
        a.Intend(Btc, 1, Side.Buy);
        a.Settle(Btc, 1, outcome: outcome);
        a.Arrive(Btc, SmallAccount.Id(Btc, 1), Side.Buy);
        a.NowMs += 20_000;
        a.Sweep();
        Assert.Empty(a.Raised);
        a.NowMs += 20_000;
        a.Sweep();
        Assert.Equal(FindingKind.Ghost, Assert.Single(a.Raised).Kind);
        Assert.Equal(adopted, a.Effects.OfType<ReconcilerEffect.Adopt>().Any(e => e.Order is { Cancel: true }));
    }

    [Fact]
    public void A_stop_that_should_wait_and_does_not_wakes_its_tracker_and_one_that_should_not_is_cancelled()
    {
        var a = Open();
        var stop = SmallAccount.Id(Btc, 1, IntentLeg.Stop);
        a.Intend(Btc, 1, Side.Sell, IntentLeg.Stop, 90);
        a.Wait(stop, Btc);
        a.Write(new ProtectionConfirmed(a.NowMs, stop, 1, 90));
        a.SweepUntilSure(2);
        Assert.Empty(a.Raised);
        a.TakeStops();
        a.SweepUntilSure(5);
        Assert.Equal(FindingKind.StopMissing, Assert.Single(a.Raised).Kind);
        Assert.Contains(a.Effects.OfType<ReconcilerEffect.Wake>(), w => w.ClientOrderId == stop);
        a.Settle(Btc, 1, IntentLeg.Stop);
        a.Wait(stop, Btc);
        a.SweepUntilSure(1);
        Assert.Contains(a.Effects.OfType<ReconcilerEffect.Adopt>(), e => e.Order is { Cancel: true, StopPrice: 90 } && e.Order.ClientOrderId == stop);
    }

    [Fact]
    public void The_nameless_order_that_a_stop_placed_is_not_taken_for_one_of_other_hands()
    {
        var a = Open();
        var stop = SmallAccount.Id(Btc, 1, IntentLeg.Stop);
        a.Intend(Btc, 1, Side.Sell, IntentLeg.Stop, 90);
        a.Wait(stop, Btc);
        a.Write(new ProtectionConfirmed(a.NowMs, stop, 1, 90));
        a.SweepUntilSure(1);
        a.TakeStops();
        var fill = a.Fill(a.Arrive(Btc, null, Side.Sell));
        a.SweepUntilSure(3);
        Assert.DoesNotContain(a.Raised, f => f.Kind is FindingKind.ForeignTrade or FindingKind.ForeignOrder or FindingKind.Unexplained);
        a.Write(new FillApplied(a.NowMs, stop, fill));
        a.Settle(Btc, 1, IntentLeg.Stop);
        a.SweepUntilSure(3);
        Assert.DoesNotContain(a.Raised, f => f.Kind is FindingKind.ForeignTrade or FindingKind.ForeignOrder or FindingKind.Unexplained);
        Assert.Equal(0, a.Memory.Checks["BTC"].Difference);
    }

    /// <summary>R5, F11: whatever part of the journal is lost, an order in it is found, taken over, and nothing is opened.</summary>
    [Fact]
    public void An_older_database_is_recognised_by_any_order_that_it_does_not_hold() => Gen.Int[0, 7].Select(Gen.Bool).Sample(
        (lost, reused) =>
        {
            var a = new SmallAccount();
            a.Sweep();
            for (var i = 1; i <= 4; i++)
            {
                a.NowMs += 20_000;
                if (i == 3)
                    a.Sweep();
                a.Intend(Btc, i, i % 2 == 1 ? Side.Buy : Side.Sell);
                var fill = a.Fill(a.Arrive(Btc, SmallAccount.Id(Btc, i), i % 2 == 1 ? Side.Buy : Side.Sell));
                a.Write(new FillApplied(a.NowMs, SmallAccount.Id(Btc, i), fill));
                a.Settle(Btc, i);
            }
            a.NowMs += 60_000;
            a.Restore(2 + (lost + 1) / 3 * 3, a.State.ToSnapshot());
            var held = a.Known.Of(Btc).NextIntent - 1;
            if (reused && held < 4)
                a.Intend(Btc, 5, Side.Sell, IntentLeg.Exit); // a protective sell of the older database counted on: the lost numbers are below it now
            a.NowMs += 60_000;
            a.Sweep();
            var found = a.Raised.Where(f => f.Kind == FindingKind.JournalRollback).ToList();
            var adopted = a.Effects.OfType<ReconcilerEffect.Adopt>().Count();
            return found.Count == 4 - held && adopted == found.Count && (found.Count == 0 || a.State.BlockOf(SmallAccount.Eth) is not null);
        },
        iter: 200);

    [Fact]
    public void An_empty_second_database_takes_nothing_over_and_opens_nothing()
    {
        var a = new SmallAccount();
        a.Arrive(Btc, SmallAccount.Id(Btc, 7), Side.Buy, createdAtMs: a.NowMs - 86_400_000);
        a.Wait(SmallAccount.Id(SmallAccount.Eth, 8, IntentLeg.Stop, "zzzzzz"), SmallAccount.Eth);
        a.Sweep();
        Assert.Equal(2, a.Raised.Count);
        Assert.All(a.Raised, f => Assert.Equal(FindingKind.AnotherDeployment, f.Kind));
        Assert.NotNull(a.State.BlockOf(Btc));
        Assert.Empty(a.Effects.OfType<ReconcilerEffect.Adopt>());
    }

    [Fact]
    public void An_order_of_our_name_that_came_while_we_ran_is_anothers_and_is_not_taken_over()
    {
        var a = Open();
        a.NowMs += 60_000;
        a.Arrive(Btc, SmallAccount.Id(Btc, 1), Side.Buy);
        a.Sweep();
        Assert.Equal(FindingKind.AnotherDeployment, Assert.Single(a.Raised).Kind);
        Assert.Empty(a.Effects.OfType<ReconcilerEffect.Adopt>());
    }

    [Fact]
    public void A_state_that_was_stored_is_the_same_state()
    {
        var a = Open();
        a.Move("USDT", 5, "TRANSFER");
        a.Arrive(Btc, null, Side.Buy);
        a.SweepUntilSure(2);
        var stored = a.State.ToSnapshot();
        Assert.Equivalent(stored, ReconcilerState.From(stored).ToSnapshot(), strict: true);
        Assert.NotEmpty(stored.Findings);
        Assert.NotEmpty(stored.BookedIds);
    }

    private static SmallAccount Open()
    {
        var a = new SmallAccount();
        a.Sweep();
        Assert.True(a.State.IsOpen);
        a.NowMs += 1_000;
        return a;
    }

    /// <summary>An order on its way through intent, exchange and books.</summary>
    private sealed class Order(Symbol symbol, long intent)
    {
        private readonly Side _side = intent == 1 ? Side.Buy : Side.Sell;
        private int _at;
        private string _id = "";
        private FillReport? _fill;

        public void Advance(SmallAccount a)
        {
            switch (_at++)
            {
                case 0:
                    a.Intend(symbol, intent, _side);
                    break;
                case 1:
                    _id = a.Arrive(symbol, SmallAccount.Id(symbol, intent), _side);
                    break;
                case 2:
                    _fill = a.Fill(_id);
                    break;
                case 3:
                    a.Write(new FillApplied(a.NowMs, SmallAccount.Id(symbol, intent), _fill! with { Fee = null, FeeCurrency = null }));
                    break;
                case 4:
                    a.Write(new FeeApplied(a.NowMs, SmallAccount.Id(symbol, intent), _id, _fill!.TradeId, _fill.Fee!.Value, "USDT"), symbol);
                    break;
                case 5:
                    a.Settle(symbol, intent);
                    break;
            }
        }

        public void Finish(SmallAccount a)
        {
            while (_at > 0 && _at < 6)
                Advance(a);
        }
    }
}
