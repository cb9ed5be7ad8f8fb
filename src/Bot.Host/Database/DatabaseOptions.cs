using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Bot.Host.Database;

/// <summary>The section <c>database</c> of the configuration. Empty, it means a private server in the data folder.</summary>
public sealed record DatabaseOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "database";

    /// <summary>
    /// The bot's connection string; null for a private server. Better without a password: use <see cref="ConnectionStringFile"/> or a
    /// Passfile.
    /// </summary>
    public string? ConnectionString { get; init; }

    /// <summary>A file that holds the bot's connection string, for a mounted secret.</summary>
    public string? ConnectionStringFile { get; init; }

    /// <summary>A file with the connection string of the login that migrates; without it the bot's own does.</summary>
    public string? OwnerConnectionStringFile { get; init; }

    /// <summary>A file with the connection string for dashboards; without it the bot's own is used.</summary>
    public string? ReadOnlyConnectionStringFile { get; init; }

    /// <summary>Apply pending migrations at start-up. Off where a job of its own migrates.</summary>
    public bool MigrateAtStart { get; init; } = true;

    /// <summary>Connections that a pool keeps open.</summary>
    public int MinPoolSize { get; init; } = 1;

    /// <summary>Connections that a pool may open. Each process has a pool a role, and the Akka journal one more of this size.</summary>
    public int MaxPoolSize { get; init; } = 15;

    /// <summary>How long an idle connection above the minimum is kept, seconds.</summary>
    public int IdleLifetimeSeconds { get; init; } = 300;

    /// <summary>How long opening a connection may take, seconds; waiting for a free one in the pool counts.</summary>
    public int ConnectTimeoutSeconds { get; init; } = 10;

    /// <summary>How long a statement may take, seconds.</summary>
    public int CommandTimeoutSeconds { get; init; } = 30;

    /// <summary>How often an idle connection is asked whether it still lives, seconds; 0 for never.</summary>
    public int KeepAliveSeconds { get; init; } = 15;

    /// <summary>How long the health check waits for an answer, seconds.</summary>
    public int HealthTimeoutSeconds { get; init; } = 3;

    /// <summary>Private server: its port; null chooses a free one.</summary>
    public int? Port { get; init; }

    /// <summary>Private server: the folder of the Postgres programs; null searches the machine.</summary>
    public string? BinFolder { get; init; }

    /// <summary>Private server: leave it running when the bot ends.</summary>
    public bool KeepRunning { get; init; }

    /// <summary>True when the bot starts a server of its own.</summary>
    public bool IsPrivate => ConnectionString is null && ConnectionStringFile is null;

    /// <summary>Reads the section and checks it. Every fault is told at once.</summary>
    /// <exception cref="DatabaseSetupException">A setting is unknown or wrong.</exception>
    public static DatabaseOptions From(IConfiguration section)
    {
        var faults = new List<string>();
        var reader = new SectionReader(section, faults);
        var defaults = new DatabaseOptions();
        var options = new DatabaseOptions
        {
            ConnectionString = reader.Text(nameof(ConnectionString)),
            ConnectionStringFile = reader.Text(nameof(ConnectionStringFile)),
            OwnerConnectionStringFile = reader.Text(nameof(OwnerConnectionStringFile)),
            ReadOnlyConnectionStringFile = reader.Text(nameof(ReadOnlyConnectionStringFile)),
            MigrateAtStart = reader.Flag(nameof(MigrateAtStart)) ?? defaults.MigrateAtStart,
            MinPoolSize = reader.Number(nameof(MinPoolSize)) ?? defaults.MinPoolSize,
            MaxPoolSize = reader.Number(nameof(MaxPoolSize)) ?? defaults.MaxPoolSize,
            IdleLifetimeSeconds = reader.Number(nameof(IdleLifetimeSeconds)) ?? defaults.IdleLifetimeSeconds,
            ConnectTimeoutSeconds = reader.Number(nameof(ConnectTimeoutSeconds)) ?? defaults.ConnectTimeoutSeconds,
            CommandTimeoutSeconds = reader.Number(nameof(CommandTimeoutSeconds)) ?? defaults.CommandTimeoutSeconds,
            KeepAliveSeconds = reader.Number(nameof(KeepAliveSeconds)) ?? defaults.KeepAliveSeconds,
            HealthTimeoutSeconds = reader.Number(nameof(HealthTimeoutSeconds)) ?? defaults.HealthTimeoutSeconds,
            Port = reader.Number(nameof(Port)),
            BinFolder = reader.Text(nameof(BinFolder)),
            KeepRunning = reader.Flag(nameof(KeepRunning)) ?? defaults.KeepRunning,
        };
        reader.RefuseUnknown();
        faults.AddRange(options.Faults());
        return faults.Count == 0
            ? options
            : throw new DatabaseSetupException($"The section '{Section}' of the configuration is wrong: {string.Join("; ", faults)}.",
                "Correct these settings; docs/database.md lists all of them.");
    }

    /// <summary>Everything that is wrong with the values; empty when nothing is.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        if (ConnectionString is not null && ConnectionStringFile is not null)
            faults.Add("connectionString and connectionStringFile are both set: one of them is enough");
        if (IsPrivate && (OwnerConnectionStringFile ?? ReadOnlyConnectionStringFile) is not null)
            faults.Add("ownerConnectionStringFile and readOnlyConnectionStringFile need connectionString or connectionStringFile beside them");
        if (!IsPrivate && (Port ?? (KeepRunning ? 1 : null)) is not null)
            faults.Add("port and keepRunning are for a private server, but a connection string is set");
        Within(faults, nameof(MinPoolSize), MinPoolSize, 0, 1000);
        Within(faults, nameof(MaxPoolSize), MaxPoolSize, 1, 1000);
        if (MinPoolSize > MaxPoolSize)
            faults.Add($"minPoolSize ({MinPoolSize}) is above maxPoolSize ({MaxPoolSize})");
        Within(faults, nameof(IdleLifetimeSeconds), IdleLifetimeSeconds, 1, 86_400);
        Within(faults, nameof(ConnectTimeoutSeconds), ConnectTimeoutSeconds, 1, 300);
        Within(faults, nameof(CommandTimeoutSeconds), CommandTimeoutSeconds, 1, 3600);
        Within(faults, nameof(KeepAliveSeconds), KeepAliveSeconds, 0, 3600);
        Within(faults, nameof(HealthTimeoutSeconds), HealthTimeoutSeconds, 1, 60);
        if (Port is { } port)
            Within(faults, nameof(Port), port, 1024, 65535);
        return faults;
    }

    // A record prints its properties, and one of them may hold a password.
    /// <inheritdoc/>
    public override string ToString() => IsPrivate
        ? "a private database"
        : ConnectionString is { } text ? DatabaseConnections.Redact(text) : $"the database of {ConnectionStringFile}";

    private static void Within(List<string> faults, string name, int value, int low, int high)
    {
        if (value < low || value > high)
            faults.Add($"{SectionReader.Spelled(name)} is {value.ToString(CultureInfo.InvariantCulture)}, allowed is {low} to {high}");
    }
}

/// <summary>Reads the values of a section, collecting faults instead of stopping at the first.</summary>
internal sealed class SectionReader(IConfiguration section, List<string> faults)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    public static string Spelled(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    public string? Text(string name)
    {
        _known.Add(name);
        var value = section[name];
        return string.IsNullOrWhiteSpace(value) ? null : value;
    }

    public int? Number(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return value;
        faults.Add($"{Spelled(name)} is '{text}', which is no whole number");
        return null;
    }

    public bool? Flag(string name)
    {
        if (Text(name) is not { } text)
            return null;
        if (bool.TryParse(text, out var value))
            return value;
        faults.Add($"{Spelled(name)} is '{text}': use true or false");
        return null;
    }

    public void RefuseUnknown() =>
        faults.AddRange(section.GetChildren().Where(c => !_known.Contains(c.Key)).Select(c =>
            $"'{c.Key}' is no setting of this section; known are {string.Join(", ", _known.Select(Spelled).Order(StringComparer.Ordinal))}"));
}
