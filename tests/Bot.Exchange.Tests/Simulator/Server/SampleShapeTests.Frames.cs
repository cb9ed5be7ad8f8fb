using System.Text.Json;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

public sealed partial class SampleShapeTests
{
    private const string Book = "ws.market-level2.push";

    private async Task WatchConnectionAsync()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        Shape("ws.control.welcome").Add("frame", (await push.ReadAsync())!.Value);
        foreach (var (key, type, message) in new[]
        {
            ("ws.control.pong", "pong", """{"id":"1","type":"ping"}"""),
            ("ws.control.ack", "ack", """{"id":"2","type":"subscribe","topic":"/market/match:BTC-USDT","response":true}"""),
            ("ws.control.ack-unsubscribe", "ack", """{"id":"3","type":"unsubscribe","topic":"/market/match:BTC-USDT","response":true}"""),
            ("ws.error.404", "error", """{"id":"4","type":"subscribe","topic":"/market/tickr:BTC-USDT","response":true}"""),
            ("ws.error.403", "error", """{"id":"5","type":"subscribe","topic":"/account/balance","response":true}"""),
        })
        {
            await push.SendAsync(message);
            await KeepAsync(push, key, type);
        }
        for (var i = 0; i < 101; i++)
            await push.SendAsync("""{"id":"6","type":"ping"}""");
        await KeepAsync(push, "ws.error.509-rate", "error");

        await using var stranger = await PushClient.ConnectAsync($"ws://{_server.Address.Authority}/?token=bad&connectId=x");
        await KeepAsync(stranger, "ws.error.401", "error");
    }

    private async Task WatchMarketAsync()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: false);
        string[] topics =
        [
            $"/market/ticker:{Pair}", "/market/ticker:all", $"/market/match:{Pair}", $"/market/candles:{Pair}_1hour", "/market/snapshot:USDS",
            $"/market/level2:{Pair}", $"/spotMarket/level1:{Pair}", $"/spotMarket/level2Depth5:{Pair}", $"/spotMarket/level2Depth50:{Pair}",
        ];
        foreach (var topic in topics)
            await push.SubscribeAsync(topic);
        Trade(101m, 3m);
        await _api.PostAsync($"{Orders}/sync", Limit("below", "buy", "95", "1"));
        await _api.PostAsync($"{Orders}/sync", Limit("above", "sell", "105", "1"));

        // Until every topic has told something, and the book of both of its sides.
        while (topics.Any(t => !_shapes.ContainsKey(KeyOfTopic(t)))
            || Shape(Book).At("frame.data.changes.bids[][]").Count == 0 || Shape(Book).At("frame.data.changes.asks[][]").Count == 0)
            Keep((await push.ReadAsync())!.Value);
    }

    // An order that is filled in part, changed and cancelled, two that take, and a stop order that is cancelled.
    private async Task WatchAccountAsync()
    {
        await using var push = await PushClient.ConnectAsync(_api, isPrivate: true);
        foreach (var topic in new[] { "/spotMarket/tradeOrders", "/spotMarket/tradeOrdersV2", "/account/balance", "/spotMarket/advancedOrders" })
            await push.SubscribeAsync(topic);
        await _api.PostAsync($"{Orders}/sync", new { clientOid = "funds", symbol = Pair, side = "buy", type = "market", funds = "20" });
        await _api.PostAsync($"{Orders}/sync", Limit("taken", "sell", "99", "0.1"));
        var id = Member((await _api.PostAsync($"{Orders}/sync", Limit("partly", "buy", "99", "2"))).Data, "orderId");
        Trade(99m, 0.5m);
        await _api.DeleteAsync($"{Orders}/cancel/{id}{OfPair}&cancelSize=0.5");
        await _api.PostAsync(Stops, Stop("gone"));
        await _api.DeleteAsync($"{Stops}/cancelOrderByClientOid?clientOid=gone");
        await UntilAsync(push, f => IsFirstVersion(f, ".update"));
        await _api.DeleteAsync($"{Orders}/sync/{id}{OfPair}");
        await UntilAsync(push, f => IsFirstVersion(f, ".canceled"));
    }

    // The second version of a step is told before the first.
    private static bool IsFirstVersion(JsonElement frame, string step) =>
        StepOf(frame) == step && frame.GetProperty("topic").GetString() == "/spotMarket/tradeOrders";

    private async Task KeepAsync(PushClient push, string key, string type) =>
        Shape(key).Add("frame", await push.ReadUntilAsync(f => PushClient.Type(f) == type));

    private Task<JsonElement> UntilAsync(PushClient push, Func<JsonElement, bool> isLast) => push.ReadUntilAsync(frame =>
    {
        Keep(frame);
        return isLast(frame);
    });

    private void Keep(JsonElement frame)
    {
        if (PushClient.Type(frame) == "message")
            Shape(KeyOfTopic(frame.GetProperty("topic").GetString()!) + StepOf(frame)).Add("frame", frame);
    }

    /// <summary>How the samples call a topic.</summary>
    private static string KeyOfTopic(string topic)
    {
        var name = topic == "/market/ticker:all" ? "/market/ticker-all" : topic.Split(':')[0];
        return $"ws.{name[1..].Replace('/', '-')}.push";
    }
}
