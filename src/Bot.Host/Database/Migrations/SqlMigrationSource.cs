using System.Data;
using FluentMigrator;
using FluentMigrator.Infrastructure;
using FluentMigrator.Runner;
using FluentMigrator.Runner.VersionTableInfo;

namespace Bot.Host.Database.Migrations;

/// <summary>Gives the SQL files to FluentMigrator, which orders them, runs each in a transaction and keeps the books.</summary>
internal sealed class SqlMigrationSource(MigrationFiles files) : IMigrationInformationLoader
{
    public SortedList<long, IMigrationInfo> LoadMigrations()
    {
        var list = new SortedList<long, IMigrationInfo>();
        foreach (var migration in files.All)
            list.Add(migration.Version, new MigrationInfo(migration.Version, migration.Name, TransactionBehavior.Default,
                isBreakingChange: false, () => new SqlMigration(migration)));
        return list;
    }
}

/// <summary>One pair of files as FluentMigrator sees it.</summary>
internal sealed class SqlMigration(SchemaMigration files) : Migration
{
    public override void Up() => Execute.WithConnection((connection, transaction) =>
    {
        // The row of schema_migrations takes its checksum from here, within the same transaction.
        using var checksum = Command(connection, transaction, "SELECT set_config('bot.migration_checksum', @checksum, true)");
        var parameter = checksum.CreateParameter();
        parameter.ParameterName = "checksum";
        parameter.Value = files.Checksum;
        checksum.Parameters.Add(parameter);
        checksum.ExecuteNonQuery();
        Run(connection, transaction, files.Up);
    });

    public override void Down() => Execute.WithConnection((connection, transaction) => Run(connection, transaction, files.Down));

    private void Run(IDbConnection connection, IDbTransaction transaction, string sql)
    {
        using var command = Command(connection, transaction, sql);
        try
        {
            command.ExecuteNonQuery();
        }
        catch (Npgsql.PostgresException e)
        {
            // The position counts characters; a person counts lines.
            var line = e.Position > 0 ? $" at line {sql.Take(e.Position - 1).Count(c => c == '\n') + 1}" : "";
            throw new DatabaseSetupException(
                $"Migration {files} failed{line}: {e.MessageText} ({e.SqlState}).",
                e.SqlState == Npgsql.PostgresErrorCodes.InsufficientPrivilege
                    ? "The login that migrates must own the database; the group roles bot_app and bot_ro must exist or it must be allowed to make roles (docs/database.md)."
                    : "Nothing of this migration was applied; those before it are in place. Correct the cause and start again.",
                e);
        }
    }

    private static IDbCommand Command(IDbConnection connection, IDbTransaction transaction, string sql)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandTimeout = 0;
#pragma warning disable CA2100 // The text is a migration file of this program, or a constant; nothing from outside goes into it.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}

/// <summary>The books: <c>schema_migrations</c>.</summary>
internal sealed class SchemaMigrationsTable : IVersionTableMetaData
{
    /// <summary>Made by us rather than by FluentMigrator, for the checksum and for times with a zone.</summary>
    public const string Create =
        """
        CREATE TABLE IF NOT EXISTS public.schema_migrations (
          version    bigint      PRIMARY KEY,
          name       text        NOT NULL,
          applied_at timestamptz NOT NULL DEFAULT now(),
          checksum   text        NOT NULL DEFAULT current_setting('bot.migration_checksum')
        );
        COMMENT ON TABLE public.schema_migrations IS 'Migrations that are in place, with the SHA-256 of the file that was applied.';
        """;

    public bool OwnsSchema => false;

    public string SchemaName => "public";

    public string TableName => "schema_migrations";

    public string ColumnName => "version";

    public string DescriptionColumnName => "name";

    public string AppliedOnColumnName => "applied_at";

    public string UniqueIndexName => "schema_migrations_pkey";

    public bool CreateWithPrimaryKey => true;
}
