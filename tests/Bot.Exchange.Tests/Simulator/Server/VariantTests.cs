using System.Net;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>Where it is unsettled what the real exchange does, and the public data that few clients ask for.</summary>
public sealed class VariantTests
{
    [Theory]
    [InlineData("", HttpStatusCode.OK, "400100")]
    [InlineData("unknown-order-null", HttpStatusCode.OK, "200000")]
    [InlineData("unknown-order-404", HttpStatusCode.NotFound, "400100")]
    public async Task An_unknown_order_is_told_of_in_three_ways(string variant, HttpStatusCode status, string code)
    {
        await using var server = await StartAsync(variant);
        using var api = new ApiClient(server.Address);
        foreach (var path in new[] { "/api/v1/hf/orders/none?symbol=BTC-USDT", "/api/v1/hf/orders/client-order/none?symbol=BTC-USDT", "/api/v1/orders/none" })
        {
            var reply = await api.GetAsync(path);
            Assert.Equal((status, code), (reply.Status, reply.Code));
            if (code == "200000")
                Assert.Equal(JsonValueKind.Null, reply.Data.ValueKind);
        }
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("end-inclusive", 1)]
    public async Task A_candle_that_opens_at_the_end_is_told_of_or_not(string variant, int rows)
    {
        await using var server = await StartAsync(variant);
        using var api = new ApiClient(server.Address);
        await api.PostAsync("/api/v1/hf/orders/sync", new { symbol = "BTC-USDT", side = "buy", type = "market", size = "0.1" });
        var open = (await api.GetAsync("/api/v1/market/candles?symbol=BTC-USDT&type=1day")).Data[0][0].GetString();
        Assert.Equal(rows, (await api.GetAsync($"/api/v1/market/candles?symbol=BTC-USDT&type=1day&startAt=1&endAt={open}")).Data.GetArrayLength());
    }

    [Theory]
    [InlineData("", "200000")]
    [InlineData("batch-5", "400100")]
    public async Task A_batch_of_six_is_taken_or_not(string variant, string code)
    {
        await using var server = await StartAsync(variant);
        using var api = new ApiClient(server.Address);
        var orders = Enumerable.Range(0, 6).Select(i => new { clientOid = $"o-{i}", symbol = "BTC-USDT", side = "buy", type = "limit", price = "95", size = "0.1" });
        Assert.Equal(code, (await api.PostAsync("/api/v1/hf/orders/multi", new { orderList = orders })).Code);
    }

    [Theory]
    [InlineData("", "200000")]
    [InlineData("stops-retired", "401000")]
    public async Task Stop_and_OCO_orders_are_there_or_retired(string variant, string code)
    {
        await using var server = await StartAsync(variant);
        using var api = new ApiClient(server.Address);
        Assert.Equal(code, (await api.GetAsync("/api/v1/stop-order")).Code);
        Assert.Equal(code, (await api.GetAsync("/api/v3/oco/orders")).Code);
    }

    [Fact]
    public void A_variant_that_there_is_not_is_refused_with_those_that_there_are()
    {
        var refusal = Assert.Throws<FormatException>(() => SimulatorVariants.Parse("classic,odd"));
        Assert.Contains("'odd'", refusal.Message, StringComparison.Ordinal);
        Assert.All(SimulatorVariants.Names, name =>
        {
            Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
            Assert.NotEqual(new SimulatorVariants(), SimulatorVariants.Parse(name));
        });
        Assert.Equal(new SimulatorVariants { IsClassic = true, MaxBatch = 5 }, SimulatorVariants.Parse("classic, batch-5"));
    }

    [Fact]
    public async Task Currencies_prices_and_the_callers_address_are_told()
    {
        await using var server = await StartAsync("");
        using var api = new ApiClient(server.Address);
        Assert.Equal("127.0.0.1", (await api.GetAsync("/api/v1/my-ip")).Data.GetString());
        Assert.Equal("BTC", (await api.GetAsync("/api/v3/currencies/BTC")).Data.GetProperty("currency").GetString());
        Assert.Equal("400100", (await api.GetAsync("/api/v3/currencies/NONE")).Code);
        var prices = (await api.GetAsync("/api/v1/prices?base=USD")).Data;
        Assert.Equal(("100", "1"), (prices.GetProperty("BTC").GetString(), prices.GetProperty("USDT").GetString()));
        Assert.Single((await api.GetAsync("/api/v1/prices?currencies=BTC")).Data.EnumerateObject());
        Assert.Equal(JsonValueKind.Null, (await api.GetAsync("/api/v1/market/callauctionData?symbol=BTC-USDT")).Data.GetProperty("estimatedPrice").ValueKind);
        Assert.Equal(0, (await api.GetAsync("/api/v1/market/orderbook/callauction/level2_20?symbol=BTC-USDT")).Data.GetProperty("bids").GetArrayLength());
    }

    [Fact]
    public async Task A_whole_market_can_be_watched_and_auctions_are_silent()
    {
        await using var server = await StartAsync("");
        using var api = new ApiClient(server.Address);
        await using var push = await PushClient.ConnectAsync(api, isPrivate: false);
        await push.SubscribeAsync("/callauction/callauctionData:BTC-USDT");
        await push.SubscribeAsync("/callauction/level2Depth50:BTC-USDT");
        await push.SubscribeAsync("/market/snapshot:USDS");
        await api.PostAsync("/api/v1/hf/orders/sync", new { symbol = "BTC-USDT", side = "buy", type = "market", size = "0.1" });
        var frame = (await push.ReadUntilAsync(f => PushClient.Type(f) == "message"));
        Assert.Equal("/market/snapshot:USDS", frame.GetProperty("topic").GetString());
        var told = frame.GetProperty("data").GetProperty("data");
        Assert.Equal(("BTC-USDT", "USDS"), (told.GetProperty("symbol").GetString(), told.GetProperty("market").GetString()));
    }

    private static Task<SimulatorServer> StartAsync(string variant) => SimulatorServer.StartAsync(new SimulatorOptions
    {
        Accounts = [ApiClient.Account],
        Source = new TestMarket(),
        Variants = SimulatorVariants.Parse(variant),
    });
}
