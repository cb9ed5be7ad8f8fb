using Npgsql;

namespace Bot.Host.Database;

/// <summary>What was found of the settings that the bot's promises rest on.</summary>
/// <param name="Faults">Why the bot must not trade on this database; none is good.</param>
/// <param name="Warnings">What is weaker than it should be.</param>
public sealed record PromiseReport(IReadOnlyList<string> Faults, IReadOnlyList<string> Warnings);

/// <summary>
/// Reads back what RELIABILITY.md §1.4 asks of Postgres. With <c>synchronous_commit=off</c> 111 of 23 683 acknowledged events were lost in
/// crashes; without the journal's unique key one run in ten placed a duplicate order. So both are looked at, not believed.
/// </summary>
public static class PromiseSettings
{
    private static readonly string[] Journals = ["journal", "sharding_journal"];

    /// <summary>Checks a database as the role that the connection speaks for: a setting may differ by role.</summary>
    public static async Task<PromiseReport> CheckAsync(NpgsqlConnection connection, CancellationToken cancellation = default)
    {
        var faults = new List<string>();
        var warnings = new List<string>();
        await using var settings = new NpgsqlCommand(
            """
            SELECT current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes'),
                   current_setting('track_commit_timestamp'), current_setting('data_checksums'), pg_is_in_recovery(), current_setting('server_version_num')::int
            """, connection);
        await using (var row = await settings.ExecuteReaderAsync(cancellation))
        {
            await row.ReadAsync(cancellation);
            if (row.GetString(0) is var commit and not ("on" or "remote_apply"))
                faults.Add($"synchronous_commit is {commit}: an acknowledged event could be lost in a crash; it must be on");
            if (row.GetString(1) is var fsync and not "on")
                faults.Add($"fsync is {fsync}: the database could be destroyed in a crash; it must be on");
            if (row.GetString(2) is var pages and not "on")
                faults.Add($"full_page_writes is {pages}: pages could be torn in a crash; it must be on");
            if (row.GetString(3) is var stamps and not "on")
                warnings.Add($"track_commit_timestamp is {stamps}: that a licence was committed before its order was sent cannot be proven afterwards");
            if (row.GetString(4) is var checksums and not "on")
                warnings.Add($"data_checksums is {checksums}: a damaged disk block would not show");
            if (row.GetBoolean(5))
                faults.Add("the server is a standby: it cannot be written to");
            if (row.GetInt32(6) is var version && version < Postgres.PostgresBinaries.OldestMajor * 10_000)
                faults.Add($"the server is PostgreSQL {version / 10_000}: {Postgres.PostgresBinaries.OldestMajor} or newer is needed");
        }
        await using var keys = new NpgsqlCommand(
            """
            SELECT wanted.name
            FROM unnest($1) AS wanted(name)
            WHERE NOT EXISTS (
              SELECT FROM pg_constraint c
              WHERE c.conrelid = to_regclass('public.' || wanted.name) AND c.contype IN ('u', 'p') AND c.convalidated
                AND (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))
                    = ARRAY['persistence_id', 'sequence_number'])
            ORDER BY 1
            """, connection) { Parameters = { new() { Value = Journals } } };
        await using var missing = await keys.ExecuteReaderAsync(cancellation);
        while (await missing.ReadAsync(cancellation))
            faults.Add($"{missing.GetString(0)} has no unique key on (persistence_id, sequence_number): two owners of a pair could both send an order");
        return new PromiseReport(faults, warnings);
    }
}
