using System.Diagnostics;
using Akka.Actor;
using Bot.Actors.Runtime;

namespace Bot.Actors.Tests.Runtime;

/// <summary>Timers count process time: a wall clock that is set changes nothing (RELIABILITY.md F20).</summary>
public sealed class ActorTimersTests : IAsyncLifetime
{
    private readonly ActorSystem _system = ActorSystem.Create("timers");

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void A_step_of_an_hour_neither_fires_a_timer_early_nor_stalls_it(int hours)
    {
        var time = new SteppedWall();
        using var inbox = Inbox.Create(_system);
        using var timers = new ActorTimers(time, inbox.Receiver);
        var since = Stopwatch.GetTimestamp();
        timers.After("t", 700, "due");
        time.Step = TimeSpan.FromHours(hours);
        Assert.Equal("due", inbox.Receive(TimeSpan.FromSeconds(30)));
        Assert.True(Stopwatch.GetElapsedTime(since) >= TimeSpan.FromMilliseconds(690));

        // One that is set after the step counts from then.
        timers.After("u", 100, "again");
        Assert.Equal("again", inbox.Receive(TimeSpan.FromSeconds(30)));
    }

    private sealed class SteppedWall : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Step;
    }
}
