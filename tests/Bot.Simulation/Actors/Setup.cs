using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Reconciliation;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Strategies;

namespace Bot.Simulation.Actors;

/// <summary>The deployment that is simulated: one pair, fixed rules, production's settings.</summary>
internal static class Setup
{
    /// <summary>Six characters that name the deployment.</summary>
    public const string Deployment = "simula";

    /// <summary>Price at the beginning, in increments.</summary>
    public const int FirstTicks = 10_000;

    /// <summary>Typical base quantity of a level of the book.</summary>
    public const decimal Depth = 1_000m;

    /// <summary>Base currency at the beginning, which no pair holds.</summary>
    public const decimal Cash = 10_000m;

    /// <summary>A licence lasts so long, ms (KucoinOptions.OrderWindowMs).</summary>
    public const int WindowMs = 3_000;

    /// <summary>A signature lasts so long, ms: the only end that the licence of a stop has.</summary>
    public const int SignatureLifeMs = 5_000;

    /// <summary>An older licence is not written to the socket, ms (KucoinOptions.LicenceAge).</summary>
    public const int LicenceAgeMs = 2_000;

    /// <summary>A tracker that failed is started again after this, ms (BotSettings.RestartBackoffMs).</summary>
    public const int RestartBackoffMs = 500;

    /// <summary>The pair.</summary>
    public static readonly Symbol Symbol = Symbol.Parse("ABC-USDT");

    /// <summary>The exchange's rules of it.</summary>
    public static readonly SymbolRules Rules = new()
    {
        Symbol = Symbol,
        BaseCurrency = "ABC",
        QuoteCurrency = "USDT",
        FeeCurrency = "USDT",
        BaseIncrement = 0.01m,
        QuoteIncrement = 0.0001m,
        PriceIncrement = 0.01m,
        BaseMinSize = 0.01m,
        BaseMaxSize = 1_000_000m,
        QuoteMinSize = 0.1m,
        QuoteMaxSize = 1_000_000m,
        MinFunds = 1m,
        PriceLimitRate = 0.1m,
        EnableTrading = true,
    };

    /// <summary>The pair's stream.</summary>
    public static readonly string PairStream = $"pair-{Symbol.Text}";

    /// <summary>The portfolio's stream.</summary>
    public static readonly string PortfolioStream = $"portfolio-{Deployment}";

    /// <summary>The reconciler's stream.</summary>
    public static readonly string ReconcilerStream = $"reconciler-{Deployment}";

    /// <summary>The selector's word.</summary>
    public static readonly PairInput.Start StartPair = new(7, "ABC", "USDT", "scripted", "low");

    /// <summary>Times of the order protocol.</summary>
    public static readonly OrderPolicy Policy = new();

    /// <summary>Times of the pair.</summary>
    public static readonly PairSettings PairSettings = new();

    /// <summary>The reconciler sweeps so often, ms: a third as often as production does.</summary>
    public const long SweepEveryMs = 90_000;

    /// <summary>So many orders and stops may work at once: a pair that repeats itself is found long before the exchange's own limit.</summary>
    public const int MostWorking = 12;

    /// <summary>Times and tolerances of the reconciliation.</summary>
    public static readonly ReconcilerSettings Reconciler = new();

    /// <summary>
    /// The risk controls: production's parameters, but for the windows that are longer than a run. With those a story could enter once only,
    /// and a storm would close the node to its end.
    /// </summary>
    public static readonly ControlSettings Controls = new()
    {
        DuplicateMs = 4_000, StormPauseMs = 6_000, ErrorWindowMs = 6_000, FeedPauseMs = 6_000, MaxOrderEquity = 0.06m, MaxOrderQuote = 1_000m,
    };

    /// <summary>Limits of the account.</summary>
    public static readonly RiskLimits Limits = new();

    /// <summary>Times and limits of the portfolio.</summary>
    public static readonly PortfolioSettings PortfolioSettings = new() { Controls = Controls };

    /// <summary>An order of ours of which the journal knows nothing.</summary>
    public static readonly string PlantedId = new ClientOrderId(Deployment, StartPair.SymbolId, 1_000, IntentLeg.Entry, 1).Text;

    /// <summary>An order's stream.</summary>
    public static string OrderStream(string clientOrderId) => $"order-{clientOrderId}";
}

/// <summary>A strategy that says what the scenario wants.</summary>
internal sealed class ScriptedStrategy : IStrategy
{
    /// <summary>What it says to the next bar.</summary>
    public Signal Next { get; set; }

    /// <inheritdoc/>
    public int WarmUpBars => 1;

    /// <inheritdoc/>
    public Signal OnBar(in Bar bar, bool isLong) => Next;
}

/// <summary>Words of the interpreter that carry nothing.</summary>
internal sealed class Word
{
    /// <summary>The private stream is up.</summary>
    public static readonly Word Connected = new();

    /// <summary>The private stream is down.</summary>
    public static readonly Word Disconnected = new();

    /// <summary>A candle closed and the strategy wants to be long.</summary>
    public static readonly Word EnterSignal = new();

    /// <summary>A candle closed and the strategy wants to be flat.</summary>
    public static readonly Word ExitSignal = new();

    /// <summary>Rules, fees and history are here.</summary>
    public static readonly Word Ready = new();

    /// <summary>The shard moves to the node of the number.</summary>
    public static readonly Word HandOff = new();

    /// <summary>The order is settled in its pair too: its tracker may rest.</summary>
    public static readonly Word Release = new();

    /// <summary>The portfolio acknowledges books; the number is the version.</summary>
    public static readonly Word Booked = new();

    /// <summary>The report is told again.</summary>
    public static readonly Word ReportAgain = new();

    private Word()
    {
    }
}

/// <summary>A tracker has ended.</summary>
internal sealed record TrackerGone(TrackerHost Tracker);

/// <summary>A tracker that failed is started again.</summary>
internal sealed record RestartTracker(string ClientOrderId);

/// <summary>An operator sets the trading mode.</summary>
internal sealed record SetMode(TradingMode Mode);

/// <summary>The portfolio acknowledges books and tells the mode.</summary>
internal sealed record BookAcknowledged(long Version, TradingMode Mode);

/// <summary>The portfolio tells the mode.</summary>
internal sealed record ModeTold(TradingMode Mode);
