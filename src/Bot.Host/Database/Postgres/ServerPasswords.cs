using System.Security.Cryptography;
using System.Text;

namespace Bot.Host.Database.Postgres;

/// <summary>
/// The passwords of a private server's logins. They are made here, kept in a file that only the bot's user can read, and go nowhere else:
/// connection strings name the file, and the server is told what SCRAM derives from a password instead of the password.
/// </summary>
internal static class ServerPasswords
{
    /// <summary>The superuser: makes logins and databases.</summary>
    public const string Admin = "postgres";

    /// <summary>Owns the database.</summary>
    public const string Owner = "bot_owner";

    /// <summary>The running bot.</summary>
    public const string App = "bot_app_login";

    /// <summary>Readers.</summary>
    public const string ReadOnly = "bot_ro_login";

    /// <summary>The server's only address.</summary>
    public const string Host = "127.0.0.1";

    private const int Iterations = 4096;

    /// <summary>Reads the file, or makes one.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadOrMakeAsync(string file, CancellationToken cancellation)
    {
        if (!File.Exists(file))
        {
            var lines = new[] { Admin, Owner, App, ReadOnly }.Select(login => $"{Host}:*:*:{login}:{NewPassword()}\n");
            await PrivateFile.WriteAsync(file, string.Concat(lines), cancellation);
        }
        var passwords = new Dictionary<string, string>();
        foreach (var line in await File.ReadAllLinesAsync(file, cancellation))
        {
            if (line.Split(':') is [_, _, _, var login, var password])
                passwords[login] = password;
        }
        return passwords;
    }

    /// <summary>What Postgres stores of a password (RFC 5803).</summary>
    public static string ScramVerifier(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Iterations, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
}

/// <summary>Files that only their owner can read, complete or not there at all.</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file beside its place, to the disk, and then moves it there.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken cancellation, UnixFileMode mode = OwnerReadsAndWrites)
    {
        var beside = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        try
        {
            await using (var stream = new FileStream(beside, options))
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
                stream.Flush(flushToDisk: true);
            }
            // Again, because a strict umask cuts the mode of a new file.
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(beside, mode);
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
        }
    }
}
