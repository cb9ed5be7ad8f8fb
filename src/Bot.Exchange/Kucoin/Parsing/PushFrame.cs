using System.Text;
using System.Text.Json;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>What a pushed frame is.</summary>
internal enum PushType
{
    /// <summary>A type that this client does not know; ignored.</summary>
    Unknown,

    /// <summary>The first frame of a connection.</summary>
    Welcome,

    /// <summary>A subscription was taken.</summary>
    Ack,

    /// <summary>The answer to a ping.</summary>
    Pong,

    /// <summary>Something was refused.</summary>
    Error,

    /// <summary>Data of a topic.</summary>
    Message,
}

/// <summary>
/// The outer form of a pushed frame, read in one pass over the receive buffer. Nothing is copied: the spans live as long as the buffer.
/// </summary>
internal readonly ref struct PushFrame
{
    private PushFrame(PushType type, ReadOnlySpan<byte> topic, string? id, long? code, Utf8JsonReader data)
    {
        Type = type;
        Topic = topic;
        Id = id;
        Code = code;
        Data = data;
    }

    /// <summary>What it is.</summary>
    public PushType Type { get; }

    /// <summary>Topic of a message; empty without one.</summary>
    public ReadOnlySpan<byte> Topic { get; }

    /// <summary>Id of an acknowledgement, a pong or an error; null on messages.</summary>
    public string? Id { get; }

    /// <summary>Code of an error.</summary>
    public long? Code { get; }

    /// <summary>
    /// A reader that stands on the data; its token is None when there are none. What follows the data of a message has not been looked at
    /// yet: whoever reads them ends with <see cref="JsonValues.RequireEnd"/>.
    /// </summary>
    public Utf8JsonReader Data { get; }

    /// <summary>Reads a frame.</summary>
    /// <param name="frame">The frame's bytes.</param>
    /// <exception cref="KucoinFormatException">It is no well-formed object. Nothing else is thrown.</exception>
    public static PushFrame Read(ReadOnlySpan<byte> frame)
    {
        try
        {
            return ReadCore(frame);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new KucoinFormatException("The frame is not well-formed JSON.");
        }
    }

    /// <summary>The data as text, for logs: of an error it is a sentence.</summary>
    public string DataText()
    {
        var data = Data;
        try
        {
            return data.TokenType is JsonTokenType.String or JsonTokenType.Number ? JsonValues.Text(ref data, "data") ?? "" : "";
        }
        catch (InvalidOperationException)
        {
            return ""; // Not UTF-8.
        }
    }

    private static PushFrame ReadCore(ReadOnlySpan<byte> frame)
    {
        var reader = JsonValues.ReaderOf(frame);
        reader.Read();
        JsonValues.RequireObject(reader, "The frame");
        var type = PushType.Unknown;
        ReadOnlySpan<byte> topic = default;
        Utf8JsonReader id = default;
        long? code = null;
        Utf8JsonReader data = default;
        while (JsonValues.NextProperty(ref reader))
        {
            var name = JsonValues.Name(reader);
            if (name.SequenceEqual("type"u8))
            {
                type = ReadType(ref reader);
            }
            else if (name.SequenceEqual("topic"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                    topic = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
                reader.Skip();
            }
            else if (name.SequenceEqual("id"u8))
            {
                reader.Read();
                id = reader;
                reader.Skip();
            }
            else if (name.SequenceEqual("code"u8))
            {
                code = JsonValues.NextInteger(ref reader, "code");
            }
            else if (name.SequenceEqual("data"u8))
            {
                reader.Read();
                data = reader;

                // The hot path: who reads the data reads on to the frame's end, so every byte is looked at once.
                if (type == PushType.Message && !topic.IsEmpty)
                    return new PushFrame(type, topic, null, code, data);
                reader.Skip();
            }
            else
            {
                JsonValues.SkipValue(ref reader);
            }
        }
        JsonValues.RequireEnd(ref reader);
        // The text of an id is made only where somebody asks for it; messages of the hot path have none, or one that nobody reads.
        var isControl = type is not (PushType.Message or PushType.Unknown);
        var idText = isControl && id.TokenType != JsonTokenType.None ? JsonValues.Text(ref id, "id") : null;
        return new PushFrame(type, topic, idText, code, data);
    }

    private static PushType ReadType(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return PushType.Unknown;
        }
        if (reader.ValueTextEquals("message"u8))
            return PushType.Message;
        if (reader.ValueTextEquals("pong"u8))
            return PushType.Pong;
        if (reader.ValueTextEquals("ack"u8))
            return PushType.Ack;
        if (reader.ValueTextEquals("welcome"u8))
            return PushType.Welcome;
        return reader.ValueTextEquals("error"u8) ? PushType.Error : PushType.Unknown;
    }
}
