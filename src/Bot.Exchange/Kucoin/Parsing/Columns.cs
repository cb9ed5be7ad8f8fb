using System.Text.Json;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>
/// Reads the trade's own words: symbols, sides, kinds of orders, candles. The methods named Next stand on a property's name and read its
/// value.
/// </summary>
internal static class Columns
{
    /// <summary>Cells of a candle: open time in s, open, close, high, low, volume, turnover. The close comes before high and low.</summary>
    private const int CandleCells = 7;

    public static Symbol NextSymbol(ref Utf8JsonReader reader, string field) =>
        Symbol.TryParse(JsonValues.NextText(ref reader, field), out var symbol)
            ? symbol
            : throw new KucoinFormatException($"{field} is not a symbol.");

    public static Side NextSide(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("buy"u8))
                return Side.Buy;
            if (reader.ValueTextEquals("sell"u8))
                return Side.Sell;
        }
        throw new KucoinFormatException($"{field} is neither buy nor sell.");
    }

    public static OrderType NextType(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("limit"u8))
                return OrderType.Limit;
            if (reader.ValueTextEquals("market"u8))
                return OrderType.Market;
        }
        throw new KucoinFormatException($"{field} is neither limit nor market.");
    }

    /// <summary>True for <c>maker</c>, false for <c>taker</c>, null for anything else: it is a remark, not money.</summary>
    public static bool? NextIsMaker(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("maker"u8))
                return true;
            if (reader.ValueTextEquals("taker"u8))
                return false;
        }
        reader.Skip();
        return null;
    }

    /// <summary>A candle in KuCoin's order of columns.</summary>
    public static Candle Candle(ref Utf8JsonReader reader)
    {
        JsonValues.RequireArray(reader, "A candle");
        long? openTimeMs = null;
        Span<decimal?> cells = stackalloc decimal?[CandleCells];
        var at = 0;
        while (JsonValues.NextElement(ref reader))
        {
            if (at == 0)
                openTimeMs = JsonValues.TimeMs(ref reader, "A candle's time");
            else if (at < CandleCells)
                cells[at] = JsonValues.Decimal(ref reader, "A candle's number");
            else
                reader.Skip();
            at++;
        }
        return new Candle(
            JsonValues.Required(openTimeMs, "A candle's time"),
            Open: JsonValues.Required(cells[1], "A candle's open"),
            High: JsonValues.Required(cells[3], "A candle's high"),
            Low: JsonValues.Required(cells[4], "A candle's low"),
            Close: JsonValues.Required(cells[2], "A candle's close"),
            Volume: JsonValues.Required(cells[5], "A candle's volume"),
            Turnover: cells[6]);
    }
}
