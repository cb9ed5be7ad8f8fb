using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Strategies;

namespace Bot.Trading.Tests.Pairs;

/// <summary>Where the controls meet the pair: what is refused says why, what passes can be checked again, and exits never ask.</summary>
public class PairControlTests
{
    private static readonly ControlSettings Controls = new();

    [Fact]
    public void An_entry_keeps_what_the_controls_looked_at_and_anybody_can_check_it_again()
    {
        var bench = Bench();
        bench.Enter(size: 0.9m);
        var intended = bench.Journal.OfType<OrderIntended>().Single();
        Assert.Equal(SelfTradeRule.CancelNewest, intended.Spec.SelfTrade);
        Assert.Equal((10_000, 95, 0), ((int)intended.Facts!.Value.Equity!, (int)intended.Facts.Value.StopPrice!, (int)intended.Facts.Value.EntriesOfPair!));
        var order = ControlOrder.Of(intended.Spec, IntentLeg.Entry);
        Assert.True(PreTrade.Check(order, intended.Facts.Value, PairBench.Rules, Controls, new RiskLimits()).Passes);
        Assert.False(PreTrade.Check(order, intended.Facts.Value with { Mode = TradingMode.Halted }, PairBench.Rules, Controls, new RiskLimits()).Passes);
    }

    [Fact]
    public void A_refused_entry_gives_its_money_back_and_says_which_control_refused_it()
    {
        var bench = Bench();
        Ask(bench, size: 10);
        Assert.Empty(bench.Journal.OfType<OrderIntended>());
        Assert.Equal(1, bench.Notes("ORDER_VALUE control=C2"));
        Assert.Equal(Control.OrderNotional, bench.Effects.OfType<PairEffect.ControlTripped>().Single().Control);
        Assert.Single(bench.Effects.OfType<PairEffect.ReleaseGrant>());
    }

    [Fact]
    public void The_same_entry_again_within_the_window_is_a_duplicate()
    {
        var bench = Bench(Controls with { DuplicateMs = 120_000 });
        bench.Settle(bench.Enter(size: 0.9m));
        Ask(bench, size: 0.9m);
        Assert.Equal(1, bench.Notes("DUPLICATE control=C9"));
        bench.Context.NowMs += 1_000;
        Ask(bench, size: 0.8m);
        Assert.Equal(2, bench.Journal.OfType<OrderIntended>().Count());
    }

    [Fact]
    public void Prices_that_cannot_be_close_the_pair_for_a_minute()
    {
        var bench = Bench();
        bench.Tick(100);
        bench.Tick(120);
        bench.Context.NowMs -= 60_000;
        Ask(bench, size: 0.9m, price: 120);
        Assert.Equal(1, bench.Notes("FEED_NOT_SANE control=C13"));
    }

    [Fact]
    public void A_breaker_of_the_node_closes_the_pair_and_lets_its_exit_pass()
    {
        var bench = Bench();
        var id = bench.Enter(size: 0.9m);
        bench.Fill(id, 0.9m, 100);
        bench.Settle(id);
        bench.Context.Conditions = new NodeConditions(60_000, 5_000, false, Control.RejectStorm, "REJECT_STORM control=C21 rejects=5");
        (bench.Context.Mode, bench.Context.ModeReason) = (TradingMode.Halted, "drill");
        bench.Tick(90);
        var exit = bench.Journal.OfType<OrderIntended>().Last();
        Assert.Equal((IntentLeg.Exit, 0.9m, SelfTradeRule.CancelOldest), (exit.Leg, exit.Spec.Size, exit.Spec.SelfTrade));
        bench.Fill(exit.Spec.ClientOrderId, 0.9m, 90);
        bench.Settle(exit.Spec.ClientOrderId);
        Assert.StartsWith("TRADING_MODE control=C1 mode=Halted reason=drill", Block(bench), StringComparison.Ordinal);
        bench.Context.Mode = TradingMode.Active;
        Assert.StartsWith("REJECT_STORM control=C21", Block(bench), StringComparison.Ordinal);
        bench.Context.Conditions = default;
        Assert.Null(Block(bench));
    }

    [Fact]
    public void Far_more_filled_than_ordered_pauses_the_pair_and_protects_all_of_it()
    {
        var bench = Bench();
        var id = bench.Enter(size: 0.9m);
        bench.Fill(id, 1.8m, 100);
        Assert.Null(bench.State.EntriesPausedReason);
        bench.Fill(id, 0.01m, 100);
        Assert.StartsWith("FILLED_BEYOND_INTENT control=C11", bench.State.EntriesPausedReason, StringComparison.Ordinal);
        Assert.NotNull(bench.State.Protection);
    }

    [Fact]
    public void The_third_bad_execution_in_a_row_pauses_the_pair_until_a_person_resumes_also_over_a_restart()
    {
        var bench = Bench(Controls with { DuplicateMs = 0, MaxEntryRisk = 1 });
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(bench.State.EntriesPausedReason);
            var id = bench.Enter(size: 0.9m);
            bench.Fill(id, 0.9m, 100.6m);
            bench.Settle(id);
            bench.Do(new PairInput.FlattenNow("test"));
            var exit = bench.LastOrderId;
            bench.Fill(exit, 0.9m, 100);
            bench.Settle(exit);
        }
        Assert.StartsWith("SLIPPAGE control=C22", bench.State.EntriesPausedReason, StringComparison.Ordinal);
        bench.Restart();
        bench.Context.Controls = Controls;
        Assert.StartsWith("ENTRIES_PAUSED reason=SLIPPAGE", Block(bench), StringComparison.Ordinal);
        bench.Do(new PairInput.ResumeEntries("looked at it"));
        Assert.Null(bench.State.EntriesPausedReason);
        Assert.True(bench.State.Record.Open(bench.Context.NowMs, Controls).Passes);
    }

    [Fact]
    public void An_order_in_quarantine_closes_the_pair_until_a_person_resumes()
    {
        var bench = Bench();
        bench.Settle(bench.Enter(size: 0.9m), OrderOutcome.Quarantined);
        Assert.Equal("ORDER_QUARANTINED", Block(bench));
        bench.Context.NowMs += 1_000;
        bench.Do(new PairInput.ResumeEntries("accounted for"));
        Assert.Null(Block(bench));
        bench.Do(new PairInput.ResumeEntries("again"));
        Assert.Single(bench.Journal.OfType<EntriesResumed>());
        bench.Restart();
        bench.Tick(100);
        Assert.Null(Block(bench));
    }

    [Fact]
    public void A_snapshot_remembers_what_the_breakers_remember()
    {
        var bench = Bench();
        var id = bench.Enter(size: 0.9m);
        bench.Fill(id, 0.9m, 100.6m);
        bench.Settle(id);
        var copy = PairState.From(bench.State.ToSnapshot());
        Assert.NotNull(copy.Record.ToSnapshot());
        Assert.Equal(bench.State.Record.ToSnapshot()!.Slippages, copy.Record.ToSnapshot()!.Slippages);
    }

    private static PairBench Bench(ControlSettings? controls = null)
    {
        var bench = new PairBench();
        bench.Context.Controls = controls ?? Controls;
        return bench;
    }

    private static string? Block(PairBench bench) => PairDecider.EntryBlock(bench.State, bench.Memory, bench.Context, bench.Memory.LastTick.TimeMs);

    /// <summary>Signals an entry and grants it, whether it is taken or not.</summary>
    private static void Ask(PairBench bench, decimal size, decimal price = 100)
    {
        bench.Tick(price);
        bench.Candle(new Signal(SignalKind.EnterLong, 5, null, null, "test", null), (double)price);
        if (bench.Effects.OfType<PairEffect.RequestGrant>().LastOrDefault()?.Request is not { } request || bench.Memory.Pending is null)
            return;
        var decision = new RiskDecision(10_000, 10_000, 50, request.EntryPrice, request.StopPrice, size, size, size, size, size, null);
        bench.Do(new PairInput.GrantAnswered(request.IntentNumber, decision, size * request.EntryPrice));
    }
}
