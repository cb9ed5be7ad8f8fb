using System.Data;
using Bot.Actors.Persistence;
using Bot.Host.Database;
using Bot.Testing;
using Npgsql;

namespace Bot.Host.Tests.Database;

public sealed class TransactionTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _source = BotDatabase.DataSource(_database.Connections.App, new DatabaseOptions { MinPoolSize = 0 });
        await _database.ExecuteAsync(DatabaseRole.App, "INSERT INTO projection_progress (persistence_id, sequence_number) VALUES ('a', 0), ('b', 0)");
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task What_the_work_did_is_committed_when_it_returns()
    {
        var result = await _source.InTransactionAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "UPDATE projection_progress SET sequence_number = 7", token);
            return 42;
        });
        Assert.Equal(42, result);
        Assert.Equal(14m, await SumAsync());
    }

    [Fact]
    public async Task Nothing_stays_of_work_that_throws()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _source.InTransactionAsync(async (connection, token) =>
        {
            await ExecuteAsync(connection, "UPDATE projection_progress SET sequence_number = 7", token);
            throw new InvalidOperationException();
        }));
        Assert.Equal(0m, await SumAsync());
    }

    [Fact]
    public async Task Work_that_lost_to_another_transaction_is_done_again_only_when_told()
    {
        Assert.Equal(1, await LoseOnceAsync(retries: 0, expectFailure: true));
        Assert.Equal(2, await LoseOnceAsync(retries: 1, expectFailure: false));
    }

    [Fact]
    public async Task Other_failures_are_not_retried()
    {
        var runs = 0;
        await Assert.ThrowsAsync<PostgresException>(() => _source.InTransactionAsync(
            async (connection, token) =>
            {
                runs++;
                await ExecuteAsync(connection, "INSERT INTO projection_progress (persistence_id, sequence_number) VALUES ('a', 1)", token);
            },
            new TransactionSettings { Retries = 5 }));
        Assert.Equal(1, runs);
    }

    // A serializable transaction reads, another one changes what it read and commits, the first writes.
    private async Task<int> LoseOnceAsync(int retries, bool expectFailure)
    {
        var runs = 0;
        Task Work() => _source.InTransactionAsync(
            async (connection, token) =>
            {
                await ExecuteAsync(connection, "SELECT sum(sequence_number) FROM projection_progress", token);
                if (++runs == 1)
                    await _database.ExecuteAsync(DatabaseRole.App, "UPDATE projection_progress SET sequence_number = sequence_number + 1 WHERE persistence_id = 'a'");
                await ExecuteAsync(connection, "UPDATE projection_progress SET sequence_number = sequence_number + 1 WHERE persistence_id = 'a'", token);
            },
            new TransactionSettings { Isolation = IsolationLevel.Serializable, Retries = retries });
        if (expectFailure)
            Assert.Equal(PostgresErrorCodes.SerializationFailure, (await Assert.ThrowsAsync<PostgresException>(Work)).SqlState);
        else
            await Work();
        return runs;
    }

    private Task<decimal> SumAsync() => _database.ValueAsync<decimal>(DatabaseRole.ReadOnly, "SELECT sum(sequence_number) FROM projection_progress");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken token)
    {
#pragma warning disable CA2100 // Statements written in this test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(token);
    }
}
