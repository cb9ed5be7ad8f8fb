using System.Text.Json;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>
/// Reads the data of pushed messages. The ones of the hot path (tickers and candles) allocate nothing. Text that is not UTF-8 makes the
/// reader throw exceptions of its own kinds; <see cref="IsFormatFault"/> knows them all. Each reads on to the end of its frame.
/// </summary>
internal static class PushReaders
{
    /// <summary>True for what a malformed frame can cause.</summary>
    public static bool IsFormatFault(Exception error) =>
        error is KucoinFormatException or JsonException or InvalidOperationException or ArgumentException;

    /// <summary>Data of <c>/market/ticker</c>.</summary>
    /// <param name="data">Stands on the data.</param>
    /// <param name="symbol">From the topic.</param>
    /// <param name="receivedAtMs">Taken for the event's time when the frame names none, as old servers did; Unix ms.</param>
    public static Ticker Ticker(Utf8JsonReader data, Symbol symbol, long receivedAtMs)
    {
        JsonValues.RequireObject(data, "The ticker");
        var ticker = MarketReaders.TickerFields(ref data, symbol, out var timeMs);
        JsonValues.RequireEnd(ref data);
        return ticker with { TimeMs = timeMs ?? receivedAtMs };
    }

    /// <summary>Data of <c>/market/candles</c>.</summary>
    /// <param name="data">Stands on the data.</param>
    /// <param name="eventTimeMs">The event's time, Unix ms.</param>
    public static Candle Candle(Utf8JsonReader data, out long eventTimeMs)
    {
        JsonValues.RequireObject(data, "The candle");
        Candle? candle = null;
        long? timeMs = null;
        while (JsonValues.NextProperty(ref data))
        {
            if (data.ValueTextEquals("candles"u8))
            {
                data.Read();
                candle = Columns.Candle(ref data);
            }
            else if (data.ValueTextEquals("time"u8))
                timeMs = JsonValues.NextTimeMs(ref data, "time");
            else
                JsonValues.SkipValue(ref data);
        }
        JsonValues.RequireEnd(ref data);
        eventTimeMs = JsonValues.Required(timeMs, "time");
        return JsonValues.Required(candle, "candles");
    }

    /// <summary>Data of <c>/market/match</c>.</summary>
    /// <param name="data">Stands on the data.</param>
    /// <param name="symbol">From the topic.</param>
    public static PublicTrade Trade(Utf8JsonReader data, Symbol symbol)
    {
        JsonValues.RequireObject(data, "The trade");
        Side? side = null;
        decimal? price = null, size = null;
        long? sequence = null, timeMs = null;
        while (JsonValues.NextProperty(ref data))
        {
            var name = JsonValues.Name(data);
            if (name.SequenceEqual("sequence"u8))
                sequence = JsonValues.NextInteger(ref data, "sequence");
            else if (name.SequenceEqual("side"u8))
                side = Columns.NextSide(ref data, "side");
            else if (name.SequenceEqual("price"u8))
                price = JsonValues.NextDecimal(ref data, "price");
            else if (name.SequenceEqual("size"u8))
                size = JsonValues.NextDecimal(ref data, "size");
            else if (name.SequenceEqual("time"u8))
                timeMs = JsonValues.NextTimeMs(ref data, "time");
            else
                JsonValues.SkipValue(ref data);
        }
        JsonValues.RequireEnd(ref data);
        return new PublicTrade(
            symbol, JsonValues.Required(sequence, "sequence"), JsonValues.Required(side, "side"), JsonValues.Required(price, "price"),
            JsonValues.Required(size, "size"), JsonValues.Required(timeMs, "time"));
    }

    /// <summary>Data of <c>/spotMarket/tradeOrdersV2</c>; null for a kind of event that this client does not know.</summary>
    public static OrderUpdate? OrderUpdate(Utf8JsonReader data)
    {
        JsonValues.RequireObject(data, "The order");
        OrderUpdateKind? kind = null;
        Symbol? symbol = null;
        Side? side = null;
        string? orderId = null, clientOid = null;
        decimal? filled = null, matchPrice = null, matchSize = null;
        bool? maker = null;
        long? tradeId = null, timeMs = null;
        while (JsonValues.NextProperty(ref data))
        {
            // By length first: of seventeen names most are told apart by it, and the hot path compares each but once.
            var name = JsonValues.Name(data);
            switch (name.Length)
            {
                case 2 when name.SequenceEqual("ts"u8):
                    timeMs = JsonValues.NextTimeMs(ref data, "ts");
                    break;
                case 4 when name.SequenceEqual("type"u8):
                    kind = NextKind(ref data);
                    break;
                case 4 when name.SequenceEqual("side"u8):
                    side = Columns.NextSide(ref data, "side");
                    break;
                case 6 when name.SequenceEqual("symbol"u8):
                    symbol = Columns.NextSymbol(ref data, "symbol");
                    break;
                case 7 when name.SequenceEqual("orderId"u8):
                    orderId = JsonValues.NextText(ref data, "orderId");
                    break;
                case 7 when name.SequenceEqual("tradeId"u8):
                    tradeId = NextTradeId(ref data);
                    break;
                case 9 when name.SequenceEqual("clientOid"u8):
                    clientOid = JsonValues.NextText(ref data, "clientOid");
                    break;
                case 9 when name.SequenceEqual("matchSize"u8):
                    matchSize = JsonValues.NextDecimal(ref data, "matchSize");
                    break;
                case 9 when name.SequenceEqual("liquidity"u8):
                    maker = Columns.NextIsMaker(ref data);
                    break;
                case 10 when name.SequenceEqual("filledSize"u8):
                    filled = JsonValues.NextDecimal(ref data, "filledSize");
                    break;
                case 10 when name.SequenceEqual("matchPrice"u8):
                    matchPrice = JsonValues.NextDecimal(ref data, "matchPrice");
                    break;
                default:
                    JsonValues.SkipValue(ref data);
                    break;
            }
        }
        JsonValues.RequireEnd(ref data);
        if (kind is not { } known)
            return null;
        var pair = JsonValues.Required(symbol, "symbol");
        var id = JsonValues.Required(orderId, "orderId");
        var time = JsonValues.Required(timeMs, "ts");
        // An execution counts by (order id, trade id): without a usable key it is left to the query of fills, which brings the fee anyway.
        var fill = known == OrderUpdateKind.Match && tradeId is { } trade && matchPrice is { } price && matchSize is { } size
            ? new FillReport(pair, id, trade, JsonValues.Required(side, "side"), price, size, null, null, maker, time)
            : null;
        return new OrderUpdate(known, pair, id, clientOid, fill, filled, time);
    }

    /// <summary>Data of <c>/account/balance</c>; null when the event belongs to another account than the spot one.</summary>
    public static (Balance Balance, long TimeMs)? Balance(Utf8JsonReader data)
    {
        JsonValues.RequireObject(data, "The balance");
        string? currency = null, relation = null;
        decimal? total = null, available = null, hold = null;
        long? timeMs = null;
        while (JsonValues.NextProperty(ref data))
        {
            if (data.ValueTextEquals("currency"u8))
                currency = JsonValues.NextText(ref data, "currency");
            else if (data.ValueTextEquals("total"u8))
                total = JsonValues.NextDecimal(ref data, "total");
            else if (data.ValueTextEquals("available"u8))
                available = JsonValues.NextDecimal(ref data, "available");
            else if (data.ValueTextEquals("hold"u8))
                hold = JsonValues.NextDecimal(ref data, "hold");
            else if (data.ValueTextEquals("relationEvent"u8))
                relation = JsonValues.NextText(ref data, "relationEvent");
            else if (data.ValueTextEquals("time"u8))
                timeMs = JsonValues.NextTimeMs(ref data, "time");
            else
                JsonValues.SkipValue(ref data);
        }
        JsonValues.RequireEnd(ref data);
        var isSpot = relation is not null
            && (relation.StartsWith("trade.", StringComparison.Ordinal) || relation.StartsWith("trade_hf.", StringComparison.Ordinal));
        if (!isSpot)
            return null;
        var balance = new Balance(
            JsonValues.Required(currency, "currency"), JsonValues.Required(total, "total"), JsonValues.Required(available, "available"),
            JsonValues.Required(hold, "hold"));
        return (balance, JsonValues.Required(timeMs, "time"));
    }

    private static OrderUpdateKind? NextKind(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            throw new KucoinFormatException("type is not text.");
        if (reader.ValueTextEquals("received"u8))
            return OrderUpdateKind.Received;
        if (reader.ValueTextEquals("open"u8))
            return OrderUpdateKind.Open;
        if (reader.ValueTextEquals("match"u8))
            return OrderUpdateKind.Match;
        if (reader.ValueTextEquals("update"u8))
            return OrderUpdateKind.Update;
        if (reader.ValueTextEquals("filled"u8))
            return OrderUpdateKind.Filled;
        return reader.ValueTextEquals("canceled"u8) ? OrderUpdateKind.Canceled : null;
    }

    /// <summary>A trade id; null when it is no number, as it was in old captures.</summary>
    private static long? NextTradeId(ref Utf8JsonReader reader)
    {
        reader.Read();
        try
        {
            return JsonValues.Integer(ref reader, "tradeId");
        }
        catch (KucoinFormatException)
        {
            reader.Skip();
            return null;
        }
    }
}
