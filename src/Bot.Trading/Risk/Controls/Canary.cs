namespace Bot.Trading.Risk.Controls;

/// <summary>C24: a configuration that is new trades small for a while, and any break of its books stops it.</summary>
public static class Canary
{
    private const long HourMs = 3_600_000;

    /// <summary>Whether a configuration is still new.</summary>
    /// <param name="sinceMs">When it first came into force, Unix ms; null: not known, or not asked (a replay).</param>
    /// <param name="nowMs">Now, on the same clock.</param>
    /// <param name="c">Parameters.</param>
    public static bool IsNew(long? sinceMs, long nowMs, ControlSettings c) =>
        sinceMs is { } since && c.CanaryHours > 0 && nowMs - since < c.CanaryHours * HourMs;

    /// <summary>What an entry's limits are multiplied by.</summary>
    public static decimal Factor(long? sinceMs, long nowMs, ControlSettings c) => IsNew(sinceMs, nowMs, c) ? c.CanarySize : 1;
}
