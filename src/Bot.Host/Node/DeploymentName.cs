using System.Security.Cryptography;
using Bot.Actors.Portfolio;
using Bot.Exchange.Kucoin.Signing;
using Bot.Host.Commands;
using Bot.Trading.Orders;
using Dapper;
using Npgsql;

namespace Bot.Host.Node;

/// <summary>
/// The six characters that name a database's orders. A new database gets its own, once: two that begin on one account at the same moment
/// would otherwise give out the same client order ids, and each would take the other's orders for its own (RELIABILITY.md F26).
/// </summary>
public static class DeploymentName
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const int Length = 6;

    /// <summary>The name of this database; made and stored when it has none.</summary>
    /// <param name="database">The database as the application's role.</param>
    /// <param name="configured">The setting <c>trading.deployment</c>; null for none.</param>
    /// <param name="credentials">The API key.</param>
    /// <param name="isReplay">A replay must repeat, so its name is made from the key; the account is its own.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="CommandException">The setting names another deployment than the one that this database holds.</exception>
    public static async Task<string> OfAsync(NpgsqlDataSource database, string? configured, KucoinCredentials credentials, bool isReplay, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel).ConfigureAwait(false);
        if (await StoredAsync(connection, cancel).ConfigureAwait(false) is not { } stored)
        {
            var fromKey = FromKey(credentials);
            var name = await OfJournalAsync(connection, configured ?? fromKey, cancel).ConfigureAwait(false)
                ?? configured
                ?? (isReplay ? fromKey : RandomNumberGenerator.GetString(Digits, Length));
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO deployment (code, account_hash) VALUES (@name, @hash) ON CONFLICT DO NOTHING",
                new { name, hash = Convert.ToHexStringLower(SHA256.HashData(credentials.Key.Reveal())) },
                cancellationToken: cancel)).ConfigureAwait(false);

            // Another node of the cluster may have been faster: one name counts.
            stored = await StoredAsync(connection, cancel).ConfigureAwait(false) ?? throw new InvalidOperationException("The deployment's name could not be stored.");
        }
        if (configured is not null && configured != stored)
        {
            throw new CommandException(
                $"This database belongs to the deployment '{stored}', the setting trading.deployment says '{configured}'. Its orders carry that name: set it, or leave the setting out, or name another database.");
        }
        return stored;
    }

    /// <summary>The name that a key gives, always the same.</summary>
    public static string FromKey(KucoinCredentials credentials)
    {
        var hash = SHA256.HashData(credentials.Key.Reveal());
        return string.Create(Length, hash, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = Digits[bytes[i] % Digits.Length];
        });
    }

    private static Task<string?> StoredAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        connection.ExecuteScalarAsync<string?>(new CommandDefinition("SELECT code FROM deployment", cancellationToken: cancel));

    /// <summary>The name that a database of an earlier release trades under: its portfolio's journal carries it.</summary>
    private static async Task<string?> OfJournalAsync(NpgsqlConnection connection, string expected, CancellationToken cancel)
    {
        var prefix = PortfolioActor.PersistenceIdOf("");
        var names = (await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT persistence_id FROM journal WHERE persistence_id LIKE @like AND sequence_number = 1",
            new { like = $"{prefix}%" },
            cancellationToken: cancel)).ConfigureAwait(false)).Select(id => id[prefix.Length..]).Where(ClientOrderId.IsDeployment).ToList();
        return names.Contains(expected) ? expected : names.Count == 1 ? names[0] : null;
    }
}
