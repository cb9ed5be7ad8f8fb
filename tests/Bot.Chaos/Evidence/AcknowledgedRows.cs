using System.Globalization;
using Npgsql;

namespace Bot.Chaos.Evidence;

/// <summary>
/// Rows that the journal has acknowledged to a node, as the node itself has noted them in a file at that moment, against the journal as it is
/// at the end. An acknowledged row that is not there, or is another one, is the loss that must never be.
/// </summary>
/// <param name="Acknowledged">How many rows were acknowledged.</param>
/// <param name="Lost">Those that are gone or changed: stream and number.</param>
internal sealed record AcknowledgedRows(int Acknowledged, IReadOnlyList<string> Lost)
{
    /// <summary>Compares.</summary>
    /// <param name="witnesses">The nodes' files.</param>
    /// <param name="connectionString">A login that may read the journal.</param>
    public static async Task<AcknowledgedRows> CompareAsync(IEnumerable<string> witnesses, string connectionString)
    {
        // The witnesses first: what they have noted by now is in the journal by then, also while the nodes go on.
        var noted = new List<(string Stream, long Number, string Hash)>();
        foreach (var file in witnesses)
        {
            foreach (var line in await LinesAsync(file))
            {
                // The last line of a node that was killed may be torn: it was not finished, so nothing rests on it.
                if (line.Split(' ') is [var stream, var number, { Length: 64 } hash])
                    noted.Add((stream, long.Parse(number, CultureInfo.InvariantCulture), hash));
            }
        }
        var journal = await JournalAsync(connectionString);
        var lost = noted.Where(n => journal.GetValueOrDefault((n.Stream, n.Number)) != n.Hash).Select(n => $"{n.Stream} {n.Number}").ToList();
        return new AcknowledgedRows(noted.Count, lost);
    }

    // The node may be writing to it.
    private static async Task<string[]> LinesAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return (await reader.ReadToEndAsync()).Split('\n');
    }

    private static async Task<Dictionary<(string, long), string>> JournalAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT persistence_id, sequence_number, encode(sha256(message), 'hex') FROM journal", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new Dictionary<(string, long), string>();
        while (await reader.ReadAsync())
            rows[(reader.GetString(0), reader.GetInt64(1))] = reader.GetString(2);
        return rows;
    }
}
