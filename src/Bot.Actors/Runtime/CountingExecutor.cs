using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Bot.Exchange.Lockstep;

namespace Bot.Actors.Runtime;

/// <summary>Hands the counter of work under way to the dispatchers of an actor system.</summary>
/// <param name="inFlight">The counter.</param>
public sealed class InFlightSetup(InFlight inFlight) : Setup
{
    /// <summary>The counter.</summary>
    public InFlight InFlight { get; } = inFlight;
}

/// <summary>
/// Runs actors on the .NET thread pool, as Akka's default executor does, and counts each run. A message that an actor sends is scheduled
/// before the actor's own run ends, so a count of zero means that every mailbox is empty.
/// </summary>
public sealed class CountingExecutorConfigurator : ExecutorServiceConfigurator
{
    private readonly InFlight _inFlight;

    /// <summary>Made by Akka from the configuration.</summary>
    public CountingExecutorConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
    {
        var setup = prerequisites.Settings.Setup.Get<InFlightSetup>();
        _inFlight = setup.HasValue ? setup.Value.InFlight : new InFlight();
    }

    /// <inheritdoc/>
    public override ExecutorService Produce(string id) => new CountingExecutor(id, _inFlight);

    private sealed class CountingExecutor(string id, InFlight inFlight) : ExecutorService(id)
    {
        private volatile bool _isShutDown;

        public override void Execute(IRunnable run)
        {
            if (_isShutDown)
                throw new RejectedExecutionException("The executor was shut down.");
            inFlight.Enter();
            ThreadPool.UnsafeQueueUserWorkItem(new Run(run, inFlight), preferLocal: false);
        }

        public override void Shutdown() => _isShutDown = true;

        private sealed class Run(IRunnable run, InFlight inFlight) : IThreadPoolWorkItem
        {
            public void Execute()
            {
                try
                {
                    run.Run();
                }
                finally
                {
                    inFlight.Exit();
                }
            }
        }
    }
}
