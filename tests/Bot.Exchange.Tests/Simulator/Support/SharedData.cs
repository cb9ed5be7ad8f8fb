namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>The recorded market data, which is not part of the repository: found by BOT_SHARED or beside the clone, or absent.</summary>
internal static class SharedData
{
    public static string? Kucoin { get; } = Find();

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("BOT_SHARED") is { Length: > 0 } named)
            return Folder(named);
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Folder(Path.Combine(at.FullName, "shared")) is { } found)
                return found;
        }
        return null;
    }

    private static string? Folder(string shared) =>
        File.Exists(Path.Combine(shared, "data", "MANIFEST.md")) ? Path.Combine(shared, "data", "KUCOIN") : null;
}
