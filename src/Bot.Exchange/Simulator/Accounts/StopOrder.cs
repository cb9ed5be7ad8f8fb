using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Orders;

namespace Bot.Exchange.Simulator.Accounts;

/// <summary>Which way the price must go to set a stop order off.</summary>
internal enum StopKind
{
    /// <summary>To the stop price or below it.</summary>
    Loss,

    /// <summary>To the stop price or above it.</summary>
    Entry,
}

/// <summary>Where a stop order is in its life.</summary>
internal enum StopPhase
{
    /// <summary>It waits for the price.</summary>
    Waiting,

    /// <summary>The price has come; the order is placed before the instant is over.</summary>
    Due,

    /// <summary>Its order was placed, or refused.</summary>
    Triggered,

    /// <summary>Its owner took it back.</summary>
    Cancelled,
}

/// <summary>An order that is placed when the market trades at a price. It freezes nothing and is in no book.</summary>
internal sealed class StopOrder
{
    /// <summary>The owner.</summary>
    public required Account Account { get; init; }

    /// <summary>The pair.</summary>
    public required PairMarket Pair { get; init; }

    /// <summary>What is ordered when the price comes.</summary>
    public required OrderRequest Request { get; init; }

    /// <summary>The exchange's id of the stop order; the order that comes of it has another.</summary>
    public required string StopId { get; init; }

    /// <summary>Which way the price must go.</summary>
    public required StopKind Kind { get; init; }

    /// <summary>The price that sets it off, quote per base.</summary>
    public required decimal StopPrice { get; init; }

    /// <summary>Its own chance, which also says who goes first of those that one price sets off.</summary>
    public required ulong Chance { get; init; }

    /// <summary>Market time of the acceptance, Unix ms.</summary>
    public required long CreatedAtMs { get; init; }

    /// <summary>Wall time at which the request arrived, Unix microseconds.</summary>
    public required long ReceivedWallUs { get; init; }

    /// <summary>The OCO order that it is a leg of; null when it stands alone.</summary>
    public OcoOrder? Oco { get; set; }

    /// <summary>Where it is in its life.</summary>
    public StopPhase Phase { get; set; }

    /// <summary>When its order was placed or refused, Unix ms; null before.</summary>
    public long? TriggeredAtMs { get; set; }

    /// <summary>The exchange's id of the order that came of it; null before, and when that was refused.</summary>
    public string? ChildId { get; set; }

    /// <summary>Why its order was refused; null when it was not.</summary>
    public string? Refusal { get; set; }

    /// <summary>When it stopped waiting because its owner took it back, Unix ms; null when he did not.</summary>
    public long? CancelledAtMs { get; set; }

    /// <summary>What it is named by, whenever it comes.</summary>
    public string Name => StopDesk.NameOf(Request, Kind, StopPrice);

    /// <summary>True when a trade at the price sets it off.</summary>
    public bool IsMetBy(decimal price) => Kind == StopKind.Loss ? price <= StopPrice : price >= StopPrice;
}

/// <summary>The stop orders of one account.</summary>
internal sealed class StopBook
{
    private readonly Dictionary<string, StopOrder> _byId = [];
    private readonly List<StopOrder> _waiting = [];
    private readonly List<StopOrder> _all = [];
    private readonly List<OcoOrder> _ocos = [];

    /// <summary>Those that wait for their price, oldest first.</summary>
    public IReadOnlyList<StopOrder> Waiting => _waiting;

    /// <summary>Every one that was ever taken, oldest first.</summary>
    public IReadOnlyList<StopOrder> All => _all;

    /// <summary>OCO orders, oldest first.</summary>
    public IReadOnlyList<OcoOrder> Ocos => _ocos;

    /// <summary>Takes a new OCO order in, whose legs are in already.</summary>
    public void Add(OcoOrder oco) => _ocos.Add(oco);

    /// <summary>True when an id is taken.</summary>
    public bool Knows(string stopId) => _byId.ContainsKey(stopId);

    /// <summary>A stop order that waits or was set off; null for one that was taken back.</summary>
    public StopOrder? Find(string stopId) =>
        _byId.GetValueOrDefault(stopId) is { Phase: not StopPhase.Cancelled } stop ? stop : null;

    /// <summary>Takes a new one in.</summary>
    public void Add(StopOrder stop)
    {
        _byId.Add(stop.StopId, stop);
        _all.Add(stop);
        _waiting.Add(stop);
    }

    /// <summary>One waits no longer.</summary>
    public void Leave(StopOrder stop) => _waiting.Remove(stop);
}

/// <summary>Two stop orders of which one cancels the other: a limit order beyond the market, and a stop behind it.</summary>
/// <param name="OrderId">The exchange's id of the pair of them.</param>
/// <param name="Request">What is ordered, at the price of the limit leg.</param>
/// <param name="Limit">The leg that takes the profit.</param>
/// <param name="Stop">The leg that stops the loss.</param>
internal sealed record OcoOrder(string OrderId, OrderRequest Request, StopOrder Limit, StopOrder Stop)
{
    /// <summary>True while both legs wait.</summary>
    public bool IsNew => Limit.Phase == StopPhase.Waiting && Stop.Phase == StopPhase.Waiting;

    /// <summary>Its state in the exchange's words.</summary>
    public string Status => IsNew ? "NEW" : Legs.All(l => l.Phase == StopPhase.Cancelled) ? "CANCELLED" : "TRIGGERED";

    /// <summary>Both legs.</summary>
    public IReadOnlyList<StopOrder> Legs => [Limit, Stop];

    /// <summary>The other leg.</summary>
    public StopOrder Other(StopOrder leg) => leg == Limit ? Stop : Limit;
}
