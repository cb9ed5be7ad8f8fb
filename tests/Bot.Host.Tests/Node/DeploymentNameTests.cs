using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;
using Bot.Host.Commands;
using Bot.Host.Database;
using Bot.Host.Node;
using Bot.Testing;
using Bot.Trading.Orders;
using Npgsql;

namespace Bot.Host.Tests.Node;

/// <summary>Whose orders are whose: a database has one name for its orders, for ever (RELIABILITY.md F26).</summary>
public sealed class DeploymentNameTests
{
    private static readonly KucoinCredentials Key = new(Secret.FromText("a-key"), Secret.FromText("a-secret"), Secret.FromText("a-passphrase"));

    [Fact]
    public async Task Two_new_databases_of_one_key_have_two_names_and_keep_them()
    {
        await using var first = await TestPostgres.CreateDatabaseAsync();
        await using var second = await TestPostgres.CreateDatabaseAsync();
        var name = await NameAsync(first);
        Assert.True(ClientOrderId.IsDeployment(name));
        Assert.NotEqual(name, await NameAsync(second));
        Assert.Equal(name, await NameAsync(first));
        Assert.Equal(name, await NameAsync(first, configured: name));
        var e = await Assert.ThrowsAsync<CommandException>(() => NameAsync(first, configured: "zzzzzz"));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_that_start_together_agree()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        var names = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NameAsync(database)));
        Assert.Single(names.Distinct());
    }

    [Fact]
    public async Task A_database_of_an_earlier_release_keeps_the_name_of_its_journal_and_a_replay_that_of_its_key()
    {
        await using var old = await TestPostgres.CreateDatabaseAsync();
        await old.ExecuteAsync(
            DatabaseRole.App,
            "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message) VALUES (0, false, 'portfolio-abc123', 1, '')");
        Assert.Equal("abc123", await NameAsync(old));
        await using var replay = await TestPostgres.CreateDatabaseAsync();
        Assert.Equal(DeploymentName.FromKey(Key), await NameAsync(replay, isReplay: true));
    }

    private static async Task<string> NameAsync(TestDatabase database, string? configured = null, bool isReplay = false)
    {
        await using var source = NpgsqlDataSource.Create(database.Connections.For(DatabaseRole.App));
        return await DeploymentName.OfAsync(source, configured, Key, isReplay, CancellationToken.None);
    }
}
