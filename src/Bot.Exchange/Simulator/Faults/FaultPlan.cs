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
internal sealed class FaultPlan(FaultProfile profile, string account, ulong seed)
{
    private const long ShortestDelayMs = 500;
    private const long LongestDelayMs = 5000;

    // Longer than any client waits.
    private const long SilenceMs = 60_000;

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
    /// <param name="path">Its path.</param>
    /// <param name="name">What it asks for: the same for a repetition of the same request.</param>
    public Fault Next(string path, string name)
    {
        var times = _asked.GetValueOrDefault(name);
        _asked[name] = times + 1;
        var chance = StableHash.Combine(_chance, StableHash.Of(times, name));
        var roll = (long)(chance % 1000);
        foreach (var share in profile.Shares)
        {
            if (!path.StartsWith(share.Where, StringComparison.Ordinal))
                continue;
            roll -= share.PerMille;
            if (roll >= 0)
                continue;
            Count(share.Kind);
            return new Fault(share.Kind, share.Kind switch
            {
                FaultKind.Late => StableHash.Between(StableHash.Mix(chance), ShortestDelayMs, LongestDelayMs),
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

    // Always true, so that a condition can end in it.
    private bool Count(FaultKind kind)
    {
        _met[kind] = _met.GetValueOrDefault(kind) + 1;
        return true;
    }

    private bool Rolls(int perMille, ulong salt, string orderId, string type, decimal filled) => perMille > 0
        && StableHash.Combine(
            _chance + salt, StableHash.Of(salt, string.Create(CultureInfo.InvariantCulture, $"{orderId} {type} {filled}"))) % 1000
            < (ulong)perMille;
}
