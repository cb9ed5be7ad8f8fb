using System.CommandLine;
using System.Text.Json;
using Bot.Actors.Controls;
using Bot.Host.Configuration;
using Bot.Host.Database.Commands;
using Bot.Trading.Risk.Controls;

namespace Bot.Host.Commands;

/// <summary><c>bot resume</c>: entries are allowed again after a breaker, a breach, a pause or an order in quarantine. Not the kill switch's business.</summary>
internal static class ResumeCommand
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var symbol = OperatorOptions.Symbol("Only this pair");
        var all = new Option<bool>("--all") { Description = "The account's breakers and every pair" };
        var reason = OperatorOptions.Reason();
        var id = new Option<string?>("--id") { Description = "A name of your own for this command; giving it twice does it once", HelpName = "ID" };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for a running bot to do it; it is done later otherwise", HelpName = "S", DefaultValueFactory = _ => 10 };
        var config = SharedOptions.Config();
        var server = DatabaseOption.Create();
        var database = OperatorOptions.Database();
        var json = SharedOptions.Json();
        var command = new Command("resume", "Allow entries again after a drawdown, a break of the books, a pause or an order in quarantine; look at the reason first")
        {
            symbol, all, reason, id, wait, config, server, database, json,
        };
        command.Validators.Add(r =>
        {
            if (r.GetResult(symbol) is not null == r.GetValue(all))
                r.AddError("Say what: --symbol PAIR or --all.");
            if (string.IsNullOrWhiteSpace(r.GetValue(reason)))
                r.AddError("Say why: --reason TEXT. It is kept in the audit.");
            if (r.GetResult(wait) is { Implicit: false } && r.GetValue(wait) < 0)
                r.AddError("--wait begins at 0.");
        });
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var loaded = ConfigurationLoader.Load(parsed.GetValue(config));
            await using var rows = await OperatorDatabase.ReachAsync(
                DatabaseOption.Apply(parsed.GetValue(server), loaded.Database, error), parsed.GetValue(database), cancel);
            var given = new OperatorCommand(
                parsed.GetValue(id) ?? Guid.NewGuid().ToString("N"), OperatorCommands.Resume, null,
                SwitchEntry.ScopeOf(parsed.GetValue(symbol), null), OperatorOptions.Actor, parsed.GetValue(reason)!.Trim());
            var report = new SwitchReport();
            var (isNew, outcome) = (false, (string?)null);
            if (!await rows.TryAsync(report, async source =>
                {
                    await using (var connection = await source.OpenConnectionAsync(cancel))
                    {
                        await using var transaction = await connection.BeginTransactionAsync(cancel);
                        isNew = await OperatorCommands.GiveAsync(
                            connection, given, OperatorOptions.Session, null, JsonSerializer.Serialize(new { scope = given.Scope }), cancel);
                        await transaction.CommitAsync(cancel);
                    }
                    var start = TimeProvider.System.GetTimestamp();
                    while ((outcome = await OperatorCommands.OutcomeAsync(source, given.Id, cancel)) is null
                        && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(parsed.GetValue(wait)))
                        await Task.Delay(Between, cancel);
                }))
                throw new CommandException($"Nothing was resumed: {string.Join("; ", report.Faults)}.");
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await output.WriteLineAsync(JsonSerializer.Serialize(new { id = given.Id, scope = given.Scope, isNew, done = outcome is not null, outcome }));
            else
                await output.WriteLineAsync(outcome ?? "no running bot has done it yet: it is done as soon as one is there");
            return CommandRunner.Ok;
        }));
        return command;
    }
}
