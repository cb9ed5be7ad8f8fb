using System.Globalization;

namespace Bot.Trading.Positions;

/// <summary>How positions are protected beyond what the strategy asks for. R is the distance from the entry to the first stop.</summary>
public record ProtectionSettings
{
    private static readonly LadderSetting[] None = [];

    /// <summary>How far the stop at the exchange lies below the monitor's, as a fraction of the price.</summary>
    public decimal FloorMargin { get; init; } = 0.003m;

    /// <summary>A stop at the exchange is raised behind a trailing one at most once in this time, ms.</summary>
    public long FollowMs { get; init; } = 60_000;

    /// <summary>A position without a live stop or a working exit for this long is sold at the market, ms (RELIABILITY.md C19).</summary>
    public long EmergencyExitMs { get; init; } = 30_000;

    /// <summary>Distance of the first stop below the entry as a fraction of the price; 0: by <see cref="StopAtr"/> or the strategy.</summary>
    public decimal StopFraction { get; init; }

    /// <summary>Distance of the first stop in average true ranges of the pair's candles; 0: the strategy's word.</summary>
    public double StopAtr { get; init; }

    /// <summary>Candles of that average.</summary>
    public int AtrPeriod { get; init; } = 14;

    /// <summary>So many R of profit raise the stop to the price at which the trade pays its fees; 0: never.</summary>
    public decimal BreakEvenR { get; init; }

    /// <summary>A position is sold after so many minutes of market time; 0: never.</summary>
    public int MaxHoldMinutes { get; init; }

    /// <summary>Parts that are sold on the way up: R of profit, and the share of what was bought that is sold there.</summary>
    public IReadOnlyDictionary<string, double> Ladder { get; init; } = new Dictionary<string, double>();

    /// <summary>The ladder in rising order. Parsed anew each time: ask once an entry.</summary>
    /// <exception cref="FormatException">A key is no number.</exception>
    public IReadOnlyList<LadderSetting> LadderSteps()
    {
        if (Ladder.Count == 0)
            return None;
        var steps = new List<LadderSetting>(Ladder.Count);
        foreach (var (r, share) in Ladder)
            steps.Add(new LadderSetting(decimal.Parse(r, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture), (decimal)share));
        steps.Sort((a, b) => a.R.CompareTo(b.R));
        return steps;
    }

    /// <summary>What is wrong with the ladder; null when nothing is.</summary>
    public string? LadderFault()
    {
        var sum = 0.0;
        foreach (var (r, share) in Ladder)
        {
            if (!decimal.TryParse(r, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var level) || level is <= 0 or > 1_000)
                return $"has a level '{r}': a level is a number of R above 0, as in \"1.5\": 0.3";
            if (!(share > 0))
                return $"sells {share.ToString(CultureInfo.InvariantCulture)} at {r} R: a share is above 0";
            sum += share;
        }
        return sum > 1.000001 ? $"sells {sum.ToString(CultureInfo.InvariantCulture)} of the position: the shares add up to 1 at most" : null;
    }
}

/// <summary>A step of the ladder as it is configured.</summary>
/// <param name="R">Profit in R.</param>
/// <param name="Share">Share of what was bought.</param>
public readonly record struct LadderSetting(decimal R, decimal Share);
