using System.CommandLine;
using Npgsql;

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
        Description = "Your own server: a file with a connection string in it, or Host=...;Database=...;Username=...;Passfile=FILE. Without it the bot uses a private server.",
        HelpName = "SERVER",
        Recursive = true,
    };

    /// <summary>Puts the option's value into the settings.</summary>
    /// <exception cref="DatabaseSetupException">It holds a password, which every user of the machine could read in the list of processes.</exception>
    public static DatabaseOptions Apply(string? value, DatabaseOptions options)
    {
        if (string.IsNullOrWhiteSpace(value))
            return options;
        // No connection string goes without an equals sign.
        if (!value.Contains('=', StringComparison.Ordinal))
            return options with { ConnectionString = null, ConnectionStringFile = value, Port = null, KeepRunning = false };
        string? password;
        try
        {
            password = new NpgsqlConnectionStringBuilder(value).Password;
        }
        catch (ArgumentException)
        {
            throw new DatabaseSetupException("The value of --db is no connection string.",
                "It has the form Host=NAME;Database=bot;Username=LOGIN;Passfile=FILE, or is the path of a file with one in it.");
        }
        return password is null
            ? options with { ConnectionString = value, ConnectionStringFile = null, Port = null, KeepRunning = false }
            : throw new DatabaseSetupException(
                "A password on the command line can be read by every user of this machine.",
                "Write the connection string into a file that only you can read and say --db FILE, or name a password file: Passfile=FILE.");
    }
}
