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

    private static string Write(OrderSpec spec, long signTimeMs, int windowMs)
    {
        var buffer = new ArrayBufferWriter<byte>(320);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
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
            json.WriteNumber("clientTimestamp", signTimeMs);
            json.WriteNumber("allowMaxTimeWindow", windowMs);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Word(TimeInForce value) => value switch
    {
        TimeInForce.Gtt => "GTT",
        TimeInForce.Ioc => "IOC",
        TimeInForce.Fok => "FOK",
        _ => "GTC",
    };
}
