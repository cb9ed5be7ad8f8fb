using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>Reads a value at the reader's position.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
internal delegate T DataReader<out T>(ref Utf8JsonReader reader);

/// <summary>
/// Reads single values as KuCoin writes them: numbers as text or as numbers, with exponents at times, and nothing as <c>null</c>,
/// <c>""</c> or not at all (API.md 3.2). Nothing becomes null, never zero. Each method stands on the value and leaves the reader on its
/// last token.
/// </summary>
internal static class JsonValues
{
    /// <summary>Nesting deeper than anything KuCoin sends is refused.</summary>
    private const int MaxDepth = 32;

    /// <summary>Longest number that is read, characters.</summary>
    private const int LongestNumber = 128;

    /// <summary>Longest number whose digits fit into 64 bits whatever they are, characters.</summary>
    private const int LongestPlain = 19;

    /// <summary>Digits with a sign, a point and an exponent: no blanks, no thousands, no currency signs.</summary>
    private const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static Utf8JsonReader ReaderOf(ReadOnlySpan<byte> json) =>
        new(json, new JsonReaderOptions { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow });

    /// <summary>
    /// Steps to the next property of the object that the reader is in; false at its end. The caller must consume the value.
    /// </summary>
    public static bool NextProperty(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Steps to the next element of the array that the reader is in; false at its end.</summary>
    public static bool NextElement(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    /// <summary>
    /// The name of the property that the reader stands on, to be compared with more than one: comparing plain bytes is the cheapest way.
    /// </summary>
    public static ReadOnlySpan<byte> Name(in Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;

    /// <summary>Skips the value of the property that the reader stands on.</summary>
    public static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>Reads the rest of what the reader is in. What was cut off, or what something follows, is not trusted at all.</summary>
    /// <exception cref="JsonException">It is not well-formed to its end.</exception>
    public static void RequireEnd(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            // The reader judges what it reads.
        }
    }

    public static void RequireObject(in Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new KucoinFormatException($"{what} is not an object.");
    }

    public static void RequireArray(in Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new KucoinFormatException($"{what} is not an array.");
    }

    /// <summary>Text, or the digits of a number; null for nothing.</summary>
    public static string? Text(ref Utf8JsonReader reader, string field) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.String => reader.GetString() is { Length: > 0 } text ? text : null,
        JsonTokenType.Number => Encoding.ASCII.GetString(reader.ValueSpan),
        _ => throw new KucoinFormatException($"{field} is not text."),
    };

    /// <summary>An exact decimal; null for nothing.</summary>
    /// <exception cref="KucoinFormatException">It is no number, or one that a decimal cannot hold.</exception>
    public static decimal? Decimal(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number && TryPlain(reader.ValueSpan, out var plain))
            return plain;
        Span<byte> scratch = stackalloc byte[LongestNumber];
        var text = scratch[..CopyNumber(ref reader, scratch, field)];
        if (text.IsEmpty)
            return null;
        return decimal.TryParse(text, Plain, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new KucoinFormatException($"{field} is not a decimal number.");
    }

    /// <summary>An exact decimal of a text that was read before.</summary>
    /// <exception cref="KucoinFormatException">It is no number.</exception>
    public static decimal Decimal(string text, string field) =>
        text.Length <= LongestNumber && decimal.TryParse(text, Plain, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new KucoinFormatException($"{field} is not a decimal number.");

    /// <summary>A whole number up to 64 bits; null for nothing.</summary>
    /// <exception cref="KucoinFormatException">It is no whole number, or too large.</exception>
    public static long? Integer(ref Utf8JsonReader reader, string field)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number
            && Utf8Parser.TryParse(reader.ValueSpan, out long plain, out var used) && used == reader.ValueSpan.Length)
            return plain;
        Span<byte> scratch = stackalloc byte[LongestNumber];
        var text = scratch[..CopyNumber(ref reader, scratch, field)];
        if (text.IsEmpty)
            return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return value;
        // "1.73E18" or "5.0": a decimal holds every 64-bit integer exactly, a double does not.
        if (decimal.TryParse(text, Plain, CultureInfo.InvariantCulture, out var exact)
            && exact == Math.Truncate(exact) && exact is >= long.MinValue and <= long.MaxValue)
            return (long)exact;
        throw new KucoinFormatException($"{field} is not a whole number.");
    }

    /// <summary>True or false, also as text; null for nothing.</summary>
    public static bool? Boolean(ref Utf8JsonReader reader, string field) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        JsonTokenType.String when reader.ValueTextEquals("true"u8) => true,
        JsonTokenType.String when reader.ValueTextEquals("false"u8) => false,
        JsonTokenType.String when reader.ValueTextEquals(""u8) => null,
        _ => throw new KucoinFormatException($"{field} is neither true nor false."),
    };

    /// <summary>The text after the property name that the reader stands on.</summary>
    public static string? NextText(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return Text(ref reader, field);
    }

    /// <summary>The decimal after the property name that the reader stands on.</summary>
    public static decimal? NextDecimal(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return Decimal(ref reader, field);
    }

    /// <summary>The whole number after the property name that the reader stands on.</summary>
    public static long? NextInteger(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return Integer(ref reader, field);
    }

    /// <summary>The truth value after the property name that the reader stands on.</summary>
    public static bool? NextBoolean(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return Boolean(ref reader, field);
    }

    /// <summary>The time after the property name that the reader stands on, Unix ms.</summary>
    public static long? NextTimeMs(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return TimeMs(ref reader, field);
    }

    /// <summary>A time in Unix ms, whatever its unit; null for nothing.</summary>
    public static long? TimeMs(ref Utf8JsonReader reader, string field) => Integer(ref reader, field) is { } time ? ToMs(time) : null;

    /// <summary>
    /// Ms of a time whose unit its size tells (API.md 9.8): seconds below 1e11, ms below 1e14, µs below 1e17, else ns.
    /// </summary>
    public static long ToMs(long time) => time switch
    {
        < 100_000_000_000 => time * 1_000,
        < 100_000_000_000_000 => time,
        < 100_000_000_000_000_000 => time / 1_000,
        _ => time / 1_000_000,
    };

    /// <summary>A value that must be there.</summary>
    public static T Required<T>(T? value, string field)
        where T : struct => value ?? throw Missing(field);

    /// <summary>A text that must be there.</summary>
    public static string Required(string? value, string field) => value ?? throw Missing(field);

    private static KucoinFormatException Missing(string field) => new($"{field} is missing.");

    /// <summary>
    /// Nearly every number that the exchange sends: a sign, digits and a point, few enough for 64 bits. Anything else is left to the
    /// general parser, which gives the same for these, slower.
    /// </summary>
    private static bool TryPlain(ReadOnlySpan<byte> text, out decimal value)
    {
        value = default;
        if (text.Length > LongestPlain)
            return false;
        var isNegative = text.Length > 0 && text[0] == '-';
        var point = -1;
        var count = 0;
        var digits = 0UL;
        for (var at = isNegative ? 1 : 0; at < text.Length; at++)
        {
            var digit = (uint)(text[at] - '0');
            if (digit <= 9)
            {
                digits = (digits * 10) + digit;
                count++;
            }
            else if (text[at] == '.' && point < 0)
            {
                point = at;
            }
            else
            {
                return false;
            }
        }
        if (count == 0)
            return false;
        var scale = point < 0 ? 0 : text.Length - 1 - point;
        value = new decimal((int)digits, (int)(digits >> 32), 0, isNegative, (byte)scale);
        return true;
    }

    /// <summary>Copies the digits and returns their count.</summary>
    private static int CopyNumber(ref Utf8JsonReader reader, scoped Span<byte> target, string field)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
            throw new KucoinFormatException($"{field} is not a number.");
        if (reader.ValueSpan.Length > LongestNumber)
            throw new KucoinFormatException($"{field} is too long for a number.");
        if (reader.ValueIsEscaped)
            return reader.CopyString(target);
        reader.ValueSpan.CopyTo(target);
        return reader.ValueSpan.Length;
    }
}
