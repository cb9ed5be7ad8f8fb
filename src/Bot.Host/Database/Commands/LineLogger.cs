using Microsoft.Extensions.Logging;

namespace Bot.Host.Database.Commands;

/// <summary>Messages as plain lines.</summary>
internal sealed class LineLogger(TextWriter writer) : ILogger
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
