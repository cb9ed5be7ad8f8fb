using System.Globalization;
using Bot.Host.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace Bot.Host.Logging;

/// <summary>Structured logs: one JSON object a line in a file, readable lines on the terminal when nothing else is drawn there.</summary>
public sealed class BotLogging : IDisposable
{
    private readonly Logger _logger;

    private BotLogging(Logger logger, string folder)
    {
        (_logger, Folder) = (logger, folder);
        Factory = new SerilogLoggerFactory(logger);
    }

    /// <summary>For everything that logs.</summary>
    public ILoggerFactory Factory { get; }

    /// <summary>Where the files are.</summary>
    public string Folder { get; }

    /// <summary>Opens the logs.</summary>
    /// <param name="section">Level, sizes, folder.</param>
    /// <param name="dataFolder">The bot's data folder.</param>
    /// <param name="name">Beginning of the files' names: the command.</param>
    /// <param name="toTerminal">Whether readable lines go to standard error too.</param>
    public static BotLogging Open(LogSection section, string dataFolder, string name, bool toTerminal)
    {
        var folder = section.Folder ?? Path.Combine(dataFolder, "logs");
        var level = Enum.Parse<LogEventLevel>(section.Level, ignoreCase: true);
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(level)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Warning)
            .Filter.ByExcluding(IsKnownNoise)
            .Enrich.FromLogContext()
            .WriteTo.File(
                new CompactJsonFormatter(),
                Path.Combine(folder, $"{name}-.json"),
                rollingInterval: RollingInterval.Day,
                rollOnFileSizeLimit: true,
                fileSizeLimitBytes: section.FileMegabytes * 1_000_000L,
                retainedFileCountLimit: section.KeepFiles,
                buffered: false,
                shared: false);
        if (toTerminal)
        {
            configuration.WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture,
                standardErrorFromLevel: LogEventLevel.Verbose);
        }
        return new BotLogging(configuration.CreateLogger(), folder);
    }

    /// <summary>Writes what is buffered and closes the files.</summary>
    public void Dispose()
    {
        Factory.Dispose();
        _logger.Dispose();
    }

    /// <summary>Akka.Cluster.Tools 1.5.73 says at once that a proxy "failed to find" its singleton after 30 seconds, before it has looked.</summary>
    private static bool IsKnownNoise(LogEvent e) =>
        e.Level == LogEventLevel.Warning && e.MessageTemplate.Text.Contains("ClusterSingletonProxy failed to find", StringComparison.Ordinal);
}
