using Npgsql;

namespace Bot.Host.Database.Postgres;

/// <summary>The logins and the database of a private server, made at the first start and put right at every other.</summary>
internal static class ServerRoles
{
    /// <summary>The bot's database.</summary>
    public const string DatabaseName = "bot";

    // Role names and verifiers cannot be parameters of CREATE ROLE. They are handed over as settings of the transaction, which are
    // parameters, and the server quotes them itself.
    private const string MakeLogin =
        """
        DO $$
        DECLARE
          login    text := current_setting('bot.login');
          verifier text := current_setting('bot.verifier');
          grp      text := current_setting('bot.group');
        BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = login) THEN
            EXECUTE format('CREATE ROLE %I', login);
          END IF;
          EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD %L', login, verifier);
          IF grp <> '' THEN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = grp) THEN
              EXECUTE format('CREATE ROLE %I NOLOGIN', grp);
            END IF;
            EXECUTE format('GRANT %I TO %I', grp, login);
          END IF;
        END $$
        """;

    /// <summary>Makes what is missing.</summary>
    public static async Task EnsureAsync(string adminConnection, IReadOnlyDictionary<string, string> passwords, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(adminConnection);
        await connection.OpenAsync(cancellation);
        await LoginAsync(connection, ServerPasswords.Owner, "", passwords, cancellation);
        await LoginAsync(connection, ServerPasswords.App, "bot_app", passwords, cancellation);
        await LoginAsync(connection, ServerPasswords.ReadOnly, "bot_ro", passwords, cancellation);

        if (await ExistsAsync(connection, DatabaseName, cancellation))
            return;
        await using var create = new NpgsqlCommand(
            "CREATE DATABASE bot OWNER bot_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", connection);
        await create.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Makes a database of a run's own: an empty one, or when it shall be kept one that is there already.</summary>
    public static async Task MakeAsync(string adminConnection, string name, bool keep, CancellationToken cancellation)
    {
        // A database's name cannot be a parameter; only names that need no quoting pass, and never the one with the money in it.
        if (name == DatabaseName || name.Length is 0 or > 30 || !name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_'))
            throw new ArgumentException($"'{name}' cannot be the name of a run's own database.", nameof(name));
        await using var connection = new NpgsqlConnection(adminConnection);
        await connection.OpenAsync(cancellation);
        if (keep && await ExistsAsync(connection, name, cancellation))
            return;
#pragma warning disable CA2100 // the name was checked above
        await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", connection);
        await drop.ExecuteNonQueryAsync(cancellation);
        await using var create = new NpgsqlCommand(
            $"CREATE DATABASE {name} OWNER bot_owner TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", connection);
        await create.ExecuteNonQueryAsync(cancellation);
#pragma warning restore CA2100
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var exists = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", connection);
        exists.Parameters.AddWithValue(name);
        return await exists.ExecuteScalarAsync(cancellation) is true;
    }

    private static async Task LoginAsync(
        NpgsqlConnection connection, string login, string group, IReadOnlyDictionary<string, string> passwords, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var settings = new NpgsqlCommand(
            "SELECT set_config('bot.login', $1, true), set_config('bot.verifier', $2, true), set_config('bot.group', $3, true)",
            connection,
            transaction);
        settings.Parameters.AddWithValue(login);
        settings.Parameters.AddWithValue(ServerPasswords.ScramVerifier(passwords[login]));
        settings.Parameters.AddWithValue(group);
        await settings.ExecuteNonQueryAsync(cancellation);
        await using var make = new NpgsqlCommand(MakeLogin, connection, transaction);
        await make.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
