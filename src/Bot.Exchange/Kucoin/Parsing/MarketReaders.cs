using System.Text.Json;
using Bot.Trading.Market;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>Reads the public answers.</summary>
internal static class MarketReaders
{
    /// <summary>A bare time, number or text.</summary>
    public static long ServerTime(ref Utf8JsonReader reader) =>
        JsonValues.Required(JsonValues.TimeMs(ref reader, "The server's time"), "The server's time");

    /// <summary>Every pair whose rules can be read; a row that cannot is left out, so that one odd pair does not hide the others.</summary>
    public static IReadOnlyList<SymbolRules> Symbols(ref Utf8JsonReader reader)
    {
        JsonValues.RequireArray(reader, "The list of symbols");
        var rows = new List<SymbolRules>();
        while (JsonValues.NextElement(ref reader))
        {
            var row = reader;
            reader.Skip();
            if (TryReadRules(ref row) is { } rules)
                rows.Add(rules);
        }
        return rows;
    }

    /// <summary>Every row that can be read; all have the time of the list.</summary>
    public static IReadOnlyList<MarketTicker> AllTickers(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "The list of tickers");
        long? timeMs = null;
        List<MarketTicker>? rows = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("time"u8))
                timeMs = JsonValues.NextTimeMs(ref reader, "time");
            else if (reader.ValueTextEquals("ticker"u8))
            {
                reader.Read();
                rows = MarketRows(ref reader, timeMs ?? 0);
            }
            else
            {
                JsonValues.SkipValue(ref reader);
            }
        }
        if (rows is null)
            throw new KucoinFormatException("ticker is missing.");
        var time = JsonValues.Required(timeMs, "time");

        // The time stands before the rows; where it does not, they have it now.
        return rows.Count == 0 || rows[0].Ticker.TimeMs == time
            ? rows
            : rows.ConvertAll(r => r with { Ticker = r.Ticker with { TimeMs = time } });
    }

    /// <summary>Best prices of one pair; the symbol is the one asked for, the answer does not repeat it.</summary>
    public static Ticker Ticker(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "The ticker");
        var ticker = TickerFields(ref reader, default, out var timeMs);
        return ticker with { TimeMs = JsonValues.Required(timeMs, "time") };
    }

    /// <summary>Rows as they came, newest first.</summary>
    public static List<Candle> Candles(ref Utf8JsonReader reader)
    {
        JsonValues.RequireArray(reader, "The list of candles");
        var rows = new List<Candle>();
        while (JsonValues.NextElement(ref reader))
            rows.Add(Columns.Candle(ref reader));
        return rows;
    }

    /// <summary>The fields that a level-1 answer and a pushed ticker share. Stands on the object's start, ends on its end.</summary>
    internal static Ticker TickerFields(ref Utf8JsonReader reader, Symbol symbol, out long? timeMs)
    {
        timeMs = null;
        decimal? last = null, bid = null, bidSize = null, ask = null, askSize = null;
        while (JsonValues.NextProperty(ref reader))
        {
            var name = JsonValues.Name(reader);
            if (name.SequenceEqual("price"u8))
                last = JsonValues.NextDecimal(ref reader, "price");
            else if (name.SequenceEqual("bestBid"u8))
                bid = JsonValues.NextDecimal(ref reader, "bestBid");
            else if (name.SequenceEqual("bestBidSize"u8))
                bidSize = JsonValues.NextDecimal(ref reader, "bestBidSize");
            else if (name.SequenceEqual("bestAsk"u8))
                ask = JsonValues.NextDecimal(ref reader, "bestAsk");
            else if (name.SequenceEqual("bestAskSize"u8))
                askSize = JsonValues.NextDecimal(ref reader, "bestAskSize");
            else if (name.SequenceEqual("time"u8) || name.SequenceEqual("Time"u8))
                timeMs = JsonValues.NextTimeMs(ref reader, "time");
            else
                JsonValues.SkipValue(ref reader);
        }
        return new Ticker(symbol, timeMs ?? 0, last, bid, bidSize, ask, askSize);
    }

    private static List<MarketTicker> MarketRows(ref Utf8JsonReader reader, long timeMs)
    {
        JsonValues.RequireArray(reader, "ticker");
        var rows = new List<MarketTicker>();
        while (JsonValues.NextElement(ref reader))
        {
            // Read on trial by a copy: only a row that cannot be read is gone over twice.
            var row = reader;
            try
            {
                rows.Add(MarketRow(ref row, timeMs));
                reader = row;
            }
            catch (Exception e) when (e is KucoinFormatException or InvalidOperationException)
            {
                reader.Skip();
            }
        }
        return rows;
    }

    private static MarketTicker MarketRow(ref Utf8JsonReader reader, long timeMs)
    {
        JsonValues.RequireObject(reader, "A ticker");
        Symbol? symbol = null;
        decimal? last = null, bid = null, bidSize = null, ask = null, askSize = null, volume = null, change = null;
        decimal? takerRate = null, makerRate = null, takerFactor = null, makerFactor = null;
        while (JsonValues.NextProperty(ref reader))
        {
            var name = JsonValues.Name(reader);
            if (name.SequenceEqual("symbol"u8))
                symbol = Columns.NextSymbol(ref reader, "symbol");
            else if (name.SequenceEqual("last"u8))
                last = JsonValues.NextDecimal(ref reader, "last");
            else if (name.SequenceEqual("buy"u8))
                bid = JsonValues.NextDecimal(ref reader, "buy");
            else if (name.SequenceEqual("bestBidSize"u8))
                bidSize = JsonValues.NextDecimal(ref reader, "bestBidSize");
            else if (name.SequenceEqual("sell"u8))
                ask = JsonValues.NextDecimal(ref reader, "sell");
            else if (name.SequenceEqual("bestAskSize"u8))
                askSize = JsonValues.NextDecimal(ref reader, "bestAskSize");
            else if (name.SequenceEqual("volValue"u8))
                volume = JsonValues.NextDecimal(ref reader, "volValue");
            else if (name.SequenceEqual("changeRate"u8))
                change = JsonValues.NextDecimal(ref reader, "changeRate");
            else if (name.SequenceEqual("takerFeeRate"u8))
                takerRate = JsonValues.NextDecimal(ref reader, "takerFeeRate");
            else if (name.SequenceEqual("makerFeeRate"u8))
                makerRate = JsonValues.NextDecimal(ref reader, "makerFeeRate");
            else if (name.SequenceEqual("takerCoefficient"u8))
                takerFactor = JsonValues.NextDecimal(ref reader, "takerCoefficient");
            else if (name.SequenceEqual("makerCoefficient"u8))
                makerFactor = JsonValues.NextDecimal(ref reader, "makerCoefficient");
            else
                JsonValues.SkipValue(ref reader);
        }
        var ticker = new Ticker(JsonValues.Required(symbol, "symbol"), timeMs, last, bid, bidSize, ask, askSize);
        var fees = takerRate * takerFactor is { } taker && makerRate * makerFactor is { } maker ? new FeeRate(ticker.Symbol, taker, maker) : null;
        return new MarketTicker(ticker, volume, change, fees);
    }

    private static SymbolRules SymbolRow(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "A symbol");
        var texts = new Dictionary<string, string?>(StringComparer.Ordinal);
        bool? enabled = null;
        var (isAuction, isSpecial) = (false, false);
        while (JsonValues.NextProperty(ref reader))
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == "enableTrading")
                enabled = JsonValues.Boolean(ref reader, name);
            else if (name == "callauctionIsEnabled")
                isAuction = reader.TokenType == JsonTokenType.True;
            else if (name == "st")
                isSpecial = reader.TokenType == JsonTokenType.True;
            else if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
                texts[name] = JsonValues.Text(ref reader, name);
            else
                reader.Skip();
        }
        return new SymbolRules
        {
            Symbol = Symbol.TryParse(Text("symbol"), out var symbol) ? symbol : throw new KucoinFormatException("symbol is not a symbol."),
            BaseCurrency = Text("baseCurrency"),
            QuoteCurrency = Text("quoteCurrency"),
            FeeCurrency = Text("feeCurrency"),
            BaseIncrement = Step("baseIncrement"),
            QuoteIncrement = Step("quoteIncrement"),
            PriceIncrement = Step("priceIncrement"),
            BaseMinSize = Number("baseMinSize"),
            BaseMaxSize = Number("baseMaxSize"),
            QuoteMinSize = Number("quoteMinSize"),
            QuoteMaxSize = Number("quoteMaxSize"),
            MinFunds = Optional("minFunds"),
            PriceLimitRate = Number("priceLimitRate"),
            EnableTrading = JsonValues.Required(enabled, "enableTrading"),
            IsCallAuction = isAuction,
            IsSpecialTreatment = isSpecial,
        };

        string Text(string field) => JsonValues.Required(texts.GetValueOrDefault(field), field);
        decimal? Optional(string field) => texts.GetValueOrDefault(field) is { } text ? JsonValues.Decimal(text, field) : null;
        decimal Number(string field) => JsonValues.Required(Optional(field), field);
        decimal Step(string field) =>
            Number(field) is > 0 and var step ? step : throw new KucoinFormatException($"{field} is not above zero.");
    }

    private static SymbolRules? TryReadRules(ref Utf8JsonReader row)
    {
        try
        {
            return SymbolRow(ref row);
        }
        catch (Exception e) when (e is KucoinFormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
