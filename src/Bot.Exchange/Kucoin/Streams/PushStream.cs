using System.Globalization;
using Bot.Exchange.Kucoin.Parsing;
using Microsoft.Extensions.Logging;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>
/// Keeps one subscription set connected: token, socket, welcome, subscriptions, acknowledgements, and again after every break with a new
/// token (which also covers the daily end of a token's life). The listener is called by one reading loop at a time.
/// </summary>
/// <remarks>
/// In lockstep an attempt to connect is one unit of work, from its start, or from the moment a break is noticed, until every subscription
/// is acknowledged; the wait between attempts is not, it runs on the virtual clock. A subscription added later is a unit of its own.
/// </remarks>
internal sealed class PushStream : IPushSession, IAsyncDisposable
{
    private const int RememberedConnections = 100;

    /// <summary>With so many changes not acknowledged yet, further ones are gathered, so that hundreds of pairs are a few messages.</summary>
    private const int MostUnsettled = 20;

    private readonly PushServices _services;
    private readonly IPushHandler _handler;
    private readonly bool _isPrivate;
    private readonly int _order;
    private readonly ILogger _log;
    private readonly FrameGate _frames;
    private readonly CancellationTokenSource _stop = new();
    private readonly object _gate = new();
    private readonly Subscriptions _wanted = new();

    /// <summary>What this connection was asked for.</summary>
    private readonly Subscriptions _asked = new();
    private readonly Dictionary<string, Batch> _pending = new(StringComparer.Ordinal);
    private readonly Queue<string> _connectIds = new();
    private Task _loop = Task.CompletedTask;
    private PushConnection? _connection;
    private string? _token;
    private bool _isWelcomed;
    private long _openedAt;
    private long _announcedAt;
    private long _messages;
    private long _malformed;
    private volatile bool _isConnected;
    private bool _holdsUnit;
    private bool _isStarted;
    private int _isDisposed;

    public PushStream(PushServices services, IPushHandler handler, bool isPrivate)
    {
        (_services, _handler, _isPrivate) = (services, handler, isPrivate);
        _order = services.NextOrder(isPrivate);
        _log = services.Log;
        _frames = new FrameGate(Handle, CountMalformed, e => _log.LogError(e, "The listener of the {Stream} failed.", Name));
    }

    public bool IsConnected => _isConnected;

    /// <summary>Ids of the connections so far, newest last; old ones are forgotten.</summary>
    public IReadOnlyList<string> ConnectIds
    {
        get
        {
            lock (_gate)
                return [.. _connectIds];
        }
    }

    /// <summary>Frames of the current connection that have been handled.</summary>
    public long FramesHandled => _frames.Progress?.Handled ?? 0;

    /// <summary>Frames that could not be read, of all connections.</summary>
    public long MalformedFrames => Interlocked.Read(ref _malformed);

    private string Name => _isPrivate ? "account stream" : "market stream";

    public void Want(string topic)
    {
        lock (_gate)
            _wanted.Add(topic);
    }

    public void Start()
    {
        lock (_gate)
        {
            if (_isStarted)
                return;
            _isStarted = true;
        }
        HoldUnit();
        // On the pool: the caller may be an actor, whose scheduler the loop must not inherit.
        _loop = Task.Run(LoopAsync);
    }

    public void Change(bool subscribe, string prefix, IEnumerable<string> arguments)
    {
        lock (_gate)
        {
            if (subscribe)
                _wanted.Add(prefix, arguments);
            else
                _wanted.Remove(prefix, arguments);
            AskForChanges();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    public void OnFrame(ReadOnlySpan<byte> frame) => _frames.OnFrame(frame);

    public void OnOversizedFrame() => _frames.OnOversizedFrame();

    public string? OnTick()
    {
        var time = _services.Runtime.TransportTime;
        lock (_gate)
        {
            if (!_isWelcomed)
                return time.GetElapsedTime(_openedAt) >= _services.Options.AckTimeout ? "no welcome came" : null;
            foreach (var batch in _pending.Values)
                if (batch.Message?.SentAt is { } sentAt && time.GetElapsedTime(sentAt) >= _services.Options.AckTimeout)
                    return "a subscription was not acknowledged";
        }
        return null;
    }

    private async Task LoopAsync()
    {
        var failures = 0;
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                var time = _services.Runtime.Time;
                var reason = await TryAttemptAsync().ConfigureAwait(false);
                var livedLong = _isConnected && time.GetElapsedTime(Interlocked.Read(ref _announcedAt)) >= _services.Options.StableAfter;
                End(reason);
                failures = livedLong ? 0 : failures + 1;
                var (options, jitter) = (_services.Options, _services.Runtime.Jitter);
                var delay = Backoff.After(failures, options.ReconnectDelay, options.MaxReconnectDelay, jitter);
                await _services.Work.DelayAsync(delay, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed while waiting.
        }
        finally
        {
            ReleaseUnit();
        }
    }

    private async Task<string> TryAttemptAsync()
    {
        try
        {
            return await AttemptAsync().ConfigureAwait(false);
        }
        // Whatever goes wrong in one attempt, the next one is made: a stream that gave up would leave its listener waiting for ever.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!_stop.IsCancellationRequested)
                _log.LogError("An attempt to connect the {Stream} failed with {Error}.", Name, e.GetType().Name);
            return $"the attempt failed ({e.GetType().Name})";
        }
    }

    /// <summary>One connection, from its token to its end; says why it ended.</summary>
    private async Task<string> AttemptAsync()
    {
        var answer = await _services.BulletAsync(_isPrivate, _stop.Token).ConfigureAwait(false);
        if (answer.Failure is { } failure)
            return $"no token ({failure.Kind} {failure.Code})";
        var bullet = answer.Required;
        var connectId = Guid.NewGuid().ToString("N");
        _token = bullet.Token;
        _frames.Begin(_services.Frames.Add(connectId, _order));
        lock (_gate)
        {
            _connectIds.Enqueue(connectId);
            if (_connectIds.Count > RememberedConnections)
                _connectIds.Dequeue();
        }
        var (socket, fault) = await _services.OpenAsync(bullet, connectId, _stop.Token).ConfigureAwait(false);
        if (socket is null)
            return fault;
        var transportTime = _services.Runtime.TransportTime;
        using var connection = new PushConnection(
            socket, _services.Options, bullet.PingInterval, bullet.PingTimeout, transportTime, _stop.Token);
        lock (_gate)
        {
            _connection = connection;
            _openedAt = transportTime.GetTimestamp();
        }
        return await connection.RunAsync(this).ConfigureAwait(false);
    }

    private void Handle(in PushFrame frame)
    {
        switch (frame.Type)
        {
            case PushType.Message:
                if (!_handler.TryHandle(frame))
                    _log.LogDebug("The {Stream} got a message of a topic that it did not ask for.", Name);
                break;
            case PushType.Ack:
                Settle(frame.Id, isTaken: true);
                break;
            case PushType.Welcome:
                Welcome();
                break;
            case PushType.Error:
                Refused(frame);
                break;
            default:
                break; // Pongs only count; other types (notice, command, new ones) are none of ours.
        }
    }

    private void Welcome()
    {
        var isReady = false;
        lock (_gate)
        {
            if (_isWelcomed)
                return;
            _isWelcomed = true;
            _connection!.AllowSending();
            foreach (var (prefix, arguments) in _wanted.Without(_asked, _services.Options.TopicsPerMessage).ToList())
            {
                _asked.Add(prefix, arguments);
                Send(new Batch(prefix, arguments, Subscribe: true, IsInitial: true));
            }
            isReady = _pending.Count == 0;
        }
        if (isReady)
            Announce();
    }

    /// <summary>Asks for what is wanted by now; before the welcome there is nobody to ask, and the welcome asks for all of it.</summary>
    private void AskForChanges()
    {
        if (!_isWelcomed)
            return;
        var size = _services.Options.TopicsPerMessage;
        var changes = _asked.Without(_wanted, size).Select(b => (b.Prefix, b.Arguments, Subscribe: false))
            .Concat(_wanted.Without(_asked, size).Select(b => (b.Prefix, b.Arguments, Subscribe: true)));
        foreach (var (prefix, arguments, subscribe) in changes.ToList())
        {
            if (_pending.Count >= MostUnsettled)
                return; // The next acknowledgement goes on.
            if (subscribe)
                _asked.Add(prefix, arguments);
            else
                _asked.Remove(prefix, arguments);
            _services.Work.Enter();
            Send(new Batch(prefix, arguments, subscribe, IsInitial: false));
        }
    }

    private void Settle(string? id, bool isTaken)
    {
        Batch? batch;
        bool isReady;
        lock (_gate)
        {
            if (id is null || !_pending.Remove(id, out batch))
                return;
            isReady = batch.IsInitial && !_pending.Values.Any(b => b.IsInitial);
            AskForChanges();
        }
        if (isTaken && batch.Subscribe)
            _handler.Subscribed(batch.Prefix, batch.Arguments);
        if (isReady)
            Announce();
        if (!batch.IsInitial)
            _services.Work.Exit();
    }

    /// <summary>
    /// One bad topic makes the exchange refuse a whole message of topics, and a pair may vanish at any time. The message is halved until
    /// the bad topic stands alone; everything else is subscribed.
    /// </summary>
    private void Refused(in PushFrame frame)
    {
        var text = _services.Redactor.Clean(frame.DataText(), _token);
        _log.LogWarning("The {Stream} was told error {Code}: {Text}", Name, frame.Code, text);
        Batch? batch = null;
        lock (_gate)
        {
            if (!_isWelcomed || frame.Code is 401 or 509)
            {
                _connection!.Abort($"refused with error {frame.Code}");
                return;
            }
            if (frame.Id is null || !_pending.TryGetValue(frame.Id, out batch))
                return;
            if (batch.Arguments.Length > 1)
            {
                _pending.Remove(frame.Id);
                var half = batch.Arguments.Length / 2;
                if (!batch.IsInitial)
                    _services.Work.Enter();
                Send(batch with { Arguments = batch.Arguments[..half] });
                Send(batch with { Arguments = batch.Arguments[half..] });
                return;
            }
        }
        _log.LogWarning("The {Stream} goes on without {Topic}.", Name, Subscriptions.Text(batch.Prefix, batch.Arguments));
        Settle(frame.Id, isTaken: false);
    }

    private void Send(Batch batch)
    {
        var id = (++_messages).ToString(CultureInfo.InvariantCulture);
        var topic = Subscriptions.Text(batch.Prefix, batch.Arguments);
        var message = new Outgoing(PushMessages.Subscription(id, batch.Subscribe, topic, _isPrivate));
        _pending[id] = batch with { Message = message };
        _connection!.Post(message);
    }

    private void Announce()
    {
        Interlocked.Exchange(ref _announcedAt, _services.Runtime.Time.GetTimestamp());
        _isConnected = true;
        _log.LogInformation("The {Stream} is connected.", Name);
        try
        {
            _handler.Connected();
        }
        finally
        {
            ReleaseUnit();
        }
    }

    /// <summary>
    /// After a connection: first the work that follows is entered, then the listener is told, then nobody waits for its frames.
    /// </summary>
    private void End(string reason)
    {
        HoldUnit();
        int units;
        lock (_gate)
        {
            _connection = null;
            _isWelcomed = false;
            _asked.Clear();
            units = _pending.Values.Count(b => !b.IsInitial);
            _pending.Clear();
        }
        for (var i = 0; i < units; i++)
            _services.Work.Exit();
        if (!_stop.IsCancellationRequested)
            _log.LogWarning("The {Stream} is not connected: {Reason}.", Name, reason);
        if (_isConnected)
        {
            _isConnected = false;
            try
            {
                _handler.Disconnected(reason);
            }
#pragma warning disable CA1031 // As in FrameGate: a listener that throws must not end the stream.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _log.LogError(e, "The listener of the {Stream} failed.", Name);
            }
        }
        _frames.End();
    }

    private void HoldUnit()
    {
        if (_holdsUnit)
            return;
        _holdsUnit = true;
        _services.Work.Enter();
    }

    private void ReleaseUnit()
    {
        if (!_holdsUnit)
            return;
        _holdsUnit = false;
        _services.Work.Exit();
    }

    private void CountMalformed(string why)
    {
        // The first ones of a kind tell what is wrong; thousands more would only fill the log.
        if (Interlocked.Increment(ref _malformed) is var count && (count <= 10 || count % 1000 == 0))
            _log.LogWarning("The {Stream} got a malformed frame, its number {Count}: {Why}", Name, count, why);
    }

    /// <summary>A subscription message that is not settled yet.</summary>
    private sealed record Batch(string Prefix, string[] Arguments, bool Subscribe, bool IsInitial, Outgoing? Message = null);
}
