using System.Collections.Concurrent;
using Bot.Trading.Market;

namespace Bot.Actors.Runtime;

/// <summary>
/// What of a node's start is done: the selector has chosen, and which chosen pairs are warmed up and may open positions. It opens on a
/// single node, which is where a replay waits for it; in a cluster nobody does, for the selector and its pairs are on several nodes.
/// </summary>
public sealed class StartupGate
{
    private readonly ConcurrentDictionary<Symbol, bool> _pairs = new();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _selected;

    /// <summary>True once every chosen pair was ready.</summary>
    public bool IsOpen => _open.Task.IsCompleted;

    /// <summary>Completes once every chosen pair was ready.</summary>
    public Task Opened => _open.Task;

    /// <summary>Every pair that was chosen on this node or came to it.</summary>
    public IReadOnlyList<Symbol> Pairs => [.. _pairs.Keys.Order()];

    /// <summary>Pairs that are not ready yet.</summary>
    public IReadOnlyList<Symbol> Waiting => [.. _pairs.Where(p => !p.Value).Select(p => p.Key).Order()];

    /// <summary>The selector has chosen these pairs.</summary>
    public void Expect(IEnumerable<Symbol> pairs)
    {
        foreach (var pair in pairs)
            _pairs.TryAdd(pair, false);
        _selected = true;
        Check();
    }

    /// <summary>The pair is warmed up and connected.</summary>
    public void Ready(Symbol pair)
    {
        _pairs[pair] = true;
        Check();
    }

    private void Check()
    {
        if (_selected && _pairs.Values.All(ready => ready))
            _open.TrySetResult();
    }
}
