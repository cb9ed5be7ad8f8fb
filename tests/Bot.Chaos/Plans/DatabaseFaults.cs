using System.Runtime.Versioning;
using Bot.Chaos.Deployments;
using Npgsql;

namespace Bot.Chaos.Plans;

/// <summary>Faults of the database: crashes (F7), stalls (F8), full disks (F9), no sessions and locks (F10).</summary>
[SupportedOSPlatform("linux")]
internal static class DatabaseFaults
{
    /// <summary>The server ends in one of three ways and comes back.</summary>
    public static async Task CrashAsync(ChaosRun run)
    {
        var how = (PostgresCrash)(run.Done % 3);
        await run.PauseAsync(run.Between(0, 2));
        await run.Deployment.Postgres.CrashAsync(how);
        run.Log.Fault("postgres crash", ("how", how.ToString()));
        await run.RecoveredAsync("postgres crash");
    }

    /// <summary>Its sessions stand still. What the bot waited for in vain may have been written nevertheless.</summary>
    public static async Task StallAsync(ChaosRun run)
    {
        var length = run.Between(5, run.Done % 4 == 3 ? 60 : 20);
        var sessions = await run.Deployment.Postgres.StallAsync(length, run.Cancel);
        run.Log.Fault("postgres stall", ("seconds", length.TotalSeconds), ("sessions", sessions));
        await run.RecoveredAsync("postgres stall");
    }

    /// <summary>The disk of the data or of the log of writes is full, and then is not.</summary>
    public static async Task FillDiskAsync(ChaosRun run, TmpfsDisks disks)
    {
        var isWal = run.Done % 2 == 1;
        var postgres = run.Deployment.Postgres;
        run.Log.Fault(isWal ? "disk full: log of writes" : "disk full: data");
        try
        {
            TmpfsDisks.Fill(isWal ? disks.Wal : disks.Data);
            for (var i = 0; isWal && i < 12 && await WritesAsync(run); i++)
            {
                // A log keeps segments to use again: it is full when these are.
            }
            await run.PauseAsync(run.Between(4, 8));
        }
        finally
        {
            TmpfsDisks.MakeRoom(isWal ? disks.Wal : disks.Data);
        }
        await postgres.EnsureRunningAsync();
        await run.RecoveredAsync(isWal ? "log of writes full" : "data full");
    }

    /// <summary>Either others have all sessions, or somebody has locked the journal.</summary>
    public static async Task ExhaustAsync(ChaosRun run)
    {
        var length = run.Between(5, 15);
        if (run.Done % 2 == 0)
        {
            run.Log.Fault("no sessions left", ("seconds", length.TotalSeconds));
            await HogAsync(run, length);
        }
        else
        {
            run.Log.Fault("journal locked", ("seconds", length.TotalSeconds));
            await using var connection = new NpgsqlConnection(run.Deployment.Postgres.AdminConnection);
            await connection.OpenAsync(run.Cancel);
            await using var transaction = await connection.BeginTransactionAsync(run.Cancel);
            await using (var locking = new NpgsqlCommand("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE", connection))
                await locking.ExecuteNonQueryAsync(run.Cancel);
            await run.PauseAsync(length);
        }
        await run.RecoveredAsync("pool");
    }

    private static async Task HogAsync(ChaosRun run, TimeSpan length)
    {
        var hogs = new List<NpgsqlConnection>();
        try
        {
            // The bot's own sessions are thrown out first, or it would not notice.
            await run.Deployment.Postgres.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bot_app_login'", run.Cancel);
            var reader = new NpgsqlConnectionStringBuilder(run.Deployment.Postgres.Connections.ReadOnly) { Pooling = false }.ConnectionString;
            while (hogs.Count < run.Deployment.Options.MaxConnections)
            {
                var hog = new NpgsqlConnection(reader);
                hogs.Add(hog);
                await hog.OpenAsync(run.Cancel);
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // There are no more.
        }
        try
        {
            await run.PauseAsync(length);
        }
        finally
        {
            hogs.ForEach(h => h.Dispose());
        }
    }

    private static async Task<bool> WritesAsync(ChaosRun run)
    {
        try
        {
            await run.Deployment.Postgres.ExecuteAsync("CREATE TABLE IF NOT EXISTS chaos_noise (n int); INSERT INTO chaos_noise VALUES (1); SELECT pg_switch_wal()", run.Cancel);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
