using System.Runtime.Versioning;
using Bot.Actors.Runtime;
using Bot.Chaos.Deployments;

namespace Bot.Chaos.Plans;

/// <summary>
/// The boundaries between what is written and what is done at which a node can be made to die. They are enumerated by the nodes themselves:
/// each notes every kind of boundary that it passes, and a node has died at all of them when none is left.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class CrashPoints
{
    private readonly SortedDictionary<string, int> _deaths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tries = new(StringComparer.Ordinal);

    /// <summary>How many nodes have died at each.</summary>
    public IReadOnlyDictionary<string, int> Deaths => _deaths;

    /// <summary>Takes in what the nodes of a deployment have noted.</summary>
    public void Learn(ChaosDeployment deployment)
    {
        foreach (var point in deployment.Witnesses(ChaosHooks.PointsFile).SelectMany(File.ReadAllLines))
        {
            if (!point.StartsWith("died ", StringComparison.Ordinal) && point.Split(':') is [_, _])
                _deaths.TryAdd(point, 0);
        }
    }

    /// <summary>A node has died there.</summary>
    public void Died(string point)
    {
        _deaths[point] = _deaths.GetValueOrDefault(point) + 1;
        Missed(point);
    }

    /// <summary>A node was to die there and did not come there in time.</summary>
    public void Missed(string point) => _tries[point] = _tries.GetValueOrDefault(point) + 1;

    /// <summary>One that was tried least; null while none is known.</summary>
    public string? Next(Random dice)
    {
        if (_deaths.Count == 0)
            return null;
        var least = _deaths.Keys.Min(p => _tries.GetValueOrDefault(p));
        var candidates = _deaths.Keys.Where(p => _tries.GetValueOrDefault(p) == least).ToList();
#pragma warning disable CA5394 // Dice, no secret.
        return candidates[dice.Next(candidates.Count)];
#pragma warning restore CA5394
    }
}
