using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bot.Exchange.Tests.Lockstep;

/// <summary>The simulator's end of the lockstep channel, scripted by the test.</summary>
internal sealed class LockstepServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Session> _sessions = Channel.CreateUnbounded<Session>();

    private LockstepServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(ServeAsync);
    }

    public Uri Address => new(_app.Urls.Single());

    public static async Task<LockstepServer> StartAsync()
    {
        var server = new LockstepServer();
        await server._app.StartAsync();
        return server;
    }

    public Task<Session> NextAsync() => _sessions.Reader.ReadAsync(_stop.Token).AsTask().Soon();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (context.Request.Path != "/sim/lockstep" || !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = 404;
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var session = new Session(socket, context.Request.Query["account"]!);
        await _sessions.Writer.WriteAsync(session);
        await session.ReadLoopAsync(_stop.Token);
    }

    /// <summary>One channel.</summary>
    internal sealed class Session(WebSocket socket, string account)
    {
        private readonly Channel<LockstepMessage> _received = Channel.CreateUnbounded<LockstepMessage>();

        public string Account => account;

        public bool HeardNothing => _received.Reader.Count == 0;

        public Task HelloAsync(long nowMs, long endMs = 9_000) => SendAsync(new LockstepMessage { Type = "hello", NowMs = nowMs, EndMs = endMs });

        public Task StepAsync(long sequence, long nowMs, params (string ConnectId, long Count)[]? frames) =>
            SendAsync(new LockstepMessage { Type = "step", Sequence = sequence, NowMs = nowMs, Frames = frames?.ToDictionary(f => f.ConnectId, f => f.Count) });

        public async Task SendAsync(LockstepMessage message) => await SendTextAsync(JsonSerializer.Serialize(message, LockstepJson.Default.LockstepMessage));

        public async Task SendTextAsync(string text) =>
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        /// <summary>The next <c>ready</c>.</summary>
        public async Task<(long Sequence, long? NextTimerMs)> ReadyAsync()
        {
            var message = await _received.Reader.ReadAsync().AsTask().Soon();
            Assert.Equal("ready", message.Type);
            return (message.Sequence, message.NextTimerMs);
        }

        public void Abort() => socket.Abort();

        public async Task ReadLoopAsync(CancellationToken stop)
        {
            var buffer = new byte[4096];
            try
            {
                while (true)
                {
                    var part = await socket.ReceiveAsync(buffer.AsMemory(), stop);
                    if (part.MessageType == WebSocketMessageType.Close)
                        break;
                    _received.Writer.TryWrite(JsonSerializer.Deserialize(buffer.AsSpan(0, part.Count), LockstepJson.Default.LockstepMessage)!);
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
                // The bot is gone, or the test is over.
            }
            _received.Writer.TryComplete();
        }
    }
}
