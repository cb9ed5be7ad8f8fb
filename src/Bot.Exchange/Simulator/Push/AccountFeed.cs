using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Push;

/// <summary>Builds and queues the frames of private data: what happens to an account's orders and balances.</summary>
internal sealed class AccountFeed(TradingFloor floor) : IAccountListener
{
    private const long NsPerMs = 1_000_000;

    private readonly JsonScratch _scratch = new();
    private readonly List<HeldPush> _unwritten = [];

    /// <summary>
    /// Sends a push. With a journal nothing is queued before it is written down: another thread may be sending what is queued.
    /// </summary>
    public void Send(HeldPush push)
    {
        _unwritten.Add(push);
        if (floor.Journal is null)
            LetGo();
    }

    /// <summary>Queues the pushes that were waiting until what they tell of was written down.</summary>
    public void LetGo()
    {
        foreach (var push in _unwritten)
            push.Send();
        _unwritten.Clear();
    }

    /// <inheritdoc/>
    public void OnReceived(AccountOrder order)
    {
        // Only the second version of the topic tells of this step.
        var topic = order.Account.Topics.OrdersV2;
        if (!topic.IsWatched)
            return;
        var writer = Begin(topic, "orderChange"u8, order.Account);
        WriteOrder(writer, order, "received"u8, "new"u8);
        Publish(topic, order, "received", End(writer));
    }

    /// <inheritdoc/>
    public void OnOpen(AccountOrder order) => Publish(order, "open", "open", static (_, _) => { });

    /// <inheritdoc/>
    public void OnEnd(AccountOrder order, DoneReason reason) =>
        Publish(order, reason == DoneReason.Filled ? "filled" : "canceled", "done", static (_, _) => { });

    /// <inheritdoc/>
    public void OnUpdate(AccountOrder order, decimal size)
    {
        var status = order.Phase == OrderPhase.Resting ? "open" : "match";
        Publish(order, "update", status, (writer, _) =>
            writer.WriteDecimal("oldSize"u8, order.Request.Size!.Value - order.CancelledSize + size));
    }

    /// <inheritdoc/>
    public void OnMatch(AccountOrder order, in Trade trade, bool isMaker)
    {
        var made = trade;
        Publish(order, "match", isMaker ? "open" : "match", (writer, _) =>
        {
            // Who rested unseen is told of as a taker; who was post-only and met him is the maker as to the fee.
            var isSeen = isMaker && !order.IsForcedTaker;
            writer.WriteString("liquidity"u8, isSeen ? "maker"u8 : "taker"u8);
            writer.WriteString("feeType"u8, isSeen || (!isMaker && order.PostOnly) ? "makerFee"u8 : "takerFee"u8);
            writer.WriteDecimal("matchPrice"u8, made.Price);
            writer.WriteDecimal("matchSize"u8, made.Size);
            writer.WriteQuoted("tradeId"u8, made.Id);
        });
    }

    /// <inheritdoc/>
    public void OnBalance(AccountOrder order, AccountBalance balance, decimal available, decimal held, long? tradeId)
    {
        var topic = order.Account.Topics.Balance;
        if (!topic.IsWatched)
            return;
        var writer = Begin(topic, "account.balance"u8, order.Account);
        writer.WriteString("accountId"u8, balance.AccountId);
        writer.WriteDecimal("available"u8, balance.Available);
        writer.WriteDecimal("availableChange"u8, available);
        writer.WriteString("currency"u8, balance.Currency);
        writer.WriteDecimal("hold"u8, balance.Held);
        writer.WriteDecimal("holdChange"u8, held);
        writer.WriteStartObject("relationContext"u8);
        writer.WriteString("symbol"u8, order.Pair.Symbol);
        if (tradeId is { } trade)
            writer.WriteQuoted("tradeId"u8, trade);
        writer.WriteString("orderId"u8, order.OrderId);
        writer.WriteEndObject();
        writer.WriteString("relationEvent"u8, tradeId is null ? "trade.hold"u8 : "trade.setted"u8);
        writer.WriteString("relationEventId"u8, order.OrderId);
        writer.WriteQuoted("time"u8, floor.NowMs);
        writer.WriteDecimal("total"u8, balance.Total);
        Send(topic, order.Account, order.OrderId, balance.Currency, End(writer));
    }

    /// <inheritdoc/>
    public void OnStopOpen(StopOrder stop) => Publish(stop, "open"u8);

    /// <inheritdoc/>
    public void OnStopCancelled(StopOrder stop) => Publish(stop, "cancel"u8);

    /// <inheritdoc/>
    public void OnStopTriggered(StopOrder stop, Rejection? rejection) =>
        Publish(stop, "triggered"u8, rejection is null, rejection?.Message);

    private void Publish(StopOrder stop, ReadOnlySpan<byte> type, bool? succeeded = null, string? error = null)
    {
        var topic = stop.Account.Topics.StopOrders;
        if (!topic.IsWatched)
            return;
        var request = stop.Request;
        var writer = Begin(topic, "stopOrder"u8, stop.Account);
        writer.WriteNumber("createdAt"u8, stop.CreatedAtMs);
        writer.WriteString("orderId"u8, stop.StopId);
        WriteOrEmpty(writer, "orderPrice"u8, request.Price);
        writer.WriteString("orderType"u8, "stop"u8);
        writer.WriteString("side"u8, request.Side == Side.Buy ? "buy"u8 : "sell"u8);
        WriteOrEmpty(writer, "size"u8, request.Size);
        writer.WriteString("stop"u8, stop.Kind == StopKind.Loss ? "loss"u8 : "entry"u8);
        writer.WriteDecimal("stopPrice"u8, stop.StopPrice);
        writer.WriteString("symbol"u8, stop.Pair.Symbol);
        writer.WriteString("tradeType"u8, "TRADE"u8);
        if (succeeded is { } success)
            writer.WriteBoolean("triggerSuccess"u8, success);
        if (error is not null)
            writer.WriteString("error"u8, error);
        writer.WriteNumber("ts"u8, floor.NowMs * NsPerMs);
        writer.WriteString("type"u8, type);
        Send(topic, stop.Account, stop.StopId, "stop", End(writer));
    }

    private static void WriteOrEmpty(Utf8JsonWriter writer, ReadOnlySpan<byte> name, decimal? value)
    {
        if (value is { } known)
            writer.WriteDecimal(name, known);
        else
            writer.WriteString(name, ""u8);
    }

    private void Publish(AccountOrder order, string type, string status, Action<Utf8JsonWriter, AccountOrder> more)
    {
        Publish(order.Account.Topics.OrdersV2, order, type, status, more);
        Publish(order.Account.Topics.Orders, order, type, status, more);
    }

    private void Publish(Topic topic, AccountOrder order, string type, string status, Action<Utf8JsonWriter, AccountOrder> more)
    {
        if (!topic.IsWatched)
            return;
        var writer = Begin(topic, "orderChange"u8, order.Account);
        WriteProgress(writer, order);
        more(writer, order);
        WriteOrder(writer, order, Bytes(type), Bytes(status));
        Publish(topic, order, type, End(writer));
    }

    private void Publish(Topic topic, AccountOrder order, string type, byte[] frame)
    {
        var faults = order.Account.Faults;
        Send(
            topic,
            order.Account,
            order.OrderId,
            type,
            frame,
            faults?.Duplicates(order.OrderId, type, order.DealSize) == true ? 2 : 1,
            faults?.Drops(order.OrderId, type, order.DealSize) == true);
    }

    // What follows a push that is held back waits behind it.
    private void Send(Topic topic, Account account, string id, string what, byte[] frame, int times = 1, bool isLast = false)
    {
        var push = new HeldPush(topic, frame, times, isLast);
        var delayMs = account.Faults?.PushDelayMs(id, what) ?? 0;
        if (delayMs > 0 || account.HeldPushes.Count > 0)
            floor.HoldPush(account, push, delayMs);
        else
            Send(push);
    }

    private void WriteOrder(Utf8JsonWriter writer, AccountOrder order, ReadOnlySpan<byte> type, ReadOnlySpan<byte> status)
    {
        if (order.Request.ClientOid is { } clientOid)
            writer.WriteString("clientOid"u8, clientOid);
        writer.WriteString("orderId"u8, order.OrderId);
        writer.WriteNumber("orderTime"u8, order.CreatedAtMs);
        writer.WriteString("orderType"u8, order.Type == OrderType.Limit ? "limit"u8 : "market"u8);
        if (order.Request.Size is { } size)
            writer.WriteDecimal("originSize"u8, size);
        if (order.Request.Funds is { } funds)
            writer.WriteDecimal("originFunds"u8, funds);
        if (order.Type == OrderType.Limit)
            writer.WriteDecimal("price"u8, order.Price);
        writer.WriteString("side"u8, order.Side == Side.Buy ? "buy"u8 : "sell"u8);
        writer.WriteString("status"u8, status);
        writer.WriteString("symbol"u8, order.Pair.Symbol);
        writer.WriteNumber("ts"u8, floor.NowMs * NsPerMs);
        writer.WriteString("type"u8, type);
    }

    private static void WriteProgress(Utf8JsonWriter writer, AccountOrder order)
    {
        writer.WriteDecimal("filledSize"u8, order.DealSize);
        if (order.Request.Size is { } size)
        {
            writer.WriteDecimal("canceledSize"u8, order.CancelledSize);
            writer.WriteDecimal("remainSize"u8, size - order.DealSize - order.CancelledSize);

            // What was taken back in parts is no longer of the order; the rest of one that ended is.
            writer.WriteDecimal("size"u8, order.IsActive ? size - order.CancelledSize : size);
        }
        else
        {
            writer.WriteDecimal("canceledFunds"u8, order.CancelledFunds);
            writer.WriteDecimal("remainFunds"u8, order.RemainFunds);
        }
    }

    private Utf8JsonWriter Begin(Topic topic, ReadOnlySpan<byte> subject, Account account)
    {
        var writer = _scratch.Begin();
        writer.WriteStartObject();
        writer.WriteString("topic"u8, topic.Name);
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("subject"u8, subject);
        writer.WriteString("userId"u8, account.UserId);
        writer.WriteString("channelType"u8, "private"u8);
        writer.WriteStartObject("data"u8);
        return writer;
    }

    private byte[] End(Utf8JsonWriter writer)
    {
        writer.WriteEndObject();
        writer.WriteEndObject();
        return _scratch.Finish();
    }

    private static ReadOnlySpan<byte> Bytes(string word) => word switch
    {
        "open" => "open"u8,
        "match" => "match"u8,
        "update" => "update"u8,
        "filled" => "filled"u8,
        "canceled" => "canceled"u8,
        "done" => "done"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, "The private stream has no such word."),
    };
}
