using System.Reflection;
using Bot.Actors.Persistence;
using Bot.Exchange.Kucoin;
using Bot.Host.Configuration;
using Bot.Trading.Orders;

namespace Bot.Architecture.Tests;

/// <summary>Trading ← Exchange ← Actors ← Host: dependencies run one way, in the project files and in what was compiled.</summary>
public class DependencyTests
{
    private static readonly Assembly Trading = typeof(OrderState).Assembly;
    private static readonly Assembly Exchange = typeof(KucoinExchange).Assembly;
    private static readonly Assembly Actors = typeof(EventContracts).Assembly;
    private static readonly Assembly Host = typeof(BotConfiguration).Assembly;

    /// <summary>Lower layers first: each may use those before it.</summary>
    private static readonly string[] Layers = ["Bot.Trading", "Bot.Exchange", "Bot.Actors", "Bot.Host"];

    public static TheoryData<string, string[]> MayReferTo { get; } = new()
    {
        { "Bot.Trading", [] },
        { "Bot.Exchange", ["Bot.Trading"] },
        { "Bot.Actors", ["Bot.Exchange"] },
        { "Bot.Host", ["Bot.Actors"] },
    };

    [Theory]
    [MemberData(nameof(MayReferTo))]
    public void A_project_refers_to_the_layer_below_it_and_to_no_other(string project, string[] below) =>
        Assert.Equal(below, Repository.ProjectReferences(project));

    [Fact]
    public void No_source_project_refers_to_a_test_project()
    {
        var sources = Repository.Projects.Where(p => Repository.Relative(p).StartsWith("src/", StringComparison.Ordinal)).ToList();
        Assert.All(Layers, layer => Assert.Contains(sources, s => Repository.NameOf(s) == layer));
        Assert.DoesNotContain(sources, s => Repository.ProjectReferences(Repository.NameOf(s)).Any(r => r.Contains("Test", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_compiled_assembly_refers_to_lower_layers_only()
    {
        foreach (var (assembly, at) in new[] { Trading, Exchange, Actors, Host }.Select((a, i) => (a, i)))
        {
            var own = AssemblyReferences.Of(assembly).Assemblies.Where(n => n.StartsWith("Bot.", StringComparison.Ordinal));
            Assert.Empty(own.Except(Layers[..at]));
        }
    }

    [Fact]
    public void The_core_refers_to_the_platform_only_and_there_to_nothing_that_does_io()
    {
        var references = AssemblyReferences.Of(Trading);
        Assert.DoesNotContain(references.Assemblies, n => !n.StartsWith("System.", StringComparison.Ordinal));
        string[] io = ["System.Net", "System.IO", "System.Data", "System.Diagnostics.Process", "System.Threading.Tasks", "System.Threading.Thread", "System.Threading.Timer"];
        Assert.DoesNotContain(references.Assemblies, n => io.Any(p => n.StartsWith(p, StringComparison.Ordinal)));
        Assert.DoesNotContain(references.Types, t => t.StartsWith("System.Net.", StringComparison.Ordinal) || t.StartsWith("System.IO.", StringComparison.Ordinal));
    }

    [Fact]
    public void The_exchange_knows_neither_actors_nor_a_database() => Assert.DoesNotContain(
        AssemblyReferences.Of(Exchange).Assemblies,
        n => n.StartsWith("Akka", StringComparison.Ordinal) || n is "Npgsql" or "Dapper" or "FluentMigrator");

    [Fact]
    public void The_reader_of_references_sees_what_is_there()
    {
        // Without this the rules above would hold for a reader that finds nothing.
        Assert.Superset(new HashSet<string> { "Akka", "Npgsql", "Bot.Trading" }, AssemblyReferences.Of(Actors).Assemblies.ToHashSet());
        Assert.Contains("System.Net.Http.HttpClient", AssemblyReferences.Of(Exchange).Types);
        Assert.Contains("System.TimeProvider.GetUtcNow", AssemblyReferences.Of(Exchange).Members);
        Assert.Contains("System.IO.Directory", AssemblyReferences.Of(Host).Types);
    }

    [Fact]
    public void The_core_has_no_clock_no_randomness_and_no_threads()
    {
        var references = AssemblyReferences.Of(Trading);
        string[] members =
        [
            "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
            "System.Guid.NewGuid", "System.Environment.get_TickCount", "System.Environment.get_TickCount64",
        ];
        string[] types = ["System.Random", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Threading.Thread", "System.Threading.Tasks.Task"];
        Assert.Empty(references.Members.Intersect(members));
        Assert.Empty(references.Types.Intersect(types));
    }

    [Fact]
    public void The_compiler_refuses_what_the_core_must_not_use()
    {
        var project = Repository.Projects.Single(p => Repository.NameOf(p) == "Bot.Trading");
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", Repository.Items(project, "PackageReference"));
        Assert.Contains("BannedSymbols.txt", Repository.Items(project, "AdditionalFiles"));
        var banned = File.ReadAllLines(Path.Combine(Path.GetDirectoryName(project)!, "BannedSymbols.txt")).Select(l => l.Split(';')[0]);
        string[] wanted = ["P:System.DateTime.Now", "P:System.DateTime.UtcNow", "P:System.DateTimeOffset.UtcNow", "M:System.Guid.NewGuid", "T:System.Random", "T:System.TimeProvider"];
        Assert.Empty(wanted.Except(banned));
        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", File.ReadAllLines(Path.Combine(Repository.Root, ".editorconfig")));
    }
}
