using System.Data;
using Npgsql;

namespace Bot.Actors.Persistence;

/// <summary>How a transaction is run.</summary>
public readonly record struct TransactionSettings
{
    /// <summary>The isolation level; read committed unless set.</summary>
    public IsolationLevel? Isolation { get; init; }

    /// <summary>
    /// How often the work is done again after it lost to another transaction (serialization failure, deadlock). None unless told: the work
    /// then has to be free of effects outside of the transaction.
    /// </summary>
    public int Retries { get; init; }
}

/// <summary>Runs work in a transaction: all of it is committed or none.</summary>
public static class Transactions
{
    /// <summary>Runs the work on a connection of the pool; commits when it returns, rolls back when it throws.</summary>
    public static async Task<T> InTransactionAsync<T>(
        this NpgsqlDataSource source,
        Func<NpgsqlConnection, CancellationToken, Task<T>> work,
        TransactionSettings settings = default,
        CancellationToken cancellation = default)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancellation);
                var isolation = settings.Isolation ?? IsolationLevel.ReadCommitted;
                await using var transaction = await connection.BeginTransactionAsync(isolation, cancellation);
                var result = await work(connection, cancellation);
                await transaction.CommitAsync(cancellation);
                return result;
            }
            catch (PostgresException e) when (attempt < settings.Retries && LostToAnother(e))
            {
                // Disposing has rolled back; the work begins anew with what the other one has committed.
            }
        }
    }

    /// <summary>Runs the work on a connection of the pool; commits when it returns, rolls back when it throws.</summary>
    public static Task InTransactionAsync(
        this NpgsqlDataSource source,
        Func<NpgsqlConnection, CancellationToken, Task> work,
        TransactionSettings settings = default,
        CancellationToken cancellation = default) =>
        source.InTransactionAsync(
            async (connection, token) =>
            {
                await work(connection, token);
                return true;
            },
            settings,
            cancellation);

    private static bool LostToAnother(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;
}
