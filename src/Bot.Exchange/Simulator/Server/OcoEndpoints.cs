using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Placing, cancelling and reading OCO orders.</summary>
internal sealed class OcoEndpoints(TradingFloor floor)
{
    private const string Oco = "/api/v3/oco";

    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        new("POST", $"{Oco}/order", RequestPool.Spot, 2, Permission.Spot, Place),
        Delete($"{Oco}/order/{{orderId}}", call => [.. Of(call).Where(o => o.OrderId == call.Parameter)]),
        Delete($"{Oco}/client-order/{{clientOid}}", call => [.. Of(call).Where(o => o.Request.ClientOid == call.Parameter)]),
        new("DELETE", $"{Oco}/orders", RequestPool.Spot, 3, Permission.Spot, CancelMany),
        Get($"{Oco}/order/{{orderId}}", (call, data) => One(data, Of(call).FirstOrDefault(o => o.OrderId == call.Parameter))),
        Get($"{Oco}/client-order/{{clientOid}}",
            (call, data) => One(data, Of(call).LastOrDefault(o => o.Request.ClientOid == call.Parameter))),
        Get($"{Oco}/order/details/{{orderId}}",
            (call, data) => One(data, Of(call).FirstOrDefault(o => o.OrderId == call.Parameter), withLegs: true)),
        Get($"{Oco}/orders", List),
    ];

    private static Endpoint Get(string path, Answer answer) => new("GET", path, RequestPool.Spot, 2, Permission.General, answer);

    private Endpoint Delete(string path, Func<ApiCall, IReadOnlyList<OcoOrder>> find) =>
        new("DELETE", path, RequestPool.Spot, 3, Permission.Spot, (call, data) =>
        {
            if (find(call).LastOrDefault(o => o.IsNew) is not { } oco)
                return Rejection.NotCancellable;
            Cancel([oco], data);
            return null;
        });

    private Rejection? Place(ApiCall call, Utf8JsonWriter data)
    {
        if (OrderReading.ReadOco(call.Json, out var request, out var stopPrice, out var limitPrice) is { } fault)
            return fault;
        if (request.ClientOid is null)
            return Rejection.ClientOidIsRequired;
        if (floor.Stops.PlaceOco(request, stopPrice, limitPrice, call.Account, call.GatewayMs, call.ReceivedWallUs, out var rejection)
            is not { } oco)
            return rejection;
        data.WriteStartObject();
        data.WriteString("orderId"u8, oco.OrderId);
        data.WriteEndObject();
        return null;
    }

    private Rejection? CancelMany(ApiCall call, Utf8JsonWriter data)
    {
        Cancel([.. Named(call).Where(o => o.IsNew)], data);
        return null;
    }

    private void Cancel(IReadOnlyList<OcoOrder> ocos, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteStartArray("cancelledOrderIds"u8);
        foreach (var leg in ocos.SelectMany(o => o.Legs))
        {
            floor.Stops.Cancel(leg);
            data.WriteStringValue(leg.StopId);
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
        var ocos = Named(call).Where(o => o.Limit.CreatedAtMs >= startAt && o.Limit.CreatedAtMs <= endAt).Reverse().ToList();
        paging.Write(data, ocos, static (writer, oco) => Write(writer, oco, withLegs: false));
        return null;
    }

    private static Rejection? One(Utf8JsonWriter data, OcoOrder? oco, bool withLegs = false)
    {
        if (oco is null)
            return Rejection.OrderNotFound;
        Write(data, oco, withLegs);
        return null;
    }

    private static IReadOnlyList<OcoOrder> Of(ApiCall call) => call.Account.Stops.Ocos;

    // Those that the query's pair and ids leave over.
    private static IEnumerable<OcoOrder> Named(ApiCall call)
    {
        var symbol = call.Query("symbol");
        var ids = call.Query("orderIds")?.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return Of(call).Where(o => (symbol is null || o.Request.Symbol == symbol) && (ids is null || ids.Contains(o.OrderId)));
    }

    private static void Write(Utf8JsonWriter data, OcoOrder oco, bool withLegs)
    {
        data.WriteStartObject();
        data.WriteString("orderId"u8, oco.OrderId);
        data.WriteString("symbol"u8, oco.Request.Symbol);
        data.WriteString("clientOid"u8, oco.Request.ClientOid);
        data.WriteNumber("orderTime"u8, oco.Limit.CreatedAtMs);
        data.WriteString("status"u8, oco.Status);
        if (withLegs)
        {
            data.WriteStartArray("orders"u8);
            foreach (var leg in oco.Legs)
                WriteLeg(data, leg);
            data.WriteEndArray();
        }
        data.WriteEndObject();
    }

    private static void WriteLeg(Utf8JsonWriter data, StopOrder leg)
    {
        data.WriteStartObject();
        data.WriteString("id"u8, leg.StopId);
        data.WriteString("symbol"u8, leg.Pair.Symbol);
        data.WriteString("side"u8, leg.Request.Side == Side.Buy ? "buy"u8 : "sell"u8);
        data.WriteDecimal("price"u8, leg.Request.Price);
        data.WriteDecimal("stopPrice"u8, leg.StopPrice);
        data.WriteDecimal("size"u8, leg.Request.Size);
        data.WriteString("status"u8, leg.Phase switch
        {
            StopPhase.Cancelled => "CANCELLED"u8,
            StopPhase.Triggered => "TRIGGERED"u8,
            _ => "NEW"u8,
        });
        data.WriteEndObject();
    }
}
