using System.Net;
using System.Net.Sockets;
using Bot.Host.Database;
using Bot.Host.Database.Migrations;
using Bot.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Bot.Host.Tests.Database;

public sealed class HealthTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_private_server_keeps_every_promise_without_a_warning()
    {
        var report = await ReportAsync(DatabaseRole.App);
        Assert.Empty(report.Faults);
        Assert.Empty(report.Warnings);
    }

    [Fact]
    public async Task A_setting_that_is_weaker_for_the_bots_own_login_is_found()
    {
        await _database.ExecuteAsAdminAsync($"ALTER ROLE bot_app_login IN DATABASE {_database.Name} SET synchronous_commit = off");
        Assert.Contains("synchronous_commit is off", Assert.Single((await ReportAsync(DatabaseRole.App)).Faults), StringComparison.Ordinal);
        Assert.Empty((await ReportAsync(DatabaseRole.Owner)).Faults);
        await _database.ExecuteAsAdminAsync($"ALTER ROLE bot_app_login IN DATABASE {_database.Name} SET synchronous_commit = remote_apply");
        Assert.Empty((await ReportAsync(DatabaseRole.App)).Faults);
    }

    [Fact]
    public async Task A_journal_without_its_fence_is_found()
    {
        await _database.ExecuteAsync(DatabaseRole.Owner, "ALTER TABLE journal DROP CONSTRAINT journal_uq; CREATE INDEX ON journal (persistence_id, sequence_number)");
        Assert.Contains("journal has no unique key", Assert.Single((await ReportAsync(DatabaseRole.App)).Faults), StringComparison.Ordinal);
        var health = await CheckAsync(_database.Connections.App);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("journal has no unique key", health.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_as_it_should_be_is_healthy()
    {
        var health = await CheckAsync(_database.Connections.App);
        Assert.True(health.Status == HealthStatus.Healthy, health.Description);
        Assert.Equal(MigrationFiles.Find().Latest, health.Data["migrationLevel"]);
    }

    [Fact]
    public async Task A_database_behind_the_program_is_not_healthy()
    {
        await new DatabaseMigrator(_database.Connections.Owner, MigrationFiles.Find()).RollbackAsync(MigrationFiles.Find().Latest - 1);
        var health = await CheckAsync(_database.Connections.App);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("is not applied", health.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_gone_is_not_healthy_and_its_login_stays_secret()
    {
        var health = await CheckAsync("Host=127.0.0.1;Port=1;Username=me;Password=canary-1;Database=bot");
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.DoesNotContain("canary", $"{health.Description} {health.Exception}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_takes_the_connection_and_says_nothing_is_not_waited_for()
    {
        using var mute = new TcpListener(IPAddress.Loopback, 0);
        mute.Start();
        var health = await CheckAsync($"Host=127.0.0.1;Port={((IPEndPoint)mute.LocalEndpoint).Port};Username=me;Database=bot");
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("did not answer within", health.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exhausted_pool_is_not_healthy()
    {
        await using var source = BotDatabase.DataSource(_database.Connections.App, new DatabaseOptions { MinPoolSize = 0, MaxPoolSize = 1 });
        await using var taken = await source.OpenConnectionAsync();
        var health = await new DatabaseHealthCheck(source, MigrationFiles.Find(), TimeSpan.FromSeconds(1)).CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
    }

    [Fact]
    public async Task The_database_of_a_given_server_is_opened_migrated_and_checked_through_the_services()
    {
        await using var empty = await TestPostgres.CreateEmptyDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("bot-secrets-").FullName;
        string Secret(string name, string text)
        {
            File.WriteAllText(Path.Combine(folder, name), text + "\n");
            return Path.Combine(folder, name);
        }
        var options = new DatabaseOptions
        {
            ConnectionStringFile = Secret("app", empty.Connections.App),
            OwnerConnectionStringFile = Secret("owner", empty.Connections.Owner),
            ReadOnlyConnectionStringFile = Secret("ro", empty.Connections.ReadOnly),
        };
        await using (var database = await BotDatabase.OpenAsync(options, folder))
        {
            Assert.Null(database.Server);
            await using var services = new ServiceCollection().AddLogging().AddBotDatabase(database).BuildServiceProvider();
            Assert.Same(database.App, services.GetRequiredService<NpgsqlDataSource>());
            Assert.Same(database.ReadOnly, services.GetRequiredKeyedService<NpgsqlDataSource>(DatabaseServices.ReadOnly));
            var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            Assert.True(report.Status == HealthStatus.Healthy, report.Entries["database"].Description);
            Assert.Contains("ready", report.Entries["database"].Tags);

            await using var readOnly = await database.ReadOnly.OpenConnectionAsync();
            await using var write = new NpgsqlCommand("DELETE FROM leases", readOnly);
            await Assert.ThrowsAsync<PostgresException>(() => write.ExecuteNonQueryAsync());
            Assert.Equal(15, new NpgsqlConnectionStringBuilder(database.PooledConnectionString).MaxPoolSize);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_secret_that_is_not_mounted_is_named()
    {
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => BotDatabase.OpenAsync(new DatabaseOptions { ConnectionStringFile = "/run/secrets/none" }, "/nowhere"));
        Assert.Contains("/run/secrets/none", e.Problem, StringComparison.Ordinal);
    }

    private async Task<PromiseReport> ReportAsync(DatabaseRole role)
    {
        // A setting of a login counts from its next session on.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.Connections.For(role)) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return await PromiseSettings.CheckAsync(connection);
    }

    private static async Task<HealthCheckResult> CheckAsync(string connectionString)
    {
        await using var source = BotDatabase.DataSource(connectionString, new DatabaseOptions { MinPoolSize = 0 });
        return await new DatabaseHealthCheck(source, MigrationFiles.Find(), TimeSpan.FromSeconds(2)).CheckHealthAsync(new HealthCheckContext());
    }
}
