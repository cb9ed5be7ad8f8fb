using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using Bot.Exchange.Simulator.Accounts;

namespace Bot.Exchange.Simulator.Push;

/// <summary>How much a connection may fall behind.</summary>
/// <param name="Capacity">Frames that wait for a slow reader before market data is dropped.</param>
/// <param name="Limit">Frames that wait before the connection is closed, for order events must not be dropped.</param>
/// <param name="IsLossless">True in lockstep: nothing is dropped.</param>
internal sealed record PushQueueLimits(int Capacity, int Limit, bool IsLossless);

/// <summary>
/// A push connection: a queue of frames and the socket they go to. Frames enter the queue in the order in which things happened; one
/// writer at a time empties it, as many frames in a write as there are.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The token source has no timer and no handle; it may be cancelled at any time.")]
internal sealed class PushConnection
{
    private const int MaxBatch = 1024;

    private readonly WebSocket _socket;
    private readonly BatchingStream _stream;
    private readonly PushQueueLimits _limits;
    private readonly Action<PushConnection> _onFirstFrame;
    private readonly CancellationTokenSource _abort = new();
    private readonly Lock _queueGate = new();
    private readonly List<byte[]> _batch = [];
    private readonly Queue<byte[]> _queue = new();
    private bool _isWriting;
    private bool _isClosing;
    private WebSocketCloseStatus _closeStatus;
    private string? _closeText;
    private long _frames;
    private long _dropped;

    /// <summary>A connection.</summary>
    /// <param name="connectId">The client's name for it.</param>
    /// <param name="account">Whose token opened it; null for a public one.</param>
    /// <param name="socket">The socket, over <paramref name="stream"/>.</param>
    /// <param name="stream">The stream under the socket.</param>
    /// <param name="limits">How far it may fall behind.</param>
    /// <param name="onFirstFrame">Called under the gate when the queue is no longer empty.</param>
    public PushConnection(
        string connectId,
        Account? account,
        WebSocket socket,
        BatchingStream stream,
        PushQueueLimits limits,
        Action<PushConnection> onFirstFrame)
    {
        ConnectId = connectId;
        Account = account;
        _socket = socket;
        _stream = stream;
        _limits = limits;
        _onFirstFrame = onFirstFrame;
    }

    /// <summary>The client's name for the connection.</summary>
    public string ConnectId { get; }

    /// <summary>Whose token opened it; null for a public one.</summary>
    public Account? Account { get; }

    /// <summary>What it is subscribed to. Touched only under the floor's gate.</summary>
    public HashSet<Topic> Topics { get; } = [];

    /// <summary>Text frames that were queued for it so far, and so will be sent.</summary>
    public long Frames => Interlocked.Read(ref _frames);

    /// <summary>Frames of market data that a slow reader missed.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>When the client last said something, in wall milliseconds.</summary>
    public long LastHeardMs { get; set; }

    /// <summary>When the connection was opened, in wall milliseconds.</summary>
    public long OpenedMs { get; init; }

    /// <summary>Cancelled when the connection is torn down.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>Queues a frame; <see cref="WriteAsync"/> sends it.</summary>
    public void Enqueue(byte[] frame, FrameClass frameClass)
    {
        bool isFirst;
        lock (_queueGate)
        {
            if (_isClosing)
                return;
            if (_queue.Count >= _limits.Capacity && frameClass == FrameClass.Market && !_limits.IsLossless)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }
            if (_queue.Count >= _limits.Limit)
            {
                _isClosing = true;
                Abort();
                return;
            }
            isFirst = _queue.Count == 0;
            _queue.Enqueue(frame);
            Interlocked.Increment(ref _frames);
        }
        if (isFirst)
            _onFirstFrame(this);
    }

    /// <summary>Queues a last frame and closes the connection behind it.</summary>
    public void EnqueueLast(byte[]? frame, WebSocketCloseStatus status, string text)
    {
        lock (_queueGate)
        {
            if (_isClosing)
                return;
            _isClosing = true;
            _closeStatus = status;
            _closeText = text;
            if (frame is not null)
            {
                _queue.Enqueue(frame);
                Interlocked.Increment(ref _frames);
            }
        }
    }

    /// <summary>True when nothing will be queued for it any more.</summary>
    public bool IsClosing
    {
        get
        {
            lock (_queueGate)
                return _isClosing;
        }
    }

    /// <summary>Ends the connection behind the frames that are queued for it.</summary>
    public void HangUp()
    {
        EnqueueLast(null, WebSocketCloseStatus.EndpointUnavailable, "Bye");
        _onFirstFrame(this);
    }

    /// <summary>Tears the connection down without a word.</summary>
    /// <remarks>What follows from it runs elsewhere: the caller may be in the middle of a topic's subscribers.</remarks>
    public void Abort() => _ = _abort.CancelAsync();

    /// <summary>
    /// Sends what is queued. Returns at once when another call is sending; never throws, a broken connection is torn down.
    /// </summary>
    public async Task WriteAsync()
    {
        lock (_queueGate)
        {
            if (_isWriting)
                return;
            _isWriting = true;
        }
        try
        {
            while (TakeBatch())
            {
                await _stream.HoldAsync(_abort.Token);
                foreach (var frame in _batch)
                    await _socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, _abort.Token);
                await _stream.LetGoAsync(_abort.Token);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            await _abort.CancelAsync();
        }
    }

    // False when the queue is empty: the writer has then given up its turn.
    private bool TakeBatch()
    {
        _batch.Clear();
        string? closeText;
        lock (_queueGate)
        {
            if (_queue.Count <= MaxBatch)
            {
                _batch.AddRange(_queue);
                _queue.Clear();
            }
            else
            {
                while (_batch.Count < MaxBatch)
                    _batch.Add(_queue.Dequeue());
            }
            if (_batch.Count > 0)
                return true;
            _isWriting = false;
            closeText = _closeText;
            _closeText = null;
        }
        if (closeText is not null)
            _ = CloseAsync(closeText);
        return false;
    }

    private async Task CloseAsync(string text)
    {
        try
        {
            await _socket.CloseOutputAsync(_closeStatus, text, _abort.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            await _abort.CancelAsync();
        }
    }
}
