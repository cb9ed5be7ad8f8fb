using Bot.Actors.Tests.Support;
using Xunit.Abstractions;

namespace Bot.Actors.Tests.Pairs;

/// <summary>
/// Each write of a trade fails once, from the entry's decision to its end, with the production actors, a real journal and the simulator on
/// real sockets. Whoever was writing ends there; the next incarnation must bring the trade to its end: nothing sent twice, nothing bare,
/// books that agree (RELIABILITY.md R1, R4, R15).
/// </summary>
public sealed class FailedWriteTests(ITestOutputHelper output)
{
    private const decimal Crash = 90m;

    /// <summary>Which write fails; with <c>./test --long</c> each of them.</summary>
    public static TheoryData<int> Writes => Environment.GetEnvironmentVariable("BOT_LONG") == "1" ? [.. Enumerable.Range(1, 24)] : [1, 2, 4, 6, 9];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_trade_comes_to_its_end_whichever_of_its_writes_fails(int number)
    {
        await using var pair = await PairOnExchange.CreateAsync();
        await pair.StartAsync();
        await Eventually.Async(async () => (await pair.StatusAsync()).EntryBlock is null ? "" : null, "the pair may open");
        await pair.FailWriteAsync(number);
        await pair.EnterAsync();
        try
        {
            // Bought and protected, or given up for good because the write that failed was the entry's.
            await Eventually.Async(async () => await IsProtectedAsync(pair) || await IsOverAsync(pair, number) ? "" : null, "the entry came to something");
            if (await IsProtectedAsync(pair))
            {
                pair.Market.Trade(Crash);
                await pair.RequireFlatAsync();
            }
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}{Environment.NewLine}{await pair.StoryAsync()}", e);
        }
        var books = await pair.WhenBooksAsync(b => b.Orders.All(o => !o.Active) && b.Stops.All(s => s.Phase is not "waiting"), "nothing is left at the exchange");

        // At most one entry, and no id twice.
        Assert.True(books.Orders.Count(o => o.Side == "buy") <= 1);
        Assert.DoesNotContain(books.Orders.Where(o => o.ClientOid is not null).GroupBy(o => o.ClientOid), g => g.Count() > 1);
        Assert.Equal(0, books.Balances.SingleOrDefault(b => b.Currency == "BTC")?.Total ?? 0);
        var writes = await pair.WritesAsync();
        output.WriteLine($"write {number} of {writes} failed; {books.Orders.Count} orders, {books.Stops.Count} stops");
    }

    private static async Task<bool> IsProtectedAsync(PairOnExchange pair) => await pair.StatusAsync() is { Protection: not null, Position.Quantity: > 0 };

    private static async Task<bool> IsOverAsync(PairOnExchange pair, int number)
    {
        if (await pair.WritesAsync() <= number || await pair.StatusAsync() is not { Protection: null, OpenOrders.Count: 0 })
            return false;
        var state = await pair.JournaledAsync();
        return state.Position.Quantity == 0 && state.Attempts.All(a => !a.IsOpen) && (state.Attempts.Count > 0 || number == 1);
    }
}
