using Bot.Actors.Market;
using Bot.Actors.Orders;
using Bot.Actors.Selector;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Reconciliation;
using Dapper;
using Npgsql;

namespace Bot.Actors.Projector;

/// <summary>
/// Turns journals into read tables. The rows of a batch and the progress of their streams are written in one transaction; progress is kept
/// per stream, because the table's global order becomes visible out of order and a global offset would skip rows.
/// </summary>
/// <remarks>
/// Order and pair are different streams, so an order's rows may be seen before the decision that makes its row in the read tables. Such a
/// stream is held until they fit. A stream with a row that nobody can read or write is left out, loudly, and tried again ever more rarely;
/// the others go on (RELIABILITY.md F24).
/// </remarks>
/// <param name="database">The database as the application's role.</param>
/// <param name="alert">Hears of streams that cannot be projected: the stream's id comes first.</param>
public sealed class Projection(NpgsqlDataSource database, Action<string>? alert = null)
{
    private const int Batch = 500;
    private const int MostEmptyPlaces = 1_000;
    private static readonly string OrderPrefix = OrderTracker.PersistenceIdOf("");

    /// <summary>A place that stayed empty this long belongs to a write that was rolled back; the sweep looks at everything anyway.</summary>
    private static readonly TimeSpan EmptyForGood = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(10);

    private readonly JournalReader _journal = new(database);
    private readonly SymbolRegistry _registry = new(database);
    private readonly Dictionary<string, long> _progress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PairState> _pairs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long At, TimeSpan Pause)> _leftOut = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _emptyPlaces = [];
    private long _ordering;
    private bool _isLoaded;

    /// <summary>Events projected since the start.</summary>
    public long Applied { get; private set; }

    /// <summary>Projects what is new, as far as it is visible.</summary>
    /// <returns>How many events were projected.</returns>
    public async Task<int> StepAsync(CancellationToken cancel)
    {
        if (!_isLoaded)
            return await SweepAsync(cancel).ConfigureAwait(false);
        var rows = await _journal.ReadAfterAsync(_ordering, Batch, cancel).ConfigureAwait(false);
        var late = _emptyPlaces.Count > 0 ? await _journal.ReadAtAsync(_emptyPlaces.Keys, cancel).ConfigureAwait(false) : [];
        var applied = await ApplyAsync([.. late, .. rows], cancel).ConfigureAwait(false);
        NoteEmptyPlaces(late, rows);
        if (rows.Count > 0)
            _ordering = rows[^1].Ordering;
        foreach (var id in _held.ToList())
        {
            var more = await _journal.ReadStreamAsync(id, _progress.GetValueOrDefault(id), long.MaxValue, cancel).ConfigureAwait(false);
            applied += await ApplyAsync(more, cancel).ConfigureAwait(false);
        }
        return rows.Count > 0 ? Math.Max(applied, 1) : applied;
    }

    /// <summary>Compares the head of every stream with its progress and projects what is missing: nothing is skipped for ever.</summary>
    /// <returns>How many events were projected.</returns>
    public async Task<int> SweepAsync(CancellationToken cancel)
    {
        var head = await _journal.ReadHeadAsync(cancel).ConfigureAwait(false);
        if (!_isLoaded)
            await LoadProgressAsync(cancel).ConfigureAwait(false);
        var applied = 0;

        // Orders last: their rows need those that the pairs' streams make.
        var behind = (await _journal.ReadBehindAsync(cancel).ConfigureAwait(false)).Where(b => IsDue(b.PersistenceId)).OrderBy(b => IsOrder(b.PersistenceId));
        foreach (var chunk in behind.Chunk(200))
        {
            var rows = new List<JournalRow>();
            foreach (var (persistenceId, streamHead, progress) in chunk)
                rows.AddRange(await _journal.ReadStreamAsync(persistenceId, progress, streamHead, cancel).ConfigureAwait(false));
            foreach (var batch in rows.OrderBy(r => r.Ordering).Chunk(Batch))
                applied += await ApplyAsync(batch, cancel).ConfigureAwait(false);
        }
        _ordering = Math.Max(_ordering, head);
        _isLoaded = true;
        return applied;
    }

    private static bool IsOrder(string persistenceId) => persistenceId.StartsWith(OrderPrefix, StringComparison.Ordinal);

    /// <summary>A fault of what is in the row, not of the way to the database: trying again at once would fail again, for every stream.</summary>
    private static bool IsOfTheRow(Exception e) => e switch
    {
        PostgresException p => p.SqlState[..2] is "22" or "23",
        NpgsqlException or ProjectionOvertakenException or OperationCanceledException or TimeoutException or IOException => false,
        _ => true,
    };

    private bool IsDue(string persistenceId) =>
        !_leftOut.TryGetValue(persistenceId, out var left) || TimeProvider.System.GetElapsedTime(left.At) >= left.Pause;

    private void NoteEmptyPlaces(IReadOnlyList<JournalRow> late, IReadOnlyList<JournalRow> rows)
    {
        foreach (var row in late)
            _emptyPlaces.Remove(row.Ordering);
        foreach (var (place, at) in _emptyPlaces.ToList())
        {
            if (TimeProvider.System.GetElapsedTime(at) > EmptyForGood)
                _emptyPlaces.Remove(place);
        }
        var now = TimeProvider.System.GetTimestamp();
        var expected = _ordering + 1;
        foreach (var row in rows)
        {
            for (; expected < row.Ordering && _emptyPlaces.Count < MostEmptyPlaces; expected++)
                _emptyPlaces[expected] = now;
            expected = row.Ordering + 1;
        }
    }

    private async Task LoadProgressAsync(CancellationToken cancel)
    {
        _progress.Clear();
        _pairs.Clear();
        _held.Clear();
        _emptyPlaces.Clear();
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        foreach (var (id, sequence) in await connection.QueryAsync<(string, long)>(new CommandDefinition(
            "SELECT persistence_id, sequence_number FROM projection_progress", cancellationToken: cancel)).ConfigureAwait(false))
        {
            _progress[id] = sequence;
        }
    }

    private async Task<int> ApplyAsync(IReadOnlyCollection<JournalRow> rows, CancellationToken cancel)
    {
        if (rows.Count == 0)
            return 0;
        try
        {
            try
            {
                return await ApplyInTransactionAsync(rows, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (IsOfTheRow(e))
            {
                // One of them is not like the others: stream by stream, so that only one stops.
            }
            var applied = 0;
            foreach (var stream in rows.GroupBy(r => r.PersistenceId, StringComparer.Ordinal).OrderBy(s => IsOrder(s.Key)))
                applied += await ApplyAloneAsync(stream.Key, [.. stream], cancel).ConfigureAwait(false);
            return applied;
        }
        catch
        {
            // What is in memory may be ahead of what was committed now: read it anew.
            _isLoaded = false;
            throw;
        }
    }

    private async Task<int> ApplyAloneAsync(string id, IReadOnlyList<JournalRow> rows, CancellationToken cancel)
    {
        try
        {
            return await ApplyInTransactionAsync(rows, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfTheRow(e))
        {
            if (rows.Count > 1)
            {
                // As far as it goes: one by one up to the row that does not.
                var applied = 0;
                foreach (var row in rows.TakeWhile(_ => !_leftOut.ContainsKey(id) || IsDue(id)))
                    applied += await ApplyAloneAsync(id, [row], cancel).ConfigureAwait(false);
                return applied;
            }
            var pause = _leftOut.TryGetValue(id, out var last) ? Math.Min(2 * last.Pause.TotalSeconds, LongestRetry.TotalSeconds) : FirstRetry.TotalSeconds;
            _leftOut[id] = (TimeProvider.System.GetTimestamp(), TimeSpan.FromSeconds(pause));
            _held.Remove(id);
            alert?.Invoke($"{id} cannot be brought into the read tables from row {rows[0].SequenceNumber} on ({e.GetType().Name}: {e.Message}); the others go on, it is tried again in {pause:0} s");
            return 0;
        }
    }

    private async Task<int> ApplyInTransactionAsync(IReadOnlyCollection<JournalRow> rows, CancellationToken cancel)
    {
        var writer = new ReadTables();
        var reached = new Dictionary<string, long>(StringComparer.Ordinal);
        var folded = new HashSet<string>(StringComparer.Ordinal);
        var announced = await AnnouncedAsync(rows, cancel).ConfigureAwait(false);
        var applied = 0;
        try
        {
            // Pairs first: what they decide makes the rows that the orders' events change.
            foreach (var row in rows.OrderBy(r => IsOrder(r.PersistenceId)))
            {
                var id = row.PersistenceId;
                var done = reached.TryGetValue(id, out var at) ? at : _progress.GetValueOrDefault(id);
                if (row.SequenceNumber <= done || !IsDue(id))
                    continue;

                // A row whose predecessor is not visible yet waits for it, and an order for its pair.
                if (row.SequenceNumber != done + 1 || (done == 0 && IsOrder(id) && !announced.Contains(id[OrderPrefix.Length..])))
                {
                    _held.Add(id);
                    continue;
                }
                if (row.Entry.Event is PairEvent)
                    folded.Add(id);
                if (row.Entry.Event is OrderIntended intended)
                    announced.Add(intended.Spec.ClientOrderId);
                await ProjectAsync(row, writer, cancel).ConfigureAwait(false);
                reached[id] = row.SequenceNumber;
                applied++;
            }
            if (applied == 0)
                return 0;
            await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
            await writer.ExecuteAsync(connection, transaction, reached.Select(r => (r.Key, _progress.GetValueOrDefault(r.Key), r.Value)), cancel).ConfigureAwait(false);
            await transaction.CommitAsync(cancel).ConfigureAwait(false);
        }
        catch
        {
            // These are ahead of what was committed: they are folded anew.
            foreach (var id in folded)
                _pairs.Remove(id);
            throw;
        }
        foreach (var (id, sequence) in reached)
        {
            _progress[id] = sequence;
            _held.Remove(id);
            _leftOut.Remove(id);
        }
        Applied += applied;
        return applied;
    }

    /// <summary>Which of the orders that begin in these rows have their row in the read tables.</summary>
    private async Task<HashSet<string>> AnnouncedAsync(IReadOnlyCollection<JournalRow> rows, CancellationToken cancel)
    {
        var asked = rows.Where(r => r.SequenceNumber == 1 && IsOrder(r.PersistenceId)).Select(r => r.PersistenceId[OrderPrefix.Length..]).ToArray();
        if (asked.Length == 0)
            return new HashSet<string>(StringComparer.Ordinal);
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        return (await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT client_order_id FROM orders WHERE client_order_id = ANY(@asked)", new { asked }, cancellationToken: cancel)).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
    }

    private async Task ProjectAsync(JournalRow row, ReadTables writer, CancellationToken cancel)
    {
        switch (row.Entry.Event)
        {
            case OrderEvent e:
                writer.Order(row.PersistenceId[OrderPrefix.Length..], e);
                break;
            case PairEvent e:
                var state = await PairAsync(row, cancel).ConfigureAwait(false);
                state.Apply(e);
                if (state.SymbolId != 0)
                    writer.Pair(state, e);
                break;
            case ReconcilerEvent e:
                writer.Reconciliation(e);
                break;
            case EquityMarked e:
                writer.Equity(e);
                break;
            case SelectionMade e:
                var ids = new List<(int SymbolId, Bot.Trading.Selection.PairJudgement Judgement)>();
                foreach (var judgement in e.Selected())
                {
                    if (await _registry.FindAsync(judgement.Symbol, cancel).ConfigureAwait(false) is { } id)
                        ids.Add((id, judgement));
                }
                writer.Selection(e, ids);
                break;
        }
    }

    /// <summary>The folded state of a pair as of the row before this one.</summary>
    private async Task<PairState> PairAsync(JournalRow row, CancellationToken cancel)
    {
        if (_pairs.TryGetValue(row.PersistenceId, out var state))
            return state;
        state = new PairState();
        foreach (var earlier in await _journal.ReadStreamAsync(row.PersistenceId, 0, row.SequenceNumber - 1, cancel).ConfigureAwait(false))
            state.Apply((PairEvent)earlier.Entry.Event);
        return _pairs[row.PersistenceId] = state;
    }
}

/// <summary>Another projector was faster: what was prepared here is dropped and the place is looked up anew.</summary>
/// <param name="persistenceId">The stream that it moved on.</param>
public sealed class ProjectionOvertakenException(string persistenceId)
    : Exception($"Another projector has moved {persistenceId} on.");
