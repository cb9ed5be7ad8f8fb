using System.Text;
using Bot.Host.Database.Migrations;
using Bot.Host.Database.Postgres;
using Npgsql;

namespace Bot.Host.Database;

/// <summary>
/// Makes <c>db/schema.sql</c>: the whole schema in one file for reading, generated from the migrations and from nothing else.
/// </summary>
public static class SchemaFile
{
    /// <summary>The first line of the file. The text of a dump differs a little between major versions, so it names its own.</summary>
    public static string Header(int major) =>
        $"-- Generated from db/migrations by ./bot db schema (pg_dump {major}). Do not edit: write a migration.";

    /// <summary>Dumps a database's schema as text that depends on nothing but the schema.</summary>
    /// <exception cref="DatabaseSetupException">pg_dump failed.</exception>
    public static async Task<string> DumpAsync(PostgresBinaries binaries, string ownerConnection, CancellationToken cancellation = default)
    {
        using var login = await LibpqLogin.FromAsync(ownerConnection, cancellation);
        var dump = await ChildProcess.RunAsync(
            binaries.PathOf("pg_dump"), ["--schema-only", "--no-owner", "--no-tablespaces", "--no-password"], cancellation, login.Environment);
        return dump.ExitCode == 0
            ? Normalise(dump.Output, binaries.Major)
            : throw ServerFailure.Explain("Dumping the schema", dump.Text);
    }

    /// <summary>Makes a scratch database, migrates it, dumps it, drops it.</summary>
    /// <param name="binaries">The programs of the server's version.</param>
    /// <param name="adminConnection">A login that may make databases.</param>
    /// <param name="migrations">The migrations.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<string> GenerateAsync(
        PostgresBinaries binaries, string adminConnection, MigrationFiles migrations, CancellationToken cancellation = default)
    {
        var admin = new NpgsqlConnectionStringBuilder(adminConnection) { Pooling = false };
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var drop = new NpgsqlCommand("DROP DATABASE IF EXISTS bot_schema_scratch WITH (FORCE)", connection);
        await drop.ExecuteNonQueryAsync(cancellation);
        await using (var create = new NpgsqlCommand("CREATE DATABASE bot_schema_scratch TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'", connection))
            await create.ExecuteNonQueryAsync(cancellation);
        try
        {
            admin.Database = "bot_schema_scratch";
            await new DatabaseMigrator(admin.ConnectionString, migrations).MigrateAsync(cancellation);
            return await DumpAsync(binaries, admin.ConnectionString, cancellation);
        }
        finally
        {
            await drop.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    // Comments of pg_dump name versions and owners, its settings are for restoring, and newer ones add a random key.
    private static string Normalise(string dump, int major)
    {
        var text = new StringBuilder(Header(major)).Append('\n');
        var blank = false;
        foreach (var line in dump.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("--", StringComparison.Ordinal) || line.StartsWith("SET ", StringComparison.Ordinal) || line.StartsWith('\\')
                || line.StartsWith("SELECT pg_catalog.set_config(", StringComparison.Ordinal))
                continue;
            if (line.Length == 0)
            {
                blank = true;
                continue;
            }
            if (blank)
                text.Append('\n');
            blank = false;
            text.Append(line).Append('\n');
        }
        return text.ToString();
    }
}
