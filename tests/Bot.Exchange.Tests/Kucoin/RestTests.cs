using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class RestTests
{
    private const string TimeAnswer = """{"code":"200000","data":1700000000000}""";

    [Theory]
    [InlineData("<html>bad gateway</html>", 502)]
    [InlineData("""{"code":"500000","msg":"Internal Server Error"}""", 500)]
    [InlineData("""{"code":"429000","msg":"Too Many Requests"}""", 429)]
    public async Task A_read_is_repeated_after_a_trouble_of_the_server(string body, int status)
    {
        await using var server = new RawServer(e => e.Number < 3 ? e.AnswerAsync(body, status) : e.AnswerAsync(TimeAnswer));
        using var client = TestClient.At(server.Address);
        Assert.Equal(1_700_000_000_000, (await client.GetServerTimeAsync(default)).Required);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_read_is_given_up_after_its_attempts()
    {
        await using var server = new RawServer(e => e.AnswerAsync("<html>", 503));
        using var client = TestClient.At(server.Address);
        var answer = await client.GetServerTimeAsync(default);
        Assert.Equal((FailureKind.Doubt, "html", 503), (answer.Failure!.Kind, answer.Failure.Code, answer.Failure.HttpStatus));
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData("""{"code":"200004","msg":"Balance insufficient!"}""", 200, "")]
    [InlineData("""{"code":"400005","msg":"Invalid KC-API-SIGN"}""", 401, "")]
    [InlineData("""{"code":"429000","msg":"Too Many Requests"}""", 429, "gw-ratelimit-reset: 5000\r\n")]
    [InlineData("""{"code":"200000","data":{"unexpected":1}}""", 200, "")]
    public async Task A_read_is_not_repeated_where_that_could_not_help(string body, int status, string headers)
    {
        await using var server = new RawServer(e => e.AnswerAsync(body, status, headers));
        using var client = TestClient.At(server.Address);
        Assert.False((await client.GetBalancesAsync()).IsSuccess);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Waits_between_attempts_run_on_the_injected_clock_and_the_last_attempt_dates_the_evidence()
    {
        var refused = new SemaphoreSlim(0);
        await using var server = new RawServer(async e =>
        {
            if (e.Number < 3)
            {
                await e.AnswerAsync("<html>", 503);
                refused.Release();
            }
            else
            {
                await e.AnswerAsync("""{"code":"400100","msg":"order not exist."}""");
            }
        });
        var time = new VirtualTimeProvider(TestClient.NowMs);
        using var client = TestClient.At(
            server.Address, time, TestClient.Options(server.Address) with { QueryRetryDelay = TimeSpan.FromMilliseconds(200) });
        var answer = client.GetOrderAsync(TestClient.Btc, "b1-x");
        // Jitter is pinned to its middle: three quarters of 200 and of 400 ms.
        await refused.WaitAsync();
        await Until(() => time.NextDueMs == TestClient.NowMs + 150);
        time.AdvanceTo(TestClient.NowMs + 150);
        await refused.WaitAsync();
        await Until(() => time.NextDueMs == TestClient.NowMs + 450);
        time.AdvanceTo(TestClient.NowMs + 450);
        Assert.Equal(FailureKind.NotFound, (await answer).Failure!.Kind);
        Assert.Equal(TestClient.NowMs + 450, (await answer).IssuedAtMs);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_measured_and_the_read_repeated()
    {
        await using var server = new RawServer(e => e.Request.Contains("/timestamp", StringComparison.Ordinal)
            ? e.AnswerAsync("""{"code":"200000","data":1800000000000}""")
            : e.Request.Contains("KC-API-TIMESTAMP: 18000000", StringComparison.Ordinal)
                ? e.AnswerAsync("""{"code":"200000","data":[]}""")
                : e.AnswerAsync("""{"code":"400002","msg":"Invalid KC-API-TIMESTAMP"}""", 400));
        using var client = TestClient.At(
            server.Address, TimeProvider.System, TestClient.Options(server.Address) with { ClockIsTimeProvider = false });
        Assert.True((await client.GetFeeRatesAsync([TestClient.Btc], default)).IsSuccess);
        Assert.True(client.Clock.IsSynchronised);
    }

    [Fact]
    public async Task An_answer_longer_than_the_limit_is_not_read_to_its_end()
    {
        await using var server = new RawServer(e => e.AnswerAsync(new string(' ', 100_000) + TimeAnswer));
        using var client = TestClient.At(server.Address, options: TestClient.Options(server.Address) with { MaxBodyBytes = 50_000 });
        var answer = await client.GetServerTimeAsync(default);
        Assert.Equal((FailureKind.Doubt, "too-large"), (answer.Failure!.Kind, answer.Failure.Code));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_compressed_answer_counts_with_its_length_after_decompression()
    {
        using var packed = new MemoryStream();
        await using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await zip.WriteAsync(Encoding.ASCII.GetBytes(new string(' ', 1_000_000) + TimeAnswer));
        await using var server = await HttpServer.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(packed.ToArray());
        });
        using var small = TestClient.At(server.Address, options: TestClient.Options(server.Address) with { MaxBodyBytes = 50_000 });
        Assert.Equal("too-large", (await small.GetServerTimeAsync(default)).Failure!.Code);
        using var large = TestClient.At(server.Address);
        Assert.Equal(1_700_000_000_000, (await large.GetServerTimeAsync(default)).Required);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = new RawServer(e => e.AnswerAsync(TimeAnswer));
        await using var server = new RawServer(e => e.AnswerAsync("", 302, $"Location: {elsewhere.Address}\r\n"));
        using var client = TestClient.At(server.Address);
        Assert.Equal(FailureKind.Doubt, (await client.GetBalancesAsync()).Failure!.Kind);
        Assert.Equal(0, elsewhere.Connections);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_accepted()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var requests = 0;
        await using var server = await HttpServer.StartAsync(
            context =>
            {
                Interlocked.Increment(ref requests);
                return context.Response.WriteAsync(TimeAnswer);
            },
            certificate);
        using var client = TestClient.At(server.Address);
        Assert.Equal("tls", (await client.GetServerTimeAsync(default)).Failure!.Code);
        Assert.Equal(0, requests);
    }

    [Fact]
    public async Task Nobody_listening_is_doubt_for_a_placement()
    {
        Uri address;
        await using (var gone = new RawServer(e => e.AnswerAsync("{}")))
            address = gone.Address;
        using var client = TestClient.At(address);
        var answer = await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs));
        Assert.Equal((FailureKind.Doubt, "connect"), (answer.Failure!.Kind, answer.Failure.Code));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_signed_or_sent()
    {
        await using var server = new RawServer(e => e.AnswerAsync("{}"));
        using var client = new KucoinExchange(TestClient.Options(server.Address), null);
        Assert.Equal("no-credentials", (await client.GetBalancesAsync()).Failure!.Code);
        Assert.Equal(0, server.Connections);
        Assert.Throws<InvalidOperationException>(() => client.OpenAccountStream(null!));
    }

    [Fact]
    public async Task No_credential_and_no_signature_is_ever_shown()
    {
        // A hostile mirror: whatever is sent comes back, as text, as a page, as a code, in every status that gets a special treatment.
        var forms = new (int Status, Func<string, string> Body)[]
        {
            (401, echo => $$"""{"code":"400005","msg":{{System.Text.Json.JsonSerializer.Serialize(echo)}}}"""),
            (500, echo => $$"""{"code":"500000","msg":{{System.Text.Json.JsonSerializer.Serialize(echo)}}}"""),
            (200, echo => $$"""{"code":{{System.Text.Json.JsonSerializer.Serialize(echo)}},"msg":"x"}"""),
            (200, echo => $$"""{"code":"200000","msg":{{System.Text.Json.JsonSerializer.Serialize(echo)}}}"""),
            (500, echo => $"<html>{echo}</html>"),
            (400, echo => echo),
            (200, echo => echo),
            (429, echo => $$"""{"code":"429000","msg":{{System.Text.Json.JsonSerializer.Serialize(echo)}}}"""),
        };
        foreach (var (status, body) in forms)
        {
            var secrets = new List<string>();
            await using var server = new RawServer(e =>
            {
                var sent = e.Request.Split("\r\n").Where(l => l.StartsWith("KC-API-", StringComparison.Ordinal) && !l.StartsWith("KC-API-KEY-VERSION", StringComparison.Ordinal)
                    && !l.StartsWith("KC-API-TIMESTAMP", StringComparison.Ordinal)).Select(l => l.Split(": ", 2)[1]).ToList();
                lock (secrets)
                    secrets.AddRange(sent);
                return e.AnswerAsync(body(string.Join(" ", sent) + " canary-secret canary-pass"), status);
            });
            var logs = new ListLogs();
            using var credentials = TestClient.Credentials("canary-key", "canary-secret", "canary-pass");
            using var client = new KucoinExchange(
                TestClient.Options(server.Address), credentials,
                new KucoinRuntime { Time = new VirtualTimeProvider(TestClient.NowMs), Logs = logs });
            var shown = new StringBuilder();
            void Show<T>(Answer<T> answer)
            {
                shown.AppendLine(answer.ToString()).AppendLine(answer.Failure!.ToString());
                shown.AppendLine(Assert.Throws<ExchangeException>(() => answer.Required).ToString());
            }
            Show(await client.PlaceOrderAsync(client.Pin(TestClient.Limit(), TestClient.NowMs)));
            Show(await client.GetOrderAsync(TestClient.Btc, "b1-x"));
            Show(await client.CancelOrderAsync(TestClient.Btc, "b1-x"));
            Show(await client.GetApiKeyAsync(default));
            shown.AppendLine(client.ToString()).AppendLine(credentials.ToString()).AppendJoin('\n', logs.Lines);
            Assert.NotEmpty(logs.Lines);
            Assert.True(secrets.Count >= 12);
            foreach (var secret in secrets.Append("canary-key").Append("canary-secret").Append("canary-pass"))
                Assert.DoesNotContain(secret, shown.ToString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
            await Task.Yield();
    }

    /// <summary>A Kestrel server with one handler.</summary>
    private sealed class HttpServer(WebApplication app) : IAsyncDisposable
    {
        public Uri Address => new(app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

        public static async Task<HttpServer> StartAsync(RequestDelegate handler, X509Certificate2? certificate = null)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(o => o.Listen(
                IPAddress.Loopback, 0, listen =>
                {
                    if (certificate is not null)
                        listen.UseHttps(certificate);
                }));
            var app = builder.Build();
            app.Run(handler);
            await app.StartAsync();
            return new HttpServer(app);
        }

        public async ValueTask DisposeAsync()
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }
}
