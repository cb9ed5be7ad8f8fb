using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Bot.Host.Database;
using Bot.Host.Database.Migrations;
using Npgsql;

namespace Bot.Chaos.Deployments;

/// <summary>How a Postgres ends that is not asked to.</summary>
internal enum PostgresCrash
{
    /// <summary><c>pg_ctl -m immediate</c>: no checkpoint, recovery at the next start.</summary>
    Immediate,

    /// <summary>SIGKILL of the postmaster; the sessions notice by themselves.</summary>
    Postmaster,

    /// <summary>SIGKILL of a session: the server throws out everybody and recovers by itself.</summary>
    Session,
}

/// <summary>A real Postgres of a run's own, as a child of this process: it is crashed, stalled and filled up.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ChaosPostgres : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _data;
    private readonly string _program;
    private readonly string[] _asUser;
    private Process _server;

    private ChaosPostgres(PrivatePostgres made, string data)
    {
        _data = data;
        (Connections, AdminConnection, Port) = (made.Connections, Bot(made.AdminConnection), made.Port);
        _program = made.Binaries.PathOf("postgres");

        // The command that stops the server names the user that it runs as.
        var (program, arguments) = made.StopCommand("fast");
        _asUser = program == "setpriv" ? [.. arguments.TakeWhile(a => a != "--")] : [];
        _server = null!;
    }

    /// <summary>Logins of the bot.</summary>
    public DatabaseConnections Connections { get; }

    /// <summary>Who may only read. Without a pool: a session of before a crash is of no use after it.</summary>
    public string Reader => new NpgsqlConnectionStringBuilder(Connections.For(DatabaseRole.ReadOnly)) { Pooling = false }.ConnectionString;

    /// <summary>The superuser in the bot's database.</summary>
    public string AdminConnection { get; }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>How often it was found dead and started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Makes the data and starts the server.</summary>
    /// <param name="folder">A folder that the server's user can pass.</param>
    /// <param name="walFolder">Another folder for the log of writes; null for none.</param>
    /// <param name="settings">Lines of <c>local.conf</c>.</param>
    /// <param name="maxConnections">Sessions that it takes.</param>
    public static async Task<ChaosPostgres> StartAsync(string folder, string? walFolder = null, string settings = "", int maxConnections = 60)
    {
        ChaosPostgres postgres;
        var options = new PrivatePostgresOptions
        {
            DataFolder = folder, StateFolder = Path.Combine(folder, "state"), SharedBuffersMegabytes = 32, MaxConnections = maxConnections,
        };
        await using (var made = await PrivatePostgres.StartAsync(options))
        {
            await new DatabaseMigrator(made.Connections.Owner, MigrationFiles.Find()).MigrateAsync();
            postgres = new ChaosPostgres(made, made.DataDirectory);
        }
        await File.WriteAllTextAsync(Path.Combine(postgres._data, "local.conf"), $"{settings}\n");
        await RunAsync("chmod", "644", Path.Combine(postgres._data, "local.conf"));
        if (walFolder is not null)
        {
            var wal = Path.Combine(postgres._data, "pg_wal");
            await RunAsync("cp", "-a", wal, Path.Combine(walFolder, "pg_wal"));
            Directory.Delete(wal, recursive: true);
            File.CreateSymbolicLink(wal, Path.Combine(walFolder, "pg_wal"));
        }
        await postgres.LaunchAsync();
        return postgres;
    }

    /// <summary>Ends it as if by a fault, and starts it again.</summary>
    public async Task CrashAsync(PostgresCrash how)
    {
        switch (how)
        {
            case PostgresCrash.Session:
                if ((await SessionsAsync()).FirstOrDefault() is > 0 and var session)
                    Children.Signal(session, Children.Kill);
                break;
            default:
                Children.Signal(_server.Id, how == PostgresCrash.Immediate ? Children.Quit : Children.Kill);
                await _server.WaitForExitAsync();
                break;
        }
        await EnsureRunningAsync();
    }

    /// <summary>Starts it when it has ended, and waits until it serves.</summary>
    public async Task EnsureRunningAsync()
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(Between))
        {
            if (_server.HasExited)
                await LaunchAsync();
            if (await AnswersAsync())
                return;
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"The database does not come up again within {Patience.TotalSeconds} s.");
        }
    }

    /// <summary>Stops every session of the bot for a while, as a stalled disk does.</summary>
    /// <returns>How many sessions.</returns>
    public async Task<int> StallAsync(TimeSpan length, CancellationToken cancel)
    {
        var sessions = await SessionsAsync();
        sessions.ForEach(s => Children.Signal(s, Children.Stop));
        try
        {
            await Task.Delay(length, cancel);
        }
        finally
        {
            sessions.ForEach(s => Children.Signal(s, Children.Continue));
        }
        return sessions.Count;
    }

    /// <summary>Runs a statement as the superuser.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken cancel = default)
    {
        await using var connection = new NpgsqlConnection(AdminConnection);
        await connection.OpenAsync(cancel);
#pragma warning disable CA2100 // Statements of the plans.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Keeps a copy of the data as they are now, for <see cref="GoBackAsync"/>. Nobody may be writing.</summary>
    public async Task KeepCopyAsync()
    {
        await StopAsync();
        await RunAsync("cp", "-a", _data, $"{_data}.copy");
        await LaunchAsync();
    }

    /// <summary>Puts the data back to the copy: what a backup or a replica that lagged is.</summary>
    public async Task GoBackAsync()
    {
        await StopAsync();
        Directory.Delete(_data, recursive: true);
        Directory.Move($"{_data}.copy", _data);
        await LaunchAsync();
    }

    /// <summary>Makes a database of its own with every migration applied.</summary>
    public async Task MakeDatabaseAsync(string name)
    {
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0 OWNER bot_owner");
        await new DatabaseMigrator(Connections.WithDatabase(name).Owner, MigrationFiles.Find()).MigrateAsync();
    }

    /// <summary>The one number that a query gives.</summary>
    /// <param name="sql">The query.</param>
    /// <param name="database">Which database; the bot's unless given.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<long> CountAsync(string sql, string? database = null, CancellationToken cancel = default)
    {
        await using var connection = new NpgsqlConnection(
            database is null ? AdminConnection : new NpgsqlConnectionStringBuilder(AdminConnection) { Database = database }.ConnectionString);
        await connection.OpenAsync(cancel);
#pragma warning disable CA2100 // Statements of the plans.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancel), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _server.Dispose();
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        using var process = Children.Start(start);
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new IOException($"{program} {string.Join(' ', arguments)}: {said}");
    }

    private async Task StopAsync()
    {
        if (_server.HasExited)
            return;
        Children.Signal(_server.Id, Children.Quit);
        await _server.WaitForExitAsync();
    }

    private async Task<List<int>> SessionsAsync()
    {
        await using var connection = new NpgsqlConnection(AdminConnection);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pid FROM pg_stat_activity WHERE usename = 'bot_app_login' ORDER BY state = 'active' DESC, query_start DESC", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var sessions = new List<int>();
        while (await reader.ReadAsync())
            sessions.Add(reader.GetInt32(0));
        return sessions;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await CountAsync("SELECT 1") == 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task LaunchAsync()
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(Between))
        {
            if (_server is not null)
            {
                _server.Dispose();
                Restarts++;
            }
            _server = Children.Start(new ProcessStartInfo(_program, ["-D", _data]) { RedirectStandardOutput = true, RedirectStandardError = true }, _asUser);
            _server.BeginOutputReadLine();
            _server.BeginErrorReadLine();

            // Sessions of a killed postmaster hold its memory for a moment, and a new one refuses it.
            while (!_server.HasExited && !await AnswersAsync() && Stopwatch.GetElapsedTime(start) < Patience)
                await Task.Delay(Between);
            if (!_server.HasExited)
                return;
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"The database does not start within {Patience.TotalSeconds} s; its log is beside {_data}.");
        }
    }

    private static string Bot(string admin) => new NpgsqlConnectionStringBuilder(admin) { Database = "bot", Pooling = false, Timeout = 3, CommandTimeout = 15 }.ConnectionString;
}
