using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace Bot.Host.Database.Postgres;

/// <summary>Handles one private server: makes its data, starts it, asks whether it is ready, stops it.</summary>
internal sealed class ServerProcess(PostgresBinaries binaries, ServerFolders folders, ServerAccount account, PrivatePostgresOptions options)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    public PostgresBinaries Binaries => binaries;

    public ServerFolders Folders => folders;

    public TimeSpan StartTimeout => options.StartTimeout;

    private string StartLog => Path.Combine(folders.Log, "start.log");

    /// <summary>Makes the data directory. It gets its name only when it is complete, so a kill in between leaves nothing half made.</summary>
    public async Task InitialiseAsync(string adminPassword, CancellationToken cancellation)
    {
        var unfinished = $"{folders.Data}.unfinished";
        var passwordFile = Path.Combine(unfinished, "password");
        var fresh = Path.Combine(unfinished, "data");
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        try
        {
            if (!await account.MakeFolderAsync(unfinished, ServerFolders.OwnerOnly, cancellation)
                || !await account.MakeFolderAsync(fresh, ServerFolders.OwnerOnly, cancellation))
                throw new DatabaseSetupException($"The folder {unfinished} cannot be made.", "Look at the rights and the free space of the disk.");
            // The folder around it is closed to everybody but the server's user, which has to read the file.
            await PrivateFile.WriteAsync(passwordFile, adminPassword, cancellation,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            var made = await account.RunAsync(
                binaries.PathOf("initdb"),
                [
                    "--pgdata", fresh, "--username", ServerPasswords.Admin, "--pwfile", passwordFile, "--auth", "scram-sha-256",
                    "--encoding", "UTF8", "--locale", "C", "--data-checksums",
                ],
                cancellation);
            if (made.ExitCode != 0)
                throw ServerFailure.Explain($"Making the database in {folders.Root}", made.Text);
            Directory.Move(fresh, folders.Data);
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>Starts the server and waits until it takes connections. Null on success, else what went wrong.</summary>
    public async Task<string?> LaunchAsync(int port, CancellationToken cancellation)
    {
        // Of an earlier start nothing shall be taken for this one's fault.
        File.Delete(StartLog);
        var started = await account.RunAsync(
            binaries.PathOf("pg_ctl"),
            ["start", "--pgdata", folders.Data, "--log", StartLog, "--wait", "--timeout", Seconds(options.StartTimeout), "--silent"],
            cancellation);
        if (started.ExitCode == 0 && await WaitUntilReadyAsync(port, cancellation))
            return null;
        var log = File.Exists(StartLog) ? await File.ReadAllTextAsync(StartLog, cancellation) : "";
        return $"{started.Text}{Environment.NewLine}{log}{Environment.NewLine}{ServerFailure.LogTail(folders)}";
    }

    /// <summary>
    /// Waits until the server lets our superuser in and says that it serves our data; false when it is somebody else's or does not come up.
    /// </summary>
    public async Task<bool> WaitUntilReadyAsync(int port, CancellationToken cancellation)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < StartTimeout; await Task.Delay(BetweenTries, cancellation))
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString(ServerPasswords.Admin, "postgres", port));
                await connection.OpenAsync(cancellation);
                await using var command = new NpgsqlCommand("SHOW data_directory", connection);
                return await command.ExecuteScalarAsync(cancellation) is string directory && IsSame(directory, folders.Data);
            }
            catch (NpgsqlException e)
            {
                // Refused for good, or gone: waiting does not help.
                if (!IsNotYet(e) || PostmasterFile.Read(folders.Data) is not { IsAlive: true })
                    return false;
            }
        }
        return false;
    }

    /// <summary>Closes all sessions, writes a checkpoint, ends.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        var (program, arguments) = StopCommand("fast");
        var stopped = await ChildProcess.RunAsync(program, arguments, cancellation);
        if (stopped.ExitCode != 0 && PostmasterFile.Read(folders.Data) is { IsAlive: true })
            throw ServerFailure.Explain($"Stopping the database in {folders.Root}", stopped.Text);
    }

    /// <summary>The command line of pg_ctl that stops the server.</summary>
    public (string Program, IReadOnlyList<string> Arguments) StopCommand(string mode) => account.Command(
        binaries.PathOf("pg_ctl"),
        ["stop", "--pgdata", folders.Data, "--mode", mode, "--wait", "--timeout", Seconds(options.StopTimeout), "--silent"]);

    /// <summary>A connection string without a secret: the password is looked up in the file.</summary>
    public string ConnectionString(string login, string database, int port) => new NpgsqlConnectionStringBuilder
    {
        Host = ServerPasswords.Host,
        Port = port,
        Database = database,
        Username = login,
        Passfile = folders.PasswordFile,
        // One of a kind, for commands that come and go; the pools of the bot are made from these strings with their own settings.
        Pooling = login != ServerPasswords.Admin,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    private static bool IsNotYet(NpgsqlException e) =>
        e.InnerException is SocketException or IOException or TimeoutException
        || e.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections;

    private static bool IsSame(string left, string right) => Resolve(left) == Resolve(right);

    private static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        var parent = Path.GetDirectoryName(full);
        if (parent is null)
            return full;
        var link = new DirectoryInfo(full).ResolveLinkTarget(returnFinalTarget: true);
        return link is not null ? Resolve(link.FullName) : Path.Combine(Resolve(parent), Path.GetFileName(full));
    }

    private static string Seconds(TimeSpan time) => ((int)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
