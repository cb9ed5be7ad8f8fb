using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Matching;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Accounts;

/// <summary>How far an order is, as the REST interface tells it.</summary>
/// <param name="IsActive">It can fill.</param>
/// <param name="InOrderBook">It rests in the book.</param>
/// <param name="DealSize">Filled base quantity.</param>
/// <param name="DealFunds">Filled quote value.</param>
/// <param name="RemainSize">Base quantity that can still fill.</param>
/// <param name="RemainFunds">Quote value that was neither traded nor cancelled.</param>
/// <param name="CancelledSize">Base quantity that was cancelled.</param>
/// <param name="CancelledFunds">Quote value that was cancelled.</param>
/// <param name="Fee">Fees paid so far.</param>
/// <param name="CancelExist">A cancel took part.</param>
/// <param name="UpdatedAtMs">Market time of the last change, Unix ms.</param>
internal readonly record struct OrderPicture(
    bool IsActive,
    bool InOrderBook,
    decimal DealSize,
    decimal DealFunds,
    decimal RemainSize,
    decimal RemainFunds,
    decimal CancelledSize,
    decimal CancelledFunds,
    decimal Fee,
    bool CancelExist,
    long UpdatedAtMs);

/// <summary>
/// An account's orders and fills as the REST interface tells them: as they are or, when it lags behind the pushes on purpose, as they were
/// a while ago. A part that was cancelled of an order within that while is not told of yet either.
/// </summary>
internal sealed class AccountView(Account account, long nowMs)
{
    private readonly long _lagMs = account.Faults is { LagMs: not 0 } faults && faults.Count(FaultKind.Lag) ? faults.LagMs : 0;

    private long AsOfMs => nowMs - _lagMs;

    /// <summary>An order by the exchange's id; null when nothing is told of it.</summary>
    public AccountOrder? Find(string orderId) => Known(account.Find(orderId, nowMs));

    /// <summary>The last order of a pair with a client order id; null when nothing is told of it.</summary>
    public AccountOrder? Find(PairMarket pair, string clientOid) => Known(account.Find(pair, clientOid, nowMs));

    /// <summary>Orders that can fill, oldest first.</summary>
    public IEnumerable<AccountOrder> Active =>
        _lagMs == 0 ? account.Active : account.Orders.Where(o => o.CreatedAtMs <= AsOfMs && Of(o).IsActive);

    /// <summary>Done orders that are still told of, the one that ended last first.</summary>
    public IEnumerable<AccountOrder> Done
    {
        get
        {
            var done = account.Done;
            for (var i = done.Count - 1; i >= 0; i--)
            {
                if (Account.IsReadable(done[i], nowMs) && !Of(done[i]).IsActive)
                    yield return done[i];
            }
        }
    }

    /// <summary>Executions, newest first.</summary>
    public IEnumerable<AccountFill> Fills
    {
        get
        {
            var fills = account.Fills;
            for (var i = fills.Count - 1; i >= 0; i--)
            {
                if (fills[i].TimeMs <= AsOfMs)
                    yield return fills[i];
            }
        }
    }

    /// <summary>How far an order is.</summary>
    public OrderPicture Of(AccountOrder order) => order.UpdatedAtMs <= AsOfMs || _lagMs == 0
        ? new OrderPicture(
            order.IsActive,
            order.Phase == OrderPhase.Resting,
            order.DealSize,
            order.DealFunds,
            order.RemainSize,
            order.RemainFunds,
            order.CancelledSize,
            order.CancelledFunds,
            order.Fee,
            order.CancelExist,
            order.UpdatedAtMs)
        : Earlier(order);

    private OrderPicture Earlier(AccountOrder order)
    {
        decimal size = 0, funds = 0, fee = 0;
        var hasMatched = order.MatchAtMs <= AsOfMs;
        var updatedAt = hasMatched ? order.MatchAtMs : order.CreatedAtMs;
        foreach (var fill in account.Fills.Where(f => f.Order == order && f.TimeMs <= AsOfMs))
        {
            size += fill.Size;
            funds += fill.Price * fill.Size;
            fee += fill.FeeCurrency == order.FeeCurrency ? fill.Fee : 0;
            updatedAt = fill.TimeMs;
        }
        var asked = order.Request.Size;
        return new OrderPicture(
            true,
            hasMatched && order.Type == OrderType.Limit,
            size,
            funds,
            asked is { } whole ? whole - size : 0,
            order.Funds == 0 ? 0 : order.Funds - funds,
            0,
            0,
            fee,
            false,
            updatedAt);
    }

    private AccountOrder? Known(AccountOrder? order) => order is not null && order.CreatedAtMs <= AsOfMs ? order : null;
}
