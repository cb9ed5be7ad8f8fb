using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Reading orders and fills.</summary>
internal sealed class OrderQueries(TradingFloor floor, bool hidesUnmatched)
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
        var order = byClientOid
            ? call.Account.Find(pair, call.Parameter, floor.NowMs)
            : call.Account.Find(call.Parameter, floor.NowMs);
        if (order is null || order.Pair != pair || !IsVisible(order))
            return Rejection.OrderNotFound;
        OrderWriting.Write(data, order);
        return null;
    }

    private Rejection? Active(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        data.WriteStartArray();
        foreach (var order in call.Account.Active.Where(o => o.Pair == pair && IsVisible(o))
            .OrderByDescending(o => o.UpdatedAtMs).ThenByDescending(o => o.OrderId, StringComparer.Ordinal))
            OrderWriting.Write(data, order);
        data.WriteEndArray();
        return null;
    }

    private Rejection? ActivePage(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        if (!call.TryQuery("pageNum", 1, out var page) || page < 1)
            return Rejection.Parameter("pageNum should be at least 1.");
        if (!call.TryQuery("pageSize", 20, out var size) || size is < 1 or > 50)
            return Rejection.Parameter("pageSize should be between 1 and 50.");
        var orders = call.Account.Active.Where(o => o.Pair == pair && IsVisible(o))
            .OrderByDescending(o => o.CreatedAtMs).ThenByDescending(o => o.OrderId, StringComparer.Ordinal).ToList();
        data.WriteStartObject();
        data.WriteNumber("currentPage"u8, page);
        data.WriteNumber("pageSize"u8, size);
        data.WriteNumber("totalNum"u8, orders.Count);
        data.WriteNumber("totalPage"u8, (orders.Count + size - 1) / size);
        data.WriteStartArray("items"u8);
        foreach (var order in orders.Skip((int)Math.Min(int.MaxValue, (page - 1) * size)).Take((int)size))
            OrderWriting.Write(data, order);
        data.WriteEndArray();
        data.WriteEndObject();
        return null;
    }

    private Rejection? ActiveSymbols(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteStartArray("symbols"u8);
        foreach (var symbol in call.Account.Active.Where(IsVisible).Select(o => o.Pair.Symbol).Distinct().Order(StringComparer.Ordinal))
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
        var rows = new List<AccountOrder>();
        var done = call.Account.Done;
        for (var i = done.Count - 1; i >= 0 && rows.Count < filter.Limit; i--)
        {
            var order = done[i];
            if (order.Pair == pair && order.DoneNumber < filter.LastId && filter.Takes(order, order.CreatedAtMs)
                && Account.IsReadable(order, floor.NowMs))
                rows.Add(order);
        }
        data.WriteStartObject();
        data.WriteNumber("lastId"u8, rows.Count > 0 ? rows[^1].DoneNumber : filter.Cursor);
        data.WriteStartArray("items"u8);
        foreach (var order in rows)
            OrderWriting.Write(data, order);
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
        var rows = new List<AccountFill>();
        var fills = call.Account.Fills;
        for (var i = fills.Count - 1; i >= 0 && rows.Count < filter.Limit; i--)
        {
            var fill = fills[i];
            if (fill.Order.Pair != pair || fill.Id >= filter.LastId)
                continue;
            if (orderId is not null ? fill.Order.OrderId == orderId : IsRecent(fill) && filter.Takes(fill.Order, fill.TimeMs))
                rows.Add(fill);
        }
        data.WriteStartObject();
        data.WriteStartArray("items"u8);
        foreach (var fill in rows)
            OrderWriting.Write(data, fill);
        data.WriteEndArray();
        data.WriteNumber("lastId"u8, rows.Count > 0 ? rows[^1].Id : filter.Cursor);
        data.WriteEndObject();
        return null;
    }

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
