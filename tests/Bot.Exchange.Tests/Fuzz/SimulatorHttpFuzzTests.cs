using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bot.Exchange.Simulator;
using CsCheck;

namespace Bot.Exchange.Tests.Fuzz;

/// <summary>
/// Whatever is sent to the simulator's port, it answers in the exchange's form and lives on. A fault of its own would be told as code
/// 500000, so that code is a failure of the test.
/// </summary>
public sealed class SimulatorHttpFuzzTests : IAsyncLifetime, IDisposable
{
    private const string Order =
        """{"clientOid":"fuzz-1","symbol":"BTC-USDT","side":"buy","type":"limit","price":"20000.1","size":"0.001","timeInForce":"GTC","cancelAfter":-1,"postOnly":false,"hidden":false,"remark":"r"}""";

    private static readonly string[] Bodies =
    [
        Order,
        """{"clientOid":"fuzz-2","symbol":"BTC-USDT","side":"sell","type":"market","size":"0.001","clientTimestamp":1700000000000,"allowMaxTimeWindow":5000}""",
        """{"timeout":60,"symbols":"BTC-USDT,ETH-USDT"}""",
    ];

    /// <summary>Values that stand where a price, a size, a time or a name is expected.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "-0.0", "1e400", "1E-9", "79228162514264337593543950335", "0.0000000000000000000000000001", "9223372036854775807",
        "-9223372036854775808", "99999999999999999999999999999999", "{}", "[]", "[[1]]", "{\"a\":{}}", "\"\"", "\"NaN\"", "\"1e5\"", "\"\\ud800\"",
        "\"\\u0000\"", "\"79228162514264337593543950335\"", "\"10000000000\"", "\"-1\"", "\" 1\"", "\"0.001\"", "\"buy\"", "\"BTC-USDT\"", "\"GTT\"", "\"ü\"",
    ];

    private static readonly string[] Fields =
    [
        "clientOid", "symbol", "side", "type", "price", "size", "funds", "timeInForce", "cancelAfter", "postOnly", "hidden", "iceberg", "stp", "remark",
        "tags", "clientTimestamp", "allowMaxTimeWindow", "timeout", "symbols", "\\ud800", "",
    ];

    private static readonly string[] Targets =
    [
        "/api/v1/hf/orders", "/api/v1/hf/orders/test", "/api/v1/hf/orders/sync", "/api/v1/hf/orders/dead-cancel-all", "/api/v1/bullet-private",
    ];

    private static readonly string[] Paths =
    [
        "/api/v1/market/candles", "/api/v1/market/orderbook/level1", "/api/v2/symbols", "/api/v2/symbols/BTC-USDT", "/api/v1/market/histories",
        "/api/v1/market/stats", "/api/v1/accounts", "/api/v1/trade-fees", "/api/v1/hf/orders/done", "/api/v1/hf/orders/active",
        "/api/v1/hf/orders/active/page", "/api/v1/hf/fills", "/api/v1/hf/orders/x", "/api/v1/hf/orders/client-order/x", "/sim/ledger",
    ];

    private static readonly string[] Names =
    [
        "symbol", "symbols", "type", "startAt", "endAt", "lastId", "limit", "pageNum", "pageSize", "side", "orderId", "market", "currency", "account", "%", "",
    ];

    private static readonly string[] Arguments =
    [
        "BTC-USDT", "", "0", "-1", "1", "50", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e9", "%", "%zz", "%ff%fe", "%00",
        "%F0%9F%92%A9", "1min", "buy", "a,b,,", "..%2f..", "key", "trade_hf",
    ];

    private SimulatorServer _server = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [SimulatorAccount.Parse("key:secret:phrase:USDT=1000000000000,BTC=100000000000")],
            RateLimits = false,
        });
        var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1, AllowAutoRedirect = false };
        _http = new HttpClient(handler) { BaseAddress = _server.Address };
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_mutated_body_is_answered_with_a_code()
    {
        var bodies = Mutation.Of([.. Bodies.Select(Encoding.UTF8.GetBytes)]);
        await Gen.Select(Gen.OneOf(Targets), bodies).SampleAsync(
            async (target, body) => await PostAsync(target, body), iter: 1_500, threads: 1);
        await AssertHealthyAsync();
    }

    [Fact]
    public async Task A_field_with_any_value_is_answered_with_a_code()
    {
        var change = Gen.Select(Gen.OneOf(Fields), Gen.OneOf(Values));
        await Gen.Select(Gen.OneOf(Targets), Gen.OneOf("buy", "sell"), change.Array[1, 4]).SampleAsync(
            async (target, side, changes) => await PostAsync(target, Encoding.UTF8.GetBytes(Body(side, changes))), iter: 2_500, threads: 1);
        await AssertHealthyAsync();

        // Of a name that comes twice the last one counts: a change takes the place of what the order had.
        static string Body(string side, (string Field, string Value)[] changes) =>
            Order.Replace("buy", side, StringComparison.Ordinal)[..^1] + "," + string.Join(',', changes.Select(c => $"\"{c.Field}\":{c.Value}")) + "}";
    }

    [Fact]
    public async Task A_query_with_any_arguments_is_answered_with_a_code()
    {
        var argument = Gen.Select(Gen.OneOf(Names), Gen.OneOf(Arguments), (name, value) => $"{name}={value}");
        await Gen.Select(Gen.OneOf("GET", "DELETE"), Gen.OneOf(Paths), Gen.Bool, argument.Array[0, 5]).SampleAsync(
            async (method, path, isOfPair, arguments) =>
            {
                var query = string.Join('&', isOfPair ? arguments.Prepend("symbol=BTC-USDT") : arguments);
                await SendAsync(method, $"{path}?{query}", []);
            },
            iter: 2_500,
            threads: 1);
        await AssertHealthyAsync();
    }

    [Fact]
    public async Task Mutated_requests_on_a_bare_socket_are_refused_or_answered()
    {
        string[] requests =
        [
            "GET /api/v1/timestamp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            $"POST /api/v1/hf/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nKC-API-KEY: key\r\nKC-API-TIMESTAMP: {NowMs()}\r\nKC-API-SIGN: a\r\nKC-API-PASSPHRASE: b\r\nConnection: close\r\n\r\n{{}}",
            "POST /api/v1/bullet-public HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            "GET /?token=a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        ];
        await Mutation.Of([.. requests.Select(Encoding.UTF8.GetBytes)]).SampleAsync(SendRawAsync, iter: 600, threads: 1);
        await Gen.Byte.Array[1, 300].SampleAsync(SendRawAsync, iter: 200, threads: 1);
        await AssertHealthyAsync();
    }

    [Fact]
    public async Task A_header_with_any_value_is_refused()
    {
        string[] names = ["KC-API-KEY", "KC-API-TIMESTAMP", "KC-API-SIGN", "KC-API-PASSPHRASE", "KC-API-KEY-VERSION", "Content-Type", "X-Other"];
        string[] values = ["", " ", "0", "-1", "99999999999999999999", "key", "\u00e4\u00f6", "==", "a,b", ";;", new string('x', 9_000)];
        await Gen.Select(Gen.OneOf(names), Gen.OneOf(values), Gen.Bool).SampleAsync(
            async (name, value, isAdded) => await SendAsync("POST", "/api/v1/hf/orders", Encoding.UTF8.GetBytes(Order), request =>
            {
                var headers = name == "Content-Type" ? request.Content!.Headers : (System.Net.Http.Headers.HttpHeaders)request.Headers;
                if (!isAdded)
                    headers.Remove(name);
                headers.TryAddWithoutValidation(name, value);
            }),
            iter: 300,
            threads: 1);
        await AssertHealthyAsync();
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("{\"price\":[")]
    public async Task A_body_of_a_hundred_thousand_levels_is_a_wrong_parameter(string opening)
    {
        var (status, code) = await PostAsync("/api/v1/hf/orders", Encoding.UTF8.GetBytes(Mutation.Deep(opening, 100_000)));
        Assert.Equal((HttpStatusCode.OK, "400100"), (status, code));
        await AssertHealthyAsync();
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_refused_and_ends_only_its_own_connection()
    {
        var body = new byte[10 << 20];
        Array.Fill(body, (byte)' ');
        HttpStatusCode? status = null;
        try
        {
            (status, _) = await PostAsync("/api/v1/hf/orders", body);
        }
        catch (HttpRequestException)
        {
            // The server need not read to the end what it refuses; writing on then fails.
        }
        Assert.True(status is null or HttpStatusCode.RequestEntityTooLarge, $"{status}");
        await AssertHealthyAsync();
    }

    private static long NowMs() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static string Hmac(ReadOnlySpan<byte> text) => Convert.ToBase64String(HMACSHA256.HashData("secret"u8, text));

    private Task<(HttpStatusCode Status, string? Code)> PostAsync(string target, byte[] body) => SendAsync("POST", target, body);

    /// <summary>Sends it rightly signed, so that it passes the gate.</summary>
    private async Task<(HttpStatusCode Status, string? Code)> SendAsync(string method, string target, byte[] body, Action<HttpRequestMessage>? change = null)
    {
        var address = new Uri(_server.Address, target);
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }
        var time = NowMs().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add("KC-API-KEY", "key");
        request.Headers.Add("KC-API-TIMESTAMP", time);
        request.Headers.Add("KC-API-SIGN", Hmac([.. Encoding.UTF8.GetBytes(time + method + address.PathAndQuery), .. body]));
        request.Headers.Add("KC-API-PASSPHRASE", Hmac("phrase"u8));
        request.Headers.Add("KC-API-KEY-VERSION", "2");
        change?.Invoke(request);
        using var response = await _http.SendAsync(request).WaitAsync(TimeSpan.FromSeconds(30));
        var text = await response.Content.ReadAsByteArrayAsync();
        Assert.True((int)response.StatusCode < 500, $"{response.StatusCode}: {Encoding.UTF8.GetString(text)}");

        // What the server under the simulator refuses by itself has no body; the simulator's own paths have no code.
        if (text.Length == 0)
        {
            Assert.InRange((int)response.StatusCode, 400, 499);
            return (response.StatusCode, null);
        }
        using var json = JsonDocument.Parse(text);
        return (response.StatusCode, json.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null);
    }

    private async Task SendRawAsync(byte[] bytes)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _server.Address.Port);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var stream = socket.GetStream();
        var answer = new byte[4096];
        var length = 0;
        try
        {
            await stream.WriteAsync(bytes, patience.Token);
            socket.Client.Shutdown(SocketShutdown.Send);
            while (length < answer.Length && await stream.ReadAsync(answer.AsMemory(length), patience.Token) is > 0 and var read)
                length += read;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The server may end a connection on which it hears no HTTP.
        }
        var head = Encoding.Latin1.GetString(answer, 0, length);
        // 505: the server under the simulator speaks no other version of HTTP.
        if (length > 0)
            Assert.Matches("^HTTP/1\\.1 ([1234][0-9][0-9]|505) ", head);
    }

    private async Task AssertHealthyAsync()
    {
        using var health = JsonDocument.Parse(await _http.GetStringAsync("/sim/health"));
        Assert.Equal("ok", health.RootElement.GetProperty("status").GetString());
        var (status, code) = await SendAsync("GET", "/api/v1/hf/orders/active?symbol=BTC-USDT", []);
        Assert.Equal((HttpStatusCode.OK, "200000"), (status, code));
    }
}
