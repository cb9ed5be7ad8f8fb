namespace Bot.Trading.Orders;

/// <summary>What a decision about an order may look at besides its state and input.</summary>
/// <param name="NowMs">The exchange's clock as estimated by this node, Unix ms.</param>
/// <param name="Policy">Times and counts.</param>
/// <param name="Node">The node's address, for the record of ownership.</param>
/// <param name="Replayed">Events replayed into this incarnation.</param>
/// <param name="StateHash">Hash of the state after the replay.</param>
/// <param name="Pin">Fixes a request: from specification and time to end of validity and body hash. Pure.</param>
public sealed record OrderContext(
    long NowMs, OrderPolicy Policy, string Node, long Replayed, string StateHash, Func<OrderSpec, long, (long ValidUntilMs, string BodyHash)> Pin)
{
    /// <summary>The exchange's clock as estimated by this node, Unix ms. An interpreter that asks often sets it anew instead of making a new context.</summary>
    public long NowMs { get; set; } = NowMs;
}

/// <summary>What an incarnation remembers and may forget: evidence and pauses. Never decides whether something was sent.</summary>
public sealed class OrderMemory
{
    /// <summary>Answers that did not show the order and count as proof.</summary>
    public List<AbsenceEvidence> Absence { get; } = [];

    /// <summary>The exchange's last word on a finished order whose fills are not complete here yet.</summary>
    public OrderReport? Final { get; set; }

    /// <summary>Pause before the next poll or round, ms; 0 before the first.</summary>
    public long PauseMs { get; set; }

    /// <summary>Since when a sale without a name might be claimed and is left to another stop, Unix ms; 0 before.</summary>
    public long UnclaimedSinceMs { get; set; }

    /// <summary>Since when the exchange counts fewer executions than are recorded here, Unix ms; 0 while it does not.</summary>
    public long ContradictedSinceMs { get; set; }

    /// <summary>Whether an operator was told that a finished order does not add up.</summary>
    public bool IsOddSaid { get; set; }

    /// <summary>
    /// From when on the stop was certainly not waiting any more, Unix ms: it had triggered, or an answer that counts did not show it. 0
    /// while it waits.
    /// </summary>
    public long GoneSinceMs { get; set; }

    /// <summary>When the exchange says that the stop's price came, Unix ms; 0 while it is not told.</summary>
    public long TriggeredAtMs { get; set; }

    /// <summary>Which stop of the pair has claimed which order as the one that it placed; shared by the pair's trackers.</summary>
    public StopChildren Children { get; init; } = new();

    /// <summary>Why the exchange placed no order at the trigger; null when it did, or has not told.</summary>
    public string? TriggerError { get; set; }

    /// <summary>When the exchange had named the order as cancelled, Unix ms; 0 while it has not.</summary>
    public long CancelConfirmedAtMs { get; set; }

    /// <summary>Whether the pair was told that the stop waits.</summary>
    public bool IsLiveTold { get; set; }

    /// <summary>Whether the pair was told that the stop is missing.</summary>
    public bool IsMissTold { get; set; }

    /// <summary>Whether the pair was told that the watch is over.</summary>
    public bool IsWatchTold { get; set; }
}
