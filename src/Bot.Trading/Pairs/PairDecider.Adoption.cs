using Bot.Trading.Machines;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Reconciliation;

namespace Bot.Trading.Pairs;

/// <content>Taking over orders that the exchange shows and the journal does not hold, or holds as settled (RELIABILITY.md R5, R10).</content>
public static partial class PairDecider
{
    private static void OnAdopt(PairState s, PairContext c, OrderToAdopt o, Sink<PairEvent, PairEffect> sink)
    {
        // An order of another name, or under a number of another pair, is nobody's to take.
        if (s.Version == 0 || o.Size <= 0 || !ClientOrderId.TryParse(o.ClientOrderId, out var id) || id.Deployment != c.Deployment || id.SymbolId != s.SymbolId)
        {
            sink.Do(new PairEffect.Note($"order {o.ClientOrderId} is not taken over: it does not fit this pair", true));
            return;
        }
        var attempt = s.Find(o.ClientOrderId);
        if (attempt is { IsOpen: true } or { Outcome: OrderOutcome.Quarantined })
            return; // taken over already, or a person's
        var intended = attempt?.Intended ?? Rebuilt(s, c, id, o);
        if (attempt is { Outcome: OrderOutcome.Closed })
        {
            // It ended by the exchange's own word: its tracker looks again, and the order stays settled unless it says otherwise.
            sink.Do(Track(intended) with { Adopted = new Adoption(o.OrderId, o.Cancel, o.Why) });
            return;
        }
        sink.Persist(new OrderAdopted(c.NowMs, intended, o.OrderId, o.CreatedAtMs, o.Cancel, o.Why));
        sink.Do(Track(intended) with { Adopted = new Adoption(o.OrderId, o.Cancel, o.Why) });
        sink.Do(new PairEffect.Note($"order {o.ClientOrderId} is taken over ({o.Why}){(o.Cancel ? " and cancelled" : "")}", true));
        sink.Do(new PairEffect.Report());
    }

    /// <summary>What can be told of a decision that is lost: its id and the exchange's own word on the order.</summary>
    private static OrderIntended Rebuilt(PairState s, PairContext c, ClientOrderId id, OrderToAdopt o) => new(c.NowMs)
    {
        IntentNumber = id.IntentNumber,
        Leg = id.Leg,
        Attempt = id.Attempt,
        Spec = new OrderSpec
        {
            ClientOrderId = id.Text,
            Symbol = s.Symbol,
            Side = o.Side,
            Type = o.Type,
            Price = o.Type == OrderType.Limit ? o.Price : null,
            Size = o.Size,
            StopPrice = o.StopPrice,
        },

        // Long past: whatever happens on the way, this order is never sent.
        DeadlineMs = 0,
        MarketMs = o.CreatedAtMs,
        CorrelationId = $"{s.Symbol}/adopted/{id.Text}",
        Strategy = s.Strategy,
        Reason = $"taken over: {o.Why}",
        TriggerPrice = o.AveragePrice ?? o.Price,
        Plan = id.Leg == IntentLeg.Entry ? EmergencyPlan(c, o) : null,
        ConfigurationVersion = c.ConfigurationVersion,
    };

    /// <summary>The plan of an entry is lost with its decision. What it bought is held with a fixed stop until a person or the strategy sells it.</summary>
    private static Protection? EmergencyPlan(PairContext c, OrderToAdopt o)
    {
        if ((o.AveragePrice ?? o.Price) is not { } paid)
            return null;
        var stop = paid * (1 - c.Settings.AdoptedStopDistance);
        return new Protection(c.Rules?.FloorPrice(stop) ?? stop, null, null, paid);
    }
}
