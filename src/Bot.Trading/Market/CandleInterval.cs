namespace Bot.Trading.Market;

/// <summary>A candle's length, named as KuCoin names it (<c>1min</c>, <c>1hour</c>, ...).</summary>
/// <param name="Name">The exchange's name.</param>
/// <param name="Milliseconds">The length in milliseconds.</param>
public sealed record CandleInterval(string Name, long Milliseconds)
{
    private const long Minute = 60_000;

    /// <summary>Every interval of fixed length that the exchange serves, shortest first. (Months vary in length and are not traded on.)</summary>
    public static readonly IReadOnlyList<CandleInterval> All =
    [
        new("1min", Minute), new("3min", 3 * Minute), new("5min", 5 * Minute), new("15min", 15 * Minute), new("30min", 30 * Minute),
        new("1hour", 60 * Minute), new("2hour", 120 * Minute), new("4hour", 240 * Minute), new("6hour", 360 * Minute),
        new("8hour", 480 * Minute), new("12hour", 720 * Minute), new("1day", 1440 * Minute), new("1week", 10080 * Minute),
    ];

    /// <summary>One minute.</summary>
    public static CandleInterval OneMinute => All[0];

    /// <summary>Finds an interval by the exchange's name.</summary>
    /// <exception cref="FormatException">No interval has this name.</exception>
    public static CandleInterval Parse(string name) =>
        All.FirstOrDefault(i => i.Name == name)
        ?? throw new FormatException($"'{name}' is not a candle interval: use one of {string.Join(", ", All.Select(i => i.Name))}.");

    /// <summary>The open time of the candle that holds the instant. Weeks start on Monday, 00:00 UTC.</summary>
    public long OpenTimeMs(long instantMs)
    {
        // 1970-01-05 was the first Monday after the epoch; every other interval divides the day.
        var offset = Milliseconds == 10080 * Minute ? 4 * 1440 * Minute : 0;
        return instantMs - Mod(instantMs - offset, Milliseconds);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static long Mod(long value, long modulus) => ((value % modulus) + modulus) % modulus;
}
