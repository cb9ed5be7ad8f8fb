using Bot.Trading.Checking;

namespace Bot.Host.Checks;

/// <summary>
/// Judges a deployment that goes on trading by several looks at it. On a fast market something is always on its way, so no single look is
/// clean; but what is on its way is another thing at each look. A violation counts when every look has shown it, or when it is of a kind that
/// no waiting heals.
/// </summary>
public sealed class SettlingVerdict
{
    /// <summary>
    /// Doubt is resolved by waiting (RELIABILITY.md R3: up to 30 s and the pauses between questions), so a picture that has not changed for
    /// less than this may still be on its way to rest.
    /// </summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    /// <summary>Invariants about what has happened: no waiting heals them.</summary>
    private static readonly HashSet<string> Final = new(StringComparer.Ordinal) { "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I16", "I17", "I18" };

    private HashSet<(string Invariant, string Subject)>? _standing;
    private CheckReport? _last;
    private TimeSpan _changedAt;

    /// <summary>What every look so far has shown, as the last one has told it.</summary>
    public IReadOnlyList<Violation> Standing => [.. _last?.Violations.Where(v => _standing!.Contains((v.Invariant, v.Subject))) ?? []];

    /// <summary>Takes a look.</summary>
    /// <param name="report">What it has shown.</param>
    /// <param name="at">Time since the first.</param>
    /// <returns>The verdict when it is known; null while another look may change it.</returns>
    public CheckReport? Take(CheckReport report, TimeSpan at)
    {
        var shown = report.Violations.Select(v => (v.Invariant, v.Subject)).ToHashSet();
        if (_standing is null)
            _standing = shown;
        else
            _standing.IntersectWith(shown);
        if (_last is null || IsOther(_last, report))
            _changedAt = at;
        _last = report;
        _standing.UnionWith(shown.Where(s => Final.Contains(s.Invariant)));
        return _standing.Count == 0 || _standing.Any(s => Final.Contains(s.Invariant)) || at - _changedAt >= LongestSilence
            ? report with { Violations = Standing }
            : null;
    }

    private static bool IsOther(CheckReport left, CheckReport right) =>
        (left.JournalRows, left.Orders, left.Fills) != (right.JournalRows, right.Orders, right.Fills) || !left.Violations.SequenceEqual(right.Violations);
}
