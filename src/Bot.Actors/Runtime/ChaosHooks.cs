using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Bot.Actors.Runtime;

/// <summary>
/// Where the chaos runner (<c>./bot chaos</c>) reaches into a node: it may die at an enumerated instruction (RELIABILITY.md F1), its wall clock
/// may be wrong (F20), and it notes every row that the journal has acknowledged. All of it is off unless <see cref="FolderVariable"/> names a
/// folder that the runner has marked as its own; a node with it on refuses any exchange that is not on this machine.
/// </summary>
public static class ChaosHooks
{
    /// <summary>Environment variable that names the runner's folder of this node.</summary>
    public const string FolderVariable = "BOT_CHAOS";

    /// <summary>Environment variable that names where to die: <c>boundary:subject:n</c>, at the n-th time there.</summary>
    public const string CrashVariable = "BOT_CHAOS_CRASH";

    /// <summary>The file by which the runner marks its folder.</summary>
    public const string MarkFile = "chaos";

    /// <summary>The file in the folder that says how wrong the wall clock is, ms.</summary>
    public const string ClockFile = "clock";

    /// <summary>Rows that were acknowledged: stream, number and hash, one a line.</summary>
    public const string AcknowledgedFile = "acknowledged";

    /// <summary>Points that were passed, one a line.</summary>
    public const string PointsFile = "points";

    private static readonly string? Folder = Find();
    private static readonly ChaosRecorder? Recorder = Folder is null ? null : new ChaosRecorder(Folder, Environment.GetEnvironmentVariable(CrashVariable));

    /// <summary>Whether this node was started by the chaos runner.</summary>
    public static bool IsActive => Recorder is not null;

    /// <summary>A boundary between what is persisted and what is done. The process ends here when the runner has said so.</summary>
    /// <param name="boundary">Which boundary.</param>
    /// <param name="subject">Of what: its type is the name.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CrashPoint(string boundary, object subject) => Recorder?.Pass(boundary, subject);

    /// <summary>The journal has acknowledged a row: it must be there for ever.</summary>
    /// <param name="persistenceId">The stream.</param>
    /// <param name="sequence">Place in the stream.</param>
    /// <param name="hash">The row's hash.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Acknowledged(string persistenceId, long sequence, string hash) => Recorder?.Note(persistenceId, sequence, hash);

    /// <summary>The wall clock that this node believes in.</summary>
    public static TimeProvider Clock(TimeProvider system) => Folder is null ? system : new WrongClock(system, Path.Combine(Folder, ClockFile));

    private static string? Find() =>
        Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder && File.Exists(Path.Combine(folder, MarkFile)) ? folder : null;
}

/// <summary>Writes down what a node passes and what was acknowledged, so that it is there after a SIGKILL: unbuffered, in the system's cache.</summary>
internal sealed class ChaosRecorder
{
    private readonly Lock _gate = new();
    private readonly HashSet<(string, Type)> _passed = [];
    private readonly FileStream _points;
    private readonly FileStream _acknowledged;
    private readonly (string Boundary, string Subject)? _crash;
    private int _crashAfter;

    public ChaosRecorder(string folder, string? crash)
    {
        _points = Append(Path.Combine(folder, ChaosHooks.PointsFile));
        _acknowledged = Append(Path.Combine(folder, ChaosHooks.AcknowledgedFile));
        if (crash?.Split(':') is not [var boundary, var subject, var count])
            return;
        (_crash, _crashAfter) = ((boundary, subject), int.Parse(count, CultureInfo.InvariantCulture));
    }

    public void Pass(string boundary, object subject)
    {
        var type = subject as Type ?? subject.GetType();
        lock (_gate)
        {
            if (_passed.Add((boundary, type)))
                Write(_points, $"{boundary}:{type.Name}");
            if (_crash is not { } crash || crash.Boundary != boundary || crash.Subject != type.Name || --_crashAfter > 0)
                return;
            Write(_points, $"died {boundary}:{type.Name}");
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    public void Note(string persistenceId, long sequence, string hash)
    {
        lock (_gate)
            Write(_acknowledged, string.Create(CultureInfo.InvariantCulture, $"{persistenceId} {sequence} {hash}"));
    }

    private static void Write(FileStream file, string line) => file.Write(Encoding.UTF8.GetBytes(line + "\n"));

    private static FileStream Append(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
}

/// <summary>A wall clock that is wrong by what a file says; elapsed time is right, as on a machine whose clock was set.</summary>
internal sealed class WrongClock(TimeProvider system, string file) : TimeProvider
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    private long _lookedAt = long.MinValue;
    private long _offsetMs;

    public override long TimestampFrequency => system.TimestampFrequency;

    public override DateTimeOffset GetUtcNow()
    {
        var now = system.GetTimestamp();
        var last = Interlocked.Read(ref _lookedAt);
        if ((last == long.MinValue || system.GetElapsedTime(last, now) > BetweenLooks) && Interlocked.CompareExchange(ref _lookedAt, now, last) == last)
            Look();
        return system.GetUtcNow().AddMilliseconds(Interlocked.Read(ref _offsetMs));
    }

    public override long GetTimestamp() => system.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => system.CreateTimer(callback, state, dueTime, period);

    private void Look()
    {
        try
        {
            Interlocked.Exchange(ref _offsetMs, File.Exists(file) ? long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : 0);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            // Being written: the next look finds it whole.
        }
    }
}
