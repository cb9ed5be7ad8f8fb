namespace Bot.Exchange.Kucoin;

/// <summary>Waits that double with each failure, with jitter, so that clients that failed together do not come back together.</summary>
internal static class Backoff
{
    /// <summary>Half to all of <c>first · 2^(failures-1)</c>, at most <paramref name="longest"/>; zero without a failure.</summary>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest, Func<double> jitter)
    {
        if (failures <= 0)
            return TimeSpan.Zero;
        var full = first * Math.Pow(2, Math.Min(failures - 1, 20));
        if (full > longest)
            full = longest;
        return full * (0.5 + (jitter() / 2));
    }
}
