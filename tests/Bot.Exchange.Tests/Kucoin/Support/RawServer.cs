using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bot.Exchange.Tests.Kucoin.Support;

/// <summary>
/// A server on a bare socket: it sees exactly what is written, and can break a connection at any byte. The script gets each request, and
/// answers or breaks.
/// </summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<Exchange, Task> _script;
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _connectionCount;

    public RawServer(Func<Exchange, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Complete requests, in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Bytes that came and were no complete request.</summary>
    public ConcurrentQueue<string> Fragments { get; } = [];

    public int Connections => Volatile.Read(ref _connectionCount);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _connectionCount);
                _connections.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            while (await ReadRequestAsync(stream) is { } request)
            {
                Requests.Enqueue(request);
                var exchange = new Exchange(request, stream, client, Requests.Count, _stop.Token);
                await _script(exchange);
                if (exchange.IsBroken)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client broke the connection, or the test is over.
        }
    }

    private async Task<string?> ReadRequestAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var soFar = text.ToString();
            var headEnd = soFar.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (headEnd >= 0 && soFar.Length - headEnd - 4 >= ContentLength(soFar[..headEnd]))
                return soFar;
            var read = await stream.ReadAsync(buffer, _stop.Token);
            if (read == 0)
            {
                if (soFar.Length > 0)
                    Fragments.Enqueue(soFar);
                return null;
            }
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
    }

    private static int ContentLength(string head)
    {
        foreach (var line in head.Split("\r\n"))
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                return int.Parse(line["Content-Length:".Length..].Trim(), System.Globalization.CultureInfo.InvariantCulture);
        return 0;
    }

    /// <summary>One request and the ways to end it.</summary>
    internal sealed class Exchange(string request, NetworkStream stream, TcpClient client, int number, CancellationToken stopped)
    {
        public string Request => request;

        /// <summary>From 1.</summary>
        public int Number => number;

        public CancellationToken Stopped => stopped;

        public bool IsBroken { get; private set; }

        public Task AnswerAsync(string body, int status = 200, string headers = "", string type = "application/json") =>
            WriteAsync($"HTTP/1.1 {status} X\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}");

        public Task WriteAsync(string raw) => WriteAsync(Encoding.UTF8.GetBytes(raw));

        public async Task WriteAsync(byte[] raw) => await stream.WriteAsync(raw, stopped);

        /// <summary>Ends the connection with a reset.</summary>
        public void Reset()
        {
            IsBroken = true;
            client.LingerState = new LingerOption(true, 0);
            client.Close();
        }

        /// <summary>Ends the connection in order, without an answer.</summary>
        public void Close()
        {
            IsBroken = true;
            client.Close();
        }

        /// <summary>Never answers.</summary>
        public Task StaySilentAsync() => Task.Delay(Timeout.Infinite, stopped);
    }
}
