using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Trading.Checking;

/// <content>Invariants about orders at the exchange: I1 to I10.</content>
public sealed partial class InvariantChecker
{
    /// <summary>Who has to be asked before an order counts as absent (RELIABILITY.md R3).</summary>
    private static readonly EvidenceSource[] Proving = [EvidenceSource.ClientOrderId, EvidenceSource.ActiveList, EvidenceSource.DoneList, EvidenceSource.Fills];

    private static readonly EvidenceSource[] ProvingStop = [.. Proving, EvidenceSource.StopByClientOrderId, EvidenceSource.StopList];

    private void OrdersAtTheExchange()
    {
        foreach (var venue in _venueOrders)
        {
            var id = venue.ClientOrderId;
            var order = Order(id);
            if (!IsChild(venue))
            {
                if (order is not null && ++order.AtExchange == 2)
                    Violate("I2", id, "the exchange has more than one order with this id");
                if (!_planted.Contains(id))
                {
                    Licensed(id, venue.CreatedAtMs, order);
                    CommittedBeforeSent(id, venue.ReceivedUs, order);
                }
            }
            if (venue.IsActive)
                Tracked(id, order);
        }
    }

    private void Licensed(string id, long createdAtMs, CheckedOrder? order)
    {
        if (order?.Licence is not { } licence)
        {
            Violate("I1", id, "the exchange has an order that no licence names");
            return;
        }
        if (licence.SignTimeMs > createdAtMs + _settings.ClockErrorMs)
            Violate("I1", id, $"licensed at {licence.SignTimeMs}, created at {createdAtMs}");
        if (createdAtMs > licence.ValidUntilMs + _settings.ClockErrorMs)
            Violate("I7", id, $"created at {createdAtMs}, the licence ran until {licence.ValidUntilMs}");
    }

    /// <summary>The intent and the licence were committed before the request reached the exchange, by one machine's clock.</summary>
    private void CommittedBeforeSent(string id, long? receivedUs, CheckedOrder? order)
    {
        if (receivedUs is not { } received)
            return;
        if (Intent(id) is not { } intent)
            Violate("I8", id, "the exchange received an order that no pair intended");
        else if (intent.CommittedUs > received)
            Violate("I8", id, $"the intent was committed {intent.CommittedUs - received} microseconds after the order arrived");
        if (order?.LicensedUs > received)
            Violate("I8", id, $"the licence was committed {order.LicensedUs - received} microseconds after the order arrived");
    }

    private CheckedIntent? Intent(string clientOrderId)
    {
        foreach (var pair in _pairs)
        {
            if (pair.Intents.TryGetValue(clientOrderId, out var intent))
                return intent;
        }
        return null;
    }

    private void Tracked(string id, CheckedOrder? order)
    {
        if (order is null or { IsBroken: true })
            Violate("I9", id, "active at the exchange, unknown to every tracker");
        else if (order.State.IsSettled)
            Violate("I9", id, $"active at the exchange, {order.State.Status} here");
    }

    private void OneEffectiveAttempt()
    {
        for (var i = 0; i < _venueOrders.Count; i++)
        {
            if (!ClientOrderId.TryParse(_venueOrders[i].ClientOrderId, out var id) || id.Leg != IntentLeg.Entry)
                continue;
            for (var j = 0; j < i; j++)
            {
                if (ClientOrderId.TryParse(_venueOrders[j].ClientOrderId, out var other) && other.Leg == IntentLeg.Entry
                    && other.SymbolId == id.SymbolId && other.IntentNumber == id.IntentNumber && other.Attempt != id.Attempt)
                {
                    Violate("I3", $"symbol {id.SymbolId} intent {id.IntentNumber}", $"attempts {other.Attempt} and {id.Attempt} of one entry reached the exchange");
                    break;
                }
            }
        }
    }

    /// <summary>C1: so long may an order be on its way when trading is halted, ms.</summary>
    private const long SwitchMs = 5_000;

    private void KillSwitch()
    {
        foreach (var portfolio in _portfolios)
        {
            for (var i = 0; i < portfolio.Modes.Count; i++)
            {
                if (portfolio.Modes[i].Changed.Mode == TradingMode.Active || (i > 0 && portfolio.Modes[i - 1].Changed.Mode != TradingMode.Active))
                    continue;
                var end = i + 1;
                while (end < portfolio.Modes.Count && portfolio.Modes[end].Changed.Mode != TradingMode.Active)
                    end++;
                var from = portfolio.Modes[i].AtMs + SwitchMs + _settings.ClockErrorMs;
                var to = end < portfolio.Modes.Count ? portfolio.Modes[end].AtMs : long.MaxValue;
                foreach (var order in _venueOrders)
                {
                    if (order.CreatedAtMs > from && order.CreatedAtMs < to
                        && ClientOrderId.TryParse(order.ClientOrderId, out var id) && id.Leg == IntentLeg.Entry)
                        Violate("I20", order.ClientOrderId, $"opened {order.CreatedAtMs - portfolio.Modes[i].AtMs} ms after the mode became {portfolio.Modes[i].Changed.Mode}");
                }
            }
        }
    }

    private void OrdersOfTheJournal()
    {
        foreach (var order in _orders)
        {
            if (order.Licences > 1)
                Violate("I8", order.ClientOrderId, $"{order.Licences} licences were written for one order");
            AttemptDiscipline(order);
            if (order.Absent is { } absent)
                AbsenceIsProven(order, absent);
            if (order.IsBroken)
                continue;

            // A stop that ended without an order is in no list that the exchange shows: to everybody who asks it never was, and nothing came of it.
            // Whether the order was followed again later is of no matter: the proof was wrong.
            if (order.Absent is not null && order.AtExchange > 0 && !IsGone(order.ClientOrderId, StopOf(order.ClientOrderId)))
                Violate("I5", order.ClientOrderId, "proven absent, and the exchange has it");
            if (order.State.Status == OrderStatus.Closed)
                TerminalAgreement(order, StopOf(order.ClientOrderId));
        }
    }

    private bool IsGone(string id, VenueStop? stop) => stop is { Phase: VenueStopPhase.Triggered or VenueStopPhase.Cancelled }
        && (stop.ChildOrderId is not { } child || _children[child] != id);

    private void AttemptDiscipline(CheckedOrder order)
    {
        if (order.Parts is not { Leg: IntentLeg.Entry, Attempt: > 1 } own || order.Licence is null)
            return;
        var before = Order((own with { Attempt = own.Attempt - 1 }).Text);
        if (before is null or { IsBroken: true } || before.State.Status is not (OrderStatus.Absent or OrderStatus.Refused))
            Violate("I4", order.ClientOrderId, $"licensed although attempt {own.Attempt - 1} was neither absent nor refused");
    }

    private void AbsenceIsProven(CheckedOrder order, OrderAbsent absent)
    {
        if (order.Licence is not { } licence)
            return;
        foreach (var e in absent.Evidence)
        {
            if (e.IssuedAtMs <= licence.ValidUntilMs + _settings.ReadLagMarginMs)
                Violate("I6", order.ClientOrderId, $"{e.Source} was asked at {e.IssuedAtMs}, the licence ran until {licence.ValidUntilMs}");
        }
        foreach (var source in order.State.IsStop ? ProvingStop : Proving)
        {
            var answers = 0;
            foreach (var e in absent.Evidence)
                answers += e.Source == source ? 1 : 0;
            if (answers < 2)
                Violate("I6", order.ClientOrderId, $"fewer than two answers of {source}");
        }
    }

    private VenueStop? StopOf(string clientOrderId)
    {
        foreach (var stop in _venueStops)
        {
            if (stop.ClientOrderId == clientOrderId)
                return stop;
        }
        return null;
    }

    private void TerminalAgreement(CheckedOrder order, VenueStop? stop)
    {
        var id = order.ClientOrderId;
        VenueOrder? venue = null;
        foreach (var candidate in _venueOrders)
        {
            if (candidate.ClientOrderId != id)
                continue;
            venue = candidate;
            break;
        }
        if (venue is null && stop is not null && (stop.ChildOrderId is not { } child || _children[child] != id))
        {
            // A stop that placed nothing: cancelled, or its money was short when its price came.
            if (stop.Phase is VenueStopPhase.Waiting or VenueStopPhase.Due)
                Violate("I10", id, "closed here, waits at the exchange");
            else if (order.State.FilledSize != 0)
                Violate("I10", id, $"closed with {order.State.FilledSize}, the exchange placed nothing");
        }
        else if (venue is null)
            Violate("I10", id, "closed here, unknown to the exchange");
        else if (venue.IsActive)
            Violate("I10", id, "closed here, active at the exchange");
        else if (venue.DealSize != order.State.FilledSize)
            Violate("I10", id, $"closed with {order.State.FilledSize}, the exchange filled {venue.DealSize}");
        else if (venue.Size is { } size && venue.DealSize + venue.CancelledSize != size)
            Violate("I10", id, $"filled {venue.DealSize} and cancelled {venue.CancelledSize} of {size}");
    }
}
