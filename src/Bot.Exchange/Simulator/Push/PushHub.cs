using System.Net.WebSockets;
using System.Text.Json;
using Bot.Exchange.Simulator.Json;

namespace Bot.Exchange.Simulator.Push;

/// <summary>
/// The open push connections. Frames are queued under the floor's gate, in the order of events; <see cref="FlushAsync"/> sends them
/// outside of it.
/// </summary>
internal sealed class PushHub
{
    private readonly Lock _gate = new();
    private readonly List<PushConnection> _open = [];
    private List<PushConnection> _pending = [];

    /// <summary>Number of open connections.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <summary>Frames of market data that slow readers of the open connections missed.</summary>
    public long Dropped
    {
        get
        {
            lock (_gate)
                return _open.Sum(c => c.Dropped);
        }
    }

    /// <summary>Adds a connection.</summary>
    public void Add(PushConnection connection)
    {
        lock (_gate)
            _open.Add(connection);
    }

    /// <summary>Removes a connection.</summary>
    public void Remove(PushConnection connection)
    {
        lock (_gate)
            _open.Remove(connection);
    }

    /// <summary>Notes that a connection has frames to send.</summary>
    public void Note(PushConnection connection)
    {
        lock (_gate)
            _pending.Add(connection);
    }

    /// <summary>
    /// Sends what is queued. The task ends when every connection that keeps up has it; a slow reader's rest goes on in the background.
    /// </summary>
    public Task FlushAsync()
    {
        List<PushConnection> pending;
        lock (_gate)
        {
            if (_pending.Count == 0)
                return Task.CompletedTask;
            pending = _pending;
            _pending = [];
        }
        if (pending.Count == 1)
            return pending[0].WriteAsync();
        var writes = new Task[pending.Count];
        for (var i = 0; i < writes.Length; i++)
            writes[i] = pending[i].WriteAsync();
        return Task.WhenAll(writes);
    }

    /// <summary>Frames that were queued so far, by the clients' names of their connections.</summary>
    public List<(string ConnectId, long Frames)> FrameCounts()
    {
        lock (_gate)
        {
            var counts = new List<(string, long)>(_open.Count);
            foreach (var connection in _open)
            {
                // The client is told at once that this one ends, not when the last of it has gone.
                if (!connection.IsClosing)
                    counts.Add((connection.ConnectId, connection.Frames));
            }
            return counts;
        }
    }

    /// <summary>Ends connections that were silent for too long or live for too long.</summary>
    public void Sweep(long wallMs, long silenceMs, long lifeMs)
    {
        List<PushConnection> open;
        lock (_gate)
            open = [.. _open];
        foreach (var connection in open)
        {
            if (wallMs - connection.OpenedMs > lifeMs)
            {
                connection.Abort();
            }
            else if (wallMs - connection.LastHeardMs > silenceMs)
            {
                connection.EnqueueLast(
                    ControlFrames.Error(connection.ConnectId, 400, "ping timeout"), WebSocketCloseStatus.NormalClosure, "Bye");
                _ = connection.WriteAsync();
            }
        }
    }

    /// <summary>Tears every connection down.</summary>
    public void AbortAll()
    {
        List<PushConnection> open;
        lock (_gate)
            open = [.. _open];

        // Outside of the gate: a connection that is torn down removes itself at once.
        open.ForEach(c => c.Abort());
    }
}

/// <summary>The frames that are about the connection itself.</summary>
internal static class ControlFrames
{
    /// <summary>The first frame of every connection.</summary>
    public static byte[] Welcome(string connectId) => Plain(connectId, "welcome");

    /// <summary>The answer to a ping.</summary>
    public static byte[] Pong(string id, long wallUs) => Build(id, "pong", writer => writer.WriteNumber("timestamp"u8, wallUs));

    /// <summary>A subscription, or its end, was taken.</summary>
    public static byte[] Ack(string id) => Plain(id, "ack");

    /// <summary>Something was refused.</summary>
    public static byte[] Error(string id, int code, string text) => Build(id, "error", writer =>
    {
        writer.WriteNumber("code"u8, code);
        writer.WriteString("data"u8, text);
    });

    private static byte[] Plain(string id, string type) => Build(id, type, static _ => { });

    private static byte[] Build(string id, string type, Action<Utf8JsonWriter> more)
    {
        var scratch = new JsonScratch();
        var writer = scratch.Begin();
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("type"u8, type);
        more(writer);
        writer.WriteEndObject();
        return scratch.Finish();
    }
}
