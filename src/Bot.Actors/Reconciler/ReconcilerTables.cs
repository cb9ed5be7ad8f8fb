using Bot.Trading.Reconciliation;
using Npgsql;

namespace Bot.Actors.Reconciler;

/// <summary>The tables that show the last sweep. Nothing is decided by them; the next sweep writes them anew.</summary>
/// <param name="database">The database as the application's role.</param>
public sealed class ReconcilerTables(NpgsqlDataSource database)
{
    /// <summary>Writes what the last sweep saw.</summary>
    /// <param name="account">The account.</param>
    /// <param name="sweep">The sweep.</param>
    /// <param name="watermarkMs">When the last full sweep began in which every list answered, Unix ms; 0 for none.</param>
    /// <param name="checks">The newest comparison of each currency.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task SaveAsync(string account, AccountSweep sweep, long watermarkMs, IReadOnlyList<BalanceCheck> checks, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(
            """
            INSERT INTO account_sweeps AS s (account, began_at, full_at, failures, watermark) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (account) DO UPDATE SET began_at = EXCLUDED.began_at, full_at = coalesce(EXCLUDED.full_at, s.full_at),
                failures = EXCLUDED.failures, watermark = EXCLUDED.watermark
            """,
            account,
            At(sweep.BeganAtMs),
            sweep.IsFull ? At(sweep.BeganAtMs) : null,
            sweep.Failures.ToArray(),
            watermarkMs > 0 ? At(watermarkMs) : null));
        foreach (var check in checks)
        {
            batch.BatchCommands.Add(Command(
                """
                INSERT INTO balance_checks (currency, total, booked, asked_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (currency) DO UPDATE SET total = EXCLUDED.total, booked = EXCLUDED.booked, asked_at = EXCLUDED.asked_at
                """,
                check.Currency, check.Total, check.Booked, At(check.AskedAtMs)));
        }
        await batch.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private static NpgsqlBatchCommand Command(string sql, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    private static DateTime At(long unixMs) => DateTimeOffset.FromUnixTimeMilliseconds(unixMs).UtcDateTime;
}
