using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Positions;

namespace Bot.Trading.Pairs;

/// <content>Selling. No permission is ever asked for it.</content>
public static partial class PairDecider
{
    /// <summary>Average prices are for people; the money is in the results, which are exact.</summary>
    private const int AveragePlaces = 12;

    private sealed record ExitCause(
        ExitReason Reason,
        string Words,
        long MarketMs,
        decimal? TriggerPrice,
        long? CandleOpenMs,
        int CandleRevision,
        IReadOnlyDictionary<string, double>? Signal);

    /// <summary>True while an order sells everything, as far as is known: then no second one is made.</summary>
    private static bool Works(PairState s, PairMemory m, PairContext c)
    {
        foreach (var attempt in s.Orders)
        {
            if (!attempt.IsOpen || attempt.Intended.Leg == IntentLeg.Entry)
                continue;

            // A part in doubt, or a triggered stop that nothing is heard of, does not keep the rest from being sold.
            if (attempt.Intended.Leg == IntentLeg.Exit ? !attempt.IsPartial || !m.Doubts.ContainsKey(attempt.ClientOrderId)
                : attempt.IsTriggered && m.Doubts.TryGetValue(attempt.ClientOrderId, out var since) && !IsOver(since, c.Settings.DoubtPatienceMs, c))
                return true;
        }
        return false;
    }

    private static bool MayExit(PairState s, PairMemory m, PairContext c) => !m.Exits.Lasts(c.NowMs) && !Works(s, m, c);

    /// <summary>True when so long has passed; a clock that was set back counts as time enough.</summary>
    private static bool IsOver(long sinceMs, long lengthMs, PairContext c) => c.NowMs < sinceMs || c.NowMs - sinceMs >= lengthMs;

    /// <summary>Sells everything that can be sold; declares the rest dust.</summary>
    private static void Exit(PairState s, PairMemory m, PairContext c, ExitCause cause, Sink<PairEvent, PairEffect> sink)
    {
        if (c.Rules is not { } rules)
        {
            RetryLater(m, c, "the exchange's rules of the pair are not known yet", true, sink);
            return;
        }
        var mark = Mark(s, m, rules);
        if (rules.IsDust(s.Position.Quantity, mark))
        {
            if (!HasSells(s, null))
                Close(s, c, s.Position, s.Trade, cause.Reason, sink);
            return;
        }
        var size = Math.Min(rules.FloorSize(s.Position.Quantity), rules.FloorSize(rules.BaseMaxSize));
        if (rules.Violation(size, mark, isLimit: false) is { } violation)
        {
            RetryLater(m, c, $"cannot sell: {violation}", true, sink);
            return;
        }
        Intend(s, c, cause, s.NextIntent, 1, size, sink);
    }

    private static void Intend(PairState s, PairContext c, ExitCause cause, long number, int attempt, decimal size, Sink<PairEvent, PairEffect> sink)
    {
        var intended = new OrderIntended(c.NowMs)
        {
            IntentNumber = number,
            Leg = IntentLeg.Exit,
            Attempt = attempt,
            Spec = new OrderSpec
            {
                ClientOrderId = new ClientOrderId(c.Deployment, s.SymbolId, number, IntentLeg.Exit, attempt).Text,
                Symbol = s.Symbol,
                Side = Side.Sell,
                Type = OrderType.Market,
                Size = size,
                SelfTrade = SelfTradeRule.CancelOldest,
            },
            DeadlineMs = c.NowMs + c.Settings.ExitDeadlineMs,
            MarketMs = cause.MarketMs,
            CorrelationId = cause.CandleOpenMs is { } candle ? CandleCorrelation(s.Symbol, candle) : $"{s.Symbol}/tick/{cause.MarketMs}",
            Strategy = s.Strategy,
            Reason = cause.Words,
            Exit = cause.Reason,
            CandleOpenMs = cause.CandleOpenMs,
            CandleRevision = cause.CandleRevision,
            TriggerPrice = cause.TriggerPrice,
            Signal = cause.Signal,
            ConfigurationVersion = c.ConfigurationVersion,
        };
        sink.Persist(intended);
        sink.Do(Track(intended));
    }

    private static void OnDoubt(PairState s, PairMemory m, PairContext c, PairInput.OrderInDoubt doubt, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Find(doubt.ClientOrderId) is not { IsOpen: true } attempt || attempt.Intended.Leg == IntentLeg.Entry)
            return;
        m.Doubts.TryAdd(doubt.ClientOrderId, c.NowMs);
        sink.Do(new PairEffect.Wake(DoubtPatienceMs(attempt.Intended, c)));
    }

    private static void OnWoken(PairState s, PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        Look(s, m, c, sink);
        if (SellAgain(s, m, c, sink))
            return;
        if (s.Protection is null || !MayExit(s, m, c))
            return;
        if (s.ExitWanted is { } wanted)
            Exit(s, m, c, new ExitCause(wanted, $"{Words(wanted)}: the rest", m.LastTick.TimeMs, null, null, 0, null), sink);
        else if (IsEmergency(s, m, c))
        {
            sink.Do(new PairEffect.Note($"UNPROTECTED for {UnprotectedMs(m, c.NowMs)} ms: everything is sold", true));
            Exit(s, m, c, new ExitCause(ExitReason.Emergency, "no stop could be placed", m.LastTick.TimeMs, null, null, 0, null), sink);
        }
    }

    /// <summary>
    /// A sell whose fate is unknown leaves the position bare. On spot an extra sell is bounded by the balance, so it is authorised again
    /// under a new id (RELIABILITY.md R12), and so is a stop. True when one was.
    /// </summary>
    private static bool SellAgain(PairState s, PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        if (m.Doubts.Count == 0 || s.Protection is null)
            return false;
        foreach (var attempt in s.Orders)
        {
            var i = attempt.Intended;
            if (!attempt.IsOpen || attempt.IsPartial || attempt.IsTriggered || attempt.IsCancelling
                || !m.Doubts.TryGetValue(attempt.ClientOrderId, out var since) || !IsOver(since, DoubtPatienceMs(i, c), c) || HasLater(s, i))
                continue;
            if (i.Leg == IntentLeg.Stop)
            {
                // One that is on its way takes the place of an older one that is missing.
                if (c.Rules is not { } rules || Works(s, m, c) || NewestStop(s) != attempt)
                    continue;
                var (wanted, price) = Wanted(s, m, c, rules, null);
                if (wanted <= 0)
                    continue;
                IntendStop(s, m, c, i.IntentNumber, i.Attempt + 1, wanted, price, sink);
                return true;
            }
            var size = c.Rules is { } r ? Math.Min(r.FloorSize(s.Position.Quantity), r.FloorSize(r.BaseMaxSize)) : 0;
            if (size <= 0)
                continue;
            var cause = new ExitCause(i.Exit!.Value, $"{i.Reason} (again: attempt {i.Attempt} is in doubt)", i.MarketMs, i.TriggerPrice, i.CandleOpenMs, i.CandleRevision, i.Signal);
            Intend(s, c, cause, i.IntentNumber, i.Attempt + 1, size, sink);
            return true;
        }
        return false;
    }

    private static bool HasLater(PairState s, OrderIntended i)
    {
        foreach (var attempt in s.Orders)
        {
            if (attempt.Intended.IntentNumber == i.IntentNumber && attempt.Intended.Attempt > i.Attempt)
                return true;
        }
        return false;
    }

    /// <summary>
    /// How long an attempt to sell may be in doubt before the next one. Twice as long for each: in an outage of the exchange every attempt
    /// is in doubt, and an hour of it must not leave thousands of orders to ask about.
    /// </summary>
    private static long DoubtPatienceMs(OrderIntended attempt, PairContext c) =>
        Math.Min(c.Settings.DoubtPatienceMs << Math.Min(attempt.Attempt - 1, 16), Pause.LongestMs);

    private static void RetryLater(PairMemory m, PairContext c, string why, bool isAlert, Sink<PairEvent, PairEffect> sink)
    {
        var pause = m.Exits.Begin(c.NowMs, c.Settings.ExitRetryMs);
        sink.Do(new PairEffect.Note(why, isAlert));
        sink.Do(new PairEffect.Wake(pause));
    }

    /// <summary>The price at which a holding is valued here: best bid, else last trade, else what it cost.</summary>
    private static decimal Mark(PairState s, PairMemory m, SymbolRules rules)
    {
        var scale = new PriceScale(rules.PriceIncrement);
        return m.LastTick.BidTicks > 0 ? scale.Price(m.LastTick.BidTicks)
            : m.LastTick.LastTicks > 0 ? scale.Price(m.LastTick.LastTicks)
            : s.Position.AveragePrice;
    }

    /// <summary>True when an order, other than this one, can still change the position by itself. A stop that only waits cannot: it is cancelled.</summary>
    private static bool HasSells(PairState s, Attempt? other)
    {
        foreach (var attempt in s.Orders)
        {
            if (attempt.IsOpen && (attempt.Intended.Leg != IntentLeg.Stop || attempt.IsTriggered) && attempt.ClientOrderId != other?.ClientOrderId)
                return true;
        }
        return false;
    }

    /// <summary>The end of a round trip, from the position and trade as they are after the events decided with it.</summary>
    private static void Close(PairState s, PairContext c, Position after, OpenTrade? trade, ExitReason reason, Sink<PairEvent, PairEffect> sink)
    {
        trade ??= new OpenTrade(c.NowMs, after.RealisedPnl, after.Fees, 0, 0, 0, 0);
        var gross = after.RealisedPnl - trade.RealisedBefore;
        var fees = after.Fees - trade.FeesBefore;
        if (after.Quantity > 0)
            sink.Persist(new DustDeclared(c.NowMs, after.Quantity));
        sink.Persist(new PositionClosed(
            c.NowMs,
            s.TradeCount + 1,
            trade.OpenedAtMs,
            trade.SoldSize,
            trade.BoughtSize > 0 ? Math.Round(trade.BoughtFunds / trade.BoughtSize, AveragePlaces) : 0,
            trade.SoldSize > 0 ? Math.Round(trade.SoldFunds / trade.SoldSize, AveragePlaces) : 0,
            gross,
            fees,
            gross - fees,
            reason,
            after.Quantity));
        sink.Do(new PairEffect.Report());
    }
}
