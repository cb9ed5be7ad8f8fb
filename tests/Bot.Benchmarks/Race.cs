using System.Diagnostics;

namespace Bot.Benchmarks;

/// <summary>Something of ours, and the least that could do the same work.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Ours">One operation of ours.</param>
/// <param name="Bare">One operation of the comparison.</param>
/// <param name="Check">Throws unless both sides give the same values.</param>
internal sealed record Contest(string Name, Action Ours, Action Bare, Action Check);

/// <summary>What a race found.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="OursNs">Median time of an operation of ours, ns.</param>
/// <param name="BareNs">Median time of the comparison, ns.</param>
/// <param name="Ratio">Median of the rounds' ratios: a round's two halves lie next to each other in time.</param>
/// <param name="OursBytes">Allocated by an operation of ours.</param>
/// <param name="BareBytes">Allocated by the comparison.</param>
internal sealed record RaceResult(string Name, double OursNs, double BareNs, double Ratio, long OursBytes, long BareBytes);

/// <summary>
/// Runs both sides in turns, in short blocks, so that whatever else the machine does falls on both; see docs/decisions/0012.
/// </summary>
internal static class Race
{
    /// <summary>Runs a contest.</summary>
    /// <param name="contest">What to run.</param>
    /// <param name="rounds">Pairs of blocks.</param>
    /// <param name="blockMs">Length of a block, ms.</param>
    public static RaceResult Run(Contest contest, int rounds, double blockMs)
    {
        contest.Check();
        WarmUp(contest.Ours, blockMs);
        WarmUp(contest.Bare, blockMs);
        var operations = Math.Max(Fit(contest.Ours, blockMs), Fit(contest.Bare, blockMs));
        var ours = new double[rounds];
        var bare = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            // Who goes first changes: the second of two finds the caches and the clock speed as the first left them.
            if (round % 2 == 0)
            {
                ours[round] = Block(contest.Ours, operations);
                bare[round] = Block(contest.Bare, operations);
            }
            else
            {
                bare[round] = Block(contest.Bare, operations);
                ours[round] = Block(contest.Ours, operations);
            }
        }
        return new RaceResult(
            contest.Name, Median(ours), Median(bare), Median([.. ours.Zip(bare, (o, b) => o / b)]), Bytes(contest.Ours), Bytes(contest.Bare));
    }

    /// <summary>The value in the middle.</summary>
    public static double Median(IReadOnlyCollection<double> values) => Quantile(values, 0.5);

    /// <summary>The value below which a share of the values lies.</summary>
    public static double Quantile(IReadOnlyCollection<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];
    }

    // The runtime compiles what is called often a second time, in the background, from what it saw in the meantime.
    private static void WarmUp(Action action, double blockMs)
    {
        var start = Stopwatch.GetTimestamp();
        do
            action();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 40 * blockMs);
    }

    // Doubles until a block is long enough.
    private static int Fit(Action action, double blockMs)
    {
        for (var operations = 1; ; operations *= 2)
        {
            var ns = Block(action, operations) * operations;
            if (ns >= blockMs * 1e6 || operations >= 1 << 24)
                return operations;
        }
    }

    private static double Block(Action action, int operations)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < operations; i++)
            action();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations;
    }

    private static long Bytes(Action action)
    {
        const int times = 100;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < times; i++)
            action();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / times;
    }
}
