using System.Diagnostics;
using System.Globalization;
using Bot.Host.Database.Postgres;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Bot.Host.Database;

/// <summary>
/// A Postgres server of the bot's own, so that a newcomer needs no database to begin with: made in the data folder at the first start, reused
/// at the next, stopped at the end. A server that survived a kill of the bot is adopted. Dispose it to stop it.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    private readonly PrivatePostgresOptions _options;
    private readonly ServerProcess _process;
    private readonly ServerLock? _lock;
    private readonly ILogger _logger;
    private bool _stopped;

    private PrivatePostgres(PrivatePostgresOptions options, ServerProcess process, ServerLock? held, int port, bool adopted, ILogger logger)
    {
        _options = options;
        _process = process;
        _lock = held;
        _logger = logger;
        Port = port;
        Adopted = adopted;
        Connections = new DatabaseConnections(
            Login(ServerPasswords.Owner, ServerRoles.DatabaseName),
            Login(ServerPasswords.App, ServerRoles.DatabaseName),
            Login(ServerPasswords.ReadOnly, ServerRoles.DatabaseName));
        AdminConnection = Login(ServerPasswords.Admin, "postgres");
    }

    /// <summary>The three roles' connection strings. They hold no secret: they name a file that only this user can read.</summary>
    public DatabaseConnections Connections { get; }

    /// <summary>The superuser's connection string, for making databases. The bot itself never uses it.</summary>
    public string AdminConnection { get; }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The server's data directory.</summary>
    public string DataDirectory => _process.Folders.Data;

    /// <summary>The server's programs (psql, pg_dump, ...).</summary>
    public PostgresBinaries Binaries => _process.Binaries;

    /// <summary>True when it was running already and this process has it now.</summary>
    public bool Adopted { get; }

    /// <summary>True when it belongs to another running bot and this process only visits: it is not stopped at the end.</summary>
    public bool IsVisit => _lock is null;

    /// <summary>Starts the server, or adopts the one that a killed bot left behind.</summary>
    /// <exception cref="DatabaseSetupException">It cannot be started, or another bot uses it. The message says what to do.</exception>
    public static async Task<PrivatePostgres> StartAsync(
        PrivatePostgresOptions options, ILogger? logger = null, CancellationToken cancellation = default)
    {
        var (server, folders) = await TryStartAsync(options, logger ?? NullLogger.Instance, cancellation);
        return server ?? throw ServerLock.Taken(folders);
    }

    /// <summary>Connects to the server that a running bot of the same data folder has started; null when none runs.</summary>
    public static async Task<PrivatePostgres?> TryVisitAsync(PrivatePostgresOptions options, CancellationToken cancellation = default)
    {
        if (ServerFolders.Existing(options) is not { } folders || PostmasterFile.Read(folders.Data) is not { IsAlive: true, Port: { } port })
            return null;
        var binaries = await BinariesForAsync(folders, await PostgresBinaries.FindAsync(options.BinFolder, cancellation), options, cancellation);
        var account = await ServerAccount.OwnerOfAsync(folders.Data, cancellation);
        var process = new ServerProcess(binaries, folders, account, options);
        return await process.WaitUntilReadyAsync(port, cancellation)
            ? new PrivatePostgres(options, process, held: null, port, adopted: false, NullLogger.Instance)
            : null;
    }

    /// <summary>Every place where a server of these options may lie.</summary>
    public static IReadOnlyList<string> FoldersOf(PrivatePostgresOptions options) =>
        [ServerFolders.Inside(options).Root, ServerFolders.Outside(options).Root];

    /// <summary>Visits the server of a running bot, or starts it: for short commands that work either way.</summary>
    public static async Task<PrivatePostgres> VisitOrStartAsync(
        PrivatePostgresOptions options, ILogger? logger = null, CancellationToken cancellation = default)
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(BetweenTries, cancellation))
        {
            if (await TryVisitAsync(options, cancellation) is { } visit)
                return visit;
            var (server, folders) = await TryStartAsync(options, logger ?? NullLogger.Instance, cancellation);
            if (server is not null)
                return server;
            // A bot is about to start it, or to stop it: in a moment it is one or the other.
            if (Stopwatch.GetElapsedTime(start) > options.StartTimeout)
                throw ServerLock.Taken(folders);
        }
    }

    /// <summary>Makes a database of this name anew, whatever was in it before: for runs that begin with nothing.</summary>
    /// <param name="name">Lower-case letters, digits and underscores; not the bot's own database.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<DatabaseConnections> RecreateAsync(string name, CancellationToken cancellation = default)
    {
        await ServerRoles.MakeAsync(AdminConnection, name, keep: false, cancellation);
        return Connections.WithDatabase(name);
    }

    /// <summary>Makes a database of this name unless it is there: for runs that go on where the last one was.</summary>
    /// <param name="name">Lower-case letters, digits and underscores; not the bot's own database.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<DatabaseConnections> KeepAsync(string name, CancellationToken cancellation = default)
    {
        await ServerRoles.MakeAsync(AdminConnection, name, keep: true, cancellation);
        return Connections.WithDatabase(name);
    }

    /// <summary>Stops the server and waits for its end: sessions are closed, nothing that was acknowledged is lost.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (_stopped || IsVisit)
            return;
        await _process.StopAsync(cancellation);
        _stopped = true;
        _logger.LogInformation("Stopped the private database in {Folder}", _process.Folders.Root);
    }

    /// <summary>The command line that stops the server, run as its user: for a process that outlives this one.</summary>
    /// <param name="mode">pg_ctl's: fast, smart or immediate.</param>
    public (string Program, IReadOnlyList<string> Arguments) StopCommand(string mode) => _process.StopCommand(mode);

    /// <summary>Stops the server unless it shall keep running or belongs to another bot.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_options.KeepRunning)
                await StopAsync(CancellationToken.None);
        }
        catch (DatabaseSetupException e)
        {
            _logger.LogError("{Problem}", e.Message);
        }
        finally
        {
            _lock?.Dispose();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"PostgreSQL {Binaries.Major} at {ServerPasswords.Host}:{Port}, data in {DataDirectory}";

    // No server when another bot has the lock.
    private static async Task<(PrivatePostgres? Server, ServerFolders Folders)> TryStartAsync(
        PrivatePostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            var binaries = await PostgresBinaries.FindAsync(options.BinFolder, cancellation);
            var (folders, account) = await ServerFolders.LocateAsync(options, cancellation);
            if (ServerLock.TryTake(folders) is not { } held)
                return (null, folders);
            try
            {
                return (await StartLockedAsync(options, binaries, folders, account, held, logger, cancellation), folders);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ServerFailure.Explain($"Preparing the database in {options.DataFolder}", e.Message, e);
        }
    }

    private static async Task<PrivatePostgres> StartLockedAsync(
        PrivatePostgresOptions options, PostgresBinaries newest, ServerFolders folders, ServerAccount account, ServerLock held, ILogger logger,
        CancellationToken cancellation)
    {
        var first = !folders.HasData;
        if (!first && !File.Exists(folders.PasswordFile))
            throw new DatabaseSetupException(
                $"The passwords of the database in {folders.Root} are gone: the file {folders.PasswordFile} is missing.",
                "Put it back from a backup. To begin anew instead, move the folder away; the old data stay in it.");
        var passwords = await ServerPasswords.ReadOrMakeAsync(folders.PasswordFile, cancellation);
        var process = new ServerProcess(await BinariesForAsync(folders, newest, options, cancellation), folders, account, options);
        if (first)
        {
            logger.LogInformation("Making a private database in {Folder}", folders.Root);
            await process.InitialiseAsync(passwords[ServerPasswords.Admin], cancellation);
        }

        var adopted = await AdoptAsync(process, logger, cancellation);
        var port = adopted ?? await LaunchAsync(process, options, logger, cancellation);
        var server = new PrivatePostgres(options, process, held, port, adopted is not null, logger);
        try
        {
            await ServerRoles.EnsureAsync(server.AdminConnection, passwords, cancellation);
        }
        catch (NpgsqlException e)
        {
            await process.StopAsync(CancellationToken.None);
            throw ServerFailure.Explain($"Making the logins of the database in {folders.Root}", e.Message, e);
        }
        logger.LogInformation("The private database is ready: {Server}", server);
        return server;
    }

    private static async Task<int?> AdoptAsync(ServerProcess process, ILogger logger, CancellationToken cancellation)
    {
        if (PostmasterFile.Read(process.Folders.Data) is not { } file)
            return null;
        if (!file.IsAlive)
        {
            PostmasterFile.Forget(process.Folders.Data);
            return null;
        }
        logger.LogInformation("Adopting the private database that an earlier bot left running (process {ProcessId})", file.ProcessId);
        // A server in its first moments has not written its port yet.
        for (var start = Stopwatch.GetTimestamp(); file.Port is null && file.IsAlive && Stopwatch.GetElapsedTime(start) < process.StartTimeout;)
        {
            await Task.Delay(BetweenTries, cancellation);
            file = PostmasterFile.Read(process.Folders.Data) ?? file;
        }
        if (file.Port is { } port && await process.WaitUntilReadyAsync(port, cancellation))
            return port;
        if (!file.IsAlive)
            return null;
        throw new DatabaseSetupException(
            $"A Postgres (process {file.ProcessId}) runs on the data in {process.Folders.Data} but does not let the bot in.",
            $"Stop it with: pg_ctl stop -D {process.Folders.Data}   and start the bot again.");
    }

    private static async Task<int> LaunchAsync(ServerProcess process, PrivatePostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        if (options.Port is { } wanted && !ServerConfiguration.IsFree(wanted))
            throw new DatabaseSetupException(
                $"The port {wanted} that is set for the private database is taken by another program.",
                "End it, or set another one (database:port), or none and a free one is chosen.");
        var port = options.Port ?? await KeptPortAsync(process.Folders, cancellation) ?? ServerConfiguration.FreePort();
        for (var start = Stopwatch.GetTimestamp(); ;)
        {
            await ServerConfiguration.WriteAsync(process.Folders, options, port, cancellation);
            var fault = await process.LaunchAsync(port, cancellation);
            if (fault is null)
                break;
            var inTime = Stopwatch.GetElapsedTime(start) < options.StartTimeout;
            if (ServerFailure.IsPortTaken(fault) && options.Port is null && inTime)
            {
                logger.LogInformation("Port {Port} was taken in the meantime; choosing another one", port);
                port = ServerConfiguration.FreePort();
            }
            else if (ServerFailure.IsOldServerLeaving(fault) && inTime)
            {
                // The server was killed, its other processes end within moments.
                await Task.Delay(BetweenTries, cancellation);
            }
            else
            {
                throw ServerFailure.Explain($"Starting the database in {process.Folders.Root}", fault);
            }
        }
        await PrivateFile.WriteAsync(process.Folders.PortFile, port.ToString(CultureInfo.InvariantCulture), cancellation);
        return port;
    }

    private static async Task<int?> KeptPortAsync(ServerFolders folders, CancellationToken cancellation) =>
        File.Exists(folders.PortFile)
        && int.TryParse(await File.ReadAllTextAsync(folders.PortFile, cancellation), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && ServerConfiguration.IsFree(port)
            ? port
            : null;

    // Existing data can only be opened by the version that made them, which need not be the newest one installed.
    private static async Task<PostgresBinaries> BinariesForAsync(
        ServerFolders folders, PostgresBinaries newest, PrivatePostgresOptions options, CancellationToken cancellation)
    {
        if (!folders.HasData)
            return newest;
        var text = (await File.ReadAllTextAsync(Path.Combine(folders.Data, "PG_VERSION"), cancellation)).Trim();
        var major = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var installed = await PostgresBinaries.FindAllAsync(options.BinFolder, cancellation);
        return installed.FirstOrDefault(b => b.Major == major)
            ?? throw new DatabaseSetupException(
                $"The data in {folders.Data} were made by PostgreSQL {text}; installed is {string.Join(", ", installed.Select(b => b.Major))}.",
                $"Install version {text} beside it, or move the data to the new version with pg_upgrade (docs/database.md).");
    }

    private string Login(string login, string database) => _process.ConnectionString(login, database, Port);
}
