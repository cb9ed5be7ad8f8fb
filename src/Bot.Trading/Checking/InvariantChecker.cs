using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;

namespace Bot.Trading.Checking;

/// <summary>
/// The invariants of RELIABILITY.md as code, over evidence alone. It is independent of the machines' decisions: it folds what was written
/// and compares it with what the exchange has. Later work adds invariants here; every user of the checker gets them.
/// </summary>
/// <remarks>
/// Amounts are compared when the deployment is at rest: an order that the exchange has and the journal has not finished yet is reported
/// as unsettled, not compared.
/// </remarks>
public sealed partial class InvariantChecker
{
    private readonly Evidence _e;
    private readonly List<Violation> _violations = [];
    private readonly SortedDictionary<string, List<JournaledEvent>> _streams = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, OrderState> _orders = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, PairState> _pairs = new(StringComparer.Ordinal);
    private readonly ILookup<string, VenueOrder> _venueOrders;
    private readonly ILookup<string, VenueFill> _venueFills;

    private InvariantChecker(Evidence evidence)
    {
        _e = evidence;
        foreach (var row in evidence.Journal.OrderBy(r => r.Sequence))
        {
            if (!_streams.TryGetValue(row.PersistenceId, out var stream))
                _streams[row.PersistenceId] = stream = [];
            stream.Add(row);
        }
        _venueOrders = evidence.Orders.Where(o => IsOwn(o.ClientOrderId)).ToLookup(o => o.ClientOrderId, StringComparer.Ordinal);
        _venueFills = evidence.Fills.Where(f => IsOwn(f.ClientOrderId)).ToLookup(f => f.ClientOrderId, StringComparer.Ordinal);
    }

    /// <summary>Checks everything that the evidence allows.</summary>
    public static CheckReport Check(Evidence evidence)
    {
        var checker = new InvariantChecker(evidence);
        (string Name, Action Check)[] checks =
        [
            ("I16", checker.ContiguousJournal),
            ("I17", checker.RecoveryIsComplete),
            ("I18", checker.OwnerEpochs),
            ("I1", checker.NoOrderWithoutLicence),
            ("I2", checker.OneOrderPerClientOrderId),
            ("I3", checker.OneEffectiveAttempt),
            ("I4", checker.AttemptDiscipline),
            ("I5", checker.AbsenceIsTrue),
            ("I6", checker.EvidenceIsFresh),
            ("I7", checker.WindowRespected),
            ("I8", checker.CommittedBeforeSent),
            ("I9", checker.NothingUntracked),
            ("I10", checker.TerminalAgreement),
            ("I11", checker.FillBijection),
            ("I12", checker.Conservation),
            ("I13", checker.NoPositionWithoutProtection),
            ("I19", checker.FoldIsPosition),
            ("I22", checker.Projection),
        ];
        foreach (var (name, check) in checks)
        {
            try
            {
                check();
            }
            catch (Exception fault) when (IsFault(fault))
            {
                checker._violations.Add(new Violation(name, "evidence", $"does not fit together: {fault.Message}"));
            }
        }
        return new CheckReport(
            [.. checks.Select(c => c.Name)],
            evidence.Journal.Count,
            checker._venueOrders.Sum(g => g.Count()),
            checker._venueFills.Sum(g => g.Count()),
            checker._violations);
    }

    /// <summary>What evidence does that contradicts itself: an illegal event, a key twice, a key that is missing, an event in a foreign stream.</summary>
    private static bool IsFault(Exception e) => e is InvalidOperationException or ArgumentException or KeyNotFoundException or InvalidCastException;

    private void Violate(string invariant, string subject, string what) => _violations.Add(new Violation(invariant, subject, what));

    private bool IsOwn(string clientOrderId) => ClientOrderId.TryParse(clientOrderId, out var id) && id.Deployment == _e.Deployment;

    private IEnumerable<(string ClientOrderId, List<JournaledEvent> Rows)> OrderStreams() =>
        _streams.Where(s => s.Key.StartsWith("order-", StringComparison.Ordinal)).Select(s => (s.Key["order-".Length..], s.Value));

    private void ContiguousJournal()
    {
        foreach (var (id, rows) in _streams)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].Sequence != i + 1)
                {
                    Violate("I16", id, $"row {i + 1} has number {rows[i].Sequence}: a row is missing or doubled");
                    break;
                }
                if (!rows[i].LinkHolds)
                {
                    Violate("I16", id, $"row {rows[i].Sequence} does not fit the row before it: a row was changed");
                    break;
                }
            }
        }
    }

    /// <summary>Folds every stream from its first row and compares with what each incarnation said it had recovered.</summary>
    private void RecoveryIsComplete()
    {
        foreach (var (id, rows) in _streams)
        {
            try
            {
                Fold(id, rows);
            }
            catch (Exception fault) when (IsFault(fault))
            {
                // A history that cannot even be folded is the strongest violation there is. It must not hide what the other streams show.
                Violate("I17", id, $"cannot be folded: {fault.Message}");
            }
        }
    }

    private void Fold(string id, List<JournaledEvent> rows)
    {
        if (id.StartsWith("order-", StringComparison.Ordinal))
        {
            var state = new OrderState();
            foreach (var row in rows)
            {
                // The first incarnation takes over together with the specification: it recovered nothing.
                if (row.Event is OrderOwned { Epoch: > 1 } owned && owned.StateHash != _e.HashOrder(state))
                    RecoveredOther(id, owned.Epoch, row);
                state.Apply((OrderEvent)row.Event);
            }
            _orders[id["order-".Length..]] = state;
        }
        else if (id.StartsWith("pair-", StringComparison.Ordinal))
        {
            var state = new PairState();
            foreach (var row in rows)
            {
                if (row.Event is PairOwned owned)
                {
                    if (owned.StateHash != _e.HashPair(state))
                        RecoveredOther(id, owned.Epoch, row);
                    Protected(id, state, $"when incarnation {owned.Epoch} took over");
                }
                state.Apply((PairEvent)row.Event);
            }
            _pairs[id["pair-".Length..]] = state;
        }
        else if (id.StartsWith("portfolio-", StringComparison.Ordinal))
        {
            var state = new PortfolioState();
            foreach (var row in rows)
            {
                if (row.Event is PortfolioOwned { Epoch: > 1 } owned && owned.StateHash != _e.HashPortfolio(state))
                    RecoveredOther(id, owned.Epoch, row);
                state.Apply((PortfolioEvent)row.Event);
            }
        }
    }

    private void RecoveredOther(string id, long epoch, JournaledEvent row) =>
        Violate("I17", id, $"incarnation {epoch} recovered another state than rows 1 to {row.Sequence - 1} make");

    private void OwnerEpochs()
    {
        foreach (var (id, rows) in _streams)
        {
            var last = 0L;
            foreach (var row in rows)
            {
                long? epoch = row.Event switch
                {
                    OrderOwned o => o.Epoch,
                    PairOwned p => p.Epoch,
                    PortfolioOwned p => p.Epoch,
                    _ => null,
                };
                if (epoch is { } next)
                {
                    if (next != last + 1)
                        Violate("I18", id, $"row {row.Sequence} begins epoch {next} after epoch {last}");
                    last = next;
                }
                else if (row.Event is SubmitAuthorised s && s.Epoch != last)
                {
                    Violate("I18", id, $"row {row.Sequence} is a licence of epoch {s.Epoch} in epoch {last}");
                }
            }
        }
    }

    private void FoldIsPosition()
    {
        foreach (var (symbol, state) in _pairs)
        {
            var rows = _streams[$"pair-{symbol}"];
            var fills = rows.Select(r => r.Event).OfType<FillApplied>().Select(f => f.Fill).ToList();
            var sum = fills.Sum(f => f.Side == Market.Side.Buy ? f.Size : -f.Size)
                - fills.Where(f => f.FeeCurrency == state.BaseCurrency).Sum(f => f.Fee ?? 0)
                - rows.Select(r => r.Event).OfType<FeeApplied>().Where(f => f.FeeCurrency == state.BaseCurrency).Sum(f => f.Fee);
            if (sum != state.Position.Quantity)
                Violate("I19", symbol, $"the fills add up to {sum}, the folded position is {state.Position.Quantity}");
            if (_e.Read is not { } read)
                continue;
            var shown = read.Positions.FirstOrDefault(p => p.Symbol == symbol)?.Quantity ?? 0;
            if (shown != Math.Max(0, state.Position.Quantity))
                Violate("I19", symbol, $"the table of positions shows {shown}, the folded position is {state.Position.Quantity}");
        }
    }

    private void NoPositionWithoutProtection()
    {
        foreach (var (symbol, state) in _pairs)
            Protected($"pair-{symbol}", state, "now");
    }

    private void Protected(string id, PairState state, string when)
    {
        // Without a round trip under way what is held is dust, which cannot be sold.
        if (state is { Trade: not null, Protection: null, Position.Quantity: > 0 })
            Violate("I13", id, $"{when} {state.Position.Quantity} is held without protection");
    }

    private void Projection()
    {
        if (_e.Read is not { } read)
            return;
        var rows = read.Orders.ToDictionary(o => o.ClientOrderId, StringComparer.Ordinal);
        var intended = _pairs.Keys.SelectMany(symbol => _streams[$"pair-{symbol}"]).Select(r => r.Event).OfType<OrderIntended>().ToList();
        foreach (var id in intended.Select(i => i.Spec.ClientOrderId).Where(id => !rows.ContainsKey(id)))
            Violate("I22", id, "intended in the journal, missing in the table of orders");
        foreach (var id in rows.Keys.Except(intended.Select(i => i.Spec.ClientOrderId), StringComparer.Ordinal))
            Violate("I22", id, "in the table of orders, intended by nobody");
        foreach (var (id, state) in _orders)
        {
            if (!rows.TryGetValue(id, out var row))
                continue;
            if (row.FilledQuantity != state.FilledSize)
                Violate("I22", id, $"the table of orders shows {row.FilledQuantity} filled, the journal {state.FilledSize}");
            if (row.Status != StatusWord(state.Status))
                Violate("I22", id, $"the table of orders shows {row.Status}, the journal {state.Status}");
        }
        foreach (var (symbol, state) in _pairs)
        {
            // Without a round trip under way what is held is dust, which is too small to be sold.
            var isProtected = state.Protection is not null || state.Position.Quantity <= 0 || state.Trade is null;
            if (read.Positions.FirstOrDefault(p => p.Symbol == symbol) is { } position && position.IsProtected != isProtected)
                Violate("I22", symbol, $"the table of positions shows {(position.IsProtected ? "protected" : "bare")}, the journal says otherwise");
        }
        var journaled = _orders.Values.SelectMany(o => o.Fills.Values).ToDictionary(f => (f.OrderId, f.TradeId));
        foreach (var fill in read.Fills)
        {
            if (!journaled.Remove((fill.OrderId, fill.TradeId), out var known))
                Violate("I22", $"{fill.OrderId}/{fill.TradeId}", "in the table of fills, not in the journal");
            else if (known.Price != fill.Price || known.Size != fill.Size || known.Fee != fill.Fee)
                Violate("I22", $"{fill.OrderId}/{fill.TradeId}", "the table of fills and the journal have other numbers");
        }
        foreach (var (order, trade) in journaled.Keys)
            Violate("I22", $"{order}/{trade}", "in the journal, missing in the table of fills");
    }

    private static string StatusWord(OrderStatus status) => status switch
    {
        OrderStatus.Prepared => "prepared",
        OrderStatus.Authorised => "authorised",
        OrderStatus.InDoubt => "in_doubt",
        OrderStatus.Live => "live",
        OrderStatus.Ended => "done",
        OrderStatus.Closed => "closed",
        OrderStatus.Refused => "rejected",
        OrderStatus.Absent => "not_placed",
        OrderStatus.Abandoned => "abandoned",
        _ => "quarantined",
    };
}
