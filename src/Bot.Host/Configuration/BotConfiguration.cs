using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Positions;
using Bot.Trading.Reconciliation;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Selection;
using Bot.Trading.Strategies;

namespace Bot.Host.Configuration;

/// <summary>Where the exchange is and how it is spoken to.</summary>
public sealed record ExchangeSection
{
    /// <summary>Address of the REST interface.</summary>
    public Uri BaseAddress { get; init; } = new("https://api.kucoin.com");

    /// <summary>Folder with the files <c>key</c>, <c>secret</c> and <c>passphrase</c>; null: none is needed, or it is asked for.</summary>
    public string? KeysFolder { get; init; }

    /// <summary>Version of the key, 2 or 3.</summary>
    public int KeyVersion { get; init; } = 3;

    /// <summary>An order that arrives at the exchange later than this after its signing is refused there, ms.</summary>
    public int OrderWindowMs { get; init; } = 3_000;
}

/// <summary>What is traded, and how.</summary>
public sealed record TradingSection
{
    /// <summary>Length of the candles that the strategy decides on.</summary>
    public CandleInterval Interval { get; init; } = CandleInterval.Parse("15min");

    /// <summary>Pairs that are traded whatever the filters say; empty: the selector decides.</summary>
    public IReadOnlyList<Symbol> Pairs { get; init; } = [];

    /// <summary>Name of the strategy.</summary>
    public string Strategy { get; init; } = "ema-cross";

    /// <summary>The strategy's parameters; what is not named has its default.</summary>
    public IReadOnlyDictionary<string, double> Parameters { get; init; } = new Dictionary<string, double>();

    /// <summary>Six characters that name the deployment; null: made from the account's key.</summary>
    public string? Deployment { get; init; }

    /// <summary>Candles older than this many days are deleted; null keeps them.</summary>
    public int? CandleRetentionDays { get; init; } = 400;

    /// <summary>A running candle that nobody continues is closed this long after its end, ms.</summary>
    public long CandleGraceMs { get; init; } = 2_000;

    /// <summary>Time between two selections in market time, minutes.</summary>
    public int SelectionMinutes { get; init; } = 240;

    /// <summary>Age at which the exchange's rules are read again, s.</summary>
    public int RulesRefreshSeconds { get; init; } = 300;

    /// <summary>Distance of the equity curve's points in market time, minutes.</summary>
    public int EquityMinutes { get; init; } = 60;

    /// <summary>
    /// The same trading on candles of a length that a command line asks for. On shorter ones the strategy keeps its market time and its
    /// distances: left on so many bars, it would trade every wiggle of a minute chart and only pay fees. Named parameters stay as they are.
    /// </summary>
    public TradingSection On(CandleInterval interval)
    {
        var k = Interval.Milliseconds / (double)interval.Milliseconds;
        if (k <= 1 || !StrategyCatalog.All.TryGetValue(Strategy, out var strategy))
            return this with { Interval = interval };
        var parameters = strategy.DefaultsForShorterBars(k).ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in Parameters)
            parameters[name] = value;
        return this with { Interval = interval, Parameters = parameters };
    }
}

/// <summary>How positions are protected, and who watches the stops.</summary>
public sealed record ProtectionSection : ProtectionSettings
{
    /// <summary>Whether the exchange holds stops, too: where it serves them, always, or never.</summary>
    public ExchangeStopsSetting ExchangeStops { get; init; }

    /// <summary>
    /// Entries although the exchange holds no stops: while the bot, its database or its line to the exchange is away, nobody sells then.
    /// </summary>
    public bool AllowOutageExposure { get; init; }
}

/// <summary>How often, and how exactly, the account is held against the journals.</summary>
public sealed record ReconciliationSection
{
    /// <summary>Active orders and stops are read this often, s.</summary>
    public int OpenSeconds { get; init; } = 30;

    /// <summary>Done orders, executions, the ledger and balances too are read this often, s.</summary>
    public int FullSeconds { get; init; } = 300;

    /// <summary>Pairs with unsettled orders are pinged this often, s.</summary>
    public int PingSeconds { get; init; } = 15;

    /// <summary>A balance may be so far from the books, in its currency.</summary>
    public decimal Tolerance { get; init; } = 0.00000001m;
}

/// <summary>The actor system of a node.</summary>
public sealed record NodeSection
{
    /// <summary>Name or address that other nodes reach this one by.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port of the actor system; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>Port that this node listens on where others reach it by another one, through a forwarded port; null for <see cref="Port"/>.</summary>
    public int? ListenPort { get; init; }

    /// <summary>Addresses of the first nodes; empty for a single node.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];
}

/// <summary>Logs.</summary>
public sealed record LogSection
{
    /// <summary>Least level: Verbose, Debug, Information, Warning or Error.</summary>
    public string Level { get; init; } = "Information";

    /// <summary>Folder of the files; null for <c>logs</c> in the data folder.</summary>
    public string? Folder { get; init; }

    /// <summary>A file is closed and a new one begun at this size, MB.</summary>
    public int FileMegabytes { get; init; } = 100;

    /// <summary>So many files are kept.</summary>
    public int KeepFiles { get; init; } = 20;
}

/// <summary>
/// The whole configuration. Sections that decide how is traded have a version, the hash of their effective values, which is written with
/// every order; sections that only say where things are do not change it.
/// </summary>
public sealed record BotConfiguration
{
    /// <summary>Where the exchange is.</summary>
    public ExchangeSection Exchange { get; init; } = new();

    /// <summary>What is traded, and how.</summary>
    public TradingSection Trading { get; init; } = new();

    /// <summary>What a pair must show to be traded.</summary>
    public SelectionRules Selection { get; init; } = new();

    /// <summary>Limits of the account.</summary>
    public RiskLimits Risk { get; init; } = new();

    /// <summary>Parameters of the risk controls C1-C28.</summary>
    public ControlSettings Controls { get; init; } = new();

    /// <summary>Times and margins of a pair.</summary>
    public PairSettings Pair { get; init; } = new();

    /// <summary>How positions are protected, and who watches the stops.</summary>
    public ProtectionSection Protection { get; init; } = new();

    /// <summary>Times and counts of the order protocol.</summary>
    public OrderPolicy Orders { get; init; } = new();

    /// <summary>How the account is held against the journals.</summary>
    public ReconciliationSection Reconciliation { get; init; } = new();

    /// <summary>The actor system of a node.</summary>
    public NodeSection Node { get; init; } = new();

    /// <summary>Logs.</summary>
    public LogSection Log { get; init; } = new();

    /// <summary>The part that decides how is traded, as JSON: what is kept with its version.</summary>
    public string EffectiveJson() => JsonSerializer.Serialize(
        new
        {
            trading = Trading, selection = Selection, risk = Risk, controls = Controls, pair = Pair, protection = Protection, orders = Orders,
            reconciliation = Reconciliation, orderWindowMs = Exchange.OrderWindowMs,
        },
        Json);

    /// <summary>Version of the part that decides how is traded: SHA-256, hexadecimal.</summary>
    public string Version() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(EffectiveJson())));

    /// <summary>The effective value of a setting by its name in the configuration, as text; null: it has none.</summary>
    /// <exception cref="ArgumentException">There is no such setting.</exception>
    public string? Setting(string path)
    {
        object? value = this;
        foreach (var part in path.Split('.'))
        {
            var property = value?.GetType().GetProperty(part, System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.IgnoreCase)
                ?? throw new ArgumentException($"'{path}' is no setting.", nameof(path));
            value = property.GetValue(value);
        }
        return Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The settings of the actors.</summary>
    /// <param name="deployment">Six characters that name the deployment.</param>
    /// <param name="node">The node's address.</param>
    /// <param name="parameters">The strategy's complete parameters.</param>
    /// <param name="sinceMs">When this configuration first came into force, Unix ms; null: it is not new (C24).</param>
    public BotSettings ToSettings(string deployment, string node, IReadOnlyDictionary<string, double> parameters, long? sinceMs = null) => new()
    {
        Deployment = deployment,
        Version = Version(),
        Node = node,
        Account = deployment,
        Interval = Trading.Interval,
        Strategy = Trading.Strategy,
        StrategyParameters = parameters,
        PinnedPairs = Trading.Pairs,
        Selection = Selection,
        SelectionIntervalMs = Trading.SelectionMinutes * 60_000L,
        RulesRefreshMs = Trading.RulesRefreshSeconds * 1_000L,
        Pair = Pair,
        Protection = Protection,
        Order = Orders,
        AllowOutageExposure = Protection.AllowOutageExposure,
        Reconciler = new ReconcilerIntervals
        {
            OpenMs = Reconciliation.OpenSeconds * 1_000L,
            FullMs = Reconciliation.FullSeconds * 1_000L,
            PingMs = Reconciliation.PingSeconds * 1_000L,
            Settings = new ReconcilerSettings { ReadLagMarginMs = Orders.ReadLagMarginMs, Tolerance = Reconciliation.Tolerance },
        },
        Portfolio = new PortfolioSettings
        {
            Limits = Risk, Controls = Controls, ConfigurationSinceMs = sinceMs, EquityIntervalMs = Trading.EquityMinutes * 60_000L,
        },
        CandleRetention = Trading.CandleRetentionDays is { } days ? TimeSpan.FromDays(days) : null,
        CandleGraceMs = Trading.CandleGraceMs,
    };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new IntervalConverter(), new PlainDecimalConverter() } };

    /// <summary>0.20 and 0.2 are one value, and must give one version.</summary>
    private sealed class PlainDecimalConverter : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDecimal();

        // Dividing by a one with all its places leaves no trailing zeros.
        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteNumberValue(value / 1.0000000000000000000000000000m);
    }

    private sealed class IntervalConverter : JsonConverter<CandleInterval>
    {
        public override CandleInterval Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            CandleInterval.Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, CandleInterval value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
    }
}
