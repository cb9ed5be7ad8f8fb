using System.Buffers;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Bot.Chaos.Deployments;

namespace Bot.Chaos.Plans;

/// <summary>Watches what the nodes ask the exchange about, until each of some orders was asked about by one of its ids.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PollWatch : IDisposable
{
    private static readonly byte[] Question = "GET "u8.ToArray();
    private static readonly SearchValues<byte> Between = SearchValues.Create("/?&= "u8);

    private readonly ChaosDeployment _deployment;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open;
    private readonly List<TimeSpan> _asked = [];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to watch.</summary>
    /// <param name="deployment">Whose nodes.</param>
    /// <param name="open">Client order ids, and the exchange's.</param>
    public PollWatch(ChaosDeployment deployment, IReadOnlyList<(string ClientOrderId, string Id)> open)
    {
        (_deployment, _open) = (deployment, [.. open.Select(o => o.ClientOrderId)]);
        foreach (var (clientOrderId, id) in open)
            _names[clientOrderId] = _names[id] = clientOrderId;
        if (_open.Count == 0)
            _all.SetResult();
        foreach (var node in deployment.Nodes)
            node.Setup.Exchange.Seen = See;
    }

    /// <summary>When each was asked about for the first time since the start.</summary>
    public IReadOnlyList<TimeSpan> Asked
    {
        get
        {
            lock (_gate)
                return [.. _asked];
        }
    }

    /// <summary>Completes when all were asked about.</summary>
    public Task All => _all.Task;

    public void Dispose()
    {
        foreach (var node in _deployment.Nodes)
            node.Setup.Exchange.Seen = null;
    }

    private void See(ReadOnlySpan<byte> piece)
    {
        if (!piece.StartsWith(Question))
            return;
        var end = piece.IndexOf((byte)'\r');
        var line = end < 0 ? piece : piece[..end];
        foreach (var word in line.SplitAny(Between))
        {
            if (_names.TryGetValue(Encoding.ASCII.GetString(line[word]), out var clientOrderId))
                Note(clientOrderId);
        }
    }

    private void Note(string id)
    {
        lock (_gate)
        {
            if (!_open.Remove(id))
                return;
            _asked.Add(Stopwatch.GetElapsedTime(_start));
            if (_open.Count == 0)
                _all.TrySetResult();
        }
    }
}
