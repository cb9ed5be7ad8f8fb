using System.Text.Json;

namespace Bot.Exchange.Tests.Simulator.Server;

public sealed partial class SampleShapeTests
{
    private const string Orders = "/api/v1/hf/orders";
    private const string Classic = "/api/v1/orders";
    private const string Stops = "/api/v1/stop-order";
    private const string Oco = "/api/v3/oco";
    private const string OfPair = $"?symbol={Pair}";

    private async Task AskMarketAsync()
    {
        // The market's clock sleeps until somebody asks: what trades before that is not of the last day.
        await AskAsync("GET", "/api/v1/timestamp");
        Trade(101m, 3m);
        Trade(100m, 2m);
        foreach (var path in new[]
        {
            "/api/v1/status", "/api/v1/markets", "/api/v1/my-ip", "/api/v1/prices", "/api/v2/symbols",
            "/api/v3/currencies", "/api/v1/market/allTickers",
        })
            await AskAsync("GET", path);
        foreach (var path in new[]
        {
            "/api/v1/market/stats", "/api/v1/market/orderbook/level1", "/api/v1/market/orderbook/level2_20", "/api/v3/market/orderbook/level2",
            "/api/v1/market/histories", "/api/v1/market/callauctionData",
        })
            await AskAsync("GET", path, query: OfPair);
        await AskAsync("GET", "/api/v1/market/candles", query: $"{OfPair}&type=1min");
        await AskAsync("GET", "/api/v2/symbols/{symbol}", Pair);
        await AskAsync("GET", "/api/v3/currencies/{currency}", "BTC");
        foreach (var size in new[] { "20", "100" })
        {
            await AskAsync("GET", "/api/v1/market/orderbook/level2_{size}", size, OfPair);
            await AskAsync("GET", "/api/v1/market/orderbook/callauction/level2_{size}", size, OfPair);
        }
        await AskAsync("POST", "/api/v1/bullet-public");
    }

    private async Task AskAccountAsync()
    {
        var rows = await AskAsync("GET", "/api/v1/accounts");
        await AskAsync("GET", "/api/v1/accounts/{accountId}", Member(rows[0], "id"));
        foreach (var path in new[]
        {
            "/api/v1/hf/accounts/opened", "/api/v2/user-info", "/api/v1/user/api-key", "/api/v1/base-fee", "/api/v3/margin/symbols",
        })
            await AskAsync("GET", path);
        await AskAsync("GET", "/api/v1/trade-fees", query: $"?symbols={Pair}");
        await AskAsync("POST", "/api/v1/bullet-private");
    }

    // Filled, filled in part, open and cancelled: every row of the lists is told.
    private async Task AskOrdersAsync()
    {
        await AskAsync("POST", $"{Orders}/sync", body: new { clientOid = "m", symbol = Pair, side = "buy", type = "market", funds = "20" });
        await AskAsync("POST", $"{Orders}/sync", body: Limit("taken", "sell", "99", "0.1"));
        var partly = Member(await AskAsync("POST", $"{Orders}/sync", body: Limit("partly", "buy", "99", "2")), "orderId");
        Trade(99m, 0.5m);
        var gone = Member(await AskAsync("POST", $"{Orders}/sync", body: Limit("gone", "buy", "95", "1")), "orderId");
        await AskAsync("DELETE", $"{Orders}/sync/{{orderId}}", gone, OfPair);
        await AskAsync("POST", $"{Orders}/sync", body: Limit("gone-too", "buy", "95", "1"));
        await AskAsync("DELETE", $"{Orders}/sync/client-order/{{clientOid}}", "gone-too", OfPair);

        foreach (var (id, name) in new[] { (partly, "partly"), (gone, "gone") })
        {
            await AskAsync("GET", $"{Orders}/{{orderId}}", id, OfPair);
            await AskAsync("GET", $"{Orders}/client-order/{{clientOid}}", name, OfPair);
        }
        foreach (var path in new[] { $"{Orders}/active", $"{Orders}/active/page", $"{Orders}/done", "/api/v1/hf/fills" })
            await AskAsync("GET", path, query: OfPair);
        await AskAsync("GET", $"{Orders}/active/symbols");
        await AskAsync("GET", "/api/v1/hf/accounts/ledgers");
        await AskAsync("GET", "/api/v1/accounts/ledgers");

        await AskAsync("POST", $"{Orders}/dead-cancel-all", body: new { timeout = 600, symbols = Pair });
        await AskAsync("GET", $"{Orders}/dead-cancel-all/query");
        await AskAsync("POST", $"{Orders}/test", body: Limit("test", "buy", "95", "1"));
        await AskAsync("POST", $"{Orders}/multi", body: Batch("b-1", "b-2"));
        await AskAsync("POST", $"{Orders}/multi/sync", body: new { orderList = new[] { Limit("b-3", "buy", "95", "1") } });
        await AskAsync("DELETE", $"{Orders}/cancel/{{orderId}}", partly, $"{OfPair}&cancelSize=0.5");
        var altered = await AskAsync("POST", $"{Orders}/alter", body: new { symbol = Pair, clientOid = "b-3", newPrice = "96", newSize = "2" });
        await AskAsync("DELETE", $"{Orders}/{{orderId}}", Member(altered, "newOrderId"), OfPair);
        await AskAsync("POST", Orders, body: Limit("plain", "buy", "95", "1"));
        await AskAsync("DELETE", $"{Orders}/client-order/{{clientOid}}", "plain", OfPair);
        await AskAsync("DELETE", $"{Orders}/cancelAll");
        await AskAsync("DELETE", Orders, query: OfPair);
    }

    private async Task AskClassicAsync()
    {
        var order = Member(await AskAsync("POST", Classic, body: Limit("c-1", "buy", "95", "1")), "orderId");
        await AskAsync("POST", $"{Classic}/test", body: Limit("c-2", "buy", "95", "1"));
        await AskAsync("POST", $"{Classic}/multi", body: Batch("c-3", "c-4"));
        await AskAsync("GET", $"{Classic}/{{orderId}}", order);
        await AskAsync("GET", "/api/v1/order/client-order/{clientOid}", "c-1");
        foreach (var status in new[] { "active", "done" })
            await AskAsync("GET", Classic, query: $"?status={status}");
        await AskAsync("GET", "/api/v1/fills");
        await AskAsync("DELETE", $"{Classic}/{{orderId}}", order);
        await AskAsync("DELETE", "/api/v1/order/client-order/{clientOid}", "c-3");
        await AskAsync("POST", $"{Orders}/sync", body: Limit("c-5", "buy", "95", "1"));
        await AskAsync("DELETE", Classic, query: OfPair);
    }

    private async Task AskStopsAsync()
    {
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add(Member(await AskAsync("POST", Stops, body: Stop($"s-{i}")), "orderId"));
        await AskAsync("GET", Stops);
        await AskAsync("GET", $"{Stops}/{{orderId}}", ids[0]);
        await AskAsync("GET", $"{Stops}/queryOrderByClientOid", query: "?clientOid=s-0");
        await AskAsync("DELETE", $"{Stops}/{{orderId}}", ids[0]);
        await AskAsync("DELETE", $"{Stops}/cancelOrderByClientOid", query: "?clientOid=s-1");
        await AskAsync("DELETE", $"{Stops}/cancel");

        for (var i = 0; i < 3; i++)
        {
            ids[i] = Member(
                await AskAsync("POST", $"{Oco}/order", body: new
                {
                    clientOid = $"o-{i}",
                    symbol = Pair,
                    side = "sell",
                    price = "104",
                    size = "0.1",
                    stopPrice = "96",
                    limitPrice = "95.5",
                }),
                "orderId");
        }
        await AskAsync("GET", $"{Oco}/orders");
        await AskAsync("GET", $"{Oco}/order/{{orderId}}", ids[0]);
        await AskAsync("GET", $"{Oco}/order/details/{{orderId}}", ids[0]);
        await AskAsync("GET", $"{Oco}/client-order/{{clientOid}}", "o-0");
        await AskAsync("DELETE", $"{Oco}/order/{{orderId}}", ids[0]);
        await AskAsync("DELETE", $"{Oco}/client-order/{{clientOid}}", "o-1");
        await AskAsync("DELETE", $"{Oco}/orders");
    }

    /// <summary>Asks an endpoint, which must answer with data, and keeps their shape.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Path; what stands in braces is a parameter, whose name is in the sample's name.</param>
    /// <param name="parameter">The parameter's value.</param>
    /// <param name="query">The query with its question mark.</param>
    /// <param name="body">The body.</param>
    private async Task<JsonElement> AskAsync(string method, string path, string parameter = "", string query = "", object? body = null)
    {
        var brace = path.IndexOf('{', StringComparison.Ordinal);
        var target = (brace < 0 ? path : path[..brace] + Uri.EscapeDataString(parameter)) + query;
        var reply = await _api.SendAsync(new HttpMethod(method), target, body is null ? null : JsonSerializer.Serialize(body));
        Assert.True(reply.Code == "200000", $"{method} {target}: {reply.Code} {reply.Message}");
        var name = path[1..].Replace("{size}", "size", StringComparison.Ordinal).Replace('/', '-').Replace('{', '_').Replace('}', '_');
        Shape($"rest.{method}.{name}").Add("data", reply.Data);
        return reply.Data;
    }

    // One order that is taken, and one that is refused.
    private static object Batch(string taken, string refused) =>
        new { symbol = Pair, orderList = new[] { Limit(taken, "buy", "95", "1"), Limit(refused, "buy", "95.01", "1") } };

    private static object Stop(string clientOid) => new
    {
        clientOid,
        symbol = Pair,
        side = "sell",
        type = "limit",
        price = "94",
        size = "0.1",
        stop = "loss",
        stopPrice = "95",
    };

    private static string Member(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
