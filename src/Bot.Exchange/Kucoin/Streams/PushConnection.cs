using System.Net.WebSockets;
using System.Threading.Channels;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>What a connection tells its stream. Calls come from the reading loop, except <see cref="OnTick"/>.</summary>
internal interface IPushSession
{
    /// <summary>A text frame; the bytes are valid during the call only.</summary>
    void OnFrame(ReadOnlySpan<byte> frame);

    /// <summary>A frame was too long and has been skipped.</summary>
    void OnOversizedFrame();

    /// <summary>The transport's timer; says why the connection should end, or null.</summary>
    string? OnTick();
}

/// <summary>A message on its way out.</summary>
/// <param name="text">UTF-8 text.</param>
internal sealed class Outgoing(byte[] text)
{
    private long _sentAt = -1;

    public byte[] Text => text;

    /// <summary>Transport timestamp of sending; null while it waits for its turn.</summary>
    public long? SentAt
    {
        get => Interlocked.Read(ref _sentAt) is >= 0 and var at ? at : null;
        set => Interlocked.Exchange(ref _sentAt, value ?? -1);
    }
}

/// <summary>
/// One WebSocket: a reading loop, a sending loop that keeps to the exchange's pace, pings, and the end of a connection that has fallen
/// silent. It knows nothing of topics.
/// </summary>
internal sealed class PushConnection : IDisposable
{
    private static readonly TimeSpan PaceWindow = TimeSpan.FromSeconds(10);

    private readonly WebSocket _socket;
    private readonly KucoinStreamOptions _options;
    private readonly TimeSpan _pingInterval;
    private readonly TimeSpan _longestSilence;
    private readonly TimeProvider _time;
    private readonly Channel<Outgoing> _outgoing = Channel.CreateUnbounded<Outgoing>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop;
    private IPushSession? _session;
    private string? _reason;
    private long _lastFrameAt;
    private long _lastPingAt;
    private long _pings;
    private volatile bool _maySend;

    /// <summary>Takes over an open socket.</summary>
    /// <param name="socket">The socket; disposed with this object.</param>
    /// <param name="options">Pace and sizes.</param>
    /// <param name="pingInterval">A ping is due this often.</param>
    /// <param name="pingTimeout">How much longer the other side may be silent.</param>
    /// <param name="time">The transport's clock.</param>
    /// <param name="stop">Ends the connection.</param>
    public PushConnection(
        WebSocket socket, KucoinStreamOptions options, TimeSpan pingInterval, TimeSpan pingTimeout, TimeProvider time,
        CancellationToken stop)
    {
        (_socket, _options, _pingInterval, _time) = (socket, options, pingInterval, time);
        _longestSilence = pingInterval + pingTimeout;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _lastFrameAt = _lastPingAt = time.GetTimestamp();
    }

    /// <summary>Allows sending: nothing may be sent before the welcome.</summary>
    public void AllowSending() => _maySend = true;

    /// <summary>Puts a message at the end of the queue; nobody waits for it.</summary>
    public void Post(Outgoing message) => _outgoing.Writer.TryWrite(message);

    /// <summary>Ends the connection for a reason; the first reason counts.</summary>
    public void Abort(string reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <summary>Reads until the connection ends, and says why it did.</summary>
    public async Task<string> RunAsync(IPushSession session)
    {
        _session = session;
        var tick = TimeSpan.FromMilliseconds(Math.Clamp(_pingInterval.TotalMilliseconds / 4, 5, 250));
        using var timer = _time.CreateTimer(static state => ((PushConnection)state!).Tick(), this, tick, tick);
        var sending = SendLoopAsync();
        try
        {
            Interlocked.CompareExchange(ref _reason, await ReadLoopAsync(session).ConfigureAwait(false), null);
        }
        // A broken socket shows itself in many ways; all of them mean that the connection has ended.
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            Interlocked.CompareExchange(ref _reason, _stop.IsCancellationRequested ? "stopped" : "the connection broke", null);
        }
        finally
        {
            Abort("ended");
            _outgoing.Writer.TryComplete();
            await sending.ConfigureAwait(false);
            await SayGoodbyeAsync().ConfigureAwait(false);
        }
        return _reason ?? "ended";
    }

    public void Dispose()
    {
        _socket.Dispose();
        _stop.Dispose();
    }

    /// <summary>Answers the server's farewell. Politeness only: nothing depends on it, so nothing waits long for it.</summary>
    private async Task SayGoodbyeAsync()
    {
        if (_socket.State != WebSocketState.CloseReceived)
            return;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // The connection is gone; that is what was wanted.
        }
    }

    private async Task<string> ReadLoopAsync(IPushSession session)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        var tooLong = false;
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token).ConfigureAwait(false);
            Interlocked.Exchange(ref _lastFrameAt, _time.GetTimestamp());
            if (part.MessageType == WebSocketMessageType.Close)
                return $"closed by the server ({(int?)_socket.CloseStatus})";
            length += part.Count;
            if (!part.EndOfMessage)
            {
                if (length < buffer.Length)
                    continue;
                if (buffer.Length < _options.MaxFrameBytes)
                    Array.Resize(ref buffer, Math.Min(buffer.Length * 2, _options.MaxFrameBytes));
                else
                    (tooLong, length) = (true, 0);
                continue;
            }
            if (part.MessageType == WebSocketMessageType.Text)
            {
                if (tooLong)
                    session.OnOversizedFrame();
                else
                    session.OnFrame(buffer.AsSpan(0, length));
            }
            (tooLong, length) = (false, 0);
        }
    }

    private async Task SendLoopAsync()
    {
        var sentAt = new Queue<long>(_options.MessagesPer10Seconds);
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                if (sentAt.Count == _options.MessagesPer10Seconds)
                {
                    var wait = PaceWindow - _time.GetElapsedTime(sentAt.Dequeue());
                    if (wait > TimeSpan.Zero)
                        await Task.Delay(wait, _time, _stop.Token).ConfigureAwait(false);
                }
                sentAt.Enqueue(_time.GetTimestamp());
                await _socket.SendAsync(message.Text, WebSocketMessageType.Text, endOfMessage: true, _stop.Token).ConfigureAwait(false);
                message.SentAt = _time.GetTimestamp();
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever ended the connection has said why.
        }
        catch (Exception e) when (e is WebSocketException or IOException or InvalidOperationException)
        {
            Abort("the connection broke");
        }
    }

    private void Tick()
    {
        if (_time.GetElapsedTime(Interlocked.Read(ref _lastFrameAt)) >= _longestSilence)
        {
            Abort("the server fell silent");
            return;
        }
        if (_session?.OnTick() is { } reason)
        {
            Abort(reason);
            return;
        }
        if (_maySend && _time.GetElapsedTime(_lastPingAt) >= _pingInterval)
        {
            _lastPingAt = _time.GetTimestamp();
            Post(new Outgoing(PushMessages.Ping(++_pings)));
        }
    }
}
