using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>A push connection that reads frames when it is told to.</summary>
internal sealed class PushClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 20];

    public long Frames { get; private set; }

    public static async Task<PushClient> ConnectAsync(ApiClient api, bool isPrivate, string connectId = "test")
    {
        var bullet = await api.PostAsync(isPrivate ? "/api/v1/bullet-private" : "/api/v1/bullet-public");
        var endpoint = bullet.Data.GetProperty("instanceServers")[0].GetProperty("endpoint").GetString();
        return await ConnectAsync($"{endpoint}?token={bullet.Data.GetProperty("token").GetString()}&connectId={connectId}");
    }

    public static async Task<PushClient> ConnectAsync(string url)
    {
        var client = new PushClient();
        await client._socket.ConnectAsync(new Uri(url), CancellationToken.None);
        return client;
    }

    public Task SendAsync(string message) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>Subscribes and waits for the acknowledgement.</summary>
    public async Task SubscribeAsync(string topic)
    {
        await SendAsync($$"""{"id":"{{topic}}","type":"subscribe","topic":"{{topic}}","response":true}""");
        await ReadUntilAsync(f => Type(f) == "ack" && f.GetProperty("id").GetString() == topic);
    }

    /// <summary>The next frame; null when the server closes.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        var length = 0;
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), late.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            length += part.Count;
            if (!part.EndOfMessage)
                continue;
            Frames++;
            using var json = JsonDocument.Parse(_buffer.AsMemory(0, length));
            return json.RootElement.Clone();
        }
    }

    /// <summary>Reads a frame without looking into it.</summary>
    public async Task SkipAsync()
    {
        while (!(await _socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None)).EndOfMessage)
        {
            // A frame may come in parts.
        }
        Frames++;
    }

    /// <summary>Reads until a frame fits; returns it.</summary>
    public async Task<JsonElement> ReadUntilAsync(Func<JsonElement, bool> fits)
    {
        while (await ReadAsync() is { } frame)
        {
            if (fits(frame))
                return frame;
        }
        throw new InvalidOperationException("The server closed the connection before the frame came.");
    }

    /// <summary>Reads the next messages of a topic.</summary>
    public Task<JsonElement> ReadMessageAsync(string topic) =>
        ReadUntilAsync(f => Type(f) == "message" && f.GetProperty("topic").GetString() == topic);

    public static string? Type(JsonElement frame) => frame.GetProperty("type").GetString();

    public string? CloseText => _socket.CloseStatusDescription;

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
