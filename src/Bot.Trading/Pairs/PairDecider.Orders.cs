using Bot.Trading.Machines;
using Bot.Trading.Orders;
using Bot.Trading.Positions;

namespace Bot.Trading.Pairs;

/// <content>What the trackers report. The one idempotent door for fills is here.</content>
public static partial class PairDecider
{
    private static void OnFilled(PairState s, PairMemory m, PairContext c, PairInput.OrderFilled filled, Sink<PairEvent, PairEffect> sink)
    {
        var fill = filled.Fill;
        if (s.Find(filled.ClientOrderId) is not { } attempt)
        {
            sink.Do(new PairEffect.Note($"a fill of an order that this pair does not know: {filled.ClientOrderId}", true));
            return;
        }
        if (s.FindTrade(fill.OrderId, fill.TradeId) is { } known)
        {
            if (known != attempt)
                sink.Do(new PairEffect.Note($"trade {fill.TradeId} of {fill.OrderId} is told of {filled.ClientOrderId} and was applied to {known.ClientOrderId}", true));

            // Heard before, perhaps now with its fee.
            else if (fill is { Fee: { } fee, FeeCurrency: { } currency })
                OnFee(s, m, c, new PairInput.OrderFee(filled.ClientOrderId, fill.OrderId, fill.TradeId, fee, currency), sink);
            return;
        }
        if (!attempt.IsOpen && !IsWatched(attempt) && attempt.Intended.Leg != IntentLeg.Stop)
        {
            // It counted as never placed, and it trades: it is followed like any other until the exchange says that it has ended.
            sink.Persist(new OrderAdopted(
                c.NowMs, attempt.Intended, fill.OrderId, fill.TimeMs, attempt.Intended.Leg == IntentLeg.Entry, $"{attempt.Outcome} here, trades at the exchange"));
        }
        sink.Persist(new FillApplied(c.NowMs, filled.ClientOrderId, fill));
        CheckExcess(s, c, attempt, attempt.FilledSize + fill.Size, sink);
        if (attempt.Intended is { Leg: IntentLeg.Entry, Plan: { } plan })
        {
            // In the same write as the fill: there is no instant at which something is held and not protected.
            var protection = Recomputed(s.Protection ?? plan, c, s.Trade, fill);
            sink.Persist(new ProtectionPlanned(c.NowMs, s.Position.With(fill).Quantity, protection, "fill"));
        }
        else if (attempt.IsTriggered)
        {
            // It does sell: the pair need not sell as well.
            m.Doubts[filled.ClientOrderId] = c.NowMs;
        }
        if (!attempt.IsOpen)
            sink.Do(new PairEffect.Report());
    }

    private static void OnFee(PairState s, PairMemory m, PairContext c, PairInput.OrderFee fee, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Find(fee.ClientOrderId)?.Trade(fee.OrderId, fee.TradeId) is null or { FeeKnown: true })
            return;
        sink.Persist(new FeeApplied(c.NowMs, fee.ClientOrderId, fee.OrderId, fee.TradeId, fee.Fee, fee.FeeCurrency));
    }

    private static void OnSettled(PairState s, PairMemory m, PairContext c, PairInput.OrderSettled settled, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Find(settled.ClientOrderId) is not { } attempt)
            return;
        if (!attempt.IsOpen)
        {
            if (!IsWatched(attempt))
                sink.Do(new PairEffect.ReleaseTracker(settled.ClientOrderId));
            return;
        }
        m.Doubts.Remove(settled.ClientOrderId);
        sink.Persist(new OrderSettled(
            c.NowMs, settled.ClientOrderId, settled.Outcome, settled.FilledSize, settled.FilledFunds, settled.Code, settled.Message));
        if (settled.Outcome is OrderOutcome.Refused or OrderOutcome.Absent or OrderOutcome.Abandoned)
            sink.Do(new PairEffect.ReleaseTracker(settled.ClientOrderId));
        CheckSlippage(s, c, attempt, settled, sink);
        if (settled.FilledSize != attempt.FilledSize)
            sink.Do(new PairEffect.Note($"order {settled.ClientOrderId} settled with {settled.FilledSize}, the pair applied {attempt.FilledSize}", true));

        // Two sells of ours met: the exit and the stop's own order. One of them gets the balance, and that is as it should be.
        var met = settled.Outcome == OrderOutcome.Refused && IsFunds(settled.Code) && HasOtherSell(s, attempt, c);
        if (settled.Outcome is OrderOutcome.Refused or OrderOutcome.Quarantined && attempt.Intended.Leg != IntentLeg.Stop)
            sink.Do(new PairEffect.Note($"order {settled.ClientOrderId} {settled.Outcome}: {settled.Code} {settled.Message}".TrimEnd(), !met));

        if (s.Trade is not null && !HasSells(s, attempt) && c.Rules is { } rules && rules.IsDust(s.Position.Quantity, Mark(s, m, rules)))
        {
            Close(s, c, s.Position, s.Trade, s.ExitWanted ?? ExitReason.Signal, sink);
            m.Exits.End();
        }
        else if (attempt.Intended.Leg == IntentLeg.Stop)
        {
            OnStopSettled(s, m, c, attempt, settled, sink);
        }
        else if (attempt.Intended.Leg == IntentLeg.Exit && s.Protection is not null)
        {
            if (settled.FilledSize > 0)
            {
                // Sold a part (thin book, price protection): the rest follows at once.
                m.Exits.End();
                sink.Do(new PairEffect.Wake(0));
            }
            else if (!HasOtherExit(s, attempt))
            {
                RetryLater(m, c, $"exit {settled.ClientOrderId} sold nothing: {settled.Outcome} {settled.Code} {settled.Message}".TrimEnd(), !met, sink);
            }
        }
        sink.Do(new PairEffect.Report());
    }

    /// <summary>A fill or a fee that leaves too little to be sold, and nothing that could change that, ends the round trip.</summary>
    private static bool IsFlat(PairState s, PairMemory m, PairContext c) =>
        s.Trade is not null && !HasSells(s, null) && c.Rules is { } rules && rules.IsDust(s.Position.Quantity, Mark(s, m, rules));

    private static bool IsFunds(string code) => code is "200004" or "102421";

    /// <summary>True when another exit is on its way: of two attempts one mostly finds nothing to sell.</summary>
    private static bool HasOtherExit(PairState s, Attempt one)
    {
        foreach (var attempt in s.Orders)
        {
            if (attempt is { IsOpen: true, Intended.Leg: IntentLeg.Exit } && attempt.ClientOrderId != one.ClientOrderId)
                return true;
        }
        return false;
    }

    /// <summary>True when another order of ours sells, waits to, or has just sold.</summary>
    private static bool HasOtherSell(PairState s, Attempt one, PairContext c)
    {
        foreach (var attempt in s.Orders)
        {
            if (attempt.Intended.Leg != IntentLeg.Entry && attempt.ClientOrderId != one.ClientOrderId
                && (attempt.IsOpen || (attempt.FilledSize > 0 && !IsOver(attempt.SettledAtMs, Pause.LongestMs, c))))
                return true;
        }
        return false;
    }
}
