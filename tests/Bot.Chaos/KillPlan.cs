using System.Globalization;

namespace Bot.Chaos;

/// <summary>When a bot is killed: after a time since its start, or when the market's clock passes an instant.</summary>
/// <param name="AfterStart">Time since its start; null: not by it.</param>
/// <param name="AtMarketMs">The market's clock; null: not by it.</param>
internal readonly record struct KillMoment(TimeSpan? AfterStart, long? AtMarketMs);

/// <summary>Draws the moments. The same seed draws the same, except that instants depend on where the market stands.</summary>
/// <param name="seed">The seed.</param>
/// <param name="kills">How many there will be.</param>
internal sealed class KillPlan(int seed, int kills)
{
    // Start-up is where recovery runs: a kill there is a crash during recovery.
    private const double ShareInStartUp = 0.2;
    private static readonly TimeSpan StartUp = TimeSpan.FromSeconds(7);

    // CA5394 is about secrets; these are dice.
#pragma warning disable CA5394
    private readonly Random _random = new(seed);

    /// <summary>The seed: <c>BOT_CHAOS_SEED</c>, or a new one each time.</summary>
    public static int Seed => Setting("BOT_CHAOS_SEED") ?? Random.Shared.Next();

    /// <summary>How many kills: <c>BOT_CHAOS_KILLS</c>, or 8, or 50 in a long run.</summary>
    public static int Kills => Setting("BOT_CHAOS_KILLS") ?? (Environment.GetEnvironmentVariable("BOT_LONG") == "1" ? 50 : 8);

    /// <summary>The moment of the next kill; what is left of the market is shared out among the kills that are left.</summary>
    /// <param name="done">Kills so far.</param>
    /// <param name="nowMs">Where the market's clock stands.</param>
    /// <param name="endMs">Where it ends.</param>
    public KillMoment Next(int done, long nowMs, long endMs)
    {
        if (_random.NextDouble() < ShareInStartUp)
            return new KillMoment(StartUp * _random.NextDouble(), null);
        var share = (endMs - nowMs) / (double)(kills - done + 1);
        return new KillMoment(null, nowMs + 1 + (long)(share * 1.8 * _random.NextDouble()));
    }
#pragma warning restore CA5394

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
