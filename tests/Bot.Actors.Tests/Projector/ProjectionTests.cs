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
    public async Task A_row_that_fails_leaves_neither_a_half_nor_progress_and_is_done_later()
    {
        await WriteAsync(JournalWriter.Story.Take(7));
        var projection = new Projection(_source);
        await projection.StepAsync(None);
        var before = await TablesAsync(_source);

        // The table refuses the second of the two fills; the first must not stay without its progress.
        await _database.ExecuteAsync(DatabaseRole.Owner, "ALTER TABLE fills ADD CONSTRAINT for_the_test CHECK (trade_id <> 2)");
        await WriteAsync(JournalWriter.Story.Skip(7).Where(r => r.Stream == JournalWriter.Order));
        await projection.StepAsync(None);
        Assert.Equal(
            [.. before.Where(l => !l.Contains("b1-abcdef", StringComparison.Ordinal)), "fills x1/1 4  ", "orders b1-abcdef-1-1-E1 live 4 400   x1", "progress order-b1-abcdef-1-1-E1 5"],
            (await TablesAsync(_source)).OrderBy(l => l.Contains("x1", StringComparison.Ordinal) || l.Contains("order-", StringComparison.Ordinal)));

        await _database.ExecuteAsync(DatabaseRole.Owner, "ALTER TABLE fills DROP CONSTRAINT for_the_test");
        await WriteAsync(JournalWriter.Story.Skip(7).Where(r => r.Stream != JournalWriter.Order));
        await new Projection(_source).SweepAsync(None);
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

        // Its place in the table was noticed as empty, so nobody has to wait for the sweep.
        await transaction.CommitAsync();
        Assert.Equal(1, await projection.StepAsync(None));
        Assert.Contains(await TablesAsync(_source), l => l.StartsWith("fills x1/1 4", StringComparison.Ordinal));

        // What came behind it in its stream fits again.
        await WriteAsync(JournalWriter.Story.Skip(8).Where(r => r.Stream == JournalWriter.Order));
        Assert.Equal(4, await projection.StepAsync(None));
        Assert.Contains("orders b1-abcdef-1-1-E1 closed 10 1000 1.0 USDT x1", await TablesAsync(_source));
    }

    [Fact]
    public async Task An_order_whose_pair_is_seen_later_waits_for_it_and_loses_no_status()
    {
        // Order and pair are different streams: the pair's decision gets its place first and becomes visible last.
        await WriteAsync(JournalWriter.Story.Take(2));
        var projection = new Projection(_source);
        await projection.StepAsync(None);
        await using var slow = await _source.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await _journal.WriteAsync(slow, JournalWriter.Story[2]);
        await WriteAsync(JournalWriter.Story.Skip(3).Where(r => r.Stream == JournalWriter.Order));
        await StepsAsync(projection);
        Assert.DoesNotContain(await TablesAsync(_source), l => l.Contains(JournalWriter.Order, StringComparison.Ordinal));

        await transaction.CommitAsync();
        await WriteAsync(JournalWriter.Story.Skip(3).Where(r => r.Stream != JournalWriter.Order));
        await StepsAsync(projection);
        Assert.Contains("orders b1-abcdef-1-1-E1 closed 10 1000 1.0 USDT x1", await TablesAsync(_source));
        Assert.Equal(await RebuiltAsync(JournalWriter.Story), await TablesAsync(_source));
    }

    [Fact]
    public async Task Rows_seen_in_any_order_make_the_same_tables()
    {
        var right = await RebuiltAsync(JournalWriter.Story);
        for (var seed = 0; seed < 3; seed++)
        {
            // Every row is visible one by one, in an order that keeps the streams but nothing between them; a projector may start at any time.
            var random = new Random(seed);
            await using var other = await TestPostgres.CreateDatabaseAsync();
            await using var source = NpgsqlDataSource.Create(other.Connections.For(DatabaseRole.App));
            await JournalWriter.PrepareAsync(other);
            var journal = new JournalWriter();
            var streams = JournalWriter.Story.GroupBy(r => r.Stream).Select(g => new Queue<(string, object)>(g)).ToList();
            var projection = new Projection(source);
            await using var connection = await source.OpenConnectionAsync();
            while (streams.Count > 0)
            {
                var stream = streams[random.Next(streams.Count)];
                await journal.WriteAsync(connection, stream.Dequeue());
                if (stream.Count == 0)
                    streams.Remove(stream);
                if (random.Next(8) == 0)
                    projection = new Projection(source);
                await projection.StepAsync(None);
            }
            await StepsAsync(projection);
            Assert.Equal(right, await TablesAsync(source));
        }
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_or_written_stops_its_own_stream_alone()
    {
        var alerts = new List<string>();
        var projection = new Projection(_source, alerts.Add);
        await WriteAsync(JournalWriter.Story.Take(2));
        await projection.StepAsync(None);
        await _database.ExecuteAsAdminAsync(
            "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier) VALUES (1, false, 'pair-DEF-USDT', 1, '\\x00', 'pair.started.1', 9101)");
        await _database.ExecuteAsync(DatabaseRole.Owner, "ALTER TABLE equity ADD CONSTRAINT for_the_test CHECK (cash <> 8999)");
        await WriteAsync(JournalWriter.Story.Skip(2));
        await StepsAsync(projection);
        var tables = await TablesAsync(_source);
        Assert.Contains("orders b1-abcdef-1-1-E1 closed 10 1000 1.0 USDT x1", tables);
        Assert.Contains("positions 1 10 1000 90 true", tables);
        Assert.Contains("progress portfolio-abcdef 1", tables);
        Assert.Equal(["pair-DEF-USDT", "portfolio-abcdef"], alerts.Select(a => a.Split(' ')[0]).Order());
        await projection.SweepAsync(None);
        Assert.Equal(2, alerts.Count);

        // Mended, it goes on where it stopped; a projector that is started anew does not wait for its turn.
        await _database.ExecuteAsync(DatabaseRole.Owner, "ALTER TABLE equity DROP CONSTRAINT for_the_test");
        await new Projection(_source).SweepAsync(None);
        Assert.Contains(await TablesAsync(_source), l => l.StartsWith("equity ", StringComparison.Ordinal));
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

    [Fact]
    public async Task A_stop_at_the_exchange_waits_triggers_and_sells_as_an_order_of_its_own()
    {
        await WriteAsync(JournalWriter.Story);
        await WriteAsync(JournalWriter.StopStory.Take(6));
        var projection = new Projection(_source);
        await StepsAsync(projection);
        Assert.Equal("waits at the exchange for its price: sell 10 ABC at market once it trades at 89 USDT", await SayAsync());
        Assert.Equal(10m, await _database.ValueAsync<decimal>(DatabaseRole.ReadOnly, "SELECT exchange_stop FROM holdings"));

        await WriteAsync(JournalWriter.StopStory.Skip(6));
        await StepsAsync(projection);
        Assert.Equal("its price has come: sell 10 ABC at market once it trades at 89 USDT", await SayAsync());
        Assert.Equal(0m, await _database.ValueAsync<decimal>(DatabaseRole.ReadOnly, "SELECT exchange_stop FROM holdings"));
        Assert.Equal(
            "vs1 x2 x2 10", await _database.ValueAsync<string>(
                DatabaseRole.ReadOnly,
                """
                SELECT format('%s %s %s %s', o.exchange_order_id, o.child_order_id, f.exchange_order_id, trim_scale(o.filled_quantity))
                FROM orders o JOIN fills f USING (client_order_id) WHERE o.leg = 'stop'
                """));

        Task<string?> SayAsync() => _database.ValueAsync<string>(
            DatabaseRole.ReadOnly, "SELECT outcome || ': ' || what FROM order_explanations WHERE client_order_id = 'b1-abcdef-1-2-S1'");
    }

    private static async Task StepsAsync(Projection projection)
    {
        while (await projection.StepAsync(None) > 0)
        {
            // until nothing moves
        }
    }

    /// <summary>The tables of a journal that is whole from the beginning.</summary>
    private static async Task<IReadOnlyList<string>> RebuiltAsync(IEnumerable<(string Stream, object Event)> story)
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.Connections.For(DatabaseRole.App));
        await JournalWriter.PrepareAsync(database);
        await using (var connection = await source.OpenConnectionAsync())
            await new JournalWriter().WriteAsync(connection, story);
        await new Projection(source).SweepAsync(None);
        return await TablesAsync(source);
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
