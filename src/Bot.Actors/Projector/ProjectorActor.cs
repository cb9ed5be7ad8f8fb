using Akka.Actor;
using Akka.Event;
using Bot.Actors.Runtime;

namespace Bot.Actors.Projector;

/// <summary>Asks for everything that is in the journal now to be in the read tables; the answer is <see cref="CaughtUp"/> to the sender.</summary>
public sealed record CatchUp : IWireMessage
{
    /// <summary>The only instance.</summary>
    public static readonly CatchUp Instance = new();
}

/// <summary>The read tables show what the journal held when it was asked.</summary>
/// <param name="Applied">Events projected since the projector started.</param>
public sealed record CaughtUp(long Applied) : IWireMessage;

/// <summary>
/// Keeps the read tables behind the journal, one in the cluster. Correct with two of them: progress and rows are one transaction. It runs
/// on wall time even in a replay, because no decision reads what it writes.
/// </summary>
public sealed class ProjectorActor : UntypedActor
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Projection _projection;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>The projector.</summary>
    public ProjectorActor(NodeServices services) => _projection = new Projection(services.Database, text => _log.Error("ALERT {Text}", text));

    /// <inheritdoc/>
    protected override void PreStart() => _ = RunAsync(_stopping.Token);

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (message is CatchUp)
            _ = CatchUpAsync(Sender, Self, _stopping.Token);
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        var swept = TimeProvider.System.GetTimestamp();
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                int applied;
                await _one.WaitAsync(cancel).ConfigureAwait(false);
                try
                {
                    applied = await _projection.StepAsync(cancel).ConfigureAwait(false);
                    if (TimeProvider.System.GetElapsedTime(swept) > SweepInterval)
                    {
                        applied += await _projection.SweepAsync(cancel).ConfigureAwait(false);
                        swept = TimeProvider.System.GetTimestamp();
                    }
                }
                finally
                {
                    _one.Release();
                }
                if (applied == 0)
                    await Task.Delay(Pause, cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ProjectionOvertakenException e)
            {
                // The singleton is moving, or the cluster is split: the other one's work counts as well as ours.
                _log.Warning("{Reason}", e.Message);
            }
            catch (Exception e)
            {
                _log.Error(e, "the read tables could not be brought forward; trying again");
                await Task.Delay(PauseAfterFailure, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task CatchUpAsync(IActorRef asker, IActorRef self, CancellationToken cancel)
    {
        try
        {
            await _one.WaitAsync(cancel).ConfigureAwait(false);
            try
            {
                while (await _projection.SweepAsync(cancel).ConfigureAwait(false) > 0)
                {
                    // until the heads agree
                }
            }
            finally
            {
                _one.Release();
            }
            asker.Tell(new CaughtUp(_projection.Applied), self);
        }
        catch (Exception e)
        {
            asker.Tell(new Status.Failure(e), self);
        }
    }
}
