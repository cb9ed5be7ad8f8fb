using System.Text.Json;
using System.Text.Json.Serialization;
using Bot.Host.Commands;

namespace Bot.Chaos.Evidence;

/// <summary>A round of a plan: one deployment from its start to its verdict.</summary>
internal sealed record ChaosRound
{
    public required string Plan { get; init; }

    public required ulong Seed { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Episodes of the plan.</summary>
    public required int Episodes { get; init; }

    /// <summary>Faults that were made, by kind.</summary>
    public required IReadOnlyDictionary<string, long> Faults { get; init; }

    /// <summary>Rows that the journal has acknowledged.</summary>
    public int Acknowledged { get; init; }

    /// <summary>Of these, those that are gone.</summary>
    public IReadOnlyList<string> AcknowledgedLost { get; init; } = [];

    public int JournalRows { get; init; }

    public int Orders { get; init; }

    public int Fills { get; init; }

    /// <summary>What the checker found, and what else did not hold.</summary>
    public IReadOnlyList<string> Violations { get; init; } = [];

    /// <summary>Times that the plan has measured, ms, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>> Times { get; init; } = new Dictionary<string, IReadOnlyList<double>>();
}

/// <summary>
/// Evidence that grows: rounds of any plans about one state of <c>src</c> and <c>tests</c>. A file about another state is not continued.
/// </summary>
internal sealed record EvidenceFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public string Tool { get; init; } = "chaos";

    /// <summary>Hash over names and contents of src and tests.</summary>
    public required string Tree { get; init; }

    public required string Machine { get; init; }

    /// <summary>Sums over all rounds: what a reader looks at first.</summary>
    public EvidenceTotals Totals { get; init; } = new();

    public IReadOnlyList<ChaosRound> Rounds { get; init; } = [];

    /// <summary>The state of the code that this program was built from; <c>./bot</c> says it.</summary>
    public static string CurrentTree => Environment.GetEnvironmentVariable("BOT_TREE") is { Length: > 0 } tree ? tree : "unknown";

    /// <summary>A file with nothing in it yet.</summary>
    public static EvidenceFile New() => new() { Tree = CurrentTree, Machine = $"{Environment.ProcessorCount} cores, {Environment.OSVersion.VersionString}, .NET {Environment.Version}" };

    /// <summary>Reads a file in order to go on with it; an empty one when there is none.</summary>
    public static EvidenceFile Resume(string path)
    {
        if (!File.Exists(path))
            return New();
        var file = JsonSerializer.Deserialize<EvidenceFile>(File.ReadAllText(path), Json) ?? throw new CommandException($"{path} is empty.");
        return file.Tree == CurrentTree
            ? file
            : throw new CommandException($"{path} is about another state of src and tests ({file.Tree}, this is {CurrentTree}): name another file, or start it anew without --resume.");
    }

    /// <summary>With one round more.</summary>
    public EvidenceFile With(ChaosRound round)
    {
        IReadOnlyList<ChaosRound> rounds = [.. Rounds, round];
        var faults = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (kind, count) in rounds.SelectMany(r => r.Faults))
            faults[kind] = faults.GetValueOrDefault(kind) + count;
        return this with
        {
            Rounds = rounds,
            Totals = new EvidenceTotals
            {
                Rounds = rounds.Count,
                Seconds = Math.Round(rounds.Sum(r => r.Seconds)),
                Faults = faults,
                Acknowledged = rounds.Sum(r => (long)r.Acknowledged),
                AcknowledgedLost = rounds.Sum(r => r.AcknowledgedLost.Count),
                Orders = rounds.Sum(r => (long)r.Orders),
                Fills = rounds.Sum(r => (long)r.Fills),
                Violations = rounds.Sum(r => r.Violations.Count),
            },
        };
    }

    /// <summary>Writes it: whole or not at all.</summary>
    public void Save(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        File.WriteAllText($"{path}.new", JsonSerializer.Serialize(this, Json) + "\n");
        File.Move($"{path}.new", path, overwrite: true);
    }
}

/// <summary>Sums over all rounds of a file.</summary>
internal sealed record EvidenceTotals
{
    public int Rounds { get; init; }

    public double Seconds { get; init; }

    public IReadOnlyDictionary<string, long> Faults { get; init; } = new Dictionary<string, long>();

    public long Acknowledged { get; init; }

    public long AcknowledgedLost { get; init; }

    public long Orders { get; init; }

    public long Fills { get; init; }

    public int Violations { get; init; }
}
