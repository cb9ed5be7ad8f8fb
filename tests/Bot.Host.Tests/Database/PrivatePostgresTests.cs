using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Bot.Host.Database;
using Npgsql;

namespace Bot.Host.Tests.Database;

[UnsupportedOSPlatform("windows")]
public sealed class PrivatePostgresTests(MadeServer made) : IClassFixture<MadeServer>, IDisposable
{
    private const int Kill = 9;

    private readonly string _folder = MadeServer.NewFolder();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_first_start_makes_a_database_and_the_next_one_finds_it_again()
    {
        int port;
        await using (var first = await PrivatePostgres.StartAsync(Options()))
        {
            port = first.Port;
            await ExecuteAsync(first.Connections.Owner, "CREATE TABLE kept AS SELECT 42 AS answer");
            Assert.False(first.Adopted);
            Assert.True(IsListening(port));
        }
        Assert.False(IsListening(port));
        await using var second = await PrivatePostgres.StartAsync(Options());
        Assert.Equal(port, second.Port);
        Assert.Equal(42, await ValueAsync<int>(second.Connections.Owner, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task It_is_durable_by_its_settings_and_a_file_of_the_user_cannot_weaken_that()
    {
        await made.CopyToAsync(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "postgres", "data", "local.conf"), "fsync = off\nsynchronous_commit = off\nlisten_addresses = '*'\nwork_mem = '7MB'\n");
        await using var server = await PrivatePostgres.StartAsync(Options());
        foreach (var (name, value) in new[]
        {
            ("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on"), ("track_commit_timestamp", "on"), ("data_checksums", "on"),
            ("password_encryption", "scram-sha-256"), ("listen_addresses", "127.0.0.1"), ("TimeZone", "UTC"), ("lc_collate", "C"), ("server_encoding", "UTF8"), ("work_mem", "7MB"),
        })
            Assert.Equal(value, await ValueAsync<string>(server.Connections.App, $"SHOW {name}"));
    }

    [Fact]
    public async Task The_server_never_runs_as_root()
    {
        await made.CopyToAsync(_folder);
        await using var server = await PrivatePostgres.StartAsync(Options());
        var status = await File.ReadAllLinesAsync($"/proc/{MainProcess(server)}/status");
        var user = status.First(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
        Assert.NotEqual("0", user);
    }

    [Fact]
    public async Task A_second_bot_on_the_same_data_is_told_so_and_harms_nothing()
    {
        await made.CopyToAsync(_folder);
        await using var first = await PrivatePostgres.StartAsync(Options());
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => PrivatePostgres.StartAsync(Options()));
        Assert.Contains($"Another bot (process {Environment.ProcessId})", e.Problem, StringComparison.Ordinal);
        Assert.Equal(1, await ValueAsync<int>(first.Connections.App, "SELECT 1"));
    }

    [Fact]
    public async Task A_visitor_of_a_running_server_does_not_stop_it()
    {
        await made.CopyToAsync(_folder);
        Assert.Null(await PrivatePostgres.TryVisitAsync(Options()));
        await using var server = await PrivatePostgres.StartAsync(Options());
        await using (var visit = await PrivatePostgres.VisitOrStartAsync(Options()))
        {
            Assert.True(visit.IsVisit);
            Assert.Equal(1, await ValueAsync<int>(visit.Connections.App, "SELECT 1"));
        }
        Assert.Equal(1, await ValueAsync<int>(server.Connections.App, "SELECT 1"));
    }

    [Fact]
    public async Task Commands_at_the_same_time_share_a_server_from_its_first_moment_on()
    {
        await made.CopyToAsync(_folder);
        async Task AskAsync()
        {
            await using var server = await PrivatePostgres.VisitOrStartAsync(Options());
            await ValueAsync<int>(server.Connections.App, "SELECT 1");
        }
        // One of them may end, and stop its server, while another one still asks: that one begins anew.
        async Task PatientlyAsync()
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await AskAsync();
                    return;
                }
                catch (NpgsqlException) when (attempt < 10)
                {
                }
            }
        }
        await Task.WhenAll(Enumerable.Range(1, 4).Select(_ => Task.Run(PatientlyAsync)));
        Assert.Null(await PrivatePostgres.TryVisitAsync(Options()));
    }

    [Fact]
    public async Task A_server_that_survived_its_bot_is_adopted_and_stopped_at_the_end()
    {
        await made.CopyToAsync(_folder);
        int process;
        await using (var left = await PrivatePostgres.StartAsync(Options() with { KeepRunning = true }))
            process = MainProcess(left);
        int port;
        await using (var adopted = await PrivatePostgres.StartAsync(Options()))
        {
            Assert.True(adopted.Adopted);
            port = adopted.Port;
            Assert.Equal(process, MainProcess(adopted));
            Assert.Equal(1, await ValueAsync<int>(adopted.Connections.App, "SELECT 1"));
        }
        Assert.False(IsListening(port));
    }

    [Fact]
    public async Task A_server_that_was_killed_recovers_with_everything_that_was_acknowledged()
    {
        await made.CopyToAsync(_folder);
        var killed = await PrivatePostgres.StartAsync(Options() with { KeepRunning = true });
        await ExecuteAsync(killed.Connections.Owner, "CREATE TABLE acknowledged AS SELECT generate_series(1, 1000) AS n");
        Assert.Equal(0, kill(MainProcess(killed), Kill));
        await killed.DisposeAsync();

        // At once, while the rest of the old server is still on its way out.
        await using var server = await PrivatePostgres.StartAsync(Options());
        Assert.False(server.Adopted);
        Assert.Equal(1000L, await ValueAsync<long>(server.Connections.Owner, "SELECT count(*) FROM acknowledged"));
    }

    [Fact]
    public async Task A_process_number_that_belongs_to_somebody_else_by_now_is_no_server()
    {
        await made.CopyToAsync(_folder);
        // As after a power cut, when the number was given to another program: here to this one.
        var file = Path.Combine(_folder, "postgres", "data", "postmaster.pid");
        await File.WriteAllTextAsync(file, $"{Environment.ProcessId}\n{_folder}\n0\n21000\n\n127.0.0.1\n\nready\n");
        await using var server = await PrivatePostgres.StartAsync(Options());
        Assert.False(server.Adopted);
    }

    [Fact]
    public async Task A_kept_port_that_is_taken_by_now_is_replaced()
    {
        await made.CopyToAsync(_folder);
        var port = int.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "postgres", "port")), CultureInfo.InvariantCulture);
        using var taker = new TcpListener(IPAddress.Loopback, port);
        taker.Start();
        await using var second = await PrivatePostgres.StartAsync(Options());
        Assert.NotEqual(port, second.Port);
        Assert.Equal(1, await ValueAsync<int>(second.Connections.App, "SELECT 1"));
    }

    [Fact]
    public async Task A_port_that_was_set_and_is_taken_is_an_error_that_names_it()
    {
        using var taker = new TcpListener(IPAddress.Loopback, 0);
        taker.Start();
        var port = ((IPEndPoint)taker.LocalEndpoint).Port;
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => PrivatePostgres.StartAsync(Options() with { Port = port }));
        Assert.Contains($"port {port}", e.Problem, StringComparison.Ordinal);
        Assert.Contains("database:port", e.WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_Postgres_is_told_how_to_get_one()
    {
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => PrivatePostgres.StartAsync(Options() with { BinFolder = _folder }));
        Assert.Contains("There is no Postgres", e.Problem, StringComparison.Ordinal);
        Assert.Contains(File.Exists("/usr/bin/apt-get") ? "sudo apt-get install postgresql" : "Install PostgreSQL", e.WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_of_a_version_that_is_not_installed_are_left_alone()
    {
        await made.CopyToAsync(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "postgres", "data", "PG_VERSION"), "9\n");
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => PrivatePostgres.StartAsync(Options()));
        Assert.Contains("made by PostgreSQL 9", e.Problem, StringComparison.Ordinal);
        Assert.Contains("Install version 9", e.WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_passwords_are_not_replaced_by_new_ones_that_fit_nothing()
    {
        await made.CopyToAsync(_folder);
        File.Delete(Path.Combine(_folder, "postgres", "passwords"));
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => PrivatePostgres.StartAsync(Options()));
        Assert.Contains("passwords", e.Problem, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "postgres", "passwords")));
    }

    [Fact]
    public async Task A_start_that_was_killed_while_it_made_the_data_is_made_good()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "postgres", "data.unfinished", "data", "base"));
        await using var server = await PrivatePostgres.StartAsync(Options());
        Assert.Equal(1, await ValueAsync<int>(server.Connections.App, "SELECT 1"));
        Assert.False(Directory.Exists(Path.Combine(_folder, "postgres", "data.unfinished")));
    }

    [Fact]
    public async Task A_configuration_that_stops_the_server_shows_what_the_server_said()
    {
        await made.CopyToAsync(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "postgres", "data", "local.conf"), "no_such_setting = 7\n");
        var e = await Assert.ThrowsAsync<DatabaseSetupException>(() => PrivatePostgres.StartAsync(Options()));
        Assert.Contains("no_such_setting", e.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deep_folders_are_too_long_for_a_socket_and_do_without()
    {
        var deep = Path.Combine(_folder, new string('d', 120));
        Directory.CreateDirectory(deep);
        await made.CopyToAsync(deep);
        await using var server = await PrivatePostgres.StartAsync(Options() with { DataFolder = deep });
        Assert.Equal("", await ValueAsync<string>(server.AdminConnection, "SHOW unix_socket_directories"));
    }

    [Fact]
    public async Task The_passwords_are_in_one_file_of_mode_0600_and_nowhere_else()
    {
        string[] passwords;
        await using (var server = await PrivatePostgres.StartAsync(Options()))
        {
            var file = Path.Combine(_folder, "postgres", "passwords");
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            passwords = [.. (await File.ReadAllLinesAsync(file)).Select(l => l.Split(':')[4])];
            Assert.Equal(4, passwords.Distinct().Count());
            // A statement that fails is logged with its text; making a login must not put a password there.
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(server.Connections.App, "SELECT no_such_column"));
            var printed = $"{server} {server.Connections} {server.Connections.Owner} {server.Connections.App} {server.Connections.ReadOnly} {server.AdminConnection}";
            Assert.All(passwords, p => Assert.DoesNotContain(p, printed, StringComparison.Ordinal));
            foreach (var commandLine in Directory.EnumerateDirectories("/proc").Select(p => Path.Combine(p, "cmdline")).Where(File.Exists))
                Assert.All(passwords, p => Assert.DoesNotContain(p, ReadOrEmpty(commandLine), StringComparison.Ordinal));
        }
        var files = Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "passwords");
        foreach (var file in files)
        {
            var text = await File.ReadAllTextAsync(file, System.Text.Encoding.Latin1);
            Assert.All(passwords, p => Assert.False(text.Contains(p, StringComparison.Ordinal), file));
        }
    }

    [Fact]
    public async Task Nobody_gets_in_without_a_password()
    {
        await made.CopyToAsync(_folder);
        await using var server = await PrivatePostgres.StartAsync(Options());
        foreach (var login in new[] { "postgres", "bot_owner", "bot_app_login", "bot_ro_login" })
        {
            var e = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync($"Host=127.0.0.1;Port={server.Port};Username={login};Password=guess;Database=bot;Pooling=false", "SELECT 1"));
            Assert.Equal(PostgresErrorCodes.InvalidPassword, e.SqlState);
        }
    }

    private PrivatePostgresOptions Options() => MadeServer.Options(_folder);

    private static int MainProcess(PrivatePostgres server) =>
        int.Parse(File.ReadLines(Path.Combine(server.DataDirectory, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private static bool IsListening(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static Task<object?> ExecuteAsync(string connectionString, string sql) => ValueAsync<object>(connectionString, sql);

    private static async Task<T?> ValueAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // Statements written in this test.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (T?)await command.ExecuteScalarAsync();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);
}
