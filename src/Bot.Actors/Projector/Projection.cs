using Bot.Actors.Market;
using Bot.Actors.Portfolio;
using Bot.Actors.Selector;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Dapper;
using Npgsql;

namespace Bot.Actors.Projector;

/// <summary>
/// Turns journals into read tables. The rows of a batch and the progress of their streams are written in one transaction; progress is kept
/// per stream, because the table's global order becomes visible out of order and a global offset would skip rows.
/// </summary>
/// <param name="database">The database as the application's role.</param>
public sealed class Projection(NpgsqlDataSource database)
{
    private const int Batch = 500;

    private readonly JournalReader _journal = new(database);
    private readonly SymbolRegistry _registry = new(database);
    private readonly Dictionary<string, long> _progress = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PairState> _pairs = new(StringComparer.Ordinal);
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
        if (rows.Count == 0)
            return 0;
        var applied = await ApplyAsync(rows, cancel).ConfigureAwait(false);
        _ordering = rows[^1].Ordering;
        return Math.Max(applied, 1);
    }

    /// <summary>Compares the head of every stream with its progress and projects what is missing: nothing is skipped for ever.</summary>
    /// <returns>How many events were projected.</returns>
    public async Task<int> SweepAsync(CancellationToken cancel)
    {
        var head = await _journal.ReadHeadAsync(cancel).ConfigureAwait(false);
        if (!_isLoaded)
            await LoadProgressAsync(cancel).ConfigureAwait(false);
        var applied = 0;
        foreach (var chunk in (await _journal.ReadBehindAsync(cancel).ConfigureAwait(false)).Chunk(200))
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

    private async Task LoadProgressAsync(CancellationToken cancel)
    {
        _progress.Clear();
        _pairs.Clear();
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        foreach (var (id, sequence) in await connection.QueryAsync<(string, long)>(new CommandDefinition(
            "SELECT persistence_id, sequence_number FROM projection_progress", cancellationToken: cancel)).ConfigureAwait(false))
        {
            _progress[id] = sequence;
        }
    }

    private async Task<int> ApplyAsync(IReadOnlyCollection<JournalRow> rows, CancellationToken cancel)
    {
        try
        {
            return await ApplyInTransactionAsync(rows, cancel).ConfigureAwait(false);
        }
        catch
        {
            // What is in memory may be ahead of what was committed now: read it anew.
            _isLoaded = false;
            throw;
        }
    }

    private async Task<int> ApplyInTransactionAsync(IReadOnlyCollection<JournalRow> rows, CancellationToken cancel)
    {
        var writer = new ReadTables();
        var touched = new Dictionary<string, long>(StringComparer.Ordinal);
        var applied = 0;
        foreach (var row in rows)
        {
            var done = _progress.GetValueOrDefault(row.PersistenceId);
            if (row.SequenceNumber <= done)
                continue;

            // A row whose predecessor is not visible yet waits for the sweep, which reads its stream in order.
            if (row.SequenceNumber != done + 1)
                continue;
            await ProjectAsync(row, writer, cancel).ConfigureAwait(false);
            _progress[row.PersistenceId] = row.SequenceNumber;
            touched.TryAdd(row.PersistenceId, done);
            applied++;
        }
        if (touched.Count == 0)
            return 0;
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await writer.ExecuteAsync(connection, transaction, touched.Select(t => (t.Key, t.Value, _progress[t.Key])), cancel).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
        Applied += applied;
        return applied;
    }

    private async Task ProjectAsync(JournalRow row, ReadTables writer, CancellationToken cancel)
    {
        switch (row.Entry.Event)
        {
            case OrderEvent e:
                writer.Order(row.PersistenceId["order-".Length..], e);
                break;
            case PairEvent e:
                var state = await PairAsync(row, cancel).ConfigureAwait(false);
                state.Apply(e);
                if (state.SymbolId != 0)
                    writer.Pair(state, e);
                break;
            case EquityMarked e:
                writer.Equity(e);
                break;
            case ModeChanged e:
                writer.Mode(row.PersistenceId[PortfolioActor.PersistenceIdOf("").Length..], e);
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
