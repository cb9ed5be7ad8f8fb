using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Tests.Pairs;

namespace Bot.Trading.Tests.Risk;

/// <summary>Every control that looks at an order: it trips past its limit, and not at it; and none of them stands before an exit.</summary>
public class PreTradeTests
{
    private static readonly ControlSettings Controls = new();
    private static readonly RiskLimits Limits = new();
    private static readonly SymbolRules Rules = PairBench.Rules;

    // Equity 10,000: at most 100 quote an order, 500 a position, 5,000 in all; 100 to the stop.
    private static readonly ControlOrder Order = new(Side.Buy, false, 100, 1, false, SelfTradeRule.CancelNewest);

    private static readonly PreTradeFacts Facts = new()
    {
        NowMs = 1_700_000_000_000,
        MarketMs = 1_700_000_000_000,
        Equity = 10_000,
        Available = 10_000,
        Exposure = 0,
        Bid = 99.5m,
        Ask = 100.5m,
        Mean = 100,
        Depth = 1_000,
        BookAgeMs = 0,
        StreamSilentMs = 0,
        CandleIntervals = 0,
        ClockErrorMs = 10,
        ExchangeOpen = true,
        RulesAgeMs = 1_000,
        EntriesOfPair = 0,
        Entries = 0,
        EntriesInSecond = 0,
        EntriesInMinute = 0,
        StopPrice = 95,
        TakerFee = 0.001m,
    };

    public sealed record Case(Control Control, string Category, PreTradeFacts Trips, PreTradeFacts Passes, ControlOrder? TripOrder = null, ControlOrder? PassOrder = null, SymbolRules? TripRules = null);

    private static readonly Case[] Cases =
    [
        new(Control.KillSwitch, "TRADING_MODE", Facts with { Mode = TradingMode.ReduceOnly, ModeReason = "drill" }, Facts),
        new(Control.KillSwitch, "TRADING_MODE", Facts with { Mode = TradingMode.Halted }, Facts),
        new(Control.OrderNotional, "ORDER_VALUE", Facts, Facts, Order with { Size = 1.01m }, Order),
        new(Control.OrderNotional, "ORDER_VALUE", Facts with { Equity = 1_000_000, Available = 1_000_000 }, Facts with { Equity = 1_000_000, Available = 1_000_000 }, Order with { Size = 5.01m }, Order with { Size = 5 }),
        new(Control.OrderQuantity, "SIZE_AGAINST_BOOK", Facts with { Depth = 9.9m }, Facts with { Depth = 10 }),
        new(Control.OrderQuantity, "SIZE_ABOVE_MAXIMUM", Facts, Facts, TripRules: Rules with { BaseMaxSize = 0.99m }),
        new(Control.PriceCollar, "MARKET_ENTRY", Facts, Facts, Order with { IsMarket = true }),
        new(Control.PriceCollar, "PRICE_OFF_MID", Facts with { Bid = 98.50m, Ask = 99.50m }, Facts with { Bid = 98.52m, Ask = 99.51m }),
        new(Control.PriceCollar, "PRICE_OFF_MID", Facts with { Bid = 100.6m, Ask = 101.6m }, Facts),
        new(Control.PriceCollar, "PRICE_OFF_MID", Facts with { Bid = 99.2m, Ask = 99.6m }, Facts, TripRules: Rules with { PriceLimitRate = 0.01m }),
        new(Control.PriceCollar, "PRICE_OFF_MEAN", Facts with { Mean = 98.03m }, Facts with { Mean = 98.04m }),
        new(Control.Position, "POSITION", Facts with { Held = 400.01m }, Facts with { Held = 400 }),
        new(Control.Position, "EXPOSURE", Facts with { Exposure = 4_900.01m }, Facts with { Exposure = 4_900 }),
        new(Control.OpenEntries, "ENTRIES_OF_PAIR", Facts with { EntriesOfPair = 1 }, Facts),
        new(Control.OpenEntries, "ENTRIES", Facts with { Entries = 10 }, Facts with { Entries = 9 }),
        new(Control.Duplicate, "ENTRY_IN_DOUBT", Facts with { InDoubt = true }, Facts),
        new(Control.Duplicate, "DUPLICATE", Facts with { TwinAgeMs = 59_999 }, Facts with { TwinAgeMs = 60_000 }),
        new(Control.Throttle, "ENTRY_RATE", Facts with { EntriesInSecond = 5 }, Facts with { EntriesInSecond = 4 }),
        new(Control.Throttle, "ENTRY_RATE", Facts with { EntriesInMinute = 60 }, Facts with { EntriesInMinute = 59 }),
        new(Control.StaleData, "PRICES_SILENT", Facts with { StreamSilentMs = 2_001 }, Facts with { StreamSilentMs = 2_000 }),
        new(Control.StaleData, "BOOK_OLD", Facts with { BookAgeMs = 2_001 }, Facts with { BookAgeMs = 2_000 }),
        new(Control.StaleData, "CANDLES_OLD", Facts with { CandleIntervals = 1.01m }, Facts with { CandleIntervals = 1 }),
        new(Control.StaleData, "CLOCK_ERROR", Facts with { ClockErrorMs = 501 }, Facts with { ClockErrorMs = 500 }),
        new(Control.FeedSanity, "FEED_NOT_SANE", Facts with { FeedBlockedUntilMs = 1_700_000_000_001 }, Facts with { FeedBlockedUntilMs = 1_700_000_000_000 }),
        new(Control.SymbolState, "EXCHANGE_NOT_OPEN", Facts with { ExchangeOpen = false }, Facts),
        new(Control.SymbolState, "TRADING_DISABLED", Facts, Facts, TripRules: Rules with { EnableTrading = false }),
        new(Control.SymbolState, "CALL_AUCTION", Facts, Facts, TripRules: Rules with { IsCallAuction = true }),
        new(Control.SymbolState, "SPECIAL_TREATMENT", Facts, Facts, TripRules: Rules with { IsSpecialTreatment = true }),
        new(Control.Increment, "RULES_OLD", Facts with { RulesAgeMs = 600_001 }, Facts with { RulesAgeMs = 600_000 }),
        new(Control.Increment, "SIZE_INCREMENT", Facts, Facts, Order with { Size = 0.995m }, Order),
        new(Control.Increment, "SIZE_BELOW_MINIMUM", Facts, Facts, TripRules: Rules with { BaseMinSize = 1.01m }),
        new(Control.Increment, "PRICE_INCREMENT", Facts, Facts, Order with { Price = 99.999m }, Order),
        new(Control.Increment, "FUNDS_BELOW_MINIMUM", Facts, Facts, TripRules: Rules with { MinFunds = 100.01m }),
        new(Control.Funds, "FUNDS", Facts with { Available = 100.29m }, Facts with { Available = 100.3m }),
        new(Control.SelfMatch, "BOTH_SIDES", Facts with { OppositeWorks = true }, Facts),
        new(Control.SelfMatch, "SELF_TRADE_UNGUARDED", Facts, Facts, Order with { SelfTrade = null }, Order),
        new(Control.SelfMatch, "SELF_TRADE_UNGUARDED", Facts, Facts, Order with { SelfTrade = SelfTradeRule.CancelOldest }, Order),
        new(Control.ExitPlan, "NO_STOP", Facts with { StopPrice = null }, Facts),
        new(Control.ExitPlan, "NO_STOP", Facts with { StopPrice = 100 }, Facts with { StopPrice = 99.99m }),
        new(Control.ExitPlan, "STOP_BELOW_MINIMUM", Facts with { StopPrice = 1 }, Facts, Order with { Size = 1 }, TripRules: Rules with { MinFunds = 1 }),
        new(Control.ExitPlan, "RISK_TO_STOP", Facts with { Equity = 10_000, StopPrice = 0.01m, TakerFee = 0.01m }, Facts with { StopPrice = 1.5m, TakerFee = 0 }, TripRules: Rules with { MinFunds = null, PriceIncrement = 0.01m }),
        new(Control.Loss, "DAILY_LOSS", Facts with { Breaker = Control.Loss, BreakerReason = "DAILY_LOSS control=C7 loss=0.03" }, Facts),
        new(Control.RejectStorm, "BREAKER", Facts with { Breaker = Control.RejectStorm }, Facts),
    ];

    public static TheoryData<int> All => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(All))]
    public void A_control_trips_past_its_limit_and_not_at_it(int index)
    {
        var test = Cases[index];
        var verdict = PreTrade.Check(test.TripOrder ?? Order, test.Trips, test.TripRules ?? Rules, Controls, Limits);
        Assert.StartsWith($"{test.Category} control={ControlCatalog.NumberOf(test.Control)}", verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(test.Control, verdict.Control);
        Assert.Equal(test.Control, ControlCatalog.In(verdict.Reason));
        var pass = PreTrade.Check(test.PassOrder ?? Order, test.Passes, Rules, Controls, Limits);
        Assert.True(pass.Passes, pass.Reason);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_sell_that_reduces_a_position_passes_every_control_but_the_exchanges_increments(int index)
    {
        var test = Cases[index];
        var order = (test.TripOrder ?? Order) with { Side = Side.Sell, Reduces = true, IsMarket = true, Price = 0, SelfTrade = null };
        var verdict = PreTrade.Check(order, test.Trips, test.TripRules ?? Rules, Controls, Limits);
        if (test.Control is Control.Increment or Control.OrderQuantity && !verdict.Passes)
            Assert.Equal(Control.Increment, verdict.Control);
        else
            Assert.True(verdict.Passes, verdict.Reason);
        Assert.True(PreTrade.Check(order with { Size = 1 }, test.Trips, null, Controls, Limits).Passes);
    }

    [Fact]
    public void A_pass_allocates_nothing()
    {
        Assert.True(PreTrade.Check(Order, Facts, Rules, Controls, Limits).Passes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            PreTrade.Check(Order, Facts, Rules, Controls, Limits);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Every_control_is_in_the_catalogue_once_under_its_number_and_its_settings_exist()
    {
        Assert.Equal([.. Enumerable.Range(1, 28).Select(n => $"C{n}")], ControlCatalog.All.Select(c => c.Number));
        var settings = typeof(ControlSettings).GetProperties().Select(p => "controls." + char.ToLowerInvariant(p.Name[0]) + p.Name[1..]).Where(p => p != "controls.equalityContract").ToHashSet();
        var named = ControlCatalog.All.SelectMany(c => c.Parameters).Where(p => p.StartsWith("controls.", StringComparison.Ordinal)).ToList();
        Assert.Equal(settings.Order(), named.Order());
    }

    [Theory]
    [InlineData("X control=C9 a=1", Control.Duplicate)]
    [InlineData("X control=C28", Control.Review)]
    [InlineData("X control=C29", null)]
    [InlineData("X control=C", null)]
    [InlineData("X", null)]
    [InlineData(null, null)]
    public void A_reason_names_its_control(string? reason, Control? control) => Assert.Equal(control, ControlCatalog.In(reason));
}
