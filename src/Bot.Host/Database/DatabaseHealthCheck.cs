using Bot.Host.Database.Migrations;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Bot.Host.Database;

/// <summary>Asks the database whether it answers in time, is at this program's migration level, and still keeps what it promised.</summary>
/// <param name="source">The bot's own pool: a pool that is exhausted is as bad as a server that is gone.</param>
/// <param name="migrations">The migrations of this program.</param>
/// <param name="timeout">How long the whole check may take.</param>
public sealed class DatabaseHealthCheck(NpgsqlDataSource source, MigrationFiles migrations, TimeSpan timeout) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            await using var connection = await source.OpenConnectionAsync(limit.Token);
            await using (var select = new NpgsqlCommand("SELECT 1", connection))
                await select.ExecuteScalarAsync(limit.Token);
            var status = await DatabaseMigrator.StatusAsync(connection, migrations, limit.Token);
            var promise = await PromiseSettings.CheckAsync(connection, limit.Token);
            var data = new Dictionary<string, object>
            {
                ["migrationLevel"] = status.Level,
                ["migrationExpected"] = migrations.Latest,
                ["warnings"] = promise.Warnings,
            };
            string[] faults = [.. status.Faults, .. status.Pending.Select(p => $"migration {p} is not applied"), .. promise.Faults];
            return faults.Length == 0
                ? HealthCheckResult.Healthy("The database answers.", data)
                : HealthCheckResult.Unhealthy($"The database answers, but {string.Join("; ", faults)}.", data: data);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The database did not answer within {timeout.TotalSeconds:0.#} s.");
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy($"The database cannot be reached: {e.Message}", e);
        }
    }
}
