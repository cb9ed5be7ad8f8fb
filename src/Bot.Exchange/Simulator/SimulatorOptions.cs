using System.Net;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Market;

namespace Bot.Exchange.Simulator;

/// <summary>What moves the market's clock.</summary>
public enum SimulatorClock
{
    /// <summary>The wall clock, times <see cref="SimulatorOptions.Speed"/>. A recording is moved so that it begins now.</summary>
    Wall,

    /// <summary>A bot on the lockstep channel (docs/lockstep.md). The market keeps the recording's own times.</summary>
    Lockstep,
}

/// <summary>What a simulator is made of. Every default gives a working simulator, apart from the accounts.</summary>
public sealed record SimulatorOptions
{
    /// <summary>Address to listen on.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>Who may trade. In lockstep the first one is judged by the market's clock.</summary>
    public IReadOnlyList<SimulatorAccount> Accounts { get; init; } = [];

    /// <summary>Recorded candles to replay; null for a synthetic market.</summary>
    public CandleReplayOptions? Replay { get; init; }

    /// <summary>Recorded trades and books to replay instead; null for none.</summary>
    public RecordedMarketOptions? Recording { get; init; }

    /// <summary>The synthetic market, when nothing is replayed.</summary>
    public SyntheticMarketOptions Synthetic { get; init; } = new();

    /// <summary>When a synthetic market begins in lockstep, Unix ms; on the wall clock it begins now.</summary>
    public long SyntheticStartMs { get; init; } = 1_735_689_600_000;

    /// <summary>
    /// A source of one's own, for example live prices for paper trading; null for one of the above. The simulator disposes of it.
    /// </summary>
    public IMarketSource? Source { get; init; }

    /// <summary>
    /// Where what happens to the accounts is kept, and taken up again; null for accounts that begin anew. Balances of
    /// <see cref="Accounts"/> count for accounts that it does not know. The simulator does not dispose of it.
    /// </summary>
    public AccountJournal? Journal { get; init; }

    /// <summary>Seed of everything that is left to chance: synthetic prices, background books, processing delays, ids.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What moves the market's clock.</summary>
    public SimulatorClock Clock { get; init; }

    /// <summary>Market time that passes in a unit of wall time; null, in lockstep only, for as fast as the bot answers.</summary>
    public decimal? Speed { get; init; } = 1m;

    /// <summary>Shortest time from an order's acceptance to its matching and from a cancel's to its effect, ms of market time.</summary>
    public int MinDelayMs { get; init; } = 2;

    /// <summary>Longest such time.</summary>
    public int MaxDelayMs { get; init; } = 20;

    /// <summary>
    /// An order that was accepted a moment ago cannot be read before the engine has it. The real exchange is seen to lag so now and then;
    /// off by default, because clients that read back at once take the answer for an error.
    /// </summary>
    public bool HidesUnmatchedOrders { get; init; }

    /// <summary>What the exchange does where that is unsettled.</summary>
    public SimulatorVariants Variants { get; init; } = new();

    /// <summary>Enforces the exchange's request limits; a replay without pacing needs them off.</summary>
    public bool RateLimits { get; init; } = true;

    /// <summary>
    /// The mixture of faults that every account's requests meet, one of <see cref="FaultProfiles"/>; null for none. In lockstep it begins
    /// with the first step, when the bot has started up; on the wall clock at once. <c>PUT /sim/faults</c> changes it.
    /// </summary>
    public string? FaultProfile { get; init; }

    /// <summary>VIP level of the accounts, 0 to 12: the size of their request pools.</summary>
    public int VipLevel { get; init; }

    /// <summary>How often push clients are asked to ping.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(18);

    /// <summary>How much longer than <see cref="PingInterval"/> a push client may be silent.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After this a push connection is dropped without warning.</summary>
    public TimeSpan ConnectionLife { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Frames that may wait for a slow push client before it misses market data. Order events are never dropped.</summary>
    public int PushCapacity { get; init; } = 4096;

    /// <summary>The machine's clock; tests may give another.</summary>
    public TimeProvider WallClock { get; init; } = TimeProvider.System;

    /// <summary>Names of the mixtures of faults (docs/simulator.md).</summary>
    public static IReadOnlyList<string> FaultProfiles { get; } = [.. Simulator.Faults.FaultProfile.All.Select(p => p.Name)];

    /// <summary>Everything that is wrong with the options; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (!IPAddress.TryParse(Host, out _))
            faults.Add($"'{Host}' is not an IP address to listen on");
        if (Port is < 0 or > 65535)
            faults.Add($"{Port} is not a port");
        if (Accounts.Count == 0)
            faults.Add("there is no account");
        foreach (var twice in Accounts.GroupBy(a => a.Key).Where(g => g.Count() > 1))
            faults.Add($"account '{twice.Key}' is given {twice.Count()} times");
        foreach (var account in Accounts)
            account.AddFaults(faults);
        Variants.AddFaults(faults);
        Replay?.AddFaults(faults);
        Recording?.AddFaults(faults);
        if (Replay is null && Recording is null && Source is null)
            Synthetic.AddFaults(faults);
        if (Speed is <= 0)
            faults.Add($"the speed, {Speed}, is not above zero");
        if (Speed is null && Clock == SimulatorClock.Wall)
            faults.Add("as fast as possible is a speed for lockstep only: on the wall clock there is nothing to wait for");
        if (Journal is not null && Clock == SimulatorClock.Lockstep)
            faults.Add("a journal is kept on the wall clock only: a replay begins anew");
        if (MinDelayMs < 0 || MaxDelayMs < MinDelayMs)
            faults.Add($"the processing delay, {MinDelayMs} to {MaxDelayMs} ms, is no range");
        if (FaultProfile is { } profile && !FaultProfiles.Contains(profile))
            faults.Add($"'{profile}' is no profile of faults: there are {string.Join(", ", FaultProfiles)}");
        if (VipLevel is < 0 or > 12)
            faults.Add($"{VipLevel} is not a VIP level");
        if (PingInterval <= TimeSpan.Zero || PingTimeout < TimeSpan.Zero || ConnectionLife <= TimeSpan.Zero)
            faults.Add("a time of the push connections is not above zero");
        if (PushCapacity < 1)
            faults.Add($"the push capacity, {PushCapacity}, is below one frame");
        return faults;
    }
}

/// <summary>Options that make no simulator; the message lists every fault.</summary>
/// <param name="faults">What is wrong.</param>
public sealed class SimulatorOptionsException(IReadOnlyList<string> faults)
    : Exception($"The simulator cannot be made: {string.Join("; ", faults)}.")
{
    /// <summary>What is wrong, one entry a fault.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>The simulator could not start to listen.</summary>
/// <param name="message">What happened and what to do.</param>
/// <param name="cause">The failure underneath.</param>
public sealed class SimulatorStartException(string message, Exception cause) : Exception(message, cause);
