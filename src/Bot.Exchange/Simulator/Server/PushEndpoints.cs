using System.Text.Json;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Simulator.Push;

namespace Bot.Exchange.Simulator.Server;

/// <summary>The tokens and addresses of push connections.</summary>
internal sealed class PushEndpoints(PushTokens tokens, TimeSpan pingInterval, TimeSpan pingTimeout)
{
    /// <summary>The endpoints.</summary>
    public IEnumerable<Endpoint> All() =>
    [
        new("POST", "/api/v1/bullet-public", RequestPool.Public, 10, Permission.None, Bullet),
        new("POST", "/api/v1/bullet-private", RequestPool.Spot, 10, Permission.General, Bullet),
    ];

    private Rejection? Bullet(ApiCall call, Utf8JsonWriter data)
    {
        data.WriteStartObject();
        data.WriteString("token"u8, tokens.Issue(call.Signer));
        data.WriteStartArray("instanceServers"u8);
        data.WriteStartObject();

        // The address by which the client reached us, perhaps through a proxy.
        data.WriteString("endpoint"u8, $"ws://{call.Http.Request.Host.Value}/");
        data.WriteBoolean("encrypt"u8, false);
        data.WriteString("protocol"u8, "websocket"u8);
        data.WriteNumber("pingInterval"u8, (long)pingInterval.TotalMilliseconds);
        data.WriteNumber("pingTimeout"u8, (long)pingTimeout.TotalMilliseconds);
        data.WriteEndObject();
        data.WriteEndArray();
        data.WriteEndObject();
        return null;
    }
}
