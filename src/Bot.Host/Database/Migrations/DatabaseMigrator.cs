using FluentMigrator.Runner;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bot.Host.Database.Migrations;

/// <summary>Brings a database to the level of this program's migrations, or back. Several starters at once wait for each other.</summary>
/// <param name="ownerConnection">A connection string of the login that owns the schema.</param>
/// <param name="files">The migrations.</param>
/// <param name="logger">Told what is applied.</param>
public sealed class DatabaseMigrator(string ownerConnection, MigrationFiles files, ILogger? logger = null)
{
    // "bot" and "schema" in ASCII: any number would do, as long as nothing else in the database uses it.
    private const long LockKey = 0x626f74_736368;

    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    // Short visits: a pool would keep sessions open, and with them the database from being copied or dropped.
    private readonly string _connection =
        new NpgsqlConnectionStringBuilder(ownerConnection) { Pooling = false, Timezone = "UTC", Multiplexing = false }.ConnectionString;

    /// <summary>Applies what is pending; answers what was applied.</summary>
    /// <exception cref="DatabaseSetupException">The database does not fit the files, or a migration failed.</exception>
    public async Task<IReadOnlyList<SchemaMigration>> MigrateAsync(CancellationToken cancellation = default)
    {
        // Where somebody else migrates, the bot's own login may only look, and that is enough when nothing is pending.
        var before = await StatusAsync(cancellation);
        return before is { Faults.Count: 0, Pending.Count: 0, Level: > 0 } ? before.Pending : await MigrateLockedAsync(cancellation);
    }

    private Task<IReadOnlyList<SchemaMigration>> MigrateLockedAsync(CancellationToken cancellation) => LockedAsync(async connection =>
    {
        await using (var create = new NpgsqlCommand(SchemaMigrationsTable.Create, connection))
            await create.ExecuteNonQueryAsync(cancellation);
        var status = await RefuseFaultsAsync(connection, cancellation);
        if (status.Pending.Count == 0)
            return status.Pending;
        _logger.LogInformation("Migrating the database from {From:000} to {To:000}", status.Level, files.Latest);
        await RunAsync(runner => runner.MigrateUp());
        return status.Pending;
    }, cancellation);

    /// <summary>Takes back every migration above a number, the last first; answers what was taken back.</summary>
    /// <exception cref="DatabaseSetupException">The database does not fit the files, there is no such number, or a migration failed.</exception>
    public Task<IReadOnlyList<SchemaMigration>> RollbackAsync(long to, CancellationToken cancellation = default) =>
        LockedAsync<IReadOnlyList<SchemaMigration>>(async connection =>
    {
        if (to < 0 || (to > 0 && files.All.All(m => m.Version != to)))
            throw new DatabaseSetupException($"There is no migration {to}.", $"Choose one from 0 to {files.Latest}.");
        var status = await RefuseFaultsAsync(connection, cancellation);
        var back = files.All.Where(m => m.Version > to && m.Version <= status.Level).Reverse().ToArray();
        if (back.Length == 0)
            return back;
        _logger.LogInformation("Rolling the database back from {From:000} to {To:000}", status.Level, to);
        await RunAsync(runner => runner.MigrateDown(to));
        return back;
    }, cancellation);

    /// <summary>Says what is in place. Changes nothing; any role may ask.</summary>
    public async Task<MigrationStatus> StatusAsync(CancellationToken cancellation = default)
    {
        await using var connection = await OpenAsync(cancellation);
        return await StatusAsync(connection, files, cancellation);
    }

    /// <summary>Says what is in place, over a connection of the caller's.</summary>
    public static async Task<MigrationStatus> StatusAsync(NpgsqlConnection connection, MigrationFiles files, CancellationToken cancellation)
    {
        await using (var exists = new NpgsqlCommand("SELECT to_regclass('public.schema_migrations') IS NOT NULL", connection))
        {
            if (await exists.ExecuteScalarAsync(cancellation) is not true)
                return MigrationStatus.Compare([], files);
        }
        var applied = new List<AppliedMigration>();
        await using var select = new NpgsqlCommand("SELECT version, name, applied_at, checksum FROM public.schema_migrations ORDER BY version", connection);
        await using var reader = await select.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            applied.Add(new AppliedMigration(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3)));
        return MigrationStatus.Compare(applied, files);
    }

    private async Task<MigrationStatus> RefuseFaultsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var status = await StatusAsync(connection, files, cancellation);
        return status.Faults.Count == 0
            ? status
            : throw new DatabaseSetupException(
                $"The database does not fit this program's migrations: {string.Join("; ", status.Faults)}.",
                "Use the program that the database was migrated with, or restore the files. An applied migration is never edited: write a new one.");
    }

    // The session's lock ends with the session, however this process ends.
    private async Task<T> LockedAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using (var attempt = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection))
        {
            attempt.Parameters.AddWithValue(LockKey);
            if (await attempt.ExecuteScalarAsync(cancellation) is not true)
            {
                _logger.LogInformation("Another process is migrating this database; waiting for it");
                await using var wait = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection) { CommandTimeout = 0 };
                wait.Parameters.AddWithValue(LockKey);
                await wait.ExecuteNonQueryAsync(cancellation);
            }
        }
        try
        {
            return await work(connection);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new DatabaseSetupException(
                $"The login of {DatabaseConnections.Redact(_connection)} may not migrate this database: {e.MessageText}.",
                "Migrate with the login that owns the database (database:ownerConnectionStringFile).",
                e);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch (NpgsqlException e)
        {
            await connection.DisposeAsync();
            throw DatabaseUnreachable.Explain(_connection, e);
        }
    }

    // FluentMigrator works synchronously.
    private Task RunAsync(Action<IMigrationRunner> work) => Task.Run(() =>
    {
        using var services = new ServiceCollection()
            .AddFluentMigratorCore()
            .ConfigureRunner(runner => runner
                .AddPostgres15_0()
                .WithGlobalConnectionString(_connection)
                .WithVersionTable(new SchemaMigrationsTable()))
            .AddScoped<IMigrationInformationLoader>(_ => new SqlMigrationSource(files))
            .BuildServiceProvider();
        using var scope = services.CreateScope();
        try
        {
            work(scope.ServiceProvider.GetRequiredService<IMigrationRunner>());
        }
        catch (Exception e) when (Find(e) is { } explained)
        {
            throw explained;
        }
    });

    private static DatabaseSetupException? Find(Exception? e) =>
        e as DatabaseSetupException ?? (e?.InnerException is { } inner ? Find(inner) : null);
}
