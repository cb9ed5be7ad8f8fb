using Bot.Exchange.Kucoin.Errors;
using Bot.Exchange.Kucoin.Limits;

namespace Bot.Exchange.Kucoin.Http;

/// <summary>One endpoint of the exchange that this client may call.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Template">Path; a segment in braces stands for an id.</param>
/// <param name="Pool">The quota that it counts against.</param>
/// <param name="Weight">How much it counts.</param>
/// <param name="Signed">Whether the request is signed.</param>
/// <param name="Kind">What may be concluded from its failures.</param>
internal sealed record Endpoint(HttpMethod Method, string Template, RatePool Pool, int Weight, bool Signed, RequestKind Kind)
{
    private readonly string[] _segments = Template.Split('/');

    /// <summary>True when the path is this endpoint's, with well-formed ids.</summary>
    public bool Matches(HttpMethod method, ReadOnlySpan<char> path)
    {
        if (method != Method)
            return false;
        var at = 0;
        foreach (var range in path.Split('/'))
        {
            if (at == _segments.Length)
                return false;
            var expected = _segments[at++];
            var actual = path[range];
            if (expected.StartsWith('{') ? !Characters.IsId(actual) : !actual.SequenceEqual(expected))
                return false;
        }
        return at == _segments.Length;
    }

    /// <summary>The path with its id in place.</summary>
    public string PathOf(string id) => Template[..Template.IndexOf('{', StringComparison.Ordinal)] + id;

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Template}";
}

/// <summary>
/// Every endpoint that may be called, and nothing else: the permission to trade also opens transfers between accounts (RELIABILITY.md
/// S4), so a request that this list does not hold is never signed.
/// </summary>
internal static class EndpointList
{
    public static readonly Endpoint ServerTime = new(HttpMethod.Get, "/api/v1/timestamp", RatePool.Public, 3, false, RequestKind.Read);
    public static readonly Endpoint Symbols = new(HttpMethod.Get, "/api/v2/symbols", RatePool.Public, 4, false, RequestKind.Read);
    public static readonly Endpoint AllTickers = new(HttpMethod.Get, "/api/v1/market/allTickers", RatePool.Public, 15, false, RequestKind.Read);
    public static readonly Endpoint Ticker = new(HttpMethod.Get, "/api/v1/market/orderbook/level1", RatePool.Public, 2, false, RequestKind.Read);
    public static readonly Endpoint Candles = new(HttpMethod.Get, "/api/v1/market/candles", RatePool.Public, 3, false, RequestKind.Read);
    public static readonly Endpoint PublicBullet = new(HttpMethod.Post, "/api/v1/bullet-public", RatePool.Public, 10, false, RequestKind.Read);
    public static readonly Endpoint PrivateBullet = new(HttpMethod.Post, "/api/v1/bullet-private", RatePool.Spot, 10, true, RequestKind.Read);
    public static readonly Endpoint ApiKey = new(HttpMethod.Get, "/api/v1/user/api-key", RatePool.Management, 20, true, RequestKind.Read);
    public static readonly Endpoint Accounts = new(HttpMethod.Get, "/api/v1/accounts", RatePool.Management, 5, true, RequestKind.Read);
    public static readonly Endpoint TradeFees = new(HttpMethod.Get, "/api/v1/trade-fees", RatePool.Spot, 3, true, RequestKind.Read);
    public static readonly Endpoint PlaceOrder = new(HttpMethod.Post, "/api/v1/hf/orders", RatePool.Spot, 1, true, RequestKind.Placement);
    public static readonly Endpoint CancelOrder = new(
        HttpMethod.Delete, "/api/v1/hf/orders/client-order/{clientOid}", RatePool.Spot, 1, true, RequestKind.Cancel);
    public static readonly Endpoint PlaceOrderSync = new(HttpMethod.Post, "/api/v1/hf/orders/sync", RatePool.Spot, 1, true, RequestKind.Placement);
    public static readonly Endpoint CancelOrderSync = new(
        HttpMethod.Delete, "/api/v1/hf/orders/sync/client-order/{clientOid}", RatePool.Spot, 1, true, RequestKind.Cancel);
    public static readonly Endpoint Order = new(
        HttpMethod.Get, "/api/v1/hf/orders/client-order/{clientOid}", RatePool.Spot, 2, true, RequestKind.OrderQuery);
    public static readonly Endpoint ActiveOrders = new(HttpMethod.Get, "/api/v1/hf/orders/active/page", RatePool.Spot, 2, true, RequestKind.Read);
    public static readonly Endpoint ActiveSymbols = new(HttpMethod.Get, "/api/v1/hf/orders/active/symbols", RatePool.Spot, 2, true, RequestKind.Read);
    public static readonly Endpoint DoneOrders = new(HttpMethod.Get, "/api/v1/hf/orders/done", RatePool.Spot, 2, true, RequestKind.Read);
    public static readonly Endpoint Fills = new(HttpMethod.Get, "/api/v1/hf/fills", RatePool.Spot, 2, true, RequestKind.Read);

    public static readonly Endpoint Book20 = new(
        HttpMethod.Get, "/api/v1/market/orderbook/level2_20", RatePool.Public, 2, false, RequestKind.Read);
    public static readonly Endpoint Book100 = new(
        HttpMethod.Get, "/api/v1/market/orderbook/level2_100", RatePool.Public, 4, false, RequestKind.Read);
    public static readonly Endpoint FullBook = new(
        HttpMethod.Get, "/api/v3/market/orderbook/level2", RatePool.Spot, 3, true, RequestKind.Read);
    public static readonly Endpoint Status = new(HttpMethod.Get, "/api/v1/status", RatePool.Public, 3, false, RequestKind.Read);
    public static readonly Endpoint Trades = new(HttpMethod.Get, "/api/v1/market/histories", RatePool.Public, 3, false, RequestKind.Read);
    public static readonly Endpoint DayStats = new(HttpMethod.Get, "/api/v1/market/stats", RatePool.Public, 15, false, RequestKind.Read);
    public static readonly Endpoint Ledger = new(HttpMethod.Get, "/api/v1/hf/accounts/ledgers", RatePool.Spot, 2, true, RequestKind.Read);
    public static readonly Endpoint TestOrder = new(HttpMethod.Post, "/api/v1/hf/orders/test", RatePool.Spot, 1, true, RequestKind.Read);
    public static readonly Endpoint PlaceOrders = new(HttpMethod.Post, "/api/v1/hf/orders/multi", RatePool.Spot, 1, true, RequestKind.Placement);
    public static readonly Endpoint AlterOrder = new(HttpMethod.Post, "/api/v1/hf/orders/alter", RatePool.Spot, 1, true, RequestKind.Placement);
    public static readonly Endpoint CancelPart = new(
        HttpMethod.Delete, "/api/v1/hf/orders/cancel/{orderId}", RatePool.Spot, 2, true, RequestKind.Cancel);
    public static readonly Endpoint SetDeadManSwitch = new(
        HttpMethod.Post, "/api/v1/hf/orders/dead-cancel-all", RatePool.Spot, 2, true, RequestKind.Placement);
    public static readonly Endpoint DeadManSwitch = new(
        HttpMethod.Get, "/api/v1/hf/orders/dead-cancel-all/query", RatePool.Spot, 2, true, RequestKind.OrderQuery);
    public static readonly Endpoint PlaceStopOrder = new(HttpMethod.Post, "/api/v1/stop-order", RatePool.Spot, 2, true, RequestKind.Placement);
    public static readonly Endpoint CancelStopOrders = new(
        HttpMethod.Delete, "/api/v1/stop-order/cancel", RatePool.Spot, 3, true, RequestKind.Cancel);
    public static readonly Endpoint CancelStopOrderByClientId = new(
        HttpMethod.Delete, "/api/v1/stop-order/cancelOrderByClientOid", RatePool.Spot, 5, true, RequestKind.Cancel);
    public static readonly Endpoint StopOrders = new(HttpMethod.Get, "/api/v1/stop-order", RatePool.Spot, 8, true, RequestKind.Read);
    public static readonly Endpoint StopOrderByClientId = new(
        HttpMethod.Get, "/api/v1/stop-order/queryOrderByClientOid", RatePool.Spot, 3, true, RequestKind.OrderQuery);
    public static readonly Endpoint StopOrder = new(
        HttpMethod.Get, "/api/v1/stop-order/{orderId}", RatePool.Spot, 3, true, RequestKind.OrderQuery);

    /// <summary>The list. Where two match, the first counts: a fixed name stands before an id.</summary>
    public static readonly IReadOnlyList<Endpoint> All =
    [
        ServerTime, Symbols, AllTickers, Ticker, Candles, PublicBullet, PrivateBullet, ApiKey, Accounts, TradeFees,
        PlaceOrder, CancelOrder, PlaceOrderSync, CancelOrderSync, Order, ActiveOrders, ActiveSymbols, DoneOrders, Fills, Book20, Book100, FullBook,
        Status, Trades, DayStats, Ledger, TestOrder, PlaceOrders, AlterOrder, CancelPart, SetDeadManSwitch, DeadManSwitch,
        PlaceStopOrder, CancelStopOrders, CancelStopOrderByClientId, StopOrders, StopOrderByClientId, StopOrder,
    ];

    /// <summary>Finds the endpoint of a request.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="pathAndQuery">As it will be sent.</param>
    /// <exception cref="EndpointNotAllowedException">The list does not hold it, or it holds a character that would need
    /// encoding.</exception>
    public static Endpoint Require(HttpMethod method, string pathAndQuery)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(pathAndQuery);
        var queryAt = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        var path = queryAt < 0 ? pathAndQuery.AsSpan() : pathAndQuery.AsSpan(0, queryAt);
        var query = queryAt < 0 ? default : pathAndQuery.AsSpan(queryAt + 1);
        if (Characters.IsQuery(query))
        {
            foreach (var endpoint in All)
                if (endpoint.Matches(method, path))
                    return endpoint;
        }
        throw new EndpointNotAllowedException(method, path.ToString());
    }
}

/// <summary>
/// A request to an endpoint that this client must not call. A fault in the program, thrown before anything is signed or sent.
/// </summary>
public sealed class EndpointNotAllowedException : InvalidOperationException
{
    internal EndpointNotAllowedException(HttpMethod method, string path)
        : base($"{method} {path} is not on the list of endpoints that this client may call.")
    {
    }
}
