namespace Bot.Host.Database;

/// <summary>Where the bot's own things lie.</summary>
public static class BotFolders
{
    /// <summary>Names another data folder than the clone's <c>.data</c>.</summary>
    public const string DataVariable = "BOT_DATA";

    /// <summary>The clone that this program was built in; null for an installed one.</summary>
    public static string? Repository
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Bot.sln")))
                    return folder.FullName;
            }
            return null;
        }
    }

    /// <summary>
    /// The data folder: as <see cref="DataVariable"/> says, else <c>.data</c> of the clone, else <c>.data</c> of the working directory.
    /// </summary>
    public static string Data => Environment.GetEnvironmentVariable(DataVariable) is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(Repository ?? Environment.CurrentDirectory, ".data");

    /// <summary>A path as a person at this terminal would write it: relative where it lies below the working directory.</summary>
    public static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
