using System.Globalization;
using Bot.Exchange.Simulator.Market;

namespace Bot.Exchange.Simulator.Faults;

/// <summary>What befalls one request.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="HoldMs">How long the answer is held back, ms of market time; 0 when it is not.</param>
internal readonly record struct Fault(FaultKind Kind, long HoldMs);

/// <summary>
/// The faults of one account. Which request meets which fault is a function of the seed, the account, what is asked for and how many
/// times it was asked for before: whatever runs beside it changes nothing. Touched only under the floor's gate.
/// </summary>
/// <param name="profile">The mixture.</param>
/// <param name="account">Whose requests meet it; empty for those that nobody signed.</param>
/// <param name="seed">The chance.</param>
/// <param name="symbol">The pair that is halted or delisted, where the profile wants one.</param>
internal sealed class FaultPlan(FaultProfile profile, string account, ulong seed, string symbol = "")
{
    private const long ShortestDelayMs = 500;
    private const long LongestDelayMs = 5000;

    // Longer than any client waits.
    private const long SilenceMs = 60_000;
    private const long ShortestLatencyMs = 20;
    private const long LongestLatencyMs = 250;

    // The exchange takes requests whose time is up to five seconds off.
    private const long SmallestSkewMs = 6_000;
    private const long LargestSkewMs = 60_000;

    private readonly ulong _chance = StableHash.Of(seed, account);
    private readonly Dictionary<string, ulong> _asked = [];
    private readonly SortedDictionary<FaultKind, long> _met = [];

    /// <summary>The mixture.</summary>
    public FaultProfile Profile => profile;

    /// <summary>Whose requests meet it; empty for those that nobody signed.</summary>
    public string Account => account;

    /// <summary>The chance.</summary>
    public ulong Seed => seed;

    /// <summary>How many faults of each kind there were.</summary>
    public IReadOnlyDictionary<FaultKind, long> Met => _met;

    /// <summary>The fault of a request.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path.</param>
    /// <param name="name">What it asks for: the same for a repetition of the same request.</param>
    public Fault Next(string method, string path, string name)
    {
        var times = _asked.GetValueOrDefault(name);
        _asked[name] = times + 1;
        var chance = StableHash.Combine(_chance, StableHash.Of(times, name));
        var roll = (long)(chance % 1000);
        foreach (var share in profile.Shares)
        {
            if (!path.StartsWith(share.Where, StringComparison.Ordinal) || (share.Method is not null && share.Method != method))
                continue;
            roll -= share.PerMille;
            if (roll >= 0)
                continue;
            Count(share.Kind);
            return new Fault(share.Kind, share.Kind switch
            {
                FaultKind.Late => StableHash.Between(StableHash.Mix(chance), ShortestDelayMs, LongestDelayMs),
                FaultKind.Latency => StableHash.Between(StableHash.Mix(chance), ShortestLatencyMs, LongestLatencyMs),
                FaultKind.Silence => SilenceMs,
                _ => 0,
            });
        }
        return default;
    }

    /// <summary>True when an event of an order is pushed twice.</summary>
    public bool Duplicates(string orderId, string type, decimal filled) =>
        Rolls(profile.DuplicatesPerMille, 2, orderId, type, filled) && Count(FaultKind.Duplicate);

    /// <summary>True when the account's push connections end behind an event of an order.</summary>
    public bool Drops(string orderId, string type, decimal filled) =>
        Rolls(profile.DropsPerMille, 3, orderId, type, filled) && Count(FaultKind.Drop);

    /// <summary>Counts a fault that was met. Always true, so that a condition can end in it.</summary>
    public bool Count(FaultKind kind)
    {
        _met[kind] = _met.GetValueOrDefault(kind) + 1;
        return true;
    }

    /// <summary>The pair that is halted or delisted; empty where the profile wants none.</summary>
    public string Symbol => profile.HaltsPair || profile.DelistsPair ? symbol : "";

    /// <summary>How far the server's clock is ahead, ms. The same for every account with the same seed.</summary>
    public long SkewMs { get; } = profile.Skews
        ? StableHash.Between(StableHash.Mix(seed), SmallestSkewMs, LargestSkewMs) * (seed % 2 == 0 ? 1 : -1)
        : 0;

    /// <summary>How far answers about orders and fills are behind, ms of market time.</summary>
    public long LagMs { get; } = profile.Lags ? StableHash.Between(StableHash.Of(seed, account), ShortestDelayMs, LongestDelayMs) : 0;

    /// <summary>True when no order of a pair is taken.</summary>
    public bool Halts(string name) => profile.HaltsPair && name == symbol;

    /// <summary>True when a pair is no longer listed.</summary>
    public bool Delists(string name) => profile.DelistsPair && name == symbol;

    /// <summary>True when a connection misses the change of a book that begins with a sequence.</summary>
    public bool Misses(string name, long sequence) => Rolls(profile.GapsPerMille, 4, name, "gap", sequence) && Count(FaultKind.Gap);

    /// <summary>How long a private push is held back, ms of market time; 0 when it is not.</summary>
    /// <param name="id">The order's or stop order's id.</param>
    /// <param name="what">What the push is about.</param>
    public long PushDelayMs(string id, string what) => Rolls(profile.LatePushesPerMille, 5, id, what, 0) && Count(FaultKind.LatePush)
        ? StableHash.Between(StableHash.Combine(_chance, StableHash.Of(6, id)), ShortestDelayMs, LongestDelayMs)
        : 0;

    /// <summary>What befalls a stop order: the same whenever it is asked. Whoever lets it happen counts it.</summary>
    /// <param name="name">The stop order's name.</param>
    public FaultKind OfStop(string name)
    {
        var chance = StableHash.Combine(_chance, StableHash.Of(7, name));
        return profile.StopFaults.Count > 0 && chance % 1000 < (ulong)profile.StopsPerMille
            ? profile.StopFaults[(int)(chance / 1000 % (ulong)profile.StopFaults.Count)]
            : FaultKind.None;
    }

    /// <summary>How late a stop order's order is placed, ms of market time.</summary>
    public long StopLagMs(string name) => StableHash.Between(StableHash.Combine(_chance, StableHash.Of(8, name)), ShortestDelayMs, LongestDelayMs);

    private bool Rolls(int perMille, ulong salt, string orderId, string type, decimal filled) => perMille > 0
        && StableHash.Combine(
            _chance + salt, StableHash.Of(salt, string.Create(CultureInfo.InvariantCulture, $"{orderId} {type} {filled}"))) % 1000
            < (ulong)perMille;
}
