using System.CommandLine;
using System.Text.Json;
using Bot.Actors.Controls;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Database.Commands;
using Bot.Trading.Pairs;
using Bot.Trading.Risk.Controls;
using Npgsql;

namespace Bot.Host.Commands;

/// <summary><c>bot kill-switch</c>: stops entries, and lifts the stop again. Works without a running bot, without Postgres, and without both.</summary>
internal static class KillSwitchCommand
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string FileName = "kill-switch";

    private static readonly string[] Words = ["show", "active", "reduce-only", "halted"];

    public static Command Create()
    {
        var word = new Argument<string>("word")
        {
            Description = "show: what is set; active: lift it; reduce-only: exits only; halted: no entries, resting ones are cancelled, stops and exits stay",
            HelpName = "show|active|reduce-only|halted",
            DefaultValueFactory = _ => "show",
            Arity = ArgumentArity.ZeroOrOne,
        };
        word.Validators.Add(r =>
        {
            if (r.Tokens.Count > 0 && !Words.Contains(r.Tokens[0].Value, StringComparer.Ordinal))
                r.AddError($"'{r.Tokens[0].Value}' is no word of the kill switch: there are {string.Join(", ", Words)}.");
        });
        var symbol = OperatorOptions.Symbol("Only this pair");
        var strategy = new Option<string?>("--strategy") { Description = "Only pairs that trade this strategy", HelpName = "NAME" };
        var reason = OperatorOptions.Reason();
        var config = SharedOptions.Config();
        var server = DatabaseOption.Create();
        var database = OperatorOptions.Database();
        var json = SharedOptions.Json();
        var command = new Command("kill-switch", "Stop entries at once, also while the bot, its cluster or its database is away; exits and stops are never stopped")
        {
            word, symbol, strategy, reason, config, server, database, json,
        };
        command.Validators.Add(r =>
        {
            if (r.GetResult(symbol) is not null && r.GetResult(strategy) is not null)
                r.AddError("Give --symbol or --strategy, not both.");
            if (r.GetValue(word) is { } set && set != "show" && Words.Contains(set, StringComparer.Ordinal) && string.IsNullOrWhiteSpace(r.GetValue(reason)))
                r.AddError("Say why: --reason TEXT. It is shown to everybody who meets the kill switch, and kept in the audit.");
            if (r.GetValue(strategy) is { } name && !SwitchEntry.IsScope(SwitchEntry.ScopeOf(null, name)))
                r.AddError($"'{name}' is no name of a strategy.");
        });
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var loaded = ConfigurationLoader.Load(parsed.GetValue(config));
            var file = loaded.Bot.Controls.KillSwitchFile ?? Path.Combine(BotFolders.Data, FileName);
            await using var rows = await OperatorDatabase.ReachAsync(
                DatabaseOption.Apply(parsed.GetValue(server), loaded.Database, error), parsed.GetValue(database), cancel);
            var result = parsed.GetValue(word) == "show"
                ? await ShowAsync(file, rows, cancel)
                : await SetAsync(
                    file, rows,
                    new SwitchEntry(SwitchEntry.ScopeOf(parsed.GetValue(symbol), parsed.GetValue(strategy)), Mode(parsed.GetValue(word)!), parsed.GetValue(reason)!.Trim(), OperatorOptions.Actor),
                    cancel);
            await WriteAsync(result, parsed.GetValue(json), parsed.InvocationConfiguration.Output, error);
            return result.Reached.Count > 0 ? CommandRunner.Ok : CommandRunner.Failed;
        }));
        return command;
    }

    private static TradingMode Mode(string word) => SwitchBoard.TryMode(word, out var mode) ? mode : throw new FormatException($"'{word}' is no word of the kill switch.");

    private static async Task<SwitchReport> ShowAsync(string file, OperatorDatabase rows, CancellationToken cancel)
    {
        var report = new SwitchReport();
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var name = Path.GetFileName(file);
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, name + "*").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            if (!path.EndsWith(".tmp", StringComparison.Ordinal))
                report.Add(Path.GetFileName(path) == name ? "file" : Path.GetFileName(path), KillSwitchFile.ReadOne(path));
        }
        report.Reached.Add("file");
        await rows.TryAsync(report, async source =>
        {
            await using var command = source.CreateCommand("SELECT account, scope, mode::text, reason, changed_by FROM risk_state WHERE mode <> 'active' ORDER BY 1, 2");
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                SwitchBoard.TryMode(reader.GetString(2), out var mode);
                report.Add(reader.GetString(0) == KillSwitchRows.Operator ? "row" : $"row of {reader.GetString(0)}", new SwitchBoard([new SwitchEntry(reader.GetString(1), mode, reader.GetString(3), reader.GetString(4))]));
            }
        });
        return report;
    }

    private static async Task<SwitchReport> SetAsync(string file, OperatorDatabase rows, SwitchEntry entry, CancellationToken cancel)
    {
        var report = new SwitchReport();
        var before = KillSwitchFile.ReadOne(file);
        var lifts = entry.Mode < (before.Entries.Where(e => e.Scope == entry.Scope).Select(e => (TradingMode?)e.Mode).Max() ?? TradingMode.Active)
            || entry.Mode == TradingMode.Active;

        // What makes it stricter goes into the file first, at once. What lifts it needs the audit, and the audit is in the database.
        if (!lifts)
            TryFile(report, file, before.Set(entry));
        await rows.TryAsync(report, source => SetRowsAsync(source, entry, cancel));
        if (lifts && report.Reached.Contains("row"))
            TryFile(report, file, before.Set(entry));
        else if (lifts)
            report.Faults.Add("nothing was lifted: lifting is audited, and the audit is in the database. While it is away the bot opens nothing anyway");
        report.Add("file", KillSwitchFile.ReadOne(file));
        return report;
    }

    private static void TryFile(SwitchReport report, string file, SwitchBoard board)
    {
        try
        {
            KillSwitchFile.Write(file, board);
            report.Reached.Add("file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report.Faults.Add($"the file {file} cannot be written: {e.Message}");
        }
    }

    private static async Task SetRowsAsync(NpgsqlDataSource source, SwitchEntry entry, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        string? before;
        await using (var known = new NpgsqlCommand("SELECT to_jsonb(r)::text FROM risk_state AS r WHERE account = '*' AND scope = $1", connection))
        {
            known.Parameters.Add(new() { Value = entry.Scope });
            before = await known.ExecuteScalarAsync(cancel) as string;
        }
        await KillSwitchRows.SetAsync(connection, KillSwitchRows.Operator, entry, cancel);
        var word = SwitchBoard.WordOf(entry.Mode);
        await OperatorCommands.GiveAsync(
            connection, new OperatorCommand(Guid.NewGuid().ToString("N"), OperatorCommands.KillSwitch, word, entry.Scope, entry.By, entry.Reason),
            OperatorOptions.Session, before, JsonSerializer.Serialize(new { scope = entry.Scope, mode = word }), cancel);
        await transaction.CommitAsync(cancel);
    }

    private static async Task WriteAsync(SwitchReport report, bool json, TextWriter output, TextWriter error)
    {
        foreach (var fault in report.Faults)
            await error.WriteLineAsync(fault);
        if (json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(new
            {
                reached = report.Reached,
                words = report.Words.Select(w => new { where = w.Where, scope = w.Entry.Scope, mode = SwitchBoard.WordOf(w.Entry.Mode), reason = w.Entry.Reason, by = w.Entry.By }),
                faults = report.Faults,
            }));
            return;
        }
        if (report.Reached.Count > 0)
            await output.WriteLineAsync($"reached: {string.Join(", ", report.Reached)}");
        if (report.Words.Count == 0)
            await output.WriteLineAsync("nothing is stopped");
        foreach (var (where, entry) in report.Words)
            await output.WriteLineAsync($"{SwitchBoard.WordOf(entry.Mode),-11}  {entry.Scope,-12}  {where}: {entry.Reason} ({entry.By})");
    }
}
