using Bot.Exchange.Kucoin;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;
using CsCheck;

namespace Bot.Exchange.Tests.Kucoin;

public sealed class ExchangeClockTests
{
    [Fact]
    public void The_truth_lies_within_the_error_bound_whatever_the_ways_take() =>
        Gen.Select(Gen.Long[-100_000, 100_000], Gen.Select(Gen.Int[0, 500], Gen.Int[0, 500]).Array[1, 8], Gen.Int[0, 120_000]).Sample(
            (offsetMs, trips, laterMs) =>
            {
                var time = new VirtualTimeProvider(TestClient.NowMs);
                var clock = new ExchangeClock(time);
                var measured = new List<ExchangeClock.RoundTrip>();
                foreach (var (thereMs, backMs) in trips)
                {
                    var sent = time.GetTimestamp();
                    time.AdvanceTo(time.NowMs + thereMs);
                    var serverMs = time.NowMs + offsetMs;
                    time.AdvanceTo(time.NowMs + backMs);
                    measured.Add(new ExchangeClock.RoundTrip(sent, time.GetTimestamp(), serverMs));
                }
                clock.Adopt(measured);
                time.AdvanceTo(time.NowMs + laterMs);
                Assert.InRange(clock.NowMs - (time.NowMs + offsetMs), -clock.ErrorBoundMs!.Value, clock.ErrorBoundMs.Value);
                var ageMs = laterMs + trips.Sum(t => t.Item1 + t.Item2);
                Assert.True(clock.ErrorBoundMs <= (trips.Min(t => t.Item1 + t.Item2) / 2) + 3 + (ageMs / 5000));
            });

    [Fact]
    public void Before_the_first_measurement_it_is_the_wall_clock_and_its_error_is_unknown()
    {
        var clock = new ExchangeClock(new VirtualTimeProvider(TestClient.NowMs));
        Assert.Equal(TestClient.NowMs, clock.NowMs);
        Assert.Null(clock.ErrorBoundMs);
        Assert.False(clock.IsSynchronised);
    }

    [Fact]
    public void In_a_replay_it_is_the_virtual_clock_without_error()
    {
        var time = new VirtualTimeProvider(TestClient.NowMs);
        var clock = new ExchangeClock(time, isTimeProvider: true);
        clock.Adopt([new ExchangeClock.RoundTrip(0, 0, 1)]);
        time.AdvanceTo(TestClient.NowMs + 5);
        Assert.Equal((TestClient.NowMs + 5, 0L, true), (clock.NowMs, clock.ErrorBoundMs!.Value, clock.IsSynchronised));
    }

    [Fact]
    public void A_step_of_the_wall_clock_is_seen_and_does_not_move_it()
    {
        var time = new SteppedWall();
        var clock = new ExchangeClock(time);
        clock.Adopt([new ExchangeClock.RoundTrip(time.GetTimestamp(), time.GetTimestamp(), TestClient.NowMs)]);
        Assert.Equal(0, clock.WallStepMs);
        time.StepMs = -3_600_000;
        Assert.Equal(-3_600_000, clock.WallStepMs);
        Assert.Equal(TestClient.NowMs, clock.NowMs);
    }

    [Theory]
    [InlineData(3_600_000)]
    [InlineData(-3_600_000)]
    [InlineData(10_000)]
    [InlineData(-600)]
    public void After_a_step_of_the_wall_clock_the_estimate_is_not_believed_until_it_is_measured_anew(long stepMs)
    {
        var time = new SteppedWall();
        var clock = new ExchangeClock(time);
        var trip = new ExchangeClock.RoundTrip(time.GetTimestamp(), time.GetTimestamp(), TestClient.NowMs);
        clock.Adopt([trip]);
        Assert.InRange(clock.ErrorBoundMs!.Value, 0, 10);
        time.StepMs = stepMs;
        Assert.True(clock.ErrorBoundMs > 500);
        clock.Adopt([trip]);
        Assert.InRange(clock.ErrorBoundMs!.Value, 0, 10);
        Assert.Equal(TestClient.NowMs, clock.NowMs);

        // What a time service does all the time is no step.
        time.StepMs = stepMs + 50;
        Assert.InRange(clock.ErrorBoundMs!.Value, 0, 10);
    }

    [Fact]
    public async Task It_is_measured_by_eight_round_trips()
    {
        await using var server = new RawServer(e => e.AnswerAsync("""{"code":"200000","data":1800000000000}"""));
        using var client = TestClient.At(server.Address, TimeProvider.System, TestClient.Options(server.Address) with { ClockIsTimeProvider = false });
        Assert.True(await client.SynchroniseClockAsync(default));
        Assert.Equal(8, server.Requests.Count);
        Assert.InRange(client.Clock.NowMs, 1_800_000_000_000, 1_800_000_060_000);
        Assert.NotNull(client.Clock.ErrorBoundMs);
    }

    [Fact]
    public async Task A_failed_measurement_keeps_the_old_estimate()
    {
        await using var server = new RawServer(e => e.AnswerAsync("<html>", 503));
        using var client = TestClient.At(server.Address, TimeProvider.System, TestClient.Options(server.Address) with { ClockIsTimeProvider = false });
        Assert.False(await client.SynchroniseClockAsync(default));
        Assert.False(client.Clock.IsSynchronised);
    }

    private sealed class SteppedWall : TimeProvider
    {
        public long StepMs { get; set; }

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => 42;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(TestClient.NowMs + StepMs);
    }
}
