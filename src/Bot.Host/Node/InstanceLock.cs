using Bot.Host.Commands;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bot.Host.Node;

/// <summary>
/// One cluster trades on a database. Every node holds a shared advisory lock of a session, and the row says whose lock it is: whoever is of
/// another cluster needs the lock alone, and does not get it while a node lives (RELIABILITY.md F26). A kill frees it with the session, so
/// nothing has to expire. It keeps mistakes away; the fence is the journal.
/// </summary>
public sealed class InstanceLock : IAsyncDisposable
{
    // Any number, the same in every release.
    private const long Key = 0x426F_7449_6E73_7401;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);

    /// <summary>A node that was killed a moment ago may still have its session.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _database;
    private readonly string _cluster;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NpgsqlConnection? _session;
    private Task _watch = Task.CompletedTask;

    private InstanceLock(NpgsqlDataSource database, string cluster, ILogger log) => (_database, _cluster, _log) = (database, cluster, log);

    /// <summary>Completes, with who it is, when another cluster has taken the database over while it could not be reached.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Takes the lock, or says who has it.</summary>
    /// <param name="database">The database as the application's role.</param>
    /// <param name="seeds">The cluster's seeds; empty for a node that is alone.</param>
    /// <param name="log">Where to say that the session was lost.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="CommandException">Another cluster trades on this database.</exception>
    public static async Task<InstanceLock> TakeAsync(NpgsqlDataSource database, IReadOnlyList<string> seeds, ILogger log, CancellationToken cancel)
    {
        var cluster = seeds.Count > 0 ? string.Join(' ', seeds.Order(StringComparer.Ordinal)) : $"alone {Guid.NewGuid():N}";
        var taken = new InstanceLock(database, cluster, log);
        var start = TimeProvider.System.GetTimestamp();
        while (await taken.TryAsync(cancel).ConfigureAwait(false) is { } other)
        {
            if (TimeProvider.System.GetElapsedTime(start) > Patience)
            {
                throw new CommandException(
                    $"Another bot trades on this database: {other}. Two of them would take every order from each other. "
                    + "Stop it first, give this one a database and an API key of its own, or let it join: the same list in node.seeds of both.");
            }
            await Task.Delay(Between, cancel).ConfigureAwait(false);
        }
        taken._watch = taken.WatchAsync();
        return taken;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Null when the lock is held now; else who is in the way.</summary>
    private async Task<string?> TryAsync(CancellationToken cancel)
    {
        var session = await _database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        try
        {
            // One starter at a time: between reading the row and taking the lock nobody else may do the same.
            await using (var transaction = await session.BeginTransactionAsync(cancel).ConfigureAwait(false))
            {
                await ExecuteAsync(session, "SELECT pg_advisory_xact_lock($1)", cancel, Key + 1).ConfigureAwait(false);
                var (cluster, words) = await ReadAsync(session, cancel).ConfigureAwait(false);
                var isOurs = cluster == _cluster;
                if (!await ExecuteAsync(session, isOurs ? "SELECT pg_try_advisory_lock_shared($1)" : "SELECT pg_try_advisory_lock($1)", cancel, Key).ConfigureAwait(false))
                    return words;
                if (!isOurs)
                {
                    await ExecuteAsync(
                        session,
                        """
                        INSERT INTO instance (cluster, node) VALUES ($1, $2)
                        ON CONFLICT (id) DO UPDATE SET cluster = EXCLUDED.cluster, node = EXCLUDED.node, since = now() RETURNING true
                        """,
                        cancel, _cluster, $"{Environment.MachineName}, process {Environment.ProcessId}").ConfigureAwait(false);

                    // Shared from now on, with those that join.
                    await ExecuteAsync(session, "SELECT pg_advisory_lock_shared($1)", cancel, Key).ConfigureAwait(false);
                    await ExecuteAsync(session, "SELECT pg_advisory_unlock($1)", cancel, Key).ConfigureAwait(false);
                }
                await transaction.CommitAsync(cancel).ConfigureAwait(false);
            }
            (_session, session) = (session, null!);
            return null;
        }
        finally
        {
            if (session is not null)
                await DropAsync(session).ConfigureAwait(false);
        }
    }

    private static async Task<(string? Cluster, string Words)> ReadAsync(NpgsqlConnection session, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT cluster, node, since FROM instance", session);
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        return await reader.ReadAsync(cancel).ConfigureAwait(false)
            ? (reader.GetString(0), FormattableString.Invariant($"started on {reader.GetString(1)} at {reader.GetDateTime(2):yyyy-MM-dd HH:mm:ss} UTC"))
            : (null, "it has just started");
    }

    private static async Task<bool> ExecuteAsync(NpgsqlConnection session, string sql, CancellationToken cancel, params object[] values)
    {
        // The statements are those of this class; what varies is a parameter.
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(sql, session);
#pragma warning restore CA2100
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync(cancel).ConfigureAwait(false) is true;
    }

    /// <summary>A session that ends takes the lock with it; it is taken again as soon as the database is back.</summary>
    private async Task WatchAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await Task.Delay(Look, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (_session is not null)
                {
                    await ExecuteAsync(_session, "SELECT true", _stopping.Token).ConfigureAwait(false);
                }
                else if (await TryAsync(_stopping.Token).ConfigureAwait(false) is { } other)
                {
                    _log.LogCritical("Another bot has taken this database over while it could not be reached: {Other}", other);
                    _lost.TrySetResult($"another bot has taken the database over: {other}");
                    return;
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
            {
                if (!_stopping.IsCancellationRequested && _session is not null)
                    _log.LogWarning("The session that says that this cluster trades here is gone: {Reason}. It is opened again", e.Message);
                await CloseAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _session, null) is { } session)
            await DropAsync(session).ConfigureAwait(false);
    }

    /// <summary>The session's end frees its locks; the pool would keep the session.</summary>
    private static async Task DropAsync(NpgsqlConnection session)
    {
        try
        {
            if (session.State == System.Data.ConnectionState.Open)
                await ExecuteAsync(session, "SELECT true FROM pg_advisory_unlock_all()", CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
        {
            // its locks are gone with it
        }
        await session.DisposeAsync().ConfigureAwait(false);
    }
}
