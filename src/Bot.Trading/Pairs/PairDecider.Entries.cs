using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Strategies;

namespace Bot.Trading.Pairs;

/// <content>Opening: signal, grant, intent.</content>
public static partial class PairDecider
{
    /// <summary>Why the pair opens nothing now, in <c>CATEGORY key=value</c> form; null when it may.</summary>
    public static string? EntryBlock(PairState s, PairMemory m, PairContext c, long marketMs)
    {
        if (s.Phase != PairPhase.Trading)
            return $"PAIR_NOT_TRADING phase={s.Phase}";
        if (s.EntriesPausedReason is { } paused)
            return $"ENTRIES_PAUSED reason={paused}";
        if (!c.GateOpen)
            return "START_UP_GATE";
        if (c.OpeningBlock is { } block)
            return $"RECONCILIATION {block}";
        if (c.Mode != TradingMode.Active)
            return $"TRADING_MODE control=C1 mode={c.Mode} reason={c.ModeReason}";

        // A stop that is left over is unsettled too: it would sell what is bought next (I14).
        if (s.HasOpen())
            return "ORDER_UNSETTLED";
        if (HasQuarantine(s))
            return "ORDER_QUARANTINED";
        if (s.Protection is not null || s.ExitWanted is not null)
            return "POSITION_OPEN";
        if (!c.ExchangeStops && !c.AllowOutageExposure)
            return "NO_STOPS_AT_EXCHANGE";
        if (c.Rules is not { } rules)
            return "RULES_UNKNOWN";
        if (!rules.EnableTrading)
            return $"TRADING_DISABLED control=C14 symbol={rules.Symbol}";
        if (m.LastTick.TimeMs < marketMs - c.Settings.StalePriceMs)
            return $"PRICE_STALE control=C12 age_ms={marketMs - m.LastTick.TimeMs}";
        return StandingBlock(s, m, c, marketMs).Reason;
    }

    private static void Enter(
        PairState s, PairMemory m, PairContext c, in Bar bar, long closedAtMs, int revision, in Signal signal, Sink<PairEvent, PairEffect> sink)
    {
        if (m.Pending is { } overdue && IsOver(overdue.AskedAtMs, c.Settings.EntryDeadlineMs, c))
            DropPending(m, sink);
        var block = m.Pending is not null ? "GRANT_PENDING" : EntryBlock(s, m, c, closedAtMs);
        if (block is not null)
        {
            NotTaken(block, sink);
            return;
        }
        var rules = c.Rules!;
        var scale = new PriceScale(rules.PriceIncrement);
        var reference = m.LastTick.AskTicks > 0 ? scale.Price(m.LastTick.AskTicks) : rules.CeilingPrice((decimal)bar.Close);
        var limit = rules.CeilingPrice(reference * (1 + c.Settings.EntryCollar));
        if (Plan(m, c, rules, reference, signal, out var fault) is not { } plan)
        {
            NotTaken(fault!, sink);
            return;
        }
        m.Pending = new PendingEntry(s.NextIntent, limit, plan, reference, closedAtMs, bar.OpenTimeMs, revision, c.NowMs, signal);
        sink.Do(new PairEffect.RequestGrant(new GrantRequest(s.Symbol, s.NextIntent, limit, plan.StopPrice, c.TakerFee, rules)));
    }

    private static void OnGrant(PairState s, PairMemory m, PairContext c, PairInput.GrantAnswered answer, Sink<PairEvent, PairEffect> sink)
    {
        if (m.Pending is not { } p || p.IntentNumber != answer.IntentNumber)
        {
            // Asked by an earlier incarnation, or overtaken: money must not stay reserved for it.
            if (answer.ReservedQuote > 0 && !HasOpenIntent(s, answer.IntentNumber))
                sink.Do(new PairEffect.ReleaseGrant(answer.IntentNumber));
            return;
        }
        m.Pending = null;
        var refusal = answer.Decision.Refusal
            ?? EntryBlock(s, m, c, p.MarketMs)
            ?? (IsOver(p.AskedAtMs, c.Settings.EntryDeadlineMs + 1, c) ? $"GRANT_LATE age_ms={c.NowMs - p.AskedAtMs}" : null)
            ?? c.Rules!.Violation(answer.Decision.Size, p.LimitPrice, isLimit: true);
        PreTradeFacts? facts = null;
        var spec = refusal is null ? EntrySpec(s, p, c, answer.Decision.Size) : null;
        if (spec is not null)
            refusal = CheckEntry(s, m, c, p, answer, spec, out facts).Reason;
        if (refusal is not null)
        {
            if (answer.ReservedQuote > 0)
                sink.Do(new PairEffect.ReleaseGrant(answer.IntentNumber));
            NotTaken(refusal, sink);
            return;
        }
        var intended = new OrderIntended(c.NowMs)
        {
            IntentNumber = p.IntentNumber,
            Leg = IntentLeg.Entry,
            Attempt = 1,
            Spec = spec!,
            Facts = facts,
            DeadlineMs = c.NowMs + c.Settings.EntryDeadlineMs,
            MarketMs = p.MarketMs,
            CorrelationId = CandleCorrelation(s.Symbol, p.CandleOpenMs),
            Strategy = s.Strategy,
            Reason = p.Signal.Reason ?? "",
            CandleOpenMs = p.CandleOpenMs,
            CandleRevision = p.CandleRevision,
            TriggerPrice = p.ReferencePrice,
            Signal = p.Signal.Values,
            Risk = answer.Decision,
            Plan = p.Plan,
            ReservedQuote = answer.ReservedQuote,
            ConfigurationVersion = c.ConfigurationVersion,
        };
        sink.Persist(intended);
        sink.Do(Track(intended));
        sink.Do(new PairEffect.Report());

        // What failed for the last position is no reason to leave this one bare.
        m.Stops.End();
        m.Exits.End();
    }

    private static bool HasOpenIntent(PairState s, long number)
    {
        foreach (var attempt in s.Orders)
        {
            if (attempt.IsOpen && attempt.Intended.IntentNumber == number)
                return true;
        }
        return false;
    }

    private static OrderSpec EntrySpec(PairState s, PendingEntry p, PairContext c, decimal size) => new()
    {
        ClientOrderId = new ClientOrderId(c.Deployment, s.SymbolId, p.IntentNumber, IntentLeg.Entry, 1).Text,
        Symbol = s.Symbol,
        Side = Side.Buy,
        Type = OrderType.Limit,

        // Never resting: what does not fill at once is not bought, so an entry cannot linger unwatched.
        TimeInForce = TimeInForce.Ioc,
        Price = p.LimitPrice,
        Size = size,
        SelfTrade = SelfTradeRule.CancelNewest,
    };

    private static void DropPending(PairMemory m, Sink<PairEvent, PairEffect> sink)
    {
        if (m.Pending is not { } pending)
            return;
        m.Pending = null;
        sink.Do(new PairEffect.ReleaseGrant(pending.IntentNumber));
    }

    private static string CandleCorrelation(Symbol symbol, long candleOpenMs) => $"{symbol}/candle/{candleOpenMs}";
}
