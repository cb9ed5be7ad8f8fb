using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Bot.Trading.Market;

/// <summary>A trading pair as the exchange names it, for example <c>BTC-USDT</c>. Permanent: a renamed coin keeps its symbol.</summary>
/// <remarks>The text must not be split to learn the currencies: after a rename they may differ (see <see cref="SymbolRules"/>).</remarks>
[JsonConverter(typeof(SymbolJsonConverter))]
public readonly partial record struct Symbol : IComparable<Symbol>
{
    private readonly string? _text;

    private Symbol(string text) => _text = text;

    /// <summary>The symbol's text; empty for the default value.</summary>
    public string Text => _text ?? "";

    /// <summary>Reads a symbol.</summary>
    /// <exception cref="FormatException">The text is not of the form <c>BASE-QUOTE</c> in upper-case letters and digits.</exception>
    public static Symbol Parse(string text) =>
        TryParse(text, out var symbol)
            ? symbol
            : throw new FormatException($"'{text}' is not a symbol: expected BASE-QUOTE in upper case, for example BTC-USDT.");

    /// <summary>Reads a symbol, or says that the text is none.</summary>
    public static bool TryParse(string? text, out Symbol symbol)
    {
        var ok = text is not null && Form().IsMatch(text);
        symbol = ok ? new Symbol(text!) : default;
        return ok;
    }

    /// <inheritdoc/>
    public int CompareTo(Symbol other) => string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Ordinal order of the texts.</summary>
    public static bool operator <(Symbol left, Symbol right) => left.CompareTo(right) < 0;

    /// <summary>Ordinal order of the texts.</summary>
    public static bool operator >(Symbol left, Symbol right) => left.CompareTo(right) > 0;

    /// <summary>Ordinal order of the texts.</summary>
    public static bool operator <=(Symbol left, Symbol right) => left.CompareTo(right) <= 0;

    /// <summary>Ordinal order of the texts.</summary>
    public static bool operator >=(Symbol left, Symbol right) => left.CompareTo(right) >= 0;

    [GeneratedRegex("^[A-Z0-9]{1,15}-[A-Z0-9]{2,10}$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}

/// <summary>Writes a symbol as its text, also as a dictionary's key.</summary>
public sealed class SymbolJsonConverter : JsonConverter<Symbol>
{
    /// <inheritdoc/>
    public override Symbol Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => From(reader.GetString());

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Symbol value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);

    /// <inheritdoc/>
    public override Symbol ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => From(reader.GetString());

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, Symbol value, JsonSerializerOptions options) => writer.WritePropertyName(value.Text);

    private static Symbol From(string? text) =>
        string.IsNullOrEmpty(text) ? default : Symbol.TryParse(text, out var symbol) ? symbol : throw new JsonException($"'{text}' is not a symbol.");
}
