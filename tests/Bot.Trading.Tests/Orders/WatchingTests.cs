using Bot.Trading.Orders;

namespace Bot.Trading.Tests.Orders;

/// <summary>R9: a closed order stays watched.</summary>
public class WatchingTests
{
    [Fact]
    public void A_closed_order_is_asked_about_at_10_s_1_min_10_min_and_then_hourly_for_48_hours()
    {
        var bench = Closed();
        var asked = new List<long>();
        var from = bench.NowMs;
        var delay = bench.Effects.OfType<OrderEffect.Wake>().Last().DelayMs;
        while (bench.Effects.OfType<OrderEffect.TellWatched>().FirstOrDefault() is null)
        {
            bench.NowMs += delay;
            var effects = bench.Do(new OrderInput.Woken());
            Assert.Single(effects, new OrderEffect.Look(EvidenceSource.Fills));
            delay = effects.OfType<OrderEffect.Wake>().Single().DelayMs;
            asked.Add(bench.NowMs - from);
            bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 2, 0.2m)], false));
        }
        Assert.Equal([10_000, 60_000, 600_000, 4_200_000], asked.Take(4));
        Assert.Equal(48L * 3_600_000 + 1, asked[^1]);
        Assert.InRange(asked.Count, 50, 52);
    }

    [Fact]
    public void An_execution_that_nobody_streamed_is_found_by_the_watch()
    {
        var bench = Closed();
        bench.NowMs += 10_000;
        bench.Do(new OrderInput.Woken());
        var effects = bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 2, 0.2m), OrderBench.Fill(9, 1, 0.1m)], false));
        Assert.Equal(9, Assert.Single(effects.OfType<OrderEffect.TellFill>()).Fill.TradeId);
        Assert.True(bench.Journal.OfType<FillRecorded>().Last().IsLate);
    }

    [Fact]
    public void A_closed_order_that_is_shown_with_more_filled_is_read_again()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(0, 2, active: false)));
        Assert.Empty(bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, OrderBench.Report(0, 2, active: false))));
        Assert.Equal([new OrderEffect.Look(EvidenceSource.Fills)], bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, OrderBench.Report(1, 1, active: false))));
    }

    [Fact]
    public void An_answer_that_was_asked_for_before_the_48_hours_were_over_does_not_end_the_watch()
    {
        var bench = Closed();
        var asked = bench.NowMs + 1;
        bench.NowMs += bench.Policy.WatchMs + 1_000_000;
        bench.Do(new OrderInput.FillsRead(asked, [], false));
        Assert.Empty(bench.Effects.OfType<OrderEffect.TellWatched>());
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [], false));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [], false));
        Assert.Single(bench.Effects.OfType<OrderEffect.TellWatched>());
    }

    [Fact]
    public void A_restart_goes_on_watching_and_a_clock_that_was_set_back_does_not_stop_it()
    {
        var bench = Closed();
        bench.NowMs += 30_000;
        var effects = bench.Restart();
        Assert.Contains(new OrderEffect.Look(EvidenceSource.Fills), effects);
        Assert.Equal(30_000, effects.OfType<OrderEffect.Wake>().Single().DelayMs);
        bench.NowMs -= 1_000_000;
        Assert.Equal(10_000, bench.Do(new OrderInput.Woken()).OfType<OrderEffect.Wake>().Single().DelayMs);
    }

    [Fact]
    public void A_look_that_failed_is_taken_again_within_a_minute()
    {
        var bench = Closed();
        bench.NowMs += 700_000;
        Assert.Equal(3_600_000, bench.Do(new OrderInput.Woken()).OfType<OrderEffect.Wake>().Single().DelayMs);
        var effects = bench.Do(new OrderInput.LookFailed(EvidenceSource.Fills, "500000"));
        Assert.Equal(60_000, effects.OfType<OrderEffect.Wake>().Single().DelayMs);
    }

    private static OrderBench Closed()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(2, 0, active: false)));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 2, 0.2m)], false));
        Assert.Equal(OrderStatus.Closed, bench.State.Status);
        return bench;
    }
}
