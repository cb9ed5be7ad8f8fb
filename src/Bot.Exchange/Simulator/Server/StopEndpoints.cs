using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Placing, cancelling and reading stop orders.</summary>
internal sealed class StopEndpoints(TradingFloor floor)
{
    private const string Stops = "/api/v1/stop-order";
    private const long NsPerMs = 1_000_000;

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        new("POST", Stops, RequestPool.Spot, 1, Permission.Spot, Place),
        new("DELETE", $"{Stops}/{{orderId}}", RequestPool.Spot, 3, Permission.Spot, CancelOne),
        new("DELETE", $"{Stops}/cancelOrderByClientOid", RequestPool.Spot, 5, Permission.Spot, CancelByClientOid),
        new("DELETE", $"{Stops}/cancel", RequestPool.Spot, 3, Permission.Spot, CancelMany),
        new("GET", Stops, RequestPool.Spot, 8, Permission.General, List),
        new("GET", $"{Stops}/{{orderId}}", RequestPool.Spot, 3, Permission.General, One),
        new("GET", $"{Stops}/queryOrderByClientOid", RequestPool.Spot, 3, Permission.General, ByClientOid),
    ];

    private Rejection? Place(ApiCall call, Utf8JsonWriter data)
    {
        if (OrderReading.ReadStop(call.Json, out var request, out var kind, out var stopPrice) is { } fault)
            return fault;
        var stop = floor.Stops.Place(
            request, kind, stopPrice, call.Account, call.GatewayMs, call.ReceivedWallUs, out var rejection);
        if (stop is null)
            return rejection;
        data.WriteStartObject();
        data.WriteString("orderId"u8, stop.StopId);
        data.WriteEndObject();
        return null;
    }

    private Rejection? CancelOne(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Account.Stops.Find(call.Parameter) is not { Phase: StopPhase.Waiting } stop)
            return Rejection.NotCancellable;
        Cancel([stop], data);
        return null;
    }

    private Rejection? CancelByClientOid(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Query("clientOid") is not { } clientOid)
            return Rejection.Parameter("clientOid is required.");
        if (Waiting(call).FirstOrDefault(s => s.Request.ClientOid == clientOid) is not { } stop)
            return Rejection.NotCancellable;
        floor.Stops.Cancel(stop);
        data.WriteStartObject();
        data.WriteString("cancelledOrderId"u8, stop.StopId);
        data.WriteString("clientOid"u8, clientOid);
        data.WriteEndObject();
        return null;
    }

    private Rejection? CancelMany(ApiCall call, Utf8JsonWriter data)
    {
        Cancel([.. Waiting(call)], data);
        return null;
    }

    private void Cancel(IReadOnlyList<StopOrder> stops, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteStartArray("cancelledOrderIds"u8);
        foreach (var stop in stops)
        {
            floor.Stops.Cancel(stop);
            data.WriteStringValue(stop.StopId);
        }
        data.WriteEndArray();
        data.WriteEndObject();
    }

    private static Rejection? List(ApiCall call, Utf8JsonWriter data)
    {
        if (Paging.Read(call, "currentPage", 50, 10, 500, out var paging) is { } wrong)
            return wrong;
        if (!call.TryQuery("startAt", 0, out var startAt) || !call.TryQuery("endAt", long.MaxValue, out var endAt))
            return Rejection.Parameter("startAt and endAt take whole numbers.");
        var stops = Waiting(call)
            .Where(s => s.CreatedAtMs >= startAt && s.CreatedAtMs <= endAt)
            .Where(s => call.Query("side") is not { } side || side == SideText(s))
            .Where(s => call.Query("type") is not { } type || type == TypeText(s))
            .Where(s => call.Query("stop") is not { } stop || stop == KindText(s))
            .OrderByDescending(s => s.CreatedAtMs).ThenByDescending(s => s.StopId, StringComparer.Ordinal).ToList();
        paging.Write(data, stops, Write);
        return null;
    }

    private static Rejection? One(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Account.Stops.Find(call.Parameter) is not { } stop)
            return Rejection.OrderNotFound;
        Write(data, stop);
        return null;
    }

    private static Rejection? ByClientOid(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Query("clientOid") is not { } clientOid)
            return Rejection.Parameter("clientOid is required.");
        data.WriteStartArray();
        foreach (var stop in Waiting(call).Where(s => s.Request.ClientOid == clientOid))
            Write(data, stop);
        data.WriteEndArray();
        return null;
    }

    // The waiting stop orders that the query's pair, kind of trade and ids leave over.
    private static IEnumerable<StopOrder> Waiting(ApiCall call)
    {
        var symbol = call.Query("symbol");
        var ids = call.Query("orderIds")?.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var isSpot = call.Query("tradeType") is null or "TRADE";
        return call.Account.Stops.Waiting.Where(s => isSpot
            && (symbol is null || s.Pair.Symbol == symbol)
            && (ids is null || ids.Contains(s.StopId)));
    }

    private static void Write(Utf8JsonWriter writer, StopOrder stop)
    {
        var request = stop.Request;
        var fees = stop.Account.FeesOf(stop.Pair.Symbol);
        writer.WriteStartObject();
        writer.WriteString("id"u8, stop.StopId);
        writer.WriteString("symbol"u8, stop.Pair.Symbol);
        writer.WriteString("userId"u8, stop.Account.UserId);
        writer.WriteString("status"u8, stop.Phase == StopPhase.Triggered ? "TRIGGERED"u8 : "NEW"u8);
        writer.WriteString("type"u8, TypeText(stop));
        writer.WriteString("side"u8, SideText(stop));
        writer.WriteDecimal("price"u8, request.Price);
        writer.WriteDecimal("size"u8, request.Size);
        writer.WriteDecimal("funds"u8, request.Funds);
        writer.WriteText("stp"u8, OrderWriting.SelfTradeText(request.SelfTrade));
        writer.WriteString("timeInForce"u8, OrderWriting.TimeText(request.TimeInForce));
        writer.WriteNumber("cancelAfter"u8, request.CancelAfter);
        writer.WriteBoolean("postOnly"u8, request.PostOnly);
        writer.WriteBoolean("hidden"u8, request.Hidden);
        writer.WriteBoolean("iceberg"u8, request.Iceberg);
        writer.WriteDecimal("visibleSize"u8, request.VisibleSize);
        writer.WriteString("channel"u8, "API"u8);
        writer.WriteString("clientOid"u8, request.ClientOid ?? "");
        writer.WriteText("remark"u8, request.Remark);
        writer.WriteText("tags"u8, request.Tags);
        writer.WriteNull("relatedNo"u8);
        writer.WriteNumber("orderTime"u8, stop.CreatedAtMs * NsPerMs);
        writer.WriteString("domainId"u8, "kucoin"u8);
        writer.WriteString("tradeSource"u8, "USER"u8);
        writer.WriteString("tradeType"u8, "TRADE"u8);
        writer.WriteString("feeCurrency"u8, stop.Pair.Rules.FeeCurrency);
        writer.WriteDecimal("takerFeeRate"u8, fees.Taker);
        writer.WriteDecimal("makerFeeRate"u8, fees.Maker);
        writer.WriteNumber("createdAt"u8, stop.CreatedAtMs);
        writer.WriteString("stop"u8, KindText(stop));
        if (stop.TriggeredAtMs is { } triggered)
            writer.WriteNumber("stopTriggerTime"u8, triggered);
        else
            writer.WriteNull("stopTriggerTime"u8);
        writer.WriteDecimal("stopPrice"u8, stop.StopPrice);
        writer.WriteNull("limitPrice"u8);
        writer.WriteNull("pop"u8);
        writer.WriteNull("activateCondition"u8);
        writer.WriteEndObject();
    }

    private static string SideText(StopOrder stop) => stop.Request.Side == Side.Buy ? "buy" : "sell";

    private static string TypeText(StopOrder stop) => stop.Request.Type == OrderType.Limit ? "limit" : "market";

    private static string KindText(StopOrder stop) => stop.Kind == StopKind.Loss ? "loss" : "entry";
}
