using System.CommandLine;

namespace Bot.Host.Database.Commands;

/// <summary>What the <c>db</c> commands work on when the command line does not say.</summary>
public sealed record DatabaseCommandSettings
{
    /// <summary>The configuration's section.</summary>
    public DatabaseOptions Options { get; init; } = new();

    /// <summary>The bot's data folder.</summary>
    public string DataFolder { get; init; } = BotFolders.Data;
}

/// <summary>The option <c>--db</c>: a server of the user's own.</summary>
public static class DatabaseOption
{
    /// <summary>A new instance, for a command to take it among its options.</summary>
    public static Option<string?> Create() => new("--db")
    {
        Description = "Your own server: a file with a connection string in it, or Host=...;Database=...;Username=...;Passfile=FILE, or postgresql://... Without it the bot uses a private server.",
        HelpName = "SERVER",
        Recursive = true,
    };

    /// <summary>Puts the option's value into the settings.</summary>
    /// <param name="value">What the command line says; null: nothing.</param>
    /// <param name="options">What the configuration says.</param>
    /// <param name="warn">Told when the value holds a password: every user of the machine can read it in the list of processes.</param>
    /// <exception cref="DatabaseSetupException">It is no connection string.</exception>
    public static DatabaseOptions Apply(string? value, DatabaseOptions options, TextWriter warn)
    {
        if (string.IsNullOrWhiteSpace(value))
            return options;
        // No connection string goes without an equals sign or a scheme.
        if (!value.Contains('=', StringComparison.Ordinal) && !value.Contains("://", StringComparison.Ordinal))
            return options with { ConnectionString = null, ConnectionStringFile = value, Port = null, KeepRunning = false };
        try
        {
            if (DatabaseConnections.Parse(value).Password is not null)
                warn.WriteLine("Warning: a password on the command line can be read by every user of this machine. Better: --db FILE, or Passfile=FILE.");
        }
        catch (ArgumentException)
        {
            // The cause is not passed on: it may quote the value, and with it a password.
            throw new DatabaseSetupException("The value of --db is no connection string.",
                "It has the form Host=NAME;Database=bot;Username=LOGIN;Passfile=FILE or postgresql://LOGIN@NAME/bot, or is the path of a file with one in it.");
        }
        return options with { ConnectionString = value, ConnectionStringFile = null, Port = null, KeepRunning = false };
    }
}
