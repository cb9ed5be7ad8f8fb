using System.Globalization;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Trading.Risk.Controls;

/// <summary>
/// The pre-trade check (RELIABILITY.md §6): an order, what is known, the limits; a pass or the first control that refuses. Pure, and free of
/// allocation on a pass. The pair asks it before the intent is written, the gateway again before the request leaves.
/// </summary>
public static class PreTrade
{
    /// <summary>Checks an order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="facts">What is known here.</param>
    /// <param name="rules">The exchange's rules of the pair; null when they are not known here.</param>
    /// <param name="controls">Parameters.</param>
    /// <param name="limits">Limits of the account.</param>
    public static ControlVerdict Check(
        in ControlOrder order, in PreTradeFacts facts, SymbolRules? rules, ControlSettings controls, RiskLimits limits)
    {
        // Nothing may stand between a position and its exit: what is left is what the exchange itself would refuse.
        if (order.Reduces)
            return rules is null ? ControlVerdict.Pass : Increment(order, rules);

        var verdict = Standing(facts, rules, controls);
        if (!verdict.Passes)
            return verdict;
        verdict = Market(order, facts, rules, controls);
        if (!verdict.Passes)
            return verdict;
        verdict = Capital(order, facts, controls, limits);
        if (!verdict.Passes)
            return verdict;
        verdict = Traffic(order, facts, controls);
        if (!verdict.Passes)
            return verdict;
        return rules is null ? ControlVerdict.Pass : Increment(order, rules) is { Passes: false } bad ? bad : ExitPlan(order, facts, rules, controls);
    }

    /// <summary>What forbids any entry now, whatever its size and price: C1, breakers, C12, C13, C14, C15's age.</summary>
    public static ControlVerdict Standing(in PreTradeFacts f, SymbolRules? rules, ControlSettings c)
    {
        if (f.Mode != TradingMode.Active)
            return Refuse(Control.KillSwitch, $"TRADING_MODE control=C1 mode={f.Mode} reason={f.ModeReason}");
        if (f.Breaker is { } breaker)
            return new ControlVerdict(breaker, f.BreakerReason ?? Text($"BREAKER control=C{(int)breaker}"));
        if (f.ExchangeOpen == false)
            return Refuse(Control.SymbolState, $"EXCHANGE_NOT_OPEN control=C14");
        if (rules is not null)
        {
            if (!rules.EnableTrading)
                return Refuse(Control.SymbolState, $"TRADING_DISABLED control=C14 symbol={rules.Symbol}");
            if (rules.IsCallAuction)
                return Refuse(Control.SymbolState, $"CALL_AUCTION control=C14 symbol={rules.Symbol}");
            if (rules.IsSpecialTreatment && !c.AllowSpecialTreatment)
                return Refuse(Control.SymbolState, $"SPECIAL_TREATMENT control=C14 symbol={rules.Symbol}");
        }
        if (f.RulesAgeMs > c.MaxRulesAgeMs)
            return Refuse(Control.Increment, $"RULES_OLD control=C15 age_ms={f.RulesAgeMs} limit={c.MaxRulesAgeMs}");
        if (f.StreamSilentMs > c.MaxStreamSilenceMs)
            return Refuse(Control.StaleData, $"PRICES_SILENT control=C12 silent_ms={f.StreamSilentMs} limit={c.MaxStreamSilenceMs}");
        if (f.BookAgeMs > c.MaxBookAgeMs)
            return Refuse(Control.StaleData, $"BOOK_OLD control=C12 age_ms={f.BookAgeMs} limit={c.MaxBookAgeMs}");
        if (f.CandleIntervals > c.MaxCandleIntervals)
            return Refuse(Control.StaleData, $"CANDLES_OLD control=C12 intervals={f.CandleIntervals} limit={c.MaxCandleIntervals}");
        if (f.ClockErrorMs > c.MaxClockErrorMs)
            return Refuse(Control.StaleData, $"CLOCK_ERROR control=C12 error_ms={f.ClockErrorMs} limit={c.MaxClockErrorMs}");
        if (f.FeedBlockedUntilMs > f.MarketMs)
            return Refuse(Control.FeedSanity, $"FEED_NOT_SANE control=C13 until_ms={f.FeedBlockedUntilMs}");
        return ControlVerdict.Pass;
    }

    /// <summary>C3 and C4: the order against the market.</summary>
    private static ControlVerdict Market(in ControlOrder o, in PreTradeFacts f, SymbolRules? rules, ControlSettings c)
    {
        if (o.IsMarket)
            return Refuse(Control.PriceCollar, $"MARKET_ENTRY control=C4");
        if (rules is not null && o.Size > rules.BaseMaxSize)
            return Refuse(Control.OrderQuantity, $"SIZE_ABOVE_MAXIMUM control=C3 size={o.Size} maximum={rules.BaseMaxSize}");
        if (f.Depth is { } depth && o.Size > depth * c.MaxBookShare)
            return Refuse(Control.OrderQuantity, $"SIZE_AGAINST_BOOK control=C3 size={o.Size} depth={depth} share={c.MaxBookShare}");
        if (f.Bid is { } bid && f.Ask is { } ask && bid > 0 && ask > 0)
        {
            var mid = (bid + ask) / 2;
            var collar = rules is null ? c.CollarMid : Math.Min(c.CollarMid, rules.PriceLimitRate * c.CollarBandShare);
            if (Math.Abs(o.Price - mid) > mid * collar)
                return Refuse(Control.PriceCollar, $"PRICE_OFF_MID control=C4 price={o.Price} mid={mid} collar={collar}");
        }
        if (f.Mean is { } mean && mean > 0 && Math.Abs(o.Price - mean) > mean * c.CollarMean)
            return Refuse(Control.PriceCollar, $"PRICE_OFF_MEAN control=C4 price={o.Price} mean={mean} collar={c.CollarMean}");
        return ControlVerdict.Pass;
    }

    /// <summary>C2, C5 and C16: the order against the account's money.</summary>
    private static ControlVerdict Capital(in ControlOrder o, in PreTradeFacts f, ControlSettings c, RiskLimits limits)
    {
        var notional = o.Notional;
        var most = f.Equity is { } worth ? Math.Min(c.MaxOrderQuote, worth * c.MaxOrderEquity) : c.MaxOrderQuote;
        if (notional > most)
            return Refuse(Control.OrderNotional, $"ORDER_VALUE control=C2 value={notional} limit={most}");
        if (f.Equity is { } equity)
        {
            if ((f.Held ?? 0) + notional > equity * limits.MaxPosition)
                return Refuse(Control.Position, $"POSITION control=C5 value={(f.Held ?? 0) + notional} limit={equity * limits.MaxPosition}");
            if (f.Exposure is { } exposure && exposure + notional > equity * limits.MaxExposure)
                return Refuse(Control.Position, $"EXPOSURE control=C5 value={exposure + notional} limit={equity * limits.MaxExposure}");
        }
        var cost = notional * (1 + f.TakerFee + limits.FundsMargin);
        if (f.Available is { } available && cost > available)
            return Refuse(Control.Funds, $"FUNDS control=C16 cost={cost} available={available}");
        return ControlVerdict.Pass;
    }

    /// <summary>C6, C9, C10 and C17: the order against the others.</summary>
    private static ControlVerdict Traffic(in ControlOrder o, in PreTradeFacts f, ControlSettings c)
    {
        if (f.EntriesOfPair >= c.MaxEntriesPerPair)
            return Refuse(Control.OpenEntries, $"ENTRIES_OF_PAIR control=C6 open={f.EntriesOfPair} limit={c.MaxEntriesPerPair}");
        if (f.Entries >= c.MaxEntries)
            return Refuse(Control.OpenEntries, $"ENTRIES control=C6 open={f.Entries} limit={c.MaxEntries}");
        if (f.InDoubt)
            return Refuse(Control.Duplicate, $"ENTRY_IN_DOUBT control=C9");
        if (f.TwinAgeMs < c.DuplicateMs)
            return Refuse(Control.Duplicate, $"DUPLICATE control=C9 age_ms={f.TwinAgeMs} window_ms={c.DuplicateMs} size={o.Size}");
        if (f.EntriesInSecond >= c.EntriesPerSecond)
            return Refuse(Control.Throttle, $"ENTRY_RATE control=C10 second={f.EntriesInSecond} limit={c.EntriesPerSecond}");
        if (f.EntriesInMinute >= c.EntriesPerMinute)
            return Refuse(Control.Throttle, $"ENTRY_RATE control=C10 minute={f.EntriesInMinute} limit={c.EntriesPerMinute}");
        if (f.OppositeWorks)
            return Refuse(Control.SelfMatch, $"BOTH_SIDES control=C17");
        if (o.SelfTrade != SelfTradeRule.CancelNewest)
            return Refuse(Control.SelfMatch, $"SELF_TRADE_UNGUARDED control=C17");
        return ControlVerdict.Pass;
    }

    /// <summary>C15: what the exchange would refuse. The one control of an exit.</summary>
    private static ControlVerdict Increment(in ControlOrder o, SymbolRules rules)
    {
        if (o.Size <= 0 || o.Size % rules.BaseIncrement != 0)
            return Refuse(Control.Increment, $"SIZE_INCREMENT control=C15 size={o.Size} increment={rules.BaseIncrement}");
        if (o.Size < rules.BaseMinSize)
            return Refuse(Control.Increment, $"SIZE_BELOW_MINIMUM control=C15 size={o.Size} minimum={rules.BaseMinSize}");
        if (o.Size > rules.BaseMaxSize)
            return Refuse(Control.Increment, $"SIZE_ABOVE_MAXIMUM control=C15 size={o.Size} maximum={rules.BaseMaxSize}");
        if (!o.IsMarket && (o.Price <= 0 || o.Price % rules.PriceIncrement != 0))
            return Refuse(Control.Increment, $"PRICE_INCREMENT control=C15 price={o.Price} increment={rules.PriceIncrement}");
        if (o.Price > 0 && rules.MinFunds is { } least && o.Notional < least)
            return Refuse(Control.Increment, $"FUNDS_BELOW_MINIMUM control=C15 funds={o.Notional} minimum={least}");
        return ControlVerdict.Pass;
    }

    /// <summary>C18: what is bought must be sellable at its stop, after a fee taken in base, and the loss there is bounded.</summary>
    private static ControlVerdict ExitPlan(in ControlOrder o, in PreTradeFacts f, SymbolRules rules, ControlSettings c)
    {
        if (f.StopPrice is not { } stop || stop <= 0 || stop >= o.Price)
            return Refuse(Control.ExitPlan, $"NO_STOP control=C18 price={o.Price} stop={f.StopPrice}");
        var sellable = rules.FloorSize(o.Size * (1 - f.TakerFee));
        var least = rules.SmallestSize(stop);
        if (sellable < least)
            return Refuse(Control.ExitPlan, $"STOP_BELOW_MINIMUM control=C18 size={sellable} minimum={least}");
        var loss = o.Size * (o.Price - stop + (f.TakerFee * (o.Price + stop)));
        if (f.Equity is { } equity && loss > equity * c.MaxEntryRisk)
            return Refuse(Control.ExitPlan, $"RISK_TO_STOP control=C18 loss={loss} limit={equity * c.MaxEntryRisk}");
        return ControlVerdict.Pass;
    }

    private static ControlVerdict Refuse(Control control, FormattableString reason) => new(control, Text(reason));

    private static string Text(FormattableString reason) => reason.ToString(CultureInfo.InvariantCulture);
}
