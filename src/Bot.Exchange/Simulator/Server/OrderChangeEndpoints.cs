using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Simulator.Time;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Placing several orders at once, and changing orders.</summary>
internal sealed class OrderChangeEndpoints(TradingFloor floor, IMarketClock clock, bool isLockstep, int maxBatch)
{
    private const string Orders = "/api/v1/hf/orders";

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        new("POST", $"{Orders}/alter", RequestPool.Spot, 1, Permission.Spot, Alter),
        new("DELETE", $"{Orders}/cancel/{{orderId}}", RequestPool.Spot, 2, Permission.Spot, CancelPart),
        new("POST", $"{Orders}/multi", RequestPool.Spot, 1, Permission.Spot, PlaceMany),
        new("POST", $"{Orders}/multi/sync", RequestPool.Spot, 1, Permission.Spot, null, PlaceManySyncAsync),
    ];

    private Rejection? Alter(ApiCall call, Utf8JsonWriter data)
    {
        if (OrderReading.ReadChange(call.Json, out var change) is { } fault)
            return fault;
        if (floor.Pair(change.Symbol) is not { } pair)
            return Rejection.SymbolNotExists;
        var order = change.OrderId is { } id
            ? call.Account.Find(id, floor.NowMs)
            : call.Account.Find(pair, change.ClientOid ?? "", floor.NowMs);
        if (order is not { IsActive: true } || order.Pair != pair)
            return Rejection.NotCancellable;
        if (floor.Desk.Alter(order, change.Price, change.Size, call.ReceivedWallUs, out var changed) is { } refused)
            return refused;
        data.WriteStartObject();
        data.WriteText("newOrderId"u8, changed?.OrderId);
        data.WriteString("clientOid"u8, order.ClientOid);
        data.WriteEndObject();
        return null;
    }

    private Rejection? CancelPart(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        if (call.Account.Find(call.Parameter, floor.NowMs) is not { IsActive: true, Type: OrderType.Limit } order || order.Pair != pair)
            return Rejection.NotCancellable;
        if (!decimal.TryParse(call.Query("cancelSize"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var size)
            || size <= 0 || size > order.SizeLeft)
            return Rejection.CancelSize;
        if (size % pair.Rules.BaseIncrement != 0)
            return Rejection.SizeIncrement;
        floor.Desk.RequestReduce(order, size);
        data.WriteStartObject();
        data.WriteString("orderId"u8, order.OrderId);
        data.WriteDecimal("cancelSize"u8, size);
        data.WriteEndObject();
        return null;
    }

    private Rejection? PlaceMany(ApiCall call, Utf8JsonWriter data)
    {
        if (TakeMany(call, out var rows) is { } fault)
            return fault;
        Write(data, rows, isMatched: false);
        return null;
    }

    private async Task<Rejection?> PlaceManySyncAsync(ApiCall call, Utf8JsonWriter data)
    {
        List<Row> rows;
        lock (floor.Gate)
        {
            clock.CatchUp();
            if (TakeMany(call, out rows) is { } fault)
                return fault;
            foreach (var order in rows.Select(r => r.Order).OfType<AccountOrder>())
            {
                // In lockstep the market's clock waits for the client, so the client cannot wait for the clock.
                if (isLockstep)
                    floor.Desk.MatchNow(order);
                else
                    order.Matched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            floor.Publish();
        }
        clock.Wake();
        foreach (var row in rows)
        {
            if (row.Order?.Matched is { } matched)
                await matched.Task.WaitAsync(call.Http.RequestAborted);
        }
        lock (floor.Gate)
            Write(data, rows, isMatched: true);
        return null;
    }

    // Every order stands for itself: one that is refused does not keep the others from being taken.
    private Rejection? TakeMany(ApiCall call, out List<Row> rows)
    {
        rows = [];
        if (OrderReading.ReadList(call.Json, maxBatch, out var requests) is { } fault)
            return fault;
        foreach (var (request, unread) in requests)
        {
            AccountOrder? order = null;
            var rejection = unread;
            if (rejection is null)
                order = floor.Desk.Place(request, call.Account, call.GatewayMs, call.ReceivedWallUs, out rejection);
            rows.Add(new Row(order, rejection));
        }
        return null;
    }

    private static void Write(Utf8JsonWriter data, List<Row> rows, bool isMatched)
    {
        data.WriteStartArray();
        foreach (var (order, rejection) in rows)
        {
            data.WriteStartObject();
            if (order is not null)
            {
                data.WriteString("orderId"u8, order.OrderId);
                if (order.Request.ClientOid is { } clientOid)
                    data.WriteString("clientOid"u8, clientOid);
                if (isMatched)
                {
                    data.WriteNumber("orderTime"u8, order.CreatedAtMs);
                    OrderWriting.WriteOutcome(data, order);
                    data.WriteNumber("matchTime"u8, order.UpdatedAtMs);
                }
            }
            else
            {
                data.WriteString("failMsg"u8, rejection!.Message);
            }
            data.WriteBoolean("success"u8, order is not null);
            data.WriteEndObject();
        }
        data.WriteEndArray();
    }

    private readonly record struct Row(AccountOrder? Order, Rejection? Rejection);
}
