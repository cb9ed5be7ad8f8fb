using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Matching;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Accounts;

/// <summary>Hears of every change of a balance.</summary>
internal interface IBalanceListener
{
    /// <summary>A balance changed.</summary>
    /// <param name="order">The order that caused it; its account owns the balance.</param>
    /// <param name="balance">The balance after the change.</param>
    /// <param name="available">Change of the available part.</param>
    /// <param name="held">Change of the held part.</param>
    /// <param name="tradeId">The trade that was settled; null for holds and releases.</param>
    void OnBalance(AccountOrder order, AccountBalance balance, decimal available, decimal held, long? tradeId);
}

/// <summary>
/// Moves money. Every amount that leaves one account arrives at another, the background's (the rest of the world) and the fee account
/// among them, so the sum over all accounts never changes.
/// </summary>
/// <param name="listener">Hears of every change.</param>
/// <param name="kcsPrice">What the exchange's own coin is worth in a quote currency.</param>
internal sealed class Clearing(IBalanceListener listener, Func<string, decimal> kcsPrice)
{
    // Fill ids of the real exchange are of this size.
    private const long FirstFillId = 20_000_000_000_000;

    // Who pays fees in the exchange's own coin pays a fifth less.
    private const string Kcs = "KCS";
    private const decimal KcsShare = 0.8m;

    private readonly Dictionary<string, decimal> _background = [];
    private readonly Dictionary<string, decimal> _fees = [];
    private long _fillId = FirstFillId;

    /// <summary>What the rest of the world gained (or lost, below zero) of a currency.</summary>
    public decimal Background(string currency) => _background.GetValueOrDefault(currency);

    /// <summary>Fees that were taken in a currency.</summary>
    public decimal Fees(string currency) => _fees.GetValueOrDefault(currency);

    /// <summary>What placing an order freezes: the currency is the one the order pays with.</summary>
    /// <remarks>A limit buy freezes its fee too; a market buy by funds spends at most its funds, fee included; a market order by the other
    /// quantity freezes whatever there is, but only for the moment of its matching.</remarks>
    public static decimal HoldOf(AccountOrder order) => (order.Type, order.Side, order.Request) switch
    {
        (OrderType.Limit, Side.Buy, _) => order.Funds * (1 + HoldRate(order)),
        (OrderType.Market, Side.Buy, { Funds: { } funds }) => funds,
        (_, Side.Sell, { Size: { } size }) => size,
        _ => 0,
    };

    /// <summary>Freezes an amount for an order. <see cref="AnnounceHold"/> tells of it when the engine takes the order.</summary>
    public static void Hold(AccountOrder order, decimal amount)
    {
        order.Held += amount;
        order.Account.Balance(order.HoldCurrency).Change(-amount, amount);
    }

    /// <summary>Tells of the freeze.</summary>
    public void AnnounceHold(AccountOrder order)
    {
        if (order.Held != 0)
            listener.OnBalance(order, order.Account.Balance(order.HoldCurrency), -order.Held, order.Held, null);
    }

    /// <summary>
    /// Sets the bound that keeps a market order within its account's means, freezing what is available where the order's own quantity
    /// does not say what it costs.
    /// </summary>
    public static void Bound(AccountOrder order)
    {
        if (order.Type != OrderType.Market)
            return;
        if (order.Held == 0)
            Hold(order, Math.Max(0, order.Account.Balance(order.HoldCurrency).Available));
        if (order.Side == Side.Buy)
            order.FundsLeft = Math.Min(order.FundsLeft, RoundDown(order.Held / (1 + HoldRate(order))));
        else
            order.SizeLeft = Math.Min(order.SizeLeft, order.Pair.Rules.FloorSize(order.Held));
    }

    /// <summary>Settles a trade for the users' orders in it.</summary>
    public void Settle(in Trade trade, string takerId, string makerId, long nowMs)
    {
        if (trade.Taker is AccountOrder taker)
            Settle(taker, trade, makerId, isMaker: false, nowMs);
        else if (trade.Maker is not null)
            SettleBackground(trade.Maker, trade.Price, trade.Size);
        if (trade.Maker is AccountOrder maker)
            Settle(maker, trade, takerId, isMaker: true, nowMs);
        else if (trade.Taker is not null)
            SettleBackground(trade.Taker, trade.Price, trade.Size);
    }

    /// <summary>Takes the books up again that a journal tells of.</summary>
    public void Resume(IReadOnlyCollection<AccountFill> fills)
    {
        foreach (var trade in fills.GroupBy(f => (f.Order.Pair, f.TradeId)))
        {
            foreach (var fill in trade)
            {
                _fillId = Math.Max(_fillId, fill.Id);
                Add(_fees, fill.Order.Pair.Rules.QuoteCurrency, fill.Fee);
                if (trade.Count() == 1)
                    SettleBackground(fill.Order, fill.Price, fill.Size);
            }
        }
    }

    /// <summary>Unfreezes what a done order did not need.</summary>
    public void Release(AccountOrder order)
    {
        var amount = order.Held;
        if (amount == 0)
            return;
        order.Held = 0;
        var balance = order.Account.Balance(order.HoldCurrency);
        balance.Change(amount, -amount);
        listener.OnBalance(order, balance, amount, -amount, null);
    }

    /// <summary>Unfreezes what a part of a limit order does not need any more.</summary>
    public void Release(AccountOrder order, decimal size)
    {
        var amount = order.Side == Side.Buy ? order.Price * size * (1 + HoldRate(order)) : size;
        order.Held -= amount;
        var balance = order.Account.Balance(order.HoldCurrency);
        balance.Change(amount, -amount);
        listener.OnBalance(order, balance, amount, -amount, null);
    }

    private void Settle(AccountOrder order, in Trade trade, string counterOrderId, bool isMaker, long nowMs)
    {
        var account = order.Account;
        var rules = order.Pair.Rules;

        // A post-only order takes from hidden orders only, and has the maker's fee for it.
        var paysAsMaker = isMaker ? !order.IsForcedTaker : order.PostOnly;
        var rate = paysAsMaker ? order.Fees.Maker : order.Fees.Taker;
        var funds = trade.Price * trade.Size;
        var fee = funds * rate;
        var quote = account.Balance(rules.QuoteCurrency);
        var based = account.Balance(rules.BaseCurrency);
        var inKcs = FeeInKcs(order, fee);
        var (paid, currency) = inKcs is { } coins ? (coins, Kcs) : (fee, rules.QuoteCurrency);
        if (order.Fee == 0)
            order.FeeCurrency = currency;
        if (order.FeeCurrency == currency)
            order.Fee += paid;
        order.UpdatedAtMs = nowMs;
        Add(_fees, currency, paid);
        account.Add(new AccountFill(
            ++_fillId, trade.Id, order, counterOrderId, isMaker, trade.Price, trade.Size, paid, currency, rate, nowMs));
        if (inKcs is not null)
        {
            Change(order, account.Balance(Kcs), -paid, 0, trade.Id);
            fee = 0;
        }
        if (order.Side == Side.Buy)
        {
            // A limit order gives back what it froze for these lots beyond their cost; a market order froze no more than it may spend.
            var frozen = order.Type == OrderType.Limit ? order.Price * trade.Size * (1 + HoldRate(order)) : funds + fee;
            order.Held -= frozen;
            Change(order, quote, frozen - funds - fee, -frozen, trade.Id);
            Change(order, based, trade.Size, 0, trade.Id);
        }
        else
        {
            order.Held -= trade.Size;
            Change(order, based, 0, -trade.Size, trade.Id);
            Change(order, quote, funds - fee, 0, trade.Id);
        }
    }

    // The fee in the exchange's own coin; null when the account does not pay so, or has too little of it.
    private decimal? FeeInKcs(AccountOrder order, decimal fee)
    {
        if (order.Account.Faults?.Profile.FeesInKcs != true || fee <= 0 || order.Pair.Rules.BaseCurrency == Kcs)
            return null;
        var coins = fee * KcsShare / kcsPrice(order.Pair.Rules.QuoteCurrency);
        return coins <= order.Account.Balance(Kcs).Available && order.Account.Faults.Count(FaultKind.KcsFee) ? coins : null;
    }

    private void Change(AccountOrder order, AccountBalance balance, decimal available, decimal held, long tradeId)
    {
        balance.Change(available, held);
        listener.OnBalance(order, balance, available, held, tradeId);
    }

    // The world stands opposite the user's order.
    private void SettleBackground(BookOrder user, decimal price, decimal size)
    {
        var rules = ((AccountOrder)user).Pair.Rules;
        var sign = user.Side == Side.Buy ? 1 : -1;
        Add(_background, rules.BaseCurrency, -sign * size);
        Add(_background, rules.QuoteCurrency, sign * price * size);
    }

    private static void Add(Dictionary<string, decimal> books, string currency, decimal amount) =>
        books[currency] = books.GetValueOrDefault(currency) + amount;

    // Whether a buy will take or make is not known when it is placed: the dearer rate is frozen.
    private static decimal HoldRate(AccountOrder order) => order.Fees.Dearer;

    // A quotient is rounded to 28 digits, perhaps upwards; money is never spent on the strength of a rounding.
    private static decimal RoundDown(decimal amount) => Math.Floor(amount * 1_000_000_000_000m) / 1_000_000_000_000m;
}
