namespace Bot.Simulation.Engine;

/// <summary>A wrong turn that the simulation can take on purpose (RELIABILITY.md §3.6). No other build knows of them.</summary>
internal enum Mutant
{
    /// <summary>None: the protocol as it is.</summary>
    None,

    /// <summary>The journal has no unique key.</summary>
    NoUniqueKey,

    /// <summary>A recovered tracker sends its unanswered request again.</summary>
    ResendOnRecovery,

    /// <summary>A request is signed when it is sent, not when it is licensed, and has no window.</summary>
    SignedAtSend,

    /// <summary>An order that is not found twice is sent again.</summary>
    QueryThenResend,

    /// <summary>A request that was not answered is sent again at once.</summary>
    BlindRetry,

    /// <summary>Absence is proven as soon as the licence has run out (M = 0).</summary>
    NoReadMargin,

    /// <summary>M = 0 and one answer of each source is enough.</summary>
    NoReadMarginOneAnswer,

    /// <summary>Evidence counts from when it was read, not from when it was asked for.</summary>
    StaleEvidence,

    /// <summary>The exchange's reads are staler than M.</summary>
    ReadsStalerThanMargin,

    /// <summary>Effects run before their events are stored.</summary>
    ActBeforePersist,

    /// <summary>An event that the journal refused is taken as stored.</summary>
    RejectedIsIgnored,

    /// <summary>The journal plugin's replay filter is on.</summary>
    ReplayFilter,

    /// <summary>A timeout of a placement is taken as a refusal.</summary>
    TimeoutIsRefusal,

    /// <summary>A rate limit's answer to a placement is taken as a refusal.</summary>
    ThrottledIsRefusal,

    /// <summary>An error of the server is taken as a refusal.</summary>
    ServerErrorIsRefusal,

    /// <summary>A failed read is taken as "not found".</summary>
    FailedReadIsAbsence,

    /// <summary>The HTTP handler sends a placement twice when its answer is late.</summary>
    HandlerRetries,

    /// <summary>A recovering pair does not start the trackers of its unsettled orders.</summary>
    OrdersForgottenOnRestart,

    /// <summary>A tracker that failed is not started again.</summary>
    TrackerNotRestarted,

    /// <summary>A recovered tracker does not tell its pair what it knows.</summary>
    SilentRecovery,

    /// <summary>What a tracker tells its pair is told twice and taken twice.</summary>
    FillsAppliedTwice,

    /// <summary>An order is closed as soon as it is not active, whatever fills are missing, and nobody looks again.</summary>
    ClosedBeforeFills,

    /// <summary>A new incarnation does not write that it owns its stream.</summary>
    NoFence,

    /// <summary>Fills are taken from the order's cumulative size, not one by one.</summary>
    PositionFromDealSize,

    /// <summary>The client order id of a new attempt is that of the first.</summary>
    AttemptsShareId,

    /// <summary>The next intent's number is forgotten at a restart.</summary>
    IntentNumberFromMemory,

    /// <summary>An incarnation that writes nothing never asks whether it was overtaken.</summary>
    NeverAsksTheJournal,

    /// <summary>An old stop is cancelled before the new one was seen to wait.</summary>
    CancelBeforeMake,

    /// <summary>Of a stop that waits only the stream is heard, nobody asks.</summary>
    StopsOnlyByStream,

    /// <summary>Any sale without a name may be a stop's own.</summary>
    AnyNamelessChildIsOurs,

    /// <summary>Nobody looks at an order any more once it is closed.</summary>
    NoWatchAfterClose,

    /// <summary>A pair takes an execution as known when it has one with this trade id, of whatever order.</summary>
    DedupeByTradeIdAlone,

    /// <summary>A pair buys what nobody granted.</summary>
    EntryWithoutGrant,

    /// <summary>The kill switch is read from a table that lags.</summary>
    ModeFromStaleProjection,

    /// <summary>A pair that is quiet is put to sleep, and nobody wakes it.</summary>
    Passivation,

    /// <summary>A recovery ends at the last snapshot: the rows behind it are left out.</summary>
    SnapshotWithoutTail,

    /// <summary>The exchange takes requests however late they are.</summary>
    ExchangeTakesLateRequests,

    /// <summary>Seeds are cut, so that a campaign runs the same plans again and again.</summary>
    SeedsReused,

    /// <summary>Client order ids are cut, so that two intents of a pair share one.</summary>
    IntentsShareId,

    /// <summary>A take-profit rests at the exchange and freezes what the stop would sell.</summary>
    TakeProfitFreezesBase,

    /// <summary>The gateway sends whatever it is given, without a check of its own.</summary>
    GatewaySkipsCheck,

    /// <summary>The gateway does not read the kill switch anew before it sends.</summary>
    SwitchNotReadAtGateway,

    /// <summary>A pair writes an entry without asking the risk controls.</summary>
    PairAsksNoControls,

    /// <summary>The pair's controls are looser than what was configured.</summary>
    ControlsLoosened,

    /// <summary>Orders that the reconciliation finds are not taken over.</summary>
    AdoptionSkipped,

    /// <summary>A tracker that is started again does not know that its order was taken over.</summary>
    AdoptionForgotten,

    /// <summary>An execution of an order that is older than the lists counts as nobody's.</summary>
    OldOrdersUnattributed,

    /// <summary>An opening order that is taken over is not cancelled.</summary>
    GhostNotCancelled,

    /// <summary>A clock that is four seconds off is trusted.</summary>
    ClockFourSecondsOff,
}
