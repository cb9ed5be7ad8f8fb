using System.Collections.Frozen;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Akka.Actor;
using Akka.Serialization;
using Bot.Actors.Collector;
using Bot.Actors.Pairs;
using Bot.Actors.Portfolio;
using Bot.Actors.Projector;
using Bot.Actors.Reconciler;
using Bot.Actors.Selector;

namespace Bot.Actors.Runtime;

/// <summary>
/// Every message that may cross nodes, under its versioned manifest. A message of the previous release stays readable: a change of
/// meaning is a new line. Akka's fallback serialiser is off, so a message that is not here fails loudly.
/// </summary>
public static class MessageContracts
{
    private static readonly (string Manifest, JsonTypeInfo Type)[] All =
    [
        ("start-pair.1", MessageJson.Default.StartPair),
        ("wind-down-pair.1", MessageJson.Default.WindDownPair),
        ("candle-closed.1", MessageJson.Default.CandleClosed),
        ("candle-history.1", MessageJson.Default.CandleHistory),
        ("grant-answer.1", MessageJson.Default.GrantAnswer),
        ("book-acknowledged.1", MessageJson.Default.BookAcknowledged),
        ("trading-mode-changed.1", MessageJson.Default.TradingModeChanged),
        ("get-pair-status.1", MessageJson.Default.GetPairStatus),
        ("pair-status.1", MessageJson.Default.PairStatus),
        ("ask-grant.1", MessageJson.Default.AskGrant),
        ("return-grant.1", MessageJson.Default.ReturnGrant),
        ("report-book.1", MessageJson.Default.ReportBook),
        ("mark-price.1", MessageJson.Default.MarkPrice),
        ("set-trading-mode.1", MessageJson.Default.SetTradingMode),
        ("report-breach.1", MessageJson.Default.ReportBreach),
        ("pause-pair.1", MessageJson.Default.PausePair),
        ("resume-pair.1", MessageJson.Default.ResumePair),
        ("pair-resumed.1", MessageJson.Default.PairResumed),
        ("get-portfolio-status.1", MessageJson.Default.GetPortfolioStatus),
        ("portfolio-status.1", MessageJson.Default.PortfolioStatus),
        ("collect-candles.1", MessageJson.Default.CollectCandles),
        ("request-history.1", MessageJson.Default.RequestHistory),
        ("request-bars.1", MessageJson.Default.RequestBars),
        ("bars-ready.1", MessageJson.Default.BarsReady),
        ("get-collector-status.1", MessageJson.Default.GetCollectorStatus),
        ("collector-status.1", MessageJson.Default.CollectorStatus),
        ("select-now.1", MessageJson.Default.SelectNow),
        ("catch-up.1", MessageJson.Default.CatchUp),
        ("caught-up.1", MessageJson.Default.CaughtUp),
        ("ask-sweep.1", MessageJson.Default.AskSweep),
        ("sweep-verdict.1", MessageJson.Default.SweepVerdict),
        ("adopt-order.1", MessageJson.Default.AdoptOrder),
        ("wake-order.1", MessageJson.Default.WakeOrder),
        ("ping-orders.1", MessageJson.Default.PingOrders),
        ("get-reconciler-status.1", MessageJson.Default.GetReconcilerStatus),
        ("reconciler-status.1", MessageJson.Default.ReconcilerStatus),
    ];

    private static readonly FrozenDictionary<string, JsonTypeInfo> ByManifest = All.ToFrozenDictionary(c => c.Manifest, c => c.Type);
    private static readonly FrozenDictionary<Type, (string Manifest, JsonTypeInfo Type)> ByType = All.ToFrozenDictionary(c => c.Type.Type);

    /// <summary>All message types.</summary>
    public static IEnumerable<Type> Types => ByType.Keys;

    /// <summary>Manifest and form of a message.</summary>
    /// <exception cref="SerializationException">The type is not in the table.</exception>
    public static (string Manifest, JsonTypeInfo Type) Of(object message) =>
        ByType.TryGetValue(message.GetType(), out var contract)
            ? contract
            : throw new SerializationException($"{message.GetType().Name} is not a registered message: add it to {nameof(MessageContracts)}.");

    /// <summary>Form of a manifest.</summary>
    /// <exception cref="SerializationException">The manifest is not in the table: sent by a newer release.</exception>
    public static JsonTypeInfo Of(string manifest) =>
        ByManifest.TryGetValue(manifest, out var type)
            ? type
            : throw new SerializationException($"The message manifest '{manifest}' is not known to this release.");
}

/// <summary>Serialiser of messages between nodes.</summary>
public sealed class MessageSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <inheritdoc/>
    public override int Identifier => 9102;

    /// <inheritdoc/>
    public override string Manifest(object o) => MessageContracts.Of(o).Manifest;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => JsonSerializer.SerializeToUtf8Bytes(obj, MessageContracts.Of(obj).Type);

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, MessageContracts.Of(manifest))
                ?? throw new SerializationException($"The message {manifest} is null.");
        }
        catch (JsonException e)
        {
            throw new SerializationException($"The message {manifest} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>Serialisation of messages: camelCase names, enums as words, nothing written for null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StartPair))]
[JsonSerializable(typeof(WindDownPair))]
[JsonSerializable(typeof(CandleClosed))]
[JsonSerializable(typeof(CandleHistory))]
[JsonSerializable(typeof(GrantAnswer))]
[JsonSerializable(typeof(BookAcknowledged))]
[JsonSerializable(typeof(TradingModeChanged))]
[JsonSerializable(typeof(GetPairStatus))]
[JsonSerializable(typeof(PairStatus))]
[JsonSerializable(typeof(AskGrant))]
[JsonSerializable(typeof(ReturnGrant))]
[JsonSerializable(typeof(ReportBook))]
[JsonSerializable(typeof(MarkPrice))]
[JsonSerializable(typeof(SetTradingMode))]
[JsonSerializable(typeof(ReportBreach))]
[JsonSerializable(typeof(PausePair))]
[JsonSerializable(typeof(ResumePair))]
[JsonSerializable(typeof(PairResumed))]
[JsonSerializable(typeof(GetPortfolioStatus))]
[JsonSerializable(typeof(PortfolioStatus))]
[JsonSerializable(typeof(CollectCandles))]
[JsonSerializable(typeof(RequestHistory))]
[JsonSerializable(typeof(RequestBars))]
[JsonSerializable(typeof(BarsReady))]
[JsonSerializable(typeof(GetCollectorStatus))]
[JsonSerializable(typeof(CollectorStatus))]
[JsonSerializable(typeof(SelectNow))]
[JsonSerializable(typeof(CatchUp))]
[JsonSerializable(typeof(CaughtUp))]
[JsonSerializable(typeof(AskSweep))]
[JsonSerializable(typeof(SweepVerdict))]
[JsonSerializable(typeof(AdoptOrder))]
[JsonSerializable(typeof(WakeOrder))]
[JsonSerializable(typeof(PingOrders))]
[JsonSerializable(typeof(GetReconcilerStatus))]
[JsonSerializable(typeof(ReconcilerStatus))]
public sealed partial class MessageJson : JsonSerializerContext;
