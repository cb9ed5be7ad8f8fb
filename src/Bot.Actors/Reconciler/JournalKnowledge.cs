using Bot.Actors.Orders;
using Bot.Actors.Pairs;
using Bot.Actors.Persistence;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Reconciliation;
using Dapper;
using Npgsql;

namespace Bot.Actors.Reconciler;

/// <summary>
/// What the journals know of the account, read from their table: never from an actor's memory, never from the read tables, which lag. Each
/// pair's stream is followed by its own number, so that nothing is skipped that becomes visible late. One reader at a time.
/// </summary>
/// <param name="database">The database, any role that may read.</param>
public sealed class JournalKnowledge(NpgsqlDataSource database)
{
    private readonly HashSet<string> _unrelated = new(StringComparer.Ordinal);

    /// <summary>What was read.</summary>
    public KnownAccount Known { get; } = new();

    /// <summary>Reads on from where the last reading ended.</summary>
    public async Task ReadAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);

        // Every pair that can have a journal is in the registry: its number is part of its orders' ids.
        foreach (var symbol in await connection.QueryAsync<string>(new CommandDefinition("SELECT symbol FROM symbols", cancellationToken: cancel)).ConfigureAwait(false))
        {
            if (Symbol.TryParse(symbol, out var known))
                Known.Of(known);
        }
        while (true)
        {
            const int limit = 10_000;
            var pairs = Known.Pairs.Values.ToList();
            var rows = (await connection.QueryAsync<(string Id, long Sequence, string Manifest, byte[] Message)>(new CommandDefinition(
                """
                SELECT j.persistence_id, j.sequence_number, j.manifest, j.message
                FROM unnest(@ids, @after) AS p(id, after)
                CROSS JOIN LATERAL (SELECT * FROM journal WHERE persistence_id = p.id AND sequence_number > p.after ORDER BY sequence_number LIMIT @limit) AS j
                ORDER BY j.persistence_id, j.sequence_number
                """,
                new { ids = pairs.Select(p => PairActor.PersistenceIdOf(p.Symbol)).ToArray(), after = pairs.Select(p => p.Sequence).ToArray(), limit },
                cancellationToken: cancel)).ConfigureAwait(false)).AsList();
            var byId = pairs.ToDictionary(p => PairActor.PersistenceIdOf(p.Symbol), StringComparer.Ordinal);
            foreach (var row in rows)
            {
                if (byId[row.Id] is { } pair && row.Sequence == pair.Sequence + 1)
                    pair.Apply((PairEvent)JournalEntry.Read(row.Message, row.Manifest).Event);
            }
            if (rows.Count < limit)
                return;
        }
    }

    /// <summary>
    /// Looks up what the pairs' journals alone do not tell of a sweep's orders: journals of orders that their pair has forgotten, and the
    /// orders that stops placed at their trigger.
    /// </summary>
    public async Task RelateAsync(AccountSweep sweep, CancellationToken cancel)
    {
        _unrelated.Clear();
        var withStops = new List<KnownPair>();
        foreach (var lists in sweep.Symbols)
        {
            var pair = Known.Find(lists.Symbol);
            var nameless = Collect(lists.Active, pair) | Collect(lists.Done, pair);
            if (nameless && pair is not null)
                withStops.Add(pair);
        }
        foreach (var stop in sweep.Stops?.Rows ?? [])
            Collect(stop.ClientOrderId, Known.Find(stop.Symbol));
        if (_unrelated.Count == 0 && withStops.Count == 0)
            return;
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        if (_unrelated.Count > 0)
        {
            var there = await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT persistence_id FROM journal WHERE persistence_id = ANY(@ids) AND sequence_number = 1",
                new { ids = _unrelated.Select(OrderTracker.PersistenceIdOf).ToArray() },
                cancellationToken: cancel)).ConfigureAwait(false);
            foreach (var id in there)
                Known.AddJournaled(id[OrderTracker.PersistenceIdOf("").Length..]);
        }
        foreach (var pair in withStops)
        {
            var stops = pair.Orders.Values.Where(o => o.Leg == IntentLeg.Stop).Select(o => OrderTracker.PersistenceIdOf(o.ClientOrderId)).ToArray();
            if (stops.Length == 0)
                continue;
            var triggered = await connection.QueryAsync<(string Id, string Manifest, byte[] Message)>(new CommandDefinition(
                "SELECT persistence_id, manifest, message FROM journal WHERE persistence_id = ANY(@stops) AND manifest = 'order.stop-triggered.1'",
                new { stops },
                cancellationToken: cancel)).ConfigureAwait(false);
            foreach (var row in triggered)
            {
                if (JournalEntry.Read(row.Message, row.Manifest).Event is StopTriggered { ChildOrderId: { } child })
                    pair.Relate(child, row.Id[OrderTracker.PersistenceIdOf("").Length..]);
            }
        }
    }

    private bool Collect(Listing<OrderReport>? list, KnownPair? pair)
    {
        var nameless = false;
        foreach (var order in list?.Rows ?? [])
        {
            if (order.ClientOrderId is { } id && ClientOrderId.TryParse(id, out _))
                Collect(id, pair);
            else
                nameless = true;
        }
        return nameless;
    }

    private void Collect(string? clientOrderId, KnownPair? pair)
    {
        if (clientOrderId is not null && pair?.Orders.ContainsKey(clientOrderId) != true && ClientOrderId.TryParse(clientOrderId, out _))
            _unrelated.Add(clientOrderId);
    }
}
