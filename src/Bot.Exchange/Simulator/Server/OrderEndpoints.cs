using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Simulator.Time;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Placing and cancelling orders.</summary>
internal sealed class OrderEndpoints(TradingFloor floor, IMarketClock clock, bool isLockstep)
{
    private const string Orders = "/api/v1/hf/orders";

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        Spot("POST", Orders, 1, Place),
        Spot("POST", $"{Orders}/test", 1, Test),
        new("POST", $"{Orders}/sync", RequestPool.Spot, 1, Permission.Spot, null, PlaceSyncAsync),
        Spot("DELETE", $"{Orders}/{{orderId}}", 1, (call, data) => Cancel(call, data, byClientOid: false)),
        Spot("DELETE", $"{Orders}/client-order/{{clientOid}}", 1, (call, data) => Cancel(call, data, byClientOid: true)),
        new("DELETE", $"{Orders}/sync/{{orderId}}", RequestPool.Spot, 1, Permission.Spot, null,
            (call, data) => CancelSyncAsync(call, data, byClientOid: false)),
        new("DELETE", $"{Orders}/sync/client-order/{{clientOid}}", RequestPool.Spot, 1, Permission.Spot, null,
            (call, data) => CancelSyncAsync(call, data, byClientOid: true)),
        Spot("DELETE", Orders, 2, CancelPair),
        Spot("DELETE", $"{Orders}/cancelAll", 30, CancelAll),
        Spot("POST", $"{Orders}/dead-cancel-all", 2, SetDeadManSwitch),
        Spot("GET", $"{Orders}/dead-cancel-all/query", 2, QueryDeadManSwitch),
    ];

    private static Endpoint Spot(string method, string path, int weight, Answer answer) =>
        new(method, path, RequestPool.Spot, weight, Permission.Spot, answer);

    private Rejection? Place(ApiCall call, Utf8JsonWriter data)
    {
        if (Take(call, out var order) is { } fault)
            return fault;
        WriteIds(data, order.OrderId, order.Request.ClientOid);
        return null;
    }

    private Rejection? Test(ApiCall call, Utf8JsonWriter data)
    {
        var fault = OrderReading.Read(call.Json, out var request) ?? floor.Desk.Judge(request, call.Account, call.GatewayMs);
        if (fault is not null)
            return fault;
        WriteIds(data, Account.Hex24(StableHash.Of((ulong)floor.NowMs, request.ClientOid ?? "")), request.ClientOid);
        return null;
    }

    private async Task<Rejection?> PlaceSyncAsync(ApiCall call, Utf8JsonWriter data)
    {
        AccountOrder order;
        lock (floor.Gate)
        {
            clock.CatchUp();
            if (Take(call, out order) is { } fault)
                return fault;

            // In lockstep the market's clock waits for the client, so the client cannot wait for the clock.
            if (isLockstep)
                floor.Desk.MatchNow(order);
            else
                order.Matched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            floor.Publish();
        }
        clock.Wake();
        if (order.Matched is { } matched)
            await matched.Task.WaitAsync(call.Http.RequestAborted);
        lock (floor.Gate)
        {
            data.WriteStartObject();
            data.WriteString("orderId"u8, order.OrderId);
            if (order.Request.ClientOid is { } clientOid)
                data.WriteString("clientOid"u8, clientOid);
            data.WriteNumber("orderTime"u8, order.CreatedAtMs);
            OrderWriting.WriteOutcome(data, order);
            data.WriteNumber("matchTime"u8, order.UpdatedAtMs);
            data.WriteEndObject();
        }
        return null;
    }

    private Rejection? Cancel(ApiCall call, Utf8JsonWriter data, bool byClientOid)
    {
        if (FindActive(call, byClientOid, out var order) is { } fault)
            return fault;
        floor.Desk.RequestCancel(order);
        data.WriteStartObject();
        if (byClientOid)
            data.WriteString("clientOid"u8, order.ClientOid);
        else
            data.WriteString("orderId"u8, order.OrderId);
        data.WriteEndObject();
        return null;
    }

    private async Task<Rejection?> CancelSyncAsync(ApiCall call, Utf8JsonWriter data, bool byClientOid)
    {
        AccountOrder order;
        lock (floor.Gate)
        {
            clock.CatchUp();
            if (FindActive(call, byClientOid, out order) is { } fault)
                return fault;
            if (isLockstep)
            {
                floor.Desk.CancelNow(order);
            }
            else
            {
                order.Ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                floor.Desk.RequestCancel(order);
            }
            floor.Publish();
        }
        clock.Wake();
        if (order.Ended is { } ended)
            await ended.Task.WaitAsync(call.Http.RequestAborted);
        lock (floor.Gate)
        {
            data.WriteStartObject();
            if (byClientOid)
                data.WriteString("clientOid"u8, order.ClientOid);
            else
                data.WriteString("orderId"u8, order.OrderId);
            OrderWriting.WriteOutcome(data, order);
            data.WriteEndObject();
        }
        return null;
    }

    private Rejection? CancelPair(ApiCall call, Utf8JsonWriter data)
    {
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        foreach (var order in call.Account.Active.Where(o => o.Pair == pair))
            floor.Desk.RequestCancel(order);
        data.WriteStringValue("success"u8);
        return null;
    }

    private Rejection? CancelAll(ApiCall call, Utf8JsonWriter data)
    {
        var symbols = call.Account.Active.Select(o => o.Pair.Symbol).Distinct().Order(StringComparer.Ordinal).ToList();
        foreach (var order in call.Account.Active)
            floor.Desk.RequestCancel(order);
        data.WriteStartObject();
        data.WriteStartArray("succeedSymbols"u8);
        foreach (var symbol in symbols)
            data.WriteStringValue(symbol);
        data.WriteEndArray();
        data.WriteStartArray("failedSymbols"u8);
        data.WriteEndArray();
        data.WriteEndObject();
        return null;
    }

    private Rejection? SetDeadManSwitch(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Json is not { } json || !json.TryGetProperty("timeout", out var given)
            || given.ValueKind != JsonValueKind.Number || !given.TryGetInt32(out var timeout) || timeout is not (-1 or (>= 5 and <= 86_400)))
            return Rejection.DeadManTimeout;
        var symbols = json.TryGetProperty("symbols", out var list) && list.ValueKind == JsonValueKind.String
            ? list.GetString()!.Split(',', StringSplitOptions.RemoveEmptyEntries)
            : [];
        if (symbols.Length > 50 || symbols.Any(s => floor.Pair(s) is null))
            return Rejection.SymbolNotExists;
        floor.Desk.SetDeadManSwitch(call.Account, timeout < 0 ? null : new DeadManSwitch(timeout, symbols, floor.NowMs));
        data.WriteStartObject();
        data.WriteNumber("currentTime"u8, floor.NowMs / 1000);
        data.WriteNumber("triggerTime"u8, (call.Account.DeadManSwitch?.FiresAtMs ?? floor.NowMs) / 1000);
        data.WriteEndObject();
        return null;
    }

    private Rejection? QueryDeadManSwitch(ApiCall call, Utf8JsonWriter data)
    {
        if (call.Account.DeadManSwitch is not { } set)
        {
            data.WriteNullValue();
            return null;
        }
        data.WriteStartObject();
        data.WriteNumber("timeout"u8, set.TimeoutSeconds);
        data.WriteString("symbols"u8, string.Join(',', set.Symbols));
        data.WriteNumber("currentTime"u8, floor.NowMs / 1000);
        data.WriteNumber("triggerTime"u8, set.FiresAtMs / 1000);
        data.WriteEndObject();
        return null;
    }

    private Rejection? Take(ApiCall call, out AccountOrder order)
    {
        order = null!;
        if (OrderReading.Read(call.Json, out var request) is { } fault)
            return fault;
        if (floor.Desk.Place(request, call.Account, call.GatewayMs, call.ReceivedWallUs, out var rejection) is not { } taken)
            return rejection;
        order = taken;
        return null;
    }

    private Rejection? FindActive(ApiCall call, bool byClientOid, out AccountOrder order)
    {
        order = null!;
        if (call.FindPair(floor, out var pair) is { } fault)
            return fault;
        var found = byClientOid
            ? call.Account.Find(pair, call.Parameter, floor.NowMs)
            : call.Account.Find(call.Parameter, floor.NowMs);
        if (found is not { IsActive: true } || found.Pair != pair)
            return Rejection.NotCancellable;
        order = found;
        return null;
    }

    private static void WriteIds(Utf8JsonWriter data, string orderId, string? clientOid)
    {
        data.WriteStartObject();
        data.WriteString("orderId"u8, orderId);
        data.WriteText("clientOid"u8, clientOid);
        data.WriteEndObject();
    }
}
