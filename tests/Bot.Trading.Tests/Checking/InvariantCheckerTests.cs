using Bot.Trading.Checking;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Positions;
using Bot.Trading.Risk;

namespace Bot.Trading.Tests.Checking;

/// <summary>The checker is what every other proof rests on: it has to be silent when all is well, and to name exactly what is wrong.</summary>
public class InvariantCheckerTests
{
    private static readonly Dictionary<string, (string Invariant, Action<SmallRun> Seed)> Seeds = new()
    {
        ["an order that nobody licensed"] = ("I1", r => r.Orders.Add(new VenueOrder("b1-abcdef-7-9-X1", "x9", "ABC-USDT", 1, 0, 1, false, 2_000_000, null))),
        ["an order older than its licence"] = ("I1", r => r.ChangeVenue(SmallRun.Filled, o => o with { CreatedAtMs = o.CreatedAtMs - 2_000 })),
        ["two orders with one id"] = ("I2", r => r.Orders.Add(r.Orders.First(o => o.ClientOrderId == SmallRun.Filled) with { OrderId = "x9" })),
        ["two attempts of one entry at the exchange"] =
            ("I3", r => r.Orders.Add(r.Orders.First(o => o.ClientOrderId == SmallRun.AfterRefusal) with { ClientOrderId = SmallRun.Refused, CreatedAtMs = Signed(r, SmallRun.Refused), ReceivedUs = null })),
        ["a second attempt while the first is in doubt"] = ("I4", r =>
        {
            r.OrderStream(SmallRun.EntryAbsent).RemoveAll(e => e is OrderAbsent);
            Show(r, SmallRun.EntryAbsent, "in_doubt");
        }),
        ["an absent order that the exchange has"] =
            ("I5", r => r.Orders.Add(new VenueOrder(SmallRun.ExitAbsent, "x9", "ABC-USDT", 4, 0, 4, false, Signed(r, SmallRun.ExitAbsent) + 5, null))),
        ["evidence of absence from before the end of the licence"] =
            ("I6", r => Evidence(r, e => [.. e, new AbsenceEvidence(EvidenceSource.DoneList, Signed(r, SmallRun.EntryAbsent) + SmallRun.Window + 30_000)])),
        ["one answer by client order id only"] = ("I6", r => Evidence(r, e => e.Skip(1))),
        ["one answer of the executions only"] = ("I6", r => Evidence(r, e => e.SkipLast(1))),
        ["an order accepted after its licence had run out"] =
            ("I7", r => r.ChangeVenue(SmallRun.Cancelled, o => o with { CreatedAtMs = Signed(r, SmallRun.Cancelled) + SmallRun.Window + 1_001 })),
        ["an intent that was committed after the order had arrived"] = ("I8", r => CommitLate(r, e => e is OrderIntended { Spec.ClientOrderId: SmallRun.Cancelled })),
        ["a licence that was committed after the order had arrived"] = ("I8", r => CommitLate(r, e => e is SubmitAuthorised s && s.SignTimeMs == Signed(r, SmallRun.Cancelled))),
        ["an order that no pair intended"] = ("I8", r =>
        {
            r.Streams[SmallRun.Pair].RemoveAll(e => e is OrderIntended { Spec.ClientOrderId: SmallRun.AfterRefusal } or OrderSettled { ClientOrderId: SmallRun.AfterRefusal });
            r.ReadOrders.RemoveAll(o => o.ClientOrderId == SmallRun.AfterRefusal);
        }),
        ["an order that is active and settled here"] = ("I9", r =>
        {
            r.OrderStream(SmallRun.Cancelled).RemoveAll(e => e is OrderEnded or OrderClosed);
            r.OrderStream(SmallRun.Cancelled).Add(new OrderQuarantined(2_000_000, "test"));
            Show(r, SmallRun.Cancelled, "quarantined");
            r.ChangeVenue(SmallRun.Cancelled, o => o with { IsActive = true, CancelledSize = 0 });
        }),
        ["a closed order that the exchange does not know"] = ("I10", r => r.Orders.RemoveAll(o => o.ClientOrderId == SmallRun.Cancelled)),
        ["a closed order with another filled size"] = ("I10", r => r.ChangeVenue(SmallRun.Cancelled, o => o with { DealSize = 1, CancelledSize = 4 })),
        ["a closed order with a rest that is neither filled nor cancelled"] = ("I10", r => r.ChangeVenue(SmallRun.Cancelled, o => o with { CancelledSize = 4.9m })),
        ["an execution that no tracker has"] = ("I11", r => r.Fills.Add(new VenueFill(SmallRun.Cancelled, "x3", 9, "ABC-USDT", true, 100, 1, 0, "USDT"))),
        ["an execution with another price"] = ("I11", r => r.Fills[1] = r.Fills[1] with { Price = 100.01m }),
        ["an execution with another fee"] = ("I11", r => r.Fills[2] = r.Fills[2] with { Fee = 0.45m }),
        ["a closed order with an unknown fee"] = ("I11", r =>
        {
            r.OrderStream(SmallRun.Filled).RemoveAll(e => e is FeeRecorded);
            r.ReadFills[0] = r.ReadFills[0] with { Fee = null };
        }),
        ["an execution that its pair never applied"] = ("I11", r =>
        {
            r.Streams[SmallRun.Pair].RemoveAll(e => e is FillApplied { Fill.TradeId: 1 } or FeeApplied);
            Move(r, -4, 400.4m);
        }),
        ["an execution that its pair applied twice"] = ("I11", r =>
        {
            var applied = r.Streams[SmallRun.Pair].OfType<FillApplied>().First();
            r.Streams[SmallRun.Pair].Insert(r.Streams[SmallRun.Pair].IndexOf(applied), applied);
            Move(r, 4, -400);
        }),
        ["an execution that never happened"] = ("I11", r => r.Streams[SmallRun.Pair].Add(
            new FillApplied(2_000_000, SmallRun.ExitFilled, new FillReport(Symbol.Parse("ABC-USDT"), "x2", 77, Side.Sell, 110, 0, 0, "USDT", null, 2_000_000)))),
        ["money that nothing explains"] = ("I12", r => r.Balances[0] = r.Balances[0] with { Total = r.Balances[0].Total + 0.00000001m }),
        ["a currency that is in the books only"] = ("I12", r => r.Balances.RemoveAt(1)),
        ["a position without protection"] = ("I13", r =>
        {
            r.Streams[SmallRun.Pair].RemoveAll(e => e is ProtectionPlanned);
            r.ReadPositions[0] = r.ReadPositions[0] with { IsProtected = false };
        }),
        ["a missing row"] = ("I16", r => r.Row = row => row.Event is PortfolioOwned { Epoch: 2 } ? row with { Sequence = row.Sequence + 1 } : row),
        ["a number given twice"] = ("I16", r => r.Row = row => row.Event is PortfolioOwned { Epoch: 2 } ? row with { Sequence = row.Sequence - 1 } : row),
        ["a changed row"] = ("I16", r => r.Row = row => row.Event is ProtectionPlanned ? row with { LinkHolds = false } : row),
        ["an order that recovered something else"] = ("I17", r => r.ChangeLast<OrderOwned>($"order-{SmallRun.Cancelled}", o => o with { StateHash = "other" })),
        ["a pair that recovered something else"] = ("I17", r => r.ChangeLast<PairOwned>(SmallRun.Pair, o => o with { StateHash = "other" })),
        ["a portfolio that recovered something else"] = ("I17", r => r.ChangeLast<PortfolioOwned>(SmallRun.Portfolio, o => o with { StateHash = "other" })),
        ["the same fill twice in a tracker's journal"] = ("I17", r => r.OrderStream(SmallRun.AfterRefusal).AddRange([Late(5), Late(5)])),
        ["an incarnation that was skipped"] = ("I18", r => r.ChangeLast<PairOwned>(SmallRun.Pair, o => o with { Epoch = 3 })),
        ["a licence of an older incarnation"] = ("I18", r => r.ChangeLast<SubmitAuthorised>($"order-{SmallRun.ExitFilled}", s => s with { Epoch = 0 })),
        ["an entry that was opened while trading was halted"] = ("I20", r => r.Streams[SmallRun.Portfolio].InsertRange(
            2, [new ModeChanged(1_000_000, TradingMode.Halted, "test", "test"), new ModeChanged(1_200_000, TradingMode.Active, "test", "test")])),
        ["an order that was bought although it was refused"] = ("I21", r => r.ChangeLast<OrderIntended>(
            SmallRun.Pair, i => i with { Risk = new RiskDecision(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, "TOO_MUCH") })),
        ["an order that is larger than its own numbers allow"] = ("I21", r => r.ChangeLast<OrderIntended>(
            SmallRun.Pair, i => i with { Risk = new RiskDecision(1, 1, 1, 1, 1, 9, 9, 9, 4.9m, 9, null) })),
        ["a step that no order takes"] = ("I23", r =>
        {
            r.OrderStream(SmallRun.Cancelled).Add(new OrderAbandoned(2_000_000, "test"));
        }),
        ["a position that the table shows otherwise"] = ("I19", r => r.ReadPositions[0] = r.ReadPositions[0] with { Quantity = 5 }),
        ["a position that the table lacks"] = ("I19", r => r.ReadPositions.Clear()),
        ["an intent that the table of orders lacks"] = ("I22", r => r.ReadOrders.RemoveAt(0)),
        ["an order in the table that nobody intended"] = ("I22", r => r.ReadOrders.Add(new ReadOrder("b1-abcdef-7-9-X1", "prepared", 0))),
        ["another status in the table"] = ("I22", r => Show(r, SmallRun.Filled, "live")),
        ["another filled quantity in the table"] = ("I22", r => r.ReadOrders[0] = r.ReadOrders[0] with { FilledQuantity = 4 }),
        ["a fill that the table lacks"] = ("I22", r => r.ReadFills.RemoveAt(1)),
        ["a fill in the table that never was"] = ("I22", r => r.ReadFills.Add(new ReadFill("x2", 9, 1, 1, 1))),
        ["a fill with another fee in the table"] = ("I22", r => r.ReadFills[0] = r.ReadFills[0] with { Fee = null }),
        ["a position that the table shows bare"] = ("I22", r => r.ReadPositions[0] = r.ReadPositions[0] with { IsProtected = false }),
    };

    public static TheoryData<string> Faults { get; } = [.. Seeds.Keys];

    [Fact]
    public void A_run_in_which_all_is_well_gives_no_violation()
    {
        var report = InvariantChecker.Check(new SmallRun().Build());
        Assert.Empty(report.Violations);
        Assert.Equal((4, 3), (report.Orders, report.Fills));
        Assert.True(report.JournalRows > 50);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_named_by_its_invariant_and_by_no_other(string fault)
    {
        var (invariant, seed) = Seeds[fault];
        var run = new SmallRun();
        seed(run);
        var violations = InvariantChecker.Check(run.Build()).Violations;
        Assert.NotEmpty(violations);
        Assert.All(violations, v => Assert.Equal(invariant, v.Invariant));
    }

    [Fact]
    public void Every_invariant_that_is_checked_has_a_fault_that_shows_it() =>
        Assert.Empty(InvariantChecker.Check(new SmallRun().Build()).Checked.Except(Seeds.Values.Select(s => s.Invariant)));

    [Fact]
    public void A_stream_that_cannot_be_folded_hides_nothing_of_the_others()
    {
        var run = new SmallRun();
        run.OrderStream(SmallRun.Refused).Add(new OrderClosed(2_000_000, 0, 0));
        run.ChangeLast<PortfolioOwned>(SmallRun.Portfolio, o => o with { StateHash = "other" });
        var subjects = InvariantChecker.Check(run.Build()).Violations.Where(v => v.Invariant is "I17" or "I23").Select(v => v.Subject);
        Assert.Equal([$"order-{SmallRun.Refused}", SmallRun.Portfolio], subjects);
    }

    [Fact]
    public void An_event_in_a_foreign_stream_is_reported_and_not_thrown()
    {
        var run = new SmallRun();
        run.Streams[SmallRun.Pair].Add(new OrderClosed(2_000_000, 0, 0));
        Assert.Contains(InvariantChecker.Check(run.Build()).Violations, v => v is { Invariant: "I17", Subject: SmallRun.Pair });
    }

    [Fact]
    public void An_intent_written_twice_is_reported_and_not_thrown()
    {
        var run = new SmallRun();
        run.Streams[SmallRun.Pair].Add(run.Streams[SmallRun.Pair].OfType<OrderIntended>().Last());
        Assert.NotEmpty(InvariantChecker.Check(run.Build()).Violations);
    }

    [Fact]
    public void Without_read_tables_nothing_is_said_about_them()
    {
        var run = new SmallRun();
        run.ReadOrders.Clear();
        run.ReadFills.Clear();
        run.ReadPositions.Clear();
        Assert.Empty(InvariantChecker.Check(run.Build() with { Read = null }).Violations);
    }

    [Fact]
    public void What_is_left_as_dust_needs_no_protection()
    {
        var run = new SmallRun();
        run.Streams[SmallRun.Pair].Add(new PositionClosed(2_000_000, 1, 1_000_000, 4, 100, 110, 40, 1.44m, 38.56m, ExitReason.Signal, 6));
        Assert.Empty(InvariantChecker.Check(run.Build()).Violations);
    }

    private static long Signed(SmallRun r, string id) => r.OrderStream(id).OfType<SubmitAuthorised>().Single().SignTimeMs;

    private static void Show(SmallRun r, string id, string status)
    {
        var at = r.ReadOrders.FindIndex(o => o.ClientOrderId == id);
        r.ReadOrders[at] = r.ReadOrders[at] with { Status = status };
    }

    private static void Evidence(SmallRun r, Func<IReadOnlyList<AbsenceEvidence>, IEnumerable<AbsenceEvidence>> change) =>
        r.ChangeLast<OrderAbsent>($"order-{SmallRun.EntryAbsent}", a => a with { Evidence = [.. change(a.Evidence)] });

    private static void CommitLate(SmallRun r, Func<object, bool> which) => r.Row = row => which(row.Event) ? row with { CommittedUs = row.CommittedUs + 4_001 } : row;

    /// <summary>Lets balances and the table of positions agree with what the pair applied.</summary>
    private static void Move(SmallRun r, decimal quantity, decimal quote)
    {
        r.Balances[0] = r.Balances[0] with { Total = r.Balances[0].Total + quote };
        r.Balances[1] = r.Balances[1] with { Total = r.Balances[1].Total + quantity };
        r.ReadPositions[0] = r.ReadPositions[0] with { Quantity = r.ReadPositions[0].Quantity + quantity };
    }

    private static FillRecorded Late(long trade) =>
        new(2_000_000, new FillReport(Symbol.Parse("ABC-USDT"), "x4", trade, Side.Buy, 100, 0, 0, "USDT", null, 2_000_000), EvidenceSource.Fills, true);
}
