using System.Runtime.InteropServices;
using Bot.Exchange;
using Bot.Exchange.Lockstep;
using Bot.Exchange.Secrets;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Market;
using Bot.Host.Configuration;
using Bot.Host.Database;

namespace Bot.Host.Commands;

/// <summary>A command cannot go on. The message is for the person at the terminal: what is wrong and what to do.</summary>
/// <param name="message">What is wrong and what to do, without secrets.</param>
/// <param name="cause">The technical cause, where there is one.</param>
public sealed class CommandException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Runs a command to its end: Ctrl-C and SIGTERM stop it in order, what goes wrong becomes a message and an exit code.</summary>
internal static class CommandRunner
{
    /// <summary>Everything was done.</summary>
    public const int Ok = 0;

    /// <summary>Something went wrong.</summary>
    public const int Failed = 1;

    /// <summary>The node was downed by or removed from its cluster: it has to be started again.</summary>
    public const int NodeLost = 3;

    /// <summary>Ctrl-C ended it before its end.</summary>
    public const int Interrupted = 130;

    /// <summary>
    /// Runs the work. Synchronous on purpose: the command-line library gives an asynchronous action two seconds after Ctrl-C, which would
    /// leave a private server behind.
    /// </summary>
    /// <param name="error">Where messages go.</param>
    /// <param name="work">The work; it ends soon after its token is cancelled.</param>
    /// <param name="interruptIsAnothers">True when Ctrl-C is meant for a program that we started, or for the one that started us.</param>
    public static int Run(TextWriter error, Func<CancellationToken, Task<int>> work, bool interruptIsAnothers = false)
    {
        using var interrupt = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        try
        {
            return work(interrupt.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (Exception e) when (Explain(e) is { } message)
        {
            error.WriteLine(message);
            return Failed;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            if (context.Signal != PosixSignal.SIGINT || !interruptIsAnothers)
                interrupt.Cancel();
        }
    }

    /// <summary>What a person can do something about is a message; anything else is a fault of ours and keeps its stack.</summary>
    private static string? Explain(Exception e) => e switch
    {
        CommandException or DatabaseSetupException or ConfigurationFaultException or SimulatorOptionsException or SimulatorStartException
            or CandleFileException or AccountJournalException or SecretException or FormatException => e.Message,
        LockstepException => $"The replay cannot go on: {e.Message}",
        ExchangeException failed => $"The exchange did not answer as needed: {failed.Failure}",
        Npgsql.PostgresException { SqlState: "53100" } => "The disk of the database is full. Make room; nothing that was acknowledged is lost.",
        IOException { HResult: 28 or unchecked((int)0x8007001C) } => $"The disk is full: {e.Message}",
        AggregateException { InnerException: { } inner } => Explain(inner),
        _ => null,
    };
}
