using System.Net.WebSockets;
using System.Text.Json;
using Bot.Exchange.Lockstep;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>The bot's end of the lockstep channel.</summary>
internal sealed class LockstepBot : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[1 << 16];
    private long _sequence;

    public LockstepMessage Hello { get; private set; } = new() { Type = "none" };

    public static async Task<LockstepBot> ConnectAsync(Uri address, string account = "key")
    {
        var bot = new LockstepBot();
        await bot._socket.ConnectAsync(new Uri($"ws://{address.Authority}/sim/lockstep?account={account}"), CancellationToken.None);
        bot.Hello = await bot.ReadAsync();
        return bot;
    }

    /// <summary>Says that all work is done, and waits for the next step.</summary>
    public async Task<LockstepMessage> StepAsync(long? nextTimerMs = null)
    {
        var ready = new LockstepMessage { Type = "ready", Sequence = _sequence, NextTimerMs = nextTimerMs };
        await _socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(ready, LockstepJson.Default.LockstepMessage).AsMemory(),
            WebSocketMessageType.Text, true, CancellationToken.None);
        return await ReadAsync();
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The next message, whatever it is.</summary>
    public async Task<LockstepMessage> ReadAsync()
    {
        var received = await _socket.ReceiveAsync(_buffer.AsMemory(), CancellationToken.None);
        if (received.MessageType == WebSocketMessageType.Close)
            throw new InvalidOperationException("The simulator closed the channel.");
        var message = JsonSerializer.Deserialize(_buffer.AsSpan(0, received.Count), LockstepJson.Default.LockstepMessage)!;
        _sequence = message.Sequence;
        return message;
    }
}
