using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Strategies;

namespace Bot.Trading.Tests.Pairs;

/// <summary>A strategy that says what the test wants.</summary>
internal sealed class ScriptedStrategy : IStrategy
{
    public Signal Next { get; set; } = Signal.None;

    public int WarmUpBars => 1;

    public Signal OnBar(in Bar bar, bool isLong)
    {
        var signal = Next;
        Next = Signal.None;
        return signal;
    }
}

/// <summary>A pair machine with its interpreter and an obedient portfolio and tracker, driven by the test.</summary>
internal sealed class PairBench
{
    private readonly Sink<PairEvent, PairEffect> _sink = new();
    private long _tradeId;

    public static readonly SymbolRules Rules = new()
    {
        Symbol = Symbol.Parse("ABC-USDT"),
        BaseCurrency = "ABC",
        QuoteCurrency = "USDT",
        FeeCurrency = "USDT",
        BaseIncrement = 0.01m,
        QuoteIncrement = 0.0001m,
        PriceIncrement = 0.01m,
        BaseMinSize = 0.01m,
        BaseMaxSize = 1_000_000m,
        QuoteMinSize = 0.1m,
        QuoteMaxSize = 1_000_000m,
        MinFunds = 1m,
        PriceLimitRate = 0.1m,
        EnableTrading = true,
    };

    public ScriptedStrategy Strategy { get; } = new();

    public PairContext Context { get; private set; }

    public PairState State { get; private set; } = new();

    public PairMemory Memory { get; private set; } = new();

    public List<PairEvent> Journal { get; } = [];

    public List<PairEffect> Effects { get; } = [];

    private readonly ProtectionSettings _protection;
    private readonly bool _exchangeStops;

    public PairBench(ProtectionSettings? protection = null, bool exchangeStops = false)
    {
        _protection = protection ?? new ProtectionSettings();
        _exchangeStops = exchangeStops;
        Context = NewContext();
        Do(new PairInput.Start(7, "ABC", "USDT", "scripted", "low"));
    }

    public string LastOrderId => State.Attempts[^1].ClientOrderId;

    public int Notes(string text) => Effects.OfType<PairEffect.Note>().Count(n => n.Message.Contains(text, StringComparison.Ordinal));

    public IReadOnlyList<PairEffect> Do(PairInput input)
    {
        PairDecider.Decide(State, Memory, Context, input, _sink);
        return Commit();
    }

    public IReadOnlyList<PairEffect> Tick(decimal price)
    {
        Context.NowMs += 1_000;
        var scale = new PriceScale(Rules.PriceIncrement);
        PairDecider.OnTick(State, Memory, Context, new PriceTick(Context.NowMs, scale.Floor(price), scale.Floor(price), scale.Floor(price)), _sink);
        return Commit();
    }

    public IReadOnlyList<PairEffect> Candle(Signal signal, double close = 100)
    {
        Context.NowMs += 60_000;
        Memory.LastTick = Memory.LastTick with { TimeMs = Context.NowMs };
        Strategy.Next = signal;
        PairDecider.OnCandle(State, Memory, Context, new Bar(Context.NowMs - 60_000, close, close, close, close, 1), Context.NowMs, 0, false, _sink);
        return Commit();
    }

    /// <summary>Signals an entry, grants it, returns the order's id.</summary>
    public string Enter(decimal size = 10, double stop = 5, double? target = null, double? trail = null)
    {
        Tick(100);
        Candle(new Signal(SignalKind.EnterLong, stop, target, trail, "test", null));
        var request = Effects.OfType<PairEffect.RequestGrant>().Last().Request;
        var decision = new RiskDecision(10_000, 10_000, 50, request.EntryPrice, request.StopPrice, size, size, size, size, size, null);
        Do(new PairInput.GrantAnswered(request.IntentNumber, decision, size * request.EntryPrice));
        return LastOrderId;
    }

    public IReadOnlyList<PairEffect> Fill(string id, decimal size, decimal price, decimal? fee = 0)
    {
        var attempt = State.Find(id)!;
        var fill = new FillReport(Rules.Symbol, $"x-{id}", ++_tradeId, attempt.Intended.Spec.Side, price, size, fee, fee is null ? null : "USDT", null, Context.NowMs);
        return Do(new PairInput.OrderFilled(id, fill));
    }

    /// <summary>The newest stop that was intended.</summary>
    public Attempt Stop => State.Attempts.Last(a => a.Intended.Leg == IntentLeg.Stop);

    /// <summary>Lets time pass in steps of a second, with a wake-up each.</summary>
    public void Wait(long ms)
    {
        for (var end = Context.NowMs + ms; Context.NowMs < end;)
        {
            Context.NowMs += Math.Min(1_000, end - Context.NowMs);
            Do(new PairInput.Woken());
        }
    }

    public IReadOnlyList<PairEffect> Live(string id) => Do(new PairInput.OrderLive(id));

    public IReadOnlyList<PairEffect> Trigger(string id) => Do(new PairInput.StopTriggered(id));

    public int Alerts => Effects.OfType<PairEffect.Note>().Count(n => n.IsAlert);

    public IReadOnlyList<PairEffect> Settle(string id, OrderOutcome outcome = OrderOutcome.Closed)
    {
        var attempt = State.Find(id)!;
        return Do(new PairInput.OrderSettled(id, outcome, attempt.FilledSize, attempt.FilledFunds, outcome == OrderOutcome.Refused ? "200004" : "", ""));
    }

    /// <summary>An open, settled position bought at 100.</summary>
    public PairBench Holding(decimal size = 10, double stop = 5, double? target = null, double? trail = null)
    {
        var id = Enter(size, stop, target, trail);
        Fill(id, size, 100);
        Settle(id);
        return this;
    }

    public IReadOnlyList<PairEffect> Restart()
    {
        State = new PairState();
        Journal.ForEach(State.Apply);
        Memory = new PairMemory();
        Context = NewContext(Context.NowMs);
        Memory.Rearm(State, Context);
        return Do(new PairInput.Recovered());
    }

    private PairContext NewContext(long nowMs = 1_700_000_000_000) => new()
    {
        Symbol = Rules.Symbol,
        Settings = new PairSettings(),
        Protection = _protection,
        ExchangeStops = _exchangeStops,
        ConfigurationVersion = "v",
        Deployment = "abcdef",
        Node = "node",
        NowMs = nowMs,
        Rules = Rules,
        GateOpen = true,
        Strategy = Strategy,
    };

    private List<PairEffect> Commit()
    {
        foreach (var e in _sink.Events)
        {
            State.Apply(e);
            Memory.Rearm(State, Context);
            Journal.Add(e);
        }
        var effects = _sink.Effects.ToList();
        Effects.AddRange(effects);
        _sink.Clear();
        return effects;
    }
}
