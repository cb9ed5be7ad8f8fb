using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Bot.Host.Database;

/// <summary>Puts an open database into the host's services.</summary>
public static class DatabaseServices
{
    /// <summary>The key of the pool that only reads.</summary>
    public const string ReadOnly = "read-only";

    /// <summary>The tags of the health check: filter by these.</summary>
    public static readonly IReadOnlyList<string> HealthTags = ["ready", "database"];

    /// <summary>
    /// Adds the database, the bot's <see cref="Npgsql.NpgsqlDataSource"/>, the one that only reads under the key <see cref="ReadOnly"/>, and
    /// the health check <c>database</c>. Whoever opened the database disposes it.
    /// </summary>
    public static IServiceCollection AddBotDatabase(this IServiceCollection services, BotDatabase database)
    {
        services.AddSingleton(_ => database);
        services.AddSingleton(_ => database.App);
        services.AddKeyedSingleton(ReadOnly, (_, _) => database.ReadOnly);
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            "database",
            _ => new DatabaseHealthCheck(database.App, database.Migrations, TimeSpan.FromSeconds(database.Options.HealthTimeoutSeconds)),
            HealthStatus.Unhealthy,
            HealthTags));
        return services;
    }
}
