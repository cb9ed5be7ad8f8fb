using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Trading.Checking;

/// <content>Invariants about orders and money: I1 to I12.</content>
public sealed partial class InvariantChecker
{
    /// <summary>Who has to be asked before an order counts as absent (RELIABILITY.md R3).</summary>
    private static readonly EvidenceSource[] Proving = [EvidenceSource.ClientOrderId, EvidenceSource.ActiveList, EvidenceSource.DoneList, EvidenceSource.Fills];

    private SubmitAuthorised? Licence(string clientOrderId) =>
        _streams.TryGetValue($"order-{clientOrderId}", out var rows) ? rows.Select(r => r.Event).OfType<SubmitAuthorised>().FirstOrDefault() : null;

    private void NoOrderWithoutLicence()
    {
        foreach (var order in _venueOrders.SelectMany(g => g))
        {
            if (Licence(order.ClientOrderId) is not { } licence)
                Violate("I1", order.ClientOrderId, "the exchange has an order that no licence names");
            else if (licence.SignTimeMs > order.CreatedAtMs + _e.ClockErrorMs)
                Violate("I1", order.ClientOrderId, $"licensed at {licence.SignTimeMs}, created at {order.CreatedAtMs}");
        }
    }

    private void OneOrderPerClientOrderId()
    {
        foreach (var group in _venueOrders.Where(g => g.Count() > 1))
            Violate("I2", group.Key, $"the exchange has {group.Count()} orders with this id");
    }

    private void OneEffectiveAttempt()
    {
        var effective = _venueOrders.Select(g => ClientOrderId.TryParse(g.Key, out var id) ? id : null)
            .OfType<ClientOrderId>()
            .Where(id => id.Leg == IntentLeg.Entry)
            .GroupBy(id => (id.SymbolId, id.IntentNumber));
        foreach (var intent in effective.Where(g => g.Count() > 1))
            Violate("I3", $"symbol {intent.Key.SymbolId} intent {intent.Key.IntentNumber}", $"{intent.Count()} attempts of one entry reached the exchange");
    }

    private void AttemptDiscipline()
    {
        foreach (var (id, rows) in OrderStreams())
        {
            if (!ClientOrderId.TryParse(id, out var own) || own.Leg != IntentLeg.Entry || own.Attempt == 1 || !rows.Any(r => r.Event is SubmitAuthorised))
                continue;
            var before = own with { Attempt = own.Attempt - 1 };
            if (!_orders.TryGetValue(before.Text, out var last) || last.Status is not (OrderStatus.Absent or OrderStatus.Refused))
                Violate("I4", id, $"licensed although attempt {before.Attempt} was neither absent nor refused");
        }
    }

    private void AbsenceIsTrue()
    {
        foreach (var (id, state) in _orders.Where(o => o.Value.Status == OrderStatus.Absent))
        {
            if (_venueOrders.Contains(id))
                Violate("I5", id, "proven absent, and the exchange has it");
        }
    }

    private void EvidenceIsFresh()
    {
        foreach (var (id, rows) in OrderStreams())
        {
            if (rows.Select(r => r.Event).OfType<OrderAbsent>().FirstOrDefault() is not { } absent || Licence(id) is not { } licence)
                continue;
            foreach (var stale in absent.Evidence.Where(e => e.IssuedAtMs <= licence.ValidUntilMs + _e.ReadLagMarginMs))
                Violate("I6", id, $"{stale.Source} was asked at {stale.IssuedAtMs}, the licence ran until {licence.ValidUntilMs}");
            foreach (var source in Proving.Where(source => absent.Evidence.Count(e => e.Source == source) < 2))
                Violate("I6", id, $"fewer than two answers of {source}");
        }
    }

    private void WindowRespected()
    {
        foreach (var order in _venueOrders.SelectMany(g => g))
        {
            if (Licence(order.ClientOrderId) is { } licence && order.CreatedAtMs > licence.ValidUntilMs + _e.ClockErrorMs)
                Violate("I7", order.ClientOrderId, $"created at {order.CreatedAtMs}, the licence ran until {licence.ValidUntilMs}");
        }
    }

    /// <summary>The intent and the licence were committed before the request reached the exchange, by one machine's clock.</summary>
    private void CommittedBeforeSent()
    {
        var intents = _pairs.Keys.SelectMany(symbol => _streams[$"pair-{symbol}"])
            .Where(r => r.Event is OrderIntended)
            .ToDictionary(r => ((OrderIntended)r.Event).Spec.ClientOrderId, StringComparer.Ordinal);
        foreach (var order in _venueOrders.SelectMany(g => g).Where(o => o.ReceivedUs is not null))
        {
            if (!intents.TryGetValue(order.ClientOrderId, out var intent))
                Violate("I8", order.ClientOrderId, "the exchange received an order that no pair intended");
            else if (intent.CommittedUs > order.ReceivedUs)
                Violate("I8", order.ClientOrderId, $"the intent was committed {intent.CommittedUs - order.ReceivedUs} microseconds after the order arrived");
            var licence = _streams.GetValueOrDefault($"order-{order.ClientOrderId}")?.FirstOrDefault(r => r.Event is SubmitAuthorised);
            if (licence?.CommittedUs > order.ReceivedUs)
                Violate("I8", order.ClientOrderId, $"the licence was committed {licence.CommittedUs - order.ReceivedUs} microseconds after the order arrived");
        }
    }

    private void NothingUntracked()
    {
        foreach (var order in _venueOrders.SelectMany(g => g).Where(o => o.IsActive))
        {
            if (!_orders.TryGetValue(order.ClientOrderId, out var state))
                Violate("I9", order.ClientOrderId, "active at the exchange, unknown to every tracker");
            else if (state.IsSettled)
                Violate("I9", order.ClientOrderId, $"active at the exchange, {state.Status} here");
        }
    }

    private void TerminalAgreement()
    {
        foreach (var (id, state) in _orders.Where(o => o.Value.Status == OrderStatus.Closed))
        {
            var order = _venueOrders[id].FirstOrDefault();
            if (order is null)
                Violate("I10", id, "closed here, unknown to the exchange");
            else if (order.IsActive)
                Violate("I10", id, "closed here, active at the exchange");
            else if (order.DealSize != state.FilledSize)
                Violate("I10", id, $"closed with {state.FilledSize}, the exchange filled {order.DealSize}");
            else if (order.Size is { } size && order.DealSize + order.CancelledSize != size)
                Violate("I10", id, $"filled {order.DealSize} and cancelled {order.CancelledSize} of {size}");
        }
    }

    /// <summary>Every execution is in its tracker's journal and in its pair's journal, once, with the same numbers.</summary>
    private void FillBijection()
    {
        var applied = _pairs.Keys.SelectMany(symbol => _streams[$"pair-{symbol}"]).Select(r => r.Event).ToList();
        var pairFills = applied.OfType<FillApplied>().ToLookup(f => (f.Fill.OrderId, f.Fill.TradeId));
        var pairFees = applied.OfType<FeeApplied>().ToLookup(f => (f.OrderId, f.TradeId));
        foreach (var twice in pairFills.Where(g => g.Count() > 1))
            Violate("I11", $"{twice.Key.OrderId}/{twice.Key.TradeId}", $"applied {twice.Count()} times by its pair");

        var known = new HashSet<(string, long)>();
        foreach (var fill in _venueFills.SelectMany(g => g))
        {
            var subject = $"{fill.ClientOrderId} trade {fill.TradeId}";
            known.Add((fill.OrderId, fill.TradeId));
            if (!_orders.TryGetValue(fill.ClientOrderId, out var order) || !order.Fills.TryGetValue(fill.TradeId, out var tracked))
            {
                Violate("I11", subject, "executed at the exchange, not in the tracker's journal");
                continue;
            }
            if (tracked.Price != fill.Price || tracked.Size != fill.Size || (tracked.Fee is { } fee && fee != fill.Fee))
                Violate("I11", subject, $"the exchange says {fill.Size} at {fill.Price} fee {fill.Fee}, the tracker {tracked.Size} at {tracked.Price} fee {tracked.Fee}");
            if (order.Status == OrderStatus.Closed && tracked.Fee is null)
                Violate("I11", subject, "closed without its fee");
            var inPair = pairFills[(fill.OrderId, fill.TradeId)].FirstOrDefault();
            if (inPair is null)
                Violate("I11", subject, "in the tracker's journal, not in the pair's");
            else if (inPair.Fill.Price != fill.Price || inPair.Fill.Size != fill.Size)
                Violate("I11", subject, "the pair applied other numbers");
            else if (order.Status == OrderStatus.Closed && (inPair.Fill.Fee ?? pairFees[(fill.OrderId, fill.TradeId)].FirstOrDefault()?.Fee) != fill.Fee)
                Violate("I11", subject, "the pair applied another fee");
        }
        foreach (var fill in pairFills.Where(g => !known.Contains(g.Key)))
            Violate("I11", $"{fill.Key.OrderId}/{fill.Key.TradeId}", "applied by a pair, never executed at the exchange");
    }

    /// <summary>Per currency: what was there, plus the journal's fills, minus its fees, is what is there, to the last place.</summary>
    private void Conservation()
    {
        var change = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var (symbol, state) in _pairs)
        {
            foreach (var e in _streams[$"pair-{symbol}"].Select(r => r.Event))
            {
                switch (e)
                {
                    case FillApplied { Fill: var fill }:
                        var sign = fill.Side == Market.Side.Buy ? 1 : -1;
                        Add(state.BaseCurrency, sign * fill.Size);
                        Add(state.QuoteCurrency, -sign * fill.Size * fill.Price);
                        if (fill is { Fee: { } paid, FeeCurrency: { } currency })
                            Add(currency, -paid);
                        break;
                    case FeeApplied fee:
                        Add(fee.FeeCurrency, -fee.Fee);
                        break;
                }
            }
        }
        foreach (var balance in _e.Balances)
        {
            var expected = balance.Initial + change.GetValueOrDefault(balance.Currency);
            if (expected != balance.Total)
                Violate("I12", balance.Currency, $"the books say {expected}, the exchange {balance.Total}: {balance.Total - expected} unexplained");
            change.Remove(balance.Currency);
        }
        foreach (var (currency, amount) in change.Where(c => c.Value != 0))
            Violate("I12", currency, $"the books changed by {amount}, the exchange has no such balance");

        void Add(string currency, decimal amount) => change[currency] = change.GetValueOrDefault(currency) + amount;
    }
}
