using System.Net.WebSockets;
using Bot.Exchange.Kucoin.Http;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Lockstep;
using Microsoft.Extensions.Logging;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>What every push connection of one client shares.</summary>
internal sealed class PushServices(
    KucoinOptions options, KucoinRuntime runtime, KucoinRest rest, ExchangeClock clock, WorkUnits work, Redactor redactor) : IDisposable
{
    private int _streams;

    public KucoinStreamOptions Options { get; } = options.Streams;

    public KucoinRuntime Runtime { get; } = runtime;

    public ExchangeClock Clock { get; } = clock;

    public WorkUnits Work { get; } = work;

    public Redactor Redactor { get; } = redactor;

    public PushFrames Frames { get; } = runtime.Frames ?? new PushFrames();

    public ILogger Log { get; } = runtime.Logs.CreateLogger("Bot.Exchange.Kucoin.Streams");

    /// <summary>Opens sockets without proxy, redirect or cookies, as the requests do.</summary>
    public HttpMessageInvoker Invoker { get; } = new(KucoinTransport.CreateHandler());

    /// <summary>
    /// Place of a new stream in a step's hand-over: own orders before prices, then by opening.
    /// </summary>
    public int NextOrder(bool isPrivate) => Interlocked.Increment(ref _streams) + (isPrivate ? 0 : 1_000_000);

    /// <summary>A token that admits one connection.</summary>
    public Task<Answer<BulletToken>> BulletAsync(bool isPrivate, CancellationToken cancel)
    {
        var endpoint = isPrivate ? EndpointList.PrivateBullet : EndpointList.PublicBullet;
        return rest.ReadAsync(endpoint, endpoint.Template, AccountReaders.Bullet, RequestLane.Query, cancel);
    }

    /// <summary>Opens a socket.</summary>
    /// <returns>The socket, or null and why there is none.</returns>
    public async Task<(ClientWebSocket? Socket, string Fault)> OpenAsync(BulletToken bullet, string connectId, CancellationToken stop)
    {
        if (!HostRules.IsSecure(bullet.Endpoint, "wss", "ws"))
            return (null, "the push server is not encrypted");
        if (!HostRules.IsAllowed(bullet.Endpoint, options.AllowedHosts))
            return (null, "the push server's host is not allowed");
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = TimeSpan.Zero; // The exchange counts its own pings only.
        try
        {
            using var limit = new CancellationTokenSource(Options.ConnectTimeout, Runtime.TransportTime);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            await socket.ConnectAsync(bullet.AddressFor(connectId), Invoker, either.Token).ConfigureAwait(false);
            return (socket, "");
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
        {
            socket.Dispose();
            return (null, $"the push server could not be reached ({e.GetType().Name})");
        }
    }

    public void Dispose() => Invoker.Dispose();
}

/// <summary>What a stream does with what it receives. Called on the stream's reading thread, one call at a time.</summary>
internal interface IPushHandler
{
    /// <summary>Handles a message; false when its topic is none of the stream's.</summary>
    /// <exception cref="KucoinFormatException">The message is malformed.</exception>
    bool TryHandle(in PushFrame frame);

    /// <summary>The exchange took a subscription: from now on nothing of it is missed.</summary>
    void Subscribed(string topic, IReadOnlyList<string> arguments)
    {
    }

    /// <summary>Connected, and every subscription is settled.</summary>
    void Connected();

    /// <summary>No longer connected.</summary>
    void Disconnected(string reason);
}
