using Bot.Host.Database.Migrations;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bot.Host.Database;

/// <summary>The open database of a running bot: private or given, migrated, with a pool for each role. Dispose it last.</summary>
public sealed class BotDatabase : IAsyncDisposable
{
    private BotDatabase(
        DatabaseOptions options, DatabaseConnections connections, MigrationFiles migrations, PrivatePostgres? server, ILoggerFactory loggers)
    {
        Options = options;
        Connections = connections;
        Migrations = migrations;
        Server = server;
        App = DataSource(connections.App, options, loggers);
        ReadOnly = DataSource(connections.ReadOnly, options with { MinPoolSize = 0 }, loggers);
    }

    /// <summary>The settings it was opened with.</summary>
    public DatabaseOptions Options { get; }

    /// <summary>
    /// The roles' connection strings, for what makes connections of its own, such as the Akka journal
    /// (<see cref="PooledConnectionString"/>).
    /// </summary>
    public DatabaseConnections Connections { get; }

    /// <summary>The migrations of this program.</summary>
    public MigrationFiles Migrations { get; }

    /// <summary>The private server; null when a server was given.</summary>
    public PrivatePostgres? Server { get; }

    /// <summary>The bot's pool.</summary>
    public NpgsqlDataSource App { get; }

    /// <summary>The pool for dashboards: it can read and nothing else.</summary>
    public NpgsqlDataSource ReadOnly { get; }

    /// <summary>The bot's connection string with the pool settings in it.</summary>
    public string PooledConnectionString => Pooled(Connections.App, Options).ConnectionString;

    /// <summary>Opens the database: starts or adopts the private server where none is given, applies what is pending, makes the pools.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="dataFolder">The bot's data folder, normally <c>.data</c>.</param>
    /// <param name="loggers">Where to log to.</param>
    /// <param name="scratch">Name of a database that is made anew on the private server; null for the bot's own. A given server is used as it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DatabaseSetupException">It cannot be used; the message says what to do.</exception>
    public static Task<BotDatabase> OpenAsync(
        DatabaseOptions options, string dataFolder, ILoggerFactory? loggers = null, string? scratch = null, CancellationToken cancellation = default) =>
        OpenAsync(options, dataFolder, loggers, server => scratch is null ? Task.FromResult(server.Connections) : server.RecreateAsync(scratch, cancellation), cancellation);

    /// <summary>As <see cref="OpenAsync(DatabaseOptions, string, ILoggerFactory?, string?, CancellationToken)"/>, with a database that is kept from run to run.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="dataFolder">The bot's data folder, normally <c>.data</c>.</param>
    /// <param name="name">Name of the database on the private server. A given server is used as it is.</param>
    /// <param name="loggers">Where to log to.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DatabaseSetupException">It cannot be used; the message says what to do.</exception>
    public static Task<BotDatabase> OpenKeptAsync(
        DatabaseOptions options, string dataFolder, string name, ILoggerFactory? loggers = null, CancellationToken cancellation = default) =>
        OpenAsync(options, dataFolder, loggers, server => server.KeepAsync(name, cancellation), cancellation);

    private static async Task<BotDatabase> OpenAsync(
        DatabaseOptions options, string dataFolder, ILoggerFactory? loggers, Func<PrivatePostgres, Task<DatabaseConnections>> choose, CancellationToken cancellation)
    {
        loggers ??= NullLoggerFactory.Instance;
        var logger = loggers.CreateLogger("Bot.Database");
        var migrations = MigrationFiles.Find();
        var server = options.IsPrivate ? await PrivatePostgres.StartAsync(PrivateOptions(options, dataFolder), logger, cancellation) : null;
        try
        {
            var connections = server is null ? await GivenAsync(options, cancellation) : await choose(server);
            if (options.MigrateAtStart)
                await new DatabaseMigrator(connections.Owner, migrations, logger).MigrateAsync(cancellation);
            return new BotDatabase(options, connections, migrations, server, loggers);
        }
        catch
        {
            if (server is not null)
                await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The private server's part of the settings.</summary>
    public static PrivatePostgresOptions PrivateOptions(DatabaseOptions options, string dataFolder) => new()
    {
        DataFolder = dataFolder,
        Port = options.Port,
        BinFolder = options.BinFolder,
        KeepRunning = options.KeepRunning,
        // Two pools and the journals' own, a health check, and a person with psql.
        MaxConnections = Math.Max(60, (4 * options.MaxPoolSize) + 10),
    };

    /// <summary>The connection strings of a given server.</summary>
    /// <exception cref="DatabaseSetupException">A file cannot be read, or what it holds is no connection string.</exception>
    public static async Task<DatabaseConnections> GivenAsync(DatabaseOptions options, CancellationToken cancellation = default)
    {
        var app = options.ConnectionString ?? await ReadAsync(options.ConnectionStringFile!, cancellation);
        return new DatabaseConnections(
            options.OwnerConnectionStringFile is { } owner ? await ReadAsync(owner, cancellation) : app,
            app,
            options.ReadOnlyConnectionStringFile is { } readOnly ? await ReadAsync(readOnly, cancellation) : app);
    }

    /// <summary>Closes the pools, then stops the private server.</summary>
    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await ReadOnly.DisposeAsync();
        if (Server is not null)
            await Server.DisposeAsync();
    }

    /// <summary>A pool from a connection string and the settings. Parameters are never logged.</summary>
    public static NpgsqlDataSource DataSource(string connectionString, DatabaseOptions options, ILoggerFactory? loggers = null)
    {
        var builder = new NpgsqlDataSourceBuilder(Pooled(connectionString, options).ConnectionString);
        builder.UseLoggerFactory(loggers);
        return builder.Build();
    }

    private static NpgsqlConnectionStringBuilder Pooled(string connectionString, DatabaseOptions options) => new(connectionString)
    {
        Pooling = true,
        MinPoolSize = options.MinPoolSize,
        MaxPoolSize = options.MaxPoolSize,
        ConnectionIdleLifetime = options.IdleLifetimeSeconds,
        Timeout = options.ConnectTimeoutSeconds,
        CommandTimeout = options.CommandTimeoutSeconds,
        KeepAlive = options.KeepAliveSeconds,
    };

    private static async Task<string> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return (await File.ReadAllTextAsync(file, cancellation)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseSetupException(
                $"The file with the connection string cannot be read: {e.Message}",
                "Check its path and its rights; it belongs to the bot's user, mode 0400.",
                e);
        }
    }
}
