using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Trading.Checking;

/// <content>Invariants about executions and money: I11, I12, I19, and the read tables: I22.</content>
public sealed partial class InvariantChecker
{
    private readonly Dictionary<(string OrderId, long TradeId), FillApplied> _applied = [];
    private readonly HashSet<(string OrderId, long TradeId)> _executed = [];
    private readonly List<(string Currency, decimal Amount)> _change = [];

    /// <summary>Every execution is in its tracker's journal and in its pair's journal, once, with the same numbers.</summary>
    private void FillBijection()
    {
        _applied.Clear();
        _executed.Clear();
        foreach (var pair in _pairs)
        {
            foreach (var applied in pair.Fills)
            {
                if (!_applied.TryAdd((applied.Fill.OrderId, applied.Fill.TradeId), applied))
                    Violate("I11", $"{applied.Fill.OrderId}/{applied.Fill.TradeId}", "applied more than once by its pair");
            }
        }
        foreach (var fill in _venueFills)
        {
            _executed.Add((fill.OrderId, fill.TradeId));
            if (Order(fill.ClientOrderId) is not { IsBroken: false } order || !order.State.Fills.TryGetValue(fill.TradeId, out var tracked))
            {
                Violate("I11", Subject(fill), "executed at the exchange, not in the tracker's journal");
                continue;
            }
            if (tracked.Price != fill.Price || tracked.Size != fill.Size || (tracked.Fee is { } fee && fee != fill.Fee))
                Violate("I11", Subject(fill), $"the exchange says {fill.Size} at {fill.Price} fee {fill.Fee}, the tracker {tracked.Size} at {tracked.Price} fee {tracked.Fee}");
            if (order.State.Status == OrderStatus.Closed && tracked.Fee is null)
                Violate("I11", Subject(fill), "closed without its fee");
            if (!_applied.TryGetValue((fill.OrderId, fill.TradeId), out var inPair))
                Violate("I11", Subject(fill), "in the tracker's journal, not in the pair's");
            else if (inPair.Fill.Price != fill.Price || inPair.Fill.Size != fill.Size)
                Violate("I11", Subject(fill), "the pair applied other numbers");
            else if (order.State.Status == OrderStatus.Closed && (inPair.Fill.Fee ?? FeeOf(fill)) != fill.Fee)
                Violate("I11", Subject(fill), "the pair applied another fee");
        }
        foreach (var key in _applied.Keys)
        {
            if (!_executed.Contains(key))
                Violate("I11", $"{key.OrderId}/{key.TradeId}", "applied by a pair, never executed at the exchange");
        }
    }

    private static string Subject(VenueFill fill) => $"{fill.ClientOrderId} trade {fill.TradeId}";

    private decimal? FeeOf(VenueFill fill)
    {
        foreach (var pair in _pairs)
        {
            foreach (var fee in pair.Fees)
            {
                if (fee.TradeId == fill.TradeId && fee.OrderId == fill.OrderId)
                    return fee.Fee;
            }
        }
        return null;
    }

    /// <summary>Per currency: what was there, plus the journal's fills, minus its fees, is what is there, to the last place.</summary>
    private void Conservation(IReadOnlyList<VenueBalance> balances)
    {
        _change.Clear();
        foreach (var pair in _pairs)
        {
            var state = pair.State;
            foreach (var applied in pair.Fills)
            {
                var fill = applied.Fill;
                var sign = fill.Side == Side.Buy ? 1 : -1;
                Change(state.BaseCurrency, sign * fill.Size);
                Change(state.QuoteCurrency, -sign * fill.Size * fill.Price);
                if (fill is { Fee: { } paid, FeeCurrency: { } currency })
                    Change(currency, -paid);
            }
            foreach (var fee in pair.Fees)
                Change(fee.FeeCurrency, -fee.Fee);
        }
        foreach (var balance in balances)
        {
            var at = _change.FindIndex(c => c.Currency == balance.Currency);
            var expected = balance.Initial + (at < 0 ? 0 : _change[at].Amount);
            if (expected != balance.Total)
                Violate("I12", balance.Currency, $"the books say {expected}, the exchange {balance.Total}: {balance.Total - expected} unexplained");
            if (at >= 0)
                _change.RemoveAt(at);
        }
        foreach (var (currency, amount) in _change)
        {
            if (amount != 0)
                Violate("I12", currency, $"the books changed by {amount}, the exchange has no such balance");
        }
    }

    private void Change(string currency, decimal amount)
    {
        for (var i = 0; i < _change.Count; i++)
        {
            if (_change[i].Currency != currency)
                continue;
            _change[i] = (currency, _change[i].Amount + amount);
            return;
        }
        _change.Add((currency, amount));
    }

    private void FoldIsPosition(CheckedPair pair)
    {
        var state = pair.State;
        var sum = 0m;
        foreach (var applied in pair.Fills)
        {
            var fill = applied.Fill;
            sum += fill.Side == Side.Buy ? fill.Size : -fill.Size;
            if (fill.Fee is { } paid && fill.FeeCurrency == state.BaseCurrency)
                sum -= paid;
        }
        foreach (var fee in pair.Fees)
            sum -= fee.FeeCurrency == state.BaseCurrency ? fee.Fee : 0;
        if (sum != state.Position.Quantity)
            Violate("I19", pair.Symbol, $"the fills add up to {sum}, the folded position is {state.Position.Quantity}");
        if (_read is not { } read)
            return;
        var shown = read.Positions.FirstOrDefault(p => p.Symbol == pair.Symbol)?.Quantity ?? 0;
        if (shown != Math.Max(0, state.Position.Quantity))
            Violate("I19", pair.Symbol, $"the table of positions shows {shown}, the folded position is {state.Position.Quantity}");
    }

    private void Projection(ReadTables read)
    {
        var rows = read.Orders.ToDictionary(o => o.ClientOrderId, StringComparer.Ordinal);
        var intended = _pairs.SelectMany(p => p.Intents.Keys).ToHashSet(StringComparer.Ordinal);
        foreach (var id in intended.Where(id => !rows.ContainsKey(id)))
            Violate("I22", id, "intended in the journal, missing in the table of orders");
        foreach (var id in rows.Keys.Where(id => !intended.Contains(id)))
            Violate("I22", id, "in the table of orders, intended by nobody");
        var journaled = new Dictionary<(string, long), FillReport>();
        foreach (var order in _orders.Where(o => !o.IsBroken))
        {
            var (id, state) = (order.ClientOrderId, order.State);
            foreach (var fill in state.Fills.Values)
                journaled[(fill.OrderId, fill.TradeId)] = fill;
            if (!rows.TryGetValue(id, out var row))
                continue;
            if (row.FilledQuantity != state.FilledSize)
                Violate("I22", id, $"the table of orders shows {row.FilledQuantity} filled, the journal {state.FilledSize}");
            if (row.Status != StatusWord(state.Status))
                Violate("I22", id, $"the table of orders shows {row.Status}, the journal {state.Status}");
        }
        foreach (var pair in _pairs.Where(p => !p.IsBroken))
        {
            // Without a round trip under way what is held is dust, which is too small to be sold.
            var isProtected = pair.State.Protection is not null || pair.State.Position.Quantity <= 0 || pair.State.Trade is null;
            if (read.Positions.FirstOrDefault(p => p.Symbol == pair.Symbol) is { } position && position.IsProtected != isProtected)
                Violate("I22", pair.Symbol, $"the table of positions shows {(position.IsProtected ? "protected" : "bare")}, the journal says otherwise");
        }
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
