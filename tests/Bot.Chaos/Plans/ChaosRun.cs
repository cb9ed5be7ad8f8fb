using System.Runtime.Versioning;
using Bot.Chaos.Deployments;
using Bot.Chaos.Evidence;

namespace Bot.Chaos.Plans;

/// <summary>A round under way: what a plan may use.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ChaosRun(ChaosDeployment deployment, FaultLog log, ulong seed, int episodes, CrashPoints points, Action<string> say, CancellationToken cancel)
{
    /// <summary>A deployment that trades no more although nothing is wrong any more has failed (I25).</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromMinutes(3);

    private readonly List<string> _violations = [];
    private readonly SortedDictionary<string, List<double>> _times = new(StringComparer.Ordinal);

    /// <summary>The deployment.</summary>
    public ChaosDeployment Deployment => deployment;

    /// <summary>Where every fault is written down.</summary>
    public FaultLog Log => log;

    /// <summary>Episodes that are wanted.</summary>
    public int Episodes => episodes;

    /// <summary>Points at which a node can die.</summary>
    public CrashPoints Points => points;

    /// <summary>Ctrl-C.</summary>
    public CancellationToken Cancel => cancel;

    /// <summary>Chance; the same seed draws the same.</summary>
    // CA5394 is about secrets; these are dice.
#pragma warning disable CA5394
    public Random Dice { get; } = new((int)(seed ^ (seed >> 32)));

    /// <summary>Episodes that are done.</summary>
    public int Done { get; private set; }

    /// <summary>Times that were measured, ms.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Times =>
        _times.ToDictionary(t => t.Key, t => (IReadOnlyList<double>)t.Value.ConvertAll(ms => Math.Round(ms, 1)));

    /// <summary>What the plan itself has found not to hold.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Something does not hold.</summary>
    public void Violate(string what) => _violations.Add(what);

    /// <summary>A time between two, s.</summary>
    public TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + (most - least) * Dice.NextDouble());

    /// <summary>One of the nodes.</summary>
    public ChaosNode AnyNode() => deployment.Nodes[Dice.Next(deployment.Nodes.Count)];
#pragma warning restore CA5394

    /// <summary>Notes a time.</summary>
    public void Time(string name, TimeSpan time)
    {
        if (!_times.TryGetValue(name, out var times))
            _times[name] = times = [];
        times.Add(time.TotalMilliseconds);
    }

    /// <summary>Waits; the moment itself is what the plan is about.</summary>
    public Task PauseAsync(TimeSpan time) => Task.Delay(time, cancel);

    /// <summary>An episode is over: the deployment has to trade again.</summary>
    public async Task RecoveredAsync(string after, int orders = 2)
    {
        Time($"{after}: to trading again", await deployment.WhenTradedAsync(orders, Recovery, cancel));
        EpisodeDone(after);
    }

    /// <summary>An episode is over.</summary>
    public void EpisodeDone(string what)
    {
        Done++;
        say($"{Done}/{episodes} {what}");
    }
}
