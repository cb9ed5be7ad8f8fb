using Bot.Actors.Persistence;
using Dapper;
using Npgsql;

namespace Bot.Actors.Projector;

/// <summary>A row of the journal, read.</summary>
/// <param name="Ordering">Place in the table; later is not always committed later.</param>
/// <param name="PersistenceId">The stream.</param>
/// <param name="SequenceNumber">Place in the stream, from 1.</param>
/// <param name="Manifest">The event's manifest.</param>
/// <param name="Message">The row's bytes.</param>
public sealed record JournalRow(long Ordering, string PersistenceId, long SequenceNumber, string Manifest, byte[] Message)
{
    private JournalEntry? _entry;

    /// <summary>Event and link, read when they are asked for: a row that nobody can read is nobody's but its stream's affair.</summary>
    /// <exception cref="System.Text.Json.JsonException">The bytes are damaged.</exception>
    /// <exception cref="ArgumentException">The manifest is not known.</exception>
    public JournalEntry Entry => _entry ??= JournalEntry.Read(Message, Manifest);
}

/// <summary>Reads journals for projections and checks.</summary>
/// <param name="database">The database, any role that may read.</param>
public sealed class JournalReader(NpgsqlDataSource database)
{
    private const string Columns = "ordering, persistence_id, sequence_number, manifest, message";

    /// <summary>Rows behind a place in the table, in its order.</summary>
    public Task<IReadOnlyList<JournalRow>> ReadAfterAsync(long ordering, int limit, CancellationToken cancel) => QueryAsync(
        $"SELECT {Columns} FROM journal WHERE ordering > @ordering ORDER BY ordering LIMIT @limit", new { ordering, limit }, cancel);

    /// <summary>Rows at certain places in the table, in its order.</summary>
    public Task<IReadOnlyList<JournalRow>> ReadAtAsync(IReadOnlyCollection<long> orderings, CancellationToken cancel) => QueryAsync(
        $"SELECT {Columns} FROM journal WHERE ordering = ANY(@orderings) ORDER BY ordering", new { orderings = orderings.ToArray() }, cancel);

    /// <summary>Rows of one stream behind a place, in order.</summary>
    public Task<IReadOnlyList<JournalRow>> ReadStreamAsync(string persistenceId, long afterSequence, long upToSequence, CancellationToken cancel) => QueryAsync(
        $"SELECT {Columns} FROM journal WHERE persistence_id = @persistenceId AND sequence_number > @afterSequence AND sequence_number <= @upToSequence ORDER BY sequence_number",
        new { persistenceId, afterSequence, upToSequence },
        cancel);

    /// <summary>Newest row of every stream that is further than its progress.</summary>
    public async Task<IReadOnlyList<(string PersistenceId, long Head, long Progress)>> ReadBehindAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var rows = await connection.QueryAsync<(string, long, long)>(new CommandDefinition(
            """
            SELECT j.persistence_id, j.head, coalesce(p.sequence_number, 0)
            FROM (SELECT persistence_id, max(sequence_number) AS head FROM journal GROUP BY persistence_id) AS j
            LEFT JOIN projection_progress AS p USING (persistence_id)
            WHERE j.head > coalesce(p.sequence_number, 0)
            ORDER BY j.persistence_id
            """,
            cancellationToken: cancel)).ConfigureAwait(false);
        return rows.AsList();
    }

    /// <summary>Highest place in the table; 0 when it is empty.</summary>
    public async Task<long> ReadHeadAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition("SELECT coalesce(max(ordering), 0) FROM journal", cancellationToken: cancel))
            .ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<JournalRow>> QueryAsync(string sql, object parameters, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        var rows = await connection.QueryAsync<(long Ordering, string PersistenceId, long SequenceNumber, string Manifest, byte[] Message)>(
            new CommandDefinition(sql, parameters, cancellationToken: cancel)).ConfigureAwait(false);
        return [.. rows.Select(r => new JournalRow(r.Ordering, r.PersistenceId, r.SequenceNumber, r.Manifest, r.Message))];
    }
}
