using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange;

/// <summary>
/// The port between the actors and an exchange. No method throws for what an exchange or a network does: the outcome is in the
/// <see cref="Answer{T}"/>. Cancelling the token yields <see cref="FailureKind.Doubt"/> with code <c>cancelled</c>.
/// </summary>
/// <remarks>
/// Methods that take a <see cref="RequestLane"/> serve callers of different urgency; the others have the lane that fits what they ask.
/// The default is the lane of the ordinary caller: raise it for what protects a position.
/// </remarks>
public interface IExchange : IMarketData, IAccount, IOrderEntry;

/// <summary>Public data.</summary>
public interface IMarketData
{
    /// <summary>The exchange's clock, Unix ms.</summary>
    Task<Answer<long>> GetServerTimeAsync(CancellationToken cancel);

    /// <summary>Trading rules of every listed pair. Pairs whose rules cannot be read are left out.</summary>
    Task<Answer<IReadOnlyList<SymbolRules>>> GetSymbolsAsync(CancellationToken cancel);

    /// <summary>Best prices and 24-hour figures of every pair.</summary>
    Task<Answer<IReadOnlyList<MarketTicker>>> GetAllTickersAsync(CancellationToken cancel);

    /// <summary>Best prices and last trade of one pair.</summary>
    Task<Answer<Ticker>> GetTickerAsync(Symbol symbol, RequestLane lane = RequestLane.Market, CancellationToken cancel = default);

    /// <summary>
    /// Candles with open times in [<paramref name="fromMs"/>, <paramref name="toMs"/>), oldest first, at most 1,500 (the newest ones of
    /// the range when there are more). Intervals without a trade are absent. The last row may be unfinished.
    /// </summary>
    Task<Answer<IReadOnlyList<Candle>>> GetCandlesAsync(
        Symbol symbol, CandleInterval interval, long fromMs, long toMs, CancellationToken cancel);
}

/// <summary>The account that the keys belong to.</summary>
public interface IAccount
{
    /// <summary>What the key may do.</summary>
    Task<Answer<ApiKeyInfo>> GetApiKeyAsync(CancellationToken cancel);

    /// <summary>Spot balances, one row a currency.</summary>
    Task<Answer<IReadOnlyList<Balance>>> GetBalancesAsync(RequestLane lane = RequestLane.Query, CancellationToken cancel = default);

    /// <summary>The account's actual fee rates; any number of symbols (asked ten at a time).</summary>
    Task<Answer<IReadOnlyList<FeeRate>>> GetFeeRatesAsync(IReadOnlyList<Symbol> symbols, CancellationToken cancel);
}

/// <summary>Orders. <see cref="PlaceOrderAsync"/> writes to the socket at most once, whatever happens.</summary>
public interface IOrderEntry
{
    /// <summary>
    /// Fixes body, time and window of a placement (RELIABILITY.md R2). Pure: the same arguments give the same request, so a persisted
    /// licence names exactly one request.
    /// </summary>
    PinnedOrder Pin(OrderSpec spec, long signTimeMs);

    /// <summary>
    /// Sends a pinned placement once. Success means accepted, not open and not filled. Pass <see cref="RequestLane.Protective"/> for a
    /// sell that closes a position. A licence that grew too old before the first byte was written is not sent:
    /// <see cref="FailureKind.ClockOff"/> with code <c>stale-licence</c>, definite.
    /// </summary>
    Task<Answer<PlacedOrder>> PlaceOrderAsync(PinnedOrder order, RequestLane lane = RequestLane.Entry, CancellationToken cancel = default);

    /// <summary>
    /// Asks to cancel. Success means the request was taken; only a later report shows whether the order was cancelled or filled.
    /// </summary>
    Task<Answer<string>> CancelOrderAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Protective, CancellationToken cancel = default);

    /// <summary>One order by client order id; <see cref="FailureKind.NotFound"/> when the exchange knows none.</summary>
    Task<Answer<OrderReport>> GetOrderAsync(
        Symbol symbol, string clientOrderId, RequestLane lane = RequestLane.Query, CancellationToken cancel = default);

    /// <summary>Every active order of the pair.</summary>
    Task<Answer<IReadOnlyList<OrderReport>>> GetActiveOrdersAsync(
        Symbol symbol, RequestLane lane = RequestLane.Query, CancellationToken cancel = default);

    /// <summary>Done orders of the pair that were created since the time, all pages.</summary>
    Task<Answer<IReadOnlyList<OrderReport>>> GetDoneOrdersAsync(
        Symbol symbol, long fromMs, RequestLane lane = RequestLane.Query, CancellationToken cancel = default);

    /// <summary>Executions of one order, all pages, with fees.</summary>
    Task<Answer<IReadOnlyList<FillReport>>> GetFillsOfOrderAsync(
        Symbol symbol, string orderId, RequestLane lane = RequestLane.Query, CancellationToken cancel = default);

    /// <summary>Executions of the pair since the time, all pages, with fees.</summary>
    Task<Answer<IReadOnlyList<FillReport>>> GetFillsAsync(
        Symbol symbol, long fromMs, RequestLane lane = RequestLane.Query, CancellationToken cancel = default);
}

/// <summary>A ticker with 24-hour figures, for selection.</summary>
/// <param name="Ticker">Best prices and last trade.</param>
/// <param name="QuoteVolume24h">Traded quote currency in 24 hours; null when unknown.</param>
/// <param name="ChangeRate24h">Price change in 24 hours as a fraction; null when unknown.</param>
/// <param name="PublicFees">What an account of the lowest level pays; null when not told.</param>
public sealed record MarketTicker(Ticker Ticker, decimal? QuoteVolume24h, decimal? ChangeRate24h, FeeRate? PublicFees = null);

/// <summary>What a key is and may do. Holds no secret.</summary>
/// <param name="Permissions">As the exchange names them: General, Spot, Transfer, ...</param>
/// <param name="IpWhitelist">Addresses the key is bound to; empty when it is bound to none.</param>
/// <param name="IsMaster">True for the master account, false for a sub-account.</param>
/// <param name="CreatedAtMs">Creation time, Unix ms; null when not told.</param>
/// <param name="UserId">The account's number.</param>
public sealed record ApiKeyInfo(
    IReadOnlyList<string> Permissions, IReadOnlyList<string> IpWhitelist, bool IsMaster, long? CreatedAtMs, string UserId);

/// <summary>A spot balance.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Total">Available plus held.</param>
/// <param name="Available">Free for new orders.</param>
/// <param name="Held">Frozen by open orders.</param>
public sealed record Balance(string Currency, decimal Total, decimal Available, decimal Held);

/// <summary>Fee rates of a pair as fractions of the traded value; a negative maker rate is a rebate.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Taker">Rate for taking liquidity.</param>
/// <param name="Maker">Rate for resting liquidity.</param>
public sealed record FeeRate(Symbol Symbol, decimal Taker, decimal Maker);

/// <summary>A placement whose bytes and time are fixed.</summary>
/// <param name="Spec">What is ordered.</param>
/// <param name="SignTimeMs">The request's timestamp and signature time, Unix ms on the exchange's clock.</param>
/// <param name="ValidUntilMs">After this the exchange refuses it at its door, Unix ms on the exchange's clock.</param>
/// <param name="Body">The exact body.</param>
public sealed record PinnedOrder(OrderSpec Spec, long SignTimeMs, long ValidUntilMs, string Body);

/// <summary>The exchange's acceptance of a placement.</summary>
/// <param name="OrderId">The exchange's id.</param>
public sealed record PlacedOrder(string OrderId);
