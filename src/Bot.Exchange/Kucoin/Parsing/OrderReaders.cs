using System.Text.Json;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>One page of a list.</summary>
/// <typeparam name="T">Type of a row.</typeparam>
/// <param name="Items">The rows; empty when there are none.</param>
/// <param name="LastId">Cursor of the next page, where the list has cursors.</param>
/// <param name="TotalCount">Rows on all pages, where the list tells.</param>
/// <param name="TotalPages">Pages, where the list tells.</param>
internal readonly record struct Page<T>(IReadOnlyList<T> Items, long? LastId, long? TotalCount, long? TotalPages);

/// <summary>Ids in the answer to a placement or a cancel.</summary>
/// <param name="OrderId">The exchange's id.</param>
/// <param name="ClientOid">The client's id; older answers leave it out.</param>
internal readonly record struct OrderIds(string? OrderId, string? ClientOid);

/// <summary>
/// Reads orders and executions. A row that cannot be read fails the whole answer: a list that misses one could prove a false absence.
/// </summary>
internal static class OrderReaders
{
    public static OrderIds Ids(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "The answer's data");
        string? orderId = null, clientOid = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("orderId"u8))
                orderId = JsonValues.NextText(ref reader, "orderId");
            else if (reader.ValueTextEquals("clientOid"u8))
                clientOid = JsonValues.NextText(ref reader, "clientOid");
            else
                JsonValues.SkipValue(ref reader);
        }
        return new OrderIds(orderId, clientOid);
    }

    public static Page<OrderReport> OrderPage(ref Utf8JsonReader reader) => ReadPage(ref reader, Order);

    public static Page<FillReport> FillPage(ref Utf8JsonReader reader) => ReadPage(ref reader, Fill);

    /// <summary>The pairs that have active orders. A name that is none fails the answer: what it hides would not be looked for.</summary>
    public static List<Symbol> ActiveSymbols(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "The answer's data");
        List<Symbol>? symbols = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (!reader.ValueTextEquals("symbols"u8))
            {
                JsonValues.SkipValue(ref reader);
                continue;
            }
            reader.Read();
            symbols = [];
            if (reader.TokenType == JsonTokenType.Null)
                continue;
            JsonValues.RequireArray(reader, "symbols");
            while (JsonValues.NextElement(ref reader))
            {
                var text = JsonValues.Text(ref reader, "symbols");
                symbols.Add(Symbol.TryParse(text, out var symbol) ? symbol : throw new KucoinFormatException($"'{text}' is not a symbol."));
            }
        }
        return symbols ?? throw new KucoinFormatException("symbols is missing.");
    }

    public static OrderReport Order(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "An order");
        string? id = null, clientOid = null;
        Symbol? symbol = null;
        Side? side = null;
        OrderType? type = null;
        decimal? price = null, size = null, dealSize = null, dealFunds = null, cancelled = null;
        bool? active = null;
        long? createdAtMs = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("id"u8))
                id = JsonValues.NextText(ref reader, "id");
            else if (reader.ValueTextEquals("clientOid"u8))
                clientOid = JsonValues.NextText(ref reader, "clientOid");
            else if (reader.ValueTextEquals("symbol"u8))
                symbol = Columns.NextSymbol(ref reader, "symbol");
            else if (reader.ValueTextEquals("side"u8))
                side = Columns.NextSide(ref reader, "side");
            else if (reader.ValueTextEquals("type"u8))
                type = Columns.NextType(ref reader, "type");
            else if (reader.ValueTextEquals("price"u8))
                price = JsonValues.NextDecimal(ref reader, "price");
            else if (reader.ValueTextEquals("size"u8))
                size = JsonValues.NextDecimal(ref reader, "size");
            else if (reader.ValueTextEquals("dealSize"u8))
                dealSize = JsonValues.NextDecimal(ref reader, "dealSize");
            else if (reader.ValueTextEquals("dealFunds"u8))
                dealFunds = JsonValues.NextDecimal(ref reader, "dealFunds");
            // British spelling in this interface, American in others.
            else if (reader.ValueTextEquals("cancelledSize"u8) || reader.ValueTextEquals("canceledSize"u8))
                cancelled = JsonValues.NextDecimal(ref reader, "cancelledSize");
            else if (reader.ValueTextEquals("active"u8))
                active = JsonValues.NextBoolean(ref reader, "active");
            else if (reader.ValueTextEquals("createdAt"u8))
                createdAtMs = JsonValues.NextTimeMs(ref reader, "createdAt");
            else
                JsonValues.SkipValue(ref reader);
        }
        var orderType = JsonValues.Required(type, "type");
        return new OrderReport(
            JsonValues.Required(id, "id"), clientOid, JsonValues.Required(symbol, "symbol"), JsonValues.Required(side, "side"), orderType,
            // A market order shows price "0" or "", one by funds size "0": both mean that there is none.
            orderType == OrderType.Market ? null : price,
            orderType == OrderType.Market && size == 0 ? null : size,
            JsonValues.Required(dealSize, "dealSize"), JsonValues.Required(dealFunds, "dealFunds"),
            JsonValues.Required(cancelled, "cancelledSize"), JsonValues.Required(active, "active"),
            JsonValues.Required(createdAtMs, "createdAt"));
    }

    public static FillReport Fill(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "A fill");
        string? orderId = null, feeCurrency = null;
        Symbol? symbol = null;
        Side? side = null;
        decimal? price = null, size = null, fee = null;
        bool? maker = null;
        long? tradeId = null, timeMs = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("orderId"u8))
                orderId = JsonValues.NextText(ref reader, "orderId");
            else if (reader.ValueTextEquals("tradeId"u8))
                tradeId = JsonValues.NextInteger(ref reader, "tradeId");
            else if (reader.ValueTextEquals("symbol"u8))
                symbol = Columns.NextSymbol(ref reader, "symbol");
            else if (reader.ValueTextEquals("side"u8))
                side = Columns.NextSide(ref reader, "side");
            else if (reader.ValueTextEquals("liquidity"u8))
                maker = Columns.NextIsMaker(ref reader);
            else if (reader.ValueTextEquals("price"u8))
                price = JsonValues.NextDecimal(ref reader, "price");
            else if (reader.ValueTextEquals("size"u8))
                size = JsonValues.NextDecimal(ref reader, "size");
            else if (reader.ValueTextEquals("fee"u8))
                fee = JsonValues.NextDecimal(ref reader, "fee");
            else if (reader.ValueTextEquals("feeCurrency"u8))
                feeCurrency = JsonValues.NextText(ref reader, "feeCurrency");
            else if (reader.ValueTextEquals("createdAt"u8))
                timeMs = JsonValues.NextTimeMs(ref reader, "createdAt");
            else
                JsonValues.SkipValue(ref reader);
        }
        // A fee without its currency, or the other way round, tells nothing that could be booked.
        var feeIsKnown = fee is not null && feeCurrency is not null;
        return new FillReport(
            JsonValues.Required(symbol, "symbol"), JsonValues.Required(orderId, "orderId"), JsonValues.Required(tradeId, "tradeId"),
            JsonValues.Required(side, "side"), JsonValues.Required(price, "price"), JsonValues.Required(size, "size"),
            feeIsKnown ? fee : null, feeIsKnown ? feeCurrency : null, maker, JsonValues.Required(timeMs, "createdAt"));
    }

    public static Page<T> ReadPage<T>(ref Utf8JsonReader reader, DataReader<T> readRow)
    {
        JsonValues.RequireObject(reader, "The page");
        List<T>? items = null;
        var itemsSeen = false;
        long? lastId = null, total = null, pages = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("items"u8))
            {
                itemsSeen = true;
                reader.Read();
                if (reader.TokenType == JsonTokenType.Null)
                    continue;
                JsonValues.RequireArray(reader, "items");
                items = [];
                while (JsonValues.NextElement(ref reader))
                    items.Add(readRow(ref reader));
            }
            else if (reader.ValueTextEquals("lastId"u8))
                lastId = JsonValues.NextInteger(ref reader, "lastId");
            else if (reader.ValueTextEquals("totalNum"u8))
                total = JsonValues.NextInteger(ref reader, "totalNum");
            else if (reader.ValueTextEquals("totalPage"u8))
                pages = JsonValues.NextInteger(ref reader, "totalPage");
            else
                JsonValues.SkipValue(ref reader);
        }
        return itemsSeen
            ? new Page<T>((IReadOnlyList<T>?)items ?? [], lastId, total, pages)
            : throw new KucoinFormatException("items is missing.");
    }
}
