using Bot.Host.Database;
using Bot.Testing;
using Npgsql;
using NpgsqlTypes;

namespace Bot.Host.Tests.Database;

public sealed class CandleTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        await _database.ExecuteAsync(DatabaseRole.App, "INSERT INTO symbols (symbol, base_currency, quote_currency) VALUES ('BTC-USDT', 'BTC', 'USDT')");
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_partition_is_made_once_however_many_ask_for_it()
    {
        var names = await Task.WhenAll(Enumerable.Range(1, 20).Select(day =>
            _database.ValueAsync<string>(DatabaseRole.App, $"SELECT ensure_candle_partition('2025-02-{day:00}T12:00:00Z')")));
        Assert.All(names, n => Assert.Equal("candles_2025_02", n));
        Assert.Equal(["candles_2025_02"], await PartitionsAsync());
    }

    [Fact]
    public async Task Months_are_cut_in_UTC_whatever_the_session_thinks()
    {
        await using var connection = await _database.OpenAsync(DatabaseRole.App);
        await using var command = new NpgsqlCommand("SET timezone = 'Pacific/Auckland'; SELECT ensure_candle_partition('2025-03-31T23:59:59Z')", connection);
        await using (var reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal("candles_2025_03", reader.GetString(0));
        }
        Assert.Equal(1, await InsertAsync("2025-03-01T00:00:00Z"));
        Assert.Equal(1, await InsertAsync("2025-03-31T23:59:00Z"));
        var e = await Assert.ThrowsAsync<PostgresException>(() => InsertAsync("2025-04-01T00:00:00Z"));
        Assert.Contains("no partition", e.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NULL")]
    [InlineData("to_timestamp(1700000000000)")]
    [InlineData("to_timestamp(1700000)")]
    [InlineData("'infinity'")]
    public async Task A_time_that_no_candle_is_from_leaves_no_table_behind(string time)
    {
        var e = await Assert.ThrowsAsync<PostgresException>(() => _database.ExecuteAsync(DatabaseRole.App, $"SELECT ensure_candle_partition({time})"));
        Assert.Equal(PostgresErrorCodes.InvalidParameterValue, e.SqlState);
        Assert.Empty(await PartitionsAsync());
    }

    [Fact]
    public async Task Retention_drops_only_months_that_have_ended()
    {
        foreach (var month in new[] { "2024-11", "2024-12", "2025-01", "2025-02" })
            await _database.ExecuteAsync(DatabaseRole.App, $"SELECT ensure_candle_partition('{month}-15Z')");
        await InsertAsync("2024-12-31T23:59:00Z");
        Assert.Equal(1, await DropAsync("'2024-12-31T23:59:59Z'"));
        Assert.Equal(["candles_2024_12", "candles_2025_01", "candles_2025_02"], await PartitionsAsync());
        Assert.Equal(1, await DropAsync("'2025-01-01T00:00:00Z'"));
        Assert.Equal(0, await DropAsync("'2025-01-01T00:00:00Z'"));
        Assert.Equal(0L, await _database.ValueAsync<long>(DatabaseRole.App, "SELECT count(*) FROM candles"));
        foreach (var nonsense in new[] { "NULL", "'infinity'" })
            await Assert.ThrowsAsync<PostgresException>(() => DropAsync(nonsense));
        Assert.Equal(2, (await PartitionsAsync()).Count);
    }

    [Fact]
    public async Task Retention_behind_a_long_reader_gives_up_instead_of_blocking_everybody()
    {
        await _database.ExecuteAsync(DatabaseRole.App, "SELECT ensure_candle_partition('2024-11-15Z')");
        await using var reader = await _database.OpenAsync(DatabaseRole.ReadOnly);
        await using var transaction = await reader.BeginTransactionAsync();
        await using (var select = new NpgsqlCommand("SELECT count(*) FROM candles", reader, transaction))
            await select.ExecuteScalarAsync();
        var e = await Assert.ThrowsAsync<PostgresException>(() => DropAsync("'2025-01-01Z'"));
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, e.SqlState);
        await transaction.RollbackAsync();
        Assert.Equal(1, await DropAsync("'2025-01-01Z'"));
    }

    [Fact]
    public async Task A_new_month_is_made_while_another_transaction_writes_the_old_one()
    {
        await _database.ExecuteAsync(DatabaseRole.App, "SELECT ensure_candle_partition('2025-01-15Z')");
        await using var writer = await _database.OpenAsync(DatabaseRole.App);
        await using var transaction = await writer.BeginTransactionAsync();
        await using (var insert = Insert(writer, "2025-01-15T00:00:00Z"))
            await insert.ExecuteNonQueryAsync();
        Assert.Equal("candles_2025_02", await _database.ValueAsync<string>(DatabaseRole.App, "SET lock_timeout = '3s'; SELECT ensure_candle_partition('2025-02-01Z')"));
        await transaction.CommitAsync();
    }

    [Theory]
    [InlineData("close = 'NaN', high = 'NaN'")]
    [InlineData("high = 'Infinity'")]
    [InlineData("low = 0, open = 1")]
    [InlineData("low = 10.5")]
    [InlineData("high = 9")]
    [InlineData("volume = -1")]
    [InlineData("turnover = -1")]
    [InlineData("interval = '7min'")]
    [InlineData("source = 'guess'")]
    [InlineData("revision = -1")]
    public async Task Numbers_that_no_candle_has_are_refused(string change)
    {
        await _database.ExecuteAsync(DatabaseRole.App, "SELECT ensure_candle_partition('2025-01-15Z')");
        await InsertAsync("2025-01-15T00:00:00Z");
        var e = await Assert.ThrowsAsync<PostgresException>(() => _database.ExecuteAsync(DatabaseRole.App, $"UPDATE candles SET {change}"));
        Assert.Equal(PostgresErrorCodes.CheckViolation, e.SqlState);
    }

    [Fact]
    public async Task Candles_of_an_array_are_upserted_and_a_correction_counts_as_a_revision()
    {
        await _database.ExecuteAsync(DatabaseRole.App, "SELECT ensure_candle_partition('2025-01-15Z')");
        Assert.Equal(3, await UpsertAsync(10m));
        Assert.Equal(3, await UpsertAsync(11m));
        Assert.Equal(3L, await _database.ValueAsync<long>(DatabaseRole.ReadOnly, "SELECT count(*) FROM candles WHERE close = 11 AND revision = 1 AND turnover IS NULL"));
    }

    [Fact]
    public async Task Candles_are_copied_in_binary()
    {
        await _database.ExecuteAsync(DatabaseRole.App, "SELECT ensure_candle_partition('2025-01-15Z')");
        await using var connection = await _database.OpenAsync(DatabaseRole.App);
        await using (var copy = await connection.BeginBinaryImportAsync(
            "COPY candles (symbol_id, interval, open_time, open, high, low, close, volume, event_time, source) FROM STDIN (FORMAT BINARY)"))
        {
            for (var minute = 0; minute < 1000; minute++)
            {
                var at = new DateTime(2025, 1, 15, 0, 0, 0, DateTimeKind.Utc).AddMinutes(minute);
                await copy.StartRowAsync();
                await copy.WriteAsync(1, NpgsqlDbType.Integer);
                await copy.WriteAsync("1min", NpgsqlDbType.Text);
                await copy.WriteAsync(at, NpgsqlDbType.TimestampTz);
                foreach (var price in new[] { 1m, 2m, 0.00000001m, 1m, 0m })
                    await copy.WriteAsync(price, NpgsqlDbType.Numeric);
                await copy.WriteAsync(at.AddMinutes(1), NpgsqlDbType.TimestampTz);
                await copy.WriteAsync("rest", NpgsqlDbType.Text);
            }
            Assert.Equal(1000UL, await copy.CompleteAsync());
        }
    }

    [Fact]
    public async Task A_symbol_keeps_its_number_and_its_name_for_ever()
    {
        foreach (var sql in new[] { "DELETE FROM symbols", "TRUNCATE symbols CASCADE", "UPDATE symbols SET symbol = 'XBT-USDT'" })
        {
            var e = await Assert.ThrowsAsync<PostgresException>(() => _database.ExecuteAsync(DatabaseRole.Owner, sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, e.SqlState);
        }
        Assert.Equal(1, await _database.ValueAsync<int>(
            DatabaseRole.App,
            """
            INSERT INTO symbols (symbol, base_currency, quote_currency) VALUES ('BTC-USDT', 'XBT', 'USDT')
            ON CONFLICT (symbol) DO UPDATE SET base_currency = EXCLUDED.base_currency RETURNING symbol_id
            """));
    }

    private static NpgsqlCommand Insert(NpgsqlConnection connection, string openTime) => new(
        """
        INSERT INTO candles (symbol_id, interval, open_time, open, high, low, close, volume, turnover, event_time, source)
        VALUES (1, '1min', $1, 10, 12, 9, 11, 100, 1050, $1 + interval '1 minute', 'rest')
        """, connection) { Parameters = { new() { Value = DateTimeOffset.Parse(openTime, System.Globalization.CultureInfo.InvariantCulture) } } };

    private async Task<int> InsertAsync(string openTime)
    {
        await using var connection = await _database.OpenAsync(DatabaseRole.App);
        await using var command = Insert(connection, openTime);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<int> UpsertAsync(decimal close)
    {
        await using var connection = await _database.OpenAsync(DatabaseRole.App);
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO candles AS c (symbol_id, interval, open_time, open, high, low, close, volume, turnover, event_time, source)
            SELECT 1, $1, o, p, p, p, p, 1, t, o, 'stream' FROM unnest($2, $3, $4) AS r(o, p, t)
            ON CONFLICT (symbol_id, interval, open_time) DO UPDATE
            SET open = EXCLUDED.open, high = EXCLUDED.high, low = EXCLUDED.low, close = EXCLUDED.close, revision = c.revision + 1
            """, connection);
        var start = new DateTime(2025, 1, 15, 0, 0, 0, DateTimeKind.Utc);
        command.Parameters.AddWithValue("1hour");
        command.Parameters.AddWithValue(Enumerable.Range(0, 3).Select(h => start.AddHours(h)).ToArray());
        command.Parameters.AddWithValue(Enumerable.Repeat(close, 3).ToArray());
        command.Parameters.AddWithValue(NpgsqlDbType.Array | NpgsqlDbType.Numeric, new decimal?[] { null, null, null });
        return await command.ExecuteNonQueryAsync();
    }

    private Task<int> DropAsync(string time) => _database.ValueAsync<int>(DatabaseRole.App, $"SELECT drop_candle_partitions({time})");

    private async Task<IReadOnlyList<string>> PartitionsAsync() =>
        await _database.ValueAsync<string[]>(
            DatabaseRole.App, "SELECT array_agg(inhrelid::regclass::text ORDER BY 1) FROM pg_inherits WHERE inhparent = 'candles'::regclass") ?? [];
}
