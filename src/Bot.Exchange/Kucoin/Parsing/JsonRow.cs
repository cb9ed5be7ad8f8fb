using System.Text.Json;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>
/// The plain values of an object by their names, for what is read seldom. What is nested is skipped; nothing (null, empty text, missing)
/// is null, never zero.
/// </summary>
internal sealed class JsonRow
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);
    private readonly string _what;

    private JsonRow(string what) => _what = what;

    /// <summary>Reads the object that the reader stands on and leaves it on the object's end.</summary>
    /// <exception cref="KucoinFormatException">It is no object.</exception>
    public static JsonRow Read(ref Utf8JsonReader reader, string what)
    {
        JsonValues.RequireObject(reader, what);
        var row = new JsonRow(what);
        while (JsonValues.NextProperty(ref reader))
        {
            var name = reader.GetString()!;
            reader.Read();
            row._values[name] = reader.TokenType switch
            {
                JsonTokenType.True => "true",
                JsonTokenType.False => "false",
                JsonTokenType.String or JsonTokenType.Number => JsonValues.Text(ref reader, name),
                _ => null,
            };
            reader.Skip();
        }
        return row;
    }

    /// <summary>Reads an array of objects.</summary>
    public static List<T> ReadAll<T>(ref Utf8JsonReader reader, string what, Func<JsonRow, T> make)
    {
        JsonValues.RequireArray(reader, what);
        var rows = new List<T>();
        while (JsonValues.NextElement(ref reader))
            rows.Add(make(Read(ref reader, what)));
        return rows;
    }

    public string? Text(string field) => _values.GetValueOrDefault(field);

    public string RequiredText(string field) => Text(field) ?? throw Fault(field, "is missing");

    public decimal? Decimal(string field) => Text(field) is { } text ? JsonValues.Decimal(text, field) : null;

    public decimal RequiredDecimal(string field) => Decimal(field) ?? throw Fault(field, "is missing");

    /// <summary>A whole number of 64 bits; a decimal holds every one of them exactly.</summary>
    public long? Integer(string field)
    {
        if (Decimal(field) is not { } exact)
            return null;
        return exact == Math.Truncate(exact) && exact is >= long.MinValue and <= long.MaxValue
            ? (long)exact
            : throw Fault(field, "is not a whole number");
    }

    public long RequiredInteger(string field) => Integer(field) ?? throw Fault(field, "is missing");

    public long? TimeMs(string field) => Integer(field) is { } time ? JsonValues.ToMs(time) : null;

    public long RequiredTimeMs(string field) => TimeMs(field) ?? throw Fault(field, "is missing");

    public bool? Boolean(string field) => Text(field) switch
    {
        null => null,
        "true" => true,
        "false" => false,
        _ => throw Fault(field, "is neither true nor false"),
    };

    public Symbol? OptionalSymbol(string field) => Symbol.TryParse(Text(field), out var symbol) ? symbol : null;

    public Symbol RequiredSymbol(string field) => OptionalSymbol(field) ?? throw Fault(field, "is not a symbol");

    public Side RequiredSide(string field) => Text(field) switch
    {
        "buy" => Side.Buy,
        "sell" => Side.Sell,
        _ => throw Fault(field, "is neither buy nor sell"),
    };

    public OrderType RequiredType(string field) => Text(field) switch
    {
        "limit" => OrderType.Limit,
        "market" => OrderType.Market,
        _ => throw Fault(field, "is neither limit nor market"),
    };

    public KucoinFormatException Fault(string field, string fault) => new($"{_what}: {field} {fault}.");
}
