using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Tests.Risk;

/// <summary>The controls that are no check of an order: what they are fed trips them at their edge, and time or a person lets go.</summary>
public class BreakerTests
{
    private const long Hour = 3_600_000;
    private static readonly ControlSettings C = new();

    [Fact]
    public void Refusals_close_the_node_for_five_minutes_from_the_next_instant_on()
    {
        var breakers = new NodeBreakers();
        for (var i = 0; i < 4; i++)
            breakers.Rejected(1_000 + i, C);
        Assert.True(breakers.Open(2_000, C).Passes);
        breakers.Rejected(2_000, C);

        // What happens at one reading of the clock must not depend on who reads first.
        Assert.True(breakers.Open(2_000, C).Passes);
        Assert.Equal(Control.RejectStorm, breakers.Open(2_001, C).Control);
        Assert.StartsWith("REJECT_STORM control=C21", breakers.Open(302_000, C).Reason, StringComparison.Ordinal);
        Assert.True(breakers.Open(302_001, C).Passes);
    }

    [Fact]
    public void Five_refusals_in_more_than_a_minute_are_no_storm()
    {
        var breakers = new NodeBreakers();
        for (var i = 0; i < 20; i++)
            breakers.Rejected(i * 15_001L, C);
        Assert.True(breakers.Open(300_100, C).Passes);
    }

    [Fact]
    public void Three_doubts_in_five_minutes_close_the_node()
    {
        var breakers = new NodeBreakers();
        breakers.Doubted(0, C);
        breakers.Doubted(100_000, C);
        Assert.True(breakers.Open(200_000, C).Passes);
        breakers.Doubted(299_000, C);
        Assert.StartsWith("DOUBT_STORM control=C21", breakers.Open(299_001, C).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_exchange_that_fails_a_fifth_of_the_requests_is_left_alone()
    {
        var breakers = new NodeBreakers();
        for (var i = 0; i < 10; i++)
            breakers.Ended(i, i < 2 ? RequestResult.Failed : RequestResult.Answered);
        Assert.True(breakers.Open(100, C).Passes);
        breakers.Ended(100, RequestResult.Failed);
        Assert.StartsWith("ERROR_RATE control=C27 failed=3 of=11", breakers.Open(101, C).Reason, StringComparison.Ordinal);
        Assert.True(breakers.Open(60_101, C).Passes);
    }

    [Fact]
    public void A_few_requests_say_nothing_about_the_exchange()
    {
        var breakers = new NodeBreakers();
        for (var i = 0; i < 9; i++)
            breakers.Ended(i, RequestResult.Failed);
        Assert.True(breakers.Open(100, C).Passes);
    }

    [Fact]
    public void A_push_connection_that_is_down_closes_the_node_after_ten_seconds_and_silences_prices_at_once()
    {
        var breakers = new NodeBreakers();
        breakers.PriceStream(1_000, isUp: false);
        breakers.PriceStream(5_000, isUp: false);
        Assert.Equal(2_000, breakers.StreamSilentMs(3_000));
        Assert.True(breakers.Open(11_000, C).Passes);
        Assert.StartsWith("STREAM_DOWN control=C27 stream=prices", breakers.Open(11_001, C).Reason, StringComparison.Ordinal);
        breakers.PriceStream(12_000, isUp: true);
        Assert.Equal(0, breakers.StreamSilentMs(20_000));
        breakers.AccountStream(20_000, isUp: false);
        Assert.StartsWith("STREAM_DOWN control=C27 stream=account", breakers.Open(30_001, C).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_window_counts_up_to_now_or_before_it()
    {
        var window = new EventWindow(4);
        window.Add(1_000);
        window.Add(2_000);
        Assert.Equal((1, 2), (window.Before(2_000, 1_000), window.UpTo(2_000, 1_001)));
        Assert.Equal(1, window.UpTo(2_000, 1_000));
        for (var i = 0; i < 10; i++)
            window.Add(3_000);
        Assert.Equal(4, window.UpTo(3_000, 5_000));
    }

    [Theory]
    [InlineData(100, 110, 4_000, true)] // exactly 10 % is allowed; here it is more than 10 % of 100 by one tick below
    [InlineData(100, 110, 9_000, true)]
    [InlineData(100, 111, 4_000, false)]
    [InlineData(100, 89, 4_000, false)]
    [InlineData(100, 111, 9_000, true)]
    public void A_jump_within_five_seconds_closes_the_pair(long from, long to, long afterMs, bool passes)
    {
        var feed = new FeedMonitor();
        feed.Observe(new PriceTick(1_000_000, from, from, from), C);
        feed.Observe(new PriceTick(1_000_000 + afterMs, to, to, to), C);
        Assert.Equal(passes, feed.BlockedUntilMs == 0);
        if (!passes)
        {
            Assert.Equal(1_000_000 + afterMs + 60_000, feed.BlockedUntilMs);
            Assert.Equal(Control.FeedSanity, ControlCatalog.In(feed.Fault));
        }
    }

    [Theory]
    [InlineData(1_000, 1_010, true)]
    [InlineData(1_000, 1_011, false)]
    [InlineData(1_001, 1_000, false)]
    [InlineData(0, 1_000, true)]
    public void A_wide_spread_or_a_crossed_book_closes_the_pair(long bid, long ask, bool passes)
    {
        var feed = new FeedMonitor();
        feed.Observe(new PriceTick(1_000_000, 1_005, bid, ask), C);
        Assert.Equal(passes, feed.BlockedUntilMs == 0);
    }

    [Fact]
    public void The_mean_follows_within_a_minute_and_prices_cost_no_memory()
    {
        var feed = new FeedMonitor();
        feed.Observe(new PriceTick(0, 1_000, 1_000, 1_000), C);
        for (var s = 1; s <= 60; s++)
            feed.Observe(new PriceTick(s * 1_000, 1_050, 1_050, 1_050), C);
        Assert.InRange(feed.MeanTicks, 1_030, 1_034);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            feed.Observe(new PriceTick(61_000 + i, 1_050, 1_050, 1_050), C);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Four_losses_in_a_day_pause_the_pair_for_a_day()
    {
        var record = new PairRecord();
        for (var i = 0; i < 3; i++)
            record.Apply(Closed(i * Hour, -1));
        Assert.True(record.Open(4 * Hour, C).Passes);
        record.Apply(Closed(4 * Hour, -1));
        Assert.StartsWith("LOSSES_IN_A_ROW control=C8", record.Open(5 * Hour, C).Reason, StringComparison.Ordinal);
        Assert.False(record.Open((28 * Hour) - 1, C).Passes);
        Assert.True(record.Open(28 * Hour, C).Passes);
    }

    [Fact]
    public void A_win_between_or_a_longer_time_is_no_row_of_losses()
    {
        var won = new PairRecord();
        foreach (var (hour, pnl) in new[] { (0, -1m), (1, -1m), (2, 0m), (3, -1m), (4, -1m) })
            won.Apply(Closed(hour * Hour, pnl));
        Assert.True(won.Open(5 * Hour, C).Passes);
        var slow = new PairRecord();
        for (var i = 0; i < 4; i++)
            slow.Apply(Closed(i * 9 * Hour, -1));
        Assert.True(slow.Open(28 * Hour, C).Passes);
    }

    [Fact]
    public void Three_round_trips_in_five_minutes_halt_the_pair_until_a_person_resumes()
    {
        var record = new PairRecord();
        record.Apply(Closed(0, 1));
        record.Apply(Closed(200_000, 1));
        Assert.True(record.Open(200_001, C).Passes);
        record.Apply(Closed(300_000, 1));
        Assert.StartsWith("ROUND_TRIPS control=C11", record.Open(100 * Hour, C).Reason, StringComparison.Ordinal);

        // Also over a restart.
        var again = PairRecord.From(record.ToSnapshot());
        Assert.False(again.Open(100 * Hour, C).Passes);
        again.Apply(new EntriesResumed(101 * Hour, "looked at it"));
        Assert.True(again.Open(101 * Hour, C).Passes);
        Assert.Equal(101 * Hour, PairRecord.From(again.ToSnapshot()).ResumedAtMs);
    }

    [Fact]
    public void Slippage_is_what_was_paid_beyond_the_decision_and_the_third_in_a_row_counts()
    {
        var record = new PairRecord();
        var buy = Intended(Side.Buy, 100);
        Assert.Equal(0.006m, PairRecord.Slippage(buy, 2, 201.2m));
        Assert.Equal(-0.006m, PairRecord.Slippage(buy, 2, 198.8m));
        Assert.Equal(0.006m, PairRecord.Slippage(Intended(Side.Sell, 100), 2, 198.8m));
        Assert.Null(PairRecord.Slippage(buy, 0, 0));
        Assert.Null(record.SlippageWith(buy, 2, 201.2m, C));
        record.Apply(buy, Settled(2, 201.2m));
        record.Apply(buy, Settled(2, 201.2m));
        Assert.Null(record.SlippageWith(buy, 2, 201.0m, C));
        Assert.StartsWith("SLIPPAGE control=C22", record.SlippageWith(buy, 2, 201.2m, C), StringComparison.Ordinal);
        record.Apply(buy, Settled(2, 201.2m));
        Assert.Equal(Control.Slippage, record.Open(1, C).Control);
    }

    [Fact]
    public void More_than_twice_the_order_is_an_excess()
    {
        var spec = Intended(Side.Buy, 100).Spec;
        Assert.False(PairRecord.IsExcess(spec, 2 * spec.Size, C));
        Assert.True(PairRecord.IsExcess(spec, (2 * spec.Size) + 0.01m, C));
    }

    [Fact]
    public void A_new_configuration_trades_small_for_a_day()
    {
        Assert.Equal(0.1m, Canary.Factor(0, (24 * Hour) - 1, C));
        Assert.Equal(1, Canary.Factor(0, 24 * Hour, C));
        Assert.Equal(1, Canary.Factor(null, 0, C));
        Assert.Equal(1, Canary.Factor(0, 0, C with { CanaryHours = 0 }));
    }

    [Fact]
    public void The_dead_mans_switch_is_never_set_where_something_may_be_held()
    {
        var (flat, held) = (Symbol.Parse("ABC-USDT"), Symbol.Parse("DEF-USDT"));
        var allowed = C with { AllowDeadManSwitch = true };
        Assert.Null(DeadManGuard.Refusal(true, [flat], s => s == held, allowed));
        Assert.Contains("held=DEF-USDT", DeadManGuard.Refusal(true, [flat, held], s => s == held, allowed), StringComparison.Ordinal);
        Assert.Contains("pairs=all", DeadManGuard.Refusal(true, [], _ => false, allowed), StringComparison.Ordinal);
        Assert.Equal(Control.DeadManSwitch, ControlCatalog.In(DeadManGuard.Refusal(true, [flat], _ => false, C)));
        Assert.Null(DeadManGuard.Refusal(false, [held], _ => true, C));
    }

    [Fact]
    public void Limits_change_twice_a_day_and_then_only_with_a_second_person()
    {
        const long Day = 24 * Hour;
        Assert.Null(LimitChange.Refusal(["risk.maxPosition"], [Day - 1, Day], Day + 1, C));
        Assert.Null(LimitChange.Refusal([], [Day, Day, Day], Day + 1, C));
        var refusal = LimitChange.Refusal(["risk.maxPosition"], [Day, Day + 1], Day + 2, C);
        Assert.Contains("today=2 limit=2 settings=risk.maxPosition", refusal, StringComparison.Ordinal);
        Assert.Equal(Control.LimitChange, ControlCatalog.In(refusal));
        Assert.NotNull(LimitChange.Refusal(["risk.maxPosition"], [], Day, C with { LimitChangesPerDay = 0 }));
    }

    private static PositionClosed Closed(long atMs, decimal net) => new(atMs, 1, 0, 1, 100, 100, net, 0, net, ExitReason.StopLoss, 0);

    private static OrderSettled Settled(decimal size, decimal funds) => new(1, "o", OrderOutcome.Closed, size, funds, "", "");

    private static OrderIntended Intended(Side side, decimal trigger) => new(1)
    {
        IntentNumber = 1, Leg = side == Side.Buy ? IntentLeg.Entry : IntentLeg.Exit, Attempt = 1, DeadlineMs = 1, MarketMs = 1, CorrelationId = "c", Strategy = "s",
        Reason = "r", TriggerPrice = trigger, ConfigurationVersion = "v",
        Spec = new OrderSpec { ClientOrderId = "o", Symbol = Symbol.Parse("ABC-USDT"), Side = side, Type = OrderType.Market, Size = 2 },
    };
}
