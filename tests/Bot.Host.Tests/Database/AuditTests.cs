using Bot.Host.Database;
using Bot.Testing;
using Npgsql;

namespace Bot.Host.Tests.Database;

public sealed class AuditTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Entries_form_a_chain_also_when_many_write_at_once()
    {
        await Task.WhenAll(Enumerable.Range(1, 40).Select(n => AppendAsync($"c{n}")));
        Assert.Equal(40L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT max(id) FROM audit"));
        Assert.Equal(0L, await FaultsAsync());
        Assert.Equal(new string('0', 64), await _database.ValueAsync<string>(DatabaseRole.ReadOnly, "SELECT previous_hash FROM audit WHERE id = 1"));
    }

    [Fact]
    public async Task A_repeated_command_is_written_once()
    {
        await AppendAsync("halt-1");
        var e = await Assert.ThrowsAsync<PostgresException>(() => AppendAsync("halt-1"));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, e.SqlState);
        await AppendAsync("halt-2");
        Assert.Equal(0L, await FaultsAsync());
    }

    [Theory]
    [InlineData("UPDATE audit SET reason = 'another'")]
    [InlineData("DELETE FROM audit")]
    [InlineData("TRUNCATE audit")]
    public async Task Even_the_owner_is_refused_a_change(string sql)
    {
        await AppendAsync("c1");
        var e = await Assert.ThrowsAsync<PostgresException>(() => _database.ExecuteAsync(DatabaseRole.Owner, sql));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, e.SqlState);
        Assert.Contains("audit", e.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE audit SET reason = 'another' WHERE id = 3", 3, "was changed")]
    [InlineData("UPDATE audit SET after = '{\"mode\": \"active\"}' WHERE id = 5", 5, "was changed")]
    [InlineData("UPDATE audit SET at = at + interval '1 microsecond' WHERE id = 1", 1, "was changed")]
    [InlineData("DELETE FROM audit WHERE id = 4", 5, "rows are missing")]
    [InlineData("DELETE FROM audit WHERE id = 1", 2, "rows are missing")]
    public async Task A_change_behind_the_trigger_shows(string sql, int at, string fault)
    {
        for (var n = 1; n <= 6; n++)
            await AppendAsync($"c{n}");
        await _database.ExecuteAsAdminAsync($"ALTER TABLE audit DISABLE TRIGGER USER; {sql}; ALTER TABLE audit ENABLE TRIGGER USER");
        var found = await _database.ValueAsync<string>(DatabaseRole.App, "SELECT string_agg(id || ' ' || fault, '; ' ORDER BY id) FROM audit_faults()");
        Assert.Contains($"{at} {fault}", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_put_in_between_shows()
    {
        await AppendAsync("c1");
        await AppendAsync("c2");
        await _database.ExecuteAsAdminAsync(
            """
            ALTER TABLE audit DISABLE TRIGGER USER;
            INSERT INTO audit (id, actor, command_id, command, previous_hash, hash) VALUES (3, 'x', 'c3', 'resume', repeat('1', 64), repeat('2', 64));
            ALTER TABLE audit ENABLE TRIGGER USER
            """);
        Assert.Equal(2L, await FaultsAsync());
    }

    [Fact]
    public async Task The_chain_holds_in_every_time_zone_and_date_style()
    {
        await AppendAsync("c1");
        await using var connection = await _database.OpenAsync(DatabaseRole.ReadOnly);
        await using var command = new NpgsqlCommand("SET timezone = 'Asia/Kathmandu'; SET datestyle = 'SQL, DMY'; SET extra_float_digits = 0; SELECT count(*) FROM audit_faults()", connection);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(0L, reader.GetInt64(0));
    }

    private Task<long> FaultsAsync() => _database.ValueAsync<long>(DatabaseRole.App, "SELECT count(*) FROM audit_faults()");

    private async Task AppendAsync(string id)
    {
        await using var connection = await _database.OpenAsync(DatabaseRole.App);
        await using var command = new NpgsqlCommand(
            "INSERT INTO audit (actor, session, command_id, command, before, after, reason) VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)", connection)
        {
            Parameters =
            {
                new() { Value = "operator" }, new() { Value = "cli" }, new() { Value = id }, new() { Value = "halt" },
                new() { Value = """{"mode": "active"}""" }, new() { Value = """{"mode": "halted"}""" }, new() { Value = "drill\r\nforged line" },
            },
        };
        await command.ExecuteNonQueryAsync();
    }
}
