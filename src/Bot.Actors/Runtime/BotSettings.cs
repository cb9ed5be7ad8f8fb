using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Positions;
using Bot.Trading.Reconciliation;
using Bot.Trading.Selection;

namespace Bot.Actors.Runtime;

/// <summary>Everything that decides how the bot trades. Read once at the start; its version is written with every order.</summary>
public sealed record BotSettings
{
    /// <summary>Time for reading the rules once more before they are too old, ms; the configuration asks for the same.</summary>
    private const long RulesMarginMs = 10_000;

    /// <summary>Six characters that name the deployment; part of every client order id.</summary>
    public required string Deployment { get; init; }

    /// <summary>Version of this configuration: the hash of its text.</summary>
    public required string Version { get; init; }

    /// <summary>This node's address, for the records of ownership.</summary>
    public required string Node { get; init; }

    /// <summary>The account that is traded on, by its public key or name; never a secret.</summary>
    public required string Account { get; init; }

    /// <summary>Length of the candles that strategies decide on.</summary>
    public required CandleInterval Interval { get; init; }

    /// <summary>Name of the strategy in <see cref="Bot.Trading.Strategies.StrategyCatalog"/>.</summary>
    public required string Strategy { get; init; }

    /// <summary>The strategy's complete parameters.</summary>
    public required IReadOnlyDictionary<string, double> StrategyParameters { get; init; }

    /// <summary>Pairs that are traded whatever the filters say; empty: the selector decides alone.</summary>
    public IReadOnlyList<Symbol> PinnedPairs { get; init; } = [];

    /// <summary>What a pair must show to be traded.</summary>
    public SelectionRules Selection { get; init; } = new();

    /// <summary>Time between two selections in market time, ms.</summary>
    public long SelectionIntervalMs { get; init; } = 4 * 3_600_000;

    /// <summary>Age at which the exchange's rules are read again, ms (C15).</summary>
    public long RulesRefreshMs { get; init; } = 600_000;

    /// <summary>Times and margins of pairs.</summary>
    public PairSettings Pair { get; init; } = new();

    /// <summary>How positions are protected beyond what the strategy asks for.</summary>
    public ProtectionSettings Protection { get; init; } = new();

    /// <summary>Times and counts of the order protocol.</summary>
    public OrderPolicy Order { get; init; } = new();

    /// <summary>
    /// Entries although the exchange holds no stops: while this bot, its database or its line to the exchange is away, nobody sells then.
    /// </summary>
    public bool AllowOutageExposure { get; init; }

    /// <summary>Limits and times of the portfolio.</summary>
    public PortfolioSettings Portfolio { get; init; } = new();

    /// <summary>Times and tolerances of the account's reconciliation.</summary>
    public ReconcilerIntervals Reconciler { get; init; } = new();

    /// <summary>Candles are deleted when they are older than this; null keeps them.</summary>
    public TimeSpan? CandleRetention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>A running candle that nobody continues is closed this long after its end, ms of process time.</summary>
    public long CandleGraceMs { get; init; } = 2_000;

    /// <summary>While the price stream is down, prices are asked for by REST this often, ms.</summary>
    public long PriceStaleMs { get; init; } = 2_000;

    /// <summary>An incarnation asks the journal this often whether another one has written to its stream, ms.</summary>
    public long OwnerCheckMs { get; init; } = 10_000;

    /// <summary>An actor that failed is started again after this, ms; doubles with each further failure (<see cref="IncarnationEnded"/>).</summary>
    public long RestartBackoffMs { get; init; } = 500;

    /// <summary>
    /// The same for a replay: what only guards against lost pushes is asked for less often, and the rules are read as seldom as their age
    /// allows, for an instant at which the clock stops is as dear as in life and a replay has days of them.
    /// </summary>
    /// <param name="maxRulesAgeMs">Rules older than this open nothing (C15), ms.</param>
    public BotSettings InReplay(long maxRulesAgeMs) => this with
    {
        Reconciler = Reconciler.InReplay(),
        Order = Order.InReplay(),
        RulesRefreshMs = Math.Max(RulesRefreshMs, maxRulesAgeMs - RulesMarginMs),
    };
}

/// <summary>How often the account is held against the journals.</summary>
public sealed record ReconcilerIntervals
{
    /// <summary>Active orders and stops are read this often, ms (R10, C20).</summary>
    public long OpenMs { get; init; } = 30_000;

    /// <summary>Done orders, executions, ledger and balances too are read this often, ms.</summary>
    public long FullMs { get; init; } = 300_000;

    /// <summary>Pairs with unsettled orders are pinged this often, ms (R15).</summary>
    public long PingMs { get; init; } = 15_000;

    /// <summary>Margins and tolerances.</summary>
    public ReconcilerSettings Settings { get; init; } = new();

    /// <summary>
    /// The same, twenty times as seldom. A replay makes days of minutes, and every question is as dear as in life: the 2,880 sweeps and
    /// 5,760 pings of a day took longer than all the trading in it.
    /// </summary>
    public ReconcilerIntervals InReplay() => this with { OpenMs = 20 * OpenMs, FullMs = 20 * FullMs, PingMs = 20 * PingMs };
}
