using System.Buffers;
using System.Text.Json;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Simulator.Push;
using Bot.Exchange.Simulator.Time;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Public data.</summary>
internal sealed class MarketEndpoints(TradingFloor floor, IMarketClock clock, bool includesEnd)
{
    private const long NsPerMs = 1_000_000;
    private const long TickersKeptMs = 2000;
    private const int MaxCandles = 1500;

    // What public answers tell as fee rates: those of an account without any discount.
    private const decimal PublicFeeRate = 0.001m;

    private readonly List<DepthLevel> _levels = [];
    private byte[] _tickers = [];
    private long _tickersMs = long.MinValue;

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        Get("/api/v1/timestamp", 3, Timestamp),
        Get("/api/v1/status", 3, Status),
        Get("/api/v1/markets", 3, MarketList),
        Get("/api/v2/symbols", 4, Symbols),
        Get("/api/v2/symbols/{symbol}", 4, OneSymbol),
        Get("/api/v1/market/allTickers", 15, AllTickers),
        Get("/api/v1/market/stats", 15, Stats),
        Get("/api/v1/market/orderbook/level1", 2, Level1),
        Get("/api/v1/market/orderbook/level2_20", 2, (call, data) => Level2(call, data, 20)),
        Get("/api/v1/market/orderbook/level2_100", 2, (call, data) => Level2(call, data, 100)),
        new("GET", "/api/v3/market/orderbook/level2", RequestPool.Spot, 3, Permission.General,
            (call, data) => Level2(call, data, int.MaxValue)),
        Get("/api/v1/market/histories", 3, Histories),
        Get("/api/v1/market/candles", 3, Candles),
    ];

    private static Endpoint Get(string path, int weight, Answer answer) =>
        new("GET", path, RequestPool.Public, weight, Permission.None, answer);

    private Rejection? Timestamp(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteNumberValue(clock.ServerTimeMs + (floor.PublicFaults?.SkewMs ?? 0));
        return null;
    }

    private static Rejection? Status(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteString("status"u8, "open"u8);
        data.WriteString("msg"u8, ""u8);
        data.WriteEndObject();
        return null;
    }

    private static Rejection? MarketList(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartArray();
        foreach (var market in Markets.All)
            data.WriteStringValue(market);
        data.WriteEndArray();
        return null;
    }

    private Rejection? Symbols(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartArray();
        foreach (var pair in floor.Pairs.Where(IsListed))
        {
            if (call.Query("market") is not { } market || market == Markets.Of(pair.Rules))
                WriteSymbol(data, pair);
        }
        data.WriteEndArray();
        return null;
    }

    private Rejection? OneSymbol(ApiCall call, Utf8JsonWriter data)
    {
        if (floor.Pair(call.Parameter) is not { } pair || !IsListed(pair))
            return Rejection.SymbolNotExists;
        WriteSymbol(data, pair);
        return null;
    }

    private Rejection? AllTickers(ApiCall call, Utf8JsonWriter data)
    {
        // The exchange takes this picture every two seconds, whoever asks.
        if (_tickersMs == long.MinValue || floor.NowMs - _tickersMs >= TickersKeptMs)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using var writer = new Utf8JsonWriter(buffer, JsonWriting.Options);
            writer.WriteStartObject();
            writer.WriteNumber("time"u8, floor.NowMs);
            writer.WriteStartArray("ticker"u8);
            foreach (var pair in floor.Pairs.Where(IsListed))
                WriteTicker(writer, pair, isRow: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.Flush();
            _tickers = buffer.WrittenSpan.ToArray();
            _tickersMs = floor.NowMs;
        }
        data.WriteRawValue(_tickers, skipInputValidation: true);
        return null;
    }

    private Rejection? Stats(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        WriteTicker(data, pair, isRow: false);
        return null;
    }

    private Rejection? Level1(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        var bid = pair.Engine.Best(Side.Buy);
        var ask = pair.Engine.Best(Side.Sell);
        data.WriteStartObject();
        data.WriteNumber("time"u8, floor.NowMs);
        data.WriteQuoted("sequence"u8, pair.Engine.Sequence);
        data.WriteDecimal("price"u8, pair.LastPrice);
        data.WriteDecimal("size"u8, pair.LastSize);
        data.WriteDecimal("bestBid"u8, bid?.Price);
        data.WriteDecimal("bestBidSize"u8, bid?.Size);
        data.WriteDecimal("bestAsk"u8, ask?.Price);
        data.WriteDecimal("bestAskSize"u8, ask?.Size);
        data.WriteEndObject();
        return null;
    }

    private Rejection? Level2(ApiCall call, Utf8JsonWriter data, int levels)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        data.WriteStartObject();
        data.WriteNumber("time"u8, floor.NowMs);
        data.WriteQuoted("sequence"u8, pair.Engine.Sequence);
        data.WritePropertyName("bids"u8);
        pair.Engine.Depth(Side.Buy, levels, _levels);
        MarketFeed.WriteLevels(data, _levels);
        data.WritePropertyName("asks"u8);
        pair.Engine.Depth(Side.Sell, levels, _levels);
        MarketFeed.WriteLevels(data, _levels);
        data.WriteEndObject();
        return null;
    }

    private Rejection? Histories(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        data.WriteStartArray();
        foreach (var trade in pair.Tape.Read())
        {
            data.WriteStartObject();
            data.WriteQuoted("sequence"u8, trade.Id);
            data.WriteDecimal("price"u8, trade.Price);
            data.WriteDecimal("size"u8, trade.Size);
            data.WriteString("side"u8, trade.TakerSide == Side.Buy ? "buy"u8 : "sell"u8);
            data.WriteNumber("time"u8, trade.TimeMs * NsPerMs);
            data.WriteEndObject();
        }
        data.WriteEndArray();
        return null;
    }

    private Rejection? Candles(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        if (CandleInterval.All.FirstOrDefault(i => i.Name == call.Query("type")) is not { } interval)
            return Rejection.Parameter("Incorrect candlestick type.");
        if (!call.TryQuery("startAt", 0, out var startAt) || !call.TryQuery("endAt", 0, out var endAt))
            return Rejection.Parameter("startAt and endAt take whole seconds.");
        var toMs = endAt > 0 ? (endAt * 1000) + (includesEnd ? 1 : 0) : long.MaxValue;
        var candles = pair.Candles.Read(interval, startAt * 1000, toMs, MaxCandles);
        data.WriteStartArray();
        for (var i = candles.Count - 1; i >= 0; i--)
            MarketFeed.WriteCandle(data, candles[i]);
        data.WriteEndArray();
        return null;
    }

    private void WriteTicker(Utf8JsonWriter data, PairMarket pair, bool isRow)
    {
        var day = pair.Candles.Day(floor.NowMs);
        var bid = pair.Engine.Best(Side.Buy);
        var ask = pair.Engine.Best(Side.Sell);
        data.WriteStartObject();
        if (!isRow)
            data.WriteNumber("time"u8, floor.NowMs);
        data.WriteString("symbol"u8, pair.Symbol);
        if (isRow)
            data.WriteString("symbolName"u8, pair.Symbol);
        data.WriteDecimal("buy"u8, bid?.Price);
        if (isRow)
            data.WriteDecimal("bestBidSize"u8, bid?.Size);
        data.WriteDecimal("sell"u8, ask?.Price);
        if (isRow)
            data.WriteDecimal("bestAskSize"u8, ask?.Size);
        data.WriteDecimal("changeRate"u8, day?.ChangeRate);
        data.WriteDecimal("changePrice"u8, day?.Change);
        data.WriteDecimal("high"u8, day?.High);
        data.WriteDecimal("low"u8, day?.Low);
        data.WriteDecimal("vol"u8, day?.Volume);
        data.WriteDecimal("volValue"u8, day?.Turnover);
        data.WriteDecimal("last"u8, pair.LastPrice);
        data.WriteDecimal("averagePrice"u8, day?.Average);
        data.WriteDecimal("takerFeeRate"u8, PublicFeeRate);
        data.WriteDecimal("makerFeeRate"u8, PublicFeeRate);
        data.WriteString("takerCoefficient"u8, "1"u8);
        data.WriteString("makerCoefficient"u8, "1"u8);
        data.WriteEndObject();
    }

    private bool IsListed(PairMarket pair) => floor.PublicFaults?.Delists(pair.Symbol) != true;

    private void WriteSymbol(Utf8JsonWriter data, PairMarket pair)
    {
        var rules = pair.Rules;
        var faults = floor.PublicFaults;
        data.WriteStartObject();
        data.WriteString("symbol"u8, rules.Symbol.Text);
        data.WriteString("name"u8, rules.Symbol.Text);
        data.WriteString("baseCurrency"u8, rules.BaseCurrency);
        data.WriteString("quoteCurrency"u8, rules.QuoteCurrency);
        data.WriteString("feeCurrency"u8, rules.FeeCurrency);
        data.WriteString("market"u8, Markets.Of(rules));
        data.WriteDecimal("baseMinSize"u8, rules.BaseMinSize);
        data.WriteDecimal("quoteMinSize"u8, rules.QuoteMinSize);
        data.WriteDecimal("baseMaxSize"u8, rules.BaseMaxSize);
        data.WriteDecimal("quoteMaxSize"u8, rules.QuoteMaxSize);
        data.WriteDecimal("baseIncrement"u8, rules.BaseIncrement);
        data.WriteDecimal("quoteIncrement"u8, rules.QuoteIncrement);
        data.WriteDecimal("priceIncrement"u8, rules.PriceIncrement);
        data.WriteDecimal("priceLimitRate"u8, rules.PriceLimitRate);
        data.WriteDecimal("minFunds"u8, faults is { Profile.HidesMinFunds: true } && faults.Count(FaultKind.NoMinFunds) ? null : rules.MinFunds);
        data.WriteBoolean("isMarginEnabled"u8, false);
        data.WriteBoolean("enableTrading"u8, rules.EnableTrading && faults?.Halts(pair.Symbol) != true);
        data.WriteNumber("feeCategory"u8, 1);
        data.WriteString("makerFeeCoefficient"u8, "1.00"u8);
        data.WriteString("takerFeeCoefficient"u8, "1.00"u8);
        data.WriteBoolean("st"u8, false);
        data.WriteBoolean("callauctionIsEnabled"u8, false);
        data.WriteNull("callauctionPriceFloor"u8);
        data.WriteNull("callauctionPriceCeiling"u8);
        data.WriteNull("callauctionFirstStageStartTime"u8);
        data.WriteNull("callauctionSecondStageStartTime"u8);
        data.WriteNull("callauctionThirdStageStartTime"u8);
        data.WriteNull("tradingStartTime"u8);
        data.WriteEndObject();
    }
}
