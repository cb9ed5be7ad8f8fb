using System.Text.Json;
using Npgsql;

namespace Bot.Actors.Controls;

/// <summary>A command of an operator that waits for a node to do it.</summary>
/// <param name="Id">Makes a repeated command one command.</param>
/// <param name="Command">Which: <see cref="OperatorCommands.KillSwitch"/> or <see cref="OperatorCommands.Resume"/>.</param>
/// <param name="Mode">Of the kill switch; null otherwise.</param>
/// <param name="Scope">What for: everything (<c>*</c>), a pair, or <c>strategy:NAME</c>.</param>
/// <param name="Actor">Who gave it.</param>
/// <param name="Reason">Why.</param>
public sealed record OperatorCommand(string Id, string Command, string? Mode, string Scope, string Actor, string Reason);

/// <summary>
/// Commands reach the running cluster as rows that the portfolio polls: given once, done once, and audited with what they changed. A
/// command that no node is there for waits.
/// </summary>
public static class OperatorCommands
{
    /// <summary>Moves the kill switch.</summary>
    public const string KillSwitch = "kill_switch";

    /// <summary>Resumes entries.</summary>
    public const string Resume = "resume";

    /// <summary>Gives a command and writes it into the audit, in the caller's transaction. Giving the same id twice changes nothing.</summary>
    /// <param name="connection">The caller's.</param>
    /// <param name="command">The command.</param>
    /// <param name="session">Where it came from.</param>
    /// <param name="before">What it changes, as it was, as JSON; null: nothing to tell.</param>
    /// <param name="after">As it becomes.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>False when this id was given before.</returns>
    public static async Task<bool> GiveAsync(
        NpgsqlConnection connection, OperatorCommand command, string session, string? before, string? after, CancellationToken cancel)
    {
        await using var give = new NpgsqlCommand(
            "INSERT INTO operator_commands (id, command, arguments, actor, reason) VALUES ($1, $2, $3::jsonb, $4, $5) ON CONFLICT (id) DO NOTHING", connection)
        {
            Parameters =
            {
                new() { Value = command.Id }, new() { Value = command.Command },
                new() { Value = JsonSerializer.Serialize(new Arguments(command.Scope, command.Mode)) },
                new() { Value = command.Actor }, new() { Value = command.Reason },
            },
        };
        if (await give.ExecuteNonQueryAsync(cancel).ConfigureAwait(false) == 0)
            return false;
        await using var audit = new NpgsqlCommand(
            "INSERT INTO audit (actor, session, command_id, command, before, after, reason) VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7)", connection)
        {
            Parameters =
            {
                new() { Value = command.Actor }, new() { Value = session }, new() { Value = command.Id }, new() { Value = command.Command },
                new() { Value = (object?)before ?? DBNull.Value }, new() { Value = (object?)after ?? DBNull.Value }, new() { Value = command.Reason },
            },
        };
        await audit.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
        return true;
    }

    /// <summary>Commands that nobody has done yet, the oldest first.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public static async Task<IReadOnlyList<OperatorCommand>> PendingAsync(NpgsqlDataSource database, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(
            "SELECT id, command, arguments ->> 'mode', arguments ->> 'scope', actor, reason FROM operator_commands WHERE done_at IS NULL ORDER BY number LIMIT 50");
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        var pending = new List<OperatorCommand>();
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            pending.Add(new OperatorCommand(
                reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5)));
        }
        return pending;
    }

    /// <summary>Says that a command was done.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public static async Task FinishAsync(NpgsqlDataSource database, string id, string outcome, CancellationToken cancel)
    {
        await using var command = database.CreateCommand("UPDATE operator_commands SET done_at = now(), outcome = $2 WHERE id = $1 AND done_at IS NULL");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = outcome });
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>What came of a command; null while it waits.</summary>
    /// <exception cref="NpgsqlException">The database does not answer.</exception>
    public static async Task<string?> OutcomeAsync(NpgsqlDataSource database, string id, CancellationToken cancel)
    {
        await using var command = database.CreateCommand("SELECT outcome FROM operator_commands WHERE id = $1 AND done_at IS NOT NULL");
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancel).ConfigureAwait(false) as string;
    }

    private sealed record Arguments(
        [property: System.Text.Json.Serialization.JsonPropertyName("scope")] string Scope,
        [property: System.Text.Json.Serialization.JsonPropertyName("mode")] string? Mode);
}
