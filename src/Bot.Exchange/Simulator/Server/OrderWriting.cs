using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Matching;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Orders and fills as the REST interface tells them.</summary>
internal static class OrderWriting
{
    /// <summary>Writes an order object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="order">The order.</param>
    /// <param name="picture">How far it is told to be.</param>
    public static void Write(Utf8JsonWriter writer, AccountOrder order, in OrderPicture picture)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, order.OrderId);
        writer.WriteString("clientOid"u8, order.ClientOid);
        writer.WriteString("symbol"u8, order.Pair.Symbol);
        writer.WriteString("opType"u8, "DEAL"u8);
        writer.WriteString("type"u8, TypeText(order.Type));
        writer.WriteString("side"u8, SideText(order.Side));
        writer.WriteDecimal("price"u8, order.Price);
        writer.WriteDecimal("size"u8, order.Request.Size ?? 0);
        writer.WriteDecimal("funds"u8, order.Funds);
        writer.WriteDecimal("dealSize"u8, picture.DealSize);
        writer.WriteDecimal("dealFunds"u8, picture.DealFunds);
        writer.WriteDecimal("remainSize"u8, picture.RemainSize);
        writer.WriteDecimal("remainFunds"u8, picture.RemainFunds);
        writer.WriteDecimal("cancelledSize"u8, picture.CancelledSize);
        writer.WriteDecimal("cancelledFunds"u8, picture.CancelledFunds);
        writer.WriteDecimal("fee"u8, picture.Fee);
        writer.WriteString("feeCurrency"u8, order.FeeCurrency);
        writer.WriteText("stp"u8, SelfTradeText(order.Request.SelfTrade));
        writer.WriteString("timeInForce"u8, TimeText(order.TimeInForce));
        writer.WriteBoolean("postOnly"u8, order.PostOnly);
        writer.WriteBoolean("hidden"u8, order.Request.Hidden);
        writer.WriteBoolean("iceberg"u8, order.Request.Iceberg);
        writer.WriteDecimal("visibleSize"u8, order.Request.VisibleSize ?? 0);
        writer.WriteNumber("cancelAfter"u8, order.Request.CancelAfter);
        writer.WriteString("channel"u8, "API"u8);
        writer.WriteText("remark"u8, order.Request.Remark);
        writer.WriteText("tags"u8, order.Request.Tags);
        writer.WriteBoolean("cancelExist"u8, picture.CancelExist);
        writer.WriteString("tradeType"u8, "TRADE"u8);
        writer.WriteBoolean("inOrderBook"u8, picture.InOrderBook);
        writer.WriteBoolean("active"u8, picture.IsActive);
        writer.WriteString("tax"u8, "0"u8);
        writer.WriteNumber("createdAt"u8, order.CreatedAtMs);
        writer.WriteNumber("lastUpdatedAt"u8, picture.UpdatedAtMs);
        writer.WriteEndObject();
    }

    /// <summary>Writes a row of the list of fills.</summary>
    public static void Write(Utf8JsonWriter writer, AccountFill fill)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id"u8, fill.Id);
        writer.WriteString("symbol"u8, fill.Order.Pair.Symbol);
        writer.WriteNumber("tradeId"u8, fill.TradeId);
        WriteShared(writer, fill);
        writer.WriteString("taxRate"u8, "0"u8);
        writer.WriteString("tax"u8, "0"u8);
        writer.WriteNumber("createdAt"u8, fill.TimeMs);
        writer.WriteEndObject();
    }

    /// <summary>Writes a row of the classic list of fills.</summary>
    public static void WriteClassic(Utf8JsonWriter writer, AccountFill fill)
    {
        writer.WriteStartObject();
        writer.WriteString("symbol"u8, fill.Order.Pair.Symbol);
        writer.WriteQuoted("tradeId"u8, fill.TradeId);
        WriteShared(writer, fill);
        writer.WriteNumber("createdAt"u8, fill.TimeMs);
        writer.WriteEndObject();
    }

    /// <summary>Writes an order as the classic endpoints tell it.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="order">The order.</param>
    /// <param name="picture">How far it is told to be.</param>
    public static void WriteClassic(Utf8JsonWriter writer, AccountOrder order, in OrderPicture picture)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, order.OrderId);
        writer.WriteString("symbol"u8, order.Pair.Symbol);
        writer.WriteString("opType"u8, "DEAL"u8);
        writer.WriteString("type"u8, TypeText(order.Type));
        writer.WriteString("side"u8, SideText(order.Side));
        writer.WriteDecimal("price"u8, order.Price);
        writer.WriteDecimal("size"u8, order.Request.Size ?? 0);
        writer.WriteDecimal("funds"u8, order.Request.Funds ?? 0);
        writer.WriteDecimal("dealFunds"u8, picture.DealFunds);
        writer.WriteDecimal("dealSize"u8, picture.DealSize);
        writer.WriteDecimal("fee"u8, picture.Fee);
        writer.WriteString("feeCurrency"u8, order.FeeCurrency);
        writer.WriteString("stp"u8, SelfTradeText(order.Request.SelfTrade) ?? "");
        writer.WriteString("stop"u8, ""u8);
        writer.WriteBoolean("stopTriggered"u8, false);
        writer.WriteString("stopPrice"u8, "0"u8);
        writer.WriteString("timeInForce"u8, TimeText(order.TimeInForce));
        writer.WriteBoolean("postOnly"u8, order.PostOnly);
        writer.WriteBoolean("hidden"u8, order.Request.Hidden);
        writer.WriteBoolean("iceberg"u8, order.Request.Iceberg);
        writer.WriteDecimal("visibleSize"u8, order.Request.VisibleSize ?? 0);
        writer.WriteNumber("cancelAfter"u8, Math.Max(0, order.Request.CancelAfter));
        writer.WriteString("channel"u8, "API"u8);
        writer.WriteString("clientOid"u8, order.ClientOid);
        writer.WriteText("remark"u8, order.Request.Remark);
        writer.WriteText("tags"u8, order.Request.Tags);
        writer.WriteBoolean("isActive"u8, picture.IsActive);
        writer.WriteBoolean("cancelExist"u8, picture.CancelExist);
        writer.WriteNumber("createdAt"u8, order.CreatedAtMs);
        writer.WriteString("tradeType"u8, "TRADE"u8);
        writer.WriteEndObject();
    }

    // What both lists of fills tell.
    private static void WriteShared(Utf8JsonWriter writer, AccountFill fill)
    {
        var order = fill.Order;
        writer.WriteString("orderId"u8, order.OrderId);
        writer.WriteString("counterOrderId"u8, fill.CounterOrderId);
        writer.WriteString("side"u8, SideText(order.Side));
        var isForced = fill.IsMaker && order.IsForcedTaker;
        writer.WriteString("liquidity"u8, fill.IsMaker && !isForced ? "maker"u8 : "taker"u8);
        writer.WriteBoolean("forceTaker"u8, isForced);
        writer.WriteDecimal("price"u8, fill.Price);
        writer.WriteDecimal("size"u8, fill.Size);
        writer.WriteDecimal("funds"u8, fill.Price * fill.Size);
        writer.WriteDecimal("fee"u8, fill.Fee);
        writer.WriteDecimal("feeRate"u8, fill.FeeRate);
        writer.WriteString("feeCurrency"u8, fill.FeeCurrency);
        writer.WriteString("stop"u8, ""u8);
        writer.WriteString("tradeType"u8, "TRADE"u8);
        writer.WriteString("type"u8, TypeText(order.Type));
    }

    /// <summary>Writes what a synchronous placement or cancel adds to its answer.</summary>
    public static void WriteOutcome(Utf8JsonWriter writer, AccountOrder order)
    {
        writer.WriteDecimal("originSize"u8, order.Request.Size ?? 0);
        if (order.Request.Funds is { } funds)
            writer.WriteDecimal("originFunds"u8, funds);
        writer.WriteDecimal("dealSize"u8, order.DealSize);
        writer.WriteDecimal("remainSize"u8, order.RemainSize);
        writer.WriteDecimal("canceledSize"u8, order.CancelledSize);
        writer.WriteString("status"u8, order.IsActive ? "open"u8 : "done"u8);
    }

    private static ReadOnlySpan<byte> TypeText(OrderType type) => type == OrderType.Limit ? "limit"u8 : "market"u8;

    private static ReadOnlySpan<byte> SideText(Side side) => side == Side.Buy ? "buy"u8 : "sell"u8;

    /// <summary>What happens when an order meets one of its account, in the exchange's words; null when they trade.</summary>
    public static string? SelfTradeText(SelfTradePrevention selfTrade) => selfTrade switch
    {
        SelfTradePrevention.CancelNew => "CN",
        SelfTradePrevention.CancelOld => "CO",
        SelfTradePrevention.CancelBoth => "CB",
        SelfTradePrevention.Decrease => "DC",
        _ => null,
    };

    /// <summary>How long an order lives, in the exchange's words.</summary>
    public static ReadOnlySpan<byte> TimeText(TimeInForce time) => time switch
    {
        TimeInForce.Gtt => "GTT"u8,
        TimeInForce.Ioc => "IOC"u8,
        TimeInForce.Fok => "FOK"u8,
        _ => "GTC"u8,
    };
}
