using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;
using Bot.Trading.Strategies;

namespace Bot.Trading.Tests.Pairs;

/// <summary>Ladder, break-even, time limit, and how the first stop is measured.</summary>
public class LevelTests
{
    private static readonly ProtectionSettings Ladder = new() { Ladder = new Dictionary<string, double> { ["2"] = 0.5, ["1"] = 0.3 } };

    [Fact]
    public void The_ladder_sells_parts_on_the_way_up()
    {
        var bench = new PairBench(Ladder).Holding(10, stop: 5, target: 20);
        bench.Tick(104.99m);
        Assert.False(bench.State.HasOpen(IntentLeg.Exit));
        bench.Tick(105);
        var first = bench.Journal.OfType<OrderIntended>().Last();
        Assert.Equal((ExitReason.Ladder, 3m), (first.Exit, first.Spec.Size));
        Assert.Null(bench.State.ExitWanted);
        bench.Fill(bench.LastOrderId, 3, 105);
        bench.Settle(bench.LastOrderId);
        bench.Do(new PairInput.Woken());
        bench.Tick(109);
        Assert.False(bench.State.HasOpen(IntentLeg.Exit));
        bench.Tick(110);
        Assert.Equal(5m, bench.Journal.OfType<OrderIntended>().Last().Spec.Size);
        bench.Fill(bench.LastOrderId, 5, 110);
        bench.Settle(bench.LastOrderId);
        bench.Tick(95);
        var rest = bench.Journal.OfType<OrderIntended>().Last();
        Assert.Equal((ExitReason.StopLoss, 2m), (rest.Exit, rest.Spec.Size));
        bench.Fill(bench.LastOrderId, 2, 95);
        bench.Settle(bench.LastOrderId);
        Assert.Equal(10, Assert.Single(bench.Journal.OfType<PositionClosed>()).Quantity);
    }

    [Fact]
    public void Two_steps_at_once_are_one_order_and_a_target_sells_everything()
    {
        var bench = new PairBench(Ladder).Holding(10, stop: 5, target: 20);
        bench.Tick(112);
        Assert.Equal(8m, bench.Journal.OfType<OrderIntended>().Last().Spec.Size);
        bench.Fill(bench.LastOrderId, 1, 112); // a thin book
        bench.Settle(bench.LastOrderId);
        bench.Tick(111);
        Assert.Equal(7m, bench.Journal.OfType<OrderIntended>().Last().Spec.Size);
        bench.Fill(bench.LastOrderId, 7, 111);
        bench.Settle(bench.LastOrderId);
        bench.Tick(120);
        Assert.Equal((ExitReason.TakeProfit, 2m), (bench.Journal.OfType<OrderIntended>().Last().Exit, bench.Journal.OfType<OrderIntended>().Last().Spec.Size));
    }

    [Fact]
    public void The_last_step_of_a_full_ladder_sells_all_that_is_left()
    {
        var bench = new PairBench(new ProtectionSettings { Ladder = new Dictionary<string, double> { ["1"] = 0.5, ["2"] = 0.5 } }).Holding(10, stop: 5);
        bench.Tick(111);
        var exit = bench.Journal.OfType<OrderIntended>().Last();
        Assert.Equal((ExitReason.TakeProfit, 10m), (exit.Exit, exit.Spec.Size));
    }

    [Fact]
    public void The_levels_move_with_the_average_entry()
    {
        var bench = new PairBench(Ladder with { BreakEvenR = 1 });
        var entry = bench.Enter(10, stop: 5);
        bench.Fill(entry, 5, 100);
        Assert.Equal([105, 110], bench.State.Protection!.Ladder!.Select(l => l.Price));
        bench.Fill(entry, 5, 98);
        Assert.Equal([104, 109], bench.State.Protection!.Ladder!.Select(l => l.Price));
        Assert.Equal(104, bench.State.Protection.BreakEvenPrice);
    }

    [Fact]
    public void A_part_in_doubt_keeps_nobody_from_selling_the_rest()
    {
        var bench = new PairBench(Ladder).Holding(10, stop: 5);
        bench.Tick(105);
        var part = bench.LastOrderId;
        bench.Tick(95);
        Assert.Equal(part, bench.LastOrderId);
        bench.Do(new PairInput.OrderInDoubt(part));
        bench.Wait(10_000);
        Assert.Equal(part, bench.LastOrderId); // a part is never sold twice
        bench.Tick(95);
        Assert.Equal(ExitReason.StopLoss, bench.Journal.OfType<OrderIntended>().Last().Exit);
    }

    [Fact]
    public void Profit_enough_moves_the_stop_to_where_the_trade_pays_its_fees()
    {
        var bench = new PairBench(new ProtectionSettings { BreakEvenR = 1 }).Holding(10, stop: 5);
        bench.Tick(104.99m);
        Assert.Equal(95, bench.State.Protection!.StopPrice);
        bench.Tick(105);
        Assert.Equal((100.2m, (decimal?)null), (bench.State.Protection!.StopPrice, bench.State.Protection.BreakEvenPrice));
        var rows = bench.Journal.Count;
        bench.Tick(106);
        Assert.Equal(rows, bench.Journal.Count);
        bench.Tick(100.2m);
        Assert.True(bench.State.HasOpen(IntentLeg.Exit));
    }

    [Fact]
    public void A_position_is_sold_when_it_was_held_for_as_long_as_it_may_be()
    {
        var bench = new PairBench(new ProtectionSettings { MaxHoldMinutes = 10 }).Holding(10, stop: 5);
        var until = bench.State.Protection!.ExitAtMs!.Value;
        while (bench.Context.NowMs + 1_000 < until)
            bench.Tick(100);
        Assert.False(bench.State.HasOpen(IntentLeg.Exit));
        bench.Tick(100);
        Assert.Equal(ExitReason.TimeLimit, bench.Journal.OfType<OrderIntended>().Last().Exit);
    }

    [Fact]
    public void The_first_stop_is_measured_by_a_fraction_or_by_the_range_of_the_candles()
    {
        var fraction = new PairBench(new ProtectionSettings { StopFraction = 0.02m }).Holding(10, stop: 5);
        Assert.Equal(98, fraction.State.Protection!.StopPrice);

        var atr = new PairBench(new ProtectionSettings { StopAtr = 3, AtrPeriod = 2 });
        atr.Tick(100);
        atr.Candle(new Signal(SignalKind.EnterLong, 5));
        Assert.Equal(1, atr.Notes("ATR_NOT_READY"));
        for (var i = 0; i < 4; i++)
            atr.Candle(Signal.None, i % 2 == 0 ? 100 : 102);
        atr.Holding(1, stop: 50);
        Assert.Equal(94.37m, atr.State.Protection!.StopPrice); // ranges of 0, 2, 2, 2 and 2 smooth to 1.875
    }

    [Theory]
    [InlineData("0", 0.5, false)]
    [InlineData("x", 0.5, false)]
    [InlineData("1,5", 0.5, false)]
    [InlineData("1.5", 0, false)]
    [InlineData("1.5", 1.1, false)]
    [InlineData("1.5", 1, true)]
    public void A_ladder_that_cannot_be_is_told(string level, double share, bool isGood) =>
        Assert.Equal(isGood, new ProtectionSettings { Ladder = new Dictionary<string, double> { [level] = share } }.LadderFault() is null);
}
