using Bot.Trading.Checking;

namespace Bot.Simulation.Engine;

/// <summary>One stream of the journal.</summary>
internal sealed class JournalStream(string id)
{
    /// <summary>Its name.</summary>
    public string Id { get; } = id;

    /// <summary>Its rows.</summary>
    public List<object> Rows { get; } = [];

    /// <summary>Which incarnation wrote each row: the writer that a replay filter looks at.</summary>
    public List<int> Writers { get; } = [];
}

/// <summary>A write that is on its way to the journal.</summary>
internal sealed class JournalWrite
{
    /// <summary>The stream.</summary>
    public required JournalStream Stream { get; init; }

    /// <summary>Number of the first row.</summary>
    public required long First { get; init; }

    /// <summary>The rows.</summary>
    public required object[] Events { get; init; }

    /// <summary>Who writes.</summary>
    public required int Writer { get; init; }

    /// <summary>False when the writer has been told that it failed: the commit comes late, to nobody.</summary>
    public bool IsAwaited { get; set; } = true;

    /// <summary>True when the writer is told of a failure although the rows are stored.</summary>
    public bool IsDenied { get; set; }
}

/// <summary>
/// The journal: rows by stream with the unique key (stream, number). It holds the events themselves; every row that is stored goes to the
/// checker at once.
/// </summary>
internal sealed class JournalModel(InvariantChecker checker)
{
    private readonly Dictionary<string, JournalStream> _streams = new(StringComparer.Ordinal);

    /// <summary>Rows that were stored in this run.</summary>
    public int Rows { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _streams.Clear();
        Rows = 0;
    }

    /// <summary>A stream, made when there is none.</summary>
    public JournalStream Stream(string id)
    {
        if (!_streams.TryGetValue(id, out var stream))
            _streams.Add(id, stream = new JournalStream(id));
        return stream;
    }

    /// <summary>Stores the rows of a write, all or none; false when a row of their numbers is there.</summary>
    /// <param name="write">The write.</param>
    /// <param name="nowMs">The time of the commit.</param>
    /// <param name="isUnique">Whether the unique key is there.</param>
    public bool Commit(JournalWrite write, long nowMs, bool isUnique)
    {
        var stream = write.Stream;
        if (stream.Rows.Count != write.First - 1 && (isUnique || stream.Rows.Count < write.First - 1))
            return false;
        for (var i = 0; i < write.Events.Length; i++)
        {
            stream.Rows.Add(write.Events[i]);
            stream.Writers.Add(write.Writer);
            checker.Append(stream.Id, write.First + i, write.Events[i], true, nowMs * 1000);
        }
        Rows += write.Events.Length;
        return true;
    }
}
