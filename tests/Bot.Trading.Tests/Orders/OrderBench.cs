using Bot.Trading.Machines;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Trading.Tests.Orders;

/// <summary>An order machine with its interpreter: applies what is decided, keeps what it wants done.</summary>
internal sealed class OrderBench
{
    private readonly Sink<OrderEvent, OrderEffect> _sink = new();

    public OrderState State { get; private set; } = new();

    public OrderMemory Memory { get; private set; } = new();

    public List<OrderEvent> Journal { get; } = [];

    public List<OrderEffect> Effects { get; } = [];

    public long NowMs { get; set; } = 1_000_000;

    public OrderPolicy Policy { get; } = new();

    public static OrderSpec Spec { get; } = new()
    {
        ClientOrderId = "b1-abcdef-1-1-E1",
        Symbol = Symbol.Parse("BTC-USDT"),
        Side = Side.Buy,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.Ioc,
        Price = 100,
        Size = 2,
    };

    public static OrderSpec StopSpec { get; } = new()
    {
        ClientOrderId = "b1-abcdef-1-2-S1",
        Symbol = Symbol.Parse("BTC-USDT"),
        Side = Side.Sell,
        Type = OrderType.Market,
        Size = 2,
        StopPrice = 95,
    };

    public static FillReport Fill(long tradeId, decimal size, decimal? fee = null) =>
        new(Spec.Symbol, "o1", tradeId, Side.Buy, 100, size, fee, fee is null ? null : "USDT", null, 1_000_100);

    public static OrderReport Report(decimal deal, decimal cancelled, bool active) =>
        new("o1", Spec.ClientOrderId, Spec.Symbol, Side.Buy, OrderType.Limit, 100, 2, deal, deal * 100, cancelled, active, 1_000_050);

    public static OrderUpdate Update(OrderUpdateKind kind, FillReport? fill = null) =>
        new(kind, Spec.Symbol, "o1", Spec.ClientOrderId, fill, null, 1_000_100);

    public IReadOnlyList<OrderEffect> Do(OrderInput input)
    {
        var context = new OrderContext(NowMs, Policy, "node", 0, "", (_, sign) => (sign + 3_000, "hash"));
        OrderDecider.Decide(State, Memory, input, context, _sink);
        foreach (var e in _sink.Events)
        {
            State.Apply(e);
            Journal.Add(e);
        }
        var effects = _sink.Effects.ToList();
        Assert.Equal(effects.OfType<OrderEffect.Submit>().Count(), _sink.Events.OfType<SubmitAuthorised>().Count());
        Effects.AddRange(effects);
        _sink.Clear();
        return effects;
    }

    /// <summary>A new incarnation on the same journal, as after a kill.</summary>
    public IReadOnlyList<OrderEffect> Restart()
    {
        State = new OrderState();
        Memory = new OrderMemory();
        Journal.ForEach(State.Apply);
        return Do(new OrderInput.Recovered());
    }

    public OrderBench Begun(bool isStop = false)
    {
        Do(new OrderInput.Begin(isStop ? StopSpec : Spec, isStop ? IntentLeg.Stop : IntentLeg.Entry, "c", NowMs + 10_000));
        return this;
    }

    public OrderBench Live()
    {
        Begun().Do(new OrderInput.SubmitAnswered(SubmitOutcome.Accepted, "o1", "", ""));
        return this;
    }

    public int Submits => Effects.OfType<OrderEffect.Submit>().Count();

    public OrderEffect.TellSettled? Settled => Effects.OfType<OrderEffect.TellSettled>().LastOrDefault();
}
