using Bot.Trading.Machines;
using Bot.Trading.Orders;
using Bot.Trading.Positions;

namespace Bot.Trading.Pairs;

/// <content>What the trackers report. The one idempotent door for fills is here.</content>
public static partial class PairDecider
{
    private static void OnFilled(PairState s, PairContext c, PairInput.OrderFilled filled, Sink<PairEvent, PairEffect> sink)
    {
        var fill = filled.Fill;
        if (s.Find(filled.ClientOrderId) is not { } attempt)
        {
            sink.Do(new PairEffect.Note($"a fill of an order that this pair does not know: {filled.ClientOrderId}", true));
            return;
        }
        if (attempt.Trades.Any(t => t.OrderId == fill.OrderId && t.TradeId == fill.TradeId))
        {
            // Heard before, perhaps now with its fee.
            if (fill is { Fee: { } fee, FeeCurrency: { } currency })
                OnFee(s, c, new PairInput.OrderFee(filled.ClientOrderId, fill.OrderId, fill.TradeId, fee, currency), sink);
            return;
        }
        sink.Persist(new FillApplied(c.NowMs, filled.ClientOrderId, fill));
        if (attempt.Intended is { Leg: IntentLeg.Entry, Plan: { } plan })
        {
            // In the same write as the fill: there is no instant at which something is held and not protected.
            var protection = s.Protection ?? plan;
            sink.Persist(new ProtectionPlanned(c.NowMs, s.Position.With(fill).Quantity, protection, "fill"));
        }
        if (!attempt.IsOpen)
            sink.Do(new PairEffect.Report());
    }

    private static void OnFee(PairState s, PairContext c, PairInput.OrderFee fee, Sink<PairEvent, PairEffect> sink)
    {
        var trade = s.Find(fee.ClientOrderId)?.Trades.FirstOrDefault(t => t.OrderId == fee.OrderId && t.TradeId == fee.TradeId);
        if (trade is null or { FeeKnown: true })
            return;
        sink.Persist(new FeeApplied(c.NowMs, fee.ClientOrderId, fee.OrderId, fee.TradeId, fee.Fee, fee.FeeCurrency));
    }

    private static void OnSettled(PairState s, PairMemory m, PairContext c, PairInput.OrderSettled settled, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Find(settled.ClientOrderId) is not { } attempt)
            return;
        if (!attempt.IsOpen)
        {
            sink.Do(new PairEffect.ReleaseTracker(settled.ClientOrderId));
            return;
        }
        m.Doubts.Remove(settled.ClientOrderId);
        sink.Persist(new OrderSettled(
            c.NowMs, settled.ClientOrderId, settled.Outcome, settled.FilledSize, settled.FilledFunds, settled.Code, settled.Message));
        sink.Do(new PairEffect.ReleaseTracker(settled.ClientOrderId));
        if (settled.FilledSize != attempt.FilledSize)
            sink.Do(new PairEffect.Note($"order {settled.ClientOrderId} settled with {settled.FilledSize}, the pair applied {attempt.FilledSize}", true));
        if (settled.Outcome is OrderOutcome.Refused or OrderOutcome.Quarantined)
            sink.Do(new PairEffect.Note($"order {settled.ClientOrderId} {settled.Outcome}: {settled.Code} {settled.Message}".TrimEnd(), true));

        var othersOpen = s.Attempts.Any(a => a.IsOpen && a.ClientOrderId != settled.ClientOrderId);
        if (s.Trade is not null && !othersOpen && c.Rules is { } rules && rules.IsDust(s.Position.Quantity, Mark(s, m, rules)))
        {
            sink.Persist(Closed(s, c, s.Position, s.Trade, s.ExitWanted ?? ExitReason.Signal));
            m.ExitPauseMs = 0;
        }
        else if (attempt.Intended.Leg == IntentLeg.Exit && s.Protection is not null)
        {
            if (settled.FilledSize > 0)
            {
                // Sold a part (thin book, price protection): the rest follows at once.
                m.ExitPauseMs = 0;
                sink.Do(new PairEffect.Wake(0));
            }
            else
            {
                RetryLater(m, c, $"exit {settled.ClientOrderId} sold nothing: {settled.Outcome} {settled.Code} {settled.Message}".TrimEnd(), sink);
            }
        }
        sink.Do(new PairEffect.Report());
    }
}
