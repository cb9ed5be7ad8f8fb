using Bot.Actors.Projector;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Orders;
using Npgsql;

namespace Bot.Actors.Tests.Projector;

/// <summary>Read tables made from a real journal: every event once, whatever fails, restarts, or becomes visible late.</summary>
public sealed class ProjectionTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly JournalWriter _journal = new();
    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.Connections.For(DatabaseRole.App));
        await JournalWriter.PrepareAsync(_database);
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_journal_becomes_rows_once_and_its_progress_is_its_heads()
    {
        await WriteAsync(JournalWriter.Story);
        var projection = new Projection(_source);
        Assert.Equal(JournalWriter.Story.Count, await projection.StepAsync(None));
        var tables = await TablesAsync(_source);
        Assert.Contains("orders b1-abcdef-1-1-E1 closed 10 1000 1.0 USDT x1", tables);
        Assert.Contains("fills x1/1 4 0.4 true", tables);
        Assert.Contains("fills x1/2 6 0.6 ", tables);
        Assert.Contains("positions 1 10 1000 90 true", tables);
        Assert.Contains("equity 9999 0.0001", tables);
        Assert.Contains("risk abcdef reduce_only DRAWDOWN", tables);
        Assert.Contains("progress order-b1-abcdef-1-1-E1 9", tables);

        Assert.Equal(0, await projection.StepAsync(None));
        Assert.Equal(0, await projection.SweepAsync(None));
        Assert.Equal(0, await new Projection(_source).StepAsync(None));
        Assert.Equal(tables, await TablesAsync(_source));
    }

    [Fact]
    public async Task A_projector_that_is_restarted_after_every_event_makes_the_same_tables()
    {
        await WriteAsync(JournalWriter.Story);
        await new Projection(_source).StepAsync(None);

        await using var other = await TestPostgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(other.Connections.For(DatabaseRole.App));
        await JournalWriter.PrepareAsync(other);
        var journal = new JournalWriter();
        foreach (var row in JournalWriter.Story)
        {
            await using (var connection = await source.OpenConnectionAsync())
                await journal.WriteAsync(connection, row);
            Assert.Equal(1, await new Projection(source).StepAsync(None));
        }
        Assert.Equal(await TablesAsync(_source), await TablesAsync(source));
    }

    [Fact]
    public async Task A_batch_that_fails_leaves_neither_rows_nor_progress_and_is_done_later()
    {
        await WriteAsync(JournalWriter.Story.Take(7));
        var projection = new Projection(_source);
        await projection.StepAsync(None);
        var before = await TablesAsync(_source);

        // The table refuses the second of the two fills; the first must not stay without its progress.
        await _database.ExecuteAsync(DatabaseRole.Owner, "ALTER TABLE fills ADD CONSTRAINT for_the_test CHECK (trade_id <> 2)");
        await WriteAsync(JournalWriter.Story.Skip(7));
        await Assert.ThrowsAsync<PostgresException>(() => projection.StepAsync(None));
        Assert.Equal(before, await TablesAsync(_source));

        await _database.ExecuteAsync(DatabaseRole.Owner, "ALTER TABLE fills DROP CONSTRAINT for_the_test");
        Assert.Equal(JournalWriter.Story.Count - 7, await projection.StepAsync(None));
        Assert.Contains("positions 1 10 1000 90 true", await TablesAsync(_source));
    }

    [Fact]
    public async Task A_row_that_is_committed_after_later_ones_is_not_skipped()
    {
        await WriteAsync(JournalWriter.Story.Take(7));
        var projection = new Projection(_source);
        await projection.StepAsync(None);

        // The fill gets its place in the table first and becomes visible last.
        await using var slow = await _source.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await _journal.WriteAsync(slow, JournalWriter.Story[7]);
        await WriteAsync(JournalWriter.Story.Skip(8).Where(r => r.Stream != JournalWriter.Order));
        Assert.Equal(7, await projection.StepAsync(None));
        Assert.DoesNotContain(await TablesAsync(_source), l => l.StartsWith("fills", StringComparison.Ordinal));

        await transaction.CommitAsync();
        Assert.Equal(0, await projection.StepAsync(None));
        Assert.Equal(1, await projection.SweepAsync(None));
        Assert.Contains(await TablesAsync(_source), l => l.StartsWith("fills x1/1 4", StringComparison.Ordinal));

        // What came behind it in its stream fits again.
        await WriteAsync(JournalWriter.Story.Skip(8).Where(r => r.Stream == JournalWriter.Order));
        Assert.Equal(4, await projection.StepAsync(None));
        Assert.Contains("orders b1-abcdef-1-1-E1 closed 10 1000 1.0 USDT x1", await TablesAsync(_source));
    }

    [Fact]
    public async Task Two_projectors_at_once_neither_double_a_row_nor_turn_one_back()
    {
        await WriteAsync(JournalWriter.Story.Take(5));
        var (first, second) = (new Projection(_source), new Projection(_source));
        Assert.Equal(5, await first.StepAsync(None));
        Assert.Equal(0, await second.StepAsync(None));

        // The first goes on; the second believes to stand where both stood, as after a split of the cluster.
        await WriteAsync(JournalWriter.Story.Skip(5));
        await first.StepAsync(None);
        var right = await TablesAsync(_source);
        await Record.ExceptionAsync(() => second.StepAsync(None));
        Assert.Equal(right, await TablesAsync(_source));

        // Whoever lost finds its place again, and either can go on.
        Assert.Equal(0, await second.StepAsync(None));
        await WriteAsync((JournalWriter.Order, new OrderOwned(20, 2, "n", 9, "h")));
        Assert.Equal(1, await second.SweepAsync(None));
        await Record.ExceptionAsync(() => first.StepAsync(None));
        Assert.Equal(0, await first.SweepAsync(None));
        Assert.Contains("progress order-b1-abcdef-1-1-E1 10", await TablesAsync(_source));
    }

    [Fact]
    public async Task A_projector_that_was_overtaken_cannot_turn_a_status_back()
    {
        // Changes of status alone: no unique key of the read tables would notice the second writer.
        await WriteAsync(JournalWriter.Story.Take(5));
        await using var slowSource = NpgsqlDataSource.Create($"{_database.Connections.For(DatabaseRole.App)};Application Name=slow");
        var (fast, slow) = (new Projection(_source), new Projection(slowSource));
        await fast.StepAsync(None);
        await slow.StepAsync(None);

        // The slow one is held up at its progress, as by a pause of its node, while the fast one goes further.
        await _database.ExecuteAsync(
            DatabaseRole.Owner,
            """
            CREATE FUNCTION wait_when_slow() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF current_setting('application_name') = 'slow' THEN PERFORM pg_advisory_xact_lock(4711); END IF;
              RETURN NEW;
            END $$;
            CREATE TRIGGER wait_when_slow BEFORE INSERT ON projection_progress FOR EACH ROW EXECUTE FUNCTION wait_when_slow();
            """);
        await using var holder = await _database.OpenAsync(DatabaseRole.Owner);
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_lock(4711)", holder))
            await hold.ExecuteNonQueryAsync();
        await WriteAsync(JournalWriter.Story[5]);
        var held = slow.StepAsync(None);
        await UntilAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
        await WriteAsync(JournalWriter.Story[6]);
        Assert.Equal(2, await fast.StepAsync(None).WaitAsync(TimeSpan.FromSeconds(20)));
        await using (var release = new NpgsqlCommand("SELECT pg_advisory_unlock(4711)", holder))
            await release.ExecuteNonQueryAsync();

        Assert.NotNull(await Record.ExceptionAsync(() => held));
        Assert.Equal(0, await slow.StepAsync(None));
        var tables = await TablesAsync(_source);
        Assert.Contains("orders b1-abcdef-1-1-E1 live 0 0   x1", tables);
        Assert.Contains("progress order-b1-abcdef-1-1-E1 4", tables);
    }

    private async Task UntilAsync(string count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await _database.ValueAsync<long>(DatabaseRole.Owner, count) == 0)
            await Task.Delay(20, patience.Token);
    }

    private async Task WriteAsync(params IEnumerable<(string Stream, object Event)> rows)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await _journal.WriteAsync(connection, rows);
    }

    /// <summary>All read tables as lines, without when they were written.</summary>
    private static async Task<IReadOnlyList<string>> TablesAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            """
            SELECT format('orders %s %s %s %s %s %s %s', client_order_id, status, trim_scale(filled_quantity), trim_scale(filled_funds), fee, fee_currency, exchange_order_id) FROM orders
            UNION ALL SELECT format('fills %s/%s %s %s %s', exchange_order_id, trade_id, trim_scale(quantity), fee, maker::text) FROM fills
            UNION ALL SELECT format('positions %s %s %s %s %s', symbol_id, trim_scale(quantity), trim_scale(cost), trim_scale(stop_price), protected::text) FROM positions
            UNION ALL SELECT format('equity %s %s', trim_scale(equity), trim_scale(drawdown)) FROM equity
            UNION ALL SELECT format('risk %s %s %s', account, mode, reason) FROM risk_state
            UNION ALL SELECT format('progress %s %s', persistence_id, sequence_number) FROM projection_progress
            ORDER BY 1
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
            lines.Add(reader.GetString(0));
        return lines;
    }
}
