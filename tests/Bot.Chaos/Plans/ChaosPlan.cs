using System.Runtime.Versioning;
using Bot.Chaos.Deployments;

namespace Bot.Chaos.Plans;

/// <summary>A plan: what it is made against, and what it does.</summary>
/// <param name="Name">How it is chosen.</param>
/// <param name="Says">What it does, for a person.</param>
/// <param name="Round">Episodes with one deployment; then it is judged and a new one is made.</param>
/// <param name="Options">What the deployment is made of.</param>
/// <param name="EpisodeAsync">One episode; it notes its faults and is over when the deployment trades again.</param>
[SupportedOSPlatform("linux")]
internal sealed record ChaosPlan(string Name, string Says, int Round, DeploymentOptions Options, Func<ChaosRun, Task> EpisodeAsync)
{
    private static readonly DeploymentOptions Cluster = new();
    private static readonly DeploymentOptions Pair = new() { Nodes = 2 };
    private static readonly DeploymentOptions Crowd = new()
    {
        Nodes = 2,
        Pairs = 600,
        IsCrowd = true,
        Selection = "\"maxPairs\": 600, ",
        Risk = "\"maxDrawdown\": 1, \"maxOpenPositions\": 600, \"maxPosition\": 0.0016, \"maxExposure\": 1, \"riskPerTrade\": 0.01",
        Parameters = "\"fast\": 2, \"slow\": 3, \"trend\": 3, \"atr\": 14, \"stop\": 40, \"target\": 0, \"trail\": 0",
    };

    private static readonly DeploymentOptions Alone = new() { Nodes = 1, IsLockstep = true, Speed = "3600" };

    /// <summary>Whether the plan itself goes through all episodes of a round.</summary>
    public bool IsWholeRound { get; init; }

    /// <summary>Whether the nodes are started by the plan.</summary>
    public bool StartsNodes { get; init; } = true;

    /// <summary>Whether nobody but the plan can judge: it has lost rows on purpose.</summary>
    public bool JudgesItself { get; init; }

    /// <summary>Whether the plan's deployment stands on disks that can be filled up.</summary>
    public bool NeedsDisks { get; init; }

    /// <summary>Every plan.</summary>
    public static IReadOnlyList<ChaosPlan> All { get; } =
    [
        new("kills", "SIGKILL of a lone node in a market in lockstep, in turns at a random time and at every enumerated crash point (F1)", 25, Alone, ProcessFaults.KillAloneAsync)
        {
            IsWholeRound = true, StartsNodes = false,
        },
        new("kills-cluster", "SIGKILL of nodes of a cluster; a supervisor starts them again (F1, F22)", 15, Cluster, ProcessFaults.KillAsync),
        new("zombies", "SIGSTOP of a node for longer than the failure detector waits, then SIGCONT (F2)", 10, Cluster, ProcessFaults.ZombieAsync),
        new("partitions", "a node and the others hear nothing of each other: both ways, one way, flapping (F3)", 10, Cluster, LinkFaults.PartAsync),
        new("database-cut", "a node does not reach the database, silently or with resets (F4)", 15, Pair, LinkFaults.CutDatabaseAsync),
        new("exchange-cut", "a node does not reach the exchange, silently or with resets (F5)", 15, Pair, LinkFaults.CutExchangeAsync),
        new("slow-links", "latency, little bandwidth, one direction held (F6, F13)", 15, Pair, LinkFaults.SlowAsync),
        new("postgres-crashes", "immediate stop, SIGKILL of the postmaster, SIGKILL of a session (F7)", 17, Pair, DatabaseFaults.CrashAsync),
        new("postgres-stalls", "SIGSTOP of the database's sessions for 5 to 60 s (F8)", 10, Pair, DatabaseFaults.StallAsync),
        new("disk-full", "no room for data, no room for the log of writes; needs root (F9)", 10, Pair with { PostgresSettings = TmpfsDisks.Settings }, _ => Task.CompletedTask)
        {
            NeedsDisks = true,
        },
        new("pool", "all sessions taken by others, the journal locked (F10)", 10, Pair with { MaxConnections = 60 }, DatabaseFaults.ExhaustAsync),
        new("timeouts", "every placement is done and none is answered, thousands of them in a market in lockstep (F12)", 10, Alone with { Pairs = 40, Speed = "max" }, LinkFaults.TimeoutsAsync),
        new("lost-answers", "placements are delivered over real sockets and their answers lost, silently or by a reset (F12)", 15, Pair with { Pairs = 24 }, LinkFaults.LoseAnswersAsync),
        new("storms", "the exchange late, doubled, missing, stale, failing, away (F13 to F17)", 10, Pair, LinkFaults.StormAsync),
        new("clock", "wall clocks of nodes step by ten seconds and by an hour, ahead and back (F20)", 12, Pair, LinkFaults.StepClockAsync),
        new("cold-start", "every node dies at once and all come back (F27)", 10, Cluster, ProcessFaults.ColdStartAsync),
        new("stale-replica", "the database goes back to a copy that is some orders old (F11)", 1, Pair, OperatorFaults.GoBackAsync) { JudgesItself = true },
        new("two-deployments", "a second deployment is started with the same key on a database of its own (F26)", 3, Pair, OperatorFaults.StartTwiceAsync),
        new("cold-500", "a cluster with hundreds of open stops is lost as a whole and comes back (F27, figures)", 1, Crowd, ProcessFaults.ColdCrowdAsync),
        new("mixed", "one to three of the others at a time, drawn by the seed", 12, Cluster, MixedFaults.EpisodeAsync),
    ];

    /// <summary>A plan by its name; null when there is none.</summary>
    public static ChaosPlan? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}
