using System.Diagnostics;
using System.Runtime.Versioning;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Host.Database;
using Bot.Testing;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>A process that has no time: its thread pool is blocked and its memory is turned over at gigabytes a second (RELIABILITY.md F23).</summary>
[SupportedOSPlatform("linux")]
public sealed class StallTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-stall-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task F23_A_node_whose_threads_are_blocked_and_whose_collector_works_goes_on_and_does_nothing_twice()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var simulator = await SimulatorServer.StartAsync(new SimulatorOptions
        {
            Accounts = [InProcessNodes.Account],
            Synthetic = new SyntheticMarketOptions { Pairs = 8 },
            Clock = SimulatorClock.Wall,
            Speed = 20,
            RateLimits = false,
        });
        await using var node = await InProcessNodes.StartAsync(database, simulator.Address, TradingConfig.WriteBusy(_folder), 1);
        await TradedAsync(database, 3);
        var (longest, allocated) = await StallAsync();
        await TradedAsync(database, 3);
        output.WriteLine($"the pool answered after {longest.TotalMilliseconds:0} ms at worst; {allocated / 1e9:0.0} GB were allocated");
        Assert.True(longest > TimeSpan.FromMilliseconds(200), "nothing stood still: the run shows nothing");

        var check = await CheckAnswer.AskAsync(_folder, simulator.Address, database.Connections.For(DatabaseRole.ReadOnly), InProcessNodes.Key, settleSeconds: 90);
        Assert.Empty(check.Violations.Select(v => v.Text));
    }

    private static async Task TradedAsync(TestDatabase database, int orders)
    {
        var before = await OrdersAsync();
        await Waiting.UntilAsync(async () => await OrdersAsync() >= before + orders, Patience, () => "nothing is traded");

        async Task<long> OrdersAsync() => await database.ValueAsync<long>(
            DatabaseRole.ReadOnly, "SELECT count(*) FROM journal WHERE persistence_id LIKE 'order-%' AND sequence_number = 1");
    }

    /// <summary>Blocks every thread of the pool that there is, and more that it makes, while another thread allocates without end.</summary>
    /// <returns>The longest time that work has waited for a thread, and the bytes that were allocated.</returns>
    private static async Task<(TimeSpan Longest, long Allocated)> StallAsync()
    {
        using var over = new ManualResetEventSlim();
        var longest = TimeSpan.Zero;
        var before = GC.GetTotalAllocatedBytes();
        var waste = new Thread(() =>
        {
            while (!over.IsSet)
                _ = new byte[80_000];
        });
        var measure = new Thread(() =>
        {
            while (!over.IsSet)
            {
                var start = Stopwatch.GetTimestamp();
                using var ran = new ManualResetEventSlim();
                ThreadPool.UnsafeQueueUserWorkItem(static r => r.Set(), ran, preferLocal: false);
                ran.Wait();
                longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(start).Ticks));
            }
        });
        for (var i = 0; i < 64; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static o => o.Wait(Stall), over, preferLocal: false);
        waste.Start();
        measure.Start();
        await Task.Factory.StartNew(() => over.WaitHandle.WaitOne(Stall), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        over.Set();
        waste.Join();
        measure.Join();
        return (longest, GC.GetTotalAllocatedBytes() - before);
    }
}
