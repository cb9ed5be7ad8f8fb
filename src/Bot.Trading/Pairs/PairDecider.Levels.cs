using Bot.Trading.Indicators;
using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Strategies;

namespace Bot.Trading.Pairs;

/// <content>The levels: how they are planned, how they move, what happens at them.</content>
public static partial class PairDecider
{
    /// <summary>The lowest price at which something is sold with profit now: the next step of the ladder or the target; null for none.</summary>
    public static decimal? NextTarget(PairState s)
    {
        if (s.Protection is not { } p)
            return null;
        var target = p.TakeProfitPrice;
        if (p.Ladder is not { } ladder || s.Trade is not { } trade)
            return target;
        var sum = 0m;
        for (var i = 0; i < ladder.Count; i++)
        {
            sum += ladder[i].Share;
            if (trade.SoldSize < trade.BoughtSize * sum)
                return target is { } full && full < ladder[i].Price ? full : ladder[i].Price;
        }
        return target;
    }

    /// <summary>Takes a candle into the average true range that stops are measured by.</summary>
    private static void TakeRange(PairMemory m, PairContext c, in Bar bar)
    {
        if (c.Protection.StopAtr > 0)
            (m.Range ??= new Atr(c.Protection.AtrPeriod)).Update(bar);
    }

    /// <summary>How an entry will be protected; null when there is no place for a stop, with the reason.</summary>
    private static Protection? Plan(PairMemory m, PairContext c, SymbolRules rules, decimal reference, in Signal signal, out string? fault)
    {
        fault = null;
        var settings = c.Protection;
        if (settings.StopAtr > 0 && m.Range is not { IsReady: true })
        {
            fault = "ATR_NOT_READY";
            return null;
        }
        var distance = settings.StopFraction > 0 ? reference * settings.StopFraction
            : settings.StopAtr > 0 ? (decimal)(m.Range!.Value * settings.StopAtr)
            : (decimal)signal.StopDistance;
        var stop = rules.FloorPrice(reference - distance);
        if (stop <= 0 || stop >= reference)
        {
            fault = $"STOP_NOT_BELOW_ENTRY entry={Text(reference)} stop={Text(stop)}";
            return null;
        }
        var r = reference - stop;
        var plan = new Protection(
            stop,
            signal.TakeProfitDistance is { } target ? rules.CeilingPrice(reference + (decimal)target) : null,
            signal.TrailingDistance is { } trail ? Math.Max(rules.PriceIncrement, rules.FloorPrice((decimal)trail)) : null,
            reference);
        var steps = settings.LadderSteps();
        if (steps.Count > 0)
        {
            var ladder = new LadderStep[steps.Count];
            for (var i = 0; i < ladder.Length; i++)
                ladder[i] = new LadderStep(r * steps[i].R, steps[i].Share, rules.CeilingPrice(reference + r * steps[i].R));
            plan = plan with { Ladder = ladder };
        }
        if (settings.BreakEvenR > 0)
            plan = plan with { BreakEvenDistance = r * settings.BreakEvenR, BreakEvenPrice = rules.CeilingPrice(reference + r * settings.BreakEvenR) };
        return plan;
    }

    /// <summary>The levels after a fill of an entry: those that are profits over what was paid move with the average.</summary>
    private static Protection Recomputed(Protection p, PairContext c, OpenTrade? before, FillReport fill)
    {
        var size = (before?.BoughtSize ?? 0) + fill.Size;
        var average = ((before?.BoughtFunds ?? 0) + fill.Size * fill.Price) / size;
        if (p.Ladder is { } ladder)
        {
            var moved = new LadderStep[ladder.Count];
            for (var i = 0; i < moved.Length; i++)
                moved[i] = ladder[i] with { Price = Up(average + ladder[i].Distance, c.Rules) };
            p = p with { Ladder = moved };
        }
        if (p.BreakEvenDistance is { } distance)
            p = p with { BreakEvenPrice = Up(average + distance, c.Rules) };
        if (p.ExitAtMs is null && c.Protection.MaxHoldMinutes > 0)
            p = p with { ExitAtMs = fill.TimeMs + c.Protection.MaxHoldMinutes * 60_000L };
        return p;
    }

    private static decimal Up(decimal price, SymbolRules? rules) => rules is null ? price : rules.CeilingPrice(price);

    /// <summary>The monitor calls.</summary>
    private static void OnCall(PairState s, PairMemory m, PairContext c, ProtectionCall call, in PriceTick tick, Sink<PairEvent, PairEffect> sink)
    {
        var from = sink.Events.Count;
        var p = s.Protection!;
        var price = new PriceScale(c.Rules!.PriceIncrement).Price(tick.LastTicks);
        switch (call)
        {
            case ProtectionCall.Raise:
                sink.Persist(new ProtectionPlanned(c.NowMs, s.Position.Quantity, p with { StopPrice = m.Monitor.ImpliedStop, HighWater = m.Monitor.HighWater }, "trail"));
                break;
            case ProtectionCall.BreakEven:
                var even = c.Rules.CeilingPrice(s.Position.AveragePrice * (1 + 2 * c.TakerFee));
                if (even >= price)
                    return;
                sink.Persist(new ProtectionPlanned(
                    c.NowMs,
                    s.Position.Quantity,
                    p with { StopPrice = Math.Max(even, m.Monitor.ImpliedStop), HighWater = Math.Max(p.HighWater, price), BreakEvenDistance = null, BreakEvenPrice = null },
                    "break-even"));
                break;
            default:
                if (!MayExit(s, m, c))
                    return;
                Sell(s, m, c, call, price, tick.TimeMs, sink);
                break;
        }
        if (sink.Events.Count > from)
            Conclude(s, m, c, from, sink);
    }

    private static void Sell(PairState s, PairMemory m, PairContext c, ProtectionCall call, decimal price, long marketMs, Sink<PairEvent, PairEffect> sink)
    {
        var p = s.Protection!;
        if (call == ProtectionCall.TakeProfit && !(price >= p.TakeProfitPrice) && Part(s, m, c.Rules!, price) is { } part)
        {
            if (part > 0)
                Intend(s, c, new ExitCause(ExitReason.Ladder, $"{Words(ExitReason.Ladder)}: traded at {Text(price)}", marketMs, price, null, 0, null), s.NextIntent, 1, part, sink);
            return;
        }
        // Everything: the target, or a part that would leave dust.
        var (reason, level) = call switch
        {
            ProtectionCall.TakeProfit => (ExitReason.TakeProfit, p.TakeProfitPrice ?? price),
            ProtectionCall.Expired => (ExitReason.TimeLimit, price),
            _ => (s.IsTrailed ? ExitReason.TrailingStop : ExitReason.StopLoss, p.StopPrice),
        };
        var words = call == ProtectionCall.Expired ? "held for as long as it may be" : $"{Words(reason)}: traded at {Text(price)}, level {Text(level)}";
        Exit(s, m, c, new ExitCause(reason, words, marketMs, price, null, 0, null), sink);
    }

    /// <summary>What the steps of the ladder that the price has reached still want sold; 0 when that is too small for an order; null when it is everything.</summary>
    private static decimal? Part(PairState s, PairMemory m, SymbolRules rules, decimal price)
    {
        if (s is not { Protection.Ladder: { } ladder, Trade: { } trade })
            return null;
        var share = 0m;
        for (var i = 0; i < ladder.Count && ladder[i].Price <= price; i++)
            share += ladder[i].Share;
        var part = rules.FloorSize(Math.Min(trade.BoughtSize * share - trade.SoldSize, rules.BaseMaxSize));
        var mark = Mark(s, m, rules);
        if (rules.IsDust(s.Position.Quantity - part, mark))
            return null;
        return part > 0 && rules.Violation(part, mark, isLimit: false) is null ? part : 0;
    }
}
