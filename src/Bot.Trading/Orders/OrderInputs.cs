namespace Bot.Trading.Orders;

/// <summary>Something that an order's tracker has to react to.</summary>
public abstract record OrderInput
{
    /// <summary>A new order is to be placed.</summary>
    /// <param name="Spec">What is ordered.</param>
    /// <param name="Leg">Entry or exit.</param>
    /// <param name="CorrelationId">Links the market event to everything after it.</param>
    /// <param name="DeadlineMs">Not to be authorised after this, Unix ms.</param>
    public sealed record Begin(OrderSpec Spec, IntentLeg Leg, string CorrelationId, long DeadlineMs) : OrderInput;

    /// <summary>The journal was replayed into a new incarnation.</summary>
    /// <param name="TakenOver">The exchange shows the order: it is followed whatever the journal says of its end; null otherwise.</param>
    public sealed record Recovered(Adopted? TakenOver = null) : OrderInput;

    /// <summary>The one placement request was answered, or not.</summary>
    /// <param name="Outcome">What may be concluded.</param>
    /// <param name="OrderId">The exchange's id when accepted.</param>
    /// <param name="Code">Code of a failure.</param>
    /// <param name="Message">Text of a failure.</param>
    public sealed record SubmitAnswered(SubmitOutcome Outcome, string? OrderId, string Code, string Message) : OrderInput;

    /// <summary>A query for the order was answered with an order, or with its absence.</summary>
    /// <param name="Source">Which query.</param>
    /// <param name="IssuedAtMs">When it was sent, the exchange's clock.</param>
    /// <param name="Report">The order; null when the source does not know it.</param>
    public sealed record Looked(EvidenceSource Source, long IssuedAtMs, OrderReport? Report) : OrderInput
    {
        /// <summary>
        /// Of a list that was read for a stop: sells of the pair that carry no client order id. The order that a stop places may be one
        /// of them.
        /// </summary>
        public IReadOnlyList<OrderReport> Unnamed { get; init; } = [];
    }

    /// <summary>A query for a waiting stop was answered with it, or with its absence.</summary>
    /// <param name="Source"><see cref="EvidenceSource.StopByClientOrderId"/> or <see cref="EvidenceSource.StopList"/>.</param>
    /// <param name="IssuedAtMs">When it was sent, the exchange's clock.</param>
    /// <param name="Report">The stop; null when the source does not know it.</param>
    public sealed record StopLooked(EvidenceSource Source, long IssuedAtMs, StopReport? Report) : OrderInput;

    /// <summary>The private stream said something about this stop.</summary>
    /// <param name="Update">The message.</param>
    public sealed record StopStreamed(StopUpdate Update) : OrderInput;

    /// <summary>The fills of the order (or, before its id is known, an answer whether any fill of the pair is unexplained).</summary>
    /// <param name="IssuedAtMs">When it was asked, the exchange's clock.</param>
    /// <param name="Fills">Executions of this order.</param>
    /// <param name="Unattributed">True when fills exist that belong to no known order: no proof of absence then.</param>
    public sealed record FillsRead(long IssuedAtMs, IReadOnlyList<FillReport> Fills, bool Unattributed) : OrderInput;

    /// <summary>A query failed; nothing is learned.</summary>
    /// <param name="Source">Which query.</param>
    /// <param name="Failure">What happened.</param>
    public sealed record LookFailed(EvidenceSource Source, string Failure) : OrderInput;

    /// <summary>The private stream said something about this order.</summary>
    /// <param name="Update">The message.</param>
    public sealed record Streamed(OrderUpdate Update) : OrderInput;

    /// <summary>A wake-up that was asked for by <see cref="OrderEffect.Wake"/>.</summary>
    public sealed record Woken : OrderInput;

    /// <summary>The exchange shows the order although this journal is empty or holds it as settled: it is followed, and never sent.</summary>
    /// <param name="Spec">What is ordered.</param>
    /// <param name="Leg">Entry, exit or stop.</param>
    /// <param name="CorrelationId">Links everything that belongs together.</param>
    /// <param name="OrderId">The exchange's id: of the order, or of the stop that waits.</param>
    /// <param name="Cancel">Whether it is to be cancelled.</param>
    /// <param name="Why">In words.</param>
    public sealed record Adopted(OrderSpec Spec, IntentLeg Leg, string CorrelationId, string OrderId, bool Cancel, string Why) : OrderInput;

    /// <summary>Something of the order is not recorded: it is to be looked at again, also when it is closed.</summary>
    public sealed record LookAgain : OrderInput;

    /// <summary>The order shall be cancelled.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record CancelAsked(string Reason) : OrderInput;

    /// <summary>The cancel request was answered; whatever it said, only a query tells.</summary>
    public sealed record CancelAnswered : OrderInput
    {
        /// <summary>True when the exchange named the order as cancelled.</summary>
        public bool IsConfirmed { get; init; }
    }
}

/// <summary>What an answer to a placement allows to conclude (RELIABILITY.md R6).</summary>
public enum SubmitOutcome
{
    /// <summary>The exchange has it.</summary>
    Accepted,

    /// <summary>The exchange provably does not have it and will not.</summary>
    Refused,

    /// <summary>Unknown.</summary>
    Doubt,
}

/// <summary>Something to do after the events are in the journal.</summary>
public abstract record OrderEffect
{
    /// <summary>Send the placement that the licence names, once.</summary>
    /// <param name="Spec">What is ordered.</param>
    /// <param name="SignTimeMs">The licence's time.</param>
    public sealed record Submit(OrderSpec Spec, long SignTimeMs) : OrderEffect;

    /// <summary>Send a cancel request for the order.</summary>
    public sealed record Cancel : OrderEffect;

    /// <summary>Send a cancel request for the stop that waits.</summary>
    public sealed record CancelStop : OrderEffect;

    /// <summary>Ask one source for the order.</summary>
    /// <param name="Source">Which source.</param>
    public sealed record Look(EvidenceSource Source) : OrderEffect
    {
        /// <summary>Whether the answer is expected to confirm what is known: a stop that waits. It may come after everything else.</summary>
        public bool IsRoutine { get; init; }
    }

    /// <summary>Wake the machine after a delay. A new wish replaces the old one.</summary>
    /// <param name="DelayMs">Delay, ms.</param>
    public sealed record Wake(long DelayMs) : OrderEffect;

    /// <summary>Tell the pair of an execution.</summary>
    /// <param name="Fill">The execution.</param>
    public sealed record TellFill(FillReport Fill) : OrderEffect;

    /// <summary>Tell the pair of the fee of an execution that it may know already.</summary>
    /// <param name="OrderId">The exchange's order id.</param>
    /// <param name="TradeId">The execution.</param>
    /// <param name="Fee">The fee.</param>
    /// <param name="FeeCurrency">Its currency.</param>
    public sealed record TellFee(string OrderId, long TradeId, decimal Fee, string FeeCurrency) : OrderEffect;

    /// <summary>Tell the pair that the placement is in doubt.</summary>
    public sealed record TellDoubt : OrderEffect;

    /// <summary>Tell the pair that the exchange shows the stop as waiting.</summary>
    public sealed record TellLive : OrderEffect;

    /// <summary>Tell the pair that the stop's price came.</summary>
    public sealed record TellTriggered : OrderEffect;

    /// <summary>Tell the pair that the ended order was watched for as long as a late fill can come (RELIABILITY.md R9).</summary>
    public sealed record TellWatched : OrderEffect;

    /// <summary>Tell the pair how the order ended.</summary>
    /// <param name="Outcome">How.</param>
    /// <param name="FilledSize">Filled base quantity.</param>
    /// <param name="FilledFunds">Filled quote value.</param>
    /// <param name="Code">Code of a refusal, else empty.</param>
    /// <param name="Message">Text of a refusal or reason, else empty.</param>
    public sealed record TellSettled(OrderOutcome Outcome, decimal FilledSize, decimal FilledFunds, string Code, string Message) : OrderEffect;

    /// <summary>Say something an operator must see.</summary>
    /// <param name="Message">What.</param>
    public sealed record Alert(string Message) : OrderEffect;
}

/// <summary>How an order ended for its pair.</summary>
public enum OrderOutcome
{
    /// <summary>Done at the exchange, filled wholly, partly or not at all.</summary>
    Closed,

    /// <summary>Refused by the exchange.</summary>
    Refused,

    /// <summary>Proven never to have reached the exchange.</summary>
    Absent,

    /// <summary>Expired before it was sent.</summary>
    Abandoned,

    /// <summary>Undecidable without a person.</summary>
    Quarantined,
}

/// <summary>Times and counts of the order protocol.</summary>
public sealed record OrderPolicy
{
    /// <summary>M of RELIABILITY.md R3: no read of the exchange is staler than this, ms.</summary>
    public long ReadLagMarginMs { get; init; } = 30_000;

    /// <summary>Answers needed from each source before absence is proven.</summary>
    public int AbsenceAnswers { get; init; } = 2;

    /// <summary>First pause between rounds of queries while in doubt; doubles up to <see cref="PollMs"/>.</summary>
    public long DoubtBackoffMs { get; init; } = 1_000;

    /// <summary>First poll after the acceptance; later ones double up to <see cref="PollMs"/>. The stream is usually faster.</summary>
    public long FirstPollMs { get; init; } = 1_000;

    /// <summary>Longest pause between polls of an order that is not settled, ms.</summary>
    public long PollMs { get; init; } = 10_000;

    /// <summary>The exchange forgets cancelled orders after 48 h; doubt older than this goes to a person, ms.</summary>
    public long EvidenceHorizonMs { get; init; } = 40L * 3_600_000;

    /// <summary>An ended order is watched for executions that are told late for this long, ms.</summary>
    public long WatchMs { get; init; } = 48L * 3_600_000;

    /// <summary>
    /// Longest pause between polls of a stop that was shown as waiting and that nobody wants cancelled, ms. The stream tells of its end; a
    /// poll finds what the stream has lost. With hundreds of stops it is what uses the rate budget: at 30 s, 500 stops use two fifths of it.
    /// </summary>
    public long WaitingStopPollMs { get; init; } = 30_000;

    /// <summary>Pause between looks at an ended order after the first ten minutes, ms.</summary>
    public long LaterWatchMs { get; init; } = 3_600_000;

    /// <summary>
    /// The same, with polls of waiting stops and looks at ended orders twenty times as seldom. Both only guard against what the stream
    /// has lost, and in a replay every one of them is an instant of its own at which the clock stops: 8,640 a day for each stop.
    /// </summary>
    public OrderPolicy InReplay() => this with { WaitingStopPollMs = 20 * PollMs, LaterWatchMs = 20 * LaterWatchMs };
}
