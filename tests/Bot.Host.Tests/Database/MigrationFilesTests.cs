using Bot.Host.Database;
using Bot.Host.Database.Migrations;

namespace Bot.Host.Tests.Database;

public sealed class MigrationFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-migrations-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_program_finds_its_own_migrations_without_gaps()
    {
        var files = MigrationFiles.Find();
        Assert.NotEmpty(files.All);
        Assert.Equal(Enumerable.Range(1, files.All.Count).Select(n => (long)n), files.All.Select(m => m.Version));
        Assert.Equal(files.All.Count, files.Latest);
    }

    [Fact]
    public void Every_fault_of_a_folder_is_told_at_once()
    {
        Write("001_one.up.sql", "SELECT 1");
        Write("003_three.up.sql", "SELECT 3");
        Write("003_three.down.sql", "SELECT 3");
        Write("003_other.up.sql", "SELECT 3");
        Write("notes.sql", "SELECT 4");
        var e = Assert.Throws<DatabaseSetupException>(() => MigrationFiles.Load(_folder));
        Assert.Contains("1_one has no down.sql", e.Problem, StringComparison.Ordinal);
        Assert.Contains("number 2 is missing", e.Problem, StringComparison.Ordinal);
        Assert.Contains("number 3 is taken by both", e.Problem, StringComparison.Ordinal);
        Assert.Contains("notes.sql is not named", e.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_checksum_does_not_depend_on_the_line_ends_that_git_made()
    {
        var unix = new SchemaMigration(1, "a", "SELECT 1;\nSELECT 2;\n", "");
        var windows = new SchemaMigration(1, "a", "SELECT 1;\r\nSELECT 2;\r\n", "");
        Assert.Equal(unix.Checksum, windows.Checksum);
        Assert.NotEqual(unix.Checksum, new SchemaMigration(1, "a", "SELECT 1;\nSELECT 3;\n", "").Checksum);
    }

    [Fact]
    public void The_books_and_the_files_are_compared_in_every_way_they_can_differ()
    {
        Write("001_one.up.sql", "SELECT 1");
        Write("001_one.down.sql", "");
        Write("002_two.up.sql", "SELECT 2");
        Write("002_two.down.sql", "");
        var files = MigrationFiles.Load(_folder);
        AppliedMigration Row(long version, string name, string? checksum = null) =>
            new(version, name, DateTimeOffset.UnixEpoch, checksum ?? files.All.First(m => m.Version == version).Checksum);

        Assert.Equal(0, MigrationStatus.Compare([], files).Level);
        Assert.True(MigrationStatus.Compare([Row(1, "one"), Row(2, "two")], files).IsUpToDate);
        Assert.Equal([2L], MigrationStatus.Compare([Row(1, "one")], files).Pending.Select(m => m.Version));
        Assert.Contains("edited after", Assert.Single(MigrationStatus.Compare([Row(1, "one", "0"), Row(2, "two")], files).Faults), StringComparison.Ordinal);
        Assert.Contains("not applied although later", Assert.Single(MigrationStatus.Compare([Row(2, "two")], files).Faults), StringComparison.Ordinal);
        Assert.Contains("called uno", Assert.Single(MigrationStatus.Compare([Row(1, "uno"), Row(2, "two")], files).Faults), StringComparison.Ordinal);
        Assert.Contains("database is newer", Assert.Single(MigrationStatus.Compare([Row(1, "one"), Row(2, "two"), Row(3, "x", "0")], files).Faults), StringComparison.Ordinal);
    }

    private void Write(string name, string sql) => File.WriteAllText(Path.Combine(_folder, name), sql);
}
