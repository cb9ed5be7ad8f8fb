using Bot.Trading.Machines;

namespace Bot.Trading.Orders;

/// <content>What the exchange says of an order that it has: its object, its executions, its end (RELIABILITY.md R8, R9).</content>
public static partial class OrderDecider
{
    private static void OnReport(
        OrderState s, OrderMemory m, OrderReport report, EvidenceSource source, long issuedAtMs, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (s.Status)
        {
            case OrderStatus.Authorised or OrderStatus.InDoubt:
                sink.Persist(new OrderFound(c.NowMs, report.OrderId, source));
                AfterFound(s, m, c, sink);
                break;
            case OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned:
                Revive(s, m, report.OrderId, source, c, sink);
                break;
            case OrderStatus.Quarantined when s.OrderId is null:
                // It stays with a person, but what it trades is money.
                sink.Persist(new OrderFound(c.NowMs, report.OrderId, source));
                sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
                return;
            case OrderStatus.Live or OrderStatus.Ended when s.OrderId == report.OrderId:
                break;
            case OrderStatus.Live or OrderStatus.Ended:
                sink.Do(new OrderEffect.Alert($"two orders under one client order id: {report.OrderId} beside {s.OrderId}"));
                return;
            case OrderStatus.Closed or OrderStatus.Quarantined when report.DealSize > s.FilledSize:
                // Somebody who looked shows a late execution before the watch does.
                sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
                return;
            default:
                return;
        }
        TakeReport(s, m, report, issuedAtMs, c, sink);
    }

    /// <summary>The exchange shows an order that was counted as never placed (RELIABILITY.md R10): it is taken over; one that opens is cancelled.</summary>
    private static void Revive(OrderState s, OrderMemory m, string orderId, EvidenceSource source, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Do(new OrderEffect.Alert($"ghost: the exchange shows order {orderId}, which is {s.Status} here"));
        sink.Persist(new OrderFound(c.NowMs, orderId, source));
        AfterFound(s, m, c, sink);
        if (s.CancelRequested || s.Leg == IntentLeg.Exit)
            return;
        sink.Persist(new CancelAuthorised(c.NowMs, "ghost"));
        SendCancel(s, sink);
    }

    /// <summary>Takes the state of the order that trades, and reads its executions where they are missing here.</summary>
    private static void TakeReport(OrderState s, OrderMemory m, OrderReport report, long issuedAtMs, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (!report.Active && IsContradicted(s, m, report, issuedAtMs, c, sink))
            return;
        if (!report.Active)
            m.Final = report;
        if (report.DealSize > s.FilledSize || (!report.Active && !s.FeesKnown))
            sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
        else
            Finish(s, m, s.FilledSize, s.FilledFunds, s.FeesKnown, c, sink);
    }

    /// <summary>
    /// True while the exchange calls the order done with fewer executions than are recorded. The answer may only be old: it counts once an
    /// answer says so that was asked for when no read could be older than the contradiction. Then a person looks; the fills stay, they are money.
    /// </summary>
    private static bool IsContradicted(
        OrderState s, OrderMemory m, OrderReport final, long issuedAtMs, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (final.DealSize >= s.FilledSize)
        {
            m.ContradictedSinceMs = 0;
            return false;
        }
        m.Final = null;
        if (m.ContradictedSinceMs == 0)
            m.ContradictedSinceMs = c.NowMs;
        if (issuedAtMs > m.ContradictedSinceMs + c.Policy.ReadLagMarginMs)
            Quarantine($"fills add up to {s.FilledSize}, the exchange counts {final.DealSize}", s.FilledSize, s.FilledFunds, c, sink);
        else
            WakeLater(m, c, sink);
        return true;
    }

    private static void OnFillsRead(OrderState s, OrderMemory m, OrderInput.FillsRead read, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (s.TradingOrderId is null)
        {
            if (read.Fills.Count == 0 && !read.Unattributed)
                OnNotThere(s, m, EvidenceSource.Fills, read.IssuedAtMs, c, sink);
            return;
        }
        OnFills(s, m, read.Fills, c, sink);
        if (s.Status == OrderStatus.Closed)
            OnWatchAnswered(s, m, read.IssuedAtMs, c, sink);
    }

    private static void OnFills(OrderState s, OrderMemory m, IReadOnlyList<FillReport> fills, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (s.Status is not (OrderStatus.Live or OrderStatus.Ended or OrderStatus.Closed or OrderStatus.Quarantined))
            return;
        var late = s.Status is OrderStatus.Closed or OrderStatus.Quarantined;
        var (size, funds, unknownFees) = (s.FilledSize, s.FilledFunds, s.UnknownFees);

        // In the order of their trade ids, whatever order they are told in. There are few.
        for (var after = long.MinValue; Next(fills, after) is { } fill; after = fill.TradeId)
        {
            if (fill.OrderId != s.TradingOrderId)
                continue;
            if (s.Fills.TryGetValue(fill.TradeId, out var known))
            {
                if (known.Price != fill.Price || known.Size != fill.Size)
                {
                    // The first record stays: a trade does not change. Somebody has to look.
                    sink.Do(new OrderEffect.Alert($"trade {fill.TradeId} is now told with other numbers: {fill.Size} at {fill.Price}, recorded {known.Size} at {known.Price}"));
                }
                else if (known.Fee is null && fill.Fee is { } fee)
                {
                    sink.Persist(new FeeRecorded(c.NowMs, fill.TradeId, fee, fill.FeeCurrency ?? "", fill.Maker));
                    sink.Do(new OrderEffect.TellFee(fill.OrderId, fill.TradeId, fee, fill.FeeCurrency ?? ""));
                    unknownFees--;
                }
                continue;
            }
            Record(fill, EvidenceSource.Fills, late, c, sink);
            size += fill.Size;
            funds += fill.Size * fill.Price;
            if (fill.Fee is null)
                unknownFees++;
        }
        if (!late)
            Finish(s, m, size, funds, unknownFees == 0, c, sink);
    }

    private static FillReport? Next(IReadOnlyList<FillReport> fills, long afterTradeId)
    {
        FillReport? next = null;
        for (var i = 0; i < fills.Count; i++)
        {
            if (fills[i].TradeId > afterTradeId && (next is null || fills[i].TradeId < next.TradeId))
                next = fills[i];
        }
        return next;
    }

    private static void Record(FillReport fill, EvidenceSource source, bool late, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new FillRecorded(c.NowMs, fill, source, late));
        sink.Do(new OrderEffect.TellFill(fill));
        if (late)
            sink.Do(new OrderEffect.Alert($"late fill: trade {fill.TradeId}, {fill.Size} at {fill.Price}"));
    }

    /// <summary>Closes the order when its last word is known and nothing is missing; else says what is still to be read.</summary>
    private static void Finish(
        OrderState s, OrderMemory m, decimal size, decimal funds, bool feesKnown, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        if (m.Final is not { } final)
            return;
        if (size > final.DealSize)
        {
            // The last word is older than a fill: ask again. Should it stay so, the next answer says it.
            m.Final = null;
            sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
            WakeLater(m, c, sink);
            return;
        }
        var ordered = final.Size ?? s.Spec!.Size;
        if (final.DealSize + final.CancelledSize != ordered)
        {
            // It calls itself done and is not accounted for: more may come. It is asked for until it adds up (R9).
            if (!m.IsOddSaid)
                sink.Do(new OrderEffect.Alert($"the exchange calls the order done with {final.DealSize} filled and {final.CancelledSize} cancelled of {ordered}"));
            m.IsOddSaid = true;
            m.Final = null;
            WakeLater(m, c, sink);
            return;
        }
        if (s.Status != OrderStatus.Ended || s.FinalDealSize != final.DealSize)
            sink.Persist(new OrderEnded(c.NowMs, final.DealSize, final.DealFunds, final.CancelledSize));
        if (size == final.DealSize && feesKnown)
            Close(size, funds, "", c, sink);
        else
            WakeLater(m, c, sink);
    }

    private static void Close(decimal size, decimal funds, string words, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        sink.Persist(new OrderClosed(c.NowMs, size, funds));
        sink.Do(new OrderEffect.TellSettled(OrderOutcome.Closed, size, funds, "", words));
        sink.Do(new OrderEffect.Wake(FirstWatchMs));
    }

    private static void OnStream(OrderState s, OrderMemory m, OrderUpdate u, OrderContext c, Sink<OrderEvent, OrderEffect> sink)
    {
        switch (s.Status)
        {
            case OrderStatus.None or OrderStatus.Prepared:
                return;
            case OrderStatus.Absent or OrderStatus.Refused or OrderStatus.Abandoned when !s.IsStop:
                Revive(s, m, u.OrderId, EvidenceSource.Stream, c, sink);
                break;
            case OrderStatus.Authorised or OrderStatus.InDoubt when !s.IsStop:
                sink.Persist(new OrderFound(c.NowMs, u.OrderId, EvidenceSource.Stream));
                AfterFound(s, m, c, sink);
                break;
            default:
                if (s.IsStop && !IsChild(s, m, u.OrderId, c, sink))
                    return;
                break;
        }
        if (u.Fill is { } fill && (s.IsStop || s.OrderId is null || u.OrderId == s.OrderId) && !s.Fills.ContainsKey(fill.TradeId))
        {
            var late = s.Status is OrderStatus.Closed or OrderStatus.Quarantined;
            Record(fill, EvidenceSource.Stream, late, c, sink);
            if (late)
                sink.Do(new OrderEffect.Look(EvidenceSource.Fills));
        }
        // The stream says "done" without the fees: the order object has the last word, and its answer leads to the fills.
        if (u.Kind is OrderUpdateKind.Filled or OrderUpdateKind.Canceled && !s.IsSettled)
            sink.Do(new OrderEffect.Look(EvidenceSource.ClientOrderId));
    }
}
