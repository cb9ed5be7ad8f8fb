namespace Bot.Architecture.Tests;

/// <summary>What every source file and project has to keep to.</summary>
public class SourceFileTests
{
    private const int MaxLines = 420;

    /// <summary>Files that may be longer, with the reason.</summary>
    private static readonly Dictionary<string, string> Longer = [];

    [Fact]
    public void No_file_is_longer_than_a_reader_can_keep_in_mind()
    {
        var files = Repository.Files("*.cs").ToDictionary(Repository.Relative, f => File.ReadLines(f).Count());
        Assert.True(files.Count > 100, "the sources were not found");
        Assert.Empty(files.Where(f => f.Value > MaxLines && !Longer.ContainsKey(f.Key)).Select(f => $"{f.Key}: {f.Value} lines"));
        Assert.All(Longer, l => Assert.True(files.GetValueOrDefault(l.Key) > MaxLines && l.Value.Length > 0, $"{l.Key} needs no exception any more, or has no reason"));
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Bot.sln")).Replace('\\', '/');
        Assert.DoesNotContain(Repository.Projects.Select(Repository.Relative), p => !solution.Contains($"\"{p}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_source_project_has_its_tests()
    {
        var names = Repository.Projects.Select(Repository.NameOf).ToList();
        Assert.Empty(Repository.Projects.Select(Repository.Relative).Where(p => p.StartsWith("src/", StringComparison.Ordinal))
            .Select(p => $"{Repository.NameOf(p)}.Tests").Except(names));
    }
}
