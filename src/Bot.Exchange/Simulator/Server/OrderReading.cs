using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Reads placements. Numbers are taken as strings, as the exchange documents them, and as bare numbers.</summary>
internal static class OrderReading
{
    /// <summary>More than any order's price, size or funds; the product of two such numbers, with a fee, is still a number.</summary>
    private const decimal Largest = 10_000_000_000_000m;

    /// <summary>Reads an order.</summary>
    /// <param name="body">The order's object.</param>
    /// <param name="request">The order.</param>
    /// <param name="listed">The pair when the order does not name one.</param>
    /// <returns>What is wrong with its form; null when it could be read.</returns>
    public static Rejection? Read(JsonElement? body, out OrderRequest request, string? listed = null)
    {
        request = null!;
        if (body is not { } json)
            return Rejection.Parameter("The body must be a JSON object.");
        if ((Text(json, "symbol") ?? listed) is not { } symbol)
            return Rejection.Parameter("symbol is required.");
        if (Side(json) is not { } side)
            return Rejection.Parameter("side takes buy or sell.");
        if (Type(json) is not { } type)
            return Rejection.Parameter("type takes limit or market.");
        if (Time(json) is not { } time)
            return Rejection.Parameter("timeInForce takes GTC, GTT, IOC or FOK.");
        if (SelfTrade(json) is not { } selfTrade)
            return Rejection.Parameter("stp takes CN, CO, CB or DC.");
        if (!Number(json, "visibleSize", out var visible))
            return Rejection.VisibleSize;
        if (!Number(json, "price", out var price) || !Number(json, "size", out var size) || !Number(json, "funds", out var funds))
            return Rejection.Parameter("price, size and funds take plain decimal numbers.");
        if (!Whole(json, "cancelAfter", out var cancelAfter) || cancelAfter > int.MaxValue
            || !Whole(json, "clientTimestamp", out var clientTimestamp) || !Whole(json, "allowMaxTimeWindow", out var window))
            return Rejection.Parameter("cancelAfter, clientTimestamp and allowMaxTimeWindow take whole numbers.");
        request = new OrderRequest
        {
            ClientOid = Text(json, "clientOid"),
            Symbol = symbol,
            Side = side,
            Type = type,
            Price = price,
            Size = size,
            Funds = funds,
            TimeInForce = time,
            CancelAfter = (int)(cancelAfter ?? -1),
            PostOnly = Flag(json, "postOnly"),
            SelfTrade = selfTrade,
            Hidden = Flag(json, "hidden"),
            Iceberg = Flag(json, "iceberg"),
            VisibleSize = visible,
            Remark = Text(json, "remark"),
            Tags = Text(json, "tags"),
            ClientTimestamp = clientTimestamp,
            AllowMaxTimeWindow = window,
        };
        return null;
    }

    /// <summary>Reads a stop order: an order, and what sets it off.</summary>
    /// <returns>What is wrong with its form; null when it could be read.</returns>
    public static Rejection? ReadStop(JsonElement? body, out OrderRequest request, out StopKind kind, out decimal stopPrice)
    {
        (kind, stopPrice) = (StopKind.Loss, 0);
        if (Read(body, out request) is { } fault)
            return fault;
        var json = body!.Value;
        if (!Number(json, "stopPrice", out var price) || price is not { } given)
            return Rejection.Parameter("stopPrice takes a plain decimal number.");
        if (Text(json, "stop") is not (null or "loss" or "entry") || Text(json, "tradeType") is not (null or "TRADE"))
            return Rejection.Parameter("stop takes loss or entry, tradeType TRADE.");
        (kind, stopPrice) = (Text(json, "stop") == "entry" ? StopKind.Entry : StopKind.Loss, given);
        return null;
    }

    /// <summary>Reads an OCO order: a limit order, and the stop that is its other leg.</summary>
    /// <returns>What is wrong with its form; null when it could be read.</returns>
    public static Rejection? ReadOco(JsonElement? body, out OrderRequest request, out decimal stopPrice, out decimal limitPrice)
    {
        limitPrice = 0;
        if (ReadStop(body, out request, out _, out stopPrice) is { } fault)
            return fault;
        if (!Number(body!.Value, "limitPrice", out var limit) || limit is not { } given)
            return Rejection.Parameter("limitPrice takes a plain decimal number.");
        limitPrice = given;
        return null;
    }

    /// <summary>Reads a batch of limit orders. The pair may stand once beside the list.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="most">How many orders a batch may have.</param>
    /// <param name="requests">The orders, each with what is wrong with its form.</param>
    /// <returns>Why it is no batch; null when it is one.</returns>
    public static Rejection? ReadList(JsonElement? body, int most, out List<(OrderRequest Request, Rejection? Fault)> requests)
    {
        requests = [];
        if (body is not { } json || !json.TryGetProperty("orderList", out var list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() is 0 || list.GetArrayLength() > most)
            return Rejection.OrderList(most);
        foreach (var item in list.EnumerateArray())
        {
            var fault = Read(item.ValueKind == JsonValueKind.Object ? item : null, out var request, Text(json, "symbol"));
            if (fault is null && request.Type != OrderType.Limit)
                fault = Rejection.OrderList(most);
            requests.Add((request, fault));
        }
        return null;
    }

    /// <summary>Reads what is to be altered of an order.</summary>
    /// <returns>What is wrong with its form; null when it could be read.</returns>
    public static Rejection? ReadChange(JsonElement? body, out OrderChange change)
    {
        change = null!;
        if (body is not { } json)
            return Rejection.Parameter("The body must be a JSON object.");
        if (Text(json, "symbol") is not { } symbol)
            return Rejection.Parameter("symbol is required.");
        if (!Number(json, "newPrice", out var price) || !Number(json, "newSize", out var size))
            return Rejection.Parameter("newPrice and newSize take plain decimal numbers.");
        if (price is null && size is null)
            return Rejection.NothingToAlter;
        change = new OrderChange(symbol, Text(json, "orderId"), Text(json, "clientOid"), price, size);
        return null;
    }

    private static Side? Side(JsonElement json) => Text(json, "side") switch
    {
        "buy" => Bot.Trading.Market.Side.Buy,
        "sell" => Bot.Trading.Market.Side.Sell,
        _ => null,
    };

    private static OrderType? Type(JsonElement json) => Text(json, "type") switch
    {
        // The exchange takes an order without a type for a limit order.
        "limit" or null => OrderType.Limit,
        "market" => OrderType.Market,
        _ => null,
    };

    private static TimeInForce? Time(JsonElement json) => Text(json, "timeInForce") switch
    {
        "GTC" or null => TimeInForce.Gtc,
        "GTT" => TimeInForce.Gtt,
        "IOC" => TimeInForce.Ioc,
        "FOK" => TimeInForce.Fok,
        _ => null,
    };

    private static SelfTradePrevention? SelfTrade(JsonElement json) => Text(json, "stp") switch
    {
        null => SelfTradePrevention.None,
        "CN" => SelfTradePrevention.CancelNew,
        "CO" => SelfTradePrevention.CancelOld,
        "CB" => SelfTradePrevention.CancelBoth,
        "DC" => SelfTradePrevention.Decrease,
        _ => null,
    };

    // Missing, null and empty all say nothing.
    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;

    private static bool Flag(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && (value.ValueKind == JsonValueKind.True
            || (value.ValueKind == JsonValueKind.String && value.ValueEquals("true")));

    private static bool Number(JsonElement json, string name, out decimal? number)
    {
        number = null;
        if (Raw(json, name) is not { } text)
            return true;
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > Largest)
            return false;
        number = value;
        return true;
    }

    private static bool Whole(JsonElement json, string name, out long? number)
    {
        number = null;
        if (Raw(json, name) is not { } text)
            return true;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return false;
        number = value;
        return true;
    }

    private static string? Raw(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
            JsonValueKind.Null => null,
            _ => value.GetRawText(),
        };
    }
}
