using Bot.Trading.Market;
using Bot.Trading.Orders;
using CsCheck;

namespace Bot.Trading.Tests.Orders;

/// <summary>An order that the exchange holds back until its price comes: the stop and its child.</summary>
public class StopOrderTests
{
    private const string StopId = "vs1";
    private const string ChildId = "c1";

    private static readonly EvidenceSource[] OrderSources = [EvidenceSource.ClientOrderId, EvidenceSource.ActiveList, EvidenceSource.DoneList];

    [Fact]
    public void An_accepted_stop_counts_as_waiting_only_when_a_read_shows_it()
    {
        var bench = new OrderBench().Begun(isStop: true);
        var effects = bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Accepted, StopId, "", ""));
        Assert.Contains(new OrderEffect.Look(EvidenceSource.StopByClientOrderId), effects);
        Assert.Empty(bench.Effects.OfType<OrderEffect.TellLive>());
        bench.Do(Shown(bench));
        bench.Do(Shown(bench));
        Assert.Single(bench.Effects.OfType<OrderEffect.TellLive>());
        Assert.Equal((OrderStatus.Live, StopId), (bench.State.Status, bench.State.OrderId));
    }

    [Fact]
    public void A_stop_that_waits_is_asked_about_ever_less_often_and_one_that_shall_end_as_often_as_any_order()
    {
        var bench = Waiting();
        var look = new OrderEffect.Look(EvidenceSource.StopByClientOrderId);
        Assert.Contains(look with { IsRoutine = true }, bench.Do(new OrderInput.Woken()));
        Assert.Equal(bench.Policy.WaitingStopPollMs, LastPause());

        // What somebody has a reason to ask is no routine, and neither is anything about a stop that shall end.
        Assert.Contains(look, bench.Do(new OrderInput.LookAgain()));
        Assert.Contains(look, bench.Do(new OrderInput.StopStreamed(new StopUpdate(StopUpdateKind.Cancelled, OrderBench.Spec.Symbol, StopId, null, null, bench.NowMs))));
        bench.Do(new OrderInput.CancelAsked("exit"));
        Assert.Contains(look, bench.Do(new OrderInput.Woken()));
        Assert.Equal(bench.Policy.PollMs, LastPause());

        long LastPause()
        {
            var pause = 0L;
            for (var i = 0; i < 10; i++)
                pause = Assert.Single(bench.Do(new OrderInput.Woken()).OfType<OrderEffect.Wake>()).DelayMs;
            return pause;
        }
    }

    [Fact]
    public void The_absence_of_a_stop_needs_the_stop_sources_and_those_of_its_child()
    {
        EvidenceSource[] all = [.. OrderSources, EvidenceSource.Fills, EvidenceSource.StopByClientOrderId, EvidenceSource.StopList];
        foreach (var missing in all)
        {
            var bench = InDoubt();
            foreach (var source in all.Where(s => s != missing))
                Missing(bench, source, 3);
            Missing(bench, missing, 1);
            Assert.Equal(OrderStatus.InDoubt, bench.State.Status);
            Missing(bench, missing, 1);
            Assert.Equal(OrderStatus.Absent, bench.State.Status);
            Assert.Equal(1, bench.Submits);
        }
    }

    [Fact]
    public void A_triggered_stop_is_filled_by_its_child_and_ends_with_it()
    {
        var bench = Waiting();
        bench.Do(new OrderInput.StopStreamed(new StopUpdate(StopUpdateKind.Triggered, OrderBench.Spec.Symbol, StopId, true, null, bench.NowMs)));
        Assert.Single(bench.Effects.OfType<OrderEffect.TellTriggered>());
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, Child(1.5m, 0.5m, named: true)));
        Assert.Equal(ChildId, bench.State.TradingOrderId);
        Assert.Contains(new OrderEffect.Look(EvidenceSource.Fills), bench.Effects);
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [Sold(1, 1), Sold(2, 0.5m)], false));
        Assert.Equal((OrderStatus.Closed, 1.5m), (bench.State.Status, bench.State.FilledSize));
        Assert.Equal(OrderOutcome.Closed, bench.Settled?.Outcome);
    }

    [Fact]
    public void A_child_under_our_id_that_comes_before_the_trigger_is_told_proves_the_trigger()
    {
        var bench = Waiting();
        bench.Do(new OrderInput.Streamed(new OrderUpdate(OrderUpdateKind.Match, OrderBench.Spec.Symbol, ChildId, OrderBench.StopSpec.ClientOrderId, Sold(1, 2), null, 1)));
        Assert.True(bench.State.IsTriggered);
        Assert.Equal(2, bench.State.FilledSize);
        Assert.Equal([typeof(StopTriggered), typeof(FillRecorded)], bench.Journal.TakeLast(2).Select(e => e.GetType()));
    }

    [Fact]
    public void A_stop_whose_child_was_seen_first_is_found_by_it()
    {
        var bench = InDoubt();
        bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, Child(2, 0, named: true)));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [Sold(1, 2)], false));
        Assert.Equal((OrderStatus.Closed, 2m), (bench.State.Status, bench.State.FilledSize));
    }

    [Fact]
    public void The_stop_itself_in_a_list_of_orders_is_not_its_child()
    {
        var bench = Waiting();
        bench.Do(new OrderInput.Looked(EvidenceSource.ActiveList, bench.NowMs, Child(0, 0, named: true) with { OrderId = StopId, Active = true }));
        Assert.False(bench.State.IsTriggered);
        bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, null) { Unnamed = [Child(0, 2, named: false) with { OrderId = StopId }] });
        Assert.False(bench.State.IsTriggered);
    }

    [Fact]
    public void An_order_without_our_id_is_claimed_by_a_stop_that_triggered_and_by_none_that_waits()
    {
        var waiting = Waiting();
        var list = new OrderInput.Looked(EvidenceSource.DoneList, waiting.NowMs, null) { Unnamed = [Child(2, 0, named: false)] };
        for (var i = 0; i < 5; i++)
            waiting.Do(list);
        Assert.Equal((false, OrderStatus.Live), (waiting.State.IsTriggered, waiting.State.Status));

        var triggered = Triggered();
        triggered.Do(list with { IssuedAtMs = triggered.NowMs });
        Assert.Equal(ChildId, triggered.State.TradingOrderId);

        // Two of a kind: neither is taken, and neither is taken for none.
        var unsure = Triggered();
        unsure.NowMs += unsure.Policy.ReadLagMarginMs + 1;
        foreach (var source in OrderSources)
        {
            for (var i = 0; i < 3; i++)
                unsure.Do(new OrderInput.Looked(source, unsure.NowMs, null) { Unnamed = [Child(2, 0, named: false), Child(2, 0, named: false) with { OrderId = "c2" }] });
        }
        Missing(unsure, EvidenceSource.Fills, 3);
        Assert.Equal((OrderStatus.Live, (string?)null), (unsure.State.Status, unsure.State.TradingOrderId));
    }

    [Fact]
    public void A_stop_that_triggered_before_anybody_saw_it_claims_its_child_once_it_is_proven_to_wait_no_longer()
    {
        var bench = InDoubt();
        var list = new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, null) { Unnamed = [Child(2, 0, named: false)] };
        Missing(bench, EvidenceSource.StopByClientOrderId, 3);
        bench.Do(list);
        Assert.Equal(OrderStatus.InDoubt, bench.State.Status);
        Missing(bench, EvidenceSource.StopList, 2);
        bench.Do(list);
        Assert.Equal((OrderStatus.Live, ChildId), (bench.State.Status, bench.State.TradingOrderId));
    }

    [Fact]
    public void A_sale_that_another_stop_has_claimed_meanwhile_is_no_child()
    {
        var bench = Triggered();
        Assert.True(bench.Memory.Children.TryClaim(ChildId, "another stop"));
        bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, null) { Unnamed = [Child(2, 0, named: false)] });
        Assert.Null(bench.State.TradingOrderId);
    }

    [Fact]
    public void A_stop_whose_trigger_placed_nothing_claims_no_sale()
    {
        var bench = Waiting();
        bench.Do(new OrderInput.StopStreamed(new StopUpdate(StopUpdateKind.Triggered, bench.State.Spec!.Symbol, bench.State.OrderId!, false, null, bench.NowMs)));
        Assert.True(bench.State.IsTriggered);
        bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, null) { Unnamed = [Child(2, 0, named: false)] });
        Assert.Null(bench.State.TradingOrderId);
    }

    [Fact]
    public void Another_size_another_side_or_an_older_order_is_no_child()
    {
        OrderReport[] others =
        [
            Child(2, 0, named: false) with { Size = 3 }, Child(2, 0, named: false) with { Side = Side.Buy }, Child(2, 0, named: false) with { Type = OrderType.Limit },
            Child(2, 0, named: false) with { CreatedAtMs = 0 },
        ];
        foreach (var other in others)
        {
            var bench = Triggered();
            bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, null) { Unnamed = [other] });
            Assert.Null(bench.State.TradingOrderId);
        }
    }

    [Fact]
    public void A_stop_that_the_exchange_names_as_cancelled_ends_with_one_answer_of_each_source_from_after_that()
    {
        var bench = Waiting();
        bench.Do(new OrderInput.CancelAsked("replaced"));
        EvidenceSource[] all = [.. StopSources, .. OrderSources, EvidenceSource.Fills];
        bench.NowMs += 500;
        var asked = bench.Do(new OrderInput.CancelAnswered { IsConfirmed = true });
        Assert.All(all, source => Assert.Contains(new OrderEffect.Look(source), asked));

        // What was asked before may not have known of it yet.
        foreach (var source in all)
            MissingAt(bench, source, bench.NowMs - 1, 3);
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        foreach (var source in all)
        {
            Assert.Equal(OrderStatus.Live, bench.State.Status);
            Missing(bench, source, 1);
        }
        Assert.Equal((OrderStatus.Closed, 0m), (bench.State.Status, bench.State.FilledSize));
        Assert.Empty(bench.Effects.OfType<OrderEffect.TellDoubt>());
    }

    [Fact]
    public void A_stop_whose_cancel_was_answered_with_no_such_order_ends_when_it_is_gone_and_no_child_is_there()
    {
        var bench = Waiting();
        Assert.Contains(new OrderEffect.CancelStop(), bench.Do(new OrderInput.CancelAsked("replaced")));
        bench.Do(new OrderInput.CancelAnswered());
        bench.NowMs = bench.State.ValidUntilMs + bench.Policy.ReadLagMarginMs + 1;
        foreach (var source in StopSources)
            Missing(bench, source, 2);

        // It may have triggered instead: what its child sources say counts only when no read can be older than its disappearance.
        foreach (var source in (EvidenceSource[])[.. OrderSources, EvidenceSource.Fills])
            Missing(bench, source, 5);
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        bench.NowMs += bench.Policy.ReadLagMarginMs + 1;
        foreach (var source in (EvidenceSource[])[.. OrderSources, EvidenceSource.Fills])
            Missing(bench, source, 2);
        Assert.Equal(OrderStatus.Closed, bench.State.Status);
        Assert.Equal((0m, 2m), (bench.State.FilledSize, bench.Journal.OfType<OrderEnded>().Single().CancelledSize));
        Assert.Empty(bench.Effects.OfType<OrderEffect.TellDoubt>());
    }

    [Fact]
    public void A_cancelled_stop_that_triggered_in_the_same_moment_sells()
    {
        var bench = Waiting();
        bench.Do(new OrderInput.CancelAsked("replaced"));
        bench.NowMs = bench.State.ValidUntilMs + bench.Policy.ReadLagMarginMs + 1;
        foreach (var source in StopSources)
            Missing(bench, source, 2);
        bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, null) { Unnamed = [Child(2, 0, named: false)] });

        // Another stop may know better whose the sale is: it goes first.
        Assert.False(bench.State.IsTriggered);
        bench.NowMs += 30_000;
        bench.Do(new OrderInput.Looked(EvidenceSource.DoneList, bench.NowMs, null) { Unnamed = [Child(2, 0, named: false)] });
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [Sold(1, 2)], false));
        Assert.Equal((OrderStatus.Closed, 2m), (bench.State.Status, bench.State.FilledSize));
    }

    [Fact]
    public void A_stop_that_vanishes_unasked_is_in_doubt_for_its_pair()
    {
        var bench = Waiting();
        Missing(bench, EvidenceSource.StopByClientOrderId, 1);
        Assert.Empty(bench.Effects.OfType<OrderEffect.TellDoubt>()); // a slow read does not know it yet
        bench.NowMs = bench.State.ValidUntilMs + bench.Policy.ReadLagMarginMs + 1;
        Missing(bench, EvidenceSource.StopByClientOrderId, 3);
        Assert.Single(bench.Effects.OfType<OrderEffect.TellDoubt>());
    }

    [Fact]
    public void A_stop_that_was_refused_its_funds_at_the_trigger_ends_with_nothing_sold()
    {
        var bench = Triggered();
        bench.NowMs += bench.Policy.ReadLagMarginMs + 1;
        foreach (var source in (EvidenceSource[])[.. OrderSources, EvidenceSource.Fills])
            Missing(bench, source, 2);
        Assert.Equal((OrderStatus.Closed, 0m), (bench.State.Status, bench.State.FilledSize));
    }

    [Fact]
    public void A_child_that_shows_after_the_end_is_late_and_is_money()
    {
        var bench = Triggered();
        bench.NowMs += bench.Policy.ReadLagMarginMs + 1;
        foreach (var source in (EvidenceSource[])[.. OrderSources, EvidenceSource.Fills])
            Missing(bench, source, 2);
        Assert.Contains(new OrderEffect.Look(EvidenceSource.ClientOrderId), bench.Do(new OrderInput.Woken()));
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, Child(2, 0, named: true)));
        Assert.Contains(new OrderEffect.Look(EvidenceSource.Fills), bench.Effects);
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [Sold(1, 2)], false));
        Assert.Equal((OrderStatus.Closed, 2m), (bench.State.Status, bench.State.FilledSize));
        Assert.True(bench.Journal.OfType<FillRecorded>().Single().IsLate);
    }

    [Fact]
    public void A_restart_asks_for_the_stop_or_for_its_child_and_never_sends_again()
    {
        var waiting = Waiting();
        Assert.Contains(new OrderEffect.Look(EvidenceSource.StopByClientOrderId), waiting.Restart());
        Assert.DoesNotContain(new OrderEffect.Look(EvidenceSource.Fills), waiting.Effects);
        var triggered = Triggered();
        var effects = triggered.Restart();
        Assert.Contains(new OrderEffect.TellTriggered(), effects);
        Assert.Contains(new OrderEffect.Look(EvidenceSource.ClientOrderId), effects);
        Assert.Contains(new OrderEffect.Look(EvidenceSource.DoneList), effects);
        Assert.Equal((1, 1), (waiting.Submits, triggered.Submits));
    }

    /// <summary>Whatever is answered in whatever order: sent once, fills counted once, closed only with what the child dealt, replay is exact.</summary>
    [Fact]
    public void Any_history_of_a_stop_is_legal_and_replays_to_the_same_state() =>
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 40]).Array[1, 60].Sample(steps =>
        {
            var bench = new OrderBench().Begun(isStop: true);
            var truth = 0m;
            foreach (var (what, seconds) in steps)
            {
                bench.NowMs += seconds * 1_000;
                var isChildThere = bench.State.IsTriggered || what >= 9;
                switch (what)
                {
                    case 0:
                        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Accepted, StopId, "", ""));
                        break;
                    case 1:
                        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, "timeout", ""));
                        break;
                    case 2:
                        bench.Do(Shown(bench));
                        break;
                    case 3:
                        bench.Do(new OrderInput.StopLooked(EvidenceSource.StopList, bench.NowMs, Stop(true)));
                        break;
                    case 4:
                        foreach (var source in StopSources)
                            Missing(bench, source, 1);
                        break;
                    case 5:
                        foreach (var source in (EvidenceSource[])[.. OrderSources, EvidenceSource.Fills])
                        {
                            if (!isChildThere || source != EvidenceSource.Fills)
                                Missing(bench, source, 1);
                        }
                        break;
                    case 6:
                        bench.Do(new OrderInput.CancelAsked("test"));
                        break;
                    case 7:
                        bench.Restart();
                        break;
                    case 8:
                        bench.Do(new OrderInput.Woken());
                        break;
                    case 9:
                        truth = 2;
                        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, Child(2, 0, named: true)));
                        break;
                    case 10 when bench.State.TradingOrderId is not null:
                        truth = 2;
                        bench.Do(new OrderInput.FillsRead(bench.NowMs, [Sold(2, 1), Sold(1, 1)], false));
                        break;
                    case 11:
                        truth = 2;
                        bench.Do(new OrderInput.Streamed(new OrderUpdate(OrderUpdateKind.Match, OrderBench.Spec.Symbol, ChildId, OrderBench.StopSpec.ClientOrderId, Sold(1, 1), null, 1)));
                        break;
                    case 12:
                        bench.Do(new OrderInput.CancelAnswered { IsConfirmed = seconds % 2 == 0 });
                        break;
                }
                Assert.Equal(bench.State.Fills.Values.Sum(f => f.Size), bench.State.FilledSize);
                Assert.True(bench.State.FilledSize <= truth);
            }
            Assert.Equal(1, bench.Submits);
            var replayed = new OrderState();
            bench.Journal.ForEach(replayed.Apply);
            Assert.Equal(Text(bench.State), Text(replayed));
        });

    private static readonly EvidenceSource[] StopSources = [EvidenceSource.StopByClientOrderId, EvidenceSource.StopList];

    private static string Text(OrderState s) => System.Text.Json.JsonSerializer.Serialize(OrderSnapshot.Of(s));

    private static StopReport Stop(bool triggered) =>
        new(StopId, OrderBench.StopSpec.ClientOrderId, OrderBench.Spec.Symbol, 95, 2, triggered, 1_000_050, triggered ? 1_000_100 : null);

    private static OrderInput.StopLooked Shown(OrderBench bench) => new(EvidenceSource.StopByClientOrderId, bench.NowMs, Stop(false));

    private static OrderReport Child(decimal deal, decimal cancelled, bool named) => new(
        ChildId, named ? OrderBench.StopSpec.ClientOrderId : null, OrderBench.Spec.Symbol, Side.Sell, OrderType.Market, null, 2, deal, deal * 95, cancelled, false, 1_000_100);

    private static FillReport Sold(long tradeId, decimal size) => new(OrderBench.Spec.Symbol, ChildId, tradeId, Side.Sell, 95, size, 0.1m, "USDT", null, 1_000_100);

    private static void Missing(OrderBench bench, EvidenceSource source, int times) => MissingAt(bench, source, bench.NowMs, times);

    private static void MissingAt(OrderBench bench, EvidenceSource source, long askedAtMs, int times)
    {
        for (var i = 0; i < times; i++)
        {
            bench.Do(source switch
            {
                EvidenceSource.StopByClientOrderId or EvidenceSource.StopList => new OrderInput.StopLooked(source, askedAtMs, null),
                EvidenceSource.Fills => new OrderInput.FillsRead(askedAtMs, [], false),
                _ => new OrderInput.Looked(source, askedAtMs, null),
            });
        }
    }

    private static OrderBench InDoubt()
    {
        var bench = new OrderBench().Begun(isStop: true);
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, "timeout", ""));
        bench.NowMs = bench.State.ValidUntilMs + bench.Policy.ReadLagMarginMs + 1;
        return bench;
    }

    private static OrderBench Waiting()
    {
        var bench = new OrderBench().Begun(isStop: true);
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Accepted, StopId, "", ""));
        bench.Do(Shown(bench));
        return bench;
    }

    private static OrderBench Triggered()
    {
        var bench = Waiting();
        bench.Do(new OrderInput.StopLooked(EvidenceSource.StopByClientOrderId, bench.NowMs, Stop(true)));
        return bench;
    }
}
