using Bot.Exchange.Kucoin.Limits;
using Bot.Exchange.Lockstep;
using CsCheck;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class RateBudgetTests
{
    private const long WindowMs = 30_000;

    private static readonly Gen<Call> AnyCall = Gen.Select(
        Gen.Int[0, 120_000], Gen.Enum<RequestLane>(), Gen.Int[1, 10], Gen.Int[0, 900], Gen.Int[0, 3_000], Gen.Int[0, 9],
        (at, lane, weight, there, back, fate) => new Call(at, lane, weight, there, back, IsAnswered: fate > 0));

    [Fact]
    public async Task No_window_of_the_exchange_ever_counts_more_than_its_quota() =>
        await AnyCall.Array[1, 150].SampleAsync(
            async calls =>
            {
                var exchange = new Model(quota: 100);
                await exchange.RunAsync(calls);
                Assert.True(exchange.Worst <= 100, $"{exchange.Worst} of 100");
                Assert.Equal(calls.Length, exchange.Granted.Count);
            },
            iter: 300);

    [Fact]
    public async Task A_protective_request_within_its_share_never_waits_whatever_the_others_do() =>
        await Gen.Select(AnyCall.Where(c => c.Lane != RequestLane.Protective).Array[50, 150], Gen.Int[0, 120_000]).SampleAsync(
            async (others, at) =>
            {
                // Thirty of a hundred are kept; these need thirty, at one moment.
                var protective = Enumerable.Range(0, 6).Select(i => new Call(at, RequestLane.Protective, 5, 50, 50, IsAnswered: true)).ToArray();
                var exchange = new Model(quota: 100);
                await exchange.RunAsync([.. others, .. protective]);
                Assert.All(exchange.Granted.Where(g => g.Call.Lane == RequestLane.Protective), g => Assert.Equal(g.Call.AtMs, g.GrantedAtMs));
                Assert.True(exchange.Worst <= 100, $"{exchange.Worst} of 100");
            },
            iter: 300);

    [Fact]
    public async Task Requests_that_wait_go_by_lane_and_then_by_arrival()
    {
        var time = new VirtualTimeProvider();
        using var budget = Budget(time, quota: 10);
        await TakeAnswered(budget, 7);
        var order = new List<string>();
        var waiting = new[] { ("m1", RequestLane.Market), ("e1", RequestLane.Entry), ("q1", RequestLane.Query), ("e2", RequestLane.Entry), ("q2", RequestLane.Query) }
            .Select(async w =>
            {
                var ticket = await Take(budget, 2, w.Item2);
                budget.Report(ticket, default, throttled: false);
                lock (order)
                    order.Add(w.Item1);
            }).ToList();
        Assert.Equal(5, budget.Status(RatePool.Spot).Waiting);
        for (var i = 0; i < 3 && waiting.Any(w => !w.IsCompleted); i++)
        {
            time.AdvanceTo(time.NextDueMs!.Value);
            var done = i == 0 ? 3 : 5;
            while (Count() < done)
                await Task.Yield();
        }
        Assert.Equal(["e1", "q1", "q2"], order.Take(3).Order());
        Assert.Equal(["e2", "m1"], order.Skip(3).Order());

        int Count()
        {
            lock (order)
                return order.Count;
        }
    }

    [Fact]
    public async Task A_used_up_quota_stops_the_pool_until_the_exchange_says()
    {
        var time = new VirtualTimeProvider();
        using var budget = Budget(time, quota: 1000);
        budget.Report(await Take(budget, 1, RequestLane.Query), new RateHeaders(1000, 0, 4_000), throttled: true);
        var waiting = Take(budget, 1, RequestLane.Protective);
        Assert.False(waiting.IsCompleted);
        time.AdvanceTo(3_999);
        Assert.Equal(1, budget.Status(RatePool.Spot).Waiting);
        time.AdvanceTo(4_001);
        await waiting;
        Assert.Equal(4_001, time.NowMs);
    }

    [Fact]
    public async Task An_overload_costs_nothing_and_pauses_all_but_the_protective_lane()
    {
        var time = new VirtualTimeProvider();
        using var budget = Budget(time, quota: 1000);
        budget.Report(await Take(budget, 5, RequestLane.Query), default, throttled: true);
        Assert.Equal(0, budget.Status(RatePool.Spot).Used);
        var query = Take(budget, 1, RequestLane.Query);
        Assert.False(query.IsCompleted);
        Assert.True(Take(budget, 1, RequestLane.Protective).IsCompletedSuccessfully);
        // Half to all of 250 ms, jitter pinned to its middle; a millisecond more, because timers count whole ones.
        Assert.InRange(time.NextDueMs!.Value, 187, 190);
        time.AdvanceTo(time.NextDueMs.Value);
        await query;
    }

    [Fact]
    public async Task The_exchanges_own_count_beats_ours_when_others_use_the_same_address()
    {
        var time = new VirtualTimeProvider();
        using var budget = Budget(time, quota: 1000);
        budget.Report(await Take(budget, 1, RequestLane.Market), new RateHeaders(1000, 301, 20_000), throttled: false);
        var waiting = Take(budget, 2, RequestLane.Market);
        Assert.False(waiting.IsCompleted);
        Assert.True(Take(budget, 1, RequestLane.Market, RatePool.Public).IsCompletedSuccessfully);
        time.AdvanceTo(20_001);
        await waiting;
    }

    [Fact]
    public async Task A_higher_level_is_learned_from_the_headers()
    {
        var time = new VirtualTimeProvider();
        using var budget = Budget(time, quota: 10);
        budget.Report(await Take(budget, 1, RequestLane.Query), new RateHeaders(4000, 3999, 29_000), throttled: false);
        Assert.True(Take(budget, 500, RequestLane.Query).IsCompletedSuccessfully);
        Assert.Equal(4000, budget.Status(RatePool.Spot).Limit);
    }

    [Fact]
    public async Task A_wait_can_be_given_up_and_takes_nothing()
    {
        var time = new VirtualTimeProvider();
        using var budget = Budget(time, quota: 10);
        await TakeAnswered(budget, 7);
        using var stop = new CancellationTokenSource();
        var waiting = budget.AcquireAsync(RatePool.Spot, 5, RequestLane.Query, stop.Token).AsTask();
        var next = Take(budget, 1, RequestLane.Entry);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.False(next.IsCompleted);
        time.AdvanceTo(time.NextDueMs!.Value);
        await next;
        Assert.Equal(1, budget.Status(RatePool.Spot).Used);
    }

    [Fact]
    public async Task Disposing_ends_every_wait()
    {
        var budget = Budget(new VirtualTimeProvider(), quota: 10);
        await Take(budget, 7, RequestLane.Query);
        var waiting = Take(budget, 5, RequestLane.Query);
        budget.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_request_that_waits_for_the_clock_is_not_work_under_way()
    {
        var time = new VirtualTimeProvider();
        var inFlight = new InFlight();
        using var budget = new RateBudget(new RateBudgetOptions { SpotQuota = 10 }, time, () => 0.5, inFlight);
        inFlight.Enter();
        await TakeAnswered(budget, 7);
        var waiting = Take(budget, 7, RequestLane.Query);
        Assert.True(inFlight.IsQuiet);
        time.AdvanceTo(time.NextDueMs!.Value);
        Assert.False(inFlight.IsQuiet);
        await waiting;
        Assert.Equal(1, inFlight.Count);
    }

    private static RateBudget Budget(TimeProvider time, int quota) => new(new RateBudgetOptions { SpotQuota = quota }, time, () => 0.5);

    private static Task<RateTicket> Take(RateBudget budget, int weight, RequestLane lane, RatePool pool = RatePool.Spot) =>
        budget.AcquireAsync(pool, weight, lane, CancellationToken.None).AsTask();

    /// <summary>Takes weight for a request that ended without a word about the rate.</summary>
    private static async Task TakeAnswered(RateBudget budget, int weight) =>
        budget.Report(await Take(budget, weight, RequestLane.Market), default, throttled: false);

    [Fact]
    public async Task What_is_not_answered_when_a_window_ends_counts_in_the_next_one()
    {
        var time = new VirtualTimeProvider();
        using var budget = Budget(time, quota: 10);
        var late = await Take(budget, 4, RequestLane.Query);
        await TakeAnswered(budget, 3);
        time.AdvanceTo(31_000);
        Assert.Equal(4, budget.Status(RatePool.Spot).Used);
        budget.Report(late, new RateHeaders(10, 6, 29_000), throttled: false);
        Assert.Equal(4, budget.Status(RatePool.Spot).Used);
    }

    private sealed record Call(int AtMs, RequestLane Lane, int Weight, int ThereMs, int BackMs, bool IsAnswered);

    /// <summary>An exchange with one pool whose window begins when a request arrives, behind ways of different length.</summary>
    private sealed class Model(int quota)
    {
        private readonly VirtualTimeProvider _time = new();
        private readonly InFlight _inFlight = new();
        private long? _windowEnd;
        private int _count;

        public int Worst { get; private set; }

        public List<(Call Call, long GrantedAtMs)> Granted { get; } = [];

        public async Task RunAsync(IReadOnlyList<Call> calls)
        {
            using var budget = new RateBudget(new RateBudgetOptions { SpotQuota = quota }, _time, () => 0.5, _inFlight);
            foreach (var call in calls)
                After(call.AtMs, () =>
                {
                    _inFlight.Enter();
                    _ = SendAsync(budget, call);
                });
            while (_time.NextDueMs is { } due)
            {
                _time.AdvanceTo(due);
                await _inFlight.WhenQuietAsync(CancellationToken.None);
            }
        }

        private async Task SendAsync(RateBudget budget, Call call)
        {
            var ticket = await budget.AcquireAsync(RatePool.Spot, call.Weight, call.Lane, CancellationToken.None);
            lock (Granted)
                Granted.Add((call, _time.NowMs));
            After(call.ThereMs, () =>
            {
                var headers = Count(call.Weight);
                After(call.BackMs, () => budget.Report(ticket, call.IsAnswered ? headers : default, throttled: false));
            });
            _inFlight.Exit();
        }

        private RateHeaders Count(int weight)
        {
            if (_windowEnd is null || _time.NowMs >= _windowEnd)
                (_windowEnd, _count) = (_time.NowMs + WindowMs, 0);
            _count += weight;
            Worst = Math.Max(Worst, _count);
            return new RateHeaders(quota, quota - _count, _windowEnd - _time.NowMs);
        }

        private void After(long delayMs, Action action) =>
            _time.CreateTimer(_ => action(), null, TimeSpan.FromMilliseconds(delayMs), Timeout.InfiniteTimeSpan);
    }
}
