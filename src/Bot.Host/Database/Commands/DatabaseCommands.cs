using System.CommandLine;
using System.Diagnostics;
using Bot.Host.Commands;
using Bot.Host.Database.Migrations;
using Bot.Host.Database.Postgres;
using Microsoft.Extensions.Logging;

namespace Bot.Host.Database.Commands;

/// <summary>
/// The commands <c>db migrate</c>, <c>db rollback</c>, <c>db status</c>, <c>db schema</c>, <c>db psql</c>, <c>db backup</c> and
/// <c>db restore</c>.
/// </summary>
public static class DatabaseCommands
{
    private const string Roles = "owner, app or read-only";

    /// <summary>The command <c>db</c> with all of them.</summary>
    /// <param name="settings">Asked when a command runs: what the configuration says. Without it: a private server in the data folder.</param>
    public static Command Create(Func<DatabaseCommandSettings>? settings = null)
    {
        settings ??= () => new DatabaseCommandSettings();
        var server = DatabaseOption.Create();
        return new Command("db", "The database: migrations, schema, psql, backups")
        {
            server,
            Migrate(settings, server),
            Rollback(settings, server),
            Status(settings, server),
            Schema(settings, server),
            Psql(settings, server),
            BackupCommands.Backup(settings, server),
            BackupCommands.Restore(settings, server),
        };
    }

    private static Command Migrate(Func<DatabaseCommandSettings> settings, Option<string?> server)
    {
        var command = new Command("migrate", "Apply the migrations that are pending");
        command.SetAction(parsed => Run(parsed, settings, server, async (session, output, logger, cancellation) =>
        {
            var files = MigrationFiles.Find();
            var applied = await session.Migrator(files, logger).MigrateAsync(cancellation);
            foreach (var migration in applied)
                await output.WriteLineAsync($"applied {migration}");
            await output.WriteLineAsync($"The database is at {files.Latest:000}.");
            return 0;
        }));
        return command;
    }

    private static Command Rollback(Func<DatabaseCommandSettings> settings, Option<string?> server)
    {
        var to = new Option<long?>("--to") { Description = "Take back every migration above this number", HelpName = "N" };
        var steps = new Option<int?>("--steps") { Description = "Take back this many migrations (1 unless given)", HelpName = "N" };
        var force = new Option<bool>("--force") { Description = "Also when rows are lost that nothing can bring back" };
        var command = new Command("rollback", "Take migrations back, the last first") { to, steps, force };
        command.Validators.Add(result =>
        {
            if (result.GetValue(to) is not null && result.GetValue(steps) is not null)
                result.AddError("Give --to or --steps, not both.");
            else if (result.GetValue(steps) is <= 0 || result.GetValue(to) is < 0)
                result.AddError("--steps begins at 1, --to at 0.");
        });
        command.SetAction(parsed => Run(parsed, settings, server, async (session, output, logger, cancellation) =>
        {
            if (session.IsVisit)
                throw new DatabaseSetupException("A bot is at work on this database.", "Stop it before rolling the schema back under it.");
            var files = MigrationFiles.Find();
            var migrator = session.Migrator(files, logger);
            var level = (await migrator.StatusAsync(cancellation)).Level;
            var target = parsed.GetValue(to) ?? Math.Max(0, level - (parsed.GetValue(steps) ?? 1));
            var lost = await session.LostByRollbackAsync(target, cancellation);
            if (lost.Count > 0 && !parsed.GetValue(force))
                throw new DatabaseSetupException(
                    $"This would drop tables that hold rows which nothing can bring back: {string.Join(", ", lost)}.",
                    "Make a backup (docs/database.md), then add --force if you mean it.");
            foreach (var migration in await migrator.RollbackAsync(target, cancellation))
                await output.WriteLineAsync($"took back {migration}");
            await output.WriteLineAsync($"The database is at {target:000}.");
            return 0;
        }));
        return command;
    }

    private static Command Status(Func<DatabaseCommandSettings> settings, Option<string?> server)
    {
        var command = new Command("status", "What is applied, what is pending, what does not fit");
        command.SetAction(parsed => Run(parsed, settings, server, async (session, output, logger, cancellation) =>
        {
            var files = MigrationFiles.Find();
            var status = await session.Migrator(files, logger).StatusAsync(cancellation);
            await output.WriteLineAsync(DatabaseConnections.Redact(session.Connections.App));
            foreach (var row in status.Applied)
                await output.WriteLineAsync($"{row.Version:000}_{row.Name,-24} applied {row.AppliedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
            foreach (var migration in status.Pending)
                await output.WriteLineAsync($"{migration.Version:000}_{migration.Name,-24} pending");
            foreach (var fault in status.Faults)
                await output.WriteLineAsync($"fault: {fault}");
            return status.Faults.Count == 0 ? 0 : 1;
        }));
        return command;
    }

    private static Command Schema(Func<DatabaseCommandSettings> settings, Option<string?> server)
    {
        var check = new Option<bool>("--check") { Description = "Only say whether db/schema.sql is what the migrations make" };
        var command = new Command("schema", "Generate db/schema.sql from the migrations") { check };
        command.SetAction(parsed => Run(parsed, settings, server, async (session, output, _, cancellation) =>
        {
            var files = MigrationFiles.Find();
            var text = await SchemaFile.GenerateAsync(await session.BinariesAsync(cancellation), session.AdminConnection, files, cancellation);
            var path = Path.Combine(BotFolders.Repository ?? Environment.CurrentDirectory, "db", "schema.sql");
            var same = File.Exists(path) && await File.ReadAllTextAsync(path, cancellation) == text;
            if (parsed.GetValue(check))
            {
                await output.WriteLineAsync($"db/schema.sql is {(same ? "up to date." : "not what the migrations make: run ./bot db schema.")}");
                return same ? 0 : 1;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, text, cancellation);
            await output.WriteLineAsync(same ? "db/schema.sql is up to date." : "db/schema.sql is written.");
            return 0;
        }));
        return command;
    }

    private static Command Psql(Func<DatabaseCommandSettings> settings, Option<string?> server)
    {
        var role = new Option<string>("--role")
        {
            Description = $"Whom to speak for: {Roles}",
            HelpName = "ROLE",
            DefaultValueFactory = _ => "read-only",
        };
        role.AcceptOnlyFromAmong("owner", "app", "read-only");
        var arguments = new Argument<string[]>("arguments")
        {
            Description = "Passed on to psql, for example -- -c 'SELECT * FROM holdings'",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("psql", "Open psql on the database, to read unless told otherwise") { role, arguments };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(parsed => Run(parsed, settings, server, async (session, _, _, cancellation) =>
        {
            var connection = session.Connections.For(parsed.GetRequiredValue(role) switch
            {
                "owner" => DatabaseRole.Owner,
                "app" => DatabaseRole.App,
                _ => DatabaseRole.ReadOnly,
            });
            string[] rest = [.. parsed.UnmatchedTokens, .. parsed.GetValue(arguments) ?? []];
            return await PsqlAsync(await session.BinariesAsync(cancellation), connection, rest, cancellation);
        }, interruptIsAnothers: true));
        return command;
    }

    // psql has the terminal to itself, Ctrl-C included (it means: end this query), until it ends or we are asked to.
    private static async Task<int> PsqlAsync(PostgresBinaries binaries, string connection, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        if (!File.Exists(binaries.PathOf("psql")))
            throw new DatabaseSetupException($"There is no psql in {binaries.Folder}.", "Install it with: sudo apt-get install postgresql-client");
        using var login = await LibpqLogin.FromAsync(connection, CancellationToken.None);
        var start = new ProcessStartInfo(binaries.PathOf("psql"), arguments);
        foreach (var (name, value) in login.Environment)
            start.Environment[name] = value;
        using var psql = Process.Start(start) ?? throw new DatabaseSetupException("psql could not be started.", "Start it by hand to see why.");
        try
        {
            await psql.WaitForExitAsync(cancellation);
            return psql.ExitCode;
        }
        catch (OperationCanceledException)
        {
            psql.Kill();
            throw;
        }
    }

    /// <summary>Opens the database that the command line and the settings name, and does the work on it.</summary>
    internal static int Run(
        ParseResult parsed, Func<DatabaseCommandSettings> settings, Option<string?> server,
        Func<DatabaseSession, TextWriter, ILogger, CancellationToken, Task<int>> work, bool interruptIsAnothers = false) =>
        CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancellation =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var logger = new LineLogger(error);
            var asked = settings();
            var options = DatabaseOption.Apply(parsed.GetValue(server), asked.Options, error);
            await using var session = await DatabaseSession.OpenAsync(options, asked.DataFolder, logger, cancellation);
            return await work(session, parsed.InvocationConfiguration.Output, logger, cancellation);
        }, interruptIsAnothers);
}
