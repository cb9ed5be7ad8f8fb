using System.Collections.Concurrent;
using Akka.Actor;
using Npgsql;

namespace Bot.Actors.Persistence;

/// <summary>The newest row of an actor's stream, as the journal showed it a moment ago.</summary>
/// <param name="SequenceNumber">Its number.</param>
public sealed record JournalHead(long SequenceNumber) : INoSerializationVerificationNeeded;

/// <summary>
/// Asks the journal now and then how far the streams of this node's actors are, in one query for all of them. An incarnation that never
/// writes would never meet the journal's unique key, and so never learn that another one has taken its entity over.
/// </summary>
public sealed class JournalHeads : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly ConcurrentDictionary<IActorRef, string> _streams = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    /// <summary>Begins to ask.</summary>
    /// <param name="database">The database as the application's role.</param>
    /// <param name="time">Process time.</param>
    /// <param name="interval">Time between two questions.</param>
    public JournalHeads(NpgsqlDataSource database, TimeProvider time, TimeSpan interval)
    {
        (_database, _time, _interval) = (database, time, interval);
        _loop = RunAsync();
    }

    /// <summary>The actor wants to hear of its stream.</summary>
    public void Watch(IActorRef actor, string persistenceId) => _streams[actor] = persistenceId;

    /// <summary>The actor has ended.</summary>
    public void Forget(IActorRef actor) => _streams.TryRemove(actor, out _);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                await Task.Delay(_interval, _time, _stopping.Token).ConfigureAwait(false);
                await AskAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
            {
                // The database is away: whoever writes learns of it, and the next question is soon.
            }
        }
    }

    private async Task AskAsync(CancellationToken cancel)
    {
        var asked = _streams.ToArray();
        if (asked.Length == 0)
            return;
        await using var command = _database.CreateCommand(
            "SELECT s.id, (SELECT max(j.sequence_number) FROM journal AS j WHERE j.persistence_id = s.id) FROM unnest($1) AS s(id)");
        command.Parameters.Add(new NpgsqlParameter { Value = asked.Select(a => a.Value).Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var heads = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            if (!reader.IsDBNull(1))
                heads[reader.GetString(0)] = reader.GetInt64(1);
        }
        foreach (var (actor, id) in asked)
        {
            if (heads.TryGetValue(id, out var head))
                actor.Tell(new JournalHead(head), ActorRefs.NoSender);
        }
    }
}
