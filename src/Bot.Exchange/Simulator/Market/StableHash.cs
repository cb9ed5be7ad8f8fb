namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// Chance that is a function of names: the same seed and the same ids give the same value, whatever came before and on whatever thread.
/// (The mixing step is the finaliser of splitmix64.)
/// </summary>
internal static class StableHash
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Spreads the bits of a value over all 64.</summary>
    public static ulong Mix(ulong value)
    {
        value += Golden;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>One value from two; not symmetric.</summary>
    public static ulong Combine(ulong first, ulong second) => Mix(first ^ Mix(second));

    /// <summary>The value of a text under a seed.</summary>
    public static ulong Of(ulong seed, string text)
    {
        var hash = Mix(seed);
        foreach (var c in text)
            hash = (hash ^ c) * 0x100000001B3;
        return Mix(hash);
    }

    /// <summary>A whole number in [from, to], evenly spread.</summary>
    public static long Between(ulong hash, long from, long to) =>
        from + (long)(hash % (ulong)(to - from + 1));
}
