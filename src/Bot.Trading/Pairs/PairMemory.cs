using Bot.Trading.Indicators;
using Bot.Trading.Market;
using Bot.Trading.Positions;
using Bot.Trading.Risk.Controls;
using Bot.Trading.Strategies;

namespace Bot.Trading.Pairs;

/// <summary>What an incarnation remembers and may forget: the last price, a request under way, pauses.</summary>
public sealed class PairMemory
{
    private ProtectionMonitor _monitor;
    private Protection? _armedFor;
    private SymbolRules? _armedBy;
    private decimal _armedSold;

    /// <summary>The last price.</summary>
    public PriceTick LastTick { get; set; }

    /// <summary>Watches whether the prices can be true (C13).</summary>
    public FeedMonitor Feed { get; } = new();

    /// <summary>The protection in whole increments.</summary>
    public ref ProtectionMonitor Monitor => ref _monitor;

    /// <summary>The entry that waits for the portfolio; null when none does.</summary>
    public PendingEntry? Pending { get; set; }

    /// <summary>Sells in doubt and since when, Unix ms. A stop that has triggered and sold nothing yet counts as one.</summary>
    public Dictionary<string, long> Doubts { get; } = new(StringComparer.Ordinal);

    /// <summary>Pause after an exit that was refused or found no buyer.</summary>
    public Pause Exits { get; } = new();

    /// <summary>Pause after a stop that the exchange did not take.</summary>
    public Pause Stops { get; } = new();

    /// <summary>
    /// Since when more than dust is held without a live stop or a working exit, Unix ms; 0 while it is not. The source of
    /// <c>unprotected_seconds</c>.
    /// </summary>
    public long UnprotectedSinceMs { get; set; }

    /// <summary>How loudly that was said: 0 not at all, 1 after 2 s, 2 after 10 s, 3 when the emergency exit is due.</summary>
    public int UnprotectedLevel { get; set; }

    /// <summary>When the open orders were last looked after, Unix ms; 0 before.</summary>
    public long LookedAtMs { get; set; }

    /// <summary>When the wake-up for the next look comes, Unix ms; 0 when none was asked for.</summary>
    public long LookDueMs { get; set; }

    /// <summary>Orders whose watch is over.</summary>
    public HashSet<string> Watched { get; } = new(StringComparer.Ordinal);

    /// <summary>Average true range of the pair's candles; null where stops are not measured by it.</summary>
    public Atr? Range { get; set; }

    /// <summary>The state as it will be when what is decided is written; reused.</summary>
    internal PairState Ahead { get; } = new();

    /// <summary>
    /// Rebuilds the monitor when what it is made of has changed, and sees since when what is held is bare. A monitor that stays keeps the
    /// high-water mark that is not journaled yet.
    /// </summary>
    public void Rearm(PairState state, PairContext context)
    {
        var protection = state.Position.Quantity > 0 ? state.Protection : null;
        var sold = protection?.Ladder is null ? 0 : state.Trade?.SoldSize ?? 0;
        if (!ReferenceEquals(protection, _armedFor) || !ReferenceEquals(context.Rules, _armedBy) || sold != _armedSold)
        {
            _monitor = protection is not null && context.Rules is { } rules
                ? new ProtectionMonitor(protection, new PriceScale(rules.PriceIncrement), context.Settings.TrailingStep, PairDecider.NextTarget(state))
                : default;
            (_armedFor, _armedBy, _armedSold) = (protection, context.Rules, sold);
        }
        Guard(state, context);
    }

    /// <summary>Sees since when what is held is bare.</summary>
    public void Guard(PairState state, PairContext context)
    {
        if (PairDecider.IsProtected(state, this, context))
            (UnprotectedSinceMs, UnprotectedLevel) = (0, 0);
        else if (UnprotectedSinceMs == 0 || UnprotectedSinceMs > context.NowMs)
            UnprotectedSinceMs = context.NowMs;
    }
}

/// <summary>A pause that grows while things fail. A clock that was set back does not lengthen it.</summary>
public sealed class Pause
{
    /// <summary>No pause is longer than this, ms.</summary>
    public const long LongestMs = 60_000;

    /// <summary>Not before this, Unix ms.</summary>
    public long UntilMs { get; private set; }

    /// <summary>The current length, ms; 0 while nothing has failed.</summary>
    public long LengthMs { get; private set; }

    /// <summary>True while it lasts. An end that is further away than the longest pause was set by another clock: it is over.</summary>
    public bool Lasts(long nowMs) => nowMs < UntilMs && UntilMs - nowMs <= LongestMs;

    /// <summary>Begins the next pause, twice as long as the last.</summary>
    public long Begin(long nowMs, long firstMs)
    {
        LengthMs = LengthMs == 0 ? firstMs : Math.Min(2 * LengthMs, LongestMs);
        UntilMs = nowMs + LengthMs;
        return LengthMs;
    }

    /// <summary>Something worked.</summary>
    public void End() => (LengthMs, UntilMs) = (0, 0);
}

/// <summary>An entry that a strategy wants and that waits for the portfolio's grant.</summary>
/// <param name="IntentNumber">The number it will have.</param>
/// <param name="LimitPrice">Highest price to pay, on the increment.</param>
/// <param name="Plan">How it will be protected.</param>
/// <param name="ReferencePrice">The price that the plan was made from.</param>
/// <param name="MarketMs">Market time of the decision.</param>
/// <param name="CandleOpenMs">The candle that was decided on.</param>
/// <param name="CandleRevision">Its revision.</param>
/// <param name="AskedAtMs">When the grant was asked for.</param>
/// <param name="Signal">What the strategy said.</param>
public sealed record PendingEntry(
    long IntentNumber,
    decimal LimitPrice,
    Protection Plan,
    decimal ReferencePrice,
    long MarketMs,
    long CandleOpenMs,
    int CandleRevision,
    long AskedAtMs,
    Signal Signal);
