using System.Text;
using System.Text.Json;
using Bot.Actors.Persistence;
using Bot.Actors.Selector;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Positions;
using Bot.Trading.Reconciliation;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Selection;

namespace Bot.Actors.Tests.Persistence;

/// <summary>
/// The golden journal: one row of every event as this release writes it. A change of these bytes is a change of what is stored in every
/// journal out there, so it needs a new manifest, and the old row stays here for ever.
/// </summary>
public class EventContractsTests
{
    private static readonly Symbol Btc = Symbol.Parse("BTC-USDT");

    private static readonly OrderSpec Spec = new()
    {
        ClientOrderId = "b1-abcdef-1-2-E1", Symbol = Btc, Side = Side.Buy, Type = OrderType.Limit, TimeInForce = TimeInForce.Ioc, Price = 100.10m, Size = 0.5m,
    };

    private static readonly OrderSpec Stop = new()
    {
        ClientOrderId = "b1-abcdef-1-4-S1", Symbol = Btc, Side = Side.Sell, Type = OrderType.Market, Size = 0.5m, StopPrice = 95,
    };

    private static readonly FillReport Fill = new(Btc, "o1", 10_000_000_000_000_001, Side.Buy, 100.1m, 0.5m, null, null, null, 1_700_000_000_123);
    private static readonly RiskDecision Risk = new(10_000, 9_000, 50, 100.1m, 95, 10, 5, 50, 90, 0.5m, null);
    private static readonly Position Held = new(0.5m, 50.05m, -50.05m, 0, 0.05m);

    private static readonly object[] Events =
    [
        new OrderPrepared(1, Spec, IntentLeg.Entry, "BTC-USDT/candle/60000", 99),
        new OrderOwned(2, 1, "akka.tcp://bot@127.0.0.1:1", 0, "hash"),
        new SubmitAuthorised(3, 1, 3, 3_003, "body"),
        new SubmitInDoubt(4, "timeout"),
        new OrderAcknowledged(5, "o1"),
        new OrderRefused(6, "200004", "Balance insufficient!"),
        new OrderFound(7, "o1", EvidenceSource.DoneList),
        new OrderAbsent(8, [new AbsenceEvidence(EvidenceSource.ClientOrderId, 7), new AbsenceEvidence(EvidenceSource.Fills, 8)]),
        new FillRecorded(9, Fill, EvidenceSource.Stream, false),
        new FeeRecorded(10, Fill.TradeId, 0.05005m, "USDT", true),
        new CancelAuthorised(11, "operator"),
        new OrderEnded(12, 0.5m, 50.05m, 0),
        new OrderClosed(13, 0.5m, 50.05m),
        new OrderAbandoned(14, "expired before it was authorised"),
        new OrderQuarantined(15, "why"),
        new PairStarted(16, Btc, 3, "BTC", "USDT", "ema-cross", "low"),
        new PairOwned(17, 2, "node", 16, "hash"),
        new PairPhaseChanged(18, PairPhase.WindingDown, "not selected any more"),
        new EntriesPaused(19, "strategy failed"),
        new EntriesResumed(20, "looked at it"),
        new OrderIntended(21)
        {
            IntentNumber = 2, Leg = IntentLeg.Entry, Attempt = 1, Spec = Spec, DeadlineMs = 99, MarketMs = 20, CorrelationId = "BTC-USDT/candle/60000",
            Strategy = "ema-cross", Reason = "crossed", CandleOpenMs = 60_000, CandleRevision = 1, TriggerPrice = 100,
            Signal = new Dictionary<string, double> { ["atr"] = 1.5, ["fast"] = 100.25 }, Risk = Risk, Plan = new Protection(95, 110, 4, 100), ReservedQuote = 50.2m,
            ConfigurationVersion = "v1",
        },
        new OrderIntended(22)
        {
            IntentNumber = 3, Leg = IntentLeg.Exit, Attempt = 2, Spec = Spec with { Side = Side.Sell, Type = OrderType.Market, Price = null }, DeadlineMs = 99,
            MarketMs = 21, CorrelationId = "BTC-USDT/tick/21", Strategy = "ema-cross", Reason = "stop-loss", Exit = ExitReason.StopLoss, ConfigurationVersion = "v1",
        },
        new FillApplied(23, Spec.ClientOrderId, Fill with { Fee = 0.05m, FeeCurrency = "USDT", Maker = false }),
        new FeeApplied(24, Spec.ClientOrderId, "o1", Fill.TradeId, -0.001m, "KCS"),
        new ProtectionPlanned(25, 0.5m, new Protection(95, null, null, 100), "fill"),
        new OrderSettled(26, Spec.ClientOrderId, OrderOutcome.Closed, 0.5m, 50.05m, "", ""),
        new PositionClosed(27, 1, 23, 0.5m, 100.1m, 101, 0.45m, 0.1m, 0.35m, ExitReason.TakeProfit, 0.00000001m),
        new PortfolioOpened(28, "USDT", 10_000),
        new PortfolioOwned(29, 1, "node", 1, "hash"),
        new FundsReserved(30, Btc, 2, 50.2m, Risk, 30_030),
        new ReservationReleased(31, Btc, 2, "not used"),
        new PairBooked(32, new PairBook(Btc, 12, Held, 95, 3, new Dictionary<long, decimal> { [2] = 50.2m })),
        new EquityMarked(33, 3_600_000, 9_950, 50, 10_000, 10_010, 0.001m, 0, 0.05m, 1),
        new ModeChanged(34, TradingMode.ReduceOnly, "breaker", "DRAWDOWN"),
        new ModeChanged(60, TradingMode.Halted, "operator", "drill") { Scope = "BTC-USDT" },
        new BreakerTripped(61, Control.Loss, TradingMode.ReduceOnly, "DAILY_LOSS control=C7 loss=0.03 limit=0.03"),
        new BreakerReset(62, "operator", "looked at it", 9_700),
        new DayBegan(63, 86_400_000, 10_000),
        new OrderIntended(64)
        {
            IntentNumber = 4, Leg = IntentLeg.Entry, Attempt = 1, Spec = Spec with { SelfTrade = SelfTradeRule.CancelNewest }, DeadlineMs = 99, MarketMs = 20,
            CorrelationId = "BTC-USDT/candle/60000", Strategy = "ema-cross", Reason = "crossed", Risk = Risk with { SizeByOrder = 1, Exposure = 200 },
            Facts = new PreTradeFacts { NowMs = 64, MarketMs = 20, Equity = 10_000, Bid = 100, Ask = 100.1m, StopPrice = 95, TakerFee = 0.001m }, ConfigurationVersion = "v1",
        },
        new SelectionMade(
            35, 3_600_000, new SelectionRules(), "v1",
            [new PairJudgement(Btc, 1_000_000, 0.03, 0.5, 0.9, 0.0001, 0.75, "medium", null, 1)], [Symbol.Parse("OLD-USDT")]),
        new OrderPrepared(36, Stop, IntentLeg.Stop, "BTC-USDT/tick/36", 99),
        new StopTriggered(37, null),
        new StopTriggered(38, "o2"),
        new OrderIntended(39)
        {
            IntentNumber = 4, Leg = IntentLeg.Stop, Attempt = 1, Spec = Stop, DeadlineMs = 99, MarketMs = 38, CorrelationId = "BTC-USDT/tick/38",
            Strategy = "ema-cross", Reason = "stop at the exchange", TriggerPrice = 95, ConfigurationVersion = "v1",
        },
        new ProtectionConfirmed(40, Stop.ClientOrderId, 0.5m, 95),
        new ProtectionTriggered(41, Stop.ClientOrderId),
        new CancelDecided(42, Stop.ClientOrderId, "replaced"),
        new DustDeclared(43, 0.00000001m),
        new OrderRetired(44, Stop.ClientOrderId),
        new OrderAdopted(
            37,
            new OrderIntended(37)
            {
                IntentNumber = 9, Leg = IntentLeg.Entry, Attempt = 1, Spec = Spec, DeadlineMs = 0, MarketMs = 30, CorrelationId = "BTC-USDT/adopted/b1-abcdef-1-2-E1",
                Strategy = "ema-cross", Reason = "taken over: in no journal", Plan = new Protection(95, null, null, 100), ConfigurationVersion = "v1",
            },
            "o2", 30, true, "in no journal"),
        new ReconciliationStarted(38, 30),
        new BooksOpened(39, new SortedDictionary<string, decimal> { ["BTC"] = 0, ["USDT"] = 10_000.5m }, 38),
        new WatermarkMoved(40, 39),
        new MovementBooked(41, 7_000_000_001, "USDT", -100.25m, 40, "TRANSFER"),
        new FindingRaised(42, new Finding("foreign:o9", FindingKind.ForeignOrder, Btc, null, "o9", "a buy by other hands")),
        new FindingRaised(43, new Finding("unexplained:USDT", FindingKind.Unexplained, null, null, null, "missing") { Currency = "USDT", Amount = -1.5m }),
        new FindingCleared(44, "foreign:o9"),
    ];

    private static string Golden => Path.Combine(AppContext.BaseDirectory, "Persistence", "golden-journal.jsonl");

    [Fact]
    public void Every_event_is_written_as_it_always_was()
    {
        var written = Rows();
        if (Environment.GetEnvironmentVariable("BOT_WRITE_GOLDEN") is { Length: > 0 } file)
            File.WriteAllLines(file, written);
        Assert.Equal(File.ReadAllLines(Golden), written);
    }

    [Fact]
    public void Every_row_of_the_golden_journal_reads_back_to_the_same_event()
    {
        foreach (var line in File.ReadAllLines(Golden))
        {
            var (manifest, row) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            var entry = JournalEntry.Read(Encoding.UTF8.GetBytes(row), manifest);
            Assert.Equal(row, Encoding.UTF8.GetString(JournalEntry.Create(entry.Event, entry.Previous).Bytes));
        }
    }

    [Fact]
    public void Every_event_type_is_registered_once_and_stands_in_the_golden_journal()
    {
        Assert.Equal(EventContracts.Manifests.Count(), EventContracts.Manifests.Distinct().Count());
        Type[] machines = [typeof(OrderEvent), typeof(PairEvent), typeof(PortfolioEvent), typeof(ReconcilerEvent)];
        var all = machines.SelectMany(m => m.Assembly.GetTypes().Where(t => m.IsAssignableFrom(t) && !t.IsAbstract)).Append(typeof(SelectionMade)).ToHashSet();
        Assert.Empty(all.Except(EventContracts.Types));
        Assert.Empty(all.Except(Events.Select(e => e.GetType())));
    }

    [Fact]
    public void A_changed_row_breaks_the_chain()
    {
        var first = JournalEntry.Create(Events[0], "");
        var second = JournalEntry.Create(Events[1], first.Hash());
        var forged = JournalEntry.Create(((OrderPrepared)Events[0]) with { DeadlineMs = 100 }, "");
        Assert.Equal(first.Hash(), second.Previous);
        Assert.NotEqual(forged.Hash(), second.Previous);
    }

    [Fact]
    public void A_manifest_of_a_newer_release_is_refused_by_name()
    {
        var row = JournalEntry.Create(Events[0], "").Bytes;
        Assert.Contains("order.prepared.2", Assert.Throws<ArgumentException>(() => JournalEntry.Read(row, "order.prepared.2")).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<JsonException>(() => JournalEntry.Read("{\"p\":\"\"}"u8.ToArray(), "order.prepared.1"));
    }

    private static List<string> Rows() => [.. Events.Select(e =>
    {
        var entry = JournalEntry.Create(e, "p");
        return $"{entry.Manifest} {Encoding.UTF8.GetString(entry.Bytes)}";
    })];
}
