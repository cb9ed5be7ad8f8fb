using System.Globalization;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Matching;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Orders;

/// <summary>Hears of every step of an order's life, in its order.</summary>
internal interface IOrderListener : IBalanceListener
{
    /// <summary>The engine has the order.</summary>
    void OnReceived(AccountOrder order);

    /// <summary>The order traded.</summary>
    void OnMatch(AccountOrder order, in Trade trade, bool isMaker);

    /// <summary>The order rests in the book.</summary>
    void OnOpen(AccountOrder order);

    /// <summary>The order became smaller.</summary>
    /// <param name="order">The order, already smaller.</param>
    /// <param name="size">By how much.</param>
    void OnUpdate(AccountOrder order, decimal size);

    /// <summary>The order is done.</summary>
    void OnEnd(AccountOrder order, DoneReason reason);
}

/// <summary>
/// Takes orders and cancels at the door, hands them to the engine after a processing delay, and keeps the accounts' books in step with
/// what the engine does. Delays come from the order's own chance, so no thread's luck changes a result.
/// </summary>
internal sealed class OrderDesk
{
    private const ulong CancelSalt = 0xCA;
    private const ulong ExpireSalt = 0xE1;
    private const ulong ReduceSalt = 0x4ED0000;

    private readonly TradingFloor _floor;
    private readonly Schedule _schedule;
    private readonly Clearing _clearing;
    private readonly IOrderListener _listener;
    private long _doneNumber = 2_000_000_000;

    /// <summary>A desk of a floor.</summary>
    public OrderDesk(TradingFloor floor, Schedule schedule, Clearing clearing, IOrderListener listener)
    {
        _floor = floor;
        _schedule = schedule;
        _clearing = clearing;
        _listener = listener;
    }

    /// <summary>Judges a placement without taking it.</summary>
    public Rejection? Judge(OrderRequest request, Account account, long gatewayMs)
    {
        var pair = _floor.Pair(request.Symbol);
        return OrderChecks.Judge(request, account, pair, gatewayMs) ?? JudgeBalance(request, account, pair!);
    }

    /// <summary>Takes an order; the engine gets it after the processing delay.</summary>
    /// <param name="request">What is ordered.</param>
    /// <param name="account">Who orders.</param>
    /// <param name="gatewayMs">The clock by which the account is judged, Unix ms.</param>
    /// <param name="receivedWallUs">Wall time of the request's arrival, Unix microseconds.</param>
    /// <param name="rejection">Why it was refused; null when it was taken.</param>
    /// <returns>The order; null when it was refused.</returns>
    public AccountOrder? Place(OrderRequest request, Account account, long gatewayMs, long receivedWallUs, out Rejection? rejection)
    {
        rejection = Judge(request, account, gatewayMs);
        if (rejection is not null)
            return null;
        var pair = _floor.Pair(request.Symbol)!;
        var chance = account.ChanceOf(request.ClientOid ?? NameOf(request));
        var order = AccountOrder.Of(request, account, pair, new OrderIdentity(
            NewId(account, chance), chance, account.FeesOf(pair.Symbol), _floor.NowMs, receivedWallUs, _floor.NowMs + Delay(chance)));
        if (account.Faults is { Profile.MakerFeeRate: not null } rebating)
            rebating.Count(FaultKind.Rebate);
        Clearing.Hold(order, Clearing.HoldOf(order));
        account.Add(order);
        ScheduleMatch(order);
        _floor.Journal?.Touch(order);
        return order;
    }

    /// <summary>Asks for a cancel, which takes effect after the processing delay unless the order ends before.</summary>
    public void RequestCancel(AccountOrder order)
    {
        var chance = StableHash.Combine(order.Chance, CancelSalt);

        // A cancel never overtakes its own order.
        var due = Math.Max(_floor.NowMs + Delay(chance), order.MatchAtMs);
        Ask(new Scheduled(ScheduledKind.Cancel, due, chance, order.Account, order));
    }

    /// <summary>Asks for a part to be cancelled, which takes effect like a cancel. A fill may come before it and leave less.</summary>
    public void RequestReduce(AccountOrder order, decimal size)
    {
        var chance = StableHash.Combine(order.Chance, ReduceSalt + (ulong)order.Reductions++);
        var due = Math.Max(_floor.NowMs + Delay(chance), order.MatchAtMs);
        Ask(new Scheduled(ScheduledKind.Reduce, due, chance, order.Account, order, null, size));
    }

    /// <summary>
    /// Puts an order with another price or size in the place of an active limit order, which is cancelled at once. Everything that can be
    /// asked of the new order is asked before, so that a refusal leaves the old one as it was.
    /// </summary>
    /// <param name="order">The order.</param>
    /// <param name="price">The new limit price; null for the old one.</param>
    /// <param name="size">The new base quantity, what has filled included; null for the old one.</param>
    /// <param name="receivedWallUs">Wall time of the request's arrival, Unix microseconds.</param>
    /// <param name="changed">The new order; null when more has filled than the new size asks for.</param>
    /// <returns>Why it was refused; null when it was done.</returns>
    public Rejection? Alter(AccountOrder order, decimal? price, decimal? size, long receivedWallUs, out AccountOrder? changed)
    {
        changed = null;
        MatchNow(order);
        if (!order.IsActive)
            return Rejection.NotCancellable;
        if (order.Type != OrderType.Limit)
            return Rejection.Parameter("Only limit orders can be altered.");
        var left = (size ?? order.Request.Size!.Value - order.CancelledSize) - order.DealSize;
        var request = order.Request with
        {
            Price = price ?? order.Price,
            Size = left,
            ClientTimestamp = null,
            AllowMaxTimeWindow = null,
        };
        if (left > 0 && (OrderChecks.JudgeForm(request, order.Account, order.Pair, _floor.NowMs) ?? OrderChecks.JudgeBand(request, order.Pair)
            ?? JudgeBalance(request, order.Account, order.Pair, order.Held)) is { } fault)
            return fault;
        CancelNow(order);
        if (left <= 0)
            return null;
        changed = Place(request, order.Account, _floor.NowMs, receivedWallUs, out var rejection);
        return rejection;
    }

    /// <summary>Gives a waiting order to the engine at once: a waiting client cannot wait for a clock that waits for it.</summary>
    public void MatchNow(AccountOrder order)
    {
        if (order.IsPending)
            Match(order);
    }

    /// <summary>Cancels at once.</summary>
    public void CancelNow(AccountOrder order)
    {
        MatchNow(order);
        if (!order.IsActive)
            return;
        order.CancelExist = true;
        order.Pair.Engine.Cancel(order, DoneReason.Cancelled);
    }

    /// <summary>Sets the dead man's switch, or puts it off.</summary>
    public void SetDeadManSwitch(Account account, DeadManSwitch? deadMan)
    {
        account.DeadManSwitch = deadMan;
        _floor.Journal?.TouchSwitch(account);
        if (deadMan is not null)
            _schedule.Add(new Scheduled(ScheduledKind.DeadMan, deadMan.FiresAtMs, (ulong)account.Uid, account, null));
    }

    /// <summary>Does what fell due.</summary>
    public void Run(in Scheduled scheduled)
    {
        switch (scheduled.Kind)
        {
            case ScheduledKind.Match:
                MatchNow(scheduled.Order!);
                break;
            case ScheduledKind.Cancel:
                CancelNow(scheduled.Order!);
                break;
            case ScheduledKind.Reduce:
                scheduled.Order!.Asked.Remove(scheduled);
                ReduceNow(scheduled.Order, scheduled.Size);
                break;
            case ScheduledKind.Expire:
                scheduled.Order!.Pair.Engine.Cancel(scheduled.Order, DoneReason.Expired);
                break;
            case ScheduledKind.DeadMan:
                FireDeadManSwitch(scheduled.Account);
                break;
            case ScheduledKind.Push:
                _floor.AccountFeed.Send(scheduled.Account.HeldPushes.Dequeue());
                break;
            case ScheduledKind.Trigger:
                _floor.Stops.Trigger(scheduled.Stop!);
                break;
            default:
                throw new InvalidOperationException($"{scheduled.Kind} is no kind of event.");
        }
    }

    /// <summary>The engine reports a trade.</summary>
    public void OnTrade(in Trade trade, string takerId, string makerId)
    {
        _clearing.Settle(trade, takerId, makerId, _floor.NowMs);
        if (trade.Taker is AccountOrder taker)
            Tell(taker, trade, isMaker: false);
        if (trade.Maker is AccountOrder maker)
            Tell(maker, trade, isMaker: true);
    }

    /// <summary>The engine reports a resting order.</summary>
    public void OnRested(AccountOrder order)
    {
        order.UpdatedAtMs = _floor.NowMs;
        if (order.TimeInForce == TimeInForce.Gtt)
        {
            order.ExpiresAtMs = _floor.NowMs + (order.Request.CancelAfter * 1000L);
            ScheduleExpiry(order, order.ExpiresAtMs.Value);
        }
        _floor.Journal?.Touch(order);
        _listener.OnOpen(order);
    }

    /// <summary>The engine reports that an order became smaller.</summary>
    public void OnReduced(AccountOrder order, decimal size)
    {
        order.UpdatedAtMs = _floor.NowMs;
        order.CancelExist = true;
        order.CancelledSize += size;
        order.CancelledFunds = order.CancelledSize * order.Price;
        _clearing.Release(order, size);
        _floor.Journal?.Touch(order);
        _listener.OnUpdate(order, size);
    }

    /// <summary>The engine reports a done order.</summary>
    public void OnDone(AccountOrder order, DoneReason reason)
    {
        order.UpdatedAtMs = _floor.NowMs;
        order.DoneNumber = ++_doneNumber;
        order.CancelExist |= reason == DoneReason.SelfTrade;
        if (reason != DoneReason.Filled)
        {
            order.CancelledSize = order.Request.Size is { } size ? size - order.DealSize : 0;
            order.CancelledFunds = order.Type == OrderType.Limit
                ? order.CancelledSize * order.Price
                : Math.Max(0, order.Funds - order.DealFunds);
        }
        order.Account.End(order);
        _floor.Journal?.Touch(order);
        _clearing.Release(order);
        _listener.OnEnd(order, reason);
        order.Matched?.TrySetResult();
        order.Ended?.TrySetResult();
    }

    /// <summary>Takes an order up again that a journal tells of: what was due for it is due again, at once when its time has passed.</summary>
    public void Resume(AccountOrder order)
    {
        _doneNumber = Math.Max(_doneNumber, order.DoneNumber);
        if (!order.IsActive)
            return;
        if (order.IsPending)
            ScheduleMatch(order);
        foreach (var asked in order.Asked)
            _schedule.Add(asked);
        if (order.ExpiresAtMs is { } expires)
            ScheduleExpiry(order, expires);
        if (order.Phase == OrderPhase.Resting)
            order.Pair.Engine.Resume(order);
    }

    private void ScheduleMatch(AccountOrder order) =>
        _schedule.Add(new Scheduled(ScheduledKind.Match, order.MatchAtMs, order.Chance, order.Account, order));

    private void ScheduleExpiry(AccountOrder order, long dueMs) => _schedule.Add(
        new Scheduled(ScheduledKind.Expire, dueMs, StableHash.Combine(order.Chance, ExpireSalt), order.Account, order));

    private void Ask(in Scheduled asked)
    {
        asked.Order!.Asked.Add(asked);
        _schedule.Add(asked);
        _floor.Journal?.Touch(asked.Order);
    }

    private void Tell(AccountOrder order, in Trade trade, bool isMaker)
    {
        _floor.Journal?.Touch(order);
        _listener.OnMatch(order, trade, isMaker);
    }

    private void ReduceNow(AccountOrder order, decimal size)
    {
        MatchNow(order);
        if (order.IsActive && size < order.SizeLeft)
            order.Pair.Engine.Reduce(order, size);
        else
            CancelNow(order);
    }

    private void Match(AccountOrder order)
    {
        order.IsPending = false;
        order.UpdatedAtMs = _floor.NowMs;
        Clearing.Bound(order);
        _floor.Journal?.Touch(order);
        _clearing.AnnounceHold(order);
        _listener.OnReceived(order);
        order.Pair.Engine.Place(order);
        order.Matched?.TrySetResult();
    }

    private void FireDeadManSwitch(Account account)
    {
        var symbols = account.DeadManSwitch!.Symbols;
        account.DeadManSwitch = null;
        _floor.Journal?.TouchSwitch(account);
        foreach (var order in account.Active.Where(o => symbols.Count == 0 || symbols.Contains(o.Pair.Symbol)).ToList())
            CancelNow(order);
    }

    private long Delay(ulong chance) => StableHash.Between(StableHash.Mix(chance), _floor.MinDelayMs, _floor.MaxDelayMs);

    // What is freed is of the currency that the order pays with.
    private static Rejection? JudgeBalance(OrderRequest request, Account account, PairMarket pair, decimal freed = 0)
    {
        var quote = account.Balance(pair.Rules.QuoteCurrency).Available + freed;
        var rate = 1 + account.FeesOf(pair.Symbol).Dearer;
        var enough = request switch
        {
            { Type: OrderType.Limit, Side: Side.Buy } => quote >= request.Price!.Value * request.Size!.Value * rate,
            { Side: Side.Sell, Size: { } size } => account.Balance(pair.Rules.BaseCurrency).Available + freed >= size,
            { Side: Side.Buy, Funds: { } funds } => quote >= funds,
            { Side: Side.Buy, Size: { } size } => quote >= (pair.Engine.Best(Side.Sell)?.Price ?? pair.LastPrice ?? 0) * size * rate,
            _ => account.Balance(pair.Rules.BaseCurrency).Available > 0,
        };
        return enough ? null : Rejection.Balance;
    }

    private string NewId(Account account, ulong chance)
    {
        while (true)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{(uint)(_floor.NowMs / 1000):x8}{chance:x16}");
            if (!account.Knows(id))
                return id;
            chance = StableHash.Mix(chance);
        }
    }

    /// <summary>An order without a client order id is named by what it asks for.</summary>
    public static string NameOf(OrderRequest request) => string.Create(
        CultureInfo.InvariantCulture,
        $"{request.Symbol} {request.Side} {request.Type} {request.TimeInForce} {request.Price} {request.Size} {request.Funds}");
}
