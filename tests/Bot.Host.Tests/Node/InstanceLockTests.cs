using Bot.Host.Commands;
using Bot.Host.Database;
using Bot.Host.Node;
using Bot.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bot.Host.Tests.Node;

/// <summary>One cluster trades on a database; a second one is refused for as long as a node of the first lives (RELIABILITY.md F26).</summary>
public sealed class InstanceLockTests : IAsyncLifetime
{
    private static readonly string[] Seeds = ["akka.tcp://bot@a:1", "akka.tcp://bot@b:1"];
    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.Connections.For(DatabaseRole.App));
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_second_bot_is_refused_while_the_first_lives_and_taken_after_its_end_or_its_kill()
    {
        var first = await TakeAsync();
        var refused = await Assert.ThrowsAsync<CommandException>(() => TakeAsync());
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("node.seeds", refused.Message, StringComparison.Ordinal);
        await first.DisposeAsync();

        // A kill ends the session and nothing else.
        await using var second = await TakeAsync();
        await _database.ExecuteAsAdminAsync(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        await using var third = await TakeAsync();

        // The one that had lost its session hears that it was replaced.
        Assert.Contains("another bot", await second.Lost.WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        Assert.False(third.Lost.IsCompleted);
    }

    [Fact]
    public async Task Nodes_of_one_cluster_share_it_and_the_last_one_keeps_others_away()
    {
        var founder = await TakeAsync(Seeds);
        await using var member = await TakeAsync([.. Seeds.Reverse()]);
        await founder.DisposeAsync();
        await Assert.ThrowsAsync<CommandException>(() => TakeAsync(["akka.tcp://bot@elsewhere:1"]));
        await using var again = await TakeAsync(Seeds);
    }

    [Fact]
    public async Task Of_two_that_start_at_the_same_moment_one_gets_it()
    {
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            try
            {
                return await TakeAsync();
            }
            catch (CommandException)
            {
                return null;
            }
        }));
        await Assert.Single(both.OfType<InstanceLock>()).DisposeAsync();
    }

    private Task<InstanceLock> TakeAsync(params string[] seeds) => InstanceLock.TakeAsync(_source, seeds, NullLogger.Instance, CancellationToken.None);
}
