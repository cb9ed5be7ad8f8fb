using System.CommandLine;
using System.Text.Json;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Database.Commands;
using Bot.Trading.Risk.Controls;
using Npgsql;
using Spectre.Console;

namespace Bot.Host.Commands;

/// <summary><c>bot risk trips</c>: the weekly review (C28): every control, its parameters, and how often it tripped.</summary>
internal static class RiskCommand
{
    public static Command Create() => new("risk", "The risk controls") { Trips() };

    private static Command Trips()
    {
        var days = new Option<int>("--days") { Description = "Count so many days back", HelpName = "N", DefaultValueFactory = _ => 7 };
        var config = SharedOptions.Config();
        var server = DatabaseOption.Create();
        var database = OperatorOptions.Database();
        var json = SharedOptions.Json();
        var command = new Command("trips", "Every control, its parameters, and how often it tripped in the last week") { days, config, server, database, json };
        command.Validators.Add(r =>
        {
            if (r.GetResult(days) is { Implicit: false } && r.GetValue(days) is < 1 or > 3_650)
                r.AddError("--days is 1 to 3650.");
        });
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var loaded = ConfigurationLoader.Load(parsed.GetValue(config));
            var options = DatabaseOption.Apply(parsed.GetValue(server), loaded.Database, parsed.InvocationConfiguration.Error);
            await using var session = await DatabaseSession.OpenAsync(options, BotFolders.Data, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, cancel);
            var connections = parsed.GetValue(database) is { } name ? session.Connections.WithDatabase(name) : session.Connections;
            var trips = await ReadAsync(connections.ReadOnly, parsed.GetValue(days), cancel);
            var rows = ControlCatalog.All.Select(c => new Row(
                c.Number, c.Title, c.Parameters.ToDictionary(p => p, p => loaded.Bot.Setting(p)), c.Then,
                trips.TryGetValue(c.Number, out var t) ? t.Count : 0, trips.GetValueOrDefault(c.Number)?.Last, trips.GetValueOrDefault(c.Number)?.At)).ToList();
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await output.WriteLineAsync(JsonSerializer.Serialize(new { days = parsed.GetValue(days), controls = rows }, JsonSerializerOptions.Web));
            else
                Show(rows, output);
            return CommandRunner.Ok;
        }));
        return command;
    }

    private static void Show(IReadOnlyList<Row> rows, TextWriter output)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "control", "trips", "last", "parameters");
        foreach (var row in rows)
        {
            table.AddRow(
                row.Control, Markup.Escape(row.Title), FormattableString.Invariant($"{row.Trips}"), Markup.Escape(row.LastReason ?? ""),
                Markup.Escape(string.Join(", ", row.Parameters.Select(p => $"{p.Key} {p.Value}"))));
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = 200;
        console.Write(table);
    }

    private static async Task<Dictionary<string, Tripped>> ReadAsync(string connectionString, int days, CancellationToken cancel)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var command = source.CreateCommand(
                """
                SELECT control, sum(trips)::bigint, (array_agg(last_reason ORDER BY last_at DESC))[1], max(last_at)
                FROM control_trips WHERE hour >= now() - make_interval(days => $1) GROUP BY control
                """);
            command.Parameters.Add(new() { Value = days });
            await using var reader = await command.ExecuteReaderAsync(cancel);
            var trips = new Dictionary<string, Tripped>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancel))
                trips[reader.GetString(0)] = new Tripped(reader.GetInt64(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3));
            return trips;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new CommandException("This database counts no trips: apply the migrations (bot db migrate) or name another database (--database).", e);
        }
        catch (NpgsqlException e)
        {
            throw new CommandException($"The database cannot be read: {e.Message}", e);
        }
    }

    private sealed record Tripped(long Count, string Last, DateTimeOffset At);

    private sealed record Row(
        string Control, string Title, IReadOnlyDictionary<string, string?> Parameters, string Then, long Trips, string? LastReason, DateTimeOffset? LastAt);
}
