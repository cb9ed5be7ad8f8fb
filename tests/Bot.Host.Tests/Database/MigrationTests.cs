using Bot.Host.Database;
using Bot.Host.Database.Migrations;
using Bot.Testing;

namespace Bot.Host.Tests.Database;

public sealed class MigrationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-migrations-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_migration_goes_up_and_down_and_up_again()
    {
        await using var database = await TestPostgres.CreateEmptyDatabaseAsync();
        foreach (var migration in MigrationFiles.Find().All)
        {
            // A folder that ends with this migration, as a release would have had it.
            Copy(migration);
            var migrator = new DatabaseMigrator(database.Connections.Owner, MigrationFiles.Load(_folder));
            var before = migration.Version == 1 ? null : await DumpAsync(database);
            await migrator.MigrateAsync();
            var up = await DumpAsync(database);
            await migrator.RollbackAsync(migration.Version - 1);
            if (before is not null)
                Assert.Equal(before, await DumpAsync(database));
            await migrator.MigrateAsync();
            Assert.Equal(up, await DumpAsync(database));
        }
        Assert.Equal(MigrationFiles.Find().Latest, (await new DatabaseMigrator(database.Connections.Owner, MigrationFiles.Find()).StatusAsync()).Level);
    }

    [Fact]
    public async Task All_the_way_down_leaves_nothing_but_the_empty_books()
    {
        await using var database = await TestPostgres.CreateEmptyDatabaseAsync();
        var empty = new DatabaseMigrator(database.Connections.Owner, MigrationFiles.Load(_folder));
        await empty.MigrateAsync();
        var fresh = await DumpAsync(database);

        var migrator = new DatabaseMigrator(database.Connections.Owner, MigrationFiles.Find());
        await migrator.MigrateAsync();
        var back = await migrator.RollbackAsync(0);
        Assert.Equal(MigrationFiles.Find().All.Reverse(), back);
        Assert.Equal(fresh, await DumpAsync(database));
    }

    [Fact]
    public async Task Rolling_one_database_back_takes_no_right_from_another()
    {
        await using var one = await TestPostgres.CreateDatabaseAsync();
        await using var other = await TestPostgres.CreateDatabaseAsync();
        await new DatabaseMigrator(one.Connections.Owner, MigrationFiles.Find()).RollbackAsync(0);
        Assert.Equal(0L, await other.ValueAsync<long>(DatabaseRole.App, "SELECT count(*) FROM orders"));
        Assert.Equal(0L, await other.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM orders"));
    }

    [Fact]
    public async Task The_committed_schema_file_is_what_the_migrations_make()
    {
        var server = await TestPostgres.ServerAsync();
        var committed = await File.ReadAllTextAsync(Path.Combine(BotFolders.Repository!, "db", "schema.sql"));
        var generated = await SchemaFile.GenerateAsync(server.Binaries, server.AdminConnection, MigrationFiles.Find());

        // Another major version words some things differently; the file says which one it is from.
        if (committed.StartsWith(SchemaFile.Header(server.Binaries.Major), StringComparison.Ordinal))
            Assert.Equal(committed, generated);
        else
            Assert.Equal(Tables(committed), Tables(generated));
    }

    [Fact]
    public async Task Starters_at_the_same_time_wait_for_each_other()
    {
        await using var database = await TestPostgres.CreateEmptyDatabaseAsync();
        var starters = Enumerable.Range(0, 6).Select(_ => new DatabaseMigrator(database.Connections.Owner, MigrationFiles.Find()).MigrateAsync());
        var applied = await Task.WhenAll(starters);
        Assert.Single(applied, a => a.Count > 0);
        Assert.Equal(MigrationFiles.Find().Latest, await database.ValueAsync<long>(DatabaseRole.Owner, "SELECT count(*) FROM schema_migrations"));
    }

    [Fact]
    public async Task The_books_keep_the_checksum_and_the_time()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        var status = await new DatabaseMigrator(database.Connections.ReadOnly, MigrationFiles.Find()).StatusAsync();
        Assert.True(status.IsUpToDate);
        Assert.Equal(MigrationFiles.Find().All.Select(m => m.Checksum), status.Applied.Select(a => a.Checksum));
        Assert.All(status.Applied, a => Assert.InRange(a.AppliedAt, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(1)));
    }

    [Fact]
    public async Task An_applied_migration_that_was_edited_is_refused_and_nothing_is_touched()
    {
        await using var database = await TestPostgres.CreateEmptyDatabaseAsync();
        Write("001_one.up.sql", "CREATE TABLE one ();");
        Write("001_one.down.sql", "DROP TABLE one;");
        await Migrator(database).MigrateAsync();
        Write("001_one.up.sql", "CREATE TABLE uno ();");
        Write("002_two.up.sql", "CREATE TABLE two ();");
        Write("002_two.down.sql", "DROP TABLE two;");

        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => Migrator(database).MigrateAsync());
        Assert.Contains("001_one was edited after it was applied", e.Problem, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatabaseSetupException>(() => Migrator(database).RollbackAsync(0));
        Assert.True(await database.ValueAsync<bool>(DatabaseRole.Owner, "SELECT to_regclass('one') IS NOT NULL AND to_regclass('two') IS NULL"));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await database.ExecuteAsync(DatabaseRole.Owner, "INSERT INTO schema_migrations (version, name, checksum) VALUES (999, 'from_the_future', 'x')");
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => new DatabaseMigrator(database.Connections.Owner, MigrationFiles.Find()).MigrateAsync());
        Assert.Contains("999_from_the_future is in the database and unknown to this program", e.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_of_itself_and_names_its_line()
    {
        await using var database = await TestPostgres.CreateEmptyDatabaseAsync();
        Write("001_one.up.sql", "CREATE TABLE one ();");
        Write("001_one.down.sql", "DROP TABLE one;");
        Write("002_two.up.sql", "CREATE TABLE two ();\n\nCREATE TABLE three (x nonsense);\n");
        Write("002_two.down.sql", "");

        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => Migrator(database).MigrateAsync());
        Assert.Contains("Migration 002_two failed at line 3", e.Problem, StringComparison.Ordinal);
        Assert.True(await database.ValueAsync<bool>(DatabaseRole.Owner, "SELECT to_regclass('one') IS NOT NULL AND to_regclass('two') IS NULL"));
        Assert.Equal(1, (await Migrator(database).StatusAsync()).Level);

        Write("002_two.up.sql", "CREATE TABLE two ();");
        Assert.Equal("002_two", Assert.Single(await Migrator(database).MigrateAsync()).ToString());
    }

    [Fact]
    public async Task Braces_dollars_and_placeholders_in_a_file_reach_the_server_as_they_are()
    {
        await using var database = await TestPostgres.CreateEmptyDatabaseAsync();
        Write("001_one.up.sql", "CREATE TABLE one (t text DEFAULT '{0} $(x) @y :z {\"a\":1}');");
        Write("001_one.down.sql", "DROP TABLE one;");
        await Migrator(database).MigrateAsync();
        await database.ExecuteAsync(DatabaseRole.Owner, "INSERT INTO one DEFAULT VALUES");
        Assert.Equal("{0} $(x) @y :z {\"a\":1}", await database.ValueAsync<string>(DatabaseRole.Owner, "SELECT t FROM one"));
    }

    [Fact]
    public async Task A_login_without_the_right_to_migrate_is_told_what_it_needs()
    {
        await using var database = await TestPostgres.CreateEmptyDatabaseAsync();
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => new DatabaseMigrator(database.Connections.App, MigrationFiles.Find()).MigrateAsync());
        Assert.Contains("bot_app_login", e.Problem, StringComparison.Ordinal);
        Assert.Contains("ownerConnectionStringFile", e.WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_without_the_right_to_migrate_is_enough_where_nothing_is_pending()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        Assert.Empty(await new DatabaseMigrator(database.Connections.App, MigrationFiles.Find()).MigrateAsync());
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_without_its_password()
    {
        var files = MigrationFiles.Find();
        var migrator = new DatabaseMigrator("Host=127.0.0.1;Port=1;Username=me;Password=canary-7f3a;Database=bot;Timeout=2", files);
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => migrator.StatusAsync());
        Assert.Contains("me@127.0.0.1:1/bot", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-7f3a", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_no_rolling_back_to_a_number_that_does_not_exist()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await Assert.ThrowsAsync<DatabaseSetupException>(() => new DatabaseMigrator(database.Connections.Owner, MigrationFiles.Find()).RollbackAsync(99));
    }

    private DatabaseMigrator Migrator(TestDatabase database) => new(database.Connections.Owner, MigrationFiles.Load(_folder));

    private void Copy(SchemaMigration migration)
    {
        Write($"{migration}.up.sql", migration.Up);
        Write($"{migration}.down.sql", migration.Down);
    }

    private void Write(string name, string sql) => File.WriteAllText(Path.Combine(_folder, name), sql);

    private static Task<string> DumpAsync(TestDatabase database) => SchemaFile.DumpAsync(database.Server.Binaries, database.Connections.Owner);

    private static IEnumerable<string> Tables(string schema) =>
        schema.Split('\n').Where(l => l.StartsWith("CREATE TABLE", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
