using System.Globalization;

namespace Bot.Chaos.Deployments;

/// <summary>What a run stands on.</summary>
internal sealed record DeploymentOptions
{
    /// <summary>Nodes of the cluster. A market in lockstep has one.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>Pairs of the market.</summary>
    public int Pairs { get; init; } = 8;

    /// <summary>Whether the market is one in which nearly every pair is bought once and kept (<see cref="CrowdMarket"/>).</summary>
    public bool IsCrowd { get; init; }

    /// <summary>
    /// Whether the market's clock moves only when the bot has nothing left to do (docs/lockstep.md): a whole day of trades takes minutes, and
    /// every timeout takes no time. What is measured in seconds needs the wall clock.
    /// </summary>
    public bool IsLockstep { get; init; }

    /// <summary>How much faster than the wall's clock the market's is.</summary>
    public string Speed { get; init; } = "20";

    /// <summary>Chooses the market.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>A folder on which the database keeps its data; null for one of the run.</summary>
    public string? DataFolder { get; init; }

    /// <summary>A folder on which the database keeps its log of writes; null for none of its own.</summary>
    public string? WalFolder { get; init; }

    /// <summary>Settings of the database.</summary>
    public string PostgresSettings { get; init; } = "";

    /// <summary>Sessions that the database takes.</summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>Parameters of the strategy, as JSON.</summary>
    public string Parameters { get; init; } = TradingConfig.Hot;

    /// <summary>The section risk, as JSON.</summary>
    public string Risk { get; init; } = TradingConfig.AnyLoss;

    /// <summary>Settings of the section selection before the busy ones, as JSON with a comma at its end.</summary>
    public string Selection { get; init; } = "";

    /// <summary>Sections of the configuration that are laid over the busy one, as JSON without the outer braces.</summary>
    public string Configuration { get; init; } = "";

    /// <summary>The simulator's options.</summary>
    /// <param name="folder">Where made-up candles may be written.</param>
    public IEnumerable<string> Market(string folder)
    {
        if (!IsCrowd)
            return Synthetic();
        var data = Path.Combine(folder, "market");
        CrowdMarket.Write(data, Pairs);
        return ["--data", data, "--from", CrowdMarket.From, "--speed", Speed];
    }

    private IEnumerable<string> Synthetic() =>
    [
        "--pairs", Pairs.ToString(CultureInfo.InvariantCulture), "--seed", Seed.ToString(CultureInfo.InvariantCulture), "--speed", Speed,
        .. (IEnumerable<string>)(IsLockstep ? ["--days", "2000"] : []),
    ];
}
