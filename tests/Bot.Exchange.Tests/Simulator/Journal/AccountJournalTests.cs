using System.Text;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Tests.Simulator.Support;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Simulator.Journal;

public sealed class AccountJournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-journal-").FullName;

    private string File1 => Path.Combine(_folder, "account.jsonl");

    private string File2 => Path.Combine(_folder, "copy.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void After_a_crash_at_any_instant_the_account_is_what_it_was(int seed)
    {
        // The test's dice; nothing secret.
#pragma warning disable CA5394
        var random = new Random(seed);
        using var kept = new KeptDesk(File1, Market(random));
        var desk = kept.Desk;
        for (var step = 0; step < 120; step++)
        {
            Act(desk, random);
            desk.Floor.Publish();
            if (random.Next(3) == 0)
                desk.Pass(random.Next(1, 40));
            using var other = KeptDesk.AfterCrash(File1, File2);
            Assert.Equal(kept.Picture(), other.Picture());
        }
        Assert.True(desk.Account.Fills.Count > 20, $"only {desk.Account.Fills.Count} fills: the run shows too little");
        Assert.True(desk.Account.Active.Count > 0 && desk.Account.Stops.Waiting.Count > 0, "nothing was left open");
#pragma warning restore CA5394
    }

    [Fact]
    public void What_was_on_its_way_comes_to_effect_after_the_crash()
    {
        using var kept = new KeptDesk(File1);
        var desk = kept.Desk;
        var cancelled = desk.Match(desk.Limit(Side.Buy, 99m, 1m));
        var reduced = desk.Match(desk.Limit(Side.Buy, 98.5m, 1m));
        var expiring = desk.Match(desk.Limit(Side.Buy, 98m, 1m) with { TimeInForce = TimeInForce.Gtt, CancelAfter = 5 });
        var pending = desk.Place(desk.Market(Side.Buy, size: 0.5m));
        desk.Floor.Desk.RequestCancel(cancelled);
        desk.Floor.Desk.RequestReduce(reduced, 0.4m);
        desk.Floor.Publish();

        using var after = KeptDesk.AfterCrash(File1, File2);
        after.Desk.Pass(100);
        AccountOrder Same(AccountOrder order) => after.Desk.Account.Orders.Single(o => o.OrderId == order.OrderId);
        Assert.False(Same(cancelled).IsActive);
        Assert.Equal(0.4m, Same(reduced).CancelledSize);
        Assert.True(Same(reduced).IsActive);
        Assert.Equal(0.5m, Same(pending).DealSize);
        Assert.True(Same(expiring).IsActive);

        // Once more: a part that was cancelled is not cancelled again.
        using var later = KeptDesk.AfterCrash(File2, File1 + "2");
        later.Desk.Pass(6_000);
        Assert.Equal(0.4m, later.Desk.Account.Orders.Single(o => o.OrderId == reduced.OrderId).CancelledSize);
        Assert.False(later.Desk.Account.Orders.Single(o => o.OrderId == expiring.OrderId).IsActive);
    }

    [Fact]
    public void A_switch_that_ran_out_meanwhile_fires_at_once()
    {
        using var kept = new KeptDesk(File1);
        var desk = kept.Desk;
        desk.Match(desk.Limit(Side.Buy, 99m, 1m));
        desk.Floor.Desk.SetDeadManSwitch(desk.Account, new DeadManSwitch(5, [], desk.Floor.NowMs - 10_000));
        desk.Floor.Publish();
        using var after = KeptDesk.AfterCrash(File1, File2);
        Assert.Single(after.Desk.Account.Active);
        after.Desk.Pass(1);
        Assert.Empty(after.Desk.Account.Active);
        Assert.Null(after.Desk.Account.DeadManSwitch);
    }

    [Fact]
    public void Resting_orders_are_filled_by_what_trades_from_then_on_only()
    {
        using var kept = new KeptDesk(File1);
        var order = kept.Desk.Match(kept.Desk.Limit(Side.Buy, 99m, 2m));
        kept.Desk.Floor.Publish();

        // Meanwhile the price has fallen far below the order.
        using var after = KeptDesk.AfterCrash(File1, File2, new TestMarket(TestMarket.At(50, 90m, 0.5m)) { Listings = [new(TestMarket.Rules, 90m, 1m)] });
        after.Desk.Pass(20);
        var same = after.Desk.Account.Active.Single();
        Assert.Equal((order.OrderId, 0m), (same.OrderId, same.DealSize));
        Assert.True(after.Desk.Pair.Engine.Best(Side.Sell)!.Value.Price > 99m, "the book is crossed");
        after.Desk.Pass(100);
        Assert.Equal(0.5m, same.DealSize);
    }

    [Fact]
    public void Numbers_are_never_given_twice()
    {
        var trades = new List<long>();
        var fills = new List<long>();
        var orders = new List<string>();
        for (var run = 0; run < 4; run++)
        {
            using var kept = new KeptDesk(File1, new TestMarket([.. Enumerable.Range(1, 5).Select(i => TestMarket.At(i, 100m, 1m))]));
            var desk = kept.Desk;

            // Trades between strangers take numbers too, and are not kept.
            desk.Pass(10);
            desk.Match(desk.Market(Side.Buy, size: 0.1m));
            desk.Floor.Publish();
            trades.AddRange(desk.Account.Fills.Skip(trades.Count).Select(f => f.TradeId));
            fills.AddRange(desk.Account.Fills.Skip(fills.Count).Select(f => f.Id));
            orders.AddRange(desk.Account.Orders.Skip(orders.Count).Select(o => o.OrderId));
        }
        Assert.Equal(4, orders.Distinct().Count());
        Assert.Equal(trades.Order().Distinct(), trades);
        Assert.Equal(fills.Order().Distinct(), fills);
    }

    [Fact]
    public void A_line_that_was_cut_off_anywhere_is_one_that_nobody_was_told_of()
    {
        string before;
        long length;
        using (var kept = new KeptDesk(File1))
        {
            kept.Desk.Match(kept.Desk.Limit(Side.Buy, 99m, 1m));
            kept.Desk.Floor.Publish();
            before = kept.Picture();
            KeptDesk.Copy(File1, File2);
            length = new FileInfo(File2).Length;
            kept.Desk.Match(kept.Desk.Limit(Side.Buy, 98m, 1m));
            kept.Desk.Floor.Publish();
        }
        var whole = File.ReadAllBytes(File1);
        for (var cut = length; cut < whole.Length; cut += 7)
        {
            File.WriteAllBytes(File2, whole[..(int)cut]);
            using var after = new KeptDesk(File2);
            Assert.Equal(before, after.Picture());
        }
    }

    [Fact]
    public void A_damaged_line_is_named_and_nothing_is_guessed()
    {
        using (var kept = new KeptDesk(File1))
        {
            kept.Desk.Match(kept.Desk.Limit(Side.Buy, 99m, 1m));
            kept.Desk.Floor.Publish();
        }
        var lines = File.ReadAllLines(File1);
        File.WriteAllText(File1, string.Join('\n', lines.Select((l, i) => i == 2 ? l[..10] : l)) + "\n");
        var fault = Assert.Throws<AccountJournalException>(() => AccountJournal.Open(File1, TimeProvider.System));
        Assert.Contains("Line 3 of the account's file", fault.Message, StringComparison.Ordinal);

        // A line that is missing in the middle shows by the numbers.
        File.WriteAllText(File1, string.Join('\n', lines.Where((_, i) => i != 1)) + "\n");
        Assert.Contains("number 2 where 1 is due", Assert.Throws<AccountJournalException>(() => AccountJournal.Open(File1, TimeProvider.System)).Message, StringComparison.Ordinal);
        File.WriteAllText(File1, "{\"version\":9,\"id\":\"x\",\"createdMs\":1}\n");
        Assert.Contains("version 9", Assert.Throws<AccountJournalException>(() => AccountJournal.Open(File1, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_cannot_keep_one_account()
    {
        using var first = AccountJournal.Open(File1, TimeProvider.System);
        Assert.Contains(File1, Assert.Throws<AccountJournalException>(() => AccountJournal.Open(File1, TimeProvider.System)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_is_on_the_disk_when_it_is_acknowledged_and_refused_when_it_cannot_be_written()
    {
        using var journal = AccountJournal.Open(File1, TimeProvider.System);
        await using var server = await SimulatorServer.StartAsync(new SimulatorOptions { Accounts = [ApiClient.Account], Journal = journal });
        using var client = new ApiClient(server.Address);
        var symbol = server.Floor.Pairs[0].Symbol;
        var price = server.Floor.Pairs[0].Rules.FloorPrice(server.Floor.Pairs[0].LastPrice!.Value * 0.99m);
        var body = new { clientOid = "one", symbol, side = "buy", type = "limit", price = $"{price}", size = $"{server.Floor.Pairs[0].Rules.SmallestSize(price) * 2}" };
        var taken = await client.PostAsync("/api/v1/hf/orders", body);
        Assert.Equal("200000", taken.Code);
        KeptDesk.Copy(File1, File2);
        Assert.Contains(taken.Data.GetProperty("orderId").GetString()!, await File.ReadAllTextAsync(File2), StringComparison.Ordinal);

        // The file is gone under it, as with a full disk.
        journal.Dispose();
        Assert.Equal("500000", (await client.PostAsync("/api/v1/hf/orders", body with { clientOid = "two" })).Code);
        await Assert.ThrowsAsync<AccountJournalException>(() => server.Completed.WaitAsync(TimeSpan.FromSeconds(30)));
        KeptDesk.Copy(File1, File2);
        Assert.DoesNotContain("\"two\"", Encoding.UTF8.GetString(await File.ReadAllBytesAsync(File2)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_keeps_no_account()
    {
        using var journal = AccountJournal.Open(File1, TimeProvider.System);
        var fault = await Assert.ThrowsAsync<SimulatorOptionsException>(() => SimulatorServer.StartAsync(
            new SimulatorOptions { Accounts = [ApiClient.Account], Journal = journal, Clock = SimulatorClock.Lockstep }));
        Assert.Contains("journal", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

#pragma warning disable CA5394
    private static TestMarket Market(Random random) => new(
        [.. Enumerable.Range(1, 200).Select(i => TestMarket.At(i * 10, 100m + (random.Next(-20, 21) / 10m), random.Next(0, 4)))]);

    private static void Act(Desk desk, Random random)
    {
        var account = desk.Account;
        var side = random.Next(2) == 0 ? Side.Buy : Side.Sell;
        var price = 100m + (random.Next(-30, 31) / 10m);
        var size = random.Next(1, 30) / 10m;
        switch (random.Next(9))
        {
            case 0:
                desk.Place(desk.Market(side, size: size));
                break;
            case 1:
                desk.Place(desk.Market(Side.Buy, funds: 50m));
                break;
            case 2:
                desk.Place(desk.Limit(side, price, size) with { Iceberg = true, VisibleSize = 0.1m * Math.Ceiling(size) });
                break;
            case 3:
                desk.Place(desk.Limit(side, price, size) with { TimeInForce = TimeInForce.Gtt, CancelAfter = 1 });
                break;
            case 4 when account.Active.Count > 0:
                desk.Floor.Desk.RequestCancel(account.Active[random.Next(account.Active.Count)]);
                break;
            case 5 when account.Active.FirstOrDefault(o => o is { Phase: OrderPhase.Resting, SizeLeft: > 0.2m }) is { } order:
                desk.Floor.Desk.RequestReduce(order, 0.1m);
                break;
            case 6:
                desk.Floor.Stops.Place(desk.Limit(side, price, size), random.Next(2) == 0 ? StopKind.Loss : StopKind.Entry, price, account, desk.Floor.NowMs, 0, out _);
                break;
            case 7 when account.Stops.Waiting.Count > 2:
                desk.Floor.Stops.Cancel(account.Stops.Waiting[0]);
                break;
            default:
                desk.Place(desk.Limit(side, price, size) with { SelfTrade = (SelfTradePrevention)random.Next(5) });
                break;
        }
    }
#pragma warning restore CA5394
}
