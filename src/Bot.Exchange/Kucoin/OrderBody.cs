using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bot.Exchange.Kucoin.Http;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin;

/// <summary>
/// Writes the body of a placement. Pure: equal specifications and times give equal bytes, whatever the scale of their decimals.
/// </summary>
internal static class OrderBody
{
    /// <summary>The exchange refuses a request whose signing time is further off than this, ms.</summary>
    private const long SignatureLifeMs = 5_000;

    /// <summary>Orders in a batch. Sources say 5 or 20; five is right either way.</summary>
    private const int MostInBatch = 5;

    /// <summary>Dividing by it drops trailing zeros.</summary>
    private const decimal One = 1.0000000000000000000000000000m;

    public static PinnedOrder Pin(OrderSpec spec, long signTimeMs, int windowMs)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfNegative(signTimeMs);
        if (Fault(spec) is { } fault)
            throw new ArgumentException(fault, nameof(spec));
        return new PinnedOrder(spec, signTimeMs, signTimeMs + Math.Min(SignatureLifeMs, windowMs), Write(spec, signTimeMs, windowMs));
    }

    public static PinnedBatch PinBatch(IReadOnlyList<OrderSpec> specs, long signTimeMs, int windowMs)
    {
        ArgumentNullException.ThrowIfNull(specs);
        ArgumentOutOfRangeException.ThrowIfNegative(signTimeMs);
        if (specs.Count is < 1 or > MostInBatch)
            throw new ArgumentException($"A batch has 1 to {MostInBatch} orders.", nameof(specs));
        foreach (var spec in specs)
            if (Fault(spec) is { } fault)
                throw new ArgumentException(fault, nameof(specs));
        if (specs.Any(s => s.Type != OrderType.Limit || s.Symbol != specs[0].Symbol))
            throw new ArgumentException("A batch has limit orders of one pair.", nameof(specs));
        if (specs.DistinctBy(s => s.ClientOrderId).Count() != specs.Count)
            throw new ArgumentException("Each order of a batch needs a client order id of its own.", nameof(specs));
        var body = WriteObject(json =>
        {
            json.WriteStartArray("orderList");
            foreach (var spec in specs)
            {
                json.WriteStartObject();
                WriteMembers(json, spec, signTimeMs, windowMs);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return new PinnedBatch([.. specs], signTimeMs, signTimeMs + Math.Min(SignatureLifeMs, windowMs), body);
    }

    public static PinnedStopOrder PinStop(StopOrderSpec spec, long signTimeMs, int windowMs)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(spec.Order);
        ArgumentOutOfRangeException.ThrowIfNegative(signTimeMs);
        if (Fault(spec.Order) is { } fault)
            throw new ArgumentException(fault, nameof(spec));
        if (spec.StopPrice <= 0)
            throw new ArgumentException("A stop order's stop price must be above zero.", nameof(spec));
        var body = WriteObject(json =>
        {
            WriteMembers(json, spec.Order, signTimeMs, windowMs);
            // Always said: without it the exchange may guess the direction from the last price (API.md 8.9).
            json.WriteString("stop", spec.Direction == StopDirection.Loss ? "loss" : "entry");
            json.WriteString("stopPrice", Text(spec.StopPrice));
        });
        return new PinnedStopOrder(spec, signTimeMs, signTimeMs + Math.Min(SignatureLifeMs, windowMs), body);
    }

    /// <summary>An object with these members.</summary>
    internal static string WriteObject(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(320);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A decimal as the exchange wants it: no exponent, no trailing zeros.</summary>
    internal static string Text(decimal value) => (value / One).ToString(CultureInfo.InvariantCulture);

    private static string? Fault(OrderSpec spec)
    {
        if (!Characters.IsId(spec.ClientOrderId))
            return "A client order id has 1 to 40 letters, digits, hyphens and underscores.";
        if (spec.Symbol.Text.Length == 0)
            return "An order needs a symbol.";
        if (spec.Size <= 0)
            return "An order's size must be above zero.";
        if (spec.Type == OrderType.Limit && spec.Price is not > 0)
            return "A limit order needs a price above zero.";
        if (spec.Type == OrderType.Market && spec.Price is not null)
            return "A market order has no price.";
        if ((spec.TimeInForce == TimeInForce.Gtt) != (spec.CancelAfterSeconds is not null))
            return "GTT, and only GTT, needs a life in seconds.";
        return spec.CancelAfterSeconds is { } life and (< 1 or > 2_592_000) ? $"A life of {life} s is out of range." : null;
    }

    private static string Write(OrderSpec spec, long signTimeMs, int windowMs) =>
        WriteObject(json => WriteMembers(json, spec, signTimeMs, windowMs));

    private static void WriteMembers(Utf8JsonWriter json, OrderSpec spec, long signTimeMs, int windowMs)
    {
        json.WriteString("clientOid", spec.ClientOrderId);
        json.WriteString("side", spec.Side == Side.Buy ? "buy" : "sell");
        json.WriteString("symbol", spec.Symbol.Text);
        json.WriteString("type", spec.Type == OrderType.Limit ? "limit" : "market");
        if (spec.Type == OrderType.Limit)
        {
            json.WriteString("price", Text(spec.Price!.Value));
            json.WriteString("size", Text(spec.Size));
            json.WriteString("timeInForce", Word(spec.TimeInForce));
            if (spec.CancelAfterSeconds is { } life)
                json.WriteNumber("cancelAfter", life);
            if (spec.PostOnly)
                json.WriteBoolean("postOnly", true);
        }
        else
        {
            json.WriteString("size", Text(spec.Size));
        }
        if (spec.SelfTrade is { } rule)
            json.WriteString("stp", rule == SelfTradeRule.CancelNewest ? "CN" : "CO");
        json.WriteNumber("clientTimestamp", signTimeMs);
        json.WriteNumber("allowMaxTimeWindow", windowMs);
    }

    private static string Word(TimeInForce value) => value switch
    {
        TimeInForce.Gtt => "GTT",
        TimeInForce.Ioc => "IOC",
        TimeInForce.Fok => "FOK",
        _ => "GTC",
    };
}
