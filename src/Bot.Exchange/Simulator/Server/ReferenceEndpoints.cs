using System.Text.Json;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Public data that is about no trading: currencies, their value in dollars, the caller's address, auctions (there are none).</summary>
internal sealed class ReferenceEndpoints(TradingFloor floor)
{
    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        Get("/api/v1/my-ip", 0, static (call, data) => Write(data, call.Address)),
        Get("/api/v1/prices", 3, Prices),
        Get("/api/v3/currencies", 3, Currencies),
        Get("/api/v3/currencies/{currency}", 3, OneCurrency),
        Get("/api/v1/market/callauctionData", 2, AuctionData),
        Get("/api/v1/market/orderbook/callauction/level2_20", 2, AuctionBook),
        Get("/api/v1/market/orderbook/callauction/level2_100", 2, AuctionBook),
    ];

    // Every currency of a pair, and what the accounts began with.
    private IEnumerable<string> Known => floor.Pairs.SelectMany(p => new[] { p.Rules.BaseCurrency, p.Rules.QuoteCurrency })
        .Concat(floor.Accounts.SelectMany(a => a.Settings.Balances.Keys))
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static Endpoint Get(string path, int weight, Answer answer) =>
        new("GET", path, RequestPool.Public, weight, Permission.None, answer);

    private static Rejection? Write(Utf8JsonWriter data, string value)
    {
        data.WriteStringValue(value);
        return null;
    }

    private Rejection? Currencies(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartArray();
        foreach (var currency in Known)
            WriteCurrency(data, currency);
        data.WriteEndArray();
        return null;
    }

    private Rejection? OneCurrency(ApiCall call, Utf8JsonWriter data)
    {
        if (!Known.Contains(call.Parameter))
            return Rejection.Parameter("currency not exists");
        WriteCurrency(data, call.Parameter);
        return null;
    }

    // A dollar coin is a dollar; of everything else the last price in one tells what it is worth.
    private Rejection? Prices(ApiCall call, Utf8JsonWriter data)
    {
        var wanted = call.Query("currencies")?.Split(',', StringSplitOptions.RemoveEmptyEntries);
        data.WriteStartObject();
        foreach (var currency in Known.Where(c => wanted is null || wanted.Contains(c)))
        {
            var price = DerivedRules.IsDollar(currency)
                ? 1
                : floor.Pairs.FirstOrDefault(p => p.Rules.BaseCurrency == currency && DerivedRules.IsDollar(p.Rules.QuoteCurrency))?.LastPrice;
            if (price is { } known)
            {
                data.WritePropertyName(currency);
                data.WriteDecimalValue(known);
            }
        }
        data.WriteEndObject();
        return null;
    }

    private Rejection? AuctionData(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        data.WriteStartObject();
        data.WriteString("symbol"u8, pair.Symbol);
        data.WriteNull("estimatedPrice"u8);
        data.WriteNull("estimatedSize"u8);
        data.WriteNull("sellOrderRangeLowPrice"u8);
        data.WriteNull("sellOrderRangeHighPrice"u8);
        data.WriteNull("buyOrderRangeLowPrice"u8);
        data.WriteNull("buyOrderRangeHighPrice"u8);
        data.WriteNumber("time"u8, floor.NowMs);
        data.WriteEndObject();
        return null;
    }

    private Rejection? AuctionBook(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        data.WriteStartObject();
        data.WriteNumber("time"u8, floor.NowMs);
        data.WriteQuoted("sequence"u8, pair.Engine.Sequence);
        data.WriteStartArray("bids"u8);
        data.WriteEndArray();
        data.WriteStartArray("asks"u8);
        data.WriteEndArray();
        data.WriteEndObject();
        return null;
    }

    private static void WriteCurrency(Utf8JsonWriter data, string currency)
    {
        data.WriteStartObject();
        data.WriteString("currency"u8, currency);
        data.WriteString("name"u8, currency);
        data.WriteString("fullName"u8, currency);
        data.WriteNumber("precision"u8, 8);
        data.WriteNull("confirms"u8);
        data.WriteNull("contractAddress"u8);
        data.WriteBoolean("isMarginEnabled"u8, false);
        data.WriteBoolean("isDebitEnabled"u8, false);
        data.WriteStartArray("chains"u8);
        data.WriteEndArray();
        data.WriteEndObject();
    }
}
