using System.Text.Json;
using Bot.Trading.Checking;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Positions;

namespace Bot.Trading.Tests.Checking;

/// <summary>
/// The evidence of a small run in which everything is right and every kind of ending occurs once: an entry filled in two parts, an exit
/// whose first attempt proved absent, entries refused and absent with their second attempts, two incarnations of everything. A test
/// changes one thing.
/// </summary>
internal sealed class SmallRun
{
    /// <summary>An incarnation with this hash recovered what the rows before it make.</summary>
    public const string Right = "";

    public const string Pair = "pair-ABC-USDT";
    public const string Portfolio = "portfolio-abcdef";
    public const string Filled = "b1-abcdef-7-1-E1";
    public const string ExitAbsent = "b1-abcdef-7-2-X1";
    public const string ExitFilled = "b1-abcdef-7-2-X2";
    public const string EntryAbsent = "b1-abcdef-7-3-E1";
    public const string Cancelled = "b1-abcdef-7-3-E2";
    public const string Refused = "b1-abcdef-7-4-E1";
    public const string AfterRefusal = "b1-abcdef-7-4-E2";

    /// <summary>Length of a licence, ms.</summary>
    public const long Window = 3_000;

    private static readonly Symbol Abc = Symbol.Parse("ABC-USDT");

    private long _nowMs = 1_000_000;

    public SmallRun()
    {
        Streams[Portfolio] = [new PortfolioOpened(_nowMs, "USDT", 10_000), new PortfolioOwned(_nowMs, 1, "node-1", 1, "first")];
        Streams[Pair] = [new PairOwned(_nowMs, 1, "node-1", 0, Right), new PairStarted(_nowMs, Abc, 7, "ABC", "USDT", "ema-cross", "low")];

        // The first fill comes by the stream without its fee, the second by a query with it.
        FillReport early = new(Abc, "x1", 1, Side.Buy, 100, 4, null, null, null, _nowMs), rest = Fill("x1", 2, Side.Buy, 100, 6, 0.6m);
        Intend(Filled, Side.Buy, 10);
        Order(Filled, new OrderAcknowledged(_nowMs, "x1"), new FillRecorded(_nowMs, early, EvidenceSource.Stream, false),
            new FillRecorded(_nowMs, rest, EvidenceSource.Fills, false), new FeeRecorded(_nowMs, 1, 0.4m, "USDT", false), new OrderEnded(_nowMs, 10, 1_000, 0), new OrderClosed(_nowMs, 10, 1_000));
        Streams[Pair].AddRange(
            [new FillApplied(_nowMs, Filled, early), new ProtectionPlanned(_nowMs, 4, new Protection(90, null, null, 100), "fill"), new FillApplied(_nowMs, Filled, rest),
            new FeeApplied(_nowMs, Filled, "x1", 1, 0.4m, "USDT")]);
        Settle(Filled, OrderOutcome.Closed, 10, 1_000);
        Venue(Filled, "x1", 10, 10, 0);
        Fills.AddRange([new VenueFill(Filled, "x1", 1, "ABC-USDT", true, 100, 4, 0.4m, "USDT"), new VenueFill(Filled, "x1", 2, "ABC-USDT", true, 100, 6, 0.6m, "USDT")]);
        Streams[Pair].Add(new PairOwned(_nowMs, 2, "node-2", 9, Right));

        Intend(ExitAbsent, Side.Sell, 4);
        Absent(ExitAbsent);
        var sold = Fill("x2", 3, Side.Sell, 110, 4, 0.44m);
        Intend(ExitFilled, Side.Sell, 4);
        Order(ExitFilled, new OrderAcknowledged(_nowMs, "x2"), new FillRecorded(_nowMs, sold, EvidenceSource.Fills, false), new OrderEnded(_nowMs, 4, 440, 0), new OrderClosed(_nowMs, 4, 440));
        Streams[Pair].Add(new FillApplied(_nowMs, ExitFilled, sold));
        Settle(ExitFilled, OrderOutcome.Closed, 4, 440);
        Venue(ExitFilled, "x2", 4, 4, 0);
        Fills.Add(new VenueFill(ExitFilled, "x2", 3, "ABC-USDT", false, 110, 4, 0.44m, "USDT"));

        Intend(EntryAbsent, Side.Buy, 5);
        Absent(EntryAbsent);
        Unfilled(Cancelled, "x3");

        Intend(Refused, Side.Buy, 5);
        Order(Refused, new OrderRefused(_nowMs, "200004", "Balance insufficient!"));
        Settle(Refused, OrderOutcome.Refused, 0, 0);
        Unfilled(AfterRefusal, "x4");
        Streams[Portfolio].Add(new PortfolioOwned(_nowMs, 2, "node-2", 2, Right));

        // Other people's orders on the same account are nobody's business here.
        Orders.Add(new VenueOrder("", "y1", "ABC-USDT", 1, 0, 0, true, _nowMs, null));
        Orders.Add(new VenueOrder("b1-zzzzzz-7-1-E1", "y2", "ABC-USDT", 1, 0, 0, true, _nowMs, null));

        Balances.AddRange([new VenueBalance("USDT", 10_000, 10_000 - 1_000 - 1 + 440 - 0.44m), new VenueBalance("ABC", 0, 6)]);
        ReadOrders.AddRange(
            [new(Filled, "closed", 10), new(ExitAbsent, "not_placed", 0), new(ExitFilled, "closed", 4), new(EntryAbsent, "not_placed", 0), new(Cancelled, "closed", 0),
            new(Refused, "rejected", 0), new(AfterRefusal, "closed", 0)]);
        ReadFills.AddRange([new ReadFill("x1", 1, 100, 4, 0.4m), new ReadFill("x1", 2, 100, 6, 0.6m), new ReadFill("x2", 3, 110, 4, 0.44m)]);
        ReadPositions.Add(new ReadPosition("ABC-USDT", 6, true));
    }

    /// <summary>Events by stream.</summary>
    public SortedDictionary<string, List<object>> Streams { get; } = new(StringComparer.Ordinal);

    public List<VenueOrder> Orders { get; } = [];

    public List<VenueFill> Fills { get; } = [];

    public List<VenueBalance> Balances { get; } = [];

    public List<ReadOrder> ReadOrders { get; } = [];

    public List<ReadFill> ReadFills { get; } = [];

    public List<ReadPosition> ReadPositions { get; } = [];

    /// <summary>What happens to single rows on their way into the evidence.</summary>
    public Func<JournaledEvent, JournaledEvent> Row { get; set; } = row => row;

    /// <summary>The stream of an order.</summary>
    public List<object> OrderStream(string clientOrderId) => Streams[$"order-{clientOrderId}"];

    /// <summary>Changes the only order with this id in the exchange's books.</summary>
    public void ChangeVenue(string clientOrderId, Func<VenueOrder, VenueOrder> change)
    {
        var at = Orders.FindIndex(o => o.ClientOrderId == clientOrderId);
        Orders[at] = change(Orders[at]);
    }

    /// <summary>Changes the last event of a kind in a stream.</summary>
    public void ChangeLast<TEvent>(string stream, Func<TEvent, object> change)
        where TEvent : class
    {
        var at = Streams[stream].FindLastIndex(e => e is TEvent);
        Streams[stream][at] = change((TEvent)Streams[stream][at]);
    }

    /// <summary>The evidence.</summary>
    public Evidence Build() => new()
    {
        Deployment = "abcdef",
        Journal = [.. Streams.SelectMany(s => Rows(s.Key, s.Value)).Select(Row)],
        Orders = Orders,
        Fills = Fills,
        Balances = Balances,
        Read = new ReadTables(ReadOrders, ReadFills, ReadPositions),
        HashPair = Hash,
        HashOrder = Hash,
        HashPortfolio = Hash,
    };

    // The whole state as text: stricter than any hash, and a difference can be read.
    private static string Hash(PairState s) => JsonSerializer.Serialize(s.ToSnapshot());

    private static string Hash(OrderState s) => JsonSerializer.Serialize(OrderSnapshot.Of(s));

    private static string Hash(PortfolioState s) => JsonSerializer.Serialize(s.ToSnapshot());

    private static IEnumerable<JournaledEvent> Rows(string id, List<object> events)
    {
        var (order, pair, portfolio, sequence) = (new OrderState(), new PairState(), new PortfolioState(), 0L);
        foreach (var original in events)
        {
            var e = original switch
            {
                OrderOwned { StateHash: Right } o => o with { StateHash = Hash(order) },
                PairOwned { StateHash: Right } o => o with { StateHash = Hash(pair) },
                PortfolioOwned { StateHash: Right } o => o with { StateHash = Hash(portfolio) },
                _ => original,
            };
            yield return new JournaledEvent(id, ++sequence, e, true, AtMs(e) * 1_000);
            try
            {
                (e switch
                {
                    OrderEvent o => () => order.Apply(o),
                    PairEvent p => () => pair.Apply(p),
                    _ => (Action)(() => portfolio.Apply((PortfolioEvent)e)),
                })();
            }
            catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
            {
                // An impossible history is what the test wants; the checker has to say so.
            }
        }
    }

    private static long AtMs(object e) => e switch
    {
        OrderEvent o => o.AtMs,
        PairEvent p => p.AtMs,
        _ => ((PortfolioEvent)e).AtMs,
    };

    private static FillReport Fill(string orderId, long trade, Side side, decimal price, decimal size, decimal fee) =>
        new(Abc, orderId, trade, side, price, size, fee, "USDT", false, 1_000_000);

    private void Intend(string id, Side side, decimal size)
    {
        _nowMs += 100_000;
        var own = ClientOrderId.TryParse(id, out var parsed) ? parsed : throw new FormatException(id);
        Streams[Pair].Add(new OrderIntended(_nowMs)
        {
            IntentNumber = own.IntentNumber,
            Leg = own.Leg,
            Attempt = own.Attempt,
            Spec = new OrderSpec { ClientOrderId = id, Symbol = Abc, Side = side, Type = OrderType.Limit, Price = 100, Size = size },
            DeadlineMs = _nowMs + 10_000,
            MarketMs = _nowMs,
            CorrelationId = id,
            Strategy = "ema-cross",
            Reason = "test",
            ConfigurationVersion = "v",
        });
        var intended = (OrderIntended)Streams[Pair][^1];
        Streams[$"order-{id}"] =
        [
            new OrderPrepared(_nowMs, intended.Spec, own.Leg, id, intended.DeadlineMs), new OrderOwned(_nowMs, 1, "node-1", 0, "first"),
            new SubmitAuthorised(_nowMs, 1, _nowMs, _nowMs + Window, "body"),
        ];
    }

    private void Order(string id, params object[] rest) => Streams[$"order-{id}"].AddRange(rest);

    private void Settle(string id, OrderOutcome outcome, decimal size, decimal funds) => Streams[Pair].Add(new OrderSettled(_nowMs, id, outcome, size, funds, "", ""));

    private void Venue(string id, string orderId, decimal size, decimal dealt, decimal cancelled) =>
        Orders.Add(new VenueOrder(id, orderId, "ABC-USDT", size, dealt, cancelled, false, _nowMs + 5, (_nowMs + 4) * 1_000));

    private void Unfilled(string id, string orderId)
    {
        Intend(id, Side.Buy, 5);
        Order(id, new SubmitInDoubt(_nowMs, "timeout"), new OrderOwned(_nowMs, 2, "node-2", 4, Right), new OrderFound(_nowMs, orderId, EvidenceSource.ClientOrderId),
            new OrderEnded(_nowMs, 0, 0, 5), new OrderClosed(_nowMs, 0, 0));
        Settle(id, OrderOutcome.Closed, 0, 0);
        Venue(id, orderId, 5, 0, 5);
    }

    private void Absent(string id)
    {
        var from = _nowMs + Window + 30_001;
        EvidenceSource[] sources = [EvidenceSource.ClientOrderId, EvidenceSource.ActiveList, EvidenceSource.DoneList, EvidenceSource.Fills];
        Order(id, new SubmitInDoubt(_nowMs, "timeout"), new OrderAbsent(_nowMs, [.. sources.Select(s => new AbsenceEvidence(s, from)), .. sources.Select(s => new AbsenceEvidence(s, from + 1_000))]));
        Settle(id, OrderOutcome.Absent, 0, 0);
    }
}
