using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Bot.Exchange.Simulator.Push;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bot.Exchange.Simulator.Server;

/// <summary>
/// Turns a request into a WebSocket over a stream of ours, which can gather frames; the framework's own middleware gives no access to it.
/// </summary>
internal static class WebSocketUpgrade
{
    // RFC 6455, section 1.3.
    private const string HandshakeId = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>True when the request asks for a WebSocket.</summary>
    public static bool IsAskedFor(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        && http.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
        && http.Request.Headers.SecWebSocketKey.Count == 1;

    /// <summary>Answers the handshake.</summary>
    public static async Task<(WebSocket Socket, BatchingStream Stream)> AcceptAsync(HttpContext http)
    {
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.SecWebSocketAccept = AcceptKey(http.Request.Headers.SecWebSocketKey.ToString());
        var stream = new BatchingStream(await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync());

        // The exchange's own pings are messages of the client; a protocol ping would only disturb.
        var socket = WebSocket.CreateFromStream(
            stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = Timeout.InfiniteTimeSpan });
        return (socket, stream);
    }

    [SuppressMessage("Security", "CA5350", Justification = "The handshake of RFC 6455 is defined with SHA-1; nothing is protected by it.")]
    private static string AcceptKey(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + HandshakeId)));
}
