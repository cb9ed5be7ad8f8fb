using Bot.Exchange.Kucoin.Parsing;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>
/// Public topics over as many connections as they need, for KuCoin limits the topics of one. To the handler they are one connection: it is
/// up when all of them are, and it is called by one of them at a time.
/// </summary>
internal sealed class PushLines : IAsyncDisposable
{
    private readonly PushServices _services;
    private readonly IPushHandler _handler;
    private readonly object _gate = new();
    private readonly object _calls = new();
    private readonly Dictionary<(string Prefix, string Argument), Line> _places = [];
    private volatile Line[] _lines = [];
    private bool _isAnnounced;
    private bool _isDisposed;

    /// <summary>Begins with one connection.</summary>
    public PushLines(PushServices services, IPushHandler handler)
    {
        (_services, _handler) = (services, handler);
        Open();
    }

    public bool IsConnected => _lines.All(l => l.Stream.IsConnected);

    /// <summary>Ids of the connections so far, newest last of each line; old ones are forgotten.</summary>
    public IReadOnlyList<string> ConnectIds => [.. _lines.SelectMany(l => l.Stream.ConnectIds)];

    /// <summary>Frames of the current connections that have been handled.</summary>
    public long FramesHandled => _lines.Sum(l => l.Stream.FramesHandled);

    /// <summary>Frames that could not be read, of all connections.</summary>
    public long MalformedFrames => _lines.Sum(l => l.Stream.MalformedFrames);

    /// <summary>Adds topics, each to the first line that has room for it, or removes them; idempotent.</summary>
    public void Change(bool subscribe, string prefix, IEnumerable<string> arguments)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            foreach (var group in arguments.Select(a => (Line: Place((prefix, a), subscribe), Argument: a)).Where(a => a.Line is not null).GroupBy(a => a.Line!))
                group.Key.Stream.Change(subscribe, prefix, group.Select(a => a.Argument));
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _isDisposed = true;
        foreach (var line in _lines)
            await line.Stream.DisposeAsync().ConfigureAwait(false);
    }

    private Line? Place((string Prefix, string Argument) topic, bool subscribe)
    {
        if (_places.TryGetValue(topic, out var line))
        {
            if (!subscribe)
            {
                _places.Remove(topic);
                line.Topics--;
            }
            return line;
        }
        if (!subscribe)
            return null;
        line = _lines.FirstOrDefault(l => l.Topics < _services.Options.TopicsPerConnection) ?? Open();
        line.Topics++;
        return _places[topic] = line;
    }

    private Line Open()
    {
        var line = new Line(this);
        _lines = [.. _lines, line];
        line.Stream.Start();
        return line;
    }

    private sealed class Line : IPushHandler
    {
        private readonly PushLines _owner;

        public Line(PushLines owner)
        {
            _owner = owner;
            Stream = new PushStream(owner._services, this, isPrivate: false);
        }

        public PushStream Stream { get; }

        public int Topics { get; set; }

        public bool IsUp { get; private set; }

        public bool TryHandle(in PushFrame frame)
        {
            lock (_owner._calls)
                return _owner._handler.TryHandle(frame);
        }

        public void Connected()
        {
            lock (_owner._calls)
            {
                // A line that is opened later is not told of: what it carries was never missed, but is asked for for the first time.
                IsUp = true;
                if (_owner._isAnnounced || !_owner._lines.All(l => l.IsUp))
                    return;
                _owner._isAnnounced = true;
                _owner._handler.Connected();
            }
        }

        public void Disconnected(string reason)
        {
            lock (_owner._calls)
            {
                IsUp = false;
                if (!_owner._isAnnounced)
                    return;
                _owner._isAnnounced = false;
                _owner._handler.Disconnected(reason);
            }
        }
    }
}
