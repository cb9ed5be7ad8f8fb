using System.Text.Json;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Limits;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;

namespace Bot.Exchange.Tests.Kucoin;

/// <summary>A placement and a cancel reach the wire at most once, whatever the network does (RELIABILITY.md R6, finding 10).</summary>
public sealed class SendOnceTests
{
    private const string TimeAnswer = """{"code":"200000","data":1700000000000}""";

    [Theory]
    [InlineData("reset")]
    [InlineData("close")]
    [InlineData("half")]
    [InlineData("garbage")]
    [InlineData("redirect")]
    [InlineData("500")]
    [InlineData("401")]
    public async Task A_placement_on_a_new_connection_is_seen_once(string fault)
    {
        await using var server = new RawServer(e => FailAsync(e, fault));
        using var client = TestClient.At(server.Address);
        var answer = await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
        Assert.NotNull(answer.Failure);
        Assert.Single(server.Requests);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("close")]
    [InlineData("half")]
    public async Task A_placement_on_a_reused_connection_is_seen_once_and_in_doubt(string fault)
    {
        await using var server = new RawServer(e => e.Number == 1 ? e.AnswerAsync(TimeAnswer) : FailAsync(e, fault));
        using var client = TestClient.At(server.Address);
        Assert.True((await client.GetServerTimeAsync(default)).IsSuccess);
        var answer = await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
        Assert.Equal(FailureKind.Doubt, answer.Failure!.Kind);
        Assert.Equal(["GET", "POST"], server.Requests.Select(r => r.Split(' ')[0]));
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("close")]
    [InlineData("half")]
    public async Task A_cancel_on_a_reused_connection_is_seen_once_and_in_doubt(string fault)
    {
        await using var server = new RawServer(e => e.Number == 1 ? e.AnswerAsync(TimeAnswer) : FailAsync(e, fault));
        using var client = TestClient.At(server.Address);
        Assert.True((await client.GetServerTimeAsync(default)).IsSuccess);
        var answer = await client.CancelOrderAsync(TestClient.Btc, "b1-x");
        Assert.Equal(FailureKind.Doubt, answer.Failure!.Kind);
        Assert.Equal(["GET", "DELETE"], server.Requests.Select(r => r.Split(' ')[0]));
    }

    [Fact]
    public async Task A_placement_without_an_answer_times_out_on_the_injected_clock_and_was_seen_once()
    {
        var arrived = new TaskCompletionSource();
        await using var server = new RawServer(async e =>
        {
            arrived.SetResult();
            await e.StaySilentAsync();
        });
        var time = new VirtualTimeProvider(TestClient.NowMs);
        using var client = TestClient.At(server.Address, time);
        var answer = client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
        await arrived.Task;
        time.AdvanceTo(TestClient.NowMs + 9_999);
        Assert.False(answer.IsCompleted);
        time.AdvanceTo(TestClient.NowMs + 10_000);
        Assert.Equal((FailureKind.Doubt, "timeout"), ((await answer).Failure!.Kind, (await answer).Failure!.Code));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_placement_that_its_caller_gives_up_is_in_doubt()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new RawServer(async e =>
        {
            await stop.CancelAsync();
            await e.StaySilentAsync();
        });
        using var client = TestClient.At(server.Address);
        var answer = await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs), cancel: stop.Token);
        Assert.Equal((FailureKind.Doubt, "cancelled"), (answer.Failure!.Kind, answer.Failure.Code));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task The_bytes_on_the_wire_are_the_pinned_ones()
    {
        await using var server = new RawServer(e => e.AnswerAsync("""{"code":"200000","data":{"orderId":"670fd33bf9406e0007ab3945"}}"""));
        var time = new VirtualTimeProvider(TestClient.NowMs);
        using var client = TestClient.At(server.Address, time);
        var pinned = client.Pin(TestClient.Limit(), TestClient.NowMs);
        time.AdvanceTo(TestClient.NowMs + 1_500);
        var answer = await client.PlaceOrderAsync(pinned);
        Assert.Equal("670fd33bf9406e0007ab3945", answer.Required.OrderId);
        Assert.Equal(TestClient.NowMs + 1_500, answer.IssuedAtMs);
        var request = Assert.Single(server.Requests);
        Assert.StartsWith("POST /api/v1/hf/orders HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + pinned.Body, request, StringComparison.Ordinal);
        Assert.Contains("KC-API-TIMESTAMP: 1700000000000\r\n", request, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json\r\n", request, StringComparison.Ordinal);
        Assert.DoesNotContain("Expect:", request, StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", request, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(60_000)]
    [InlineData(-2_000)]
    public async Task A_stale_licence_is_refused_before_anything_is_written(long ageMs)
    {
        await using var server = new RawServer(e => e.AnswerAsync("{}"));
        using var client = TestClient.At(server.Address);
        var answer = await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs - ageMs));
        Assert.Equal((FailureKind.ClockOff, "stale-licence"), (answer.Failure!.Kind, answer.Failure.Code));
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_licence_that_grows_stale_while_the_connection_is_made_is_not_written()
    {
        // Read before queueing, as time of issue, and when the connection stands and asks for the body: the third reading finds it stale.
        await using var server = new RawServer(e => e.AnswerAsync("{}"));
        var time = new SteppingClock(TestClient.NowMs, readingsBeforeStep: 2, stepMs: 5_000);
        using var client = TestClient.At(server.Address, time);
        var answer = await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
        Assert.Equal((FailureKind.ClockOff, "stale-licence"), (answer.Failure!.Kind, answer.Failure.Code));
        Assert.Empty(server.Requests);
        Assert.Empty(server.Fragments);
    }

    [Fact]
    public async Task A_placement_waits_for_the_budget_no_longer_than_its_licence_lives()
    {
        await using var server = new RawServer(e => e.AnswerAsync(TimeAnswer));
        var time = new VirtualTimeProvider(TestClient.NowMs);
        var options = TestClient.Options(server.Address) with { RateBudget = new RateBudgetOptions { SpotQuota = 1, ProtectiveShare = 0 } };
        using var client = TestClient.At(server.Address, time, options);
        await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
        var second = client.PlaceOrderAsync(client.Pin(TestClient.Limit("b1-abcdef-1-2-E1"), TestClient.NowMs));
        Assert.False(second.IsCompleted);
        time.AdvanceTo(TestClient.NowMs + 2_000);
        Assert.Equal("stale-licence", (await second).Failure!.Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task No_proxy_of_the_environment_is_used()
    {
        await using var proxy = new RawServer(e => e.AnswerAsync("{}"));
        await using var server = new RawServer(e => e.AnswerAsync(TimeAnswer));
        var before = HttpClient.DefaultProxy;
        try
        {
            HttpClient.DefaultProxy = new System.Net.WebProxy(proxy.Address) { BypassProxyOnLocal = false };
            using var client = TestClient.At(server.Address);
            Assert.True((await client.GetServerTimeAsync(default)).IsSuccess);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
        Assert.Equal(0, proxy.Connections);
    }

    [Fact]
    public void The_body_is_a_pure_function_of_what_is_ordered()
    {
        using var client = TestClient.At(new Uri("http://127.0.0.1:1"));
        var spec = TestClient.Limit();
        var pinned = client.Pin(spec, TestClient.NowMs);
        Assert.Equal(
            """{"clientOid":"b1-abcdef-1-1-E1","side":"buy","symbol":"BTC-USDT","type":"limit","price":"50000","size":"0.00001","timeInForce":"GTC","clientTimestamp":1700000000000,"allowMaxTimeWindow":3000}""",
            pinned.Body);
        Assert.Equal(TestClient.NowMs + 3_000, pinned.ValidUntilMs);
        Assert.Equal(pinned.Body, client.Pin(spec with { Price = 50_000.000m, Size = 0.0000100m }, TestClient.NowMs).Body);
        Assert.Equal(pinned, client.Pin(spec, TestClient.NowMs));
    }

    [Fact]
    public void The_signature_gate_bounds_a_wide_window()
    {
        using var client = new KucoinExchange(new KucoinOptions { OrderWindowMs = 20_000 }, null);
        Assert.Equal(TestClient.NowMs + 5_000, client.Pin(TestClient.Limit(), TestClient.NowMs).ValidUntilMs);
    }

    [Fact]
    public void Any_decimal_is_written_exactly_and_without_an_exponent() => CsCheck.Check.Sample(CsCheck.Gen.Decimal, value =>
    {
        var text = OrderBody.Text(value);
        Assert.Equal(value, decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
        Assert.DoesNotContain('E', text);
        Assert.False(text.Contains('.', StringComparison.Ordinal) && text.EndsWith('0'));
    });

    [Fact]
    public void An_order_that_no_exchange_could_take_is_not_pinned()
    {
        using var client = TestClient.At(new Uri("http://127.0.0.1:1"));
        var spec = TestClient.Limit();
        foreach (var bad in new[]
        {
            spec with { ClientOrderId = "" }, spec with { ClientOrderId = new string('a', 41) }, spec with { ClientOrderId = "ä" },
            spec with { ClientOrderId = "a\"b" }, spec with { Size = 0 }, spec with { Size = -1 }, spec with { Price = null },
            spec with { Price = 0 }, spec with { CancelAfterSeconds = 5 }, spec with { Symbol = default },
            spec with { TimeInForce = Trading.Orders.TimeInForce.Gtt }, spec with { Type = Trading.Orders.OrderType.Market },
        })
            Assert.Throws<ArgumentException>(() => client.Pin(bad, TestClient.NowMs));
    }

    [Fact]
    public void A_market_order_and_a_limited_life_are_written_as_documented()
    {
        using var client = TestClient.At(new Uri("http://127.0.0.1:1"));
        var market = TestClient.Limit() with { Type = Trading.Orders.OrderType.Market, Price = null, Side = Trading.Market.Side.Sell };
        Assert.Equal(
            """{"clientOid":"b1-abcdef-1-1-E1","side":"sell","symbol":"BTC-USDT","type":"market","size":"0.00001","clientTimestamp":1700000000000,"allowMaxTimeWindow":3000}""",
            client.Pin(market, TestClient.NowMs).Body);
        var shortLived = TestClient.Limit() with { TimeInForce = Trading.Orders.TimeInForce.Gtt, CancelAfterSeconds = 5, PostOnly = true };
        using var body = JsonDocument.Parse(client.Pin(shortLived, TestClient.NowMs).Body);
        Assert.Equal("GTT", body.RootElement.GetProperty("timeInForce").GetString());
        Assert.Equal(5, body.RootElement.GetProperty("cancelAfter").GetInt32());
        Assert.True(body.RootElement.GetProperty("postOnly").GetBoolean());
    }

    private static async Task FailAsync(RawServer.Exchange exchange, string fault)
    {
        switch (fault)
        {
            case "reset":
                exchange.Reset();
                break;
            case "close":
                exchange.Close();
                break;
            case "half":
                await exchange.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"code\"");
                exchange.Close();
                break;
            case "garbage":
                await exchange.WriteAsync("SMTP ready\r\n\r\n");
                exchange.Close();
                break;
            case "redirect":
                await exchange.AnswerAsync("", 307, "Location: /api/v1/hf/orders\r\n");
                break;
            case "401":
                await exchange.AnswerAsync("", 401, "WWW-Authenticate: Basic\r\n");
                break;
            default:
                await exchange.AnswerAsync("""{"code":"500000","msg":"Internal Server Error"}""", 500);
                break;
        }
    }

    /// <summary>A clock that jumps after it was read a number of times.</summary>
    private sealed class SteppingClock(long nowMs, int readingsBeforeStep, long stepMs) : TimeProvider
    {
        private int _readings;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(
            nowMs + (Interlocked.Increment(ref _readings) > readingsBeforeStep ? stepMs : 0));
    }
}
