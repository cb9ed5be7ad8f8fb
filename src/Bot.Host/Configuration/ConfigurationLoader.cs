using System.Text.Json;
using Bot.Host.Database;
using Bot.Trading.Strategies;
using Microsoft.Extensions.Configuration;

namespace Bot.Host.Configuration;

/// <summary>The configuration is wrong. The message names every fault.</summary>
/// <param name="source">Where it was read from.</param>
/// <param name="faults">What is wrong.</param>
public sealed class ConfigurationFaultException(string source, IReadOnlyList<string> faults)
    : Exception($"The configuration ({source}) is wrong:{Environment.NewLine}{string.Join(Environment.NewLine, faults.Select(f => $"  - {f}"))}{Environment.NewLine}"
        + "README.md lists every setting.")
{
    /// <summary>What is wrong.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>A configuration with what belongs to it.</summary>
/// <param name="Bot">The settings.</param>
/// <param name="Database">The section of the database.</param>
/// <param name="StrategyParameters">The strategy's complete parameters.</param>
public sealed record LoadedConfiguration(BotConfiguration Bot, DatabaseOptions Database, IReadOnlyDictionary<string, double> StrategyParameters);

/// <summary>Reads the configuration: defaults, then <c>bot.json</c>, then environment variables <c>BOT__SECTION__SETTING</c>.</summary>
public static class ConfigurationLoader
{
    /// <summary>Name of the file that is read when it is there and none is named.</summary>
    public const string DefaultFile = "bot.json";

    private const string EnvironmentPrefix = "BOT__";

    /// <summary>Reads and checks.</summary>
    /// <param name="file">The file; null for <see cref="DefaultFile"/> in the working directory, when it is there.</param>
    /// <param name="defaults">The defaults of the mode (demo, paper, live).</param>
    /// <param name="adjust">Applies the command line, which wins over file and environment.</param>
    /// <exception cref="ConfigurationFaultException">Something is wrong; every fault is told.</exception>
    public static LoadedConfiguration Load(string? file, BotConfiguration? defaults = null, Func<BotConfiguration, BotConfiguration>? adjust = null)
    {
        var source = file ?? DefaultFile;
        var builder = new ConfigurationBuilder();
        try
        {
            builder.AddJsonFile(Path.GetFullPath(source), optional: file is null, reloadOnChange: false);
            builder.AddEnvironmentVariables(EnvironmentPrefix);
            return Bind(builder.Build(), source, defaults ?? new BotConfiguration(), adjust ?? (c => c));
        }
        catch (FileNotFoundException)
        {
            throw new ConfigurationFaultException(source, ["the file does not exist"]);
        }
        catch (InvalidDataException e)
        {
            throw new ConfigurationFaultException(source, [$"it is not valid JSON: {Words(e.GetBaseException())}"]);
        }
    }

    private static string Words(Exception e) =>
        e is JsonException { LineNumber: { } line } json ? $"line {line + 1}, {json.Message.Split(" LineNumber:")[0]}" : e.Message;

    private static LoadedConfiguration Bind(IConfigurationRoot root, string source, BotConfiguration defaults, Func<BotConfiguration, BotConfiguration> adjust)
    {
        var faults = new List<string>();
        var database = new DatabaseOptions();
        try
        {
            database = DatabaseOptions.From(root.GetSection(DatabaseOptions.Section));
        }
        catch (DatabaseSetupException e)
        {
            faults.Add(e.Problem);
        }
        var withoutDatabase = new ConfigurationBuilder()
            .AddInMemoryCollection(root.AsEnumerable().Where(p => !IsOfDatabase(p.Key)))
            .Build();
        var bot = new StrictBinder(faults, DatabaseOptions.Section).Bind(withoutDatabase, defaults);
        if (faults.Count == 0)
            bot = adjust(bot);
        SettingsFaults.Add(bot, faults);
        var parameters = StrategyCatalog.All.TryGetValue(bot.Trading.Strategy, out var strategy)
            ? strategy.Complete(bot.Trading.Parameters, faults)
            : new Dictionary<string, double>();
        if (strategy is null)
            faults.Add($"'trading.strategy' is '{bot.Trading.Strategy}'; there are {string.Join(", ", StrategyCatalog.All.Keys.Order(StringComparer.Ordinal))}");
        return faults.Count == 0 ? new LoadedConfiguration(bot, database, parameters) : throw new ConfigurationFaultException(source, faults);
    }

    private static bool IsOfDatabase(string key) =>
        key.Split(ConfigurationPath.KeyDelimiter)[0].Equals(DatabaseOptions.Section, StringComparison.OrdinalIgnoreCase);
}
