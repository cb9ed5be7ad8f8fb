using Bot.Simulation.Engine;
using Bot.Simulation.Plans;
using Bot.Trading.Checking;

namespace Bot.Simulation.Running;

/// <summary>A failing seed with its smallest plan.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Scenario">Its scenario.</param>
/// <param name="Violations">What does not hold.</param>
/// <param name="Smallest">The smallest plan that shows it.</param>
internal sealed record Failure(ulong Seed, string Scenario, IReadOnlyList<Violation> Violations, Plan Smallest)
{
    /// <summary>The command that replays it.</summary>
    public string Replay => $"./bot simulate --seed {Seed}";
}

/// <summary>A range of seeds that was run, both ends included.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The last.</param>
internal readonly record struct SeedRange(ulong From, ulong To);

/// <summary>What a campaign has done so far.</summary>
internal sealed class CampaignReport
{
    /// <summary>Runs.</summary>
    public long Runs { get; set; }

    /// <summary>Ranges of seeds that were run whole.</summary>
    public List<SeedRange> Ranges { get; init; } = [];

    /// <summary>What failed.</summary>
    public List<Failure> Failures { get; init; } = [];

    /// <summary>Runs that failed, beyond those that are listed.</summary>
    public long Failed { get; set; }

    /// <summary>Events of all runs.</summary>
    public long Events { get; set; }

    /// <summary>What happened, by name.</summary>
    public SortedDictionary<string, long> Counts { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Time it took, seconds.</summary>
    public double Seconds { get; set; }
}

/// <summary>Runs many seeds on several threads, each with a world of its own. Seeds are dealt in blocks, so that a range is done whole.</summary>
/// <param name="jobs">Threads.</param>
/// <param name="mutant">A wrong turn to take.</param>
/// <param name="scenario">The only scenario; null for all.</param>
/// <param name="witness">Sees that no plan is run twice; null for one of its own.</param>
internal sealed class Campaign(int jobs, Mutant mutant = Mutant.None, string? scenario = null, SeedWitness? witness = null)
{
    private const int Block = 500;
    private const int MostFailures = 20;

    private readonly SeedWitness _witness = witness ?? new SeedWitness();
    private readonly Lock _gate = new();
    private readonly CampaignReport _report = new();
    private readonly RunFigures _figures = new();
    private long _done;

    /// <summary>Runs that are done.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Runs that failed.</summary>
    public long Failed
    {
        get
        {
            lock (_gate)
                return _report.Failed;
        }
    }

    /// <summary>Runs seeds until they are done, the time is up or somebody cancels.</summary>
    /// <param name="from">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="until">When to stop; null for never.</param>
    /// <param name="stopAtFirst">Whether the first failure ends it.</param>
    /// <param name="cancel">Ends it cleanly: blocks that have begun are left out.</param>
    public CampaignReport Run(ulong from, ulong count, TimeSpan? until, bool stopAtFirst, CancellationToken cancel)
    {
        var start = TimeProvider.System.GetTimestamp();
        var next = 0L;
        var threads = new Thread[jobs];
        for (var i = 0; i < jobs; i++)
        {
            threads[i] = new Thread(() => Work(
                () => (ulong)(Interlocked.Add(ref next, Block) - Block),
                from,
                count,
                () => cancel.IsCancellationRequested || (until is { } span && TimeProvider.System.GetElapsedTime(start) >= span) || (stopAtFirst && Failed > 0)));
            threads[i].Start();
        }
        foreach (var thread in threads)
            thread.Join();
        _report.Seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        _report.Ranges.Sort((a, b) => a.From.CompareTo(b.From));
        EvidenceFile.Join(_report.Ranges);
        _report.Failures.Sort((a, b) => a.Seed.CompareTo(b.Seed));
        _figures.AddTo(_report.Counts);
        _report.Events = _figures.Events;
        return _report;
    }

    private void Work(Func<ulong> take, ulong from, ulong count, Func<bool> isOver)
    {
        var world = new World();
        var figures = new RunFigures();
        while (!isOver())
        {
            var offset = take();
            if (offset >= count)
                break;
            var size = Math.Min(Block, count - offset);
            var first = from + offset;
            ulong done = 0;
            for (; done < size; done++)
            {
                // A block that is cut short counts as far as it came; the next campaign goes on behind it.
                if ((done & 31) == 31 && isOver())
                    break;
                var plan = PlanDraw.Of(first + done, scenario, mutant);
                var result = world.Run(plan, mutant);
                if (_witness.Look(plan) is { } again)
                    result = result with { Violations = [again, .. result.Violations] };
                figures.Add(world.Figures);
                Interlocked.Increment(ref _done);
                if (result.Violations.Count > 0)
                    Fail(world, result);
            }
            lock (_gate)
            {
                if (done > 0)
                    _report.Ranges.Add(new SeedRange(first, first + done - 1));
                _report.Runs += (long)done;
            }
        }
        lock (_gate)
            _figures.Add(figures);
    }

    private void Fail(World world, RunResult result)
    {
        lock (_gate)
        {
            if (_report.Failed++ >= MostFailures)
                return;
        }
        var smallest = Shrinker.Shrink(world, result.Plan, mutant, result.Violations[0].Invariant);
        lock (_gate)
            _report.Failures.Add(new Failure(result.Plan.Seed, result.Plan.Scenario, result.Violations, smallest));
    }
}
