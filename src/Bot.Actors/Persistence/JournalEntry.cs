using System.Security.Cryptography;
using System.Text.Json;

namespace Bot.Actors.Persistence;

/// <summary>
/// One row of a journal: an event and the hash of the row before it, so that a changed or missing row breaks the chain (RELIABILITY.md
/// F28). The bytes are made once, before the write, because the next row's link is their hash.
/// </summary>
/// <remarks>Form of the bytes: <c>{"p":"hash of the previous row's bytes, or empty","e":{the event}}</c> in UTF-8, so that psql can read it.</remarks>
public sealed class JournalEntry
{
    private JournalEntry(string manifest, object e, string previous, byte[] bytes)
    {
        (Manifest, Event, Previous, Bytes) = (manifest, e, previous, bytes);
    }

    /// <summary>The event's manifest.</summary>
    public string Manifest { get; }

    /// <summary>The event.</summary>
    public object Event { get; }

    /// <summary>Hash of the previous row of this stream, hexadecimal; empty in the first.</summary>
    public string Previous { get; }

    /// <summary>The row's bytes.</summary>
    public byte[] Bytes { get; }

    /// <summary>Hash of the row's bytes, hexadecimal.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Bytes));

    /// <summary>Makes the next row of a stream.</summary>
    public static JournalEntry Create(object e, string previous)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("p"u8, previous);
            writer.WritePropertyName("e"u8);
            EventContracts.Write(writer, e);
            writer.WriteEndObject();
        }
        return new JournalEntry(EventContracts.ManifestOf(e), e, previous, stream.ToArray());
    }

    /// <summary>Reads a row.</summary>
    /// <exception cref="JsonException">The bytes are damaged.</exception>
    /// <exception cref="ArgumentException">The manifest is not known.</exception>
    public static JournalEntry Read(byte[] bytes, string manifest)
    {
        using var document = JsonDocument.Parse(bytes);
        var root = document.RootElement;
        if (!root.TryGetProperty("p"u8, out var previous) || !root.TryGetProperty("e"u8, out var e))
            throw new JsonException($"A journal row of {manifest} has no link or no event.");
        return new JournalEntry(manifest, EventContracts.Read(manifest, e), previous.GetString() ?? "", bytes);
    }
}

/// <summary>A stored snapshot: the state's contract, the hash of the last row it contains and how many rows that are.</summary>
/// <param name="State">One of the snapshot contracts (<see cref="Bot.Trading.Pairs.PairSnapshot"/>, ...).</param>
/// <param name="LastHash">Hash of the last row that is folded into it, hexadecimal.</param>
public sealed record StoredSnapshot(object State, string LastHash);
