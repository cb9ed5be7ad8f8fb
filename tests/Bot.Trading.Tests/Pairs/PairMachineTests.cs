using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Strategies;
using CsCheck;

namespace Bot.Trading.Tests.Pairs;

public class PairMachineTests
{
    private static readonly Signal Buy = new(SignalKind.EnterLong, 5, null, null, "test", null);
    private static readonly Signal Sell = new(SignalKind.ExitLong, Reason: "test");

    [Fact]
    public void An_entry_asks_for_money_and_intends_only_when_it_is_granted()
    {
        var bench = new PairBench();
        bench.Tick(100);
        bench.Candle(Buy);
        Assert.Empty(bench.Journal.OfType<OrderIntended>());
        var request = Assert.Single(bench.Effects.OfType<PairEffect.RequestGrant>()).Request;
        Assert.Equal(95, request.StopPrice);
        Assert.True(request.EntryPrice > 100);
        bench.Do(new PairInput.GrantAnswered(request.IntentNumber, new RiskDecision(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "NO_MONEY"), 0));
        Assert.Empty(bench.Journal.OfType<OrderIntended>());
        Assert.Equal(1, bench.Notes("NO_MONEY"));
    }

    [Fact]
    public void An_intent_carries_everything_that_explains_it()
    {
        var bench = new PairBench();
        bench.Enter();
        var intended = Assert.Single(bench.Journal.OfType<OrderIntended>());
        Assert.Equal(("test", "scripted", "v", 1L), (intended.Reason, intended.Strategy, intended.ConfigurationVersion, intended.IntentNumber));
        Assert.NotNull(intended.Risk);
        Assert.NotNull(intended.Plan);
        Assert.NotNull(intended.CandleOpenMs);
        Assert.Contains("ABC-USDT/candle/", intended.CorrelationId, StringComparison.Ordinal);
        Assert.Equal(TimeInForce.Ioc, intended.Spec.TimeInForce);
    }

    [Fact]
    public void The_first_partial_fill_is_protected_in_the_same_write()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        var before = bench.Journal.Count;
        bench.Fill(id, 0.5m, 100);
        Assert.Equal([typeof(FillApplied), typeof(ProtectionPlanned)], bench.Journal.Skip(before).Select(e => e.GetType()));
        Assert.Equal(95, bench.State.Protection?.StopPrice);
        Assert.True(bench.Memory.Monitor.IsArmed);
    }

    [Fact]
    public void A_fill_that_is_told_twice_changes_the_position_once()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        var fill = new FillReport(PairBench.Rules.Symbol, "x", 5, Side.Buy, 100, 4, null, null, null, 1);
        bench.Do(new PairInput.OrderFilled(id, fill));
        bench.Do(new PairInput.OrderFilled(id, fill));
        Assert.Equal(4, bench.State.Position.Quantity);
        bench.Do(new PairInput.OrderFilled(id, fill with { Fee = 0.4m, FeeCurrency = "USDT" }));
        bench.Do(new PairInput.OrderFee(id, "x", 5, 0.4m, "USDT"));
        Assert.Equal(4, bench.State.Position.Quantity);
        Assert.Equal(0.4m, bench.State.Position.Fees);
    }

    [Fact]
    public void The_stop_sells_everything_at_market_without_asking_anybody()
    {
        var bench = new PairBench().Holding(10, stop: 5);
        bench.Effects.Clear();
        bench.Tick(95.01m);
        Assert.False(bench.State.HasOpen(IntentLeg.Exit));
        bench.Tick(95);
        var exit = bench.Journal.OfType<OrderIntended>().Last();
        Assert.Equal((Side.Sell, OrderType.Market, 10m, ExitReason.StopLoss), (exit.Spec.Side, exit.Spec.Type, exit.Spec.Size, exit.Exit));
        Assert.Equal(95, exit.TriggerPrice);
        Assert.Empty(bench.Effects.OfType<PairEffect.RequestGrant>());
    }

    [Fact]
    public void While_an_exit_works_no_second_one_is_made()
    {
        var bench = new PairBench().Holding();
        bench.Tick(95);
        bench.Tick(90);
        bench.Candle(Sell);
        Assert.Single(bench.Journal.OfType<OrderIntended>(), i => i.Leg == IntentLeg.Exit);
    }

    [Fact]
    public void The_target_takes_profit()
    {
        var bench = new PairBench().Holding(10, stop: 5, target: 8);
        bench.Tick(107.99m);
        Assert.False(bench.State.HasOpen(IntentLeg.Exit));
        bench.Tick(108);
        Assert.Equal(ExitReason.TakeProfit, bench.Journal.OfType<OrderIntended>().Last().Exit);
    }

    [Fact]
    public void The_trailing_stop_follows_up_never_down_and_is_journaled_in_steps()
    {
        var bench = new PairBench().Holding(10, stop: 5, trail: 4);
        bench.Tick(100.5m);
        Assert.Equal(96.5m, bench.State.Protection!.StopPrice);
        bench.Tick(103);
        Assert.Equal(99, bench.State.Protection!.StopPrice);
        var rows = bench.Journal.Count;
        bench.Tick(103.9m); // moves the implied stop by 0.9, less than a quarter of the distance
        bench.Tick(100);
        Assert.Equal(rows, bench.Journal.Count);
        bench.Tick(99);
        Assert.Equal(ExitReason.TrailingStop, bench.Journal.OfType<OrderIntended>().Last().Exit);
    }

    [Fact]
    public void The_opposite_signal_sells_in_loss_too()
    {
        var bench = new PairBench().Holding(10, stop: 50);
        bench.Tick(80);
        bench.Candle(Sell, 80);
        Assert.Equal(ExitReason.Signal, bench.Journal.OfType<OrderIntended>().Last().Exit);
    }

    [Fact]
    public void A_partly_filled_exit_is_followed_by_another_for_the_rest()
    {
        var bench = new PairBench().Holding();
        bench.Tick(95);
        var first = bench.LastOrderId;
        bench.Fill(first, 4, 94.9m);
        var effects = bench.Settle(first);
        Assert.Contains(new PairEffect.Wake(0), effects);
        bench.Do(new PairInput.Woken());
        var second = bench.Journal.OfType<OrderIntended>().Last();
        Assert.Equal((6m, 3L, ExitReason.StopLoss), (second.Spec.Size, second.IntentNumber, second.Exit));
    }

    [Fact]
    public void A_refused_exit_is_tried_again_after_a_pause_not_at_once()
    {
        var bench = new PairBench().Holding();
        bench.Tick(95);
        bench.Settle(bench.LastOrderId, OrderOutcome.Refused);
        var intents = bench.Journal.OfType<OrderIntended>().Count();
        bench.Context.NowMs -= 1_000;
        bench.Tick(94);
        Assert.Equal(intents, bench.Journal.OfType<OrderIntended>().Count());
        bench.Context.NowMs += 5_000;
        bench.Do(new PairInput.Woken());
        Assert.Equal(intents + 1, bench.Journal.OfType<OrderIntended>().Count());
    }

    [Fact]
    public void A_sell_in_doubt_is_authorised_again_under_a_new_id()
    {
        var bench = new PairBench().Holding();
        bench.Tick(95);
        var first = bench.LastOrderId;
        bench.Do(new PairInput.OrderInDoubt(first));
        bench.Do(new PairInput.Woken());
        Assert.Equal(first, bench.LastOrderId);
        bench.Context.NowMs += bench.Context.Settings.DoubtPatienceMs;
        bench.Do(new PairInput.Woken());
        var again = bench.Journal.OfType<OrderIntended>().Last();
        Assert.Equal((2, 2L), (again.Attempt, again.IntentNumber));
        Assert.NotEqual(first, again.Spec.ClientOrderId);
        bench.Do(new PairInput.Woken());
        Assert.Equal(again.Spec.ClientOrderId, bench.LastOrderId);
    }

    [Fact]
    public void Sells_in_doubt_follow_each_other_ever_more_slowly()
    {
        var bench = new PairBench().Holding();
        bench.Tick(95);
        var pauses = new List<long>();
        for (var attempt = 1; attempt <= 8; attempt++)
        {
            var pause = bench.Do(new PairInput.OrderInDoubt(bench.LastOrderId)).OfType<PairEffect.Wake>().Single().DelayMs;
            bench.Context.NowMs += pause - 1;
            bench.Do(new PairInput.Woken());
            Assert.Equal(attempt, bench.Journal.OfType<OrderIntended>().Last().Attempt);
            bench.Context.NowMs++;
            bench.Do(new PairInput.Woken());
            Assert.Equal(attempt + 1, bench.Journal.OfType<OrderIntended>().Last().Attempt);
            pauses.Add(pause);
        }
        Assert.Equal([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000], pauses);
    }

    [Fact]
    public void An_entry_in_doubt_is_never_repeated_and_blocks_the_next()
    {
        var bench = new PairBench();
        var id = bench.Enter();
        bench.Do(new PairInput.OrderInDoubt(id));
        bench.Context.NowMs += 1_000_000;
        bench.Do(new PairInput.Woken());
        bench.Tick(100);
        bench.Candle(Buy);
        Assert.Single(bench.Journal.OfType<OrderIntended>());
        Assert.Equal(1, bench.Notes("ORDER_UNSETTLED"));
    }

    [Fact]
    public void A_round_trip_is_booked_with_its_fees()
    {
        var bench = new PairBench();
        var entry = bench.Enter(10, stop: 5);
        bench.Fill(entry, 10, 100, fee: 1);
        bench.Settle(entry);
        bench.Tick(95);
        bench.Fill(bench.LastOrderId, 10, 95, fee: null);
        bench.Do(new PairInput.OrderFee(bench.LastOrderId, $"x-{bench.LastOrderId}", 2, 0.95m, "USDT"));
        bench.Settle(bench.LastOrderId);
        var closed = Assert.Single(bench.Journal.OfType<PositionClosed>());
        Assert.Equal((-50m, 1.95m, -51.95m, ExitReason.StopLoss), (closed.GrossPnl, closed.Fees, closed.NetPnl, closed.Reason));
        Assert.Equal(-51.95m, bench.State.Position.CashFlow);
        Assert.Null(bench.State.Protection);
        Assert.Null(PairDecider.EntryBlock(bench.State, bench.Memory, bench.Context, bench.Context.NowMs));
    }

    [Fact]
    public void Inputs_that_come_together_decide_as_if_they_came_one_by_one()
    {
        var together = new PairBench();
        var id = together.Enter(10);
        var alone = new PairBench();
        alone.Enter(10);
        PairInput[] inputs =
        [
            new PairInput.OrderFilled(id, new FillReport(PairBench.Rules.Symbol, "x", 1, Side.Buy, 100, 4, null, null, null, 1)),
            new PairInput.OrderFilled(id, new FillReport(PairBench.Rules.Symbol, "x", 2, Side.Buy, 101, 6, 0.6m, "USDT", null, 1)),
            new PairInput.OrderFee(id, "x", 1, 0.4m, "USDT"),
            new PairInput.OrderSettled(id, OrderOutcome.Closed, 10, 1006, "", ""),
        ];
        together.Do(new PairInput.Several(inputs));
        foreach (var input in inputs)
            alone.Do(input);
        Assert.Equal(alone.Journal, together.Journal);
        Assert.Equal(1m, together.State.Position.Fees);
    }

    [Fact]
    public void What_is_too_small_to_sell_is_dust_and_leaves_with_the_next_exit()
    {
        var bench = new PairBench();
        var entry = bench.Enter(10);
        bench.Fill(entry, 10, 100);
        bench.Settle(entry);
        bench.Tick(95);
        var exit = bench.LastOrderId;
        bench.Fill(exit, 9.995m, 95);
        bench.Settle(exit);
        Assert.Equal(0.005m, Assert.Single(bench.Journal.OfType<PositionClosed>()).Dust);
        Assert.Equal(0.005m, bench.State.Position.Quantity);
        Assert.Null(bench.State.Protection);

        bench.Context.NowMs += 1_000_000;
        var again = bench.Enter(10);
        bench.Fill(again, 10, 100);
        bench.Settle(again);
        bench.Tick(95);
        Assert.Equal(10m, bench.Journal.OfType<OrderIntended>().Last().Spec.Size); // 10.005 on the increment
    }

    [Fact]
    public void A_late_fill_of_a_settled_entry_is_protected()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        bench.Settle(id);
        Assert.Null(bench.State.Protection);
        bench.Fill(id, 3, 100);
        Assert.Equal(3, bench.State.Position.Quantity);
        Assert.Equal(95, bench.State.Protection?.StopPrice);
    }

    [Fact]
    public void A_restart_takes_over_with_a_new_epoch_and_starts_every_unsettled_tracker()
    {
        var bench = new PairBench();
        var id = bench.Enter(10);
        bench.Fill(id, 4, 100);
        var effects = bench.Restart();
        Assert.Equal(1, bench.State.Epoch);
        Assert.Equal(id, Assert.Single(effects.OfType<PairEffect.StartTracker>()).Spec.ClientOrderId);
        Assert.Equal((4m, 95m), (bench.State.Position.Quantity, bench.State.Protection!.StopPrice));
        bench.Restart();
        Assert.Equal(2, bench.State.Epoch);
        bench.Tick(95);
        Assert.Equal(4m, bench.Journal.OfType<OrderIntended>().Last().Spec.Size);
    }

    [Fact]
    public void A_grant_that_nobody_waits_for_is_given_back()
    {
        var bench = new PairBench();
        bench.Tick(100);
        bench.Candle(Buy);
        var request = bench.Effects.OfType<PairEffect.RequestGrant>().Last().Request;
        bench.Restart();
        var effects = bench.Do(new PairInput.GrantAnswered(request.IntentNumber, new RiskDecision(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, null), 500));
        Assert.Contains(new PairEffect.ReleaseGrant(request.IntentNumber), effects);
        Assert.Empty(bench.Journal.OfType<OrderIntended>());
    }

    [Fact]
    public void A_delisted_pair_sells_and_opens_nothing_any_more()
    {
        var bench = new PairBench().Holding();
        bench.Do(new PairInput.WindDown(PairPhase.Delisted, Flatten: true, "gone"));
        Assert.Equal(ExitReason.WindDown, bench.Journal.OfType<OrderIntended>().Last().Exit);
        bench.Fill(bench.LastOrderId, 10, 99);
        bench.Settle(bench.LastOrderId);
        bench.Tick(100);
        bench.Candle(Buy);
        Assert.Equal(1, bench.Notes("PAIR_NOT_TRADING"));
    }

    [Fact]
    public void Paused_entries_do_not_stop_exits()
    {
        var bench = new PairBench().Holding();
        bench.Do(new PairInput.PauseEntries("operator"));
        bench.Context.Mode = TradingMode.Halted;
        bench.Context.GateOpen = false;
        bench.Tick(90);
        Assert.True(bench.State.HasOpen(IntentLeg.Exit));
    }

    [Fact]
    public void A_tick_that_decides_nothing_allocates_nothing()
    {
        var bench = new PairBench().Holding(10, stop: 5, target: 20, trail: 6);
        var sink = new Sink<PairEvent, PairEffect>();
        var tick = new PriceTick(bench.Context.NowMs, 10_000, 10_000, 10_000);
        PairDecider.OnTick(bench.State, bench.Memory, bench.Context, tick, sink);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            PairDecider.OnTick(bench.State, bench.Memory, bench.Context, tick, sink);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>Random histories: whatever comes in whatever order, replay gives the live state and nothing held is bare.</summary>
    [Fact]
    public void Replay_of_any_history_gives_the_live_state_and_nothing_held_is_bare() =>
        Gen.Select(Gen.Int[0, 7], Gen.Int[90, 112]).Array[5, 60].Sample(steps =>
        {
            var bench = new PairBench();
            bench.Tick(100);
            foreach (var (what, price) in steps)
            {
                var open = bench.State.Attempts.Where(a => a.IsOpen).Select(a => a.ClientOrderId).ToList();
                switch (what)
                {
                    case 0:
                        bench.Candle(new Signal(SignalKind.EnterLong, 5, 10, 4, "r", null), price);
                        if (bench.Memory.Pending is { } p)
                            bench.Do(new PairInput.GrantAnswered(p.IntentNumber, new RiskDecision(1, 1, 1, p.LimitPrice, 1, 5, 5, 5, 5, 5, null), 500));
                        break;
                    case 1:
                        bench.Candle(Sell, price);
                        break;
                    case 2 or 3:
                        bench.Tick(price);
                        break;
                    case 4 when open.Count > 0:
                        var attempt = bench.State.Find(open[0])!;
                        var rest = attempt.Intended.Spec.Size - attempt.FilledSize;
                        if (rest > 0)
                            bench.Fill(open[0], Math.Min(rest, 2.5m), price, fee: price % 2 == 0 ? 0.1m : null);
                        break;
                    case 5 when open.Count > 0:
                        bench.Settle(open[0]);
                        break;
                    case 6 when open.Count > 0:
                        bench.Do(new PairInput.OrderInDoubt(open[0]));
                        bench.Context.NowMs += 3_000;
                        bench.Do(new PairInput.Woken());
                        break;
                    case 7:
                        bench.Restart();
                        break;
                }
                Assert.False(bench.State is { Trade: not null, Protection: null, Position.Quantity: > 0 }, "held without protection");
                Assert.True(bench.State.Attempts.Count(a => a.IsOpen && a.Intended.Leg == IntentLeg.Entry) <= 1, "two entries at once");
            }
            var replayed = new PairState();
            bench.Journal.ForEach(replayed.Apply);
            var again = PairState.From(bench.State.ToSnapshot());
            Assert.Equal(Text(bench.State), Text(replayed));
            Assert.Equal(Text(bench.State), Text(again));
        });

    private static string Text(PairState s) => System.Text.Json.JsonSerializer.Serialize(s.ToSnapshot());
}
