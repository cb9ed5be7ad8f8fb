using System.Text;
using System.Text.Json;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>One row of the answer to a batch.</summary>
/// <param name="IsSuccess">Whether the order was accepted.</param>
/// <param name="OrderId">The exchange's id.</param>
/// <param name="ClientOid">The client's id; failed rows and older answers leave it out.</param>
/// <param name="Fault">Why it failed.</param>
internal readonly record struct BatchResult(bool IsSuccess, string? OrderId, string? ClientOid, string? Fault);

/// <summary>Ids of cancelled stop orders.</summary>
/// <param name="OrderIds">The exchange's ids.</param>
/// <param name="ClientOid">The client's id, where it was asked by.</param>
internal sealed record CancelledStops(IReadOnlyList<string> OrderIds, string? ClientOid);

/// <summary>Reads the answers that are asked for seldom.</summary>
internal static class DetailReaders
{
    public static ServiceStatus Status(ref Utf8JsonReader reader)
    {
        var row = JsonRow.Read(ref reader, "The status");
        var state = row.RequiredText("status") switch
        {
            "open" => ServiceState.Open,
            "cancelonly" => ServiceState.CancelOnly,
            "close" => ServiceState.Closed,
            _ => throw row.Fault("status", "is not known"),
        };
        return new ServiceStatus(state, row.Text("msg"));
    }

    /// <summary>Trades as they came; the symbol is the one asked for, the answer does not repeat it.</summary>
    public static List<PublicTrade> Trades(ref Utf8JsonReader reader) => JsonRow.ReadAll(ref reader, "A trade", row => new PublicTrade(
        default, row.RequiredInteger("sequence"), row.RequiredSide("side"), row.RequiredDecimal("price"), row.RequiredDecimal("size"),
        row.RequiredTimeMs("time")));

    public static DayStats DayStats(ref Utf8JsonReader reader)
    {
        var row = JsonRow.Read(ref reader, "The day's figures");
        return new DayStats(
            row.RequiredSymbol("symbol"), row.RequiredTimeMs("time"), row.Decimal("last"), row.Decimal("buy"), row.Decimal("sell"),
            row.Decimal("high"), row.Decimal("low"), row.Decimal("averagePrice"), row.Decimal("changePrice"), row.Decimal("changeRate"),
            row.Decimal("vol"), row.Decimal("volValue"));
    }

    public static List<LedgerEntry> Ledger(ref Utf8JsonReader reader) => JsonRow.ReadAll(ref reader, "A ledger's entry", row =>
    {
        var context = Context(row.Text("context"));
        return new LedgerEntry(
            row.RequiredInteger("id"), row.RequiredText("currency"), row.RequiredDecimal("amount"), row.Decimal("fee"),
            row.Decimal("balance"), row.RequiredText("accountType"), row.RequiredText("bizType"),
            row.RequiredText("direction") switch
            {
                "in" => true,
                "out" => false,
                _ => throw row.Fault("direction", "is neither in nor out"),
            },
            row.RequiredTimeMs("createdAt"), context?.OptionalSymbol("symbol"), context?.Text("orderId"), context?.Integer("tradeId"));
    });

    /// <summary>The answer to a placement or a cancel that waits, with the client's id where it is told.</summary>
    public static (MatchedOrder Order, string? ClientOid) Matched(ref Utf8JsonReader reader)
    {
        var row = JsonRow.Read(ref reader, "The order");
        var isActive = row.RequiredText("status") switch
        {
            "open" => true,
            "done" => false,
            _ => throw row.Fault("status", "is neither open nor done"),
        };
        var (orderId, clientOid) = (row.Text("orderId"), row.Text("clientOid"));
        if (orderId is null && clientOid is null)
            throw row.Fault("orderId", "is missing");
        return (
            new MatchedOrder(
                orderId, row.Decimal("dealSize"), row.Decimal("remainSize"), row.Decimal("canceledSize"), isActive, row.TimeMs("matchTime")),
            clientOid);
    }

    public static List<BatchResult> Batch(ref Utf8JsonReader reader) => JsonRow.ReadAll(ref reader, "A row of the batch", row =>
        new BatchResult(
            row.Boolean("success") ?? throw row.Fault("success", "is missing"), row.Text("orderId"), row.Text("clientOid"),
            row.Text("failMsg")));

    /// <summary>The new id and the client's id, under the names of a placement.</summary>
    public static OrderIds Altered(ref Utf8JsonReader reader)
    {
        var row = JsonRow.Read(ref reader, "The change");
        return new OrderIds(row.Text("newOrderId"), row.Text("clientOid"));
    }

    public static (string OrderId, decimal Size) CancelledPart(ref Utf8JsonReader reader)
    {
        var row = JsonRow.Read(ref reader, "The cancelled part");
        return (row.RequiredText("orderId"), row.RequiredDecimal("cancelSize"));
    }

    /// <summary>A switch; null for the forms that say that none is set.</summary>
    public static DeadManSwitchStatus? DeadManSwitch(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(""u8))
            return null;
        var row = JsonRow.Read(ref reader, "The dead man's switch");
        if (row.TimeMs("currentTime") is not { } currentMs)
            return row.Text("timeout") is null ? null : throw row.Fault("currentTime", "is missing");
        var names = row.Text("symbols")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        return new DeadManSwitchStatus(
            row.Integer("timeout") is > 0 and <= int.MaxValue and var timeout ? (int)timeout : null,
            [.. names.Select(n => Symbol.TryParse(n, out var symbol) ? symbol : throw row.Fault("symbols", "holds something else"))],
            currentMs, row.Integer("triggerTime") is > 0 ? row.TimeMs("triggerTime") : null);
    }

    /// <summary><c>cancelledOrderIds</c> of several, or <c>cancelledOrderId</c> and <c>clientOid</c> of one.</summary>
    public static CancelledStops CancelledStops(ref Utf8JsonReader reader)
    {
        JsonValues.RequireObject(reader, "The cancelled stop orders");
        var ids = new List<string>();
        string? clientOid = null;
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("cancelledOrderIds"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Null)
                    continue;
                JsonValues.RequireArray(reader, "cancelledOrderIds");
                while (JsonValues.NextElement(ref reader))
                    ids.Add(JsonValues.Required(JsonValues.Text(ref reader, "A cancelled id"), "A cancelled id"));
            }
            else if (reader.ValueTextEquals("cancelledOrderId"u8))
            {
                if (JsonValues.NextText(ref reader, "cancelledOrderId") is { } id)
                    ids.Add(id);
            }
            else if (reader.ValueTextEquals("clientOid"u8))
                clientOid = JsonValues.NextText(ref reader, "clientOid");
            else
                JsonValues.SkipValue(ref reader);
        }
        return new CancelledStops(ids, clientOid);
    }

    public static StopOrderReport StopOrder(ref Utf8JsonReader reader) => StopOrder(JsonRow.Read(ref reader, "A stop order"));

    public static List<StopOrderReport> StopOrders(ref Utf8JsonReader reader) => JsonRow.ReadAll(ref reader, "A stop order", StopOrder);

    public static Page<StopOrderReport> StopOrderPage(ref Utf8JsonReader reader) => OrderReaders.ReadPage(ref reader, StopOrder);

    /// <summary>Data of <c>/spotMarket/advancedOrders</c>; null for a kind of event that this client does not know.</summary>
    public static StopOrderUpdate? StopOrderUpdate(Utf8JsonReader data)
    {
        var row = JsonRow.Read(ref data, "The event of a stop order");
        JsonValues.RequireEnd(ref data);
        StopOrderUpdateKind? kind = row.RequiredText("type") switch
        {
            "open" => StopOrderUpdateKind.Open,
            "triggered" => StopOrderUpdateKind.Triggered,
            "cancel" => StopOrderUpdateKind.Cancelled,
            _ => null,
        };
        return kind is not { } known
            ? null
            : new StopOrderUpdate(
                known, row.RequiredSymbol("symbol"), row.RequiredText("orderId"), row.RequiredSide("side"), row.Decimal("orderPrice"),
                row.Decimal("size"), Direction(row), row.RequiredDecimal("stopPrice"), row.Boolean("triggerSuccess"), row.Text("error"),
                row.RequiredTimeMs("ts"));
    }

    private static StopDirection? Direction(JsonRow row) => row.Text("stop") switch
    {
        "loss" => StopDirection.Loss,
        "entry" => StopDirection.Entry,
        _ => null,
    };

    private static StopOrderReport StopOrder(JsonRow row)
    {
        var type = row.RequiredType("type");
        return new StopOrderReport(
            row.RequiredText("id"), row.Text("clientOid"), row.RequiredSymbol("symbol"), row.RequiredSide("side"), type,
            type == OrderType.Market ? null : row.Decimal("price"),
            row.Decimal("size") is { } size && (type == OrderType.Limit || size != 0) ? size : null,
            Direction(row),
            row.RequiredDecimal("stopPrice"),
            row.Text("status") switch
            {
                "NEW" => false,
                "TRIGGERED" => true,
                _ => null,
            },
            row.RequiredTimeMs("createdAt"), row.TimeMs("stopTriggerTime"));
    }

    /// <summary>The object that is written as text inside an entry; null when it is none, for a remark must not spoil the entry.</summary>
    private static JsonRow? Context(string? text)
    {
        if (text is null)
            return null;
        try
        {
            var reader = JsonValues.ReaderOf(Encoding.UTF8.GetBytes(text));
            reader.Read();
            return JsonRow.Read(ref reader, "The context");
        }
        catch (Exception e) when (PushReaders.IsFormatFault(e))
        {
            return null;
        }
    }
}
