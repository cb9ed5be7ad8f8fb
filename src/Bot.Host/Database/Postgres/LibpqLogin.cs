using System.Globalization;
using Npgsql;

namespace Bot.Host.Database.Postgres;

/// <summary>
/// What Postgres' own programs have to know to connect. The password goes through a file that only this user can read, never through an
/// argument or a variable, which others could see.
/// </summary>
internal sealed class LibpqLogin : IDisposable
{
    private readonly string? _ownFile;

    private LibpqLogin(IReadOnlyDictionary<string, string> environment, string? ownFile)
    {
        Environment = environment;
        _ownFile = ownFile;
    }

    /// <summary>Variables for the program.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Translates one of Npgsql's connection strings.</summary>
    public static async Task<LibpqLogin> FromAsync(string connectionString, CancellationToken cancellation)
    {
        var parts = DatabaseConnections.Parse(connectionString);
        var port = parts.Port.ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string>
        {
            ["PGHOST"] = parts.Host ?? "localhost",
            ["PGPORT"] = port,
            ["PGUSER"] = parts.Username ?? "",
            ["PGDATABASE"] = parts.Database ?? parts.Username ?? "",
            ["PGSSLMODE"] = parts.SslMode switch
            {
                SslMode.Disable => "disable",
                SslMode.Allow => "allow",
                SslMode.Require => "require",
                SslMode.VerifyCA => "verify-ca",
                SslMode.VerifyFull => "verify-full",
                _ => "prefer",
            },
            ["PGTZ"] = "UTC",
            ["PGAPPNAME"] = parts.ApplicationName ?? "bot",
        };
        if (parts.RootCertificate is { } certificate)
            environment["PGSSLROOTCERT"] = certificate;
        string? own = null;
        if (parts.Password is { } password)
        {
            own = Path.Combine(Path.GetTempPath(), $"bot-login-{Guid.NewGuid():N}");
            string[] fields = [parts.Host ?? "localhost", port, "*", parts.Username ?? "", password];
            await PrivateFile.WriteAsync(own, string.Join(':', fields.Select(Escape)) + "\n", cancellation);
            environment["PGPASSFILE"] = own;
        }
        else if (parts.Passfile is { } file)
        {
            environment["PGPASSFILE"] = file;
        }
        return new LibpqLogin(environment, own);
    }

    /// <summary>Deletes the file if it was made for this.</summary>
    public void Dispose()
    {
        if (_ownFile is not null)
            File.Delete(_ownFile);
    }

    private static string Escape(string field) =>
        field == "*" ? field : field.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);
}
