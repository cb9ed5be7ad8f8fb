using Bot.Benchmarks;

namespace Bot.Exchange.Tests.Benchmarks;

/// <summary>Every benchmark runs, and both of its sides do the same work. What comes out is not judged here: docs/benchmarks.md.</summary>
public class BenchmarkTests
{
    public static TheoryData<string> Contests { get; } = [.. ParseContests.All(symbols: 20).Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Contests))]
    public void Both_sides_read_the_same_values(string name)
    {
        var result = Race.Run(ParseContests.All(symbols: 20).Single(c => c.Name == name), rounds: 1, blockMs: 0);
        Assert.True(result is { OursNs: > 0, BareNs: > 0, Ratio: > 0, BareBytes: > 0 }, $"{result}");
    }

    [Fact]
    public async Task Every_order_of_a_run_is_taken()
    {
        Assert.True(OrderRuns.InProcess(50) > 0);
        Assert.True(await OrderRuns.OverHttpAsync(16, atOnce: 4) > 0);
        var trips = await OrderRuns.InTurnsAsync(5);
        Assert.Equal((5, 5), (trips.Ours.Count, trips.Bare.Count));
        Assert.DoesNotContain(trips.Ours.Concat(trips.Bare), t => t <= 0);
    }
}
