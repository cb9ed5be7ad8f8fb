using System.Collections.Concurrent;
using Bot.Trading.Market;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace Bot.Actors.Collector;

/// <summary>A closed candle on its way into the database.</summary>
/// <param name="SymbolId">The pair's row in the registry.</param>
/// <param name="Candle">The candle.</param>
/// <param name="EventTimeMs">The exchange's time of what closed it, Unix ms.</param>
/// <param name="IsStream">True when pushed, false when asked for by REST.</param>
public readonly record struct CandleRow(int SymbolId, Candle Candle, long EventTimeMs, bool IsStream);

/// <summary>Candles in Postgres. Every query is parameterised; whole batches travel as arrays in one statement.</summary>
/// <param name="database">The database as the application's role.</param>
/// <param name="interval">Length of the candles.</param>
public sealed class CandleStore(NpgsqlDataSource database, CandleInterval interval)
{
    private readonly ConcurrentDictionary<(int Year, int Month), bool> _months = new();

    /// <summary>Inserts candles, or corrects those that are there with other numbers; makes the month's partition first when it is missing.</summary>
    public async Task UpsertAsync(IReadOnlyCollection<CandleRow> rows, CancellationToken cancel)
    {
        if (rows.Count == 0)
            return;
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        foreach (var month in rows.Select(r => At(r.Candle.OpenTimeMs)).GroupBy(t => (t.Year, t.Month)).Where(m => !_months.ContainsKey(m.Key)).ToList())
        {
            await connection.ExecuteAsync(new CommandDefinition("SELECT ensure_candle_partition(@at)", new { at = month.First() }, cancellationToken: cancel))
                .ConfigureAwait(false);
            _months.TryAdd(month.Key, true);
        }

        // The last word on a candle wins within a batch too: one statement must not touch a row twice.
        var last = rows.GroupBy(r => (r.SymbolId, r.Candle.OpenTimeMs)).Select(g => g.Last()).ToList();
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            INSERT INTO candles AS c (symbol_id, interval, open_time, open, high, low, close, volume, turnover, event_time, source)
            SELECT s, @interval, o, p1, p2, p3, p4, v, q, e, src
            FROM unnest(@symbol, @opened, @open, @high, @low, @close, @volume, @turnover, @event, @source) AS r(s, o, p1, p2, p3, p4, v, q, e, src)
            ON CONFLICT (symbol_id, interval, open_time) DO UPDATE
            SET open = EXCLUDED.open, high = EXCLUDED.high, low = EXCLUDED.low, close = EXCLUDED.close, volume = EXCLUDED.volume,
                turnover = EXCLUDED.turnover, event_time = EXCLUDED.event_time, source = EXCLUDED.source, revision = c.revision + 1
            WHERE (c.open, c.high, c.low, c.close, c.volume) IS DISTINCT FROM (EXCLUDED.open, EXCLUDED.high, EXCLUDED.low, EXCLUDED.close, EXCLUDED.volume)
            """;
        var p = command.Parameters;
        p.Add(new NpgsqlParameter<string>("interval", interval.Name));
        p.Add(new NpgsqlParameter("symbol", NpgsqlDbType.Array | NpgsqlDbType.Integer) { Value = last.Select(r => r.SymbolId).ToArray() });
        p.Add(new NpgsqlParameter("opened", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = last.Select(r => At(r.Candle.OpenTimeMs)).ToArray() });
        AddNumbers("open", r => r.Candle.Open);
        AddNumbers("high", r => r.Candle.High);
        AddNumbers("low", r => r.Candle.Low);
        AddNumbers("close", r => r.Candle.Close);
        AddNumbers("volume", r => r.Candle.Volume);
        AddNumbers("turnover", r => r.Candle.Turnover);
        p.Add(new NpgsqlParameter("event", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz) { Value = last.Select(r => At(r.EventTimeMs)).ToArray() });
        p.Add(new NpgsqlParameter("source", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = last.Select(r => r.IsStream ? "stream" : "rest").ToArray() });
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);

        void AddNumbers(string name, Func<CandleRow, decimal?> number) =>
            p.Add(new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Numeric) { Value = last.Select(number).ToArray() });
    }

    /// <summary>The newest candles that opened before a time, oldest first.</summary>
    public async Task<IReadOnlyList<Candle>> ReadNewestAsync(int symbolId, int count, long beforeMs, CancellationToken cancel)
    {
        var rows = await QueryAsync(
            """
            SELECT open_time, open, high, low, close, volume, turnover FROM candles
            WHERE symbol_id = @symbolId AND interval = @interval AND open_time < @before ORDER BY open_time DESC LIMIT @count
            """,
            new { symbolId, interval = interval.Name, before = At(beforeMs), count },
            cancel).ConfigureAwait(false);
        rows.Reverse();
        return rows;
    }

    /// <summary>The candles that opened after one time and before another, oldest first.</summary>
    public async Task<IReadOnlyList<Candle>> ReadBetweenAsync(int symbolId, long afterMs, long beforeMs, CancellationToken cancel) =>
        await QueryAsync(
            """
            SELECT open_time, open, high, low, close, volume, turnover FROM candles
            WHERE symbol_id = @symbolId AND interval = @interval AND open_time > @after AND open_time < @before ORDER BY open_time
            """,
            new { symbolId, interval = interval.Name, after = At(afterMs), before = At(beforeMs) },
            cancel).ConfigureAwait(false);

    /// <summary>Notes a gap that could not be filled.</summary>
    public async Task RecordHoleAsync(int symbolId, long fromMs, long toMs, string reason, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO candle_holes (symbol_id, interval, from_time, to_time, reason) VALUES (@symbolId, @interval, @from, @to, @reason)
            ON CONFLICT (symbol_id, interval, from_time) DO UPDATE SET to_time = EXCLUDED.to_time, reason = EXCLUDED.reason, recorded_at = now()
            """,
            new { symbolId, interval = interval.Name, from = At(fromMs), to = At(toMs), reason },
            cancellationToken: cancel)).ConfigureAwait(false);
    }

    /// <summary>Drops whole months of candles that ended before a time.</summary>
    public async Task<int> DropBeforeAsync(long beforeMs, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "SELECT drop_candle_partitions(@before)", new { before = At(beforeMs) }, cancellationToken: cancel)).ConfigureAwait(false);
    }

    private async Task<List<Candle>> QueryAsync(string sql, object parameters, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var rows = await connection.QueryAsync<(DateTime Opened, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume, decimal? Turnover)>(
            new CommandDefinition(sql, parameters, cancellationToken: cancel)).ConfigureAwait(false);
        return [.. rows.Select(r => new Candle(new DateTimeOffset(r.Opened).ToUnixTimeMilliseconds(), r.Open, r.High, r.Low, r.Close, r.Volume, r.Turnover))];
    }

    private static DateTime At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime;
}
