using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

/// <summary>Shapes of public answers: what is a string, what is a number, in which order.</summary>
public sealed class MarketDataTests : IAsyncLifetime, IDisposable
{
    private SimulatorServer _server = null!;
    private ApiClient _api = null!;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [ApiClient.Account with { IpWhitelist = ["127.0.0.1"] }],
            Synthetic = new SyntheticMarketOptions { Pairs = 3 },
        });
        _api = new ApiClient(_server.Address);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task The_time_is_a_number()
    {
        var reply = await _api.GetAsync("/api/v1/timestamp");
        Assert.InRange(Math.Abs(reply.Data.GetInt64() - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), 0, 60_000);
        Assert.Equal("open", (await _api.GetAsync("/api/v1/status")).Data.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Symbols_have_every_rule_as_a_string()
    {
        var symbols = (await _api.GetAsync("/api/v2/symbols")).Data;
        Assert.Equal(3, symbols.GetArrayLength());
        var btc = (await _api.GetAsync("/api/v2/symbols/BTC-USDT")).Data;
        foreach (var field in new[]
        {
            "baseMinSize", "quoteMinSize", "baseMaxSize", "quoteMaxSize", "baseIncrement", "quoteIncrement", "priceIncrement", "priceLimitRate",
            "minFunds",
        })
            Assert.True(decimal.Parse(btc.GetProperty(field).GetString()!, CultureInfo.InvariantCulture) > 0);
        Assert.True(btc.GetProperty("enableTrading").GetBoolean());
        Assert.Equal(JsonValueKind.Null, btc.GetProperty("tradingStartTime").ValueKind);
        Assert.Equal("900001", (await _api.GetAsync("/api/v2/symbols/XXX-USDT")).Code);
        Assert.Equal(0, (await _api.GetAsync("/api/v2/symbols?market=BTC")).Data.GetArrayLength());
    }

    [Fact]
    public async Task Candles_are_newest_first_with_the_close_before_the_high()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var rows = (await _api.GetAsync($"/api/v1/market/candles?symbol=BTC-USDT&type=1hour&startAt={now - 86_400}&endAt={now + 1}")).Data
            .EnumerateArray().Select(r => r.EnumerateArray().Select(v => decimal.Parse(v.GetString()!, CultureInfo.InvariantCulture)).ToArray())
            .ToList();

        Assert.InRange(rows.Count, 24, 25);
        Assert.Equal(rows.OrderByDescending(r => r[0]), rows);
        Assert.All(rows, r =>
        {
            Assert.Equal(7, r.Length);
            Assert.Equal(0, r[0] % 3600);
            Assert.True(r[3] >= r[1] && r[3] >= r[2] && r[4] <= r[1] && r[4] <= r[2]);
            Assert.InRange(r[6] / r[5], r[4], r[3]);
        });
        Assert.Equal(1500, (await _api.GetAsync("/api/v1/market/candles?symbol=BTC-USDT&type=1min")).Data.GetArrayLength());
        Assert.Equal("400100", (await _api.GetAsync("/api/v1/market/candles?symbol=BTC-USDT&type=7min")).Code);
        Assert.Equal("400100", (await _api.GetAsync("/api/v1/market/candles?symbol=XXX-USDT&type=1min")).Code);
    }

    [Fact]
    public async Task Books_and_tickers_agree()
    {
        foreach (var (target, levels) in new[]
        {
            ("/api/v1/market/orderbook/level2_20", 20), ("/api/v1/market/orderbook/level2_100", 100), ("/api/v3/market/orderbook/level2", 128),
        })
        {
            var book = (await _api.GetAsync($"{target}?symbol=ETH-USDT")).Data;
            Assert.Equal(levels, book.GetProperty("bids").GetArrayLength());
            Assert.Equal(JsonValueKind.String, book.GetProperty("sequence").ValueKind);
            Assert.Equal(JsonValueKind.Number, book.GetProperty("time").ValueKind);
            Assert.True(Price(book.GetProperty("bids")[0]) < Price(book.GetProperty("asks")[0]));
        }
        var level1 = (await _api.GetAsync("/api/v1/market/orderbook/level1?symbol=ETH-USDT")).Data;
        foreach (var field in new[] { "sequence", "price", "size", "bestBid", "bestBidSize", "bestAsk", "bestAskSize" })
            Assert.Equal(JsonValueKind.String, level1.GetProperty(field).ValueKind);
        var all = (await _api.GetAsync("/api/v1/market/allTickers")).Data.GetProperty("ticker");
        Assert.Equal(["BTC-USDT", "ETH-USDT", "SOL-USDT"], all.EnumerateArray().Select(t => t.GetProperty("symbol").GetString()));
        var stats = (await _api.GetAsync("/api/v1/market/stats?symbol=BTC-USDT")).Data;
        Assert.Matches(@"^-?0(\.\d{1,4})?$", stats.GetProperty("changeRate").GetString());
        Assert.Equal(3, (await _api.GetAsync("/api/v3/currencies")).Data.EnumerateArray().Count(c => c.GetProperty("currency").GetString() != "USDT"));
    }

    [Fact]
    public async Task The_account_is_told_under_both_names_of_its_type()
    {
        foreach (var type in new[] { "trade", "trade_hf" })
        {
            var rows = (await _api.GetAsync($"/api/v1/accounts?type={type}&currency=USDT")).Data;
            Assert.Equal((1, type, "100000", "0"), (
                rows.GetArrayLength(), rows[0].GetProperty("type").GetString(), rows[0].GetProperty("available").GetString(),
                rows[0].GetProperty("holds").GetString()));
        }
        Assert.Equal(0, (await _api.GetAsync("/api/v1/accounts?type=main")).Data.GetArrayLength());
        Assert.Equal(2, (await _api.GetAsync("/api/v1/accounts")).Data.GetArrayLength());
        Assert.True((await _api.GetAsync("/api/v1/hf/accounts/opened")).Data.GetBoolean());
    }

    [Fact]
    public async Task The_key_tells_its_permissions_and_addresses()
    {
        var key = (await _api.GetAsync("/api/v1/user/api-key")).Data;
        Assert.Equal(("General,Spot", "127.**.1", false), (
            key.GetProperty("permission").GetString(), key.GetProperty("ipWhitelist").GetString(), key.GetProperty("isMaster").GetBoolean()));
        Assert.Equal(JsonValueKind.Number, key.GetProperty("uid").ValueKind);
        Assert.Equal("0.001", (await _api.GetAsync("/api/v1/base-fee")).Data.GetProperty("takerFeeRate").GetString());
    }

    [Fact]
    public async Task Health_is_told_outside_the_exchanges_paths()
    {
        using var health = JsonDocument.Parse(await _api.OwnAsync("/sim/health"));
        Assert.Equal(("ok", "wall", 3), (
            health.RootElement.GetProperty("status").GetString(), health.RootElement.GetProperty("clock").GetString(),
            health.RootElement.GetProperty("pairs").GetInt32()));
    }

    private static decimal Price(JsonElement level) => decimal.Parse(level[0].GetString()!, CultureInfo.InvariantCulture);
}
