using System.CommandLine;
using Bot.Host.Database;
using Bot.Host.Database.Commands;
using Bot.Host.Database.Migrations;
using Bot.Testing;

namespace Bot.Host.Tests.Database;

/// <summary>The <c>db</c> commands, each as a person would type it.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-commands-").FullName;
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateEmptyDatabaseAsync();
        foreach (var role in Enum.GetValues<DatabaseRole>())
            await File.WriteAllTextAsync(FileOf(role), _database.Connections.For(role));
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_database_goes_up_and_down_and_tells_where_it_stands()
    {
        var latest = MigrationFiles.Find().Latest;
        Assert.Contains("001_roles                    pending", Run("db", "status").Output, StringComparison.Ordinal);
        var up = Run("db", "migrate");
        Assert.Equal(0, up.Code);
        Assert.Contains("applied 001_roles", up.Output, StringComparison.Ordinal);
        Assert.Contains($"The database is at {latest:000}.", Run("db", "migrate").Output, StringComparison.Ordinal);

        Assert.Contains($"The database is at {latest - 1:000}.", Run("db", "rollback").Output, StringComparison.Ordinal);
        Assert.Contains($"The database is at {latest - 3:000}.", Run("db", "rollback", "--steps", "2").Output, StringComparison.Ordinal);
        Assert.Contains("The database is at 000.", Run("db", "rollback", "--to", "0").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("applied", Run("db", "status").Output, StringComparison.Ordinal);
        Assert.Equal(0, Run("db", "migrate").Code);
    }

    [Fact]
    public async Task Rows_that_nothing_can_bring_back_are_not_dropped_by_the_way()
    {
        Run("db", "migrate");
        await _database.ExecuteAsync(DatabaseRole.App, "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (1, false, 'pair-1', 1, '\\x00')");
        await _database.ExecuteAsync(DatabaseRole.App, "INSERT INTO configuration (version, effective) VALUES (repeat('a', 64), '{}')");
        Assert.Equal(0, Run("db", "rollback", "--to", "4").Code);

        var refused = Run("db", "rollback", "--to", "1");
        Assert.Equal(1, refused.Code);
        Assert.Contains("nothing can bring back: configuration, journal", refused.Error.Replace("journal, configuration", "configuration, journal", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("--force", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1L, await _database.ValueAsync<long>(DatabaseRole.Owner, "SELECT count(*) FROM journal"));
        Assert.Equal(0, Run("db", "rollback", "--to", "1", "--force").Code);
    }

    [Fact]
    public async Task A_backup_brings_everything_back_and_a_damaged_one_changes_nothing()
    {
        Run("db", "migrate");
        await _database.ExecuteAsync(
            DatabaseRole.App,
            """
            SELECT ensure_candle_partition('2025-01-15Z');
            INSERT INTO symbols (symbol, base_currency, quote_currency) VALUES ('BTC-USDT', 'BTC', 'USDT');
            INSERT INTO candles (symbol_id, interval, open_time, open, high, low, close, volume, event_time, source)
            VALUES (1, '1min', '2025-01-15T10:00Z', 1, 1, 1, 1, 1, '2025-01-15T10:01Z', 'rest');
            INSERT INTO audit (actor, command_id, command) VALUES ('operator', 'c1', 'halt')
            """);
        var schema = await SchemaFile.DumpAsync(_database.Server.Binaries, _database.Connections.Owner);
        var file = Path.Combine(_folder, "bot.backup");
        Assert.Equal(0, Run("db", "backup", file).Code);
        Assert.Equal(1, Run("db", "backup", file).Code);

        await _database.ExecuteAsync(DatabaseRole.App, "INSERT INTO audit (actor, command_id, command) VALUES ('operator', 'c2', 'resume'); SELECT drop_candle_partitions('2026-01-01Z')");
        Assert.Contains("would be replaced", Run("db", "restore", file).Error, StringComparison.Ordinal);
        var damaged = Path.Combine(_folder, "damaged.backup");
        await File.WriteAllBytesAsync(damaged, (await File.ReadAllBytesAsync(file))[..^200]);
        Assert.Equal(1, Run("db", "restore", damaged, "--force").Code);
        Assert.Equal(2L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM audit"));

        var restored = Run("db", "restore", file, "--force");
        Assert.True(restored.Code == 0, restored.Error);
        Assert.Equal(1L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM audit"));
        Assert.Equal(1L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM candles"));
        Assert.Equal(schema, await SchemaFile.DumpAsync(_database.Server.Binaries, _database.Connections.Owner));
        Assert.Equal(0, Run("db", "status").Code);
        await _database.ExecuteAsync(DatabaseRole.App, "INSERT INTO audit (actor, command_id, command) VALUES ('operator', 'c3', 'halt')");
        Assert.Equal(0L, await _database.ValueAsync<long>(DatabaseRole.App, "SELECT count(*) FROM audit_faults()"));
    }

    [Theory]
    [InlineData("db", "rollback", "--to", "1", "--steps", "1")]
    [InlineData("db", "rollback", "--steps", "0")]
    [InlineData("db", "rollback", "--to", "-1")]
    [InlineData("db", "psql", "--role", "superuser")]
    [InlineData("db", "upgrade")]
    public void Nonsense_is_refused_before_anything_is_touched(params string[] line)
    {
        Assert.NotEqual(0, Run(line).Code);
    }

    [Fact]
    public void Psql_speaks_for_the_reader_unless_told_otherwise_and_passes_its_exit_code_on()
    {
        Run("db", "migrate");
        Assert.Equal(0, Run("db", "psql", "--", "-q", "-c", "SELECT 1 FROM holdings").Code);
        Assert.Equal(0, Run("db", "psql", "-q", "-c", "SELECT 1 FROM holdings").Code);
        Assert.NotEqual(0, Run("db", "psql", "--", "-q", "-v", "ON_ERROR_STOP=1", "-c", "DELETE FROM leases").Code);
        Assert.Equal(0, Run("db", "psql", "--role", "app", "--", "-q", "-v", "ON_ERROR_STOP=1", "-c", "DELETE FROM leases").Code);
    }

    [Fact]
    public void A_server_that_is_not_there_is_one_clear_message_and_an_exit_code()
    {
        var settings = new DatabaseCommandSettings { Options = new DatabaseOptions { ConnectionString = "Host=127.0.0.1;Port=1;Username=me;Password=canary-1;Database=bot" } };
        var answer = Run(settings, "db", "status");
        Assert.Equal(1, answer.Code);
        Assert.Contains("me@127.0.0.1:1/bot", answer.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", answer.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_option_names_the_server_too()
    {
        var answer = Run(new DatabaseCommandSettings { DataFolder = _folder }, "db", "migrate", "--db", FileOf(DatabaseRole.Owner));
        Assert.True(answer.Code == 0, answer.Error);
        var refused = Run(new DatabaseCommandSettings { DataFolder = _folder }, "db", "status", "--db", "Host=127.0.0.1;Port=1;Password=canary-1");
        Assert.Equal(1, refused.Code);
        Assert.DoesNotContain("canary", refused.Error, StringComparison.Ordinal);
    }

    private (int Code, string Output, string Error) Run(params string[] line) => Run(
        new DatabaseCommandSettings
        {
            DataFolder = _folder,
            Options = new DatabaseOptions
            {
                ConnectionStringFile = FileOf(DatabaseRole.App),
                OwnerConnectionStringFile = FileOf(DatabaseRole.Owner),
                ReadOnlyConnectionStringFile = FileOf(DatabaseRole.ReadOnly),
            },
        },
        line);

    private static (int Code, string Output, string Error) Run(DatabaseCommandSettings settings, params string[] line)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var root = new RootCommand { DatabaseCommands.Create(() => settings) };
        var code = root.Parse(line).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }

    private string FileOf(DatabaseRole role) => Path.Combine(_folder, role.ToString());
}
