using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bot.Simulation.Running;

/// <summary>What was run on one state of the code: accumulated over campaigns, as long as the sources are the same.</summary>
internal sealed record EvidenceFile
{
    /// <summary>Hash over every file of src and tests.</summary>
    public required string Tree { get; init; }

    /// <summary>Version of the runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Ranges of seeds that were run.</summary>
    public List<SeedRange> Ranges { get; init; } = [];

    /// <summary>Runs altogether.</summary>
    public long Runs { get; set; }

    /// <summary>Pairs of crash points that were run, by scenario.</summary>
    public SortedDictionary<string, long> CrashPairs { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What happened in the runs: faults by kind, crash points by action, incarnations, orders.</summary>
    public SortedDictionary<string, long> Counts { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Runs in which an invariant did not hold; written also when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public long Violations { get; set; }

    /// <summary>The first of them.</summary>
    public List<string> Failures { get; init; } = [];

    /// <summary>Time that the seeds took, seconds; pairs of crash points are not in it.</summary>
    public double Seconds { get; set; }

    /// <summary>Seeds a second, over all threads and campaigns.</summary>
    public double SeedsPerSecond => Seconds > 0 ? Math.Round((Runs - CrashPairs.Values.Sum()) / Seconds) : 0;

    /// <summary>The next seed that was not run.</summary>
    public ulong NextSeed(ulong from)
    {
        foreach (var range in Ranges)
        {
            if (range.From <= from && from <= range.To)
                from = range.To + 1;
        }
        return from;
    }

    /// <summary>Adds a campaign.</summary>
    public void Add(CampaignReport report)
    {
        Ranges.AddRange(report.Ranges);
        Ranges.Sort((a, b) => a.From.CompareTo(b.From));
        Join(Ranges);
        Runs += report.Runs;
        Violations += report.Failed;
        Seconds += report.Seconds;
        foreach (var (name, count) in report.Counts)
            Counts[name] = Counts.GetValueOrDefault(name) + count;
        foreach (var failure in report.Failures)
            Failures.Add($"{failure.Replay}: {failure.Violations[0]}");
    }

    /// <summary>Puts ranges that touch together. They are sorted.</summary>
    public static void Join(List<SeedRange> ranges)
    {
        for (var i = ranges.Count - 1; i > 0; i--)
        {
            if (ranges[i - 1].To + 1 < ranges[i].From)
                continue;
            ranges[i - 1] = ranges[i - 1] with { To = Math.Max(ranges[i - 1].To, ranges[i].To) };
            ranges.RemoveAt(i);
        }
    }

    /// <summary>Writes it; an interrupt leaves the old one or the new one.</summary>
    public void Write(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var unfinished = path + ".unfinished";
        File.WriteAllText(unfinished, JsonSerializer.Serialize(this, SimulationJson.Default.EvidenceFile) + "\n");
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>The evidence to go on with: that of the file when it is of the same sources.</summary>
    /// <exception cref="FormatException">The file is of other sources, is none, or is there and not to be gone on with.</exception>
    public static EvidenceFile Open(string path, bool resume)
    {
        var tree = TreeHash();
        if (!resume && File.Exists(path))
            throw new FormatException($"{path} is there already: go on with it by --resume, or name another file. Evidence is not overwritten.");
        if (resume && File.Exists(path))
        {
            var known = SimulationJson.Read(path, SimulationJson.Default.EvidenceFile);
            return known.Tree == tree
                ? known
                : throw new FormatException($"{path} is evidence of other sources ({known.Tree}, these are {tree}): begin a new file.");
        }
        return new EvidenceFile { Tree = tree, Runtime = Environment.Version.ToString() };
    }

    /// <summary>Hash over the names and contents of src and tests: what the evidence is about.</summary>
    public static string TreeHash()
    {
        // ./bot tells it, for the program may lie far from its sources.
        if (Environment.GetEnvironmentVariable("BOT_TREE") is { Length: > 0 } told)
            return told;
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Bot.sln")))
            root = Path.GetDirectoryName(root.TrimEnd(Path.DirectorySeparatorChar)) ?? throw new FormatException("The sources are not beside the program: set BOT_TREE.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in SourceFiles(root))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(root, file)));
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private static IEnumerable<string> SourceFiles(string root) => new[] { "src", "tests" }
        .SelectMany(f => Directory.EnumerateFiles(Path.Combine(root, f), "*", SearchOption.AllDirectories))
        .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
