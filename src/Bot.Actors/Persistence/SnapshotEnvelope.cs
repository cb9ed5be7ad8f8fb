using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bot.Actors.Persistence;

/// <summary>Stored form of a snapshot.</summary>
/// <param name="LastHash">Hash of the last row that is folded into it.</param>
/// <param name="State">The state's contract.</param>
internal sealed record SnapshotEnvelope(string LastHash, JsonElement State);

/// <summary>Serialisation of the envelope.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SnapshotEnvelope))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
