using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bot.Exchange.Lockstep;

/// <summary>
/// The bot's end of the lockstep channel (docs/lockstep.md): moves the virtual clock as the simulator says, and tells the simulator when
/// all work of an instant is done. Start it before anything else that uses the virtual clock: the first hello sets that clock, and
/// timers made before it would all fire at once.
/// </summary>
/// <remarks>
/// One loop reads the channel. A step is worked off on the same loop as far as nothing has to be waited for; where something has to, the
/// loop goes on reading, because the news that an answer is withheld is what ends some waits.
/// </remarks>
public sealed class LockstepClient : IAsyncDisposable
{
    /// <summary>So many connections that a step did not name turned out to be open: this simulator names only what changed.</summary>
    private const int MostFalseAlarms = 3;

    private readonly Uri _address;
    private readonly VirtualTimeProvider _clock;
    private readonly InFlight _inFlight;
    private readonly LockstepOptions _options;
    private readonly ILogger _log;
    private readonly LockstepWire _wire;
    private readonly Utf8JsonWriter _writer = new(Stream.Null);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<LockstepHello> _hello = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<bool>[] _participants = [];
    private Task _loop = Task.CompletedTask;
    private Task _step = Task.CompletedTask;
    private volatile bool _isWorking;
    private bool _isOpen;
    private long _passUntilMs = long.MinValue;
    private int _falseAlarms;
    private long _steps;
    private int _isDisposed;

    /// <summary>Makes a client; <see cref="Start"/> opens the channel.</summary>
    /// <param name="simulator">Base address of the simulator, http(s) or ws(s).</param>
    /// <param name="account">API key of the account in lockstep.</param>
    /// <param name="clock">The clock that the bot runs on.</param>
    /// <param name="inFlight">The bot's work under way.</param>
    /// <param name="frames">Frames handled on the bot's push connections.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="logs">Where to log; null for nowhere.</param>
    public LockstepClient(
        Uri simulator, string account, VirtualTimeProvider clock, InFlight inFlight, PushFrames frames, LockstepOptions? options = null,
        ILoggerFactory? logs = null)
    {
        ArgumentNullException.ThrowIfNull(simulator);
        ArgumentException.ThrowIfNullOrEmpty(account);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(inFlight);
        ArgumentNullException.ThrowIfNull(frames);
        _address = new UriBuilder(simulator)
        {
            Scheme = simulator.Scheme is "https" or "wss" ? "wss" : "ws",
            Path = "/sim/lockstep",
            Query = $"account={Uri.EscapeDataString(account)}",
        }.Uri;
        (_clock, _inFlight, _options) = (clock, inFlight, options ?? new LockstepOptions());
        _log = (logs ?? NullLoggerFactory.Instance).CreateLogger<LockstepClient>();
        _wire = new LockstepWire(frames);
    }

    /// <summary>
    /// Completes when the replay's last step is worked off; fails with <see cref="LockstepException"/> when the simulator is gone or
    /// broke the protocol; is cancelled when the client is disposed before.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Steps worked off so far.</summary>
    public long Steps => Interlocked.Read(ref _steps);

    /// <summary>
    /// Adds somebody who acts only when everything else is quiet, the portfolio for one: called after the timers of an instant have
    /// fired and nothing is under way, in the order of adding; returns true when it started work, and is then asked again.
    /// </summary>
    public void AddQuietParticipant(Func<bool> participant)
    {
        ArgumentNullException.ThrowIfNull(participant);
        _participants = [.. _participants, participant];
    }

    /// <summary>
    /// Opens the channel. The task completes when the first hello has set the clock, and fails as <see cref="Completion"/> does.
    /// </summary>
    public Task<LockstepHello> Start()
    {
        _wire.Frames.Hold();
        if (_loop.IsCompletedSuccessfully && !_hello.Task.IsCompleted && !_stop.IsCancellationRequested)
            _loop = Task.Run(LoopAsync);
        return _hello.Task;
    }

    /// <summary>Closes the channel.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        await _writer.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task LoopAsync()
    {
        var wall = _options.WallClock;
        var goneSince = wall.GetTimestamp();
        var failures = 0;
        try
        {
            while (!_completion.Task.IsCompleted)
            {
                using var socket = new ClientWebSocket();
                // A channel that stands still is normal, and the simulator is a neighbour: nothing is gained by pings.
                socket.Options.KeepAliveInterval = TimeSpan.Zero;
                socket.Options.Proxy = null;
                var error = await TryConnectAsync(socket).ConfigureAwait(false);
                if (error is null)
                {
                    if (await ReadAsync(socket).ConfigureAwait(false))
                        (failures, goneSince) = (0, wall.GetTimestamp());
                    if (_completion.Task.IsCompleted)
                        break;
                    _log.LogWarning("The lockstep channel broke; it is opened again.");
                }
                if (wall.GetElapsedTime(goneSince) >= _options.GiveUpAfter)
                    throw new LockstepException(
                        $"The simulator did not answer for {_options.GiveUpAfter.TotalSeconds:0} s.",
                        error ?? new IOException("The channel closed at once."));
                var delay = _options.ReconnectDelay * Math.Pow(2, Math.Min(failures++, 10));
                if (delay > _options.MaxReconnectDelay)
                    delay = _options.MaxReconnectDelay;
                await Task.Delay(delay, wall, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _completion.TrySetCanceled(_stop.Token);
        }
        // Whatever ends the loop ends the replay, and its owner must hear of it.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
        }
        finally
        {
            // Nobody moves the clock any more; nothing may wait for it.
            _inFlight.OpenInstant();
            if (_completion.Task.IsFaulted)
                _hello.TrySetException(_completion.Task.Exception!.InnerExceptions);
            else
                _hello.TrySetCanceled();
        }
    }

    private async Task<Exception?> TryConnectAsync(ClientWebSocket socket)
    {
        try
        {
            await socket.ConnectAsync(_address, _stop.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException)
        {
            return e;
        }
    }

    /// <summary>Reads until the channel breaks or the replay is over; true when anything came.</summary>
    private async Task<bool> ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        var length = 0;
        var anything = false;
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token).ConfigureAwait(false);
                if (part.MessageType == WebSocketMessageType.Close)
                    return anything;
                length += part.Count;
                if (!part.EndOfMessage)
                {
                    if (length == buffer.Length)
                        Array.Resize(ref buffer, buffer.Length * 2);
                    continue;
                }
                Handle(socket, buffer.AsSpan(0, length));
                (length, anything) = (0, true);
                if (_completion.Task.IsCompleted)
                    return anything;
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException)
        {
            // The channel broke; the loop opens it again.
            return anything;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new LockstepException("The simulator sent something that is no lockstep message.", e);
        }
    }

    private void Handle(ClientWebSocket socket, ReadOnlySpan<byte> message)
    {
        _wire.Read(message);
        switch (_wire.Type)
        {
            case LockstepType.Withheld:
                _inFlight.SetWithheld(_wire.Count);
                break;
            case LockstepType.Hello:
            case LockstepType.Step:
            case LockstepType.End:
                // A new channel may say hello while the step of the old one is still worked off; within one channel steps wait for ready.
                if (!_isWorking)
                    _step = WorkOffAsync(socket, _wire.Type, _wire.Sequence, _wire.NowMs, _wire.EndMs);
                else if (_wire.Type == LockstepType.Hello)
                    _step = AfterAsync(_step, socket, _wire.Sequence, _wire.NowMs, _wire.EndMs);
                else
                    throw new LockstepException($"The simulator sent step {_wire.Sequence} before the last one was answered.");
                break;
            default:
                break;
        }
    }

    private async Task AfterAsync(Task previous, ClientWebSocket socket, long sequence, long nowMs, long endMs)
    {
        await previous.ConfigureAwait(false);
        await WorkOffAsync(socket, LockstepType.Hello, sequence, nowMs, endMs).ConfigureAwait(false);
    }

    private async Task WorkOffAsync(ClientWebSocket socket, LockstepType type, long sequence, long nowMs, long endMs)
    {
        _isWorking = true;
        try
        {
            if (type != LockstepType.Hello)
                await WhenFramesAreReadAsync().ConfigureAwait(false);
            // Timers wait until what was pushed is known: what a price has led to may call a timer off.
            _clock.MoveTo(nowMs);
            if (type != LockstepType.Hello)
                await HandOverAsync().ConfigureAwait(false);
            _inFlight.OpenInstant();
            await QuietAsync().ConfigureAwait(false);
            await SettleAsync(nowMs).ConfigureAwait(false);
            if (type == LockstepType.Hello)
                _hello.TrySetResult(new LockstepHello(nowMs, endMs));
            if (!_isOpen)
                await WhenReadyAsync(nowMs).ConfigureAwait(false);
            Interlocked.Increment(ref _steps);
            // Before sending, not after: the next step may arrive before the call that sent the answer returns.
            _isWorking = false;
            if (type != LockstepType.End)
                _inFlight.CloseInstant();
            await SendReadyAsync(socket, sequence).ConfigureAwait(false);
            if (type == LockstepType.End)
                _completion.TrySetResult();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _completion.TrySetCanceled(_stop.Token);
        }
        // A timer or a participant that throws has broken the replay; nobody awaits this task, so it is told here.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(e);
            await _stop.CancelAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask WhenFramesAreReadAsync()
    {
        foreach (var awaited in _wire.Awaited)
            await awaited.Connection.WhenReadAsync(awaited.Count, _stop.Token).ConfigureAwait(false);
        // A connection that the simulator closed must be noticed now and not some instants later, or two runs would differ.
        if (_wire.Missing.Count > 0 && _falseAlarms < MostFalseAlarms)
            await WhenClosingsAreNoticedAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// Hands the step's messages over, all of one connection after all of another: which socket was read first must not decide what an
    /// actor hears first.
    /// </summary>
    private async ValueTask HandOverAsync()
    {
        foreach (var awaited in _wire.Awaited)
        {
            awaited.Connection.Release(awaited.Count);
            await awaited.Connection.WhenHandledAsync(awaited.Count, _stop.Token).ConfigureAwait(false);
        }
    }

    private async Task WhenClosingsAreNoticedAsync()
    {
        foreach (var connection in _wire.Missing)
        {
            try
            {
                await connection.WhenHandledAsync(long.MaxValue, _stop.Token).AsTask()
                    .WaitAsync(_options.CloseNoticePatience, _options.WallClock).ConfigureAwait(false);
                _falseAlarms = 0;
            }
            catch (TimeoutException)
            {
                _falseAlarms++;
                _log.LogWarning("A step does not name a push connection that is still open.");
            }
        }
    }

    private ValueTask QuietAsync() =>
        _inFlight.IsQuiet ? ValueTask.CompletedTask : new ValueTask(_inFlight.WhenQuietAsync(_stop.Token));

    /// <summary>Moves the clock and works until nothing is left to do at the instant.</summary>
    private async ValueTask SettleAsync(long nowMs)
    {
        bool worked;
        do
        {
            do
            {
                _clock.AdvanceTo(nowMs);
                await QuietAsync().ConfigureAwait(false);
            }
            while (_clock.NextDueMs <= nowMs); // Work may have made timers that are due at once.
            worked = false;
            foreach (var participant in _participants)
            {
                if (!participant())
                    continue;
                worked = true;
                await QuietAsync().ConfigureAwait(false);
            }
        }
        while (worked);
    }

    /// <summary>Holds the clock until the host has started up, see <see cref="LockstepOptions"/>.</summary>
    private async Task WhenReadyAsync(long nowMs)
    {
        var wall = _options.WallClock;
        var quietSince = wall.GetTimestamp();
        while (true)
        {
            if (_options.IsReady?.Invoke() ?? true)
            {
                _isOpen = true;
                // Start-up worked at this instant while the clock stood.
                await QuietAsync().ConfigureAwait(false);
                await SettleAsync(nowMs).ConfigureAwait(false);
                return;
            }
            if (!_inFlight.IsQuiet)
            {
                quietSince = wall.GetTimestamp();
            }
            else if (nowMs < _passUntilMs)
            {
                return;
            }
            else if (_clock.NextDueMs is { } due && wall.GetElapsedTime(quietSince) >= _options.StartUpPatience)
            {
                _passUntilMs = due;
                return;
            }
            await Task.Delay(_options.ReadyPoll, wall, _stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Answers on the channel that the step came by: a late answer to an old one must not be taken for the answer to a new hello.
    /// </summary>
    private async ValueTask SendReadyAsync(ClientWebSocket socket, long sequence)
    {
        try
        {
            var ready = _wire.Ready(_writer, sequence, _clock.NextDueMs);
            await socket.SendAsync(ready, WebSocketMessageType.Text, endOfMessage: true, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or InvalidOperationException)
        {
            // The channel broke meanwhile; the simulator says hello on the next one, and that is answered.
        }
    }

    private void Fail(Exception error) => _completion.TrySetException(
        error as LockstepException ?? new LockstepException("The replay was broken off.", error));
}
