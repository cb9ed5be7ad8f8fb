using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Trading.Pairs;

/// <content>
/// The stop at the exchange (RELIABILITY.md R13): one that covers what is held, placed with the first fill, replaced by making the new one
/// before breaking the old one, gone when nothing is held. The pair's own monitor is tighter and does not need it.
/// </content>
public static partial class PairDecider
{
    /// <summary>
    /// Whether what is held is covered: by an exit that works, by a stop that the exchange was seen to hold, or, where the exchange holds
    /// none, by the monitor. Dust needs no cover (RELIABILITY.md I13).
    /// </summary>
    public static bool IsProtected(PairState s, PairMemory m, PairContext c)
    {
        if (s.Trade is null || s.Position.Quantity <= 0)
            return true;
        if (!c.ExchangeStops)
            return s.Protection is not null;
        var (stop, exits) = (0m, 0m);
        for (var i = 0; i < s.Orders.Count; i++)
        {
            var attempt = s.Orders[i];
            if (!attempt.IsOpen || attempt.Intended.Leg == IntentLeg.Entry)
                continue;

            // What is in doubt covers nothing. Of a stop that has triggered something is heard soon, or it counts as in doubt.
            if (m.Doubts.TryGetValue(attempt.ClientOrderId, out var since) && (!attempt.IsTriggered || IsOver(since, c.Settings.DoubtPatienceMs, c)))
                continue;
            if (attempt.Intended.Leg == IntentLeg.Exit || attempt.IsTriggered)
                exits += attempt.Intended.Spec.Size - attempt.FilledSize;
            else if (attempt.IsConfirmed)
                stop = Math.Max(stop, attempt.Intended.Spec.Size);
        }
        if (c.Rules is not { } rules)
            return stop + exits >= s.Position.Quantity;
        return stop + exits > s.Position.Quantity - rules.BaseIncrement || rules.IsDust(s.Position.Quantity, Mark(s, m, rules));
    }

    /// <summary>Since when more than dust is held without a live stop or a working exit, ms ago; 0 while it is covered.</summary>
    public static long UnprotectedMs(PairMemory m, long nowMs) => m.UnprotectedSinceMs == 0 ? 0 : Math.Max(0, nowMs - m.UnprotectedSinceMs);

    /// <summary>Brings the stops at the exchange in line with what is held.</summary>
    private static void EnsureStops(PairState s, PairMemory m, PairContext c, Sink<PairEvent, PairEffect> sink)
    {
        var newest = NewestStop(s);
        if (s.Protection is null)
        {
            // A stop that is left behind would sell the next position (I14).
            if (newest is not null)
                CancelStops(s, c, null, "nothing is held any more", sink);
            return;
        }
        if (!c.ExchangeStops || c.Rules is not { EnableTrading: true } rules || newest is { IsConfirmed: false } || Works(s, m, c))
            return;
        if (rules.FloorSize(s.Position.Quantity) < rules.BaseMinSize)
        {
            // Sold, while something of the entry is still open: what that may bring gets a stop of its own.
            CancelStops(s, c, null, "too little is held", sink);
            return;
        }
        var (size, price) = Wanted(s, m, c, rules, newest);
        if (size <= 0)
            return;
        if (newest is not null && newest.Intended.Spec.Size == size && newest.Intended.Spec.StopPrice == price)
        {
            // The one that covers everything is live: now, and not before, the others may go.
            if (!m.Doubts.ContainsKey(newest.ClientOrderId))
                CancelStops(s, c, newest, $"replaced by {newest.ClientOrderId}", sink);
            return;
        }
        if (!m.Stops.Lasts(c.NowMs))
            IntendStop(s, m, c, s.NextIntent, 1, size, price, sink);
    }

    private static Attempt? NewestStop(PairState s)
    {
        for (var i = s.Orders.Count - 1; i >= 0; i--)
        {
            if (s.Orders[i].IsWaitingStop)
                return s.Orders[i];
        }
        return null;
    }

    /// <summary>The stop that is wanted: for what is held, below the monitor's. Size 0 when none can be placed.</summary>
    private static (decimal Size, decimal Price) Wanted(PairState s, PairMemory m, PairContext c, SymbolRules rules, Attempt? current)
    {
        var size = Math.Min(rules.FloorSize(s.Position.Quantity), rules.FloorSize(rules.BaseMaxSize));
        var price = rules.FloorPrice(s.Protection!.StopPrice * (1 - c.Protection.FloorMargin));
        var scale = new PriceScale(rules.PriceIncrement);

        // The market is there already: a stop above it would be no stop. The monitor sells; this one lies under the market.
        if (m.LastTick.LastTicks > 0 && scale.Price(m.LastTick.LastTicks) <= price)
            price = rules.FloorPrice(scale.Price(m.LastTick.LastTicks) * (1 - c.Protection.FloorMargin));
        if (current?.Intended.Spec is { StopPrice: { } standing } spec && spec.Size == size && (price <= standing || !IsFollowDue(current, c)))
            price = standing;
        return price <= 0 || rules.Violation(size, price, isLimit: false) is not null ? (0, 0) : (size, price);
    }

    private static bool IsFollowDue(Attempt stop, PairContext c)
    {
        var age = c.NowMs - stop.Intended.AtMs;
        return age < 0 || age >= c.Protection.FollowMs;
    }

    private static void CancelStops(PairState s, PairContext c, Attempt? except, string reason, Sink<PairEvent, PairEffect> sink)
    {
        foreach (var attempt in s.Orders)
        {
            if (attempt.IsWaitingStop && attempt != except)
                Cancel(attempt, c, reason, sink);
        }
    }

    private static void IntendStop(
        PairState s, PairMemory m, PairContext c, long number, int attempt, decimal size, decimal price, Sink<PairEvent, PairEffect> sink)
    {
        var intended = new OrderIntended(c.NowMs)
        {
            IntentNumber = number,
            Leg = IntentLeg.Stop,
            Attempt = attempt,
            Spec = new OrderSpec
            {
                ClientOrderId = new ClientOrderId(c.Deployment, s.SymbolId, number, IntentLeg.Stop, attempt).Text,
                Symbol = s.Symbol,
                Side = Side.Sell,
                Type = OrderType.Market,
                Size = size,
                StopPrice = price,
            },
            DeadlineMs = c.NowMs + c.Settings.ExitDeadlineMs,
            MarketMs = Math.Max(m.LastTick.TimeMs, s.Trade?.OpenedAtMs ?? 0),
            CorrelationId = EntryCorrelation(s),
            Strategy = s.Strategy,
            Reason = $"stop at the exchange for {Text(size)} at {Text(price)}",
            ConfigurationVersion = c.ConfigurationVersion,
        };
        sink.Persist(intended);
        sink.Do(Track(intended));
    }

    private static string EntryCorrelation(PairState s)
    {
        for (var i = s.Orders.Count - 1; i >= 0; i--)
        {
            if (s.Orders[i].Intended.Leg == IntentLeg.Entry)
                return s.Orders[i].Intended.CorrelationId;
        }
        return $"{s.Symbol}/stop/{s.NextIntent}";
    }

    private static void OnLive(PairState s, PairMemory m, PairContext c, PairInput.OrderLive live, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Find(live.ClientOrderId) is not { IsOpen: true, Intended.Leg: IntentLeg.Stop } stop)
            return;
        m.Doubts.Remove(live.ClientOrderId);
        if (stop.IsConfirmed)
            return;
        m.Stops.End();
        sink.Persist(new ProtectionConfirmed(c.NowMs, live.ClientOrderId, stop.Intended.Spec.Size, stop.Intended.Spec.StopPrice ?? 0));
    }

    private static void OnTriggered(PairState s, PairMemory m, PairContext c, PairInput.StopTriggered triggered, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Find(triggered.ClientOrderId) is not { IsOpen: true, Intended.Leg: IntentLeg.Stop } stop)
            return;

        // It sells now. Should nothing be heard of that soon, the pair sells as well: on spot an extra sell is bounded by the balance.
        m.Doubts[triggered.ClientOrderId] = c.NowMs;
        sink.Do(new PairEffect.Wake(c.Settings.DoubtPatienceMs));
        if (stop.IsTriggered)
            return;
        sink.Persist(new ProtectionTriggered(c.NowMs, triggered.ClientOrderId));
        if (s.Protection is not null && !stop.IsCancelling)
            sink.Do(new PairEffect.Note($"the stop at the exchange triggered: {triggered.ClientOrderId}", false));
    }

    /// <summary>The end of a stop. Refused, lost or taken back by somebody: the monitor protects, and a new one is placed after a pause.</summary>
    private static void OnStopSettled(PairState s, PairMemory m, PairContext c, Attempt stop, PairInput.OrderSettled settled, Sink<PairEvent, PairEffect> sink)
    {
        if (s.Protection is null)
            return;
        if (stop.IsTriggered || settled.FilledSize > 0)
        {
            // What it did not sell (price protection, a thin book, funds that an exit holds) is sold at once.
            m.Exits.End();
            sink.Do(new PairEffect.Wake(0));
            if (settled.FilledSize == 0)
                sink.Do(new PairEffect.Note($"the stop {settled.ClientOrderId} sold nothing: {settled.Message}", !HasOtherSell(s, stop, c)));
            return;
        }
        if (stop.IsCancelling || (NewestStop(s) is { } newest && newest != stop))
            return;
        var pause = settled.Outcome == OrderOutcome.Closed ? 0 : m.Stops.Begin(c.NowMs, c.Settings.ExitRetryMs);
        sink.Do(new PairEffect.Note($"the exchange holds no stop {settled.ClientOrderId}: {settled.Outcome} {settled.Code} {settled.Message}".TrimEnd(), true));
        if (pause > 0)
            sink.Do(new PairEffect.Wake(pause));
    }
}
