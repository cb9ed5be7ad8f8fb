using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bot.Exchange.Tests.Kucoin.Support;

/// <summary>A KuCoin-speaking push server: hands out tokens, and gives each connection to the test.</summary>
internal sealed class PushServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Session> _sessions = Channel.CreateUnbounded<Session>();
    private int _tokens;

    private PushServer(int pingIntervalMs, int pingTimeoutMs)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(context => ServeAsync(context, pingIntervalMs, pingTimeoutMs));
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Request lines of the token requests, in order.</summary>
    public ConcurrentQueue<string> TokenRequests { get; } = [];

    /// <summary>Answers token requests with an error while true.</summary>
    public bool RefusesTokens { get; set; }

    /// <summary>Answers requests for anything but a token, by path and query; null for none.</summary>
    public Func<string, Task<string>>? Answers { get; set; }

    /// <summary>Address that the tokens name; null for this server.</summary>
    public string? Endpoint { get; set; }

    public static async Task<PushServer> StartAsync(int pingIntervalMs = 18_000, int pingTimeoutMs = 10_000)
    {
        var server = new PushServer(pingIntervalMs, pingTimeoutMs);
        await server._app.StartAsync();
        return server;
    }

    /// <summary>The next connection, before anything was sent on it.</summary>
    public Task<Session> NextAsync() => _sessions.Reader.ReadAsync(_stop.Token).AsTask().Soon();

    /// <summary>The next connection, welcomed, with the first so many subscriptions acknowledged.</summary>
    public async Task<Session> NextSubscribedAsync(int subscriptions)
    {
        var session = await NextAsync();
        await session.WelcomeAsync();
        for (var i = 0; i < subscriptions; i++)
            await session.AckNextAsync();
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ServeAsync(HttpContext context, int pingIntervalMs, int pingTimeoutMs)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            if (Answers is not null && !context.Request.Path.Value!.Contains("bullet", StringComparison.Ordinal))
            {
                await context.Response.WriteAsync(await Answers($"{context.Request.Path}{context.Request.QueryString}"));
                return;
            }
            TokenRequests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            var endpoint = Endpoint ?? Address.ToString().Replace("http://", "ws://", StringComparison.Ordinal);
            await context.Response.WriteAsync(RefusesTokens
                ? """{"code":"400007","msg":"Access denied, require more permission."}"""
                : TestClient.Data(
                    $$"""{"token":"token-{{++_tokens}}==","instanceServers":[{"endpoint":"{{endpoint}}","encrypt":false,"protocol":"websocket","pingInterval":{{pingIntervalMs}},"pingTimeout":{{pingTimeoutMs}}}]}"""));
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var session = new Session(socket, context.Request.Query["connectId"]!, context.Request.Query["token"]!);
        await _sessions.Writer.WriteAsync(session);
        await session.ReadLoopAsync(_stop.Token);
    }

    /// <summary>One connection as the server sees it.</summary>
    internal sealed class Session(WebSocket socket, string connectId, string token)
    {
        private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Channel<JsonElement> _received = Channel.CreateUnbounded<JsonElement>();

        public string ConnectId => connectId;

        public string Token => token;

        /// <summary>Completes when the client is gone.</summary>
        public Task Gone => _gone.Task;

        public Task WelcomeAsync() => SendAsync($$"""{"id":"{{connectId}}","type":"welcome"}""");

        /// <summary>The next message that the client sent.</summary>
        public Task<JsonElement> ReadAsync() => _received.Reader.ReadAsync().AsTask().Soon();

        /// <summary>True when the client has sent nothing that was not read.</summary>
        public bool HeardNothing => _received.Reader.Count == 0;

        /// <summary>Acknowledges the next subscription and returns its topic.</summary>
        public async Task<string> AckNextAsync()
        {
            var message = await ReadAsync();
            await SendAsync($$"""{"id":"{{message.GetProperty("id").GetString()}}","type":"ack"}""");
            return message.GetProperty("topic").GetString()!;
        }

        public async Task SendAsync(string text) =>
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        /// <summary>Sends a message in pieces.</summary>
        public async Task SendInPiecesAsync(string text, int pieceLength)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            for (var at = 0; at < bytes.Length; at += pieceLength)
            {
                var length = Math.Min(pieceLength, bytes.Length - at);
                await socket.SendAsync(bytes.AsMemory(at, length), WebSocketMessageType.Text, at + length == bytes.Length, CancellationToken.None);
            }
        }

        public Task TickerAsync(string symbol, long timeMs, string price = "1") => SendAsync(
            $$$"""{"type":"message","topic":"/market/ticker:{{{symbol}}}","subject":"trade.ticker","data":{"price":"{{{price}}}","time":{{{timeMs}}}}}""");

        public Task CloseAsync() => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "Bye", CancellationToken.None);

        public void Abort() => socket.Abort();

        public async Task ReadLoopAsync(CancellationToken stop)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (true)
                {
                    var length = 0;
                    ValueWebSocketReceiveResult part;
                    do
                    {
                        part = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
                        length += part.Count;
                    }
                    while (!part.EndOfMessage);
                    if (part.MessageType == WebSocketMessageType.Close)
                        break;
                    _received.Writer.TryWrite(JsonElement.Parse(buffer.AsSpan(0, length)));
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
                // The client is gone, or the test is over.
            }
            _received.Writer.TryComplete();
            _gone.TrySetResult();
        }
    }
}

/// <summary>A guard against a test that would wait for ever. It decides nothing: a test that needs it has failed.</summary>
internal static class Patience
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Long);

    public static Task Soon(this Task task) => task.WaitAsync(Long);

    /// <summary>Waits for something that another thread will make true at once.</summary>
    public static async Task Until(Func<bool> condition)
    {
        var began = DateTime.UtcNow;
        while (!condition())
        {
            if (DateTime.UtcNow - began > Long)
                throw new TimeoutException("It did not become true.");
            await Task.Delay(1);
        }
    }
}
