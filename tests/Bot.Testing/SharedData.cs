using Bot.Host.Database;

namespace Bot.Testing;

/// <summary>The folder of recorded data that is not part of the clone: beside it (<c>../shared</c>), or where <c>BOT_SHARED</c> says.</summary>
public static class SharedData
{
    /// <summary>Names the folder.</summary>
    public const string Variable = "BOT_SHARED";

    /// <summary>Why a test that needs it is skipped.</summary>
    public const string Missing = "the shared data are not there: put them beside the clone (../shared) or set BOT_SHARED";

    /// <summary>Finds the folder.</summary>
    public static bool TryFind(out string path)
    {
        path = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.GetFullPath(Path.Combine(BotFolders.Repository ?? Environment.CurrentDirectory, "..", "shared"));
        return Directory.Exists(path);
    }

    /// <summary>The path of a file or folder in it.</summary>
    /// <exception cref="DirectoryNotFoundException">The shared data are not there.</exception>
    public static string PathOf(params string[] parts) => TryFind(out var path)
        ? Path.Combine([path, .. parts])
        : throw new DirectoryNotFoundException(Missing);
}
