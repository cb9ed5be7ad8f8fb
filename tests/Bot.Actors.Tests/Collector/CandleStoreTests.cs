using Akka.Event;
using Bot.Actors.Collector;
using Bot.Host.Database;
using Bot.Testing;
using Bot.Trading.Market;
using Npgsql;

namespace Bot.Actors.Tests.Collector;

/// <summary>Candles on their way into real partitions.</summary>
public sealed class CandleStoreTests : IAsyncLifetime
{
    private static readonly CandleInterval Minute = CandleInterval.OneMinute;
    private static readonly long Start = new DateTimeOffset(2025, 1, 31, 23, 58, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;
    private CandleStore _store = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.Connections.For(DatabaseRole.App));
        _store = new CandleStore(_source, Minute);
        await _database.ExecuteAsync(DatabaseRole.App, "INSERT INTO symbols (symbol, base_currency, quote_currency) VALUES ('ABC-USDT', 'ABC', 'USDT'), ('DEF-USDT', 'DEF', 'USDT')");
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Candles_are_read_back_as_they_were_written_also_across_months()
    {
        Candle[] candles = [At(0), At(1) with { Turnover = 12.5m }, At(2), At(3)];
        await WriteAsync(candles);
        Assert.Equal(candles, await _store.ReadBetweenAsync(1, Start - 1, Start + 240_000, CancellationToken.None));
        Assert.Equal(candles[1..3], await _store.ReadNewestAsync(1, 2, Start + 180_000, CancellationToken.None));
        Assert.Empty(await _store.ReadNewestAsync(2, 5, long.MaxValue / 100_000, CancellationToken.None));
        Assert.Equal(2L, await CountAsync("SELECT count(*) FROM pg_inherits WHERE inhparent = 'candles'::regclass AND inhrelid::regclass::text LIKE 'candles_2025_%'"));
    }

    [Fact]
    public async Task Writing_the_same_again_changes_nothing_and_a_correction_counts()
    {
        await WriteAsync(At(0), At(1));
        await WriteAsync(At(0), At(1));
        Assert.Equal(0L, await CountAsync("SELECT coalesce(max(revision), 0)::bigint FROM candles"));
        await WriteAsync(At(0), At(1) with { Close = 1.6m });
        Assert.Equal(1L, await CountAsync("SELECT sum(revision)::bigint FROM candles"));
        Assert.Equal(1.6m, (await _store.ReadNewestAsync(1, 1, Start + 240_000, CancellationToken.None))[0].Close);
        Assert.Equal(2L, await CountAsync("SELECT count(*) FROM candles"));
    }

    [Fact]
    public async Task The_last_word_on_a_candle_wins_within_a_batch()
    {
        await WriteAsync(At(0), At(0) with { Close = 1.7m }, At(0) with { Close = 1.8m });
        Assert.Equal(1.8m, Assert.Single(await _store.ReadNewestAsync(1, 5, Start + 240_000, CancellationToken.None)).Close);
    }

    [Fact]
    public async Task The_writer_has_stored_everything_that_was_added_before_a_flush()
    {
        await using var writer = new CandleWriter(_store, NoLogger.Instance);
        for (var i = 0; i < 5_000; i++)
            writer.Add(new CandleRow(1 + i % 2, At(i / 2), Start, IsStream: true));
        await writer.FlushAsync();
        Assert.Equal((5_000L, 5_000L), (writer.Written, await CountAsync("SELECT count(*) FROM candles")));
    }

    [Fact]
    public async Task A_writer_that_ends_has_stored_what_it_had()
    {
        await using (var writer = new CandleWriter(_store, NoLogger.Instance))
            writer.Add(new CandleRow(1, At(0), Start, IsStream: false));
        Assert.Equal("rest", await _database.ValueAsync<string>(DatabaseRole.ReadOnly, "SELECT source::text FROM candles"));
    }

    [Fact]
    public async Task A_batch_that_cannot_be_stored_does_not_end_the_writer()
    {
        await using var writer = new CandleWriter(_store, NoLogger.Instance);
        writer.Add(new CandleRow(99, At(0), Start, IsStream: true));
        await writer.FlushAsync();
        writer.Add(new CandleRow(1, At(0), Start, IsStream: true));
        await writer.FlushAsync();
        Assert.Equal((1L, 1L), (writer.Written, await CountAsync("SELECT count(*) FROM candles")));
    }

    [Fact]
    public async Task A_hole_is_recorded_once_and_grows()
    {
        await _store.RecordHoleAsync(1, Start, Start + 60_000, "first", CancellationToken.None);
        await _store.RecordHoleAsync(1, Start, Start + 120_000, "again", CancellationToken.None);
        Assert.Equal(120L, await CountAsync("SELECT extract(epoch FROM to_time - from_time)::bigint FROM candle_holes WHERE reason = 'again'"));
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM candle_holes"));
    }

    private static Candle At(int minute) => new(Start + minute * 60_000L, 1.5m, 2m, 1m, 1.75m, 10 + minute, null);

    private Task WriteAsync(params Candle[] candles) =>
        _store.UpsertAsync([.. candles.Select(c => new CandleRow(1, c, c.OpenTimeMs + 60_000, IsStream: true))], CancellationToken.None);

    private Task<long> CountAsync(string sql) => _database.ValueAsync<long>(DatabaseRole.ReadOnly, sql);
}
