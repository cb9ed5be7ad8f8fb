using Bot.Actors.Persistence;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Npgsql;

namespace Bot.Chaos.Evidence;

/// <summary>
/// Times that a journal tells of. How long a doubt lasted is in its rows; how long a first fill was bare is the time from the arrival of its
/// order at the exchange, which fills it there and then, to the commit of the row that protects it, both by this machine's clock.
/// </summary>
internal static class JournalTimes
{
    /// <summary>An unknown outcome: from the doubt to what ended it.</summary>
    public const string Doubt = "unknown outcome resolved after";

    /// <summary>The pair's own monitor watches the position.</summary>
    public const string Watched = "first fill to the pair's own stop";

    /// <summary>The exchange has shown a stop for the position.</summary>
    public const string Held = "first fill to the exchange's stop";

    /// <summary>Reads them, ms.</summary>
    /// <param name="connectionString">A login that may read the journal.</param>
    /// <param name="receivedUs">When each order arrived at the exchange, Unix microseconds by client order id.</param>
    public static async Task<IReadOnlyList<(string Name, double Ms)>> ReadAsync(string connectionString, IReadOnlyDictionary<string, long> receivedUs)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT persistence_id, manifest, message, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
            FROM journal WHERE persistence_id LIKE 'pair-%' OR persistence_id LIKE 'order-%' ORDER BY persistence_id, sequence_number
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        var times = new List<(string, double)>();
        var stream = new StreamTimes(receivedUs, times);
        var last = "";
        while (await reader.ReadAsync())
        {
            if (reader.GetString(0) != last)
                (last, stream) = (reader.GetString(0), new StreamTimes(receivedUs, times));
            stream.Take(JournalEntry.Read(reader.GetFieldValue<byte[]>(2), reader.GetString(1)).Event, reader.GetInt64(3));
        }
        return times;
    }

    private sealed class StreamTimes(IReadOnlyDictionary<string, long> receivedUs, List<(string, double)> times)
    {
        private long? _doubtMs;
        private long? _filledUs;
        private bool _isWatched;
        private bool _isHeld;

        public void Take(object e, long committedUs)
        {
            switch (e)
            {
                case SubmitInDoubt doubt:
                    _doubtMs ??= doubt.AtMs;
                    break;
                case OrderFound or OrderAcknowledged or OrderRefused or OrderAbsent or OrderQuarantined or FillRecorded when _doubtMs is { } since:
                    times.Add((Doubt, ((OrderEvent)e).AtMs - since));
                    _doubtMs = null;
                    break;
                case FillApplied { Fill.Side: Bot.Trading.Market.Side.Buy } fill when _filledUs is null && receivedUs.TryGetValue(fill.ClientOrderId, out var received):
                    _filledUs = received;
                    break;
                case ProtectionPlanned when _filledUs is { } filled && !_isWatched:
                    _isWatched = true;
                    times.Add((Watched, (committedUs - filled) / 1000.0));
                    break;
                case ProtectionConfirmed when _filledUs is { } filled && !_isHeld:
                    _isHeld = true;
                    times.Add((Held, (committedUs - filled) / 1000.0));
                    break;
                case PositionClosed:
                    (_filledUs, _isWatched, _isHeld) = (null, false, false);
                    break;
            }
        }
    }
}
