using Bot.Trading.Market;
using Bot.Trading.Risk.Controls;
using Npgsql;

namespace Bot.Actors.Controls;

/// <summary>
/// Counts how often each control trips, for the weekly review (C28). Counts of an hour are added to a table by whoever flushes; a trip is
/// never waited for, and never lost to a database that is away for a while.
/// </summary>
public sealed class ControlTrips
{
    private readonly Lock _lock = new();
    private Dictionary<Key, Tally> _tallies = [];

    /// <summary>A control tripped.</summary>
    /// <param name="reason">Its reason, which names it; one that names none is not counted.</param>
    /// <param name="symbol">The pair; null: the account or the node.</param>
    public void Add(string reason, Symbol? symbol)
    {
        if (ControlCatalog.In(reason) is not { } control)
            return;

        // A person reviews weeks of real time, whatever time a replay has.
        var at = TimeProvider.System.GetUtcNow();
        var hour = new DateTimeOffset(at.UtcDateTime.Date.AddHours(at.UtcDateTime.Hour), TimeSpan.Zero);
        lock (_lock)
        {
            var key = new Key(hour, control, symbol?.Text ?? "");
            _tallies[key] = new Tally((_tallies.TryGetValue(key, out var known) ? known.Count : 0) + 1, reason, at);
        }
    }

    /// <summary>Writes what was counted since the last time, and removes what is older than it is kept.</summary>
    /// <exception cref="NpgsqlException">The database does not answer; nothing is lost, it is written the next time.</exception>
    public async Task FlushAsync(NpgsqlDataSource database, int keepDays, CancellationToken cancel)
    {
        Dictionary<Key, Tally> taken;
        lock (_lock)
        {
            if (_tallies.Count == 0)
                return;
            (taken, _tallies) = (_tallies, []);
        }
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);

            // In one order everywhere, so that two nodes do not wait for each other.
            foreach (var (key, tally) in taken.OrderBy(t => t.Key.Hour).ThenBy(t => t.Key.Control).ThenBy(t => t.Key.Symbol, StringComparer.Ordinal))
                await AddAsync(connection, key, tally, cancel).ConfigureAwait(false);
            await using (var old = new NpgsqlCommand("DELETE FROM control_trips WHERE hour < now() - make_interval(days => $1)", connection))
            {
                old.Parameters.Add(new() { Value = keepDays });
                await old.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
            }
            await transaction.CommitAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
            {
                foreach (var (key, tally) in taken)
                    _tallies[key] = _tallies.TryGetValue(key, out var newer) ? newer with { Count = newer.Count + tally.Count } : tally;
            }
            throw;
        }
    }

    private static async Task AddAsync(NpgsqlConnection connection, Key key, Tally tally, CancellationToken cancel)
    {
        await using var add = new NpgsqlCommand(
            """
            INSERT INTO control_trips AS t (hour, control, symbol, trips, last_reason, last_at) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (hour, control, symbol) DO UPDATE
            SET trips = t.trips + excluded.trips, last_reason = excluded.last_reason, last_at = greatest(t.last_at, excluded.last_at)
            """, connection)
        {
            Parameters =
            {
                new() { Value = key.Hour }, new() { Value = ControlCatalog.NumberOf(key.Control) }, new() { Value = key.Symbol },
                new() { Value = tally.Count }, new() { Value = tally.Reason }, new() { Value = tally.At },
            },
        };
        await add.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private readonly record struct Key(DateTimeOffset Hour, Control Control, string Symbol);

    private readonly record struct Tally(long Count, string Reason, DateTimeOffset At);
}
