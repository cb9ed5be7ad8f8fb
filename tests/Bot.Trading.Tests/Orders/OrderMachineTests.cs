using Bot.Trading.Orders;

namespace Bot.Trading.Tests.Orders;

public class OrderMachineTests
{
    [Fact]
    public void The_licence_is_written_before_the_order_is_sent()
    {
        var bench = new OrderBench();
        var effects = bench.Do(new OrderInput.Begin(OrderBench.Spec, IntentLeg.Entry, "c", bench.NowMs + 1));
        Assert.Equal([typeof(OrderPrepared), typeof(OrderOwned), typeof(SubmitAuthorised)], bench.Journal.Select(e => e.GetType()));
        var submit = Assert.IsType<OrderEffect.Submit>(Assert.Single(effects));
        Assert.Equal(bench.State.SignTimeMs, submit.SignTimeMs);
    }

    [Fact]
    public void An_intent_past_its_deadline_is_never_sent()
    {
        var bench = new OrderBench();
        bench.Do(new OrderInput.Begin(OrderBench.Spec, IntentLeg.Entry, "c", bench.NowMs - 1));
        Assert.Equal(OrderStatus.Abandoned, bench.State.Status);
        Assert.Equal(0, bench.Submits);
        Assert.Equal(OrderOutcome.Abandoned, bench.Settled?.Outcome);
    }

    [Fact]
    public void A_restart_never_sends_again_whatever_was_answered()
    {
        var bench = new OrderBench().Begun();
        bench.Effects.Clear();
        for (var i = 0; i < 5; i++)
            bench.Restart();
        Assert.Equal(0, bench.Submits);
        Assert.Equal(OrderStatus.InDoubt, bench.State.Status);
        Assert.Equal(6, bench.State.Epoch);
    }

    [Fact]
    public void A_timeout_is_doubt_and_only_the_exchange_ends_it()
    {
        var bench = new OrderBench().Begun();
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, "timeout", "no answer"));
        Assert.Equal(OrderStatus.InDoubt, bench.State.Status);
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(0, 0, active: true)));
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        Assert.Equal("o1", bench.State.OrderId);
    }

    [Fact]
    public void Not_found_before_the_licence_and_the_margin_ran_out_proves_nothing()
    {
        var bench = new OrderBench().Begun();
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, "timeout", ""));
        var early = bench.State.ValidUntilMs + bench.Policy.ReadLagMarginMs;
        bench.NowMs = early + 1_000_000;
        for (var i = 0; i < 10; i++)
            AskEverybody(bench, issuedAtMs: early);
        Assert.Equal(OrderStatus.InDoubt, bench.State.Status);
    }

    [Fact]
    public void Absence_needs_two_fresh_answers_of_every_source()
    {
        var bench = new OrderBench().Begun();
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, "timeout", ""));
        bench.NowMs = bench.State.ValidUntilMs + bench.Policy.ReadLagMarginMs + 1;
        AskEverybody(bench, bench.NowMs);
        Assert.Equal(OrderStatus.InDoubt, bench.State.Status);
        AskEverybody(bench, bench.NowMs);
        Assert.Equal(OrderStatus.Absent, bench.State.Status);
        Assert.Equal(OrderOutcome.Absent, bench.Settled?.Outcome);
        Assert.Equal(1, bench.Submits);
    }

    [Fact]
    public void A_fill_that_nobody_explains_forbids_the_proof_of_absence()
    {
        var bench = new OrderBench().Begun();
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, "timeout", ""));
        bench.NowMs = bench.State.ValidUntilMs + bench.Policy.ReadLagMarginMs + 1;
        for (var i = 0; i < 5; i++)
        {
            foreach (var source in (EvidenceSource[])[EvidenceSource.ClientOrderId, EvidenceSource.ActiveList, EvidenceSource.DoneList])
                bench.Do(new OrderInput.Looked(source, bench.NowMs, null));
            bench.Do(new OrderInput.FillsRead(bench.NowMs, [], Unattributed: true));
        }
        Assert.Equal(OrderStatus.InDoubt, bench.State.Status);
    }

    [Fact]
    public void A_refusal_ends_the_attempt_with_its_reason()
    {
        var bench = new OrderBench().Begun();
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Refused, null, "200004", "Balance insufficient!"));
        Assert.Equal(OrderStatus.Refused, bench.State.Status);
        Assert.Equal(("200004", "Balance insufficient!"), (bench.Settled!.Code, bench.Settled.Message));
    }

    [Fact]
    public void A_fill_from_stream_poll_and_list_counts_once()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(7, 2))));
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(7, 2))));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 2, 0.2m)], false));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 2, 0.2m)], false));
        Assert.Equal(2, bench.State.FilledSize);
        Assert.Single(bench.Journal.OfType<FillRecorded>());
        Assert.Single(bench.Journal.OfType<FeeRecorded>());
    }

    [Fact]
    public void A_fill_before_the_acceptance_finds_the_order()
    {
        var bench = new OrderBench().Begun();
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(7, 1))));
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Accepted, "o1", "", ""));
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        Assert.Equal(1, bench.State.FilledSize);
    }

    [Fact]
    public void An_order_closes_only_when_fills_and_fees_are_complete()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(7, 1))));
        var effects = bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(2, 0, active: false)));
        Assert.Contains(new OrderEffect.Look(EvidenceSource.Fills), effects);
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 1, 0.1m)], false));
        Assert.Equal(OrderStatus.Ended, bench.State.Status);
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 1, 0.1m), OrderBench.Fill(8, 1, 0.1m)], false));
        Assert.Equal(OrderStatus.Closed, bench.State.Status);
        Assert.Equal((2m, 200m), (bench.Settled!.FilledSize, bench.Settled.FilledFunds));
    }

    [Fact]
    public void Nothing_filled_closes_without_asking_for_fills()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(0, 2, active: false)));
        Assert.Equal(OrderStatus.Closed, bench.State.Status);
        Assert.Equal(0, bench.Settled!.FilledSize);
    }

    [Fact]
    public void A_cancel_is_a_request_and_a_fill_may_win()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.CancelAsked("test"));
        bench.Do(new OrderInput.CancelAnswered());
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(7, 2))));
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(2, 0, active: false)));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 2, 0.2m)], false));
        Assert.Equal(OrderStatus.Closed, bench.State.Status);
        Assert.Equal(2, bench.Settled!.FilledSize);
    }

    [Fact]
    public void A_late_fill_is_money_and_is_recorded()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(0, 2, active: false)));
        var effects = bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(9, 1))));
        Assert.Equal(OrderStatus.Closed, bench.State.Status);
        Assert.Equal(1, bench.State.FilledSize);
        Assert.Contains(effects, e => e is OrderEffect.TellFill);
        Assert.Contains(effects, e => e is OrderEffect.Alert);
    }

    [Fact]
    public void Not_found_after_the_order_was_seen_is_a_slow_read()
    {
        var bench = new OrderBench().Live();
        bench.NowMs += 1_000_000;
        for (var i = 0; i < 5; i++)
            AskEverybody(bench, bench.NowMs);
        Assert.Equal(OrderStatus.Live, bench.State.Status);
    }

    [Fact]
    public void Doubt_older_than_the_exchanges_memory_goes_to_a_person()
    {
        var bench = new OrderBench().Begun();
        bench.NowMs += bench.Policy.EvidenceHorizonMs + 1;
        bench.Restart();
        Assert.Equal(OrderStatus.Quarantined, bench.State.Status);
        Assert.Equal(OrderOutcome.Quarantined, bench.Settled?.Outcome);
    }

    [Fact]
    public void More_fills_than_the_exchange_counts_are_applied_and_quarantined()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(7, 2))));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 2, 0.2m)], false));
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(1, 1, active: false)));

        // The answer may be older than the fill: nothing follows from it before no read can be so old.
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        bench.NowMs += bench.Policy.ReadLagMarginMs + 1;
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs - 1, OrderBench.Report(1, 1, active: false)));
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(1, 1, active: false)));
        Assert.Equal(OrderStatus.Quarantined, bench.State.Status);
        Assert.Equal(2, bench.State.FilledSize);
    }

    [Fact]
    public void A_last_word_that_is_older_than_a_fill_is_asked_for_again()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(1, 1, active: false)));
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(7, 1, 0.1m))));
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(8, 1, 0.1m))));
        var effects = bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 1, 0.1m), OrderBench.Fill(8, 1, 0.1m)], false));
        Assert.Contains(new OrderEffect.Look(EvidenceSource.ClientOrderId), effects);
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(2, 0, active: false)));
        Assert.Equal((OrderStatus.Closed, 2m), (bench.State.Status, bench.State.FilledSize));
    }

    [Fact]
    public void Done_without_adding_up_is_not_closed()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(0, 0, active: false)));
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        Assert.Single(bench.Effects.OfType<OrderEffect.Alert>());
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(0, 0, active: false)));
        Assert.Single(bench.Effects.OfType<OrderEffect.Alert>());
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(0, 2, active: false)));
        Assert.Equal(OrderStatus.Closed, bench.State.Status);
    }

    [Fact]
    public void A_cancel_that_is_asked_for_too_early_is_remembered_until_the_order_is_found()
    {
        var bench = new OrderBench().Begun();
        Assert.Empty(bench.Do(new OrderInput.CancelAsked("test")));
        bench.Do(new OrderInput.CancelAsked("test"));
        Assert.Single(bench.Journal.OfType<CancelAuthorised>());
        bench.Restart();
        var effects = bench.Do(new OrderInput.Looked(EvidenceSource.ActiveList, bench.NowMs, OrderBench.Report(0, 0, active: true)));
        Assert.Contains(new OrderEffect.Cancel(), effects);
        Assert.Contains(new OrderEffect.Cancel(), bench.Do(new OrderInput.Woken()));
    }

    [Fact]
    public void A_cancel_before_the_licence_abandons_the_order()
    {
        var bench = new OrderBench();
        bench.State.Apply(new OrderPrepared(1, OrderBench.Spec, IntentLeg.Entry, "c", bench.NowMs + 1));
        bench.Do(new OrderInput.CancelAsked("not wanted"));
        Assert.Equal((OrderStatus.Abandoned, OrderOutcome.Abandoned), (bench.State.Status, bench.Settled?.Outcome));
        Assert.Equal(0, bench.Submits);
    }

    [Fact]
    public void A_ghost_is_taken_over_and_cancelled_when_it_opens()
    {
        var bench = new OrderBench().Begun();
        bench.Do(new OrderInput.SubmitAnswered(SubmitOutcome.Refused, null, "200004", ""));
        var effects = bench.Do(new OrderInput.Looked(EvidenceSource.ActiveList, bench.NowMs, OrderBench.Report(1, 0, active: true)));
        Assert.Equal(OrderStatus.Live, bench.State.Status);
        Assert.Contains(new OrderEffect.Cancel(), effects);
        Assert.Contains(effects, e => e is OrderEffect.Alert);
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(1, 1, active: false)));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 1, 0.1m)], false));
        Assert.Equal((OrderStatus.Closed, 1m), (bench.State.Status, bench.State.FilledSize));
    }

    [Fact]
    public void A_restart_tells_the_pair_everything_again()
    {
        var bench = new OrderBench().Live();
        bench.Do(new OrderInput.Streamed(OrderBench.Update(OrderUpdateKind.Match, OrderBench.Fill(7, 2))));
        bench.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, bench.NowMs, OrderBench.Report(2, 0, active: false)));
        bench.Do(new OrderInput.FillsRead(bench.NowMs, [OrderBench.Fill(7, 2, 0.2m)], false));
        var effects = bench.Restart();
        Assert.Equal(0.2m, Assert.Single(effects.OfType<OrderEffect.TellFill>()).Fill.Fee);
        Assert.Equal(OrderOutcome.Closed, Assert.Single(effects.OfType<OrderEffect.TellSettled>()).Outcome);
    }

    [Fact]
    public void Every_pair_of_status_and_event_that_is_not_in_the_table_is_an_error()
    {
        var state = new OrderState();
        Assert.Throws<InvalidOperationException>(() => state.Apply(new OrderClosed(1, 0, 0)));
        var closed = new OrderBench().Live();
        closed.Do(new OrderInput.Looked(EvidenceSource.ClientOrderId, closed.NowMs, OrderBench.Report(0, 2, active: false)));
        Assert.Throws<InvalidOperationException>(() => closed.State.Apply(new SubmitAuthorised(1, 1, 1, 1, "")));
        Assert.Throws<InvalidOperationException>(() => closed.State.Apply(new FillRecorded(1, OrderBench.Fill(1, 1), EvidenceSource.Stream, IsLate: false)));
    }

    private static void AskEverybody(OrderBench bench, long issuedAtMs)
    {
        foreach (var source in (EvidenceSource[])[EvidenceSource.ClientOrderId, EvidenceSource.ActiveList, EvidenceSource.DoneList])
            bench.Do(new OrderInput.Looked(source, issuedAtMs, null));
        bench.Do(new OrderInput.FillsRead(issuedAtMs, [], Unattributed: false));
    }
}
