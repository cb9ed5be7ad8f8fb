using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Reconciliation;

namespace Bot.Trading.Tests.Reconciliation;

/// <summary>
/// An account at an exchange and the journals about it, small enough to be driven step by step: an order is intended, arrives, fills, is
/// applied and settled in steps of their own, and a sweep reads one list after another between them.
/// </summary>
internal sealed class SmallAccount
{
    public const string Deployment = "abcdef";
    public static readonly Symbol Btc = Symbol.Parse("BTC-USDT");
    public static readonly Symbol Eth = Symbol.Parse("ETH-USDT");

    private readonly Sink<ReconcilerEvent, ReconcilerEffect> _sink = new();
    private readonly List<OrderReport> _orders = [];
    private readonly List<FillReport> _fills = [];
    private readonly List<StopReport> _stops = [];
    private readonly List<AccountMovement> _ledger = [];
    private readonly SortedDictionary<string, decimal> _balances = new(StringComparer.Ordinal) { ["USDT"] = 10_000 };
    private readonly ReconcilerMemory _memory = new();
    private KnownAccount _known = new();
    private readonly List<PairEvent> _journal = [];
    private long _nextTrade = 1;
    private AccountSweep? _sweep;
    private int _step;

    public SmallAccount()
    {
        _memory.RunningSinceMs = NowMs;
        foreach (var (symbol, id) in new[] { (Btc, 1), (Eth, 2) })
            Write(new PairStarted(NowMs, symbol, id, symbol.Text[..3], "USDT", "s", "low"));
    }

    public long NowMs { get; set; } = 1_700_000_000_000;

    public ReconcilerState State { get; private set; } = new();

    public ReconcilerMemory Memory => _memory;

    public KnownAccount Known => _known;

    /// <summary>Every finding that was ever raised.</summary>
    public List<Finding> Raised { get; } = [];

    public List<ReconcilerEffect> Effects { get; } = [];

    public static string Id(Symbol symbol, long intent, IntentLeg leg = IntentLeg.Entry, string deployment = Deployment) =>
        new ClientOrderId(deployment, symbol == Btc ? 1 : 2, intent, leg, 1).Text;

    public IReadOnlyList<PairEvent> Journal => _journal;

    /// <summary>Writes an event into its pair's journal.</summary>
    public void Write(PairEvent e, Symbol? symbol = null)
    {
        _journal.Add(e);
        Fold(_known, e, symbol);
    }

    /// <summary>The database is an earlier one again: only the first events are there.</summary>
    public void Restore(int events, ReconcilerSnapshot state)
    {
        _known = new KnownAccount();
        foreach (var e in _journal.Take(events))
            Fold(_known, e, null);
        State = ReconcilerState.From(state);
        _memory.RunningSinceMs = NowMs;
    }

    private static void Fold(KnownAccount known, PairEvent e, Symbol? symbol) => known.Of(symbol ?? e switch
    {
        PairStarted s => s.Symbol,
        OrderIntended i => i.Spec.Symbol,
        OrderAdopted a => a.Intended.Spec.Symbol,
        FillApplied f => f.Fill.Symbol,
        OrderSettled s => SymbolOf(s.ClientOrderId),
        ProtectionConfirmed p => SymbolOf(p.ClientOrderId),
        _ => Btc,
    }).Apply(e);

    private static Symbol SymbolOf(string id) => ClientOrderId.TryParse(id, out var own) && own.SymbolId == 2 ? Eth : Btc;

    public void Intend(Symbol symbol, long intent, Side side, IntentLeg leg = IntentLeg.Entry, decimal? stop = null) => Write(new OrderIntended(NowMs)
    {
        IntentNumber = intent,
        Leg = leg,
        Attempt = 1,
        Spec = new OrderSpec { ClientOrderId = Id(symbol, intent, leg), Symbol = symbol, Side = side, Type = OrderType.Market, Size = 1, StopPrice = stop },
        DeadlineMs = NowMs + 10_000,
        MarketMs = NowMs,
        CorrelationId = "c",
        Strategy = "s",
        Reason = "r",
        ConfigurationVersion = "v",
    });

    /// <summary>An order comes to the exchange, whoever sent it.</summary>
    public string Arrive(Symbol symbol, string? clientOrderId, Side side, bool active = true, long? createdAtMs = null)
    {
        var id = $"o{_orders.Count + 1}";
        _orders.Add(new OrderReport(id, clientOrderId, symbol, side, OrderType.Market, null, 1, 0, 0, 0, active, createdAtMs ?? NowMs));
        return id;
    }

    /// <summary>The order fills whole, at once, and the money moves with it.</summary>
    public FillReport Fill(string orderId, decimal price = 100)
    {
        var at = _orders.FindIndex(o => o.OrderId == orderId);
        var order = _orders[at] with { DealSize = 1, DealFunds = price, Active = false };
        _orders[at] = order;
        var fee = price * 0.001m;
        var fill = new FillReport(order.Symbol, orderId, _nextTrade++, order.Side, price, 1, fee, "USDT", false, NowMs);
        _fills.Add(fill);
        var sign = order.Side == Side.Buy ? 1 : -1;
        Move(order.Symbol.Text[..3], sign, "TRADE_EXCHANGE", fill);
        Move("USDT", -sign * price - fee, "TRADE_EXCHANGE", fill);
        return fill;
    }

    public void End(string orderId)
    {
        var at = _orders.FindIndex(o => o.OrderId == orderId);
        _orders[at] = _orders[at] with { Active = false, CancelledSize = 1 };
    }

    /// <summary>Money moves at the exchange; the ledger tells of it unless somebody hides that.</summary>
    public void Move(string currency, decimal amount, string? reason, FillReport? fill = null)
    {
        _balances[currency] = _balances.GetValueOrDefault(currency) + amount;
        if (reason is not null)
            _ledger.Add(new AccountMovement(_ledger.Count + 1, currency, amount, NowMs, reason, fill?.Symbol, fill?.OrderId, fill?.TradeId));
    }

    public void Wait(string clientOrderId, Symbol symbol) => _stops.Add(new StopReport($"s{_stops.Count + 1}", clientOrderId, symbol, 90, 1, false, NowMs, null));

    public void TakeStops() => _stops.Clear();

    public void Settle(Symbol symbol, long intent, IntentLeg leg = IntentLeg.Entry, OrderOutcome outcome = OrderOutcome.Closed) =>
        Write(new OrderSettled(NowMs, Id(symbol, intent, leg), outcome, 0, 0, "", ""));

    /// <summary>Reads the next list of a sweep; the last step compares. True when the sweep is over.</summary>
    public bool SweepStep(bool failing = false)
    {
        if (_sweep is null)
        {
            _sweep = new AccountSweep
            {
                BeganAtMs = NowMs,
                IsFull = true,
                SinceMs = State.WatermarkMs - 600_000,
                Symbols = [new SymbolLists { Symbol = Btc }, new SymbolLists { Symbol = Eth }],
                HasStops = true,
            };
            _step = 0;
        }
        var lists = _sweep.Symbols;
        switch (_step++)
        {
            case 0 or 1 when !failing:
                lists[_step - 1].Active = Read(_orders.Where(o => o.Active && o.Symbol == lists[_step - 1].Symbol));
                break;
            case 2 or 3 when !failing:
                lists[_step - 3].Done = Read(_orders.Where(o => !o.Active && o.Symbol == lists[_step - 3].Symbol && o.CreatedAtMs >= _sweep.SinceMs));
                break;
            case 4 or 5 when !failing:
                lists[_step - 5].Fills = Read(_fills.Where(f => f.Symbol == lists[_step - 5].Symbol && f.TimeMs >= _sweep.SinceMs));
                break;
            case 6 when !failing:
                _sweep.Stops = Read(_stops);
                break;
            case 7 when !failing:
                _sweep.Movements = Read(_ledger.Where(l => l.TimeMs >= _sweep.SinceMs));
                break;
            case 8 when !failing:
                _sweep.Balances = Read(_balances.Select(b => new AccountBalance(b.Key, b.Value)));
                break;
            case 9:
                Decide(_sweep);
                _sweep = null;
                return true;
        }
        return false;
    }

    /// <summary>A whole sweep without anything between.</summary>
    public AccountSweep Sweep()
    {
        while (_sweep is not null && !SweepStep())
        {
            // what was under way ends first
        }
        SweepStep();
        var sweep = _sweep!;
        while (!SweepStep())
        {
            // list after list
        }
        return sweep;
    }

    /// <summary>Sweeps that are far enough apart to be believed.</summary>
    public void SweepUntilSure(int times = 4)
    {
        for (var i = 0; i < times; i++)
        {
            NowMs += 45_000;
            Sweep();
        }
    }

    private Listing<T> Read<T>(IEnumerable<T> rows) => new(NowMs, [.. rows]);

    private void Decide(AccountSweep sweep)
    {
        _sink.Clear();
        ReconcilerDecider.Decide(State, _memory, _known, sweep, new ReconcilerContext(NowMs, Deployment, new ReconcilerSettings()), _sink);
        foreach (var e in _sink.Events)
        {
            State.Apply(e);
            if (e is FindingRaised f)
                Raised.Add(f.Finding);
        }
        Effects.AddRange(_sink.Effects);
    }
}
