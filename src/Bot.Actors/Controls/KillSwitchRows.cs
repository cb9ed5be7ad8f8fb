using Bot.Trading.Risk.Controls;
using Npgsql;

namespace Bot.Actors.Controls;

/// <summary>
/// The kill switch as rows of <c>risk_state</c>: those of the account <c>*</c> are the operator's, those of a named account mirror its
/// portfolio. Read from the table itself, never from a projection.
/// </summary>
public static class KillSwitchRows
{
    /// <summary>Account of the operator's rows: every account of this database.</summary>
    public const string Operator = "*";

    /// <summary>What the rows of the operator and of an account say.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public static async Task<SwitchBoard> ReadAsync(NpgsqlDataSource database, string account, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(
            "SELECT scope, mode::text, reason, changed_by FROM risk_state WHERE account IN ('*', $1) AND mode <> 'active' ORDER BY account, scope");
        command.Parameters.Add(new() { Value = account });
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var entries = new List<SwitchEntry>();
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            SwitchBoard.TryMode(reader.GetString(1), out var mode);
            entries.Add(new SwitchEntry(reader.GetString(0), mode, reader.GetString(2), reader.GetString(3)));
        }
        return entries.Count == 0 ? SwitchBoard.Clear : new SwitchBoard(entries);
    }

    /// <summary>Makes the rows of an account say what a board says.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public static async Task MirrorAsync(NpgsqlDataSource database, string account, SwitchBoard board, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await using (var lift = new NpgsqlCommand(
            "UPDATE risk_state SET mode = 'active', reason = 'lifted', changed_by = 'portfolio', since = now() WHERE account = $1 AND mode <> 'active' AND scope <> ALL ($2)",
            connection, transaction))
        {
            lift.Parameters.Add(new() { Value = account });
            lift.Parameters.Add(new() { Value = board.Entries.Select(e => e.Scope).Distinct().ToArray() });
            await lift.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        }
        foreach (var scope in board.Entries.GroupBy(e => e.Scope))
            await SetAsync(connection, account, scope.MaxBy(e => e.Mode)!, cancel).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Sets one row, in the caller's transaction.</summary>
    public static async Task SetAsync(NpgsqlConnection connection, string account, SwitchEntry entry, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO risk_state (account, scope, mode, reason, changed_by, since) VALUES ($1, $2, $3::risk_mode, $4, $5, now())
            ON CONFLICT (account, scope) DO UPDATE SET mode = excluded.mode, reason = excluded.reason, changed_by = excluded.changed_by, since = excluded.since
            """, connection)
        {
            Parameters =
            {
                new() { Value = account }, new() { Value = entry.Scope }, new() { Value = SwitchBoard.WordOf(entry.Mode).Replace('-', '_') },
                new() { Value = entry.Reason }, new() { Value = entry.By },
            },
        };
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
