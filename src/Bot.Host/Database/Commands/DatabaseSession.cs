using Bot.Host.Database.Migrations;
using Bot.Host.Database.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bot.Host.Database.Commands;

/// <summary>The database of one command: a given server, the private one of a running bot, or the private one started for this.</summary>
internal sealed class DatabaseSession : IAsyncDisposable
{
    private readonly PrivatePostgres? _server;

    private DatabaseSession(DatabaseConnections connections, DatabaseOptions options, PrivatePostgres? server)
    {
        Connections = connections;
        Options = options;
        _server = server;
    }

    public DatabaseConnections Connections { get; }

    public DatabaseOptions Options { get; }

    /// <summary>True when a bot is at work on it.</summary>
    public bool IsVisit => _server is { IsVisit: true };

    /// <summary>A login that may make databases: the superuser of a private server, the owner of a given one.</summary>
    public string AdminConnection => _server?.AdminConnection ?? Connections.Owner;

    /// <summary>The name of the database.</summary>
    public string OwnerDatabase => new NpgsqlConnectionStringBuilder(Connections.Owner).Database ?? "";

    public static async Task<DatabaseSession> OpenAsync(DatabaseOptions options, string dataFolder, ILogger logger, CancellationToken cancellation)
    {
        if (!options.IsPrivate)
            return new DatabaseSession(await BotDatabase.GivenAsync(options, cancellation), options, null);
        var server = await PrivatePostgres.VisitOrStartAsync(BotDatabase.PrivateOptions(options, dataFolder), logger, cancellation);
        return new DatabaseSession(server.Connections, options, server);
    }

    public DatabaseMigrator Migrator(MigrationFiles files, ILogger logger) => new(Connections.Owner, files, logger);

    /// <summary>The programs that fit the server: its own, or for a given one those of its version or newer.</summary>
    public async Task<PostgresBinaries> BinariesAsync(CancellationToken cancellation) =>
        _server?.Binaries ?? await PostgresBinaries.FindAsync(Options.BinFolder, cancellation);

    /// <summary>Tables that could not be made again from anything, that a rollback to this number would drop, and that hold rows.</summary>
    public async Task<IReadOnlyList<string>> LostByRollbackAsync(long to, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Connections.Owner) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            SELECT wanted.name
            FROM (VALUES ('journal', 2), ('symbols', 3), ('candles', 3), ('configuration', 4), ('audit', 4), ('deployment', 10)) AS wanted(name, made_by)
            WHERE wanted.made_by > $1 AND to_regclass('public.' || wanted.name) IS NOT NULL
              AND xpath_exists('/table/row', query_to_xml(format('SELECT FROM public.%I LIMIT 1', wanted.name), true, false, ''))
            """, connection) { Parameters = { new() { Value = to } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lost = new List<string>();
        while (await reader.ReadAsync(cancellation))
            lost.Add(reader.GetString(0));
        return lost;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
