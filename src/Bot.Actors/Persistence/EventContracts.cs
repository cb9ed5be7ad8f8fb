using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Bot.Actors.Selector;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Reconciliation;
using Bot.Trading.Risk;
using Bot.Trading.Selection;

namespace Bot.Actors.Persistence;

/// <summary>
/// Every event that a journal may hold, under its manifest. A manifest names a meaning, never a type of the language: renaming a class
/// changes nothing here, and a new meaning is a new line with a higher number. Lines are never removed (docs/decisions/0006).
/// </summary>
public static class EventContracts
{
    private static readonly (string Manifest, JsonTypeInfo Type)[] All =
    [
        ("order.prepared.1", EventJson.Default.OrderPrepared),
        ("order.owned.1", EventJson.Default.OrderOwned),
        ("order.submit-authorised.1", EventJson.Default.SubmitAuthorised),
        ("order.submit-in-doubt.1", EventJson.Default.SubmitInDoubt),
        ("order.acknowledged.1", EventJson.Default.OrderAcknowledged),
        ("order.refused.1", EventJson.Default.OrderRefused),
        ("order.found.1", EventJson.Default.OrderFound),
        ("order.absent.1", EventJson.Default.OrderAbsent),
        ("order.stop-triggered.1", EventJson.Default.StopTriggered),
        ("order.fill-recorded.1", EventJson.Default.FillRecorded),
        ("order.fee-recorded.1", EventJson.Default.FeeRecorded),
        ("order.cancel-authorised.1", EventJson.Default.CancelAuthorised),
        ("order.ended.1", EventJson.Default.OrderEnded),
        ("order.closed.1", EventJson.Default.OrderClosed),
        ("order.abandoned.1", EventJson.Default.OrderAbandoned),
        ("order.quarantined.1", EventJson.Default.OrderQuarantined),

        ("pair.started.1", EventJson.Default.PairStarted),
        ("pair.owned.1", EventJson.Default.PairOwned),
        ("pair.phase-changed.1", EventJson.Default.PairPhaseChanged),
        ("pair.entries-paused.1", EventJson.Default.EntriesPaused),
        ("pair.entries-resumed.1", EventJson.Default.EntriesResumed),
        ("pair.order-intended.1", EventJson.Default.OrderIntended),
        ("pair.fill-applied.1", EventJson.Default.FillApplied),
        ("pair.fee-applied.1", EventJson.Default.FeeApplied),
        ("pair.protection-planned.1", EventJson.Default.ProtectionPlanned),
        ("pair.protection-confirmed.1", EventJson.Default.ProtectionConfirmed),
        ("pair.protection-triggered.1", EventJson.Default.ProtectionTriggered),
        ("pair.cancel-decided.1", EventJson.Default.CancelDecided),
        ("pair.dust-declared.1", EventJson.Default.DustDeclared),
        ("pair.order-retired.1", EventJson.Default.OrderRetired),
        ("pair.order-adopted.1", EventJson.Default.OrderAdopted),
        ("pair.order-settled.1", EventJson.Default.OrderSettled),
        ("pair.position-closed.1", EventJson.Default.PositionClosed),

        ("portfolio.opened.1", EventJson.Default.PortfolioOpened),
        ("portfolio.owned.1", EventJson.Default.PortfolioOwned),
        ("portfolio.funds-reserved.1", EventJson.Default.FundsReserved),
        ("portfolio.reservation-released.1", EventJson.Default.ReservationReleased),
        ("portfolio.pair-booked.1", EventJson.Default.PairBooked),
        ("portfolio.equity-marked.1", EventJson.Default.EquityMarked),
        ("portfolio.mode-changed.1", EventJson.Default.ModeChanged),
        ("portfolio.breaker-tripped.1", EventJson.Default.BreakerTripped),
        ("portfolio.breaker-reset.1", EventJson.Default.BreakerReset),
        ("portfolio.day-began.1", EventJson.Default.DayBegan),

        ("selector.selection-made.1", EventJson.Default.SelectionMade),

        ("reconciler.started.1", EventJson.Default.ReconciliationStarted),
        ("reconciler.books-opened.1", EventJson.Default.BooksOpened),
        ("reconciler.watermark-moved.1", EventJson.Default.WatermarkMoved),
        ("reconciler.movement-booked.1", EventJson.Default.MovementBooked),
        ("reconciler.finding-raised.1", EventJson.Default.FindingRaised),
        ("reconciler.finding-cleared.1", EventJson.Default.FindingCleared),
    ];

    private static readonly FrozenDictionary<string, JsonTypeInfo> ByManifest = All.ToFrozenDictionary(c => c.Manifest, c => c.Type);
    private static readonly FrozenDictionary<Type, (string Manifest, JsonTypeInfo Type)> ByType = All.ToFrozenDictionary(c => c.Type.Type);

    /// <summary>All manifests, in the order of the table.</summary>
    public static IEnumerable<string> Manifests => All.Select(c => c.Manifest);

    /// <summary>All event types.</summary>
    public static IEnumerable<Type> Types => ByType.Keys;

    /// <summary>The manifest of an event.</summary>
    /// <exception cref="ArgumentException">The type is not in the table.</exception>
    public static string ManifestOf(object e) => Contract(e.GetType()).Manifest;

    /// <summary>Writes an event.</summary>
    public static void Write(Utf8JsonWriter writer, object e) => JsonSerializer.Serialize(writer, e, Contract(e.GetType()).Type);

    /// <summary>Reads an event.</summary>
    /// <exception cref="ArgumentException">The manifest is not in the table: written by a newer release, or damaged.</exception>
    /// <exception cref="JsonException">The text is not what the manifest says.</exception>
    public static object Read(string manifest, JsonElement e) =>
        ByManifest.TryGetValue(manifest, out var type)
            ? e.Deserialize(type) ?? throw new JsonException($"The event {manifest} is null.")
            : throw new ArgumentException($"The event manifest '{manifest}' is not known to this release.", nameof(manifest));

    private static (string Manifest, JsonTypeInfo Type) Contract(Type type) =>
        ByType.TryGetValue(type, out var contract)
            ? contract
            : throw new ArgumentException($"{type.Name} is not a registered event: add it to {nameof(EventContracts)}.", nameof(type));
}

/// <summary>Serialisation of events: camelCase names, enums as words, nothing written for null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OrderPrepared))]
[JsonSerializable(typeof(OrderOwned))]
[JsonSerializable(typeof(SubmitAuthorised))]
[JsonSerializable(typeof(SubmitInDoubt))]
[JsonSerializable(typeof(OrderAcknowledged))]
[JsonSerializable(typeof(OrderRefused))]
[JsonSerializable(typeof(OrderFound))]
[JsonSerializable(typeof(OrderAbsent))]
[JsonSerializable(typeof(StopTriggered))]
[JsonSerializable(typeof(FillRecorded))]
[JsonSerializable(typeof(FeeRecorded))]
[JsonSerializable(typeof(CancelAuthorised))]
[JsonSerializable(typeof(OrderEnded))]
[JsonSerializable(typeof(OrderClosed))]
[JsonSerializable(typeof(OrderAbandoned))]
[JsonSerializable(typeof(OrderQuarantined))]
[JsonSerializable(typeof(PairStarted))]
[JsonSerializable(typeof(PairOwned))]
[JsonSerializable(typeof(PairPhaseChanged))]
[JsonSerializable(typeof(EntriesPaused))]
[JsonSerializable(typeof(EntriesResumed))]
[JsonSerializable(typeof(OrderIntended))]
[JsonSerializable(typeof(FillApplied))]
[JsonSerializable(typeof(FeeApplied))]
[JsonSerializable(typeof(ProtectionPlanned))]
[JsonSerializable(typeof(ProtectionConfirmed))]
[JsonSerializable(typeof(ProtectionTriggered))]
[JsonSerializable(typeof(CancelDecided))]
[JsonSerializable(typeof(DustDeclared))]
[JsonSerializable(typeof(OrderRetired))]
[JsonSerializable(typeof(OrderAdopted))]
[JsonSerializable(typeof(OrderSettled))]
[JsonSerializable(typeof(PositionClosed))]
[JsonSerializable(typeof(PortfolioOpened))]
[JsonSerializable(typeof(PortfolioOwned))]
[JsonSerializable(typeof(FundsReserved))]
[JsonSerializable(typeof(ReservationReleased))]
[JsonSerializable(typeof(PairBooked))]
[JsonSerializable(typeof(EquityMarked))]
[JsonSerializable(typeof(ModeChanged))]
[JsonSerializable(typeof(BreakerTripped))]
[JsonSerializable(typeof(BreakerReset))]
[JsonSerializable(typeof(DayBegan))]
[JsonSerializable(typeof(SelectionMade))]
[JsonSerializable(typeof(ReconciliationStarted))]
[JsonSerializable(typeof(BooksOpened))]
[JsonSerializable(typeof(WatermarkMoved))]
[JsonSerializable(typeof(MovementBooked))]
[JsonSerializable(typeof(FindingRaised))]
[JsonSerializable(typeof(FindingCleared))]
[JsonSerializable(typeof(ReconcilerSnapshot))]
[JsonSerializable(typeof(PairJudgement))]
[JsonSerializable(typeof(SelectionRules))]
[JsonSerializable(typeof(RiskDecision))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, double>))]
[JsonSerializable(typeof(OrderSnapshot))]
[JsonSerializable(typeof(PairSnapshot))]
[JsonSerializable(typeof(PortfolioSnapshot))]
public sealed partial class EventJson : JsonSerializerContext;
