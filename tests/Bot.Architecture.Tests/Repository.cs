using System.Xml.Linq;
using Bot.Host.Database;

namespace Bot.Architecture.Tests;

/// <summary>The clone's files, as the rules look at them.</summary>
internal static class Repository
{
    private static readonly string[] Made = ["bin", "obj", "artifacts", ".data", ".git"];

    /// <summary>The clone's folder.</summary>
    public static string Root { get; } = BotFolders.Repository ?? throw new DirectoryNotFoundException("The tests were not built in a clone.");

    /// <summary>Every project file.</summary>
    public static IReadOnlyList<string> Projects { get; } = [.. Files("*.csproj").Order(StringComparer.Ordinal)];

    /// <summary>Files that somebody wrote, below the folders of sources and tests.</summary>
    public static IEnumerable<string> Files(string pattern) => new[] { "src", "tests" }
        .SelectMany(f => Directory.EnumerateFiles(Path.Combine(Root, f), pattern, SearchOption.AllDirectories))
        .Where(f => !Relative(f).Split('/').Any(Made.Contains));

    /// <summary>A file's path in the clone.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>A project's name.</summary>
    public static string NameOf(string project) => Path.GetFileNameWithoutExtension(project);

    /// <summary>What a project file says of one kind, by the attribute that names it.</summary>
    public static IReadOnlyList<string> Items(string file, string kind) =>
        [.. XDocument.Load(file).Descendants(kind).Select(e => e.Attribute("Include")?.Value).OfType<string>()];

    /// <summary>Names of the projects that a project refers to.</summary>
    public static IReadOnlyList<string> ProjectReferences(string name) =>
        [.. Items(Projects.Single(p => NameOf(p) == name), "ProjectReference").Select(r => NameOf(r.Replace('\\', '/')))];
}
