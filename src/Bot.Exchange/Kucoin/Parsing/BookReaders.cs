using System.Text.Json;
using Bot.Exchange.Books;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>Reads order books and their changes.</summary>
internal static class BookReaders
{
    /// <summary>A book; the symbol is the one asked for, the answer does not repeat it.</summary>
    public static BookSnapshot Snapshot(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "The order book");
        long? sequence = null, timeMs = null;
        List<PriceLevel>? bids = null, asks = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("sequence"u8))
                sequence = JsonValues.NextInteger(ref reader, "sequence");
            else if (reader.ValueTextEquals("time"u8))
                timeMs = JsonValues.NextTimeMs(ref reader, "time");
            else if (reader.ValueTextEquals("bids"u8))
                bids = NextRows(ref reader, "bids", Level);
            else if (reader.ValueTextEquals("asks"u8))
                asks = NextRows(ref reader, "asks", Level);
            else
                JsonValues.SkipValue(ref reader);
        }
        // A side that is not there at all is no empty side: a book without it would show prices that do not exist.
        return new BookSnapshot(
            default, JsonValues.Required(sequence, "sequence"), timeMs,
            bids ?? throw new KucoinFormatException("bids is missing."), asks ?? throw new KucoinFormatException("asks is missing."));
    }

    /// <summary>Data of <c>/market/level2</c>.</summary>
    /// <param name="data">Stands on the data.</param>
    /// <param name="symbol">From the topic.</param>
    public static BookDelta Delta(Utf8JsonReader data, Symbol symbol)
    {
        JsonValues.RequireObject(data, "The change of a book");
        long? first = null, last = null;
        List<BookChange>? bids = null, asks = null;
        while (JsonValues.NextProperty(ref data))
        {
            if (data.ValueTextEquals("sequenceStart"u8))
                first = JsonValues.NextInteger(ref data, "sequenceStart");
            else if (data.ValueTextEquals("sequenceEnd"u8))
                last = JsonValues.NextInteger(ref data, "sequenceEnd");
            else if (data.ValueTextEquals("changes"u8))
            {
                data.Read();
                JsonValues.RequireObject(data, "changes");
                while (JsonValues.NextProperty(ref data))
                {
                    if (data.ValueTextEquals("bids"u8))
                        bids = NextRows(ref data, "bids", Change);
                    else if (data.ValueTextEquals("asks"u8))
                        asks = NextRows(ref data, "asks", Change);
                    else
                        JsonValues.SkipValue(ref data);
                }
            }
            else
                JsonValues.SkipValue(ref data);
        }
        JsonValues.RequireEnd(ref data);
        var (from, to) = (JsonValues.Required(first, "sequenceStart"), JsonValues.Required(last, "sequenceEnd"));
        // Read as it stands it would be skipped as old. Refused, it shows as the gap that it is.
        if (to < from)
            throw new KucoinFormatException("sequenceEnd is below sequenceStart.");
        if (bids is null && asks is null)
            throw new KucoinFormatException("changes is missing.");
        return new BookDelta(symbol, from, to, bids ?? [], asks ?? []);
    }

    /// <summary>The rows after the property name that the reader stands on; null stands for none.</summary>
    private static List<T> NextRows<T>(ref Utf8JsonReader reader, string field, DataReader<T> readRow)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return [];
        JsonValues.RequireArray(reader, field);
        var rows = new List<T>();
        while (JsonValues.NextElement(ref reader))
            rows.Add(readRow(ref reader));
        return rows;
    }

    private static PriceLevel Level(ref Utf8JsonReader reader)
    {
        var (price, size, _) = Cells(ref reader);
        return new PriceLevel(price, size);
    }

    private static BookChange Change(ref Utf8JsonReader reader)
    {
        var (price, size, sequence) = Cells(ref reader);
        return new BookChange(price, size, JsonValues.Required(sequence, "A level's sequence"));
    }

    private static (decimal Price, decimal Size, long? Sequence) Cells(ref Utf8JsonReader reader)
    {
        JsonValues.RequireArray(reader, "A level");
        decimal? price = null, size = null;
        long? sequence = null;
        for (var at = 0; JsonValues.NextElement(ref reader); at++)
        {
            if (at == 0)
                price = JsonValues.Decimal(ref reader, "A level's price");
            else if (at == 1)
                size = JsonValues.Decimal(ref reader, "A level's size");
            else if (at == 2)
                sequence = JsonValues.Integer(ref reader, "A level's sequence");
            else
                reader.Skip();
        }
        var found = (Price: JsonValues.Required(price, "A level's price"), Size: JsonValues.Required(size, "A level's size"), sequence);
        return found is { Price: >= 0, Size: >= 0 } ? found : throw new KucoinFormatException("A level is below zero.");
    }
}
