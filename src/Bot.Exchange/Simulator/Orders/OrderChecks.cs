using System.Text.RegularExpressions;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Matching;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Orders;

/// <summary>What the exchange asks of an order before it takes it, in the order in which it asks.</summary>
internal static partial class OrderChecks
{
    private const int MaxOpenOrders = 200;
    private const int MaxText = 20;
    private const int MaxCancelAfter = 2_592_000;

    /// <summary>Judges everything but the balance; null when the order may go on.</summary>
    /// <param name="request">The order.</param>
    /// <param name="account">Who sends it.</param>
    /// <param name="pair">The pair; null when there is none of that name.</param>
    /// <param name="gatewayMs">The clock by which the account is judged, Unix ms.</param>
    public static Rejection? Judge(OrderRequest request, Account account, PairMarket? pair, long gatewayMs)
    {
        if (JudgeForm(request, account, pair, gatewayMs) is { } fault)
            return fault;
        if (JudgeBand(request, pair!) is { } outside)
            return outside;
        if (account.Active.Count(o => o.Pair == pair) >= MaxOpenOrders)
            return Rejection.TooManyOrders;
        return request.ClientOid is { } id && account.IsActiveClientOid(id) ? Rejection.ClientOidDuplicated : null;
    }

    /// <summary>Judges whether a limit price is near enough to the market.</summary>
    public static Rejection? JudgeBand(OrderRequest request, PairMarket pair) =>
        request.Type == OrderType.Limit && pair.Engine.Band(request.Side) is { } band
            && (request.Side == Side.Buy ? request.Price > band : request.Price < band)
            ? Rejection.PriceBand
            : null;

    /// <summary>Judges what does not change with the market: all that is asked of a stop order before its price comes.</summary>
    /// <param name="request">The order.</param>
    /// <param name="account">Who sends it.</param>
    /// <param name="pair">The pair; null when there is none of that name.</param>
    /// <param name="gatewayMs">The clock by which the account is judged, Unix ms.</param>
    public static Rejection? JudgeForm(OrderRequest request, Account account, PairMarket? pair, long gatewayMs)
    {
        if (request.ClientTimestamp is null != request.AllowMaxTimeWindow is null)
            return Rejection.WindowIncomplete;
        if (request.ClientTimestamp + request.AllowMaxTimeWindow < gatewayMs)
            return Rejection.WindowPassed;
        if (request.ClientOid is { } clientOid && !ClientOidForm().IsMatch(clientOid))
            return Rejection.ClientOid;
        if (request.Remark?.Length > MaxText || request.Tags?.Length > MaxText)
            return Rejection.Parameter("remark and tags take up to 20 characters.");
        if (pair is null || (account.Faults is { } delisting && delisting.Delists(pair.Symbol) && delisting.Count(FaultKind.Delisting)))
            return Rejection.SymbolNotExists;
        if (!pair.Rules.EnableTrading || (account.Faults is { } halting && halting.Halts(pair.Symbol) && halting.Count(FaultKind.Halt)))
            return Rejection.SymbolNotAvailable;
        return request.Type == OrderType.Limit ? JudgeLimit(request, pair.Rules) : JudgeMarket(request, pair);
    }

    private static Rejection? JudgeLimit(OrderRequest request, SymbolRules rules)
    {
        if (request is not { Price: > 0, Size: > 0, Funds: null })
            return Rejection.PriceAndSize;
        if (request.PostOnly && request.TimeInForce is TimeInForce.Ioc or TimeInForce.Fok)
            return Rejection.PostOnlyTime;
        if (request.TimeInForce == TimeInForce.Gtt && request.CancelAfter is < 1 or > MaxCancelAfter)
            return Rejection.CancelAfter;
        if (request.Iceberg && JudgeIceberg(request.VisibleSize, request.Size.Value, rules) is { } unseen)
            return unseen;
        var price = request.Price.Value;
        if (price % rules.PriceIncrement != 0)
            return Rejection.PriceIncrement;
        if (JudgeSize(request.Size.Value, rules) is { } fault)
            return fault;
        return price * request.Size.Value < rules.MinFunds
            ? Rejection.ValueBelowMinimum(rules.MinFunds.Value, rules.QuoteCurrency)
            : null;
    }

    private static Rejection? JudgeMarket(OrderRequest request, PairMarket pair)
    {
        var rules = pair.Rules;
        if (request.SelfTrade == SelfTradePrevention.Decrease)
            return Rejection.DecreaseMarket;
        if (request.Hidden || request.Iceberg)
            return Rejection.HiddenMarket;
        if (request.Size is null == request.Funds is null)
            return Rejection.SizeOrFunds;
        if (request.Size is { } size)
        {
            if (JudgeSize(size, rules) is { } fault)
                return fault;
            if (pair.LastPrice is { } last && last * size < rules.MinFunds)
                return Rejection.ValueBelowMinimum(rules.MinFunds.Value, rules.QuoteCurrency);
            return null;
        }
        var funds = request.Funds!.Value;
        if (funds <= 0 || funds % rules.QuoteIncrement != 0)
            return Rejection.FundsIncrement;
        if (funds < rules.QuoteMinSize)
            return Rejection.FundsBelowMinimum;
        if (funds > rules.QuoteMaxSize)
            return Rejection.FundsAboveMaximum;
        return funds < rules.MinFunds ? Rejection.ValueBelowMinimum(rules.MinFunds.Value, rules.QuoteCurrency) : null;
    }

    private static Rejection? JudgeIceberg(decimal? visible, decimal size, SymbolRules rules)
    {
        const int MaxParts = 20;
        if (visible is not { } part || part % rules.BaseIncrement != 0)
            return Rejection.VisibleSize;
        return part * MaxParts >= size && part >= rules.BaseMinSize ? null : Rejection.VisibleSize;
    }

    private static Rejection? JudgeSize(decimal size, SymbolRules rules)
    {
        if (size <= 0 || size % rules.BaseIncrement != 0)
            return Rejection.SizeIncrement;
        if (size < rules.BaseMinSize)
            return Rejection.SizeBelowMinimum;
        return size > rules.BaseMaxSize ? Rejection.SizeAboveMaximum : null;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,40}$", RegexOptions.CultureInvariant)]
    private static partial Regex ClientOidForm();
}
