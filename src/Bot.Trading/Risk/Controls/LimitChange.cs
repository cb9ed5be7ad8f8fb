using System.Globalization;

namespace Bot.Trading.Risk.Controls;

/// <summary>
/// C23: limits change with the configuration, at a start, and every configuration that was ever in force is kept. So many changes a day are
/// one person's; what is beyond needs a second one, who resumes.
/// </summary>
public static class LimitChange
{
    private const long DayMs = 86_400_000;

    /// <summary>Why nothing is opened under the changed limits before a person resumes, in <c>CATEGORY control=C23 key=value</c> form; null when it may be.</summary>
    /// <param name="settings">The limits that the new configuration changes; none: nothing is refused.</param>
    /// <param name="earlier">When limits were changed before, Unix ms.</param>
    /// <param name="atMs">When these are, Unix ms.</param>
    /// <param name="c">Parameters.</param>
    public static string? Refusal(IReadOnlyCollection<string> settings, IReadOnlyList<long> earlier, long atMs, ControlSettings c)
    {
        if (settings.Count == 0)
            return null;
        var today = 0;
        foreach (var at in earlier)
        {
            if (at / DayMs == atMs / DayMs)
                today++;
        }
        return today >= c.LimitChangesPerDay
            ? string.Create(CultureInfo.InvariantCulture, $"LIMIT_CHANGE control=C23 today={today} limit={c.LimitChangesPerDay} settings={string.Join(',', settings)}")
            : null;
    }
}
