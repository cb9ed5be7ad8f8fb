using System.Runtime.Versioning;
using Bot.Chaos.Evidence;
using Bot.Chaos.Plans;
using Bot.Testing;
using Xunit.Abstractions;

namespace Bot.Chaos;

/// <summary>Plans of <c>./bot chaos</c> in a short form, through the same runner: faults that need a deployment of their own.</summary>
[SupportedOSPlatform("linux")]
public sealed class PlanTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bot-plan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task F1_A_node_that_dies_at_enumerated_points_loses_doubles_and_forgets_nothing()
    {
        var points = new CrashPoints();
        var round = await RunAsync("kills", 5, points);
        Assert.True(points.Deaths.Values.Sum() > 0, "the node died at no enumerated point");
        Assert.True(points.Deaths.Count >= 40, $"only {points.Deaths.Count} points were enumerated");
        Assert.Equal(5, round.Faults["SIGKILL"]);
    }

    [MountFact]
    public async Task F9_A_full_disk_of_either_kind_loses_nothing_and_is_over_when_there_is_room()
    {
        var round = await RunAsync("disk-full", 2, new CrashPoints());
        Assert.Equal(1, round.Faults["disk full: data"]);
        Assert.Equal(1, round.Faults["disk full: log of writes"]);
    }

    private async Task<ChaosRound> RunAsync(string plan, int episodes, CrashPoints points)
    {
        var faults = Path.Combine(_folder, "faults.jsonl");
        var runner = new ChaosRunner(ChaosPlan.Find(plan)!, points, faults, output.WriteLine);
        var round = await runner.RunAsync(5, episodes, DateTimeOffset.MaxValue, CancellationToken.None);
        output.WriteLine(ChaosRunner.Line(round));
        Assert.Empty(round.Violations);
        Assert.True(round.Acknowledged > 0, "the witness has seen nothing");
        Assert.Equal(round.Faults.Values.Sum(), (await File.ReadAllLinesAsync(faults)).Count(l => l.Contains("\"fault\":", StringComparison.Ordinal)));
        return round;
    }
}
