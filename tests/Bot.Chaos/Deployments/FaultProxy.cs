using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bot.Chaos.Deployments;

/// <summary>What a link does to what passes it. One value at a time; bytes that are held are delivered when the weather changes.</summary>
/// <param name="Latency">Each piece is this late.</param>
/// <param name="BytesPerSecond">No more than this passes; null for no limit.</param>
/// <param name="HoldsRequests">Nothing passes towards the target.</param>
/// <param name="HoldsAnswers">Nothing passes towards the client.</param>
/// <param name="Refuses">New connections are reset.</param>
internal sealed record Weather(
    TimeSpan Latency = default, int? BytesPerSecond = null, bool HoldsRequests = false, bool HoldsAnswers = false, bool Refuses = false)
{
    /// <summary>Everything passes.</summary>
    public static readonly Weather Fair = new();

    /// <summary>Nothing passes and nobody is told: a cut cable.</summary>
    public static readonly Weather Cut = new(HoldsRequests: true, HoldsAnswers: true);

    /// <summary>Nobody gets through and everybody is told.</summary>
    public static readonly Weather Down = new(Refuses: true);
}

/// <summary>Sees what a client sends.</summary>
/// <param name="piece">A piece of it, at most a few kilobytes.</param>
internal delegate void PieceSeen(ReadOnlySpan<byte> piece);

/// <summary>What happens to the answer of a request that was delivered.</summary>
internal enum AnswerFate
{
    /// <summary>It is never delivered: the client gives up by itself.</summary>
    Silence,

    /// <summary>The connection is reset.</summary>
    Reset,
}

/// <summary>
/// A TCP proxy that a person can break in the ways that networks break: slow, cut, reset, held in one direction or both, and cut behind a
/// request whose answer is then lost. The bytes are real and so is the target; the proxy changes none.
/// </summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<int, int, int?>? _whoIs;
    private readonly ConcurrentDictionary<Link, byte> _links = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _accepting;
    private readonly Dictionary<int, Weather> _weatherFrom = [];
    private Weather _weather = Weather.Fair;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _losing;
    private AnswerFate _fate;
    private Func<bool> _dice = static () => false;
    private int _lost;

    /// <summary>A proxy on a free port of this machine.</summary>
    /// <param name="target">Where it leads to.</param>
    /// <param name="whoIs">Tells whose connection it is by the client's port and ours; null where it does not matter.</param>
    public FaultProxy(IPEndPoint target, Func<int, int, int?>? whoIs = null)
    {
        (Target, _whoIs) = (target, whoIs);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it leads to.</summary>
    public IPEndPoint Target { get; }

    /// <summary>Where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Sees every piece that a client sends; null for nobody.</summary>
    public PieceSeen? Seen { get; set; }

    /// <summary>How many answers it has lost.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>Sets the weather for all, or for the connections of one client.</summary>
    public void Set(Weather weather, int? from = null)
    {
        lock (_gate)
        {
            if (from is { } one)
                _weatherFrom[one] = weather;
            else
                _weather = weather;
            if (from is null && weather == Weather.Fair)
                _weatherFrom.Clear();
            var changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
        if (weather.Refuses)
            Reset(from);
    }

    /// <summary>Resets every connection, or those of one client.</summary>
    public int Reset(int? from = null)
    {
        var links = _links.Keys.Where(l => from is null || l.From == from).ToList();
        links.ForEach(l => l.Reset());
        return links.Count;
    }

    /// <summary>Loses answers from now on.</summary>
    /// <param name="requestsLike">How a request begins whose answer may be lost; null for none any more.</param>
    /// <param name="fate">What the client sees.</param>
    /// <param name="dice">Whether the next one is lost.</param>
    public void LoseAnswers(string? requestsLike, AnswerFate fate = AnswerFate.Silence, Func<bool>? dice = null)
    {
        lock (_gate)
            (_losing, _fate, _dice) = (requestsLike is null ? null : System.Text.Encoding.ASCII.GetBytes(requestsLike), fate, dice ?? (static () => true));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Reset();
        await _accepting;
        _stop.Dispose();
    }

    /// <summary>The process among some that has the client's end of a connection to a port of ours; null when none has.</summary>
    /// <param name="clientPort">Its port.</param>
    /// <param name="listenPort">Ours.</param>
    /// <param name="processes">Candidates.</param>
    public static int? OwnerOf(int clientPort, int listenPort, IEnumerable<int> processes)
    {
        var (client, server) = ($":{clientPort:X4}", $":{listenPort:X4}");
        var socket = File.ReadLines("/proc/net/tcp").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(f => f.Length > 9 && f[1].EndsWith(client, StringComparison.Ordinal) && f[2].EndsWith(server, StringComparison.Ordinal));
        if (socket is null)
            return null;
        var wanted = $"socket:[{socket[9]}]";
        foreach (var process in processes)
        {
            try
            {
                if (Directory.EnumerateFiles(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/fd")).Any(f => File.ResolveLinkTarget(f, false)?.Name == wanted))
                    return process;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or a file of it has, while we looked.
            }
        }
        return null;
    }

    private Weather WeatherOf(Link link)
    {
        lock (_gate)
            return link.From is { } from && _weatherFrom.TryGetValue(from, out var own) ? own : _weather;
    }

    private bool IsLost(ReadOnlySpan<byte> piece)
    {
        lock (_gate)
        {
            if (_losing is null || !piece.StartsWith(_losing) || !_dice())
                return false;
        }
        Interlocked.Increment(ref _lost);
        return true;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var from = _whoIs?.Invoke(((IPEndPoint)client.Client.RemoteEndPoint!).Port, Port);
        using var link = new Link(client, from);
        _links[link] = 0;
        try
        {
            if (WeatherOf(link).Refuses)
            {
                link.Reset();
                return;
            }

            // A cut cable carries no handshake either; ours was made by the listener, the target's waits.
            await WhenPassingAsync(link, w => w.HoldsRequests);
            await link.Target.ConnectAsync(Target, _stop.Token);
            await Task.WhenAny(PumpAsync(link, isRequest: true), PumpAsync(link, isRequest: false));
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One end is gone: the other learns it by the end of its connection.
        }
        finally
        {
            _links.TryRemove(link, out _);
        }
    }

    private async Task PumpAsync(Link link, bool isRequest)
    {
        try
        {
            var (source, sink) = isRequest ? (link.Client.GetStream(), link.Target.GetStream()) : (link.Target.GetStream(), link.Client.GetStream());
            var buffer = new byte[16_384];
            while (await source.ReadAsync(buffer, _stop.Token) is > 0 and var read)
            {
                if (isRequest)
                    Seen?.Invoke(buffer.AsSpan(0, read));
                var isLost = isRequest && IsLost(buffer.AsSpan(0, read));
                if (isLost)
                    link.IsMuted = true;
                await WhenPassingAsync(link, w => isRequest ? w.HoldsRequests : w.HoldsAnswers);
                var weather = WeatherOf(link);
                var pause = weather.Latency + (weather.BytesPerSecond is { } rate ? TimeSpan.FromSeconds(read / (double)rate) : TimeSpan.Zero);
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, _stop.Token);
                if (!isRequest && link.IsMuted)
                {
                    if (_fate == AnswerFate.Reset)
                        link.Reset();
                    continue;
                }
                await sink.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // As above.
        }
    }

    private async Task WhenPassingAsync(Link link, Func<Weather, bool> holds)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
                changed = _changed.Task;
            if (!holds(WeatherOf(link)))
                return;
            await changed.WaitAsync(_stop.Token);
        }
    }

    private sealed class Link(TcpClient client, int? from) : IDisposable
    {
        public TcpClient Client { get; } = client;

        public TcpClient Target { get; } = new() { NoDelay = true };

        public int? From { get; } = from;

        public bool IsMuted { get; set; }

        public void Reset()
        {
            foreach (var end in (TcpClient[])[Client, Target])
            {
                try
                {
                    // Null when the end has been closed already.
                    if (end.Client is { } socket)
                        socket.LingerState = new LingerOption(true, 0);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // Closed in this moment.
                }
                end.Dispose();
            }
        }

        public void Dispose()
        {
            Client.Dispose();
            Target.Dispose();
        }
    }
}
