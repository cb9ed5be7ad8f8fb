using Bot.Actors.Persistence;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Positions;
using Npgsql;

namespace Bot.Actors.Tests.Projector;

/// <summary>Rows of a journal as the actors write them, put in by the test when and in which transaction it likes.</summary>
internal sealed class JournalWriter
{
    public const string Pair = "pair-ABC-USDT";
    public const string Order = "order-b1-abcdef-1-1-E1";

    private static readonly Symbol Abc = Symbol.Parse("ABC-USDT");

    private readonly Dictionary<string, (long Sequence, string Link)> _heads = [];

    /// <summary>A trade from its decision to the protected position, and a point of the equity curve, in the order of time.</summary>
    public static IReadOnlyList<(string Stream, object Event)> Story { get; } =
    [
        ("portfolio-abcdef", new PortfolioOpened(1, "USDT", 10_000)),
        (Pair, new PairStarted(2, Abc, 1, "ABC", "USDT", "ema-cross", "low")),
        (Pair, Intended),
        (Order, new OrderPrepared(3, Spec, IntentLeg.Entry, "c", 99)),
        (Order, new OrderOwned(4, 1, "n", 0, "h")),
        (Order, new SubmitAuthorised(5, 1, 5, 3_005, "b")),
        (Order, new OrderAcknowledged(6, "x1")),
        (Order, new FillRecorded(7, Fill(1, 4, null), EvidenceSource.Stream, false)),
        (Pair, new FillApplied(8, Spec.ClientOrderId, Fill(1, 4, null))),
        (Pair, new ProtectionPlanned(9, 4, new Protection(90, 120, null, 100), "fill")),
        (Order, new FillRecorded(10, Fill(2, 6, 0.6m), EvidenceSource.Fills, false)),
        (Order, new FeeRecorded(11, 1, 0.4m, "USDT", true)),
        (Pair, new FillApplied(12, Spec.ClientOrderId, Fill(2, 6, 0.6m))),
        (Pair, new FeeApplied(13, Spec.ClientOrderId, "x1", 1, 0.4m, "USDT")),
        (Order, new OrderEnded(14, 10, 1_000, 0)),
        (Order, new OrderClosed(15, 10, 1_000)),
        (Pair, new OrderSettled(16, Spec.ClientOrderId, OrderOutcome.Closed, 10, 1_000, "", "")),
        ("portfolio-abcdef", new EquityMarked(17, 60_000, 8_999, 1_000, 9_999, 10_000, 0.0001m, 0, 1, 1)),
        ("portfolio-abcdef", new ModeChanged(18, TradingMode.ReduceOnly, "breaker", "DRAWDOWN")),
    ];

    /// <summary>What follows the story: a stop at the exchange stands, triggers, and sells under an id of its own.</summary>
    public static IReadOnlyList<(string Stream, object Event)> StopStory { get; } =
    [
        (Pair, new OrderIntended(20)
        {
            IntentNumber = 2, Leg = IntentLeg.Stop, Attempt = 1, Spec = StopSpec, DeadlineMs = 99, MarketMs = 19, CorrelationId = "c", Strategy = "ema-cross",
            Reason = "stop at the exchange", ConfigurationVersion = new string('a', 64),
        }),
        (StopOrder, new OrderPrepared(21, StopSpec, IntentLeg.Stop, "c", 99)),
        (StopOrder, new OrderOwned(22, 1, "n", 0, "h")),
        (StopOrder, new SubmitAuthorised(23, 1, 23, 3_023, "b")),
        (StopOrder, new OrderAcknowledged(24, "vs1")),
        (Pair, new ProtectionConfirmed(25, StopSpec.ClientOrderId, 10, 89)),
        (StopOrder, new StopTriggered(26, null)),
        (StopOrder, new StopTriggered(27, "x2")),
        (Pair, new ProtectionTriggered(28, StopSpec.ClientOrderId)),
        (StopOrder, new FillRecorded(29, new FillReport(Abc, "x2", 3, Side.Sell, 89, 10, 0.89m, "USDT", false, 28), EvidenceSource.Fills, false)),
    ];

    private const string StopOrder = "order-b1-abcdef-1-2-S1";

    private static OrderSpec StopSpec => new()
    {
        ClientOrderId = StopOrder["order-".Length..], Symbol = Abc, Side = Side.Sell, Type = OrderType.Market, Size = 10, StopPrice = 89,
    };

    private static OrderSpec Spec => new()
    {
        ClientOrderId = Order["order-".Length..], Symbol = Abc, Side = Side.Buy, Type = OrderType.Limit, TimeInForce = TimeInForce.Ioc, Price = 100, Size = 10,
    };

    private static OrderIntended Intended => new(3)
    {
        IntentNumber = 1, Leg = IntentLeg.Entry, Attempt = 1, Spec = Spec, DeadlineMs = 99, MarketMs = 2, CorrelationId = "c", Strategy = "ema-cross", Reason = "crossed",
        CandleOpenMs = 0, TriggerPrice = 100, Plan = new Protection(90, 120, null, 100), ReservedQuote = 1_001, ConfigurationVersion = new string('a', 64),
    };

    /// <summary>What rows refer to.</summary>
    public static Task PrepareAsync(TestDatabase database) => database.ExecuteAsync(
        DatabaseRole.App,
        """
        INSERT INTO symbols (symbol, base_currency, quote_currency) VALUES ('ABC-USDT', 'ABC', 'USDT');
        INSERT INTO configuration (version, effective) VALUES (repeat('a', 64), '{}')
        """);

    /// <summary>Writes rows.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, params IEnumerable<(string Stream, object Event)> rows)
    {
        foreach (var (stream, e) in rows)
        {
            var (sequence, link) = _heads.GetValueOrDefault(stream, (0, ""));
            var entry = JournalEntry.Create(e, link);
            _heads[stream] = (sequence + 1, entry.Hash());
            await using var command = new NpgsqlCommand(
                "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier) VALUES (1, false, $1, $2, $3, $4, 9101)", connection)
            {
                Parameters = { new() { Value = stream }, new() { Value = sequence + 1 }, new() { Value = entry.Bytes }, new() { Value = entry.Manifest } },
            };
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>An execution of the story's order.</summary>
    public static FillReport Fill(long trade, decimal size, decimal? fee) =>
        new(Abc, "x1", trade, Side.Buy, 100, size, fee, fee is null ? null : "USDT", null, 7);
}
