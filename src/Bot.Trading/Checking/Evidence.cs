using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Risk;
using Bot.Trading.Risk.Controls;

namespace Bot.Trading.Checking;

/// <summary>A row of a journal, as the checker sees it.</summary>
/// <param name="PersistenceId">The stream.</param>
/// <param name="Sequence">Place in the stream.</param>
/// <param name="Event">The event.</param>
/// <param name="LinkHolds">Whether the row's link fits the row before it.</param>
/// <param name="CommittedUs">When the row's transaction was committed, by the database's clock, Unix microseconds; null when not known.</param>
public sealed record JournaledEvent(string PersistenceId, long Sequence, object Event, bool LinkHolds, long? CommittedUs);

/// <summary>An order in the exchange's own books.</summary>
/// <param name="ClientOrderId">The id that it was placed with, empty when none was.</param>
/// <param name="OrderId">The exchange's id.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="Size">Ordered base quantity; null for a market order by funds.</param>
/// <param name="DealSize">Filled base quantity.</param>
/// <param name="CancelledSize">Cancelled base quantity.</param>
/// <param name="IsActive">Whether it can still fill.</param>
/// <param name="CreatedAtMs">The exchange's clock at acceptance, Unix ms.</param>
/// <param name="ReceivedUs">Wall clock when the request arrived, Unix microseconds; null when not known.</param>
public sealed record VenueOrder(
    string ClientOrderId, string OrderId, string Symbol, decimal? Size, decimal DealSize, decimal CancelledSize, bool IsActive, long CreatedAtMs, long? ReceivedUs);

/// <summary>Where a stop order that the exchange holds is in its life.</summary>
public enum VenueStopPhase
{
    /// <summary>It waits for its price.</summary>
    Waiting,

    /// <summary>Its price has come; its order is not placed yet.</summary>
    Due,

    /// <summary>Its order was placed, or refused.</summary>
    Triggered,

    /// <summary>It was cancelled before its price came.</summary>
    Cancelled,
}

/// <summary>A stop order in the exchange's own books. It is in no list of orders; the order that comes of it is one of its own.</summary>
/// <param name="ClientOrderId">The id that it was placed with, empty when none was.</param>
/// <param name="StopId">The exchange's id of the stop order.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="IsBuy">Direction of the order that comes of it.</param>
/// <param name="Size">Ordered base quantity; null for an order by funds.</param>
/// <param name="StopPrice">The price that sets it off, quote per base.</param>
/// <param name="Phase">Where it is.</param>
/// <param name="CreatedAtMs">The exchange's clock at acceptance, Unix ms.</param>
/// <param name="EndedAtMs">The exchange's clock when it was triggered or cancelled, Unix ms; null while it waits.</param>
/// <param name="ChildOrderId">The exchange's id of the order that came of it, which may carry the same client order id or none; null before, and when
/// that was refused.</param>
/// <param name="ReceivedUs">Wall clock when the placement arrived, Unix microseconds; null when not known.</param>
public sealed record VenueStop(
    string ClientOrderId, string StopId, string Symbol, bool IsBuy, decimal? Size, decimal StopPrice, VenueStopPhase Phase, long CreatedAtMs,
    long? EndedAtMs, string? ChildOrderId, long? ReceivedUs);

/// <summary>An execution in the exchange's own books.</summary>
/// <param name="ClientOrderId">The order's client id, empty when it has none.</param>
/// <param name="OrderId">The exchange's order id.</param>
/// <param name="TradeId">The trade.</param>
/// <param name="Symbol">The pair.</param>
/// <param name="IsBuy">Direction.</param>
/// <param name="Price">Quote per base.</param>
/// <param name="Size">Base quantity.</param>
/// <param name="Fee">Fee.</param>
/// <param name="FeeCurrency">Its currency.</param>
public sealed record VenueFill(
    string ClientOrderId, string OrderId, long TradeId, string Symbol, bool IsBuy, decimal Price, decimal Size, decimal Fee, string FeeCurrency);

/// <summary>A balance in the exchange's own books.</summary>
/// <param name="Currency">The currency.</param>
/// <param name="Initial">What the account began with.</param>
/// <param name="Total">What it has.</param>
public sealed record VenueBalance(string Currency, decimal Initial, decimal Total);

/// <summary>A row of the table of orders.</summary>
/// <param name="ClientOrderId">The order.</param>
/// <param name="Status">Its status word.</param>
/// <param name="FilledQuantity">Filled base quantity.</param>
public sealed record ReadOrder(string ClientOrderId, string Status, decimal FilledQuantity);

/// <summary>A row of the table of fills.</summary>
/// <param name="OrderId">The exchange's order id.</param>
/// <param name="TradeId">The trade.</param>
/// <param name="Price">Quote per base.</param>
/// <param name="Size">Base quantity.</param>
/// <param name="Fee">Fee; null while unknown.</param>
public sealed record ReadFill(string OrderId, long TradeId, decimal Price, decimal Size, decimal? Fee);

/// <summary>A row of the table of positions.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="Quantity">Held base quantity.</param>
/// <param name="IsProtected">What the table says about protection.</param>
public sealed record ReadPosition(string Symbol, decimal Quantity, bool IsProtected);

/// <summary>Everything that the checker looks at: journal, exchange, read tables. It never asks the bot.</summary>
public sealed record Evidence
{
    /// <summary>Six characters that name the deployment: tells own orders from foreign ones.</summary>
    public required string Deployment { get; init; }

    /// <summary>Every row of every stream.</summary>
    public required IReadOnlyList<JournaledEvent> Journal { get; init; }

    /// <summary>Every order of the account that the exchange ever had.</summary>
    public required IReadOnlyList<VenueOrder> Orders { get; init; }

    /// <summary>Every stop order of the account that the exchange ever held.</summary>
    public IReadOnlyList<VenueStop> Stops { get; init; } = [];

    /// <summary>Every execution of the account.</summary>
    public required IReadOnlyList<VenueFill> Fills { get; init; }

    /// <summary>Balances of the account.</summary>
    public required IReadOnlyList<VenueBalance> Balances { get; init; }

    /// <summary>The read tables; null when they are not checked.</summary>
    public ReadTables? Read { get; init; }

    /// <summary>Hash of a pair's state, as incarnations write it.</summary>
    public required Func<PairState, string> HashPair { get; init; }

    /// <summary>Hash of an order's state, as incarnations write it.</summary>
    public required Func<OrderState, string> HashOrder { get; init; }

    /// <summary>Hash of the portfolio's state, as incarnations write it.</summary>
    public required Func<PortfolioState, string> HashPortfolio { get; init; }

    /// <summary>M of RELIABILITY.md R3: evidence of absence counts from this long after the licence's end, ms.</summary>
    public long ReadLagMarginMs { get; init; } = 30_000;

    /// <summary>How far the exchange's clock and the node's estimate may differ, ms.</summary>
    public long ClockErrorMs { get; init; } = 1_000;

    /// <summary>What a check needs to know besides the evidence.</summary>
    public CheckerSettings ToSettings() => new()
    {
        Deployment = Deployment,
        HashPair = HashPair,
        HashOrder = HashOrder,
        HashPortfolio = HashPortfolio,
        ReadLagMarginMs = ReadLagMarginMs,
        ClockErrorMs = ClockErrorMs,
    };
}

/// <summary>What the checker needs to know besides the evidence itself.</summary>
public sealed record CheckerSettings
{
    /// <summary>Six characters that name the deployment: tells own orders from foreign ones.</summary>
    public required string Deployment { get; init; }

    /// <summary>Hash of a pair's state, as incarnations write it.</summary>
    public required Func<PairState, string> HashPair { get; init; }

    /// <summary>Hash of an order's state, as incarnations write it.</summary>
    public required Func<OrderState, string> HashOrder { get; init; }

    /// <summary>Hash of the portfolio's state, as incarnations write it.</summary>
    public required Func<PortfolioState, string> HashPortfolio { get; init; }

    /// <summary>M of RELIABILITY.md R3: evidence of absence counts from this long after the licence's end, ms.</summary>
    public long ReadLagMarginMs { get; init; } = 30_000;

    /// <summary>How far the exchange's clock and the node's estimate may differ, ms.</summary>
    public long ClockErrorMs { get; init; } = 1_000;

    /// <summary>Parameters of the pre-trade check, to compute it again (I21); null where they are not known.</summary>
    public ControlSettings? Controls { get; init; }

    /// <summary>Limits of the account, for the same.</summary>
    public RiskLimits Limits { get; init; } = new();

    /// <summary>So many orders and stops may work on a pair at once (I24).</summary>
    public int MostWorking { get; init; } = 200;

    /// <summary>The exchange's rules, for what was ordered (I24); null where they are not known.</summary>
    public SymbolRules? Rules { get; init; }
}

/// <summary>The read tables as the checker sees them.</summary>
/// <param name="Orders">Orders.</param>
/// <param name="Fills">Fills.</param>
/// <param name="Positions">Positions.</param>
public sealed record ReadTables(IReadOnlyList<ReadOrder> Orders, IReadOnlyList<ReadFill> Fills, IReadOnlyList<ReadPosition> Positions);

/// <summary>An invariant that does not hold.</summary>
/// <param name="Invariant">Its number in RELIABILITY.md, for example <c>I12</c>.</param>
/// <param name="Subject">What it is about: an order, a pair, a stream, a currency.</param>
/// <param name="What">What was found.</param>
public sealed record Violation(string Invariant, string Subject, string What);

/// <summary>What a check looked at and found.</summary>
/// <param name="Checked">The invariants that were checked.</param>
/// <param name="JournalRows">Rows of the journal.</param>
/// <param name="Orders">Own orders at the exchange.</param>
/// <param name="Fills">Own executions at the exchange.</param>
/// <param name="Violations">What does not hold; empty is good.</param>
public sealed record CheckReport(IReadOnlyList<string> Checked, int JournalRows, int Orders, int Fills, IReadOnlyList<Violation> Violations);
