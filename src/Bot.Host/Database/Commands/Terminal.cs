using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Bot.Host.Database.Commands;

/// <summary>Runs a short command at the terminal: ends it cleanly on Ctrl-C, turns what goes wrong into a message and an exit code.</summary>
internal static class Terminal
{
    private const int Interrupted = 130;

    /// <summary>
    /// Runs the work to its end. Synchronous on purpose: the command-line library gives an asynchronous action two seconds after Ctrl-C,
    /// which would leave a private server behind.
    /// </summary>
    /// <param name="error">Where messages go.</param>
    /// <param name="interruptIsTheChilds">True when Ctrl-C is meant for a program that was started, and not for us.</param>
    /// <param name="work">The work; its token falls when we are asked to end.</param>
    public static int Run(TextWriter error, bool interruptIsTheChilds, Func<ILogger, CancellationToken, Task<int>> work)
    {
        using var interrupt = new CancellationTokenSource();
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            if (context.Signal != PosixSignal.SIGINT || !interruptIsTheChilds)
                interrupt.Cancel();
        }
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        try
        {
            return work(new LineLogger(error), interrupt.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (DatabaseSetupException e)
        {
            error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>Messages as plain lines.</summary>
    private sealed class LineLogger(TextWriter writer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                writer.WriteLine(formatter(state, exception));
        }
    }
}
