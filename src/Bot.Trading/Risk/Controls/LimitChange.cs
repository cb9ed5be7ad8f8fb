using System.Globalization;

namespace Bot.Trading.Risk.Controls;

/// <summary>A change of a limit that one person wants and another has looked at.</summary>
/// <param name="Setting">The limit's name in the configuration.</param>
/// <param name="ProposedBy">Who wants it.</param>
/// <param name="ApprovedBy">Who agreed.</param>
/// <param name="ApprovedAtMs">When, Unix ms.</param>
public sealed record LimitChange(string Setting, string ProposedBy, string ApprovedBy, long ApprovedAtMs)
{
    private const long MinuteMs = 60_000;
    private const long DayMs = 24 * 60 * MinuteMs;

    /// <summary>C23: when the change comes into force: with the next minute.</summary>
    public long EffectiveAtMs => (ApprovedAtMs / MinuteMs * MinuteMs) + MinuteMs;

    /// <summary>C23: four eyes, and at most so many changes a day (UTC). The reason in <c>CATEGORY control=C23 key=value</c> form; null when it may be.</summary>
    /// <param name="earlier">Times of the approved changes so far, Unix ms.</param>
    /// <param name="c">Parameters.</param>
    public string? Refusal(IReadOnlyList<long> earlier, ControlSettings c)
    {
        if (ProposedBy.Trim().Length == 0 || ApprovedBy.Trim().Length == 0)
            return "LIMIT_CHANGE control=C23 person=missing";
        if (string.Equals(ProposedBy.Trim(), ApprovedBy.Trim(), StringComparison.OrdinalIgnoreCase))
            return $"LIMIT_CHANGE control=C23 eyes=2 person={ApprovedBy.Trim()}";
        var today = 0;
        foreach (var at in earlier)
        {
            if (at / DayMs == ApprovedAtMs / DayMs)
                today++;
        }
        return today >= c.LimitChangesPerDay
            ? string.Create(CultureInfo.InvariantCulture, $"LIMIT_CHANGE control=C23 today={today} limit={c.LimitChangesPerDay}")
            : null;
    }
}
