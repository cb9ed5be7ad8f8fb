using System.Globalization;
using Bot.Host.Commands;
using Bot.Host.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Debugging;
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
        RequireWritable(folder);
        TellOnce(folder);
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
        try
        {
            _logger.Dispose();
        }
        catch (IOException)
        {
            // What was buffered is lost like the lines before it, and that was told. The run itself went well.
        }
    }

    private static void RequireWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var probe = new FileStream(
                Path.Combine(folder, $".probe-{Environment.ProcessId}"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The folder of the logs, {folder}, cannot be written: {e.Message}{Environment.NewLine}Make room or give rights there, or name another one (log.folder).", e);
        }
    }

    /// <summary>Losing log lines must not stop a bot that protects positions, but somebody has to know.</summary>
    private static void TellOnce(string folder)
    {
        var told = 0;
        SelfLog.Enable(_ =>
        {
            if (Interlocked.Exchange(ref told, 1) == 0)
                Console.Error.WriteLine($"warning: lines of the log are lost, because {folder} cannot be written. Is its disk full?");
        });
    }

    /// <summary>Akka.Cluster.Tools 1.5.73 says at once that a proxy "failed to find" its singleton after 30 seconds, before it has looked.</summary>
    private static bool IsKnownNoise(LogEvent e) =>
        e.Level == LogEventLevel.Warning && e.MessageTemplate.Text.Contains("ClusterSingletonProxy failed to find", StringComparison.Ordinal);
}
