namespace Bot.Trading.Risk.Controls;

/// <summary>
/// Parameters of the controls C1-C28, section <c>controls</c>; the starting values are those of RELIABILITY.md §6. Those of C5, C7
/// (drawdown) and C16 are in <see cref="RiskLimits"/>, where sizing uses them too. Times are in ms unless the name says otherwise,
/// shares are fractions.
/// </summary>
public sealed record ControlSettings
{
    /// <summary>C1: file of the kill switch; null: <c>kill-switch</c> in the data folder.</summary>
    public string? KillSwitchFile { get; init; }

    /// <summary>C2: value of one order, of equity.</summary>
    public decimal MaxOrderEquity { get; init; } = 0.01m;

    /// <summary>C2: value of one order, quote.</summary>
    public decimal MaxOrderQuote { get; init; } = 500m;

    /// <summary>C3: size of an entry, of what rests within <see cref="BookDistance"/>.</summary>
    public decimal MaxBookShare { get; init; } = 0.10m;

    /// <summary>C3: how far from the mid price resting orders count, of the mid price.</summary>
    public decimal BookDistance { get; init; } = 0.005m;

    /// <summary>C4: distance of a limit from the mid price.</summary>
    public decimal CollarMid { get; init; } = 0.01m;

    /// <summary>C4: distance of a limit from the mean price of a minute.</summary>
    public decimal CollarMean { get; init; } = 0.02m;

    /// <summary>C4: distance of a limit from the mid price, of the exchange's own price band.</summary>
    public decimal CollarBandShare { get; init; } = 0.5m;

    /// <summary>C6: unsettled entries of one pair.</summary>
    public int MaxEntriesPerPair { get; init; } = 1;

    /// <summary>C6: unsettled entries of all pairs.</summary>
    public int MaxEntries { get; init; } = 10;

    /// <summary>C7: loss since the beginning of the day (UTC), of the equity then.</summary>
    public decimal MaxDailyLoss { get; init; } = 0.03m;

    /// <summary>C8: losses in a row.</summary>
    public int LossesInARow { get; init; } = 4;

    /// <summary>C8: within so many hours.</summary>
    public int LossWindowHours { get; init; } = 24;

    /// <summary>C8: the pair opens nothing for so many hours then.</summary>
    public int LossPauseHours { get; init; } = 24;

    /// <summary>C9: an entry of the same pair, side and size within this is a duplicate.</summary>
    public long DuplicateMs { get; init; } = 60_000;

    /// <summary>C9: sizes that differ by less are the same.</summary>
    public decimal DuplicateTolerance { get; init; } = 0.01m;

    /// <summary>C10: entries a second, of the account and of each node.</summary>
    public int EntriesPerSecond { get; init; } = 5;

    /// <summary>C10: entries a minute.</summary>
    public int EntriesPerMinute { get; init; } = 60;

    /// <summary>C10: an entry waits this long for its turn, then it is dropped.</summary>
    public long ThrottleQueueMs { get; init; } = 1_000;

    /// <summary>C11: so many round trips of a pair ...</summary>
    public int RoundTrips { get; init; } = 3;

    /// <summary>C11: ... within this halt it.</summary>
    public long RoundTripWindowMs { get; init; } = 300_000;

    /// <summary>C11: so many times the size of an order filled halt the pair.</summary>
    public decimal FillExcess { get; init; } = 2m;

    /// <summary>C12: the price stream may be silent for this long.</summary>
    public long MaxStreamSilenceMs { get; init; } = 2_000;

    /// <summary>C12: age of the order book that an entry is compared with.</summary>
    public long MaxBookAgeMs { get; init; } = 2_000;

    /// <summary>C12: age of the newest closed candle, in intervals.</summary>
    public decimal MaxCandleIntervals { get; init; } = 1m;

    /// <summary>C12: error of the exchange's clock as known here.</summary>
    public long MaxClockErrorMs { get; init; } = 500;

    /// <summary>C13: change of the price within <see cref="JumpWindowMs"/>.</summary>
    public decimal MaxJump { get; init; } = 0.10m;

    /// <summary>C13: window of a jump, market time.</summary>
    public long JumpWindowMs { get; init; } = 5_000;

    /// <summary>C13: distance of bid and ask, of the mid price.</summary>
    public decimal MaxSpread { get; init; } = 0.01m;

    /// <summary>C13: nothing is opened for this long after a price that cannot be, market time.</summary>
    public long FeedPauseMs { get; init; } = 60_000;

    /// <summary>C14: whether pairs under special treatment are entered.</summary>
    public bool AllowSpecialTreatment { get; init; }

    /// <summary>C15: age of the exchange's rules at which nothing is opened.</summary>
    public long MaxRulesAgeMs { get; init; } = 600_000;

    /// <summary>C18: what an entry may lose to its stop, of equity.</summary>
    public decimal MaxEntryRisk { get; init; } = 0.01m;

    /// <summary>C20: difference of a balance that is no break, in units of the last place.</summary>
    public int BreakTolerance { get; init; } = 1;

    /// <summary>C21: so many refusals ...</summary>
    public int MaxRejects { get; init; } = 5;

    /// <summary>C21: ... within this.</summary>
    public long RejectWindowMs { get; init; } = 60_000;

    /// <summary>C21: so many placements in doubt ...</summary>
    public int MaxDoubts { get; init; } = 3;

    /// <summary>C21: ... within this.</summary>
    public long DoubtWindowMs { get; init; } = 300_000;

    /// <summary>C21: nothing is opened for this long then.</summary>
    public long StormPauseMs { get; init; } = 300_000;

    /// <summary>C22: an execution worse than decided by more than this counts.</summary>
    public decimal MaxSlippage { get; init; } = 0.005m;

    /// <summary>C22: so many in a row pause the pair.</summary>
    public int SlippageCount { get; init; } = 3;

    /// <summary>C23: changes of limits a day (UTC) that need no second person; 0: each waits until somebody resumes.</summary>
    public int LimitChangesPerDay { get; init; } = 2;

    /// <summary>C24: size of entries while a configuration is new, of the normal one.</summary>
    public decimal CanarySize { get; init; } = 0.10m;

    /// <summary>C24: a configuration is new for so many hours; 0: never.</summary>
    public int CanaryHours { get; init; } = 24;

    /// <summary>C25: whether the exchange's dead man's switch may be set for pairs that hold nothing.</summary>
    public bool AllowDeadManSwitch { get; init; }

    /// <summary>C26: whether a foreign order, fill or transfer stops entries.</summary>
    public bool HaltOnForeign { get; init; } = true;

    /// <summary>C27: share of requests that the exchange failed ...</summary>
    public decimal MaxErrorRate { get; init; } = 0.20m;

    /// <summary>C27: ... within this ...</summary>
    public long ErrorWindowMs { get; init; } = 60_000;

    /// <summary>C27: ... when there were at least so many.</summary>
    public int ErrorMinimum { get; init; } = 10;

    /// <summary>C27: a push connection down for this long stops entries.</summary>
    public long MaxStreamDownMs { get; init; } = 10_000;

    /// <summary>C28: trips are kept for so many days.</summary>
    public int TripDays { get; init; } = 35;
}
