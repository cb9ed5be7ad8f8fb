using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bot.Exchange.Simulator.Json;

/// <summary>Numbers as the exchange writes them: decimals are strings without exponent and without superfluous zeros.</summary>
internal static class JsonWriting
{
    /// <summary>Settings of every writer: the shape is right by construction, and plain text needs no escapes.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes a property with a decimal in quotes.</summary>
    public static void WriteDecimal(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal value)
    {
        Span<byte> digits = stackalloc byte[DecimalText.MaxLength];
        writer.WriteString(name, digits[..DecimalText.Write(value, digits)]);
    }

    /// <summary>Writes a property with a decimal in quotes, or null.</summary>
    public static void WriteDecimal(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal? value)
    {
        if (value is { } known)
            writer.WriteDecimal(name, known);
        else
            writer.WriteNull(name);
    }

    /// <summary>Writes an element of an array with a decimal in quotes.</summary>
    public static void WriteDecimalValue(this Utf8JsonWriter writer, decimal value)
    {
        Span<byte> digits = stackalloc byte[DecimalText.MaxLength];
        writer.WriteStringValue(digits[..DecimalText.Write(value, digits)]);
    }

    /// <summary>Writes a property with a decimal as a bare number.</summary>
    public static void WriteBareDecimal(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal value)
    {
        Span<byte> digits = stackalloc byte[DecimalText.MaxLength];
        writer.WritePropertyName(name);
        writer.WriteRawValue(digits[..DecimalText.Write(value, digits)], skipInputValidation: true);
    }

    /// <summary>Writes a property with a whole number in quotes.</summary>
    public static void WriteQuoted(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, long value)
    {
        Span<byte> digits = stackalloc byte[DecimalText.MaxLength];
        value.TryFormat(digits, out var length);
        writer.WriteString(name, digits[..length]);
    }

    /// <summary>Writes an element of an array with a whole number in quotes.</summary>
    public static void WriteQuotedValue(this Utf8JsonWriter writer, long value)
    {
        Span<byte> digits = stackalloc byte[DecimalText.MaxLength];
        value.TryFormat(digits, out var length);
        writer.WriteStringValue(digits[..length]);
    }

    /// <summary>Writes a property with a text, or null.</summary>
    public static void WriteText(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
            writer.WriteNull(name);
        else
            writer.WriteString(name, value);
    }
}

/// <summary>A writer that is used again and again; each document is copied out once.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A writer over a managed buffer holds nothing that must be released.")]
internal sealed class JsonScratch
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _writer;

    /// <summary>An empty scratch pad.</summary>
    public JsonScratch() => _writer = new Utf8JsonWriter(_buffer, JsonWriting.Options);

    /// <summary>The writer of the document that was begun.</summary>
    public Utf8JsonWriter Writer => _writer;

    /// <summary>Begins a document.</summary>
    public Utf8JsonWriter Begin()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        return _writer;
    }

    /// <summary>The finished document.</summary>
    public byte[] Finish()
    {
        _writer.Flush();
        return _buffer.WrittenSpan.ToArray();
    }
}
