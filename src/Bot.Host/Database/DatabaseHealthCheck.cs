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
        var check = AskAsync(limit.Token);
        try
        {
            // A server that takes the connection and then says nothing holds the driver for its own time-out, whatever the token says.
            return await check.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What comes of it later is nobody's business, but must not count as unobserved.
            _ = check.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return HealthCheckResult.Unhealthy($"The database did not answer within {timeout.TotalSeconds:0.#} s.");
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy($"The database cannot be reached: {e.Message}", e);
        }
    }

    private async Task<HealthCheckResult> AskAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using (var select = new NpgsqlCommand("SELECT 1", connection))
            await select.ExecuteScalarAsync(cancellation);
        var status = await DatabaseMigrator.StatusAsync(connection, migrations, cancellation);
        var promise = await PromiseSettings.CheckAsync(connection, cancellation);
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
}
