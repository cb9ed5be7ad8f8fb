using System.Buffers;
using System.Text.Json;

namespace Bot.Exchange.Lockstep;

/// <summary>Types of messages that the simulator sends.</summary>
internal enum LockstepType
{
    /// <summary>One that this client does not know; ignored.</summary>
    Unknown,

    /// <summary>The channel is open; where the clock stands.</summary>
    Hello,

    /// <summary>The clock moved.</summary>
    Step,

    /// <summary>How many answers are held back.</summary>
    Withheld,

    /// <summary>The prices are used up.</summary>
    End,
}

/// <summary>Frames that a step says were sent on one of our connections.</summary>
internal readonly record struct AwaitedFrames(FrameProgress Connection, long Count);

/// <summary>
/// Reads and writes the lockstep channel without making objects: a replay exchanges one pair of messages for every instant of recorded
/// time. <see cref="LockstepMessage"/> documents the same messages.
/// </summary>
internal sealed class LockstepWire(PushFrames frames)
{
    private static readonly Comparison<AwaitedFrames> ByOrder = static (x, y) => x.Connection.Order.CompareTo(y.Connection.Order);

    private readonly ArrayBufferWriter<byte> _ready = new(128);

    // Two lists that change places: a step that is still worked off reads its own while the next message is read.
    private List<AwaitedFrames> _awaited = [];
    private List<AwaitedFrames> _incoming = [];

    public PushFrames Frames => frames;

    public LockstepType Type { get; private set; }

    public long Sequence { get; private set; }

    public long NowMs { get; private set; }

    public long EndMs { get; private set; }

    public long Count { get; private set; }

    /// <summary>Our open connections that the last step names, with the frames sent on each, in the order of handing over.</summary>
    public List<AwaitedFrames> Awaited => _awaited;

    /// <summary>
    /// Our connections that were in use but that the last step, though it names connections, does not: closed by the simulator.
    /// </summary>
    public List<FrameProgress> Missing { get; } = [];

    /// <summary>Reads a message into this object.</summary>
    /// <exception cref="JsonException">It is no message of this channel.</exception>
    public void Read(ReadOnlySpan<byte> json)
    {
        (Type, Sequence, NowMs, EndMs, Count) = (LockstepType.Unknown, 0, 0, 0, 0);
        _incoming.Clear();
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A lockstep message is an object.");
        var framesSeen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
                Type = ReadType(ref reader);
            else if (reader.ValueTextEquals("seq"u8))
                Sequence = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("nowMs"u8))
                NowMs = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("endMs"u8))
                EndMs = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("count"u8))
                Count = ReadNumber(ref reader);
            else if (reader.ValueTextEquals("frames"u8))
                framesSeen = ReadFrames(ref reader);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        if (Type is not (LockstepType.Step or LockstepType.End))
            return;
        (_awaited, _incoming) = (_incoming, _awaited);
        if (_awaited.Count > 1)
            _awaited.Sort(ByOrder);
        FindMissing(framesSeen);
    }

    /// <summary>Writes a <c>ready</c>; the bytes are valid until the next call.</summary>
    public ReadOnlyMemory<byte> Ready(Utf8JsonWriter writer, long sequence, long? nextTimerMs)
    {
        _ready.ResetWrittenCount();
        writer.Reset(_ready);
        writer.WriteStartObject();
        writer.WriteString("type"u8, "ready"u8);
        writer.WriteNumber("seq"u8, sequence);
        if (nextTimerMs is { } next)
            writer.WriteNumber("nextTimerMs"u8, next);
        writer.WriteEndObject();
        writer.Flush();
        return _ready.WrittenMemory;
    }

    private static LockstepType ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.ValueTextEquals("step"u8))
            return LockstepType.Step;
        if (reader.ValueTextEquals("hello"u8))
            return LockstepType.Hello;
        if (reader.ValueTextEquals("withheld"u8))
            return LockstepType.Withheld;
        return reader.ValueTextEquals("end"u8) ? LockstepType.End : LockstepType.Unknown;
    }

    private static long ReadNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number ? reader.GetInt64() : throw new JsonException("A number was expected.");
    }

    private bool ReadFrames(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var connection = frames.Find(ref reader);
            var count = ReadNumber(ref reader);
            if (connection is not null)
                _incoming.Add(new AwaitedFrames(connection, count));
        }
        return true;
    }

    private void FindMissing(bool framesSeen)
    {
        Missing.Clear();
        if (!framesSeen)
            return;
        foreach (var connection in frames.Open)
        {
            // Without a welcome it may be so new that the simulator did not know it when it wrote the message.
            if (connection.Read > 0 && !Names(connection))
                Missing.Add(connection);
        }
    }

    private bool Names(FrameProgress connection)
    {
        foreach (var awaited in Awaited)
            if (ReferenceEquals(awaited.Connection, connection))
                return true;
        return false;
    }
}
