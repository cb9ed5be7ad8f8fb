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

    private const long LongestPauseMs = 60_000;

    private sealed record ExitCause(
        ExitReason Reason,
        string Words,
        long MarketMs,
        decimal? TriggerPrice,
        long? CandleOpenMs,
        int CandleRevision,
        IReadOnlyDictionary<string, double>? Signal);

    /// <summary>Sells everything that can be sold; declares the rest dust.</summary>
    private static void Exit(PairState s, PairMemory m, PairContext c, ExitCause cause, Sink<PairEvent, PairEffect> sink)
    {
        if (c.Rules is not { } rules)
        {
            RetryLater(m, c, "the exchange's rules of the pair are not known yet", sink);
            return;
        }
        var mark = Mark(s, m, rules);
        if (rules.IsDust(s.Position.Quantity, mark))
        {
            sink.Persist(Closed(s, c, s.Position, s.Trade, cause.Reason));
            sink.Do(new PairEffect.Report());
            return;
        }
        var size = Math.Min(rules.FloorSize(s.Position.Quantity), rules.FloorSize(rules.BaseMaxSize));
        if (rules.Violation(size, mark, isLimit: false) is { } violation)
        {
            RetryLater(m, c, $"cannot sell: {violation}", sink);
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

    private static void OnWoken(PairState s, PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        foreach (var attempt in s.Attempts)
        {
            // A sell whose fate is unknown leaves the position bare. On spot an extra sell is bounded by the balance, so it is
            // authorised again under a new id (RELIABILITY.md R12).
            if (!attempt.IsOpen || !m.Doubts.TryGetValue(attempt.ClientOrderId, out var since) || c.NowMs - since < DoubtPatienceMs(attempt.Intended, c))
                continue;
            m.Doubts.Remove(attempt.ClientOrderId);
            var i = attempt.Intended;
            if (s.Attempts.Any(a => a.Intended.IntentNumber == i.IntentNumber && a.Intended.Attempt > i.Attempt))
                continue;
            var size = c.Rules?.FloorSize(s.Position.Quantity) ?? 0;
            if (size <= 0)
                continue;
            var cause = new ExitCause(i.Exit!.Value, $"{i.Reason} (again: attempt {i.Attempt} is in doubt)", i.MarketMs, i.TriggerPrice, i.CandleOpenMs, i.CandleRevision, i.Signal);
            Intend(s, c, cause, i.IntentNumber, i.Attempt + 1, size, sink);
            return;
        }
        if (s.ExitWanted is { } wanted && s.Protection is not null && !s.HasOpen(IntentLeg.Exit) && c.NowMs >= m.ExitNotBeforeMs)
            Exit(s, m, c, new ExitCause(wanted, $"{Words(wanted)}: the rest", Math.Max(m.LastTick.TimeMs, 0), null, null, 0, null), sink);
    }

    /// <summary>
    /// How long an attempt to sell may be in doubt before the next one. Twice as long for each: in an outage of the exchange every attempt
    /// is in doubt, and an hour of it must not leave thousands of orders to ask about.
    /// </summary>
    private static long DoubtPatienceMs(OrderIntended attempt, PairContext c) =>
        Math.Min(c.Settings.DoubtPatienceMs << Math.Min(attempt.Attempt - 1, 16), LongestPauseMs);

    private static void RetryLater(PairMemory m, PairContext c, string why, Sink<PairEvent, PairEffect> sink)
    {
        m.ExitPauseMs = m.ExitPauseMs == 0 ? c.Settings.ExitRetryMs : Math.Min(2 * m.ExitPauseMs, LongestPauseMs);
        m.ExitNotBeforeMs = c.NowMs + m.ExitPauseMs;
        sink.Do(new PairEffect.Note(why, true));
        sink.Do(new PairEffect.Wake(m.ExitPauseMs));
    }

    /// <summary>The price at which a holding is valued here: best bid, else last trade, else what it cost.</summary>
    private static decimal Mark(PairState s, PairMemory m, SymbolRules rules)
    {
        var scale = new PriceScale(rules.PriceIncrement);
        return m.LastTick.BidTicks > 0 ? scale.Price(m.LastTick.BidTicks)
            : m.LastTick.LastTicks > 0 ? scale.Price(m.LastTick.LastTicks)
            : s.Position.AveragePrice;
    }

    /// <summary>The end of a round trip, from the position and trade as they are after the events decided with it.</summary>
    private static PositionClosed Closed(PairState s, PairContext c, Position after, OpenTrade? trade, ExitReason reason)
    {
        trade ??= new OpenTrade(c.NowMs, after.RealisedPnl, after.Fees, 0, 0, 0, 0);
        var gross = after.RealisedPnl - trade.RealisedBefore;
        var fees = after.Fees - trade.FeesBefore;
        return new PositionClosed(
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
            after.Quantity);
    }
}
