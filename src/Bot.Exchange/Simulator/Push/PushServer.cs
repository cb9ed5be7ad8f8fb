using System.Net.WebSockets;
using System.Text.Json;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Server;
using Microsoft.AspNetCore.Http;

namespace Bot.Exchange.Simulator.Push;

/// <summary>How push connections are served.</summary>
/// <param name="Limits">How far a reader may fall behind.</param>
/// <param name="Silence">How long a client may say nothing.</param>
/// <param name="Life">After this a connection is dropped.</param>
/// <param name="LimitsMessages">Whether the exchange's limit of upstream messages holds.</param>
internal sealed record PushServerOptions(PushQueueLimits Limits, TimeSpan Silence, TimeSpan Life, bool LimitsMessages);

/// <summary>Serves push connections: welcome, pings, subscriptions.</summary>
internal sealed class PushServer
{
    private const int MaxMessageBytes = 65_536;
    private const int MaxTopics = 400;
    private const int MaxMessages = 100;
    private const long MessageWindowMs = 10_000;

    private readonly TradingFloor _floor;
    private readonly PushHub _hub;
    private readonly PushTokens _tokens;
    private readonly TimeProvider _wall;
    private readonly PushServerOptions _options;
    private readonly TopicDirectory _directory;

    /// <summary>A server of a floor's pushes.</summary>
    public PushServer(TradingFloor floor, PushHub hub, PushTokens tokens, TimeProvider wall, PushServerOptions options)
    {
        _floor = floor;
        _hub = hub;
        _tokens = tokens;
        _wall = wall;
        _options = options;
        _directory = new TopicDirectory(floor);
    }

    private long WallMs => _wall.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Serves a connection until it ends.</summary>
    public async Task ServeAsync(HttpContext http, ApiCall call)
    {
        var isKnown = _tokens.TryFind(call.Query("token") ?? "", out var account);
        var connectId = call.Query("connectId") ?? Guid.NewGuid().ToString("N");
        var (socket, stream) = await WebSocketUpgrade.AcceptAsync(http);
        using (socket)
        {
            var connection = new PushConnection(connectId, account, socket, stream, _options.Limits, _hub.Note)
            {
                OpenedMs = WallMs,
                LastHeardMs = WallMs,
            };
            await using var stop = http.RequestAborted.Register(connection.Abort);
            if (!isKnown)
            {
                connection.EnqueueLast(ControlFrames.Error(connectId, 401, "token is invalid"), WebSocketCloseStatus.NormalClosure, "Bye");
                await connection.WriteAsync();
                await DrainAsync(socket, connection);
                return;
            }
            _hub.Add(connection);
            try
            {
                connection.Enqueue(ControlFrames.Welcome(connectId), FrameClass.Essential);
                await _hub.FlushAsync();
                await ReadAsync(socket, connection);
            }
            finally
            {
                Forget(connection);
                connection.Abort();
            }
        }
    }

    /// <summary>Ends connections that were silent for too long or live for too long.</summary>
    public void Sweep() =>
        _hub.Sweep(WallMs, (long)_options.Silence.TotalMilliseconds, (long)_options.Life.TotalMilliseconds);

    private async Task ReadAsync(WebSocket socket, PushConnection connection)
    {
        var buffer = new byte[MaxMessageBytes];
        var windowEndMs = 0L;
        var messages = 0;
        while (await ReceiveAsync(socket, connection, buffer) is { } length)
        {
            var now = WallMs;
            connection.LastHeardMs = now;
            if (now >= windowEndMs)
            {
                windowEndMs = now + MessageWindowMs;
                messages = 0;
            }
            if (++messages > MaxMessages && _options.LimitsMessages)
            {
                var error = ControlFrames.Error(connection.ConnectId, 509, "exceed max permits per second");
                connection.EnqueueLast(error, WebSocketCloseStatus.NormalClosure, "Bye");
                await connection.WriteAsync();
                await DrainAsync(socket, connection);
                return;
            }
            Handle(connection, buffer.AsMemory(0, length));

            // A slow reader's frames wait in its queue; its questions are still heard.
            _ = _hub.FlushAsync();
        }
    }

    private void Handle(PushConnection connection, ReadOnlyMemory<byte> message)
    {
        if (JsonReading.Parse(message) is not { } document)
        {
            connection.Enqueue(ControlFrames.Error(connection.ConnectId, 400, "message is not JSON"), FrameClass.Essential);
            return;
        }
        using (document)
        {
            var json = document.RootElement;
            if (json.ValueKind != JsonValueKind.Object)
                return;
            var id = Id(json);
            switch (Text(json, "type"))
            {
                case "ping":
                    connection.Enqueue(ControlFrames.Pong(id, WallMs * 1000), FrameClass.Essential);
                    break;
                case "subscribe":
                    Subscribe(connection, id, json);
                    break;
                case "unsubscribe":
                    Unsubscribe(connection, id, json);
                    break;
                case var type:
                    connection.Enqueue(ControlFrames.Error(id, 415, $"type {type} is not supported"), FrameClass.Essential);
                    break;
            }
        }
    }

    private void Subscribe(PushConnection connection, string id, JsonElement json)
    {
        if (Text(json, "topic") is not { } text)
        {
            connection.Enqueue(ControlFrames.Error(id, 406, "topic is required"), FrameClass.Essential);
            return;
        }
        var topics = new List<NamedTopic>();
        lock (_floor.Gate)
        {
            var fault = _directory.Find(text, connection.Account, topics);
            if (fault is null && connection.Topics.Count + topics.Count(t => !connection.Topics.Contains(t.Topic)) > MaxTopics)
                fault = new TopicFault(509, "exceed max subscription count limitation of 400 per session");
            if (fault is not null)
            {
                connection.Enqueue(ControlFrames.Error(id, fault.Code, fault.Text), FrameClass.Essential);
                return;
            }

            // The acknowledgement goes before the first push of the topic.
            if (WantsResponse(json))
                connection.Enqueue(ControlFrames.Ack(id), FrameClass.Essential);
            foreach (var (topic, pair) in topics)
            {
                if (topic is BookTopic { IsWatched: false } book)
                    book.Begin(pair!);
                if (!topic.Add(connection))
                    continue;
                connection.Topics.Add(topic);
                if (pair is not null && _floor.MarketFeed.First(pair, topic) is { } first)
                    connection.Enqueue(first, FrameClass.Market);
            }
        }
    }

    private void Unsubscribe(PushConnection connection, string id, JsonElement json)
    {
        var topics = new List<NamedTopic>();
        lock (_floor.Gate)
        {
            if (Text(json, "topic") is { } text && _directory.Find(text, connection.Account, topics) is null)
            {
                foreach (var (topic, _) in topics)
                {
                    topic.Remove(connection);
                    connection.Topics.Remove(topic);
                }
            }
            if (WantsResponse(json))
                connection.Enqueue(ControlFrames.Ack(id), FrameClass.Essential);
        }
    }

    private void Forget(PushConnection connection)
    {
        _hub.Remove(connection);
        lock (_floor.Gate)
        {
            foreach (var topic in connection.Topics)
                topic.Remove(connection);
            connection.Topics.Clear();
        }
    }

    // Length of the next text message; null when there will be none.
    private static async Task<int?> ReceiveAsync(WebSocket socket, PushConnection connection, byte[] buffer)
    {
        try
        {
            var length = 0;
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(length), connection.Aborted);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    connection.EnqueueLast(null, WebSocketCloseStatus.NormalClosure, "Bye");
                    await connection.WriteAsync();
                    return null;
                }
                length += received.Count;
                if (received.EndOfMessage)
                    return length;
                if (length == buffer.Length)
                    return null;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    // Waits until the client has seen the close, so that the last frame is not lost in a reset.
    private static async Task DrainAsync(WebSocket socket, PushConnection connection)
    {
        var buffer = new byte[1024];
        while (await ReceiveAsync(socket, connection, buffer) is not null)
        {
            // What a client says after the end is not heard.
        }
    }

    private static bool WantsResponse(JsonElement json) =>
        json.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.True;

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Clients send numbers too; the answer carries a string in any case.
    private static string Id(JsonElement json) => json.TryGetProperty("id", out var id)
        ? id.ValueKind == JsonValueKind.String ? id.GetString()! : id.GetRawText()
        : "";
}
