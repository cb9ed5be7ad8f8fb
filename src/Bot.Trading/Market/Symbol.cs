using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bot.Trading.Market;

/// <summary>A trading pair as the exchange names it, for example <c>BTC-USDT</c>. Permanent: a renamed coin keeps its symbol.</summary>
/// <remarks>The text must not be split to learn the currencies: after a rename they may differ (see <see cref="SymbolRules"/>).</remarks>
[JsonConverter(typeof(SymbolJsonConverter))]
public readonly record struct Symbol : IComparable<Symbol>
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

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
        var ok = text is not null && IsSymbol(text);
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

    // By hand, not by a pattern: a list of tickers has a thousand of them.
    private static bool IsSymbol(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash is >= 1 and <= 15 && text.Length - dash - 1 is >= 2 and <= 10
            && !text.AsSpan(0, dash).ContainsAnyExcept(Letters) && !text.AsSpan(dash + 1).ContainsAnyExcept(Letters);
    }
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
