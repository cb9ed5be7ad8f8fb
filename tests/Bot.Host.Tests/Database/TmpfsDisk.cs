using System.Diagnostics;
using System.Runtime.Versioning;

namespace Bot.Host.Tests.Database;

/// <summary>A small disk in memory that can be full. Mounting needs root (MountFact); dispose it to unmount it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TmpfsDisk : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TmpfsDisk(string folder) => Folder = folder;

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>Mounts a disk of this size (as of mount: 64k, 20m) below a folder.</summary>
    public static async Task<TmpfsDisk> MountAsync(string below, string size)
    {
        var folder = Directory.CreateDirectory(Path.Combine(below, "disk")).FullName;
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size},mode=755", "tmpfs", folder);
        return new TmpfsDisk(folder);
    }

    /// <summary>Gives it another size.</summary>
    public Task ResizeAsync(string size) => RunAsync("mount", "-o", $"remount,size={size}", Folder);

    /// <summary>Unmounts it. A process that is just ending holds it for a moment more, one that was left behind for ever: that is an error.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            try
            {
                await RunAsync("umount", Folder);
                return;
            }
            catch (InvalidOperationException) when (Stopwatch.GetElapsedTime(start) < Patience)
            {
                // Still held.
            }
        }
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error}");
    }
}
