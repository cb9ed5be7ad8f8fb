using System.Globalization;
using System.Text.Json;
using Bot.Simulation.Engine;
using Bot.Simulation.Plans;
using Bot.Simulation.Running;
using Spectre.Console;

namespace Bot.Simulation;

/// <summary><c>./bot simulate</c>: campaigns, replays, mutants.</summary>
internal static class SimulateCommand
{
    private const int Ok = 0;
    private const int Failed = 1;
    private const int Usage = 2;
    private const int Interrupted = 130;
    private const long DefaultSeeds = 20_000;

    /// <summary>Does what was asked for.</summary>
    public static int Run(SimulateRequest request, CancellationToken cancel)
    {
        try
        {
            return request switch
            {
                { List: true } => List(),
                { Plan: { } file } => Replay(SimulationJson.Read(file, SimulationJson.Default.CorpusEntry).Plan, MutantOf(request)),
                { Seed: { } seed } => Replay(PlanDraw.Of(seed, request.Scenario), MutantOf(request)),
                { Determinism: { } count } => Compare(request, count, cancel),
                { Mutants: true } => Hunt(request, MutantHunt.All, cancel),
                { Mutant: not null } => HuntOne(request, cancel),
                { CrashPairs: true } => CrashPairsOf(request, cancel),
                _ => Campaign(request, cancel),
            };
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return Usage;
        }
    }

    private static Mutant MutantOf(SimulateRequest request) => request.Mutant is { } name ? Enum.Parse<Mutant>(name, ignoreCase: true) : Mutant.None;

    private static int List()
    {
        Console.WriteLine($"scenarios: {string.Join(", ", Scenario.All.Select(s => s.Name))}");
        Console.WriteLine($"faults: {string.Join(", ", Enum.GetNames<FaultKind>())}");
        Console.WriteLine($"crash points: {string.Join(", ", Enum.GetNames<CrashPoint>())}; there: {string.Join(", ", Enum.GetNames<CrashAction>())}");
        Console.WriteLine($"mutants: {string.Join(", ", MutantHunt.All)}");
        return Ok;
    }

    private static int Replay(Plan plan, Mutant mutant)
    {
        var world = new World();
        world.Trace = new TraceLog(world);
        var result = world.Run(plan, mutant);
        Console.WriteLine(world.Trace.Text);
        world.Trace = null;
        Console.WriteLine($"{plan.Scenario}: {string.Join(", ", plan.Faults)}");
        foreach (var violation in result.Violations)
            Console.WriteLine($"{violation.Invariant}  {violation.Subject}  {violation.What}");
        if (result.Violations.Count == 0)
        {
            Console.WriteLine("every invariant holds");
            return Ok;
        }
        if (plan.Seed != 0)
        {
            var smallest = Shrinker.Shrink(world, plan, mutant, result.Violations[0].Invariant);
            Console.WriteLine("the smallest plan that shows it, for tests/Bot.Simulation/corpus:");
            Console.WriteLine(Corpus.Text(new CorpusEntry { Story = "", Mutant = mutant, Invariant = result.Violations[0].Invariant, Plan = smallest }));
        }
        return Failed;
    }

    private static int Compare(SimulateRequest request, int count, CancellationToken cancel)
    {
        var different = Determinism.CompareAsync(request.From, count, cancel).GetAwaiter().GetResult();
        Console.WriteLine($"{count - different.Count} of {count} seeds gave the same trace in two processes, byte for byte");
        foreach (var seed in different.Take(10))
            Console.WriteLine($"seed {seed} did not");
        return different.Count == 0 ? Ok : Failed;
    }

    private static int HuntOne(SimulateRequest request, CancellationToken cancel)
    {
        var mutant = MutantOf(request);
        var result = MutantHunt.Find(new World(), mutant, request.From, request.Seeds ?? 2_000_000, useCorpus: true, cancel, request.Scenario);
        Show(result);
        return result.Found is not null ? Failed : cancel.IsCancellationRequested ? Interrupted : Ok;
    }

    private static int Hunt(SimulateRequest request, IEnumerable<Mutant> mutants, CancellationToken cancel)
    {
        var world = new World();
        var results = new List<MutantResult>();
        foreach (var mutant in mutants)
        {
            if (cancel.IsCancellationRequested)
                return Interrupted;
            results.Add(MutantHunt.Find(world, mutant, request.From, request.Seeds ?? 2_000_000, useCorpus: false, cancel));
            Show(results[^1]);
        }
        if (request.Json)
            Console.WriteLine(JsonSerializer.Serialize(results, SimulationJson.Default.ListMutantResult));
        var missed = results.Count(r => r.Found is null);
        Console.WriteLine($"{results.Count - missed} of {results.Count} mutants found");
        return missed == 0 ? Ok : Failed;
    }

    private static void Show(MutantResult r) => Console.WriteLine(r.Found is { } found
        ? $"| {r.Mutant} | {found.Invariant} | {r.Runs} | {r.By} | {found.What} |"
        : $"| {r.Mutant} | not found | {r.Runs} | | |");

    private static int CrashPairsOf(SimulateRequest request, CancellationToken cancel)
    {
        var evidence = request.Evidence is { } path ? EvidenceFile.Open(path, request.Resume) : null;
        var report = new CampaignReport();
        var scenarios = request.Scenario is { } name ? [Scenario.Find(name)!] : Scenario.All;
        Meter.Watch("crash points", scenarios.Length, meter =>
        {
            foreach (var scenario in scenarios)
            {
                if (cancel.IsCancellationRequested || evidence?.CrashPairs.ContainsKey(scenario.Name) == true)
                    continue;
                var failed = report.Failed;
                var ran = PairsOf(scenario, request.Jobs, report, cancel);
                if (evidence is not null && !cancel.IsCancellationRequested)
                {
                    evidence.CrashPairs[scenario.Name] = ran;
                    evidence.Runs += ran;
                    evidence.Violations += report.Failed - failed;
                    evidence.Write(request.Evidence!);
                }
                meter.Step(1, $"{scenario.Name}: {ran} runs");
            }
        });
        return Finish(request, report, evidence, cancel);
    }

    private static long PairsOf(Scenario scenario, int jobs, CampaignReport report, CancellationToken cancel)
    {
        var gate = new Lock();
        long ran = 0;
        var threads = Enumerable.Range(0, jobs).Select(share => new Thread(() =>
        {
            var figures = new RunFigures();
            var world = new World();
            var shrinking = new World();
            CrashPairs.Run(world, scenario, share, jobs, (result, numbers) =>
            {
                figures.Add(numbers);
                Interlocked.Increment(ref ran);
                if (result.Violations.Count > 0)
                    Note(report, gate, result, shrinking);
                return !cancel.IsCancellationRequested;
            });
            lock (gate)
                figures.AddTo(report.Counts);
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        report.Runs += ran;
        return ran;
    }

    private static void Note(CampaignReport report, Lock gate, RunResult result, World shrinking)
    {
        lock (gate)
        {
            if (report.Failed++ >= 10)
                return;
        }
        var smallest = Shrinker.Shrink(shrinking, result.Plan, Mutant.None, result.Violations[0].Invariant);
        lock (gate)
            report.Failures.Add(new Failure(0, result.Plan.Scenario, result.Violations, smallest));
    }

    private static int Campaign(SimulateRequest request, CancellationToken cancel)
    {
        var evidence = request.Evidence is { } path ? EvidenceFile.Open(path, request.Resume) : null;
        var from = evidence?.NextSeed(request.From) ?? request.From;
        var count = (ulong)(request.Seeds ?? (request.Hours is null ? DefaultSeeds : long.MaxValue / 2));
        var report = new CampaignReport();
        if (!CorpusHolds(report))
            return Finish(request, report, null, cancel);

        // In slices, so that what was done is in the file whatever happens to this process.
        var until = request.Hours is { } hours ? TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(hours) : DateTimeOffset.MaxValue;
        var witness = new SeedWitness();
        ulong done = 0;
        Meter.Watch("seeds", count > long.MaxValue / 4 ? null : (double)count, meter =>
        {
            while (done < count && !cancel.IsCancellationRequested && TimeProvider.System.GetUtcNow() < until)
            {
                var slice = Math.Min(count - done, 200_000);
                var left = until - TimeProvider.System.GetUtcNow();
                var campaign = new Campaign(request.Jobs, MutantOf(request), request.Scenario, witness);
                var part = meter.While(
                    () => campaign.Run(from + done, slice, request.Hours is null ? null : left, stopAtFirst: false, cancel), () => campaign.Done, () => campaign.Failed);
                done += slice;
                Merge(report, part);
                evidence?.Add(part);
                evidence?.Write(request.Evidence!);
                if (report.Failed > 20)
                    break;
            }
        });
        return Finish(request, report, evidence, cancel);
    }

    private static bool CorpusHolds(CampaignReport report)
    {
        var world = new World();
        foreach (var (name, entry) in Corpus.Read())
        {
            var result = world.Run(entry.Plan);
            if (result.Violations.Count == 0)
                continue;
            report.Failed++;
            report.Failures.Add(new Failure(0, $"corpus {name}", result.Violations, entry.Plan));
        }
        return report.Failed == 0;
    }

    private static void Merge(CampaignReport report, CampaignReport part)
    {
        report.Runs += part.Runs;
        report.Failed += part.Failed;
        report.Events += part.Events;
        report.Seconds += part.Seconds;
        report.Ranges.AddRange(part.Ranges);
        report.Failures.AddRange(part.Failures);
        foreach (var (name, count) in part.Counts)
            report.Counts[name] = report.Counts.GetValueOrDefault(name) + count;
        EvidenceFile.Join(report.Ranges);
    }

    private static int Finish(SimulateRequest request, CampaignReport report, EvidenceFile? evidence, CancellationToken cancel)
    {
        foreach (var failure in report.Failures)
        {
            var command = failure.Seed == 0 ? "./bot simulate --plan FILE with this plan" : failure.Replay;
            Console.WriteLine($"{failure.Scenario}: {failure.Violations[0].Invariant} {failure.Violations[0].Subject}: {failure.Violations[0].What}");
            Console.WriteLine($"  replay: {command}");
            Console.WriteLine($"  smallest: {string.Join(", ", failure.Smallest.Faults)} heal {failure.Smallest.HealAtMs} calm {failure.Smallest.IsCalm}");
        }
        if (request.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, SimulationJson.Default.CampaignReport));
        }
        else
        {
            var speed = report.Seconds > 0 ? report.Runs / report.Seconds : 0;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{report.Runs} runs, {report.Failed} with a violation; {speed:0} runs a second{(evidence is null ? "" : $"; {evidence.Runs} runs in {request.Evidence}")}"));
        }
        return report.Failed > 0 ? Failed : cancel.IsCancellationRequested ? Interrupted : Ok;
    }
}
