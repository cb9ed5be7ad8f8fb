using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Simulator.Orders;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Accounts;

/// <summary>An account's order: what the engine matches, and everything that the exchange tells about it.</summary>
internal sealed class AccountOrder : BookOrder
{
    /// <summary>The owner.</summary>
    public required Account Account { get; init; }

    /// <inheritdoc/>
    public override object? Owner => Account;

    /// <summary>Hidden and iceberg orders pay the taker's fee also when they rest, and are told of as takers.</summary>
    public bool IsForcedTaker => VisibleSize is not null;

    /// <summary>The rates it pays, those of its acceptance.</summary>
    public required FeeRates Fees { get; init; }

    /// <summary>The pair.</summary>
    public required PairMarket Pair { get; init; }

    /// <summary>What was asked for.</summary>
    public required OrderRequest Request { get; init; }

    /// <summary>The exchange's id.</summary>
    public required string OrderId { get; init; }

    /// <summary>The order's own chance: delays and the like depend on it and so on nothing that threads can change.</summary>
    public required ulong Chance { get; init; }

    /// <summary>Market time of the acceptance, Unix ms.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>Wall time at which the request arrived, Unix microseconds.</summary>
    public required long ReceivedWallUs { get; init; }

    /// <summary>When the engine gets it, Unix ms.</summary>
    public required long MatchAtMs { get; init; }

    /// <summary>Market time of the last change, Unix ms.</summary>
    public long UpdatedAtMs { get; set; }

    /// <summary>True until the engine had it.</summary>
    public bool IsPending { get; set; } = true;

    /// <summary>Still frozen for this order, in the currency it pays with.</summary>
    public decimal Held { get; set; }

    /// <summary>Fees paid so far in <see cref="FeeCurrency"/>.</summary>
    public decimal Fee { get; set; }

    /// <summary>What the fee of its first fill was paid in; the pair's own fee currency before.</summary>
    public string FeeCurrency
    {
        get => field ?? Pair.Rules.FeeCurrency;
        set;
    }

    /// <summary>Base quantity that was cancelled.</summary>
    public decimal CancelledSize { get; set; }

    /// <summary>Quote value that was cancelled.</summary>
    public decimal CancelledFunds { get; set; }

    /// <summary>A cancel took part.</summary>
    public bool CancelExist { get; set; }

    /// <summary>How many parts of it were asked to be cancelled.</summary>
    public int Reductions { get; set; }

    /// <summary>Cancels, of the whole or of parts, that were taken and have not come to effect.</summary>
    public List<Scheduled> Asked { get; } = [];

    /// <summary>When its time is up, Unix ms; null for an order without such a time, and until it rests.</summary>
    public long? ExpiresAtMs { get; set; }

    /// <summary>Position among the account's done orders; the cursor of the list of done orders.</summary>
    public long DoneNumber { get; set; }

    /// <summary>Completes when the engine has matched the order.</summary>
    public TaskCompletionSource? Matched { get; set; }

    /// <summary>Completes when the order is done.</summary>
    public TaskCompletionSource? Ended { get; set; }

    /// <summary>True while it can fill.</summary>
    public bool IsActive => Phase != OrderPhase.Done;

    /// <summary>The client order id; empty when none was sent.</summary>
    public string ClientOid => Request.ClientOid ?? "";

    /// <summary>The currency that the order pays with.</summary>
    public string HoldCurrency => Side == Bot.Trading.Market.Side.Buy ? Pair.Rules.QuoteCurrency : Pair.Rules.BaseCurrency;

    /// <summary>Ordered value, quote currency: of a limit order price times size; 0 for a market order by size.</summary>
    public decimal Funds => Type == OrderType.Limit ? Request.Price!.Value * Request.Size!.Value : Request.Funds ?? 0;

    /// <summary>Base quantity that can still fill; 0 when done and for orders by funds.</summary>
    public decimal RemainSize => IsActive && Request.Size is { } size ? size - DealSize - CancelledSize : 0;

    /// <summary>Quote value that was neither traded nor cancelled. A filled limit order keeps its price improvement here.</summary>
    public decimal RemainFunds => Funds == 0 ? 0 : Funds - DealFunds - CancelledFunds;

    /// <summary>Makes an order out of what was asked for.</summary>
    public static AccountOrder Of(OrderRequest request, Account account, PairMarket pair, OrderIdentity identity) => new()
    {
        Account = account,
        Pair = pair,
        Request = request,
        OrderId = identity.OrderId,
        Chance = identity.Chance,
        Fees = identity.Fees,
        Side = request.Side,
        Type = request.Type,
        TimeInForce = request.TimeInForce,
        PostOnly = request.PostOnly,
        Price = request.Price ?? 0,
        SelfTrade = SelfTradeOf(request),
        VisibleSize = request.Iceberg ? request.VisibleSize : request.Hidden ? 0 : null,
        ByFunds = request.Funds is not null,
        FillsInDust = account.Faults is { Profile.FillsInDust: true } faults && faults.Count(FaultKind.Dust),
        SizeLeft = request.Size ?? decimal.MaxValue,
        FundsLeft = request.Funds ?? decimal.MaxValue,
        CreatedAtMs = identity.CreatedAtMs,
        UpdatedAtMs = identity.CreatedAtMs,
        MatchAtMs = identity.MatchAtMs,
        ReceivedWallUs = identity.ReceivedWallUs,
    };

    // An order that fills whole or not at all cannot lose a part, or go on behind one.
    private static SelfTradePrevention SelfTradeOf(OrderRequest request) =>
        request is { Type: OrderType.Limit, TimeInForce: TimeInForce.Fok, SelfTrade: not SelfTradePrevention.None }
            ? SelfTradePrevention.CancelNew
            : request.SelfTrade;
}

/// <summary>What the exchange gives an order when it takes it.</summary>
/// <param name="OrderId">The exchange's id.</param>
/// <param name="Chance">The order's own chance.</param>
/// <param name="Fees">The rates it will pay.</param>
/// <param name="CreatedAtMs">Market time, Unix ms.</param>
/// <param name="ReceivedWallUs">Wall time at which the request arrived, Unix microseconds.</param>
/// <param name="MatchAtMs">When the engine gets it, Unix ms.</param>
internal readonly record struct OrderIdentity(
    string OrderId, ulong Chance, FeeRates Fees, long CreatedAtMs, long ReceivedWallUs, long MatchAtMs);
