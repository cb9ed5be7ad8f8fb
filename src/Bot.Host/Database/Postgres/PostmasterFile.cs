using System.Globalization;

namespace Bot.Host.Database.Postgres;

/// <summary>What a running server says of itself in <c>postmaster.pid</c>.</summary>
/// <param name="ProcessId">The server's main process.</param>
/// <param name="Port">Where it listens; null while it has not said so yet.</param>
internal sealed record PostmasterFile(int ProcessId, int? Port)
{
    private const int PortLine = 3;

    /// <summary>True when that process is there and is a Postgres: after a restart of the machine the number may be somebody else's.</summary>
    public bool IsAlive
    {
        get
        {
            if (!OperatingSystem.IsLinux())
                return IsThere(ProcessId);
            try
            {
                // pid (name) state ...; the name may hold anything, so the last bracket counts. Z is a dead process that nobody has collected.
                var stat = File.ReadAllText($"/proc/{ProcessId.ToString(CultureInfo.InvariantCulture)}/stat");
                var name = stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..stat.LastIndexOf(')')];
                var state = stat[stat.LastIndexOf(')') + 2];
                return name is "postgres" or "postmaster" && state is not ('Z' or 'X');
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Reads the file; null when there is none.</summary>
    public static PostmasterFile? Read(string dataFolder)
    {
        try
        {
            var lines = File.ReadAllLines(PathIn(dataFolder));
            if (lines.Length == 0 || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process))
                return null;
            var hasPort = int.TryParse(lines.ElementAtOrDefault(PortLine), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
            return new PostmasterFile(process, hasPort ? port : null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Deletes the file of a server that is gone. Postgres does so by itself unless the number belongs to another process by now.</summary>
    public static void Forget(string dataFolder) => File.Delete(PathIn(dataFolder));

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    private static bool IsThere(int process)
    {
        try
        {
            using var found = System.Diagnostics.Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
