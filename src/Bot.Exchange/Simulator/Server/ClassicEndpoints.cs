using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>
/// The classic order endpoints, which older clients use. They are about the same orders and the same money as the high-frequency ones.
/// </summary>
internal sealed class ClassicEndpoints(TradingFloor floor, bool hidesUnmatched, SimulatorVariants variants)
{
    private const string Orders = "/api/v1/orders";
    private const string ByClientOid = "/api/v1/order/client-order/{clientOid}";
    private const int MaxBatch = 5;
    private const int MaxRecent = 1000;
    private const long DayMs = 86_400_000;
    private const long FillsSpanMs = 7 * DayMs;

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        Spot("POST", Orders, 2, Place),
        Spot("POST", $"{Orders}/test", 2, Test),
        Spot("POST", $"{Orders}/multi", 3, PlaceMany),
        Spot("DELETE", $"{Orders}/{{orderId}}", 3, CancelOne),
        Spot("DELETE", ByClientOid, 3, CancelByClientOid),
        Spot("DELETE", Orders, 20, CancelMany),
        General(Orders, 2, List),
        General($"{Orders}/{{orderId}}", 2, One),
        General(ByClientOid, 3, OneByClientOid),
        General("/api/v1/limit/orders", 3, RecentOrders),
        General("/api/v1/fills", 10, Fills),
        General("/api/v1/limit/fills", 20, RecentFills),
    ];

    private static Endpoint Spot(string method, string path, int weight, Answer answer) =>
        new(method, path, RequestPool.Spot, weight, Permission.Spot, answer);

    private static Endpoint General(string path, int weight, Answer answer) =>
        new("GET", path, RequestPool.Spot, weight, Permission.General, answer);

    private Rejection? Place(ApiCall call, Utf8JsonWriter data)
    {
        if (Read(call, out var request) is { } fault)
            return fault;
        if (floor.Desk.Place(request, call.Account, call.GatewayMs, call.ReceivedWallUs, out var rejection) is not { } order)
            return rejection;
        WriteId(data, order.OrderId);
        return null;
    }

    private Rejection? Test(ApiCall call, Utf8JsonWriter data)
    {
        var fault = Read(call, out var request) ?? floor.Desk.Judge(request, call.Account, call.GatewayMs);
        if (fault is not null)
            return fault;
        WriteId(data, Account.Hex24(StableHash.Of((ulong)floor.NowMs, request.ClientOid!)));
        return null;
    }

    // Every order stands for itself, as in the newer form of the batch.
    private Rejection? PlaceMany(ApiCall call, Utf8JsonWriter data)
    {
        if (OrderReading.ReadList(call.Json, MaxBatch, out var requests) is { } fault)
            return fault;
        data.WriteStartObject();
        data.WriteStartArray("data"u8);
        foreach (var (request, unread) in requests)
        {
            AccountOrder? order = null;
            var rejection = unread ?? (request.ClientOid is null ? Rejection.ClientOidIsRequired : null);
            if (rejection is null)
                order = floor.Desk.Place(request, call.Account, call.GatewayMs, call.ReceivedWallUs, out rejection);
            WriteRow(data, request, order, rejection);
        }
        data.WriteEndArray();
        data.WriteEndObject();
        return null;
    }

    private Rejection? CancelOne(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Account.Find(call.Parameter, floor.NowMs) is not { IsActive: true } order)
            return Rejection.NotCancellable;
        Cancel([order], data);
        return null;
    }

    private Rejection? CancelByClientOid(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Account.Active.LastOrDefault(o => o.ClientOid == call.Parameter) is not { } order)
            return Rejection.NotCancellable;
        floor.Desk.RequestCancel(order);
        data.WriteStartObject();
        data.WriteString("cancelledOrderId"u8, order.OrderId);
        data.WriteString("clientOid"u8, order.ClientOid);
        data.WriteNull("cancelledOcoOrderIds"u8);
        data.WriteEndObject();
        return null;
    }

    private Rejection? CancelMany(ApiCall call, Utf8JsonWriter data)
    {
        var symbol = call.Query("symbol");
        Cancel([.. call.Account.Active.Where(o => symbol is null || o.Pair.Symbol == symbol)], data);
        return null;
    }

    private void Cancel(IReadOnlyList<AccountOrder> orders, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteStartArray("cancelledOrderIds"u8);
        foreach (var order in orders)
        {
            floor.Desk.RequestCancel(order);
            data.WriteStringValue(order.OrderId);
        }
        data.WriteEndArray();
        data.WriteEndObject();
    }

    private Rejection? List(ApiCall call, Utf8JsonWriter data)
    {
        if (Paging.Read(call, "currentPage", 50, 1, 500, out var paging) is { } wrong)
            return wrong;
        if (Filter.Read(call, long.MaxValue, out var filter) is { } fault)
            return fault;
        var view = View(call);
        var orders = (call.Query("status") == "active" ? view.Active.Where(IsVisible) : view.Done)
            .Where(o => filter.Takes(o, o.CreatedAtMs))
            .OrderByDescending(o => o.CreatedAtMs).ThenByDescending(o => o.OrderId, StringComparer.Ordinal).ToList();
        paging.Write(data, orders, (writer, order) => OrderWriting.WriteClassic(writer, order, view.Of(order)));
        return null;
    }

    private Rejection? One(ApiCall call, Utf8JsonWriter data) => Write(call, data, View(call).Find(call.Parameter));

    // By the client order id only active orders are found.
    private Rejection? OneByClientOid(ApiCall call, Utf8JsonWriter data) =>
        Write(call, data, View(call).Active.LastOrDefault(o => o.ClientOid == call.Parameter));

    private Rejection? Write(ApiCall call, Utf8JsonWriter data, AccountOrder? order)
    {
        if (order is null || !IsVisible(order))
            return OrderQueries.AnswerUnknown(data, variants.UnknownOrder);
        OrderWriting.WriteClassic(data, order, View(call).Of(order));
        return null;
    }

    private Rejection? RecentOrders(ApiCall call, Utf8JsonWriter data)
    {
        var view = View(call);
        data.WriteStartArray();
        foreach (var order in view.Active.Where(IsVisible).Concat(view.Done)
            .Where(o => floor.NowMs - o.CreatedAtMs <= DayMs).OrderByDescending(o => o.CreatedAtMs).Take(MaxRecent))
            OrderWriting.WriteClassic(data, order, view.Of(order));
        data.WriteEndArray();
        return null;
    }

    private Rejection? Fills(ApiCall call, Utf8JsonWriter data)
    {
        if (Paging.Read(call, "currentPage", 50, 1, 500, out var paging) is { } wrong)
            return wrong;
        if (Filter.Read(call, FillsSpanMs, out var filter) is { } fault)
            return fault;
        var orderId = call.Query("orderId");
        var fills = View(call).Fills
            .Where(f => orderId is null || f.Order.OrderId == orderId)
            .Where(f => filter.Takes(f.Order, f.TimeMs) && (filter.HasSpan || floor.NowMs - f.TimeMs <= FillsSpanMs))
            .ToList();
        paging.Write(data, fills, OrderWriting.WriteClassic);
        return null;
    }

    private Rejection? RecentFills(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartArray();
        foreach (var fill in View(call).Fills.TakeWhile(f => floor.NowMs - f.TimeMs <= DayMs).Take(MaxRecent))
            OrderWriting.WriteClassic(data, fill);
        data.WriteEndArray();
        return null;
    }

    private AccountView View(ApiCall call) => new(call.Account, floor.NowMs);

    private bool IsVisible(AccountOrder order) => !hidesUnmatched || !order.IsPending;

    private static Rejection? Read(ApiCall call, out OrderRequest request) =>
        OrderReading.Read(call.Json, out request) ?? (request.ClientOid is null ? Rejection.ClientOidIsRequired : null);

    private static void WriteId(Utf8JsonWriter data, string orderId)
    {
        data.WriteStartObject();
        data.WriteString("orderId"u8, orderId);
        data.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter data, OrderRequest? request, AccountOrder? order, Rejection? rejection)
    {
        data.WriteStartObject();
        data.WriteText("id"u8, order?.OrderId);
        data.WriteText("clientOid"u8, request?.ClientOid);
        data.WriteText("symbol"u8, request?.Symbol);
        data.WriteString("type"u8, "limit"u8);
        data.WriteText("side"u8, request is null ? null : request.Side == Side.Buy ? "buy" : "sell");
        data.WriteDecimal("price"u8, request?.Price);
        data.WriteDecimal("size"u8, request?.Size);
        data.WriteNull("funds"u8);
        data.WriteString("stp"u8, (request is null ? null : OrderWriting.SelfTradeText(request.SelfTrade)) ?? "");
        data.WriteString("stop"u8, ""u8);
        data.WriteNull("stopPrice"u8);
        data.WriteString("timeInForce"u8, OrderWriting.TimeText(request?.TimeInForce ?? TimeInForce.Gtc));
        data.WriteNumber("cancelAfter"u8, Math.Max(0, request?.CancelAfter ?? 0));
        data.WriteBoolean("postOnly"u8, request?.PostOnly ?? false);
        data.WriteBoolean("hidden"u8, request?.Hidden ?? false);

        // The exchange tells this twice, once misspelt.
        data.WriteBoolean("iceberge"u8, request?.Iceberg ?? false);
        data.WriteBoolean("iceberg"u8, request?.Iceberg ?? false);
        data.WriteDecimal("visibleSize"u8, request?.VisibleSize);
        data.WriteString("channel"u8, "API"u8);
        data.WriteString("status"u8, order is null ? "fail"u8 : "success"u8);
        data.WriteText("failMsg"u8, rejection?.Message);
        data.WriteEndObject();
    }

    private readonly record struct Filter(string? Symbol, string? Side, string? Type, long StartAt, long EndAt, bool HasSpan)
    {
        public static Rejection? Read(ApiCall call, long longestMs, out Filter filter)
        {
            filter = default;
            if (!call.TryQuery("startAt", 0, out var startAt) || !call.TryQuery("endAt", long.MaxValue, out var endAt))
                return Rejection.Parameter("startAt and endAt take whole numbers.");
            var hasSpan = startAt > 0 || endAt < long.MaxValue;

            // With one end of the span given, the other is as far away as it may be.
            if (hasSpan && longestMs < long.MaxValue)
            {
                if (startAt > 0 && endAt == long.MaxValue)
                    endAt = startAt + longestMs;
                else if (startAt == 0)
                    startAt = endAt - longestMs;
                if (endAt - startAt > longestMs)
                    return Rejection.FillsSpan;
            }
            filter = new Filter(call.Query("symbol"), call.Query("side"), call.Query("type"), startAt, endAt, hasSpan);
            return null;
        }

        public bool Takes(AccountOrder order, long timeMs) =>
            (Symbol is null || order.Pair.Symbol == Symbol)
            && (Side is null || Side == (order.Side == Bot.Trading.Market.Side.Buy ? "buy" : "sell"))
            && (Type is null || Type == (order.Type == OrderType.Limit ? "limit" : "market"))
            && timeMs >= StartAt && timeMs <= EndAt;
    }
}
