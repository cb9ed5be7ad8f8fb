using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;

namespace Bot.Trading.Checking;

/// <summary>
/// The invariants of RELIABILITY.md as code, over evidence alone. It is independent of the machines' decisions: it folds what was written
/// and compares it with what the exchange has. Later work adds invariants here; every user of the checker gets them.
/// </summary>
/// <remarks>
/// Journal rows are folded as they come, so that the simulation can watch a run while it goes; everything else is compared at the end.
/// Amounts are compared when the deployment is at rest: an order that the exchange has and the journal has not finished yet is reported
/// as unsettled, not compared. One checker serves many runs: <see cref="Reset"/> begins the next.
/// </remarks>
public sealed partial class InvariantChecker
{
    private static readonly string[] Always =
        ["I16", "I17", "I18", "I23", "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I10", "I11", "I12", "I13", "I15", "I19", "I20", "I21"];

    private readonly CheckerSettings _settings;
    private readonly List<Violation> _violations = [];
    private readonly Dictionary<string, CheckedStream> _streams = new(StringComparer.Ordinal);
    private readonly List<CheckedOrder> _orders = [];
    private readonly Dictionary<string, CheckedOrder> _byClientOrderId = new(StringComparer.Ordinal);
    private readonly List<CheckedPair> _pairs = [];
    private readonly List<CheckedPortfolio> _portfolios = [];
    private readonly List<VenueOrder> _venueOrders = [];
    private readonly List<VenueFill> _venueFills = [];
    private readonly List<VenueStop> _venueStops = [];
    private readonly Dictionary<string, string> _children = new(StringComparer.Ordinal);
    private ReadTables? _read;
    private int _rows;

    /// <summary>A checker before its first row.</summary>
    public InvariantChecker(CheckerSettings settings) => _settings = settings;

    /// <summary>What does not hold so far.</summary>
    public IReadOnlyList<Violation> Violations => _violations;

    /// <summary>Checks everything that the evidence allows.</summary>
    public static CheckReport Check(Evidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var checker = new InvariantChecker(evidence.ToSettings());
        foreach (var row in evidence.Journal.OrderBy(r => r.PersistenceId, StringComparer.Ordinal).ThenBy(r => r.Sequence))
            checker.Append(row.PersistenceId, row.Sequence, row.Event, row.LinkHolds, row.CommittedUs);
        var report = checker.Finish(evidence.Orders, evidence.Stops, evidence.Fills, evidence.Balances, evidence.Read);

        // Read stream after stream, the rows do not say what two of them held at one instant: only who appends them in time is told of I15.
        return report with { Checked = [.. report.Checked.Where(name => name != "I15")] };
    }

    /// <summary>Forgets everything: the next run begins.</summary>
    public void Reset()
    {
        _violations.Clear();
        _streams.Clear();
        _orders.Clear();
        _byClientOrderId.Clear();
        _pairs.Clear();
        _portfolios.Clear();
        _venueOrders.Clear();
        _venueStops.Clear();
        _children.Clear();
        _venueFills.Clear();
        _read = null;
        _rows = 0;
        ResetExposure();
    }

    /// <summary>Takes the next row of a stream in.</summary>
    /// <param name="persistenceId">The stream.</param>
    /// <param name="sequence">The row's number.</param>
    /// <param name="e">The event.</param>
    /// <param name="linkHolds">Whether the row's link fits the row before it.</param>
    /// <param name="committedUs">When it was committed, Unix microseconds; null when not known.</param>
    public void Append(string persistenceId, long sequence, object e, bool linkHolds, long? committedUs)
    {
        _rows++;
        var stream = StreamOf(persistenceId);
        if (stream is null)
            return;
        Contiguous(stream, sequence, linkHolds);
        if (EpochOf(e) is { } epoch)
            OwnerEpoch(stream, epoch);
        try
        {
            switch (stream)
            {
                case CheckedOrder order:
                    Fold(order, (OrderEvent)e, committedUs);
                    break;
                case CheckedPair pair:
                    Fold(pair, (PairEvent)e, committedUs);
                    break;
                case CheckedPortfolio portfolio:
                    Fold(portfolio, (PortfolioEvent)e, committedUs);
                    break;
            }
        }
        catch (Exception fault) when (IsFault(fault))
        {
            // A history that cannot even be folded is the strongest violation there is. It must not hide what the other streams show.
            if (!stream.IsBroken)
                Violate(stream is CheckedOrder && fault is InvalidOperationException ? "I23" : "I17", stream.Id, $"row {stream.Rows} cannot be folded: {fault.Message}");
            stream.IsBroken = true;
        }
    }

    /// <summary>Compares what was folded with the exchange's books and the read tables.</summary>
    /// <param name="orders">Every order of the account that the exchange ever had.</param>
    /// <param name="stops">Every stop of the account that the exchange ever held.</param>
    /// <param name="fills">Every execution of the account.</param>
    /// <param name="balances">Balances of the account.</param>
    /// <param name="read">The read tables; null when they are not checked.</param>
    public CheckReport Finish(
        IReadOnlyList<VenueOrder> orders,
        IReadOnlyList<VenueStop> stops,
        IReadOnlyList<VenueFill> fills,
        IReadOnlyList<VenueBalance> balances,
        ReadTables? read)
    {
        ArgumentNullException.ThrowIfNull(orders);
        ArgumentNullException.ThrowIfNull(stops);
        ArgumentNullException.ThrowIfNull(fills);
        ArgumentNullException.ThrowIfNull(balances);
        TakeVenue(orders, stops, fills);
        _read = read;
        StopsAtTheExchange();
        OrdersAtTheExchange();
        OneEffectiveAttempt();
        KillSwitch();
        OrdersOfTheJournal();
        FillBijection();
        Conservation(balances);
        foreach (var pair in _pairs)
        {
            if (pair.IsBroken)
                continue;
            Protected(pair, "now");
            FoldIsPosition(pair);
        }
        if (read is not null)
            Projection(read);
        return new CheckReport(
            read is null ? Always : [.. Always, "I22"], _rows, _venueOrders.Count, _venueFills.Count, [.. _violations]);
    }

    /// <summary>What evidence does that contradicts itself: an illegal event, a key twice, a key that is missing, an event in a foreign stream.</summary>
    private static bool IsFault(Exception e) => e is InvalidOperationException or ArgumentException or KeyNotFoundException or InvalidCastException;

    private void Violate(string invariant, string subject, string what) => _violations.Add(new Violation(invariant, subject, what));

    private bool IsOwn(string clientOrderId) => ClientOrderId.TryParse(clientOrderId, out var id) && id.Deployment == _settings.Deployment;

    private CheckedOrder? Order(string clientOrderId) => _byClientOrderId.GetValueOrDefault(clientOrderId);

    private CheckedStream? StreamOf(string id)
    {
        if (_streams.TryGetValue(id, out var known))
            return known;
        CheckedStream? stream = null;
        if (id.StartsWith("order-", StringComparison.Ordinal))
        {
            var order = new CheckedOrder(id, id["order-".Length..]);
            _orders.Add(order);
            _byClientOrderId.Add(order.ClientOrderId, order);
            stream = order;
        }
        else if (id.StartsWith("pair-", StringComparison.Ordinal))
        {
            var pair = new CheckedPair(id, id["pair-".Length..]);
            _pairs.Add(pair);
            stream = pair;
        }
        else if (id.StartsWith("portfolio-", StringComparison.Ordinal))
        {
            var portfolio = new CheckedPortfolio(id);
            _portfolios.Add(portfolio);
            stream = portfolio;
        }
        if (stream is not null)
            _streams.Add(id, stream);
        return stream;
    }
}
