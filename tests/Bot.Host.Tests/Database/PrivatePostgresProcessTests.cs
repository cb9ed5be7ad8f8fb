using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Bot.Host.Database;
using Bot.Testing;
using Npgsql;

namespace Bot.Host.Tests.Database;

/// <summary>The private server around real processes, users and disks.</summary>
[SupportedOSPlatform("linux")]
public sealed class PrivatePostgresProcessTests(MadeServer made) : IClassFixture<MadeServer>, IDisposable
{
    private readonly string _folder = MadeServer.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_bot_that_is_killed_leaves_a_server_that_the_next_one_adopts()
    {
        await made.CopyToAsync(_folder);
        using var bot = StartBot("db", "psql", "--", "-c", "SELECT pg_sleep(600)");
        var visit = await VisitAsync(bot);
        await UntilAsync(visit, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'", 1L);
        await KillAsync(bot);

        await using var adopted = await PrivatePostgres.StartAsync(Options());
        Assert.True(adopted.Adopted);
        Assert.Equal(visit.Port, adopted.Port);
    }

    [Fact]
    public async Task A_bot_that_is_asked_to_end_stops_its_server()
    {
        await made.CopyToAsync(_folder);
        using var bot = StartBot("db", "psql", "--", "-c", "SELECT pg_sleep(600)");
        var visit = await VisitAsync(bot);
        await UntilAsync(visit, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'", 1L);
        using (var kill = Process.Start("kill", ["-TERM", bot.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await EndAsync(bot);
        Assert.Equal(130, bot.ExitCode);
        Assert.Null(await PrivatePostgres.TryVisitAsync(Options()));
    }

    [Fact]
    public async Task Of_two_bots_at_the_same_time_one_starts_and_the_other_says_why_not()
    {
        await made.CopyToAsync(_folder);
        using var first = StartBot("db", "psql", "--", "-c", "SELECT pg_sleep(600)");
        var visit = await VisitAsync(first);
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => PrivatePostgres.StartAsync(Options()));
        Assert.Contains($"Another bot (process {first.Id})", e.Problem, StringComparison.Ordinal);
        await UntilAsync(visit, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'", 1L);
        await KillAsync(first);
        await using var cleanUp = await PrivatePostgres.StartAsync(Options());
    }

    [RootFact]
    public async Task A_clone_that_the_servers_user_cannot_reach_keeps_its_data_in_the_state_folder()
    {
        var closed = Path.Combine(_folder, "closed");
        Directory.CreateDirectory(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = Options() with { DataFolder = Path.Combine(closed, ".data"), StateFolder = Path.Combine(_folder, "state") };
        string data;
        await using (var server = await PrivatePostgres.StartAsync(options))
        {
            data = server.DataDirectory;
            Assert.StartsWith(Path.Combine(_folder, "state", "bot-"), data, StringComparison.Ordinal);
        }
        await using var again = await PrivatePostgres.StartAsync(options);
        Assert.Equal(data, again.DataDirectory);
    }

    [MountFact]
    public async Task A_full_disk_is_named_and_a_start_after_it_works()
    {
        await using var disk = await TmpfsDisk.MountAsync(_folder, "20m");
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => PrivatePostgres.StartAsync(Options() with { DataFolder = disk.Folder }));
        Assert.True(e.WhatToDo.StartsWith("The disk is full", StringComparison.Ordinal), e.Message);
        await disk.ResizeAsync("400m");
        await using var server = await PrivatePostgres.StartAsync(Options() with { DataFolder = disk.Folder });
        Assert.NotEqual(0, server.Port);
    }

    [MountFact]
    public async Task A_disk_that_fills_up_while_the_server_runs_loses_nothing_that_was_acknowledged()
    {
        await using var disk = await TmpfsDisk.MountAsync(_folder, "300m");
        var acknowledged = 0;
        await using (var server = await PrivatePostgres.StartAsync(Options() with { DataFolder = disk.Folder }))
        {
            await using var connection = new NpgsqlConnection(server.Connections.Owner);
            await connection.OpenAsync();
            await using (var create = new NpgsqlCommand("CREATE TABLE filler (n int, t text)", connection))
                await create.ExecuteNonQueryAsync();
            await using var insert = new NpgsqlCommand("INSERT INTO filler SELECT $1, string_agg(md5(g::text), '') FROM generate_series(1, 40000) g", connection);
            var number = insert.Parameters.Add(new NpgsqlParameter { Value = 0 });
            await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
            {
                for (; ; )
                {
                    number.Value = acknowledged + 1;
                    await insert.ExecuteNonQueryAsync();
                    acknowledged++;
                }
            });
            NpgsqlConnection.ClearPool(connection);
        }
        await disk.ResizeAsync("800m");
        await using var after = await PrivatePostgres.StartAsync(Options() with { DataFolder = disk.Folder });
        Assert.Equal((long)acknowledged, await ScalarAsync(after, "SELECT count(*) FROM filler", after.Connections.Owner));
    }

    private Process StartBot(params string[] line)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Bot.Host.dll"), .. line])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment[BotFolders.DataVariable] = _folder;
        var bot = Process.Start(start)!;
        bot.ErrorDataReceived += (_, _) => { };
        bot.BeginErrorReadLine();
        return bot;
    }

    private static async Task KillAsync(Process bot)
    {
        bot.Kill();
        await EndAsync(bot);
    }

    // Not WaitForExitAsync: that waits for the end of the output too, which a psql that outlives its bot holds open.
    private static async Task EndAsync(Process bot)
    {
        for (var start = Stopwatch.GetTimestamp(); !bot.HasExited; await Task.Delay(20))
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), "the bot did not end");
    }

    private async Task<PrivatePostgres> VisitAsync(Process bot)
    {
        for (; ; await Task.Delay(50))
        {
            if (await PrivatePostgres.TryVisitAsync(Options()) is { } visit)
                return visit;
            Assert.False(bot.HasExited, "the bot ended before its server was there");
        }
    }

    private static async Task UntilAsync(PrivatePostgres server, string sql, long value)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60); await Task.Delay(50))
        {
            if (await ScalarAsync(server, sql) is long found && found == value)
                return;
        }
        Assert.Fail($"{sql} did not become {value}");
    }

    private static async Task<object?> ScalarAsync(PrivatePostgres server, string sql, string? connectionString = null)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString ?? server.AdminConnection) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Statements written in this test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    private PrivatePostgresOptions Options() => MadeServer.Options(_folder);
}
