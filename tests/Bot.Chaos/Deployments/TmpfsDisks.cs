using System.Runtime.Versioning;

namespace Bot.Chaos.Deployments;

/// <summary>Two small disks in memory, for the database's data and its log of writes, that can be filled up. Mounting needs root.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TmpfsDisks : IAsyncDisposable
{
    private const string Filler = "filler";
    private readonly string _folder;

    private TmpfsDisks(string folder) => _folder = folder;

    /// <summary>The disk of the data.</summary>
    public string Data => Path.Combine(_folder, "data");

    /// <summary>The disk of the log of writes.</summary>
    public string Wal => Path.Combine(_folder, "wal");

    /// <summary>Settings that make the log small enough for its disk.</summary>
    public const string Settings = "max_wal_size = 64MB\nmin_wal_size = 32MB\n";

    /// <summary>Mounts them.</summary>
    public static async Task<TmpfsDisks> MountAsync()
    {
        var folder = Directory.CreateTempSubdirectory("bot-disks-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var disks = new TmpfsDisks(folder);
        foreach (var (disk, size) in new[] { (disks.Data, "260m"), (disks.Wal, "128m") })
        {
            Directory.CreateDirectory(disk);
            await ChaosPostgres.RunAsync("mount", "-t", "tmpfs", "-o", $"size={size},mode=755", "tmpfs", disk);
        }
        return disks;
    }

    /// <summary>Writes until there is no room.</summary>
    public static void Fill(string disk)
    {
        var block = new byte[64 * 1024];
        using var filler = new FileStream(Path.Combine(disk, Filler), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = block.Length; size >= 512; size /= 2)
        {
            try
            {
                while (true)
                    filler.Write(block.AsSpan(0, size));
            }
            catch (IOException)
            {
                // Full for pieces of this size.
            }
        }
    }

    /// <summary>Makes room again.</summary>
    public static void MakeRoom(string disk) => File.Delete(Path.Combine(disk, Filler));

    public async ValueTask DisposeAsync()
    {
        foreach (var disk in (string[])[Data, Wal])
            await ChaosPostgres.RunAsync("umount", "-l", disk);
        Directory.Delete(_folder, recursive: true);
    }
}
