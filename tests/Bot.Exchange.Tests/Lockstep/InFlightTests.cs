using Bot.Exchange.Lockstep;
using Bot.Exchange.Tests.Kucoin.Support;

namespace Bot.Exchange.Tests.Lockstep;

public sealed class InFlightTests
{
    [Fact]
    public async Task A_waiter_is_woken_when_the_last_unit_ends_however_the_threads_interleave()
    {
        var inFlight = new InFlight();
        for (var round = 0; round < 20_000; round++)
        {
            inFlight.Enter();
            inFlight.Enter();
            ThreadPool.UnsafeQueueUserWorkItem(static state => ((InFlight)state!).Exit(), inFlight);
            ThreadPool.UnsafeQueueUserWorkItem(static state => ((InFlight)state!).Exit(), inFlight);
            await inFlight.WhenQuietAsync(CancellationToken.None).Soon();
            Assert.Equal(0, inFlight.Count);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_waits_for_other_work_is_no_work_until_the_moment_at_which_that_is_done(bool fails)
    {
        var inFlight = new InFlight();
        var other = new TaskCompletionSource();
        inFlight.Enter();
        inFlight.Enter();
        var waiting = inFlight.LeaveForAsync(other.Task);
        Assert.Equal(1, inFlight.Count);
        if (fails)
            other.SetException(new TimeoutException());
        else
            other.SetResult();
        Assert.Equal(2, inFlight.Count);
        inFlight.Exit();
        Assert.Equal(fails, await Record.ExceptionAsync(() => waiting.Soon()) is TimeoutException);
        Assert.Equal(1, inFlight.Count);

        // What is done already is not left for.
        Assert.Equal(7, await inFlight.LeaveForAsync(Task.FromResult(7)).Soon());
        Assert.Equal(1, inFlight.Count);
    }

    [Fact]
    public async Task A_withheld_answer_is_not_work_until_it_is_given_up()
    {
        var inFlight = new InFlight();
        inFlight.Enter();
        Assert.False(inFlight.IsQuiet);
        var quiet = inFlight.WhenQuietAsync(CancellationToken.None);
        inFlight.SetWithheld(1);
        await quiet.Soon();
        inFlight.Reclaim();
        Assert.False(inFlight.IsQuiet);
        inFlight.Exit();
        Assert.True(inFlight.IsQuiet);
        inFlight.Reclaim();
        inFlight.Enter();
        Assert.False(inFlight.IsQuiet);
    }

    [Fact]
    public async Task Frames_are_awaited_by_count_or_until_the_connection_is_gone_however_the_threads_interleave()
    {
        var frames = new PushFrames();
        for (var round = 0; round < 5_000; round++)
        {
            var connection = frames.Add($"c{round}");
            ThreadPool.UnsafeQueueUserWorkItem(
                static state =>
                {
                    for (var i = 0; i < 3; i++)
                        ((FrameProgress)state!).Advance();
                },
                connection);
            await connection.WhenHandledAsync(3, CancellationToken.None).AsTask().Soon();
            Assert.True(connection.Handled >= 3);
            ThreadPool.UnsafeQueueUserWorkItem(static state => ((FrameProgress)state!).Close(), connection);
            await connection.WhenHandledAsync(long.MaxValue, CancellationToken.None).AsTask().Soon();
            Assert.True(connection.IsClosed);
        }
        Assert.Empty(frames.Open);
    }
}
