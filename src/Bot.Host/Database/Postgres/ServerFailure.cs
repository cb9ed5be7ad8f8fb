namespace Bot.Host.Database.Postgres;

/// <summary>Turns what Postgres and the system say into what a person can do about it.</summary>
internal static class ServerFailure
{
    private const int TailLines = 12;

    /// <summary>True when the port was taken between our look and the server's start.</summary>
    public static bool IsPortTaken(string text) =>
        Has(text, "Address already in use") || Has(text, "could not create any TCP/IP sockets");

    /// <summary>True when processes of a server that was killed are still on their way out.</summary>
    public static bool IsOldServerLeaving(string text) =>
        Has(text, "pre-existing shared memory block") || Has(text, "is still in use");

    /// <summary>The last lines of the newest log.</summary>
    public static string LogTail(ServerFolders folders)
    {
        try
        {
            var lines = new DirectoryInfo(folders.Log).EnumerateFiles("*.log")
                .OrderBy(f => f.LastWriteTimeUtc)
                .SelectMany(f => File.ReadLines(f.FullName).TakeLast(TailLines))
                .TakeLast(TailLines);
            return string.Join(Environment.NewLine, lines);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>An exception with a remedy.</summary>
    /// <param name="what">What was being done, for example "Starting the database in ...".</param>
    /// <param name="text">What the program or the system said.</param>
    /// <param name="cause">The exception that said it, if one did.</param>
    public static DatabaseSetupException Explain(string what, string text, Exception? cause = null) => new(
        $"{what} failed.{Environment.NewLine}{Indent(text)}", Remedy(text), cause);

    private static string Remedy(string text)
    {
        if (Has(text, "No space left on device") || Has(text, "Check free disk space") || Has(text, "Disk quota exceeded"))
            return "The disk is full: make space and start again. Nothing that was acknowledged is lost.";
        if (Has(text, "Read-only file system"))
            return "The file system is read-only: put the data folder on one that can be written to.";
        if (Has(text, "Permission denied") || Has(text, "Operation not permitted") || Has(text, "denied"))
            return "The rights do not suffice: look at the owner and the rights of the folders named above.";
        if (IsPortTaken(text))
            return "The port is taken by another program: end it, or set another one (database:port), or none and a free one is chosen.";
        if (Has(text, "Cannot allocate memory") || Has(text, "could not map anonymous shared memory") || Has(text, "could not create shared memory"))
            return "The machine has too little memory left for the server: end something, or lower shared_buffers.";
        if (Has(text, "incompatible with server"))
            return "The data were made by another version of Postgres: install that version beside this one.";
        if (Has(text, "could not locate a valid checkpoint record") || Has(text, "invalid page") || Has(text, "PANIC"))
            return "The data are damaged or incomplete. Do not delete anything: keep a copy of the folder, then restore a backup (docs/database.md).";
        return "The lines above are what the server said; its whole log lies in the folder log beside the data.";
    }

    private static string Indent(string text) =>
        string.Join(Environment.NewLine, text.Trim().Split('\n').TakeLast(TailLines).Select(l => "  " + l.TrimEnd()));

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
}
