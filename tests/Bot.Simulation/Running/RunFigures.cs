using Bot.Simulation.Engine;
using Bot.Simulation.Plans;
using Bot.Trading.Checking;

namespace Bot.Simulation.Running;

/// <summary>What happened in a run, in numbers.</summary>
internal sealed class RunFigures
{
    private static readonly int KindCount = Enum.GetValues<FaultKind>().Length;
    private static readonly int PointCount = Enum.GetValues<CrashPoint>().Length;
    private static readonly int ActionCount = Enum.GetValues<CrashAction>().Length;

    /// <summary>Events of the queue.</summary>
    public long Events { get; set; }

    /// <summary>Requests to the exchange.</summary>
    public long Requests { get; set; }

    /// <summary>Incarnations that began.</summary>
    public long Incarnations { get; set; }

    /// <summary>Writes that met the unique key.</summary>
    public long Conflicts { get; set; }

    /// <summary>Nodes that were killed.</summary>
    public long Kills { get; set; }

    /// <summary>Nodes that were stopped.</summary>
    public long Pauses { get; set; }

    /// <summary>Nodes that were given up while they were stopped.</summary>
    public long Zombies { get; set; }

    /// <summary>Times a machine threw.</summary>
    public long Thrown { get; set; }

    /// <summary>Crash points that were passed.</summary>
    public long Points { get; set; }

    /// <summary>Own orders at the exchange.</summary>
    public long Orders { get; set; }

    /// <summary>Own executions at the exchange.</summary>
    public long Fills { get; set; }

    /// <summary>Faults by kind.</summary>
    public long[] ByKind { get; } = new long[KindCount];

    /// <summary>Crash points that were hit, by point and action.</summary>
    public long[] ByPoint { get; } = new long[PointCount * ActionCount];

    /// <summary>Intervals without protection, by the checker's bounds of their lengths.</summary>
    public long[] Unprotected { get; } = new long[InvariantChecker.UnprotectedBounds.Count];

    /// <summary>Counts a fault.</summary>
    public void Injected(FaultKind kind) => ByKind[(int)kind]++;

    /// <summary>Counts a crash point that was hit.</summary>
    public void Hit(CrashPoint point, CrashAction action)
    {
        ByKind[(int)FaultKind.AtPoint]++;
        ByPoint[(int)point * ActionCount + (int)action]++;
    }

    /// <summary>Back to nothing.</summary>
    public void Reset()
    {
        Events = Requests = Incarnations = Conflicts = Kills = Pauses = Zombies = Thrown = Points = Orders = Fills = 0;
        Array.Clear(Unprotected);
        Array.Clear(ByKind);
        Array.Clear(ByPoint);
    }

    /// <summary>Adds the numbers to a table by name.</summary>
    public void AddTo(SortedDictionary<string, long> counts)
    {
        Put("requests", Requests);
        Put("incarnations", Incarnations);
        Put("conflicts", Conflicts);
        Put("kills", Kills);
        Put("pauses", Pauses);
        Put("zombies", Zombies);
        Put("crash points passed", Points);
        Put("orders", Orders);
        Put("executions", Fills);
        for (var i = 0; i < Unprotected.Length; i++)
            Put(i + 1 < Unprotected.Length ? $"unprotected up to {InvariantChecker.UnprotectedBounds[i]:000000} ms" : "unprotected for longer", Unprotected[i]);
        foreach (var kind in Enum.GetValues<FaultKind>())
            Put($"fault {kind}", ByKind[(int)kind]);
        foreach (var point in Enum.GetValues<CrashPoint>())
        {
            foreach (var action in Enum.GetValues<CrashAction>())
                Put($"crash {point} {action}", ByPoint[(int)point * ActionCount + (int)action]);
        }

        void Put(string name, long count)
        {
            if (count != 0)
                counts[name] = counts.GetValueOrDefault(name) + count;
        }
    }

    /// <summary>Adds another run's numbers.</summary>
    public void Add(RunFigures other)
    {
        Events += other.Events;
        Requests += other.Requests;
        Incarnations += other.Incarnations;
        Conflicts += other.Conflicts;
        Kills += other.Kills;
        Pauses += other.Pauses;
        Zombies += other.Zombies;
        Thrown += other.Thrown;
        Points += other.Points;
        Orders += other.Orders;
        Fills += other.Fills;
        for (var i = 0; i < Unprotected.Length; i++)
            Unprotected[i] += other.Unprotected[i];
        for (var i = 0; i < ByKind.Length; i++)
            ByKind[i] += other.ByKind[i];
        for (var i = 0; i < ByPoint.Length; i++)
            ByPoint[i] += other.ByPoint[i];
    }
}

/// <summary>What a run showed.</summary>
/// <param name="Plan">What was run.</param>
/// <param name="Violations">What does not hold; empty is good.</param>
internal sealed record RunResult(Plan Plan, IReadOnlyList<Violation> Violations);
