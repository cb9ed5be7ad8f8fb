using Bot.Exchange.Kucoin;
using Bot.Exchange.Simulator;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Faults;

/// <summary>
/// The production client against every mixture of faults that the simulator has: what it says is definite was definite, what it did not
/// know it called doubt, and after the catch-up by REST no order and no fill is missing, doubled or different.
/// </summary>
public sealed class FaultProfileTests(ITestOutputHelper output)
{
    private const int Orders = 120;

    // These meet faults as well: while they rest, fill and are told of.
    private const int CalmOrders = 20;
    private const int AtOnce = 100;
    private const ulong Seed = 3;

    /// <summary>What befalls stop orders only has tests of its own: there are none here.</summary>
    public static TheoryData<string> Profiles => [.. SimulatorOptions.FaultProfiles.Where(p => !p.StartsWith("stop-", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Nothing_is_missing_after_the_catch_up_and_doubt_is_told_as_doubt(string profile)
    {
        await using var account = await FaultyAccount.OpenAsync(Seed);
        await TradeAsync(account, 0, CalmOrders);
        await account.SetAsync(profile, Seed);
        await account.ReopenStreamAsync();
        await TradeAsync(account, CalmOrders, Orders);
        var met = await account.MetAsync();
        await account.SetAsync("calm", Seed);

        // A placement that is still on its way is refused from here on: only now does absence mean something (RELIABILITY.md R3).
        await Task.Delay(TimeSpan.FromMilliseconds(1_500));
        await account.WhenConnectedAsync();
        var caughtUp = await CatchUpAsync(account.Client);
        var ledger = await account.LedgerAsync();
        output.WriteLine(
            $"{profile}: {met} faults; {ledger.Orders.Count} orders, {ledger.Fills.Count} fills, {account.Updates.Count} events; answers "
            + string.Join(", ", account.Placements.GroupBy(p => p.Answer.Failure?.Kind.ToString() ?? "accepted").Select(g => $"{g.Key} {g.Count()}")));
        Assert.Equal(profile != "calm", met > 0);
        RequireHonestAnswers(account, ledger);
        RequireSameOrders(caughtUp.Orders, ledger);
        RequireSameFills(account, caughtUp.Fills, ledger);
        await RequireEachIsKnownByItsIdAsync(account, ledger);
    }

    private static async Task TradeAsync(FaultyAccount account, int from, int to)
    {
        await account.Client.GetSymbolsAsync(CancellationToken.None);
        var prices = new Dictionary<Symbol, decimal>();
        foreach (var pair in FaultyAccount.Pairs)
            prices[pair] = (await account.Client.GetTickerAsync(pair)).Required.Last!.Value;
        await Parallel.ForEachAsync(Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, cancel) =>
        {
            var (spec, cancels) = Order(number, prices);
            await account.PlaceAsync(spec);
            await account.LookAsync(spec);
            if (!cancels)
                return;
            await account.Client.CancelOrderAsync(spec.Symbol, spec.ClientOrderId, cancel: cancel);
            await account.LookAsync(spec);
        });
    }

    /// <summary>An order of one of ten kinds, and whether it is cancelled afterwards.</summary>
    private static (OrderSpec Spec, bool Cancels) Order(int number, Dictionary<Symbol, decimal> prices)
    {
        var pair = FaultyAccount.Pairs[number / 10 % 2];
        var order = new OrderSpec
        {
            ClientOrderId = $"b1-abcdef-1-{number}-E1",
            Symbol = pair,
            Side = number % 2 == 0 ? Side.Buy : Side.Sell,
            Type = OrderType.Limit,
            Size = 0.02m,
        };
        return (number % 10) switch
        {
            0 or 1 => (order with { Type = OrderType.Market }, false),
            2 or 3 => (order with { Price = Near(1.01m, 0.99m), TimeInForce = TimeInForce.Ioc, Size = 0.5m }, false),
            4 or 5 => (order with { Price = Near(1m, 1m) }, true),
            6 => (order with { Price = Near(0.95m, 1.05m) }, true),
            7 => (order with { Price = Near(0.95m, 1.05m) }, false),
            8 => (order with { Price = Near(0.999m, 1m), Size = 1_000_000m }, false), // more than there is money for
            _ => (order with { Price = Near(1m, 1m), TimeInForce = TimeInForce.Fok, Size = 0.123456789m }, false), // finer than allowed
        };

        decimal Near(decimal buy, decimal sell) => Math.Round(prices[pair] * (order.Side == Side.Buy ? buy : sell), 1);
    }

    /// <summary>What a bot does after a break: it reads what is active, what is done, and the fills. Here it also ends what is left.</summary>
    private static async Task<(List<OrderReport> Orders, List<FillReport> Fills)> CatchUpAsync(KucoinExchange client)
    {
        var (orders, fills) = (new List<OrderReport>(), new List<FillReport>());
        foreach (var pair in FaultyAccount.Pairs)
        {
            while ((await client.GetActiveOrdersAsync(pair)).Required is { Count: > 0 } active)
            {
                foreach (var order in active)
                    await client.CancelOrderAsync(pair, order.ClientOrderId!);
            }
            orders.AddRange((await client.GetDoneOrdersAsync(pair, 0)).Required);
            fills.AddRange((await client.GetFillsAsync(pair, 0)).Required);
        }
        return (orders, fills);
    }

    private static void RequireHonestAnswers(FaultyAccount account, Ledger ledger)
    {
        var atExchange = ledger.Orders.ToLookup(o => o.ClientOid, StringComparer.Ordinal);
        Assert.Equal(Orders, account.Placements.Count);
        foreach (var (spec, answer) in account.Placements)
        {
            var there = atExchange[spec.ClientOrderId].ToList();
            Assert.True(there.Count <= 1, $"{spec.ClientOrderId} arrived {there.Count} times");
            switch (answer.Failure)
            {
                case null:
                    Assert.Equal(answer.Required.OrderId, Assert.Single(there).OrderId);
                    break;
                case { Kind: FailureKind.Rejected or FailureKind.Unauthorised or FailureKind.ClockOff }:
                    Assert.True(there.Count == 0, $"{spec.ClientOrderId} was called refused ({answer.Failure}), and the exchange has it");
                    break;
                default:
                    // Doubt: either may be true.
                    break;
            }
        }
        Assert.All(account.Seen, s => Assert.Equal(s.OrderId, Assert.Single(atExchange[s.ClientOrderId!]).OrderId));
        Assert.All(account.Updates, u => Assert.Equal(u.OrderId, Assert.Single(atExchange[u.ClientOrderId!]).OrderId));
    }

    private static void RequireSameOrders(List<OrderReport> orders, Ledger ledger)
    {
        Assert.Equal(
            ledger.Orders.Select(o => (o.OrderId, o.ClientOid, o.Symbol, o.Price, o.Size, o.DealSize, o.DealFunds, o.CancelledSize, o.Active)).Order(),
            orders.Select(o => (o.OrderId, o.ClientOrderId!, o.Symbol.Text, o.Price, o.Size, o.DealSize, o.DealFunds, o.CancelledSize, o.Active)).Order());
        Assert.All(ledger.Orders, o => Assert.False(o.Active));
    }

    /// <summary>Pushed or read, in whatever order and however often: a fill is one, by order and trade.</summary>
    private static void RequireSameFills(FaultyAccount account, List<FillReport> read, Ledger ledger)
    {
        Assert.NotEmpty(ledger.Fills);
        Assert.Equal(
            ledger.Fills.Select(f => (f.OrderId, f.TradeId, f.Side, f.Price, f.Size, (decimal?)f.Fee, (string?)f.FeeCurrency, (bool?)f.Maker)).Order(),
            read.Select(f => (f.OrderId, f.TradeId, f.Side == Side.Buy ? "buy" : "sell", f.Price, f.Size, f.Fee, f.FeeCurrency, f.Maker)).Order());
        var known = read.ToDictionary(f => (f.OrderId, f.TradeId));
        foreach (var pushed in account.Updates.Select(u => u.Fill).OfType<FillReport>())
        {
            Assert.True(known.TryGetValue((pushed.OrderId, pushed.TradeId), out var same), $"fill {pushed.OrderId}/{pushed.TradeId} was pushed, and is not in the list");
            Assert.Equal((same.Side, same.Price, same.Size), (pushed.Side, pushed.Price, pushed.Size));
        }
    }

    private static async Task RequireEachIsKnownByItsIdAsync(FaultyAccount account, Ledger ledger)
    {
        var ids = ledger.Orders.ToDictionary(o => o.ClientOid, o => o.OrderId, StringComparer.Ordinal);
        foreach (var (spec, _) in account.Placements)
        {
            var answer = await account.Client.GetOrderAsync(spec.Symbol, spec.ClientOrderId);
            if (ids.TryGetValue(spec.ClientOrderId, out var id))
                Assert.Equal(id, answer.Required.OrderId);
            else
                Assert.Equal(FailureKind.NotFound, answer.Failure?.Kind);
        }
    }
}
