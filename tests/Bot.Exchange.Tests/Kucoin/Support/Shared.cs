using Xunit.Abstractions;

namespace Bot.Exchange.Tests.Kucoin.Support;

/// <summary>
/// Real answers of the exchange and signature vectors lie outside the repository, because they are others' property. Tests that need
/// them run where they are, and say aloud where they are not.
/// </summary>
internal static class Shared
{
    private static readonly string? Root = Find();

    /// <summary>The folder <c>kucoin</c> of the shared material, or null after saying that the test is skipped.</summary>
    public static string? Kucoin(ITestOutputHelper output) => Folder("kucoin", output);

    /// <summary>The folder <c>data</c> of the shared material, or null after saying that the test is skipped.</summary>
    public static string? Data(ITestOutputHelper output) => Folder("data", output);

    private static string? Folder(string name, ITestOutputHelper output)
    {
        if (Root is not null && Directory.Exists(Path.Combine(Root, name)))
            return Path.Combine(Root, name);
        const string message = "SKIPPED: no shared material (set BOT_SHARED, or put a folder 'shared' beside the repository).";
        output.WriteLine(message);
        Console.WriteLine(message);
        return null;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("BOT_SHARED") is { Length: > 0 } told)
            return Directory.Exists(Path.Combine(told, "kucoin")) ? told : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var beside = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(beside, "kucoin")))
                return beside;
        }
        return null;
    }
}
