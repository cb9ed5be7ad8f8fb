using System.Net.WebSockets;
using System.Text.Json;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Push;
using Microsoft.AspNetCore.Http;

namespace Bot.Exchange.Simulator.Time;

/// <summary>
/// The market's clock moves when the bot on the lockstep channel is ready, to the next instant at which something happens on either side
/// (docs/lockstep.md). Without a bot it stands.
/// </summary>
internal sealed class LockstepClock : IMarketClock
{
    private readonly TradingFloor _floor;
    private readonly PushHub _hub;
    private readonly TimeProvider _wall;
    private readonly decimal? _speed;
    private readonly long _endMs;
    private readonly JsonScratch _scratch = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _current = new();
    private readonly WithheldAnswers _withheld = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private Action? _beforeFirstStep;
    private WebSocket? _socket;
    private long _sequence;

    /// <summary>A clock that stands at the market's beginning.</summary>
    /// <param name="floor">Whose clock it is.</param>
    /// <param name="hub">The push connections whose frames the steps count.</param>
    /// <param name="wall">The clock that paces the steps.</param>
    /// <param name="speed">Market time in a unit of wall time; null for no pacing.</param>
    /// <param name="beforeFirstStep">Called once under the floor's gate, before the clock moves for the first time.</param>
    public LockstepClock(TradingFloor floor, PushHub hub, TimeProvider wall, decimal? speed, Action beforeFirstStep)
    {
        _floor = floor;
        _hub = hub;
        _wall = wall;
        _speed = speed;
        _beforeFirstStep = beforeFirstStep;
        _endMs = floor.EndMs ?? throw new InvalidOperationException("A market without an end cannot be replayed in lockstep.");
    }

    /// <inheritdoc/>
    public Task Completed => _completed.Task;

    /// <inheritdoc/>
    public long ServerTimeMs => _floor.NowMs;

    /// <inheritdoc/>
    public long GatewayMs(Account? account) =>
        account is { IsOnVirtualClock: false } ? _wall.GetUtcNow().ToUnixTimeMilliseconds() : _floor.NowMs;

    /// <inheritdoc/>
    public void CatchUp()
    {
        // The clock moves when the bot is ready, not when somebody asks.
    }

    /// <inheritdoc/>
    public void Wake()
    {
        // What is newly due is found when the bot is ready.
    }

    /// <inheritdoc/>
    public async Task HoldAsync(HttpContext http, Account? account, long ms)
    {
        if (account is { IsOnVirtualClock: false })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(ms), _wall, http.RequestAborted);
            return;
        }
        WithheldAnswers.Held held;
        lock (_floor.Gate)
            held = _withheld.Add(http, _floor.NowMs + ms);
        try
        {
            // The bot would wait for this answer for ever, and the clock for the bot.
            await TellWithheldAsync();
            await held.Released.WaitAsync(http.RequestAborted);
        }
        finally
        {
            lock (_floor.Gate)
                _withheld.Remove(held);
        }
    }

    /// <inheritdoc/>
    public void Start()
    {
        // The bot's first message starts the clock.
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _current.CancelAsync();
        _completed.TrySetCanceled();
    }

    /// <summary>
    /// Serves a bot's channel until it closes. A new channel takes over from one that is still open: a restarted bot need not wait until
    /// its predecessor's connection is known to be dead.
    /// </summary>
    public async Task ServeAsync(WebSocket socket, Account account, CancellationToken cancel)
    {
        // Not disposed of here: a successor may be cancelling it at this moment. It goes with the request that it is linked to.
        var own = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Interlocked.Exchange(ref _current, own).CancelAsync();
        await _turn.WaitAsync(cancel);
        try
        {
            account.IsOnVirtualClock = true;
            await RunAsync(socket, own.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or JsonException)
        {
            // The bot is gone or talks nonsense: the clock stands until one comes again.
            socket.Abort();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task RunAsync(WebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[4096];
        var anchorMs = _floor.NowMs;
        var anchorWall = _wall.GetTimestamp();
        byte[] hello;
        bool isWithholding;
        lock (_floor.Gate)
        {
            hello = Hello();
            isWithholding = _withheld.NextDueMs is not null;
        }
        await SendAsync(socket, hello, cancel);
        _socket = socket;
        if (isWithholding)
            await TellWithheldAsync();
        while (await ReadyAsync(socket, buffer, cancel) is { } ready)
        {
            long target;
            lock (_floor.Gate)
                target = Target(ready.NextTimerMs);
            if (_speed is { } speed)
            {
                var due = TimeSpan.FromMilliseconds((double)((target - anchorMs) / speed));
                var pause = due - _wall.GetElapsedTime(anchorWall);
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, _wall, cancel);
            }
            byte[] step;
            bool isEnd;
            List<WithheldAnswers.Held> released;
            lock (_floor.Gate)
            {
                // A placement that came during the pause may be due earlier.
                target = Math.Min(target, Target(null));
                _beforeFirstStep?.Invoke();
                _beforeFirstStep = null;
                _floor.AdvanceTo(target);
                isEnd = target >= _endMs;
                step = Step(isEnd ? "end" : "step");
                released = _withheld.TakeDue(_floor.NowMs);
            }
            _ = _hub.FlushAsync();
            if (released.Count > 0)
            {
                // First the bot must know that it waits for them again; then they may go out.
                await TellWithheldAsync();
                released.ForEach(h => h.Release());
            }
            await SendAsync(socket, step, cancel);
            if (isEnd)
                break;
        }

        // The bot works the last step off and closes.
        if (_floor.NowMs >= _endMs)
        {
            _completed.TrySetResult();
            while (await ReadyAsync(socket, buffer, cancel) is not null)
            {
                // Nothing follows the end.
            }
        }
    }

    private long Target(long? timerMs)
    {
        var target = _endMs;
        if (_floor.NextEventMs is { } next)
            target = Math.Min(target, next);
        if (_withheld.NextDueMs is { } answer)
            target = Math.Min(target, Math.Max(answer, _floor.NowMs));

        // A timer that is due already would let the clock stand for ever.
        if (timerMs is { } timer)
            target = Math.Min(target, Math.Max(timer, _floor.NowMs + 1));
        return target;
    }

    // The bot's answer to the last step; null when it closes the channel.
    private async Task<LockstepMessage?> ReadyAsync(WebSocket socket, byte[] buffer, CancellationToken cancel)
    {
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
                return null;
            }
            if (!received.EndOfMessage)
                throw new JsonException("A message of the lockstep channel is longer than 4096 bytes.");
            var message = JsonSerializer.Deserialize(buffer.AsSpan(0, received.Count), LockstepJson.Default.LockstepMessage);
            if (message is { Type: "ready" } && message.Sequence == _sequence)
                return message;
        }
    }

    private byte[] Hello()
    {
        var writer = _scratch.Begin();
        writer.WriteStartObject();
        writer.WriteString("type"u8, "hello"u8);
        writer.WriteNumber("seq"u8, _sequence);
        writer.WriteNumber("nowMs"u8, _floor.NowMs);
        writer.WriteNumber("endMs"u8, _endMs);
        writer.WriteEndObject();
        return _scratch.Finish();
    }

    private byte[] Step(string type)
    {
        var writer = _scratch.Begin();
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
        writer.WriteNumber("seq"u8, ++_sequence);
        writer.WriteNumber("nowMs"u8, _floor.NowMs);
        writer.WriteStartObject("frames"u8);
        foreach (var (connectId, frames) in _hub.FrameCounts())
            writer.WriteNumber(connectId, frames);
        writer.WriteEndObject();
        writer.WriteEndObject();
        return _scratch.Finish();
    }

    // The number is found in the turn of sending: of two messages the later one is never the older one.
    private async Task TellWithheldAsync()
    {
        if (_socket is not { } socket)
            return;
        await _sending.WaitAsync();
        try
        {
            byte[] message;
            lock (_floor.Gate)
            {
                var writer = _scratch.Begin();
                writer.WriteStartObject();
                writer.WriteString("type"u8, "withheld"u8);
                writer.WriteNumber("seq"u8, _sequence);
                writer.WriteNumber("count"u8, _withheld.Count());
                writer.WriteEndObject();
                message = _scratch.Finish();
            }
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException
            or OperationCanceledException)
        {
            // The channel broke; a new one is told the number after its hello.
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task SendAsync(WebSocket socket, byte[] message, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel);
        try
        {
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancel);
        }
        finally
        {
            _sending.Release();
        }
    }
}
