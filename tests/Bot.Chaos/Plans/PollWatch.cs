using System.Buffers;
using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;
using Bot.Chaos.Deployments;

namespace Bot.Chaos.Plans;

/// <summary>Watches what the nodes ask the exchange about, until each of some orders was asked about by its client order id.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PollWatch : IDisposable
{
    private static readonly byte[] Question = "GET "u8.ToArray();
    private static readonly byte[] Prefix = "b1-"u8.ToArray();
    private static readonly SearchValues<byte> OfAnId = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8);

    private readonly ChaosDeployment _deployment;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _open;
    private readonly List<TimeSpan> _asked = [];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Begins to watch.</summary>
    /// <param name="deployment">Whose nodes.</param>
    /// <param name="open">Client order ids.</param>
    public PollWatch(ChaosDeployment deployment, IEnumerable<string> open)
    {
        (_deployment, _open) = (deployment, [.. open]);
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
        for (var at = piece.IndexOf(Prefix); at >= 0; at = piece.IndexOf(Prefix))
        {
            piece = piece[at..];
            var length = piece.IndexOfAnyExcept(OfAnId);
            Note(Encoding.ASCII.GetString(length < 0 ? piece : piece[..length]));
            piece = piece[(length < 0 ? piece.Length : length)..];
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
