namespace Bot.Exchange.Kucoin.Limits;

/// <summary>A group of endpoints that share a quota.</summary>
public enum RatePool
{
    /// <summary>Counted by address.</summary>
    Public,

    /// <summary>Orders and what belongs to them; counted by account.</summary>
    Spot,

    /// <summary>Key and account questions; counted by account.</summary>
    Management,
}

/// <summary>Settings of the rate budget. Quotas are those of the lowest level; the exchange's own headers correct them.</summary>
public sealed record RateBudgetOptions
{
    /// <summary>Weight a window in the public pool.</summary>
    public int PublicQuota { get; init; } = 2_000;

    /// <summary>Weight a window in the spot pool.</summary>
    public int SpotQuota { get; init; } = 4_000;

    /// <summary>Weight a window in the management pool.</summary>
    public int ManagementQuota { get; init; } = 2_000;

    /// <summary>Length of a window; it begins with its first request.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Added to a window's end until the exchange has told it: its window begins when the first request arrives, later than it is sent.
    /// </summary>
    public TimeSpan WindowSlack { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Share of every window that only <see cref="RequestLane.Protective"/> may use, 0 to 0.9.</summary>
    public decimal ProtectiveShare { get; init; } = 0.3m;

    /// <summary>Pause after the exchange said that it is overloaded (429 without quota headers); doubles while it goes on.</summary>
    public TimeSpan OverloadPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest such pause.</summary>
    public TimeSpan MaxOverloadPause { get; init; } = TimeSpan.FromSeconds(5);

    internal int Quota(RatePool pool) => pool switch
    {
        RatePool.Spot => SpotQuota,
        RatePool.Management => ManagementQuota,
        _ => PublicQuota,
    };

    /// <summary>Says what is wrong, or null.</summary>
    internal string? Fault()
    {
        if (PublicQuota < 1 || SpotQuota < 1 || ManagementQuota < 1)
            return "rate quotas must be above 0";
        if (Window <= TimeSpan.Zero || WindowSlack < TimeSpan.Zero)
            return "the rate window must be above 0, its slack not negative";
        if (ProtectiveShare is < 0 or > 0.9m)
            return $"{nameof(ProtectiveShare)} must be 0..0.9";
        return OverloadPause < TimeSpan.Zero || MaxOverloadPause < OverloadPause
            ? "the overload pause must not be negative, and the longest one not below the first"
            : null;
    }
}

/// <summary>What an answer told about the pool. A value that was not sent is null.</summary>
/// <param name="Limit">The pool's quota a window.</param>
/// <param name="Remaining">What is left of it after the request.</param>
/// <param name="ResetMs">Time until the window ends, ms.</param>
public readonly record struct RateHeaders(int? Limit, int? Remaining, long? ResetMs);

/// <summary>Proof that a request may be sent; given back with <see cref="RateBudget.Report"/>.</summary>
/// <param name="Pool">The endpoint's pool.</param>
/// <param name="Weight">What was taken.</param>
/// <param name="Lane">For whom.</param>
/// <param name="Window">Number of the window in which it was taken.</param>
public readonly record struct RateTicket(RatePool Pool, int Weight, RequestLane Lane, long Window);

/// <summary>The state of a pool, for metrics.</summary>
/// <param name="Limit">Quota a window.</param>
/// <param name="Used">Used in the running window.</param>
/// <param name="Waiting">Requests that wait.</param>
public readonly record struct RateStatus(int Limit, int Used, int Waiting);
