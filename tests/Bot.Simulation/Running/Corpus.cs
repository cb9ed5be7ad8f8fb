using System.Text.Json;
using Bot.Simulation.Engine;
using Bot.Simulation.Plans;

namespace Bot.Simulation.Running;

/// <summary>A minimal plan that once found something. It is replayed before everything else, for ever.</summary>
internal sealed record CorpusEntry
{
    /// <summary>What it found, in a sentence.</summary>
    public required string Story { get; init; }

    /// <summary>The mutant that it finds; <see cref="Mutant.None"/> for a fault of the protocol that was repaired since.</summary>
    public Mutant Mutant { get; init; }

    /// <summary>The invariant that did not hold.</summary>
    public required string Invariant { get; init; }

    /// <summary>The plan.</summary>
    public required Plan Plan { get; init; }
}

/// <summary>The corpus of minimal plans.</summary>
internal static class Corpus
{
    /// <summary>Where it lies beside the program.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "corpus");

    /// <summary>Every entry by its name, in the order of the names.</summary>
    public static IReadOnlyList<(string Name, CorpusEntry Entry)> Read() => Directory.Exists(Folder)
        ? [.. Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal)
            .Select(f => (Path.GetFileNameWithoutExtension(f), SimulationJson.Read(f, SimulationJson.Default.CorpusEntry)))]
        : [];

    /// <summary>An entry as text.</summary>
    public static string Text(CorpusEntry entry) => JsonSerializer.Serialize(entry, SimulationJson.Default.CorpusEntry);
}
