using Bot.Host.Database;
using Npgsql;

namespace Bot.Testing;

/// <summary>A database of one test.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly PrivatePostgres _server;

    internal TestDatabase(PrivatePostgres server, string name)
    {
        _server = server;
        Name = name;
        Connections = server.Connections.WithDatabase(name);
        Admin = new NpgsqlConnectionStringBuilder(server.AdminConnection) { Database = name }.ConnectionString;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The three roles' connection strings.</summary>
    public DatabaseConnections Connections { get; }

    /// <summary>The superuser's connection string.</summary>
    public string Admin { get; }

    /// <summary>The server it lies on.</summary>
    public PrivatePostgres Server => _server;

    /// <summary>An open connection of a role.</summary>
    public async Task<NpgsqlConnection> OpenAsync(DatabaseRole role)
    {
        var connection = new NpgsqlConnection(Connections.For(role));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs a statement that the test wrote, as a role.</summary>
    public Task ExecuteAsync(DatabaseRole role, string sql) => TestPostgres.ExecuteAsync(Connections.For(role), sql);

    /// <summary>Runs a statement that the test wrote, as the superuser.</summary>
    public Task ExecuteAsAdminAsync(string sql) => TestPostgres.ExecuteAsync(Admin, sql);

    /// <summary>The one value that a query of the test gives.</summary>
    public async Task<T?> ValueAsync<T>(DatabaseRole role, string sql)
    {
        await using var connection = await OpenAsync(role);
#pragma warning disable CA2100 // Statements written in tests.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        var value = await command.ExecuteScalarAsync();
        return value is null or DBNull ? default : (T)value;
    }

    /// <summary>Drops the database; sessions that are still open are closed.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var role in Enum.GetValues<DatabaseRole>())
        {
            await using var connection = new NpgsqlConnection(Connections.For(role));
            NpgsqlConnection.ClearPool(connection);
        }
        await TestPostgres.ExecuteAsync(_server.AdminConnection, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)");
    }
}
