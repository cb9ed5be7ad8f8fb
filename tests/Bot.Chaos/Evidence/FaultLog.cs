using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bot.Chaos.Evidence;

/// <summary>Every fault that a run has made, one JSON line each, with the time since the run's start by a clock that nobody sets.</summary>
internal sealed class FaultLog : IDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly StreamWriter? _file;
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>A log.</summary>
    /// <param name="file">Lines are appended to it; null for none.</param>
    public FaultLog(string? file) => _file = file is null ? null : new StreamWriter(file, append: true) { AutoFlush = true };

    /// <summary>How many faults of each kind.</summary>
    public IReadOnlyDictionary<string, long> Counts
    {
        get
        {
            lock (_gate)
                return new SortedDictionary<string, long>(_counts, StringComparer.Ordinal);
        }
    }

    /// <summary>Time since the run's start.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Notes what is about the run and is no fault.</summary>
    public void Note(string what, params (string Name, object? Value)[] details) => Write("note", what, details);

    /// <summary>Notes a fault.</summary>
    /// <param name="kind">Its kind: what is counted.</param>
    /// <param name="details">Whom it befell, for how long.</param>
    public void Fault(string kind, params (string Name, object? Value)[] details) => Faults(kind, 1, details);

    /// <summary>Notes several faults of a kind.</summary>
    public void Faults(string kind, long count, params (string Name, object? Value)[] details)
    {
        lock (_gate)
            _counts[kind] = _counts.GetValueOrDefault(kind) + count;
        Write("fault", kind, count == 1 ? details : [.. details, ("count", count)]);
    }

    public void Dispose() => _file?.Dispose();

    private void Write(string field, string what, (string Name, object? Value)[] details)
    {
        if (_file is null)
            return;
        var line = new JsonObject
        {
            ["ms"] = (long)Elapsed.TotalMilliseconds,
            ["at"] = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            [field] = what,
        };
        foreach (var (name, value) in details)
            line[name] = JsonSerializer.SerializeToNode(value);
        lock (_gate)
            _file.WriteLine(line.ToJsonString());
    }
}
