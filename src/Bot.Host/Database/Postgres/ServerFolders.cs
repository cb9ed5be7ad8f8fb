using System.Security.Cryptography;
using System.Text;

namespace Bot.Host.Database.Postgres;

/// <summary>Where a private server keeps its things.</summary>
/// <param name="Root">The folder of all of them.</param>
internal sealed record ServerFolders(string Root)
{
    // The kernel's limit of a socket's path, its closing zero not counted.
    private const int LongestSocketPath = 107;

    /// <summary>Owner: everything; others: pass through.</summary>
    public const UnixFileMode PassThrough =
        OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Owner: everything; others: nothing.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The server's data directory.</summary>
    public string Data => Path.Combine(Root, "data");

    /// <summary>The server's logs.</summary>
    public string Log => Path.Combine(Root, "log");

    /// <summary>The server's Unix socket.</summary>
    public string Socket => Path.Combine(Root, "socket");

    /// <summary>The generated passwords in libpq's form, readable by the bot's user alone.</summary>
    public string PasswordFile => Path.Combine(Root, "passwords");

    /// <summary>The port of the last start.</summary>
    public string PortFile => Path.Combine(Root, "port");

    /// <summary>Held by the bot that uses the server.</summary>
    public string LockFile => Path.Combine(Root, "bot.lock");

    /// <summary>The process id of that bot, for a message.</summary>
    public string LockOwnerFile => Path.Combine(Root, "bot.pid");

    /// <summary>True when data were made here before: the folder gets its name only when they are complete.</summary>
    public bool HasData => Directory.Exists(Data);

    /// <summary>The folder for the socket when its path is short enough and plain enough for the setting; else none.</summary>
    public string? UsableSocket =>
        Encoding.UTF8.GetByteCount(Socket) + "/.s.PGSQL.65535".Length <= LongestSocketPath && Socket.IndexOfAny([',', '"', '\'', '\n']) < 0
            ? Socket
            : null;

    /// <summary>The folder inside of the data folder.</summary>
    public static ServerFolders Inside(PrivatePostgresOptions options) => new(Path.Combine(Path.GetFullPath(options.DataFolder), "postgres"));

    /// <summary>
    /// The folder in the system's state directory, named after the data folder, for when root's clone is closed to the server's user.
    /// </summary>
    public static ServerFolders Outside(PrivatePostgresOptions options)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(options.DataFolder))))[..10];
        return new ServerFolders(Path.Combine(options.StateFolder, $"bot-{name}", "postgres"));
    }

    /// <summary>Finds existing data, or chooses and prepares the place for new ones.</summary>
    public static async Task<(ServerFolders Folders, ServerAccount Account)> LocateAsync(
        PrivatePostgresOptions options, CancellationToken cancellation)
    {
        if (Existing(options) is { } existing)
        {
            var owner = await ServerAccount.OwnerOfAsync(existing.Data, cancellation);
            return await existing.PrepareAsync(owner, cancellation)
                ? (existing, owner)
                : throw new DatabaseSetupException($"The user '{owner.Name}' cannot reach the database files in {existing.Root} any more.",
                    "Look at the rights of the folders above it.");
        }
        var account = await ServerAccount.ForNewDataAsync(cancellation);
        var inside = Inside(options);
        if (await inside.PrepareAsync(account, cancellation))
            return (inside, account);
        var outside = Outside(options);
        return await outside.PrepareAsync(account, cancellation)
            ? (outside, account)
            : throw new DatabaseSetupException(
                $"The user '{account.Name}' can reach neither {inside.Root} nor {outside.Root}.",
                "Put the clone where that user can pass, for example under /srv.");
    }

    /// <summary>The folders that hold data of an earlier start, if any.</summary>
    public static ServerFolders? Existing(PrivatePostgresOptions options)
    {
        var inside = Inside(options);
        if (inside.HasData)
            return inside;
        var outside = Outside(options);
        return outside.HasData ? outside : null;
    }

    private async Task<bool> PrepareAsync(ServerAccount account, CancellationToken cancellation)
    {
        MakeReachable(Path.GetDirectoryName(Root)!);
        MakeReachable(Root);
        return await account.CanReachAsync(Root, cancellation)
            && await account.MakeFolderAsync(Log, OwnerOnly, cancellation)
            && await account.MakeFolderAsync(Socket, PassThrough, cancellation);
    }

    // A strict umask must not shut out the user of the server. What somebody else made keeps its rights.
    private static void MakeReachable(string folder)
    {
        if (Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, PassThrough);
    }
}
