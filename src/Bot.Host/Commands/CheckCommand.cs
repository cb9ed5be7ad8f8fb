using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bot.Host.Checks;
using Bot.Host.Database;
using Bot.Host.Database.Commands;
using Bot.Trading.Checking;
using Npgsql;

namespace Bot.Host.Commands;

/// <summary><c>bot check</c>: compares the exchange's own books with the journal and the read tables.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var simulator = SharedOptions.Address("--simulator", "Address of the simulator, for example http://127.0.0.1:8480");
        simulator.Required = true;
        var server = DatabaseOption.Create();
        var database = new Option<string?>("--database") { Description = "Name of the database on the private server: demo for the last demo", HelpName = "NAME" };
        var account = new Option<string>("--account") { Description = "Key of the simulator's account", HelpName = "KEY", DefaultValueFactory = _ => DemoAccount.Key };
        var settle = new Option<int>("--settle") { Description = "Seconds to wait for a running bot to come to rest before a difference counts", HelpName = "S", DefaultValueFactory = _ => 10 };
        var json = SharedOptions.Json();
        var command = new Command("check", "Compare the exchange's own books with the journal and the read tables; exit code 1 when an invariant does not hold")
        {
            simulator, server, database, account, settle, json,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var options = DatabaseOption.Apply(parsed.GetValue(server), new DatabaseOptions(), parsed.InvocationConfiguration.Error);
            await using var session = await DatabaseSession.OpenAsync(options, BotFolders.Data, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, cancel);
            var connections = parsed.GetValue(database) is { } name ? session.Connections.WithDatabase(name) : session.Connections;
            var report = await CheckAsync(parsed.GetValue(simulator)!, parsed.GetValue(account)!, connections.ReadOnly, TimeSpan.FromSeconds(parsed.GetValue(settle)), cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(report, CheckJson.Default.CheckReport));
            }
            else
            {
                foreach (var violation in report.Violations)
                    await output.WriteLineAsync($"{violation.Invariant}  {violation.Subject}  {violation.What}");
                await output.WriteLineAsync(
                    $"{report.Violations.Count} violations of {report.Checked.Count} invariants; {report.JournalRows} journal rows, {report.Orders} orders, {report.Fills} fills");
            }
            return report.Violations.Count == 0 ? CommandRunner.Ok : CommandRunner.Failed;
        }));
        return command;
    }

    /// <summary>Checks, and again while a running bot may still be on its way to rest.</summary>
    internal static async Task<CheckReport> CheckAsync(Uri simulator, string account, string connectionString, TimeSpan settle, CancellationToken cancel)
    {
        var start = TimeProvider.System.GetTimestamp();
        var verdict = new SettlingVerdict();
        while (true)
        {
            CheckReport report;
            try
            {
                report = InvariantChecker.Check(await EvidenceLoader.LoadAsync(simulator, account, connectionString, cancel).ConfigureAwait(false));
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
            {
                throw new CommandException("This database has no journal: apply the migrations (bot db migrate) or name another database.", e);
            }
            catch (NpgsqlException e)
            {
                throw new CommandException($"The database cannot be read: {e.Message}", e);
            }
            var elapsed = TimeProvider.System.GetElapsedTime(start);
            if (verdict.Take(report, elapsed) is { } early)
                return early;
            if (elapsed >= settle)
                return report with { Violations = verdict.Standing };
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancel).ConfigureAwait(false);
        }
    }
}

/// <summary>Serialisation of the report, camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckReport))]
internal sealed partial class CheckJson : JsonSerializerContext;
