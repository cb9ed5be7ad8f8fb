using System.Text.Json.Serialization;

namespace Bot.Host.Probing;

/// <summary>What became of an assumption.</summary>
public enum ProbeOutcome
{
    /// <summary>The exchange behaves as the bot assumes.</summary>
    Holds,

    /// <summary>It does not: the bot must not trade there before somebody has looked.</summary>
    Fails,

    /// <summary>It was not asked; the text says why.</summary>
    Skipped,
}

/// <summary>One assumption about the exchange and what was found.</summary>
/// <param name="Name">Short name, for scripts.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Text">What was found, for a person; holds no secret.</param>
public sealed record ProbeFinding(string Name, ProbeOutcome Outcome, string Text);

/// <summary>Everything that was found.</summary>
/// <param name="Exchange">Address that was asked.</param>
/// <param name="Holds">True when no assumption failed.</param>
/// <param name="Findings">In the order of asking.</param>
public sealed record ProbeReport(Uri Exchange, bool Holds, IReadOnlyList<ProbeFinding> Findings);

/// <summary>Serialisation of the report, camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ProbeReport))]
internal sealed partial class ProbeJson : JsonSerializerContext;
