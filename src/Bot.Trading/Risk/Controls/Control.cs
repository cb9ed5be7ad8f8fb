namespace Bot.Trading.Risk.Controls;

/// <summary>The risk controls by their numbers in RELIABILITY.md §6.</summary>
public enum Control
{
    /// <summary>C1: kill switch, global, for a pair or for a strategy.</summary>
    KillSwitch = 1,

    /// <summary>C2: largest value of one order.</summary>
    OrderNotional,

    /// <summary>C3: size against what rests in the book.</summary>
    OrderQuantity,

    /// <summary>C4: distance of the limit from the market.</summary>
    PriceCollar,

    /// <summary>C5: value of one position, and of all.</summary>
    Position,

    /// <summary>C6: entries at a time.</summary>
    OpenEntries,

    /// <summary>C7: daily loss and drawdown.</summary>
    Loss,

    /// <summary>C8: losses in a row on a pair.</summary>
    ConsecutiveLosses,

    /// <summary>C9: the same order again, or an entry beside one in doubt.</summary>
    Duplicate,

    /// <summary>C10: orders a second and a minute.</summary>
    Throttle,

    /// <summary>C11: round trips too fast, fills beyond the intent.</summary>
    RepeatedExecution,

    /// <summary>C12: prices, books, candles or the clock are not fresh.</summary>
    StaleData,

    /// <summary>C13: prices that cannot be.</summary>
    FeedSanity,

    /// <summary>C14: the pair or the exchange does not trade normally.</summary>
    SymbolState,

    /// <summary>C15: increments and minima of the exchange.</summary>
    Increment,

    /// <summary>C16: the money is there.</summary>
    Funds,

    /// <summary>C17: never both sides at once, and a guard against own orders.</summary>
    SelfMatch,

    /// <summary>C18: no entry without its exit.</summary>
    ExitPlan,

    /// <summary>C19: how long a position may be without protection.</summary>
    ProtectionWatchdog,

    /// <summary>C20: the account's books do not agree with ours.</summary>
    ReconciliationBreak,

    /// <summary>C21: many refusals or doubts.</summary>
    RejectStorm,

    /// <summary>C22: executions worse than decided.</summary>
    Slippage,

    /// <summary>C23: how often limits change before a second person has to agree.</summary>
    LimitChange,

    /// <summary>C24: a new configuration trades small.</summary>
    Canary,

    /// <summary>C25: the exchange's dead man's switch is off where something is held.</summary>
    DeadManSwitch,

    /// <summary>C26: somebody else trades on the account.</summary>
    Exclusivity,

    /// <summary>C27: the exchange is failing.</summary>
    ExchangeIncident,

    /// <summary>C28: trips are counted and reviewed.</summary>
    Review,
}

/// <summary>What a check says: pass, or which control refuses and why.</summary>
/// <param name="Control">The control that refuses; meaningless on a pass.</param>
/// <param name="Reason">Why, in <c>CATEGORY control=Cn key=value</c> form; null on a pass.</param>
public readonly record struct ControlVerdict(Control Control, string? Reason)
{
    /// <summary>Nothing is against it.</summary>
    public static readonly ControlVerdict Pass;

    /// <summary>True when nothing is against it.</summary>
    public bool Passes => Reason is null;
}
