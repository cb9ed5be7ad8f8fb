using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Push;
using Bot.Exchange.Simulator.Time;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Microsoft.AspNetCore.Http;

namespace Bot.Exchange.Simulator.Server;

/// <summary>
/// What the simulator tells about itself, outside the exchange's own paths: <c>GET /sim/health</c> and <c>GET /sim/ledger?account=KEY</c>.
/// <c>POST /sim/transfers {"account","currency","amount"}</c> moves
/// money in or out, as a deposit or a withdrawal does. (<c>/sim/lockstep</c> is a WebSocket, see <see cref="LockstepClock"/>; for <c>/sim/faults</c> see <see cref="Faults.FaultBoard"/>.)
/// </summary>
internal sealed class ControlEndpoints(TradingFloor floor, IMarketClock clock, PushHub hub, bool isLockstep)
{
    /// <summary>Answers a request below <c>/sim/</c>.</summary>
    /// <returns>The body; null when there is nothing at the path.</returns>
    public byte[]? Answer(ApiCall call)
    {
        if (call.Path == "/sim/transfers")
            return call.Http.Request.Method == HttpMethods.Post ? Transfer(call) : null;
        if (call.Http.Request.Method != HttpMethods.Get)
            return null;
        lock (floor.Gate)
        {
            clock.CatchUp();
            return call.Path switch
            {
                "/sim/health" => Health(),
                "/sim/ledger" => floor.Account(call.Query("account") ?? "") is { } account
                    ? JsonSerializer.SerializeToUtf8Bytes(LedgerOf(account, floor.NowMs), LedgerJson.Default.Ledger)
                    : null,
                _ => null,
            };
        }
    }

    // Null, and so refused: no such account, no amount, less there than leaves, or an account that a journal keeps.
    private byte[]? Transfer(ApiCall call)
    {
        if (call.Json is not { ValueKind: JsonValueKind.Object } json
            || !json.TryGetProperty("account", out var key) || key.ValueKind != JsonValueKind.String
            || !json.TryGetProperty("currency", out var currency) || currency.ValueKind != JsonValueKind.String || currency.GetString() is not { Length: > 0 } name
            || !json.TryGetProperty("amount", out var text) || text.ValueKind != JsonValueKind.String
            || !decimal.TryParse(text.GetString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) || amount == 0)
            return null;
        lock (floor.Gate)
        {
            clock.CatchUp();
            if (floor.Journal is not null || floor.Account(key.GetString()!) is not { } account || account.Balance(name).Available + amount < 0)
                return null;
            account.Transfer(name, amount, floor.NowMs);
            return JsonSerializer.SerializeToUtf8Bytes(LedgerOf(account, floor.NowMs), LedgerJson.Default.Ledger);
        }
    }

    /// <summary>The books of an account.</summary>
    public static Ledger LedgerOf(Account account, long nowMs) => new()
    {
        Account = account.Settings.Key,
        NowMs = nowMs,
        Orders = [.. account.Orders.Select(OrderOf)],
        Fills = [.. account.Fills.Select(FillOf)],
        Stops = [.. account.Stops.All.Select(StopOf)],
        Balances =
        [
            .. account.Balances.Select(b => new LedgerBalance
            {
                Currency = b.Currency,
                Initial = b.Initial,
                Total = b.Total,
                Held = b.Held,
            }),
        ],
    };

    private static LedgerOrder OrderOf(AccountOrder order) => new()
    {
        OrderId = order.OrderId,
        ClientOid = order.ClientOid,
        Symbol = order.Pair.Symbol,
        Side = SideText(order.Side),
        Type = order.Type == OrderType.Limit ? "limit" : "market",
        Price = order.Request.Price,
        Size = order.Request.Size,
        DealSize = order.DealSize,
        DealFunds = order.DealFunds,
        CancelledSize = order.CancelledSize,
        Active = order.IsActive,
        CreatedAtMs = order.CreatedAtMs,
        ReceivedWallUs = order.ReceivedWallUs,
    };

    private static LedgerFill FillOf(AccountFill fill) => new()
    {
        OrderId = fill.Order.OrderId,
        TradeId = fill.TradeId,
        ClientOid = fill.Order.ClientOid,
        Symbol = fill.Order.Pair.Symbol,
        Side = SideText(fill.Order.Side),
        Price = fill.Price,
        Size = fill.Size,
        Fee = fill.Fee,
        FeeCurrency = fill.FeeCurrency,
        Maker = fill.IsMaker,
        TimeMs = fill.TimeMs,
    };

    private static LedgerStop StopOf(StopOrder stop) => new()
    {
        StopId = stop.StopId,
        ClientOid = stop.Request.ClientOid ?? "",
        Symbol = stop.Pair.Symbol,
        Side = SideText(stop.Request.Side),
        Size = stop.Request.Size,
        Stop = stop.Kind == StopKind.Loss ? "loss" : "entry",
        StopPrice = stop.StopPrice,
        Phase = stop.Phase.ToString().ToLowerInvariant(),
        CreatedAtMs = stop.CreatedAtMs,
        EndedAtMs = stop.TriggeredAtMs ?? stop.CancelledAtMs,
        ChildOrderId = stop.ChildId,
        Refusal = stop.Refusal,
        ReceivedWallUs = stop.ReceivedWallUs,
    };

    private static string SideText(Side side) => side == Side.Buy ? "buy" : "sell";

    private byte[] Health()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("status"u8, "ok"u8);
            writer.WriteString("clock"u8, isLockstep ? "lockstep"u8 : "wall"u8);
            writer.WriteNumber("nowMs"u8, floor.NowMs);
            if (floor.EndMs is { } end)
                writer.WriteNumber("endMs"u8, end);
            writer.WriteBoolean("completed"u8, clock.Completed.IsCompletedSuccessfully);
            writer.WriteNumber("pairs"u8, floor.Pairs.Count);
            writer.WriteNumber("accounts"u8, floor.Accounts.Count);
            writer.WriteNumber("connections"u8, hub.Count);
            writer.WriteNumber("droppedFrames"u8, hub.Dropped);
            writer.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
