using Npgsql;

namespace Bot.Host.Database;

/// <summary>Whom a connection speaks for.</summary>
public enum DatabaseRole
{
    /// <summary>Owns the schema: migrations and nothing else.</summary>
    Owner,

    /// <summary>The running bot: reads and writes rows, makes and drops nothing (RELIABILITY.md S12).</summary>
    App,

    /// <summary>Dashboards and people: reads.</summary>
    ReadOnly,
}

/// <summary>The connection strings of the three roles. Prints itself without secrets.</summary>
/// <remarks>Those of a private server hold no secret at all: they name a password file that only its user can read.</remarks>
public sealed class DatabaseConnections
{
    /// <summary>Three connection strings in Npgsql's form.</summary>
    public DatabaseConnections(string owner, string app, string readOnly)
    {
        Owner = Normalise(owner, "bot-owner");
        App = Normalise(app, "bot");
        ReadOnly = Normalise(readOnly, "bot-read-only");
    }

    /// <summary>For migrations.</summary>
    public string Owner { get; }

    /// <summary>For the running bot, the Akka journal included.</summary>
    public string App { get; }

    /// <summary>For dashboards and psql.</summary>
    public string ReadOnly { get; }

    /// <summary>The connection string of a role.</summary>
    public string For(DatabaseRole role) => role switch
    {
        DatabaseRole.Owner => Owner,
        DatabaseRole.App => App,
        _ => ReadOnly,
    };

    /// <summary>The same server and logins with another database.</summary>
    public DatabaseConnections WithDatabase(string name) => new(In(Owner, name), In(App, name), In(ReadOnly, name));

    /// <summary>A connection string without what must not be printed; a text that is no connection string becomes a note that says so.</summary>
    public static string Redact(string connectionString)
    {
        try
        {
            var parts = Parse(connectionString);
            return $"{parts.Username}@{parts.Host}:{parts.Port}/{parts.Database}";
        }
        catch (ArgumentException)
        {
            return "(unreadable connection string)";
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"owner {Redact(Owner)}, app {Redact(App)}, read-only {Redact(ReadOnly)}";

    private static string In(string connectionString, string database) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Database = database }.ConnectionString;

    // Every session counts in UTC, whatever the server's or the login's default is.
    private static string Normalise(string connectionString, string application)
    {
        try
        {
            var parts = Parse(connectionString);
            (parts.Timezone, parts.IncludeErrorDetail) = ("UTC", false);
            parts.ApplicationName ??= application;
            return parts.ConnectionString;
        }
        catch (ArgumentException)
        {
            // The cause is not passed on: it may quote the string, and with it a password.
            throw new DatabaseSetupException(
                "A database connection string cannot be read.",
                "It has the form Host=NAME;Port=5432;Database=bot;Username=LOGIN, with Passfile=FILE or Password=... behind, "
                + "or postgresql://LOGIN@NAME:5432/bot.");
        }
    }

    /// <summary>Reads a connection string of either form: Npgsql's, or the address that the Postgres programs take.</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
            return new NpgsqlConnectionStringBuilder(text);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("postgresql" or "postgres") || address.Host.Length == 0)
            throw new ArgumentException("This is no address of a Postgres server.", nameof(text));
        var login = address.UserInfo.Split(':', 2);
        var parts = new NpgsqlConnectionStringBuilder { Host = address.Host };
        if (address.Port > 0)
            parts.Port = address.Port;
        if (address.AbsolutePath.Length > 1)
            parts.Database = Uri.UnescapeDataString(address.AbsolutePath[1..]);
        if (login[0].Length > 0)
            parts.Username = Uri.UnescapeDataString(login[0]);
        if (login.Length > 1)
            parts.Password = Uri.UnescapeDataString(login[1]);
        foreach (var pair in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (pair.Split('=')[0], Uri.UnescapeDataString(pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]));
            // The two name some options differently.
            parts[name switch { "dbname" => "Database", "user" => "Username", "sslmode" => "SSL Mode", "application_name" => "Application Name", _ => name }] =
                name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        return parts;
    }
}
