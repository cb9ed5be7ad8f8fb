using System.Diagnostics;
using Bot.Host.Database;
using Bot.Host.Database.Migrations;
using Npgsql;

namespace Bot.Testing;

/// <summary>
/// A real Postgres for tests: one server of this clone, shared by all test processes that run at the same time. It goes away when the last
/// of them has ended, also when it was killed: a small process waits for the lock that all of them hold and then cleans up.
/// </summary>
public static class TestPostgres
{
    internal const string Template = "bot_template";

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<PrivatePostgres>> Shared = new(StartAsync);

    // Held until the process ends; the system lets go of it.
    private static FileStream? _usersLock;
    private static int _databases;

    /// <summary>The server.</summary>
    public static Task<PrivatePostgres> ServerAsync() => Shared.Value;

    /// <summary>A fresh database with every migration applied. Dispose it to drop it.</summary>
    public static async Task<TestDatabase> CreateDatabaseAsync() => await CreateAsync(Template);

    /// <summary>A fresh database with nothing in it, owned by the login that migrates.</summary>
    public static async Task<TestDatabase> CreateEmptyDatabaseAsync() => await CreateAsync("template0");

    private static async Task<TestDatabase> CreateAsync(string template)
    {
        var server = await ServerAsync();
        var name = $"t_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync(server.AdminConnection, $"CREATE DATABASE {name} TEMPLATE {template} OWNER bot_owner");
        return new TestDatabase(server, name);
    }

    internal static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Names made by this class: no parameter can stand for the name of a database.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PrivatePostgres> StartAsync()
    {
        var artifacts = Path.Combine(BotFolders.Repository ?? Path.GetTempPath(), "artifacts");
        Directory.CreateDirectory(artifacts);
        var options = new PrivatePostgresOptions
        {
            DataFolder = Path.Combine(artifacts, "test-postgres"),
            StateFolder = Path.GetTempPath(),
            MaxConnections = 200,
            KeepRunning = true,
        };
        var users = Path.Combine(artifacts, "test-postgres.users");
        await using var starting = await LockAsync(Path.Combine(artifacts, "test-postgres.starting"), FileAccess.ReadWrite, FileShare.None);
        using (var alone = TryLock(users, FileAccess.ReadWrite, FileShare.None))
        {
            // Nobody uses a server, so one that is there was left by a run that was killed together with its reaper.
            if (alone is not null)
                await RemoveLeftoverAsync(options);
        }
        _usersLock = await LockAsync(users, FileAccess.Read, FileShare.Read);
        if (await PrivatePostgres.TryVisitAsync(options) is { } running)
            return running;

        var server = await PrivatePostgres.StartAsync(options);
        await ReapAtEndAsync(server, users);
        await ExecuteAsync(server.AdminConnection, $"CREATE DATABASE {Template} TEMPLATE template0 OWNER bot_owner");
        await new DatabaseMigrator(server.Connections.WithDatabase(Template).Owner, MigrationFiles.Find()).MigrateAsync();
        return server;
    }

    private static async Task RemoveLeftoverAsync(PrivatePostgresOptions options)
    {
        if (await PrivatePostgres.TryVisitAsync(options) is { } left)
        {
            await left.DisposeAsync();
            await using var adopted = await PrivatePostgres.StartAsync(options with { KeepRunning = false });
        }
        foreach (var folder in PrivatePostgres.FoldersOf(options).Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }

    // Waits in a session of its own for the last user's lock, whichever way that process ends.
    private static async Task ReapAtEndAsync(PrivatePostgres server, string users)
    {
        const string Script =
            """
            users=$1; root=$2; shift 2
            setsid flock -x "$users" sh -c '"$@" >/dev/null 2>&1; rm -rf "$0"' "$root" "$@" </dev/null >/dev/null 2>&1 &
            """;
        var (program, arguments) = server.StopCommand("immediate");
        using var shell = Process.Start("sh", ["-c", Script, "reaper", users, Path.GetDirectoryName(server.DataDirectory)!, program, .. arguments]);
        await shell.WaitForExitAsync();
    }

    private static async Task<FileStream> LockAsync(string path, FileAccess access, FileShare share)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience; await Task.Delay(BetweenTries))
        {
            if (TryLock(path, access, share) is { } held)
                return held;
        }
        throw new TimeoutException($"Another test run has held {path} for {Patience.TotalMinutes} minutes.");
    }

    private static FileStream? TryLock(string path, FileAccess access, FileShare share)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, access, share);
        }
        catch (IOException e) when (e.HResult is 11 or 35)
        {
            return null;
        }
    }
}
