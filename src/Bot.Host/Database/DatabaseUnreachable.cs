using Npgsql;

namespace Bot.Host.Database;

/// <summary>Explains why a connection could not be opened.</summary>
internal static class DatabaseUnreachable
{
    public static DatabaseSetupException Explain(string connectionString, NpgsqlException e) => new(
        $"The database {DatabaseConnections.Redact(connectionString)} cannot be used: {Message(e)}",
        e.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                "Check the login and its password in the connection string or its password file.",
            PostgresErrorCodes.InvalidCatalogName => "Make the database first (docs/database.md), or check its name in the connection string.",
            PostgresErrorCodes.TooManyConnections => "Raise the server's max_connections, or lower database:maxPoolSize.",
            PostgresErrorCodes.DiskFull => "The server's disk is full: make space there.",
            null => "Check that the server runs and that its host and port in the connection string are right.",
            _ => "The server's log says more.",
        },
        e);

    private static string Message(NpgsqlException e) => e is PostgresException p ? $"{p.MessageText} ({p.SqlState})." : $"{e.Message}.";
}
