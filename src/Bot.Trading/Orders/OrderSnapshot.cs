using System.Text.Json.Serialization;

namespace Bot.Trading.Orders;

/// <summary>An order's state as a contract, for its hash and for showing it. (Trackers are short; their journals need no snapshots.)</summary>
public sealed record OrderSnapshot(
    OrderStatus Status,
    OrderSpec? Spec,
    IntentLeg Leg,
    string CorrelationId,
    long DeadlineMs,
    long Epoch,
    long SignTimeMs,
    long ValidUntilMs,
    string? OrderId,
    bool CancelRequested,
    decimal? FinalDealSize,
    IReadOnlyList<FillReport> Fills,
    string Code,
    string Message)
{
    /// <summary>Whether the stop's price has come.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsTriggered { get; init; }

    /// <summary>The order that the stop placed.</summary>
    public string? ChildOrderId { get; init; }

    /// <summary>The contract of a state.</summary>
    public static OrderSnapshot Of(OrderState s) => new(
        s.Status, s.Spec, s.Leg, s.CorrelationId, s.DeadlineMs, s.Epoch, s.SignTimeMs, s.ValidUntilMs, s.OrderId, s.CancelRequested,
        s.FinalDealSize, [.. s.Fills.Values], s.Code, s.Message)
    {
        IsTriggered = s.IsTriggered,
        ChildOrderId = s.ChildOrderId,
    };
}
