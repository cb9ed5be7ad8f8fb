using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Trading.Reconciliation;

/// <summary>An order as the pair's journal knows it.</summary>
public sealed class KnownOrder
{
    /// <summary>The id that it was placed with.</summary>
    public required string ClientOrderId { get; init; }

    /// <summary>Entry, exit or stop.</summary>
    public required IntentLeg Leg { get; init; }

    /// <summary>When it was decided, Unix ms.</summary>
    public required long DecidedAtMs { get; init; }

    /// <summary>How it ended; null while it is unsettled.</summary>
    public OrderOutcome? Outcome { get; set; }

    /// <summary>When it was settled, Unix ms.</summary>
    public long SettledAtMs { get; set; }

    /// <summary>When the exchange had shown the stop as waiting, Unix ms; 0 before, and on other orders.</summary>
    public long ConfirmedAtMs { get; set; }

    /// <summary>True when the stop's price has come.</summary>
    public bool IsTriggered { get; set; }

    /// <summary>True when its cancel was decided: that it is not there then is what is wanted, and its tracker proves it.</summary>
    public bool IsCancelling { get; set; }

    /// <summary>True while money may move by it: unsettled, and not a stop that only waits.</summary>
    public bool IsMoving => Outcome is null && (Leg != IntentLeg.Stop || ConfirmedAtMs == 0 || IsTriggered);
}

/// <summary>
/// What one pair's journal knows: its orders, the executions it applied, and what these did to each currency. A fold of the pair's events
/// beside <see cref="PairState"/>, which forgets what it does not need for trading.
/// </summary>
public sealed class KnownPair
{
    /// <summary>The exchange tells of filled orders for seven days: what is older can appear in no list.</summary>
    private const long KeepMs = 8L * 86_400_000;

    private const int PruneAt = 512;

    private readonly Dictionary<string, KnownOrder> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byOrderId = new(StringComparer.Ordinal);
    private readonly HashSet<(string OrderId, long TradeId)> _trades = [];
    private readonly SortedDictionary<string, decimal> _flows = new(StringComparer.Ordinal);
    private int _pruneAt = PruneAt;

    /// <summary>What is known of a pair that has no event yet.</summary>
    public KnownPair(Symbol symbol) => Symbol = symbol;

    /// <summary>The pair.</summary>
    public Symbol Symbol { get; }

    /// <summary>Its row in the registry; 0 before it was started.</summary>
    public int SymbolId { get; private set; }

    /// <summary>Currency bought and sold; empty before it was started.</summary>
    public string BaseCurrency { get; private set; } = "";

    /// <summary>Currency of prices; empty before it was started.</summary>
    public string QuoteCurrency { get; private set; } = "";

    /// <summary>Events folded so far: the place in the pair's journal.</summary>
    public long Sequence { get; private set; }

    /// <summary>When the pair's journal begins, Unix ms; 0 while it is empty.</summary>
    public long FirstEventMs { get; private set; }

    /// <summary>Number of the next intent.</summary>
    public long NextIntent { get; private set; } = 1;

    /// <summary>Executions whose fee is not known yet.</summary>
    public int UnknownFees { get; private set; }

    /// <summary>The exchange's time of the newest execution, Unix ms; 0 before the first.</summary>
    public long LastFillMs { get; private set; }

    /// <summary>Orders by client order id.</summary>
    public IReadOnlyDictionary<string, KnownOrder> Orders => _orders;

    /// <summary>What all executions and fees did to each currency.</summary>
    public IReadOnlyDictionary<string, decimal> Flows => _flows;

    /// <summary>Whether the execution was applied.</summary>
    public bool Applied(string orderId, long tradeId) => _trades.Contains((orderId, tradeId));

    /// <summary>The client order id of an exchange's order id that executions were applied of; null when there is none.</summary>
    public string? OwnerOf(string orderId) => _byOrderId.GetValueOrDefault(orderId);

    /// <summary>Says that an exchange's order id belongs to an order of the pair: that of the order which a stop placed at its trigger.</summary>
    public void Relate(string orderId, string clientOrderId) => _byOrderId[orderId] = clientOrderId;

    /// <summary>True when nothing of the pair can change a balance now: every order settled or waiting, every fee known.</summary>
    public bool IsAtRest()
    {
        if (UnknownFees > 0)
            return false;
        foreach (var order in _orders.Values)
        {
            if (order.IsMoving)
                return false;
        }
        return true;
    }

    /// <summary>When an order of the pair last traded or ended, Unix ms; 0 before the first.</summary>
    public long LastChangeMs()
    {
        var last = LastFillMs;
        foreach (var order in _orders.Values)
            last = Math.Max(last, order.SettledAtMs);
        return last;
    }

    /// <summary>True when an order of the pair is unsettled.</summary>
    public bool HasUnsettled()
    {
        foreach (var order in _orders.Values)
        {
            if (order.Outcome is null)
                return true;
        }
        return false;
    }

    /// <summary>Takes the next event of the pair's journal.</summary>
    public void Apply(PairEvent e)
    {
        Sequence++;
        if (FirstEventMs == 0)
            FirstEventMs = e.AtMs;
        switch (e)
        {
            case PairStarted s:
                (SymbolId, BaseCurrency, QuoteCurrency) = (s.SymbolId, s.BaseCurrency, s.QuoteCurrency);
                break;
            case OrderIntended i:
                Add(i, e.AtMs);
                break;
            case OrderAdopted a:
                Add(a.Intended, e.AtMs);
                break;
            case ProtectionConfirmed c when _orders.TryGetValue(c.ClientOrderId, out var stop):
                stop.ConfirmedAtMs = e.AtMs;
                break;
            case ProtectionTriggered t when _orders.TryGetValue(t.ClientOrderId, out var stop):
                stop.IsTriggered = true;
                break;
            case CancelDecided d when _orders.TryGetValue(d.ClientOrderId, out var cancelled):
                cancelled.IsCancelling = true;
                break;
            case FillApplied f:
                OnFill(f);
                break;
            case FeeApplied f:
                UnknownFees--;
                Flow(f.FeeCurrency, -f.Fee);
                break;
            case OrderSettled s when _orders.TryGetValue(s.ClientOrderId, out var order):
                (order.Outcome, order.SettledAtMs) = (s.Outcome, e.AtMs);
                if (_orders.Count >= _pruneAt)
                    Prune(e.AtMs);
                break;
        }
    }

    private void Add(OrderIntended i, long atMs)
    {
        var id = i.Spec.ClientOrderId;
        _orders[id] = new KnownOrder { ClientOrderId = id, Leg = i.Leg, DecidedAtMs = atMs };
        NextIntent = Math.Max(NextIntent, i.IntentNumber + 1);
    }

    private void OnFill(FillApplied f)
    {
        var fill = f.Fill;
        _trades.Add((fill.OrderId, fill.TradeId));
        _byOrderId[fill.OrderId] = f.ClientOrderId;
        LastFillMs = Math.Max(LastFillMs, fill.TimeMs);
        var funds = fill.Price * fill.Size;
        Flow(BaseCurrency, fill.Side == Side.Buy ? fill.Size : -fill.Size);
        Flow(QuoteCurrency, fill.Side == Side.Buy ? -funds : funds);
        if (fill is { Fee: { } fee, FeeCurrency: { } currency })
            Flow(currency, -fee);
        else
            UnknownFees++;
    }

    private void Flow(string currency, decimal amount) => _flows[currency] = _flows.GetValueOrDefault(currency) + amount;

    /// <summary>Forgets settled orders that no list can show any more. Their executions go with them.</summary>
    private void Prune(long nowMs)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (id, order) in _orders)
        {
            if (order.Outcome is not null && order.SettledAtMs < nowMs - KeepMs)
                gone.Add(id);
        }
        foreach (var id in gone)
            _orders.Remove(id);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (orderId, client) in _byOrderId)
        {
            if (gone.Contains(client))
                ids.Add(orderId);
        }
        foreach (var orderId in ids)
            _byOrderId.Remove(orderId);
        _trades.RemoveWhere(t => ids.Contains(t.OrderId));
        _pruneAt = Math.Max(PruneAt, 2 * _orders.Count);
    }
}

/// <summary>What all journals of the deployment know of the account.</summary>
public sealed class KnownAccount
{
    private readonly SortedDictionary<Symbol, KnownPair> _pairs = [];
    private readonly HashSet<string> _journaled = new(StringComparer.Ordinal);

    /// <summary>Pairs in the order of their symbols.</summary>
    public IReadOnlyDictionary<Symbol, KnownPair> Pairs => _pairs;

    /// <summary>What is known of a pair, made when nothing was.</summary>
    public KnownPair Of(Symbol symbol)
    {
        if (!_pairs.TryGetValue(symbol, out var pair))
            _pairs.Add(symbol, pair = new KnownPair(symbol));
        return pair;
    }

    /// <summary>What is known of a pair; null when nothing is.</summary>
    public KnownPair? Find(Symbol symbol) => _pairs.GetValueOrDefault(symbol);

    /// <summary>Says that an order has a journal of its own although its pair has forgotten it.</summary>
    public void AddJournaled(string clientOrderId) => _journaled.Add(clientOrderId);

    /// <summary>True when an order that its pair does not know has a journal of its own.</summary>
    public bool IsJournaled(string clientOrderId) => _journaled.Contains(clientOrderId);

    /// <summary>When the oldest journal begins, Unix ms; <see cref="long.MaxValue"/> when there is none.</summary>
    public long FirstEventMs()
    {
        var first = long.MaxValue;
        foreach (var pair in _pairs.Values)
        {
            if (pair.FirstEventMs > 0)
                first = Math.Min(first, pair.FirstEventMs);
        }
        return first;
    }
}
