using System.Globalization;

namespace Bot.Host.Database.Postgres;

/// <summary>
/// Held while a bot uses a private server, so that a second one cannot stop it under the first. The system drops the lock with the process
/// that holds it, however it ends; there is nothing to clean up.
/// </summary>
internal sealed class ServerLock : IDisposable
{
    private readonly FileStream _file;

    private ServerLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null when another process has it.</summary>
    public static ServerLock? TryTake(ServerFolders folders)
    {
        FileStream file;
        try
        {
            file = new FileStream(folders.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            return null;
        }
        File.WriteAllText(folders.LockOwnerFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new ServerLock(file);
    }

    /// <summary>What to tell the one who came second.</summary>
    public static DatabaseSetupException Taken(ServerFolders folders)
    {
        var owner = File.Exists(folders.LockOwnerFile) ? File.ReadAllText(folders.LockOwnerFile).Trim() : "unknown";
        return new DatabaseSetupException(
            $"Another bot (process {owner}) already runs on the database in {folders.Root}.",
            "Stop that one first. Two bots at the same time need two clones, or one database server that both are told of.");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // EAGAIN on Linux and on macOS; every other error is an error.
    private static bool IsHeldByAnother(IOException e) => e.HResult is 11 or 35;
}
