using System.Net;
using System.Text;
using System.Text.Json;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Tests.Simulator.Support;

namespace Bot.Exchange.Tests.Simulator.Server;

public sealed class RequestGateTests : IAsyncLifetime, IDisposable
{
    private const string Signed = "/api/v1/hf/accounts/opened";

    private SimulatorServer _server = null!;
    private ApiClient _api = null!;

    public async Task InitializeAsync()
    {
        _server = await StartAsync();
        _api = new ApiClient(_server.Address);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData("GET", "/api/v1/nothing")]
    [InlineData("POST", "/api/v1/timestamp")]
    [InlineData("GET", "/api/v1/hf/orders/a/b")]
    [InlineData("GET", "/sim/nothing")]
    [InlineData("GET", "/")]
    public async Task An_unknown_path_is_told_first(string method, string path)
    {
        var reply = await _api.SendAsync(new HttpMethod(method), path, null, Unsigned);
        Assert.Equal((HttpStatusCode.NotFound, "404000"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task A_body_of_another_type_is_refused_before_the_signature_is_looked_at()
    {
        var reply = await _api.SendAsync(HttpMethod.Post, "/api/v1/hf/orders", "a=b", request =>
        {
            request.Content = new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded");
            Unsigned(request);
        });
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "415000"), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("KC-API-KEY")]
    [InlineData("KC-API-SIGN")]
    [InlineData("KC-API-TIMESTAMP")]
    [InlineData("KC-API-PASSPHRASE")]
    public async Task A_missing_header_is_told(string header)
    {
        var reply = await _api.SendAsync(HttpMethod.Get, Signed, null, request => request.Headers.Remove(header));
        Assert.Equal((HttpStatusCode.BadRequest, "400001"), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData(-5500, "400002")]
    [InlineData(5500, "400002")]
    [InlineData(-3000, "200000")]
    [InlineData(3000, "200000")]
    public async Task The_timestamp_may_be_five_seconds_off(int offMs, string code)
    {
        using var api = new ApiClient(_server.Address) { NowMs = () => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + offMs };
        Assert.Equal(code, (await api.GetAsync(Signed)).Code);
    }

    [Fact]
    public async Task A_timestamp_that_is_no_number_is_told_before_an_unknown_key()
    {
        var reply = await _api.SendAsync(HttpMethod.Get, Signed, null, request =>
        {
            Replace(request, "KC-API-TIMESTAMP", "yesterday");
            Replace(request, "KC-API-KEY", "nobody");
        });
        Assert.Equal("400002", reply.Code);
    }

    [Theory]
    [InlineData("nobody", "secret", "phrase", HttpStatusCode.Unauthorized, "400003")]
    [InlineData("key", "secret", "wrong", HttpStatusCode.Unauthorized, "400004")]
    [InlineData("key", "wrong", "phrase", HttpStatusCode.Unauthorized, "400004")]
    public async Task Key_passphrase_and_signature_are_checked_in_this_order(
        string key, string secret, string passphrase, HttpStatusCode status, string code)
    {
        using var api = new ApiClient(_server.Address, key, secret, passphrase);
        var reply = await api.GetAsync(Signed);
        Assert.Equal((status, code), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task A_wrong_signature_is_told()
    {
        var reply = await _api.SendAsync(HttpMethod.Get, Signed, null, r => Replace(r, "KC-API-SIGN", _api.Hmac("something else")));
        Assert.Equal((HttpStatusCode.Unauthorized, "400005"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task The_signature_covers_the_body()
    {
        var reply = await _api.SendAsync(HttpMethod.Post, "/api/v1/hf/orders/test", "{\"a\":1}", request =>
            request.Content = new StringContent("{\"a\":2}", Encoding.UTF8, "application/json"));
        Assert.Equal("400005", reply.Code);
    }

    [Fact]
    public async Task A_query_may_be_signed_decoded_or_as_sent()
    {
        const string sent = "/api/v1/trade-fees?symbols=BTC-USDT%2CETH-USDT";
        Assert.Equal(2, (await _api.GetAsync(sent)).Data.GetArrayLength());

        var decoded = await _api.SendAsync(HttpMethod.Get, sent, null, request =>
        {
            var time = request.Headers.GetValues("KC-API-TIMESTAMP").Single();
            Replace(request, "KC-API-SIGN", _api.Hmac(time + "GET/api/v1/trade-fees?symbols=BTC-USDT,ETH-USDT"));
        });
        Assert.Equal("200000", decoded.Code);
    }

    [Fact]
    public void The_exchanges_own_example_of_a_signature_is_taken()
    {
        Assert.True(Bot.Exchange.Simulator.Server.RequestSignature.Matches(
            "f03a5284-5c39-4aaa-9b20-dea10bdcf8e3", "1547015186532", "POST", "/api/v1/deposit-addresses",
            "{\"currency\":\"BTC\"}"u8, "7QP/oM0ykidMdrfNEUmng8eZjg/ZvPafjIqmxiVfYu4="));
    }

    [Fact]
    public async Task Public_endpoints_ignore_signatures()
    {
        using var api = new ApiClient(_server.Address, "nobody", "x", "y");
        Assert.Equal("200000", (await api.GetAsync("/api/v1/timestamp")).Code);
        Assert.Equal("200000", (await api.PostAsync("/api/v1/bullet-public")).Code);
    }

    [Fact]
    public async Task A_key_needs_the_permission_and_the_address()
    {
        var reader = SimulatorAccount.Parse("r:secret:phrase") with { Permissions = ["General"] };
        var bound = SimulatorAccount.Parse("b:secret:phrase") with { IpWhitelist = ["10.1.2.3"] };
        await using var server = await StartAsync(reader, bound);
        using var readerApi = new ApiClient(server.Address, "r");
        using var boundApi = new ApiClient(server.Address, "b");

        Assert.Equal("200000", (await readerApi.GetAsync(Signed)).Code);
        Assert.Equal("400007", (await readerApi.PostAsync("/api/v1/hf/orders", new { })).Code);
        Assert.Equal("400006", (await boundApi.GetAsync(Signed)).Code);
    }

    [Fact]
    public async Task Every_answer_tells_what_is_left_of_its_pool_and_an_empty_pool_refuses()
    {
        using var api = new ApiClient(_server.Address);
        for (var left = 2000 - 15; left >= 0; left -= 15)
        {
            var reply = await api.GetAsync("/api/v1/market/stats?symbol=BTC-USDT");
            Assert.Equal(("2000", left.ToString(System.Globalization.CultureInfo.InvariantCulture)), (
                reply.Headers.GetValues("gw-ratelimit-limit").Single(), reply.Headers.GetValues("gw-ratelimit-remaining").Single()));
            Assert.InRange(long.Parse(reply.Headers.GetValues("gw-ratelimit-reset").Single(), null), 0, 30_000);
        }
        var refused = await api.GetAsync("/api/v1/market/stats?symbol=BTC-USDT");
        Assert.Equal((HttpStatusCode.TooManyRequests, "429000"), (refused.Status, refused.Code));
        Assert.Equal("5", refused.Headers.GetValues("gw-ratelimit-remaining").Single());

        // The other pools are not touched.
        Assert.Equal("200000", (await api.GetAsync(Signed)).Code);
    }

    [Fact]
    public async Task An_unreadable_body_is_a_parameter_error()
    {
        foreach (var body in new[] { "[1]", "{", "nonsense" })
        {
            var reply = await _api.SendAsync(HttpMethod.Post, "/api/v1/hf/orders", body);
            Assert.Equal((HttpStatusCode.OK, "400100"), (reply.Status, reply.Code));
        }
    }

    [Fact]
    public async Task Errors_have_a_code_and_a_text_and_no_data()
    {
        var reply = await _api.GetAsync("/api/v1/hf/orders/active");
        Assert.Equal((HttpStatusCode.OK, "400100", JsonValueKind.Undefined), (reply.Status, reply.Code, reply.Data.ValueKind));
        Assert.False(string.IsNullOrEmpty(reply.Message));
    }

    private static Task<SimulatorServer> StartAsync(params SimulatorAccount[] accounts) => SimulatorServer.StartAsync(new SimulatorOptions
    {
        Accounts = accounts.Length == 0 ? [ApiClient.Account] : accounts,
        Synthetic = new SyntheticMarketOptions { History = TimeSpan.FromHours(1) },
    });

    private static void Unsigned(HttpRequestMessage request)
    {
        foreach (var name in request.Headers.Select(h => h.Key).Where(k => k.StartsWith("KC-API", StringComparison.Ordinal)).ToList())
            request.Headers.Remove(name);
    }

    private static void Replace(HttpRequestMessage request, string header, string value)
    {
        request.Headers.Remove(header);
        request.Headers.Add(header, value);
    }
}
