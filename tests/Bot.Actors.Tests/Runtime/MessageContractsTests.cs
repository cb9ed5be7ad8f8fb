using Akka.Actor;
using Bot.Actors.Collector;
using Bot.Actors.Pairs;
using Bot.Actors.Portfolio;
using Bot.Actors.Projector;
using Bot.Actors.Reconciler;
using Bot.Actors.Runtime;
using Bot.Actors.Selector;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Orders;
using Bot.Trading.Positions;
using Bot.Trading.Reconciliation;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;

namespace Bot.Actors.Tests.Runtime;

public sealed class MessageContractsTests : IDisposable
{
    private static readonly Symbol Btc = Symbol.Parse("BTC-USDT");
    private readonly ActorSystem _system = ActorSystem.Create("contracts");

    private static readonly IWireMessage[] All =
    [
        new StartPair(Btc, 7, "BTC", "USDT", "low"),
        new WindDownPair(Btc, PairPhase.Delisted, true, "gone"),
        new CandleClosed(Btc, new Candle(60_000, 1.1m, 1.3m, 1.0m, 1.20m, 5, null), null, 2, 120_000),
        new CandleHistory(Btc, [new Candle(60_000, 1.1m, 1.3m, 1.0m, 1.20m, 5, 6.5m)], 60_000),
        new GrantAnswer(Btc, 3, new RiskDecision(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, null), 11),
        new BookAcknowledged(Btc, 9, TradingMode.ReduceOnly),
        new TradingModeChanged(Btc, TradingMode.Halted),
        new GetPairStatus(Btc),
        new PairStatus(Btc, PairPhase.Trading, "low", Position.Empty, new Protection(1, null, 2, 3), 4, 5, ["Buy 1 Limit"], 6, null),
        new AskGrant(new GrantRequest(Btc, 3, 100, 95, 0.001m, Rules)),
        new ReturnGrant(Btc, 3),
        new ReportBook(new PairBook(Btc, 4, new Position(1, 2, 3, 4, 5), 6, 7, new Dictionary<long, decimal> { [8] = 9.5m })),
        new MarkPrice(60_000, Btc, 1.5m),
        new SetTradingMode(TradingMode.Halted, "me", "because"),
        new ReportBreach(Control.Exclusivity, Btc, "FOREIGN_ORDER order=x"),
        new PausePair(Btc, "because"),
        new ResumePair(Btc, "me", "looked at it"),
        new PairResumed(Btc, null),
        GetPortfolioStatus.Instance,
        new PortfolioStatus("USDT", 1, 2, 3, 4, 5, 6, 7, TradingMode.Active, "", 8, 9),
        new CollectCandles([Btc]),
        new RequestHistory(Btc, 5, null),
        new RequestBars([Btc], 6),
        new BarsReady(7, [new SymbolBars(Btc, [])]),
        GetCollectorStatus.Instance,
        new CollectorStatus(1, 2, 3, true),
        SelectNow.Instance,
        CatchUp.Instance,
        new CaughtUp(5),
        new AskSweep(Btc, 3),
        new SweepVerdict(Btc, null, "ForeignOrder: not ours"),
        new AdoptOrder(Btc, new OrderToAdopt("b1-abcdef-1-2-S1", "o1", Side.Sell, OrderType.Market, null, 0.5m, 95.5m, null, 4, true, "in no journal")),
        new WakeOrder(Btc, "b1-abcdef-1-2-E1", "trade 5 is not recorded"),
        new PingOrders(Btc),
        GetReconcilerStatus.Instance,
        new ReconcilerStatus(1, 2, ["ledger: Doubt"], ["ForeignOrder: x"], new Dictionary<string, decimal> { ["USDT"] = 0.1m }),
    ];

    public static TheoryData<IWireMessage> Messages { get; } = [.. All];

    private static SymbolRules Rules => new()
    {
        Symbol = Btc,
        BaseCurrency = "BTC",
        QuoteCurrency = "USDT",
        FeeCurrency = "USDT",
        BaseIncrement = 0.00000001m,
        QuoteIncrement = 0.01m,
        PriceIncrement = 0.1m,
        BaseMinSize = 0.00001m,
        BaseMaxSize = 10_000,
        QuoteMinSize = 0.1m,
        QuoteMaxSize = 99_999_999,
        PriceLimitRate = 0.1m,
        EnableTrading = true,
    };

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_arrives_as_it_was_sent(IWireMessage message)
    {
        var serializer = new MessageSerializer((ExtendedActorSystem)_system);
        var bytes = serializer.ToBinary(message);
        var back = serializer.FromBinary(bytes, serializer.Manifest(message));
        Assert.IsType(message.GetType(), back);
        Assert.Equal(bytes, serializer.ToBinary(back));
    }

    [Fact]
    public void Every_message_that_may_cross_nodes_has_a_manifest_and_a_test()
    {
        var marked = typeof(IWireMessage).Assembly.GetTypes().Where(t => typeof(IWireMessage).IsAssignableFrom(t) && t is { IsInterface: false, IsAbstract: false }).ToHashSet();
        Assert.Empty(marked.Except(MessageContracts.Types));
        Assert.Empty(MessageContracts.Types.Except(marked));
        Assert.Empty(marked.Except(All.Select(m => m.GetType())));
    }

    [Fact]
    public void An_unknown_manifest_is_an_error_and_never_a_guess()
    {
        var serializer = new MessageSerializer((ExtendedActorSystem)_system);
        Assert.Throws<System.Runtime.Serialization.SerializationException>(() => serializer.FromBinary("{}"u8.ToArray(), "start-pair.2"));
        Assert.Throws<System.Runtime.Serialization.SerializationException>(() => serializer.FromBinary("nonsense"u8.ToArray(), "start-pair.1"));
    }

    public void Dispose() => _system.Dispose();
}
