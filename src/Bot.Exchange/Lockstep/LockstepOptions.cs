namespace Bot.Exchange.Lockstep;

/// <summary>Settings of <see cref="LockstepClient"/>. All times are wall time: they are about the channel, not about the replay.</summary>
public sealed record LockstepOptions
{
    /// <summary>
    /// Says whether the host has started up. The clock stands until it has: the first <c>ready</c> waits for it. Null means at once.
    /// Called on a thread of the pool, often; must be quick.
    /// </summary>
    public Func<bool>? IsReady { get; init; }

    /// <summary>
    /// While the host is not ready, and nothing has been under way for this long, but a timer is pending: let time pass to that timer.
    /// Start-up retries wait on the virtual clock, and would wait for ever while the clock waits for start-up.
    /// </summary>
    public TimeSpan StartUpPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often <see cref="IsReady"/> is asked.</summary>
    public TimeSpan ReadyPoll { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>First wait before the channel is opened again after a break; doubles.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest such wait.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The replay has failed when the simulator cannot be reached for this long.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A push connection of ours that a step does not name was closed by the simulator; how long to wait until its stream has noticed.
    /// </summary>
    public TimeSpan CloseNoticePatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The wall clock; another one only in tests.</summary>
    public TimeProvider WallClock { get; init; } = TimeProvider.System;
}

/// <summary>What the simulator said when the channel was opened.</summary>
/// <param name="NowMs">Where the virtual clock stands, Unix ms.</param>
/// <param name="EndMs">First instant after the replay's last price, Unix ms.</param>
public readonly record struct LockstepHello(long NowMs, long EndMs);

/// <summary>The replay cannot go on: the simulator is gone, or broke the protocol.</summary>
public sealed class LockstepException : Exception
{
    /// <summary>An error with its text.</summary>
    public LockstepException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its text and cause.</summary>
    public LockstepException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
