using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Reading orders and fills.</summary>
internal sealed class OrderQueries(TradingFloor floor, bool hidesUnmatched, UnknownOrderForm unknownOrder)
{
    private const string Orders = "/api/v1/hf/orders";
    private const long FillsKeptMs = 7 * 86_400_000L;

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        Get($"{Orders}/{{orderId}}", (call, data) => One(call, data, byClientOid: false)),
        Get($"{Orders}/client-order/{{clientOid}}", (call, data) => One(call, data, byClientOid: true)),
        Get($"{Orders}/active", Active),
        Get($"{Orders}/active/page", ActivePage),
        Get($"{Orders}/active/symbols", ActiveSymbols),
        Get($"{Orders}/done", Done),
        Get("/api/v1/hf/fills", Fills),
    ];

    private static Endpoint Get(string path, Answer answer) => new("GET", path, RequestPool.Spot, 2, Permission.General, answer);

    private Rejection? One(ApiCall call, Utf8JsonWriter data, bool byClientOid)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        var view = View(call);
        var order = byClientOid ? view.Find(pair, call.Parameter) : view.Find(call.Parameter);
        if (order is null || order.Pair != pair || !IsVisible(order))
            return AnswerUnknown(data, unknownOrder);
        OrderWriting.Write(data, order, view.Of(order));
        return null;
    }

    /// <summary>What is told of an order that there is not.</summary>
    public static Rejection? AnswerUnknown(Utf8JsonWriter data, UnknownOrderForm form)
    {
        if (form != UnknownOrderForm.NullData)
            return form == UnknownOrderForm.NotFound ? Rejection.OrderNotFound with { HttpStatus = 404 } : Rejection.OrderNotFound;
        data.WriteNullValue();
        return null;
    }

    private Rejection? Active(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        var view = View(call);
        data.WriteStartArray();
        foreach (var order in view.Active.Where(o => o.Pair == pair && IsVisible(o))
            .OrderByDescending(o => view.Of(o).UpdatedAtMs).ThenByDescending(o => o.OrderId, StringComparer.Ordinal))
            OrderWriting.Write(data, order, view.Of(order));
        data.WriteEndArray();
        return null;
    }

    private Rejection? ActivePage(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        if (Paging.Read(call, "pageNum", 20, 1, 50, out var paging) is { } wrong)
            return wrong;
        var view = View(call);
        var orders = view.Active.Where(o => o.Pair == pair && IsVisible(o))
            .OrderByDescending(o => o.CreatedAtMs).ThenByDescending(o => o.OrderId, StringComparer.Ordinal).ToList();
        paging.Write(data, orders, (writer, order) => OrderWriting.Write(writer, order, view.Of(order)));
        return null;
    }

    private Rejection? ActiveSymbols(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteStartArray("symbols"u8);
        foreach (var symbol in View(call).Active.Where(IsVisible).Select(o => o.Pair.Symbol).Distinct().Order(StringComparer.Ordinal))
            data.WriteStringValue(symbol);
        data.WriteEndArray();
        data.WriteEndObject();
        return null;
    }

    private Rejection? Done(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        if (ReadFilter(call, out var filter) is { } wrong)
            return wrong;
        var view = View(call);
        var rows = view.Done
            .Where(o => o.Pair == pair && o.DoneNumber < filter.LastId && filter.Takes(o, o.CreatedAtMs))
            .Take(filter.Limit)
            .ToList();
        data.WriteStartObject();
        data.WriteNumber("lastId"u8, rows.Count > 0 ? rows[^1].DoneNumber : filter.Cursor);
        data.WriteStartArray("items"u8);
        foreach (var order in rows)
            OrderWriting.Write(data, order, view.Of(order));
        data.WriteEndArray();
        data.WriteEndObject();
        return null;
    }

    private Rejection? Fills(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        if (ReadFilter(call, out var filter) is { } wrong)
            return wrong;

        // With an order's id the other filters do not count.
        var orderId = call.Query("orderId");
        var rows = View(call).Fills
            .Where(f => f.Order.Pair == pair && f.Id < filter.LastId)
            .Where(f => orderId is not null ? f.Order.OrderId == orderId : IsRecent(f) && filter.Takes(f.Order, f.TimeMs))
            .Take(filter.Limit)
            .ToList();
        data.WriteStartObject();
        data.WriteStartArray("items"u8);
        foreach (var fill in rows)
            OrderWriting.Write(data, fill);
        data.WriteEndArray();
        data.WriteNumber("lastId"u8, rows.Count > 0 ? rows[^1].Id : filter.Cursor);
        data.WriteEndObject();
        return null;
    }

    private AccountView View(ApiCall call) => new(call.Account, floor.NowMs);

    private bool IsRecent(AccountFill fill) => floor.NowMs - fill.TimeMs <= FillsKeptMs;

    private bool IsVisible(AccountOrder order) => !hidesUnmatched || !order.IsPending;

    private static Rejection? ReadFilter(ApiCall call, out Filter filter)
    {
        filter = default;
        if (!call.TryQuery("limit", 20, out var limit) || limit is < 1 or > 100)
            return Rejection.Parameter("limit should be between 1 and 100.");
        if (!call.TryQuery("lastId", 0, out var lastId) || !call.TryQuery("startAt", 0, out var startAt)
            || !call.TryQuery("endAt", long.MaxValue, out var endAt))
            return Rejection.Parameter("lastId, startAt and endAt take whole numbers.");
        Side? side = call.Query("side") switch { "buy" => Side.Buy, "sell" => Side.Sell, _ => null };
        OrderType? type = call.Query("type") switch { "limit" => OrderType.Limit, "market" => OrderType.Market, _ => null };
        filter = new Filter((int)limit, lastId, side, type, startAt, endAt);
        return null;
    }

    private readonly record struct Filter(int Limit, long Cursor, Side? Side, OrderType? Type, long StartAt, long EndAt)
    {
        public long LastId => Cursor > 0 ? Cursor : long.MaxValue;

        public bool Takes(AccountOrder order, long timeMs) =>
            (Side is null || order.Side == Side) && (Type is null || order.Type == Type) && timeMs >= StartAt && timeMs <= EndAt;
    }
}
