using System.Text.Json.Serialization;

namespace Bot.Exchange.Lockstep;

/// <summary>
/// A message of the lockstep channel, a WebSocket at <c>/sim/lockstep?account=KEY</c> of the simulator, one JSON object a text frame.
/// See docs/lockstep.md for the exchange of messages.
/// </summary>
public sealed record LockstepMessage
{
    /// <summary>Simulator to bot: <c>hello</c>, <c>step</c>, <c>withheld</c>, <c>end</c>. Bot to simulator: <c>ready</c>.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>Number of the step; a <c>ready</c> repeats the number it answers.</summary>
    [JsonPropertyName("seq")]
    public long Sequence { get; init; }

    /// <summary>The simulator's clock, Unix ms.</summary>
    [JsonPropertyName("nowMs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long NowMs { get; init; }

    /// <summary>First instant after the replay's last price, Unix ms (in <c>hello</c>).</summary>
    [JsonPropertyName("endMs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long EndMs { get; init; }

    /// <summary>Frames that the simulator has sent so far on each open push connection, by the client's connectId (in <c>step</c> and <c>end</c>).</summary>
    [JsonPropertyName("frames")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<string, long>? Frames { get; init; }

    /// <summary>Requests whose answers a fault withholds until time has moved (in <c>withheld</c>).</summary>
    [JsonPropertyName("count")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Count { get; init; }

    /// <summary>When the bot's earliest timer is due, Unix ms; null when it waits for nothing but the market (in <c>ready</c>).</summary>
    [JsonPropertyName("nextTimerMs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? NextTimerMs { get; init; }
}

/// <summary>Serialisation of the lockstep channel.</summary>
[JsonSerializable(typeof(LockstepMessage))]
public sealed partial class LockstepJson : JsonSerializerContext;
