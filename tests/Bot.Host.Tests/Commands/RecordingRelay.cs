using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Bot.Host.Tests.Commands;

/// <summary>Stands between a program and an exchange, hands everything on, and notes which requests there were.</summary>
internal sealed partial class RecordingRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Uri _exchange;

    public RecordingRelay(Uri exchange)
    {
        _exchange = exchange;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = ServeAsync();
    }

    /// <summary>Where the program goes.</summary>
    public Uri Address { get; }

    /// <summary>Method and path of each request, and whether a key signed it.</summary>
    public IReadOnlyList<(string Method, string Path, bool IsSigned)> Requests =>
        [.. Head().Matches(string.Concat(_requests)).Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value.Contains("KC-API-KEY", StringComparison.OrdinalIgnoreCase)))];

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = HandOnAsync(client, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task HandOnAsync(TcpClient client, CancellationToken stop)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(_exchange.Host, _exchange.Port, stop);
                await using var ours = client.GetStream();
                await using var theirs = server.GetStream();
                await Task.WhenAny(CopyAsync(ours, theirs, isRequest: true, stop), CopyAsync(theirs, ours, isRequest: false, stop));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One end is gone, and so is the other.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool isRequest, CancellationToken stop)
    {
        var buffer = new byte[16_384];
        int read;
        while ((read = await from.ReadAsync(buffer, stop)) > 0)
        {
            if (isRequest)
                _requests.Enqueue(Encoding.Latin1.GetString(buffer, 0, read));
            await to.WriteAsync(buffer.AsMemory(0, read), stop);
        }
    }

    [GeneratedRegex(@"(GET|POST|PUT|DELETE|PATCH) (/[^ ?]*)[^ ]* HTTP/1\.1\r\n((?:[^\r\n]+\r\n)*)\r\n")]
    private static partial Regex Head();
}
