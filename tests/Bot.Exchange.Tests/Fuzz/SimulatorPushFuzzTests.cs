using System.Net;
using System.Net.Sockets;
using System.Text;
using Bot.Exchange.Simulator;
using Bot.Exchange.Tests.Simulator.Support;
using CsCheck;

namespace Bot.Exchange.Tests.Fuzz;

/// <summary>No message makes the simulator give up a push connection, and no bytes that are no message reach beyond their own connection.</summary>
public sealed class SimulatorPushFuzzTests : IAsyncLifetime, IDisposable
{
    private static readonly string[] Messages =
    [
        """{"id":"1","type":"subscribe","topic":"/market/ticker:BTC-USDT,ETH-USDT","privateChannel":false,"response":true}""",
        """{"id":2,"type":"subscribe","topic":"/spotMarket/tradeOrdersV2","privateChannel":true,"response":true}""",
        """{"id":"3","type":"subscribe","topic":"/market/candles:BTC-USDT_1min","response":true}""",
        """{"id":"4","type":"unsubscribe","topic":"/market/level2:BTC-USDT","response":true}""",
        """{"id":"5","type":"ping"}""",
    ];

    /// <summary>What may stand in the place of any value.</summary>
    private static readonly string[] Values =
    [
        "null", "true", "-1", "1e400", "{}", "[[]]", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"/market/ticker:\"", "\"/market/ticker:,,\"", "\":\"",
        "\"/market/candles:BTC-USDT_\"", "\"/market/candles:_1min\"", "\"/market/snapshot:all\"", "\"subscribe\"", "\"ping\"", "99999999999999999999",
    ];

    private SimulatorServer _server = null!;
    private ApiClient _api = null!;
    private PushClient _push = null!;
    private long _pings;

    public async Task InitializeAsync()
    {
        _server = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [ApiClient.Account], RateLimits = false });
        _api = new ApiClient(_server.Address);
        _push = await PushClient.ConnectAsync(_api, isPrivate: true);
    }

    public async Task DisposeAsync()
    {
        await _push.DisposeAsync();
        await _server.DisposeAsync();
    }

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task A_mutated_message_does_not_end_its_connection()
    {
        await Mutation.OfText(Messages).Array[1, 5].SampleAsync(SendAsync, iter: 500, threads: 1);
    }

    [Fact]
    public async Task A_message_with_any_values_does_not_end_its_connection()
    {
        var value = Gen.OneOf(Values);
        await Gen.Select(Gen.OneOf("\"subscribe\"", "\"unsubscribe\"", "\"ping\"", "\"\\ud800\""), value, value, value).SampleAsync(
            async (type, id, topic, response) => await SendAsync([$$"""{"id":{{id}},"type":{{type}},"topic":{{topic}},"response":{{response}}}"""]),
            iter: 1_000,
            threads: 1);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"id\":")]
    public async Task A_message_of_thousands_of_levels_is_no_message(string opening) => await SendAsync([Mutation.Deep(opening, 8_000)]);

    [Fact]
    public async Task A_message_of_ten_megabytes_ends_only_its_own_connection()
    {
        await using var other = await PushClient.ConnectAsync(_api, isPrivate: false);
        try
        {
            await other.SendAsync(new string(' ', 10 << 20));
            while (await other.ReadAsync() is not null)
            {
                // The welcome comes first.
            }
        }
        catch (Exception e) when (e is System.Net.WebSockets.WebSocketException or IOException)
        {
            // Closed in the middle of the message.
        }
        await AssertAliveAsync();
    }

    [Fact]
    public async Task Bytes_that_are_no_frames_end_only_their_own_connection()
    {
        var frames = Mutation.Of(
            [0x81, 0x85, 1, 2, 3, 4, (byte)'{' ^ 1, (byte)'}' ^ 2, 32 ^ 3, 32 ^ 4, 32 ^ 1],
            [0x89, 0x80, 0, 0, 0, 0, 0x88, 0x82, 0, 0, 0, 0, 3, 232],
            [0x01, 0x81, 0, 0, 0, 0, (byte)'{', 0x80, 0x81, 0, 0, 0, 0, (byte)'}'],
            [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        await Gen.Select(Gen.Bool, frames, Gen.Byte.Array[1, 60], (isMutated, mutated, random) => isMutated ? mutated : random).SampleAsync(SendBytesAsync, iter: 250, threads: 1);
        await AssertAliveAsync();
    }

    private async Task SendAsync(string[] messages)
    {
        foreach (var message in messages)
            await _push.SendAsync(message);
        await AssertAliveAsync();
    }

    /// <summary>A ping on the same connection is answered, after whatever else it has to say.</summary>
    private async Task AssertAliveAsync()
    {
        var id = $"alive-{++_pings}";
        await _push.SendAsync($$"""{"id":"{{id}}","type":"ping"}""");
        await _push.ReadUntilAsync(f => PushClient.Type(f) == "pong" && f.GetProperty("id").GetString() == id);
    }

    /// <summary>Shakes hands by itself, and then sends what no WebSocket client would.</summary>
    private async Task SendBytesAsync(byte[] bytes)
    {
        var token = (await _api.PostAsync("/api/v1/bullet-public")).Data.GetProperty("token").GetString();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, _server.Address.Port);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var stream = socket.GetStream();
        var buffer = new byte[4096];
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"GET /?token={token}&connectId=f HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
            patience.Token);
        var read = await stream.ReadAsync(buffer, patience.Token);
        Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(buffer, 0, read), StringComparison.Ordinal);
        try
        {
            await stream.WriteAsync(bytes, patience.Token);
            socket.Client.Shutdown(SocketShutdown.Send);
            while (await stream.ReadAsync(buffer, patience.Token) > 0)
            {
                // Its answers do not matter here, only that it ends.
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Reset: it has ended.
        }
    }
}
