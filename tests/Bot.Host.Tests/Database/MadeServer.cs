using System.Diagnostics;
using System.Runtime.Versioning;
using Bot.Host.Database;

namespace Bot.Host.Tests.Database;

/// <summary>The data of a private server that was started and stopped once. Making them takes most of a first start, so tests of later ones begin with a copy.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class MadeServer : IAsyncLifetime
{
    private readonly string _folder = NewFolder();

    /// <summary>A folder that the server's user can pass, with characters that need quoting in more than one place.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("bot private 'pg ").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        return folder;
    }

    /// <summary>Options for small servers.</summary>
    public static PrivatePostgresOptions Options(string folder) =>
        new() { DataFolder = folder, SharedBuffersMegabytes = 16, MaxConnections = 60, StateFolder = Path.Combine(folder, "state") };

    /// <summary>Puts a copy of the data, owners and all, into a data folder.</summary>
    public async Task CopyToAsync(string folder)
    {
        using var copy = Process.Start("cp", ["-a", Path.Combine(_folder, "postgres"), folder]);
        await copy.WaitForExitAsync();
        Assert.Equal(0, copy.ExitCode);
    }

    public async Task InitializeAsync()
    {
        await using var server = await PrivatePostgres.StartAsync(Options(_folder));
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }
}
