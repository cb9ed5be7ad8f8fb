using Bot.Trading.Market;
using Bot.Trading.Positions;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Strategies;

namespace Bot.Trading.Pairs;

/// <summary>Times and margins of a pair's decisions.</summary>
public sealed record PairSettings
{
    /// <summary>How far above the best ask an entry may pay, as a fraction (C4).</summary>
    public decimal EntryCollar { get; init; } = 0.002m;

    /// <summary>An entry that was not sent this long after its decision is dropped, ms.</summary>
    public long EntryDeadlineMs { get; init; } = 10_000;

    /// <summary>An exit that was not sent this long after its decision is decided anew, ms.</summary>
    public long ExitDeadlineMs { get; init; } = 30_000;

    /// <summary>A sell in doubt for this long is authorised again under a new id (RELIABILITY.md R12), ms; each further one waits twice as long, up to a minute.</summary>
    public long DoubtPatienceMs { get; init; } = 2_000;

    /// <summary>Pause before an exit that was refused or found no buyer is tried again, ms; doubles up to a minute.</summary>
    public long ExitRetryMs { get; init; } = 1_000;

    /// <summary>How far a trailing stop must move before the move is journaled, as a fraction of the trailing distance.</summary>
    public decimal TrailingStep { get; init; } = 0.25m;

    /// <summary>A price older than this opens nothing (C12), ms of market time.</summary>
    public long StalePriceMs { get; init; } = 120_000;

    /// <summary>Stop of a position whose plan is lost, below what was paid, as a fraction: an entry that was taken over from the exchange.</summary>
    public decimal AdoptedStopDistance { get; init; } = 0.05m;
}

/// <summary>Whether the account may open positions.</summary>
public enum TradingMode
{
    /// <summary>Entries and exits.</summary>
    Active,

    /// <summary>Exits only.</summary>
    ReduceOnly,

    /// <summary>No entries, resting entries cancelled, protection stays.</summary>
    Halted,
}

/// <summary>What a pair's decisions may look at besides its journaled state: rules, prices, the strategy, the time.</summary>
public sealed class PairContext
{
    /// <summary>The pair.</summary>
    public required Symbol Symbol { get; init; }

    /// <summary>Times and margins.</summary>
    public required PairSettings Settings { get; init; }

    /// <summary>How positions are protected beyond what the strategy asks for.</summary>
    public ProtectionSettings Protection { get; init; } = new();

    /// <summary>Version of the configuration in force.</summary>
    public required string ConfigurationVersion { get; init; }

    /// <summary>Six characters that name the deployment.</summary>
    public required string Deployment { get; init; }

    /// <summary>The node's address.</summary>
    public required string Node { get; init; }

    /// <summary>The exchange's clock as estimated now, Unix ms.</summary>
    public long NowMs { get; set; }

    /// <summary>The exchange's rules; null until they were read.</summary>
    public SymbolRules? Rules { get; set; }

    /// <summary>The account's taker fee, fraction.</summary>
    public decimal TakerFee { get; set; } = 0.001m;

    /// <summary>Whether the account may open positions.</summary>
    public TradingMode Mode { get; set; } = TradingMode.Active;

    /// <summary>Why the mode is what it is.</summary>
    public string? ModeReason { get; set; }

    /// <summary>Parameters of the risk controls; null: none are asked, as in tests of something else.</summary>
    public ControlSettings? Controls { get; set; }

    /// <summary>Limits of the account.</summary>
    public RiskLimits Limits { get; init; } = new();

    /// <summary>What the node knows about itself.</summary>
    public NodeConditions Conditions { get; set; }

    /// <summary>When <see cref="Rules"/> were read, Unix ms; 0: not known.</summary>
    public long RulesReadMs { get; set; }

    /// <summary>Length of the candles that are decided on, ms; 0: not known.</summary>
    public long IntervalMs { get; init; }

    /// <summary>False until everything was recovered and compared after a start: no entries before (RELIABILITY.md R14).</summary>
    public bool GateOpen { get; set; }

    /// <summary>True where the exchange holds stops: found out at start, and wanted by the configuration. Else only the pair's own monitor protects.</summary>
    public bool ExchangeStops { get; set; }

    /// <summary>
    /// Whether positions are opened although the exchange holds no stops: while the pair, the journal or the line to the exchange is away,
    /// nobody sells then (DESIGN.md 5.10).
    /// </summary>
    public bool AllowOutageExposure { get; init; } = true;

    /// <summary>Why the reconciliation lets nothing be opened on this pair; null when it does (C20, C26).</summary>
    public string? OpeningBlock { get; set; }

    /// <summary>The strategy instance.</summary>
    public IStrategy? Strategy { get; set; }

    /// <summary>Events that were replayed into this incarnation.</summary>
    public long Replayed { get; set; }

    /// <summary>Hash of the state after the replay.</summary>
    public string StateHash { get; set; } = "";
}
