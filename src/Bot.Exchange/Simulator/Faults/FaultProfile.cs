namespace Bot.Exchange.Simulator.Faults;

/// <summary>What can go wrong with a request.</summary>
internal enum FaultKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Refused unseen: the pool is used up, and its headers say so.</summary>
    Limit,

    /// <summary>Refused unseen: the server has too much to do. No headers.</summary>
    Overload,

    /// <summary>Refused unseen: 503 in the exchange's form.</summary>
    Unavailable,

    /// <summary>Refused unseen by what stands before the exchange: 502 with a page.</summary>
    Page,

    /// <summary>Done, and answered with 500 as if it had failed.</summary>
    FailAfter,

    /// <summary>Done, and answered by what stands before the exchange: 504 with a page.</summary>
    PageAfter,

    /// <summary>Done, and not answered before any client has given up.</summary>
    Silence,

    /// <summary>Done, and answered seconds later.</summary>
    Late,

    /// <summary>Done, and answered a moment later, not always the same one.</summary>
    Latency,

    /// <summary>No request's fault: an event of an order is pushed twice.</summary>
    Duplicate,

    /// <summary>No request's fault: the account's push connections end behind an event of an order.</summary>
    Drop,

    /// <summary>No request's fault: a private push is seconds late.</summary>
    LatePush,

    /// <summary>No request's fault: a connection misses a change of a book.</summary>
    Gap,

    /// <summary>An answer about orders and fills is behind the pushes.</summary>
    Lag,

    /// <summary>A request is judged by a clock that is wrong.</summary>
    Skew,

    /// <summary>An order of a pair that is halted.</summary>
    Halt,

    /// <summary>An order of a pair that is no longer listed.</summary>
    Delisting,

    /// <summary>A pair is told of without its least order value.</summary>
    NoMinFunds,

    /// <summary>A fee is paid in the exchange's own coin.</summary>
    KcsFee,

    /// <summary>An order is taken that would be paid for resting.</summary>
    Rebate,

    /// <summary>An order is taken that fills in dust.</summary>
    Dust,

    /// <summary>A stop order is refused: too small, the pair halted, or cancels only.</summary>
    StopRefused,

    /// <summary>A stop order's price has come, and its order is placed seconds later.</summary>
    StopLag,

    /// <summary>The market leaps through a stop order's price: its order finds a book far behind it.</summary>
    StopGap,

    /// <summary>A stop order's price has come, and there is no money for its order.</summary>
    StopFunds,

    /// <summary>The order of a stop order fills in part; the price protection cancels the rest.</summary>
    StopPartial,
}

/// <summary>How often a fault befalls a request.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="PerMille">How many requests of a thousand.</param>
/// <param name="Where">Text that the request's path must begin with.</param>
/// <param name="Method">The request's method; null for any.</param>
internal sealed record FaultShare(FaultKind Kind, int PerMille, string Where = "/", string? Method = null);

/// <summary>A named mixture of faults.</summary>
/// <param name="Name">What it is switched on by.</param>
/// <param name="Shares">Faults of requests.</param>
internal sealed record FaultProfile(string Name, params FaultShare[] Shares)
{
    private const string Orders = "/api/v1/hf/orders";
    private const string Tokens = "/api/v1/bullet-";

    /// <summary>How many order events of a thousand are pushed twice.</summary>
    public int DuplicatesPerMille { get; init; }

    /// <summary>Behind how many order events of a thousand the account's push connections end.</summary>
    public int DropsPerMille { get; init; }

    /// <summary>How many private pushes of a thousand are seconds late. What follows one waits behind it.</summary>
    public int LatePushesPerMille { get; init; }

    /// <summary>How many changes of a book of a thousand a connection misses although it reads fast.</summary>
    public int GapsPerMille { get; init; }

    /// <summary>The answers about orders and fills are seconds behind the pushes.</summary>
    public bool Lags { get; init; }

    /// <summary>The server's clock is wrong.</summary>
    public bool Skews { get; init; }

    /// <summary>A pair is halted.</summary>
    public bool HaltsPair { get; init; }

    /// <summary>A pair is no longer listed.</summary>
    public bool DelistsPair { get; init; }

    /// <summary>No pair tells its least order value.</summary>
    public bool HidesMinFunds { get; init; }

    /// <summary>Fees are paid in KCS, as far as the account has some.</summary>
    public bool FeesInKcs { get; init; }

    /// <summary>Fee for resting liquidity instead of the account's own; null for that.</summary>
    public decimal? MakerFeeRate { get; init; }

    /// <summary>Every second execution of an order is of a single lot.</summary>
    public bool FillsInDust { get; init; }

    /// <summary>What may befall a stop order, each as likely as the others.</summary>
    public IReadOnlyList<FaultKind> StopFaults { get; init; } = [];

    /// <summary>How many stop orders of a thousand one of <see cref="StopFaults"/> befalls.</summary>
    public int StopsPerMille { get; init; } = 1000;

    /// <summary>Every profile: the mixtures first, then each fault alone.</summary>
    public static readonly IReadOnlyList<FaultProfile> All =
    [
        new("calm"),
        new(
            "flaky",
            new(FaultKind.Unavailable, 10),
            new(FaultKind.Overload, 10),
            new(FaultKind.Page, 10),
            new(FaultKind.Late, 20),
            new(FaultKind.FailAfter, 20, Orders),
            new(FaultKind.Silence, 10, Orders))
        {
            DuplicatesPerMille = 10,
            DropsPerMille = 1,
        },
        new("outage", new FaultShare(FaultKind.Unavailable, 1000)),
        new(
            "hostile",
            new(FaultKind.Unavailable, 40),
            new(FaultKind.Overload, 40),
            new(FaultKind.Limit, 20),
            new(FaultKind.Page, 40),
            new(FaultKind.Late, 80),
            new(FaultKind.FailAfter, 100, Orders),
            new(FaultKind.PageAfter, 50, Orders),
            new(FaultKind.Silence, 50, Orders),
            new(FaultKind.Unavailable, 300, Tokens))
        {
            DuplicatesPerMille = 200,
            DropsPerMille = 10,
        },
        new("limit", new FaultShare(FaultKind.Limit, 500)),
        new("overload", new FaultShare(FaultKind.Overload, 500)),
        new("page", new FaultShare(FaultKind.Page, 500)),
        new("late", new FaultShare(FaultKind.Late, 1000)),
        new("fail-after", new FaultShare(FaultKind.FailAfter, 1000, Orders)),
        new("page-after", new FaultShare(FaultKind.PageAfter, 1000, Orders)),
        new("silence", new FaultShare(FaultKind.Silence, 1000, Orders)),
        // Every placement is done and none is answered; who listens hears of only some.
        new("timeouts", new FaultShare(FaultKind.Silence, 1000, Orders, "POST")) { DropsPerMille = 300 },
        new("tokens", new FaultShare(FaultKind.Unavailable, 1000, Tokens)) { DropsPerMille = 1000 },
        new("duplicates") { DuplicatesPerMille = 1000 },
        new("drops") { DropsPerMille = 200 },
        new("latency", new FaultShare(FaultKind.Latency, 1000)),
        new("late-push") { LatePushesPerMille = 300 },
        new("lagging") { Lags = true },
        new("gaps") { GapsPerMille = 200 },
        new("skew") { Skews = true },
        new("halted") { HaltsPair = true },
        new("delisted") { DelistsPair = true },
        new("no-min-funds") { HidesMinFunds = true },
        new("kcs-fees") { FeesInKcs = true },
        new("rebate") { MakerFeeRate = -0.0001m },
        new("dust") { FillsInDust = true },
        new("stop-refused") { StopFaults = [FaultKind.StopRefused] },
        new("stop-lag") { StopFaults = [FaultKind.StopLag] },
        new("stop-gap") { StopFaults = [FaultKind.StopGap] },
        new("stop-funds") { StopFaults = [FaultKind.StopFunds] },
        new("stop-partial") { StopFaults = [FaultKind.StopPartial] },
        new("stop-any")
        {
            StopFaults = [FaultKind.StopRefused, FaultKind.StopLag, FaultKind.StopGap, FaultKind.StopFunds, FaultKind.StopPartial],
            StopsPerMille = 700,
        },
    ];

    /// <summary>A profile by its name; null when there is none.</summary>
    public static FaultProfile? Find(string name) => All.FirstOrDefault(p => p.Name == name);
}
