using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Tests.Kucoin.Support;
using CsCheck;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class EndpointListTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("POST", "/api/v1/accounts/transfer")]
    [InlineData("POST", "/api/v3/accounts/universal-transfer")]
    [InlineData("POST", "/api/v2/accounts/inner-transfer")]
    [InlineData("POST", "/api/v3/withdrawals")]
    [InlineData("POST", "/api/v1/sub/api-key")]
    [InlineData("POST", "/api/v1/hf/orders/")]
    [InlineData("POST", "/api/v1/hf/orders/multi/sync")]
    [InlineData("DELETE", "/api/v1/hf/orders/cancel/a/b")]
    [InlineData("DELETE", "/api/v1/stop-order/abc")]
    [InlineData("POST", "/api/v3/oco/order")]
    [InlineData("DELETE", "/api/v1/hf/orders/cancelAll")]
    [InlineData("DELETE", "/api/v1/hf/orders/client-order/")]
    [InlineData("DELETE", "/api/v1/hf/orders/client-order/a/b")]
    [InlineData("DELETE", "/api/v1/hf/orders/client-order/../../accounts")]
    [InlineData("GET", "/api/v1/hf/orders")]
    [InlineData("GET", "/api/v1/accounts?type=trade&x=%2e%2e")]
    [InlineData("GET", "/api/v1/accounts#type=trade")]
    [InlineData("GET", "//evil.example/api/v1/accounts")]
    [InlineData("PUT", "/api/v1/hf/orders")]
    public void What_is_not_on_the_list_is_refused_before_it_is_signed(string method, string path) =>
        Assert.Throws<EndpointNotAllowedException>(() => EndpointList.Require(new HttpMethod(method), path));

    [Fact]
    public void Every_endpoint_of_the_list_is_found_by_its_own_path()
    {
        foreach (var endpoint in EndpointList.All)
        {
            var path = endpoint.Template.Replace("{clientOid}", "b1-abc_DEF-1", StringComparison.Ordinal)
                .Replace("{orderId}", "vs8hoo8q2ceshiue003b67c0", StringComparison.Ordinal);
            Assert.Same(endpoint, EndpointList.Require(endpoint.Method, path));
            Assert.Same(endpoint, EndpointList.Require(endpoint.Method, path + "?symbol=BTC-USDT&symbols=A,B&x=1.5"));
        }
    }

    [Fact]
    public void No_other_known_endpoint_of_the_exchange_is_allowed()
    {
        if (Shared.Kucoin(output) is not { } folder)
            return;
        var refused = 0;
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "samples"), "rest.*.json").Select(Path.GetFileName))
        {
            // rest.METHOD.api-v1-some-path...: whether a hyphen stands for a slash is not told, so every reading must be on no list.
            var parts = file!.Split('.');
            if (parts.Length < 4 || !parts[2].StartsWith("api-", StringComparison.Ordinal))
                continue;
            var path = "/" + parts[2].Replace('-', '/').Replace("/_", "/", StringComparison.Ordinal).Replace('_', 'x');
            if (EndpointList.All.Any(e => e.Method.Method == parts[1]
                && e.Template.Replace('-', '/').Replace("{clientOid}", "clientOidx", StringComparison.Ordinal)
                    .Replace("{orderId}", "orderIdx", StringComparison.Ordinal) == path))
                continue;
            Assert.Throws<EndpointNotAllowedException>(() => EndpointList.Require(new HttpMethod(parts[1]), path));
            refused++;
        }
        Assert.True(refused > 50);
    }

    [Fact]
    public void Arbitrary_text_never_becomes_an_allowed_request() =>
        Gen.Select(Gen.OneOf("GET", "POST", "DELETE"), Gen.String).Sample((method, tail) =>
        {
            var path = "/api/" + tail;
            if (EndpointList.All.Any(e => e.Template == path.Split('?')[0]))
                return;
            Assert.Throws<EndpointNotAllowedException>(() => { EndpointList.Require(new HttpMethod(method), path); });
        });

    [Theory]
    [InlineData("http://api.kucoin.com", "BaseAddress")]
    [InlineData("https://api.kucoin.com.evil.example", "not allowed")]
    [InlineData("https://kucoin.com@evil.example", "BaseAddress")]
    [InlineData("https://evilkucoin.com", "not allowed")]
    [InlineData("https://api.kucoin.com/v2", "BaseAddress")]
    [InlineData("ftp://api.kucoin.com", "BaseAddress")]
    public void An_address_that_is_not_the_exchanges_is_refused(string address, string fault)
    {
        var error = Assert.Throws<ArgumentException>(() => new KucoinOptions { BaseAddress = new Uri(address) }.Validate());
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.kucoin.com")]
    [InlineData("https://api.kucoin.eu")]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://[::1]:8080")]
    public void The_exchange_and_a_simulator_on_this_machine_may_be_spoken_to(string address) =>
        new KucoinOptions { BaseAddress = new Uri(address) }.Validate();

    [Fact]
    public void Every_fault_of_the_options_is_reported_at_once()
    {
        var options = new KucoinOptions { OrderWindowMs = 0, QueryAttempts = 0, MaxBodyBytes = 1, Streams = new KucoinStreamOptions { TopicsPerMessage = 101 } };
        var error = Assert.Throws<ArgumentException>(options.Validate);
        foreach (var name in new[] { "OrderWindowMs", "QueryAttempts", "MaxBodyBytes", "TopicsPerMessage" })
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }
}
