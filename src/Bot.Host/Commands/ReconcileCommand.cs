using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Host.Checks;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Database.Commands;
using Npgsql;

namespace Bot.Host.Commands;

/// <summary><c>bot reconcile</c>: what the exchange's account and the journals say of each other.</summary>
internal static class ReconcileCommand
{
    public static Command Create()
    {
        var config = SharedOptions.Config();
        var server = DatabaseOption.Create();
        var database = new Option<string?>("--database") { Description = "Name of the database on the private server: demo for the last demo", HelpName = "NAME" };
        var once = new Option<bool>("--once") { Description = "Look at the account now instead of showing the bot's last sweep; reads only, changes nothing" };
        var exchange = SharedOptions.Address("--exchange", "With --once: address of the exchange; https, or http on this machine");
        var keys = new Option<string?>("--keys") { Description = "With --once: folder with the files key, secret and passphrase", HelpName = "FOLDER" };
        var json = SharedOptions.Json();
        var command = new Command("reconcile", "Show whether account and journals agree: the last sweep, what does not fit, money moved by other hands; exit code 1 when something is unexplained")
        {
            config, server, database, once, exchange, keys, json,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var configuration = ConfigurationLoader.Load(parsed.GetValue(config), null, c => c with
            {
                Exchange = c.Exchange with
                {
                    BaseAddress = parsed.GetValue(exchange) ?? c.Exchange.BaseAddress,
                    KeysFolder = parsed.GetValue(keys) ?? c.Exchange.KeysFolder,
                },
            });
            var options = DatabaseOption.Apply(parsed.GetValue(server), configuration.Database, parsed.InvocationConfiguration.Error);
            await using var session = await DatabaseSession.OpenAsync(options, BotFolders.Data, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, cancel);
            var connections = parsed.GetValue(database) is { } name ? session.Connections.WithDatabase(name) : session.Connections;
            await using var source = NpgsqlDataSource.Create(connections.ReadOnly);
            var report = await ReadAsync(source, parsed.GetValue(once) ? configuration.Bot : null, cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                await output.WriteLineAsync(JsonSerializer.Serialize(report, ReconcileJson.Default.ReconcileReport));
            else
                await WriteAsync(output, report);
            return report.Agrees ? CommandRunner.Ok : CommandRunner.Failed;
        }));
        return command;
    }

    private static async Task<ReconcileReport> ReadAsync(NpgsqlDataSource database, BotConfiguration? now, CancellationToken cancel)
    {
        try
        {
            if (now is null)
                return await AccountReport.LastAsync(database, cancel).ConfigureAwait(false);
            var folder = now.Exchange.KeysFolder
                ?? throw new CommandException("To look at the account now takes API keys: --keys FOLDER (or exchange.keysFolder) with the files key, secret and passphrase.");
            using var credentials = KucoinCredentials.FromFolder(folder, now.Exchange.KeyVersion);
            var options = new KucoinOptions { BaseAddress = now.Exchange.BaseAddress };
            if (now.Exchange.BaseAddress.IsLoopback)
                options = options with { AllowedHosts = null };
            using var exchange = new KucoinExchange(options, credentials);
            if (!await exchange.SynchroniseClockAsync(cancel).ConfigureAwait(false))
                throw new CommandException($"The exchange at {now.Exchange.BaseAddress} does not answer.");
            return await AccountReport.NowAsync(exchange, () => exchange.Clock.NowMs, database, now, cancel).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw new CommandException("This database has no reconciliation: apply the migrations (bot db migrate) or name another database.", e);
        }
        catch (NpgsqlException e)
        {
            throw new CommandException($"The database cannot be read: {e.Message}", e);
        }
    }

    private static async Task WriteAsync(TextWriter output, ReconcileReport r)
    {
        await output.WriteLineAsync($"deployment {r.Deployment}, last sweep {Time(r.SweptAt)}, last full one {Time(r.FullAt)}, complete up to {Time(r.Watermark)}");
        foreach (var failure in r.Failures)
            await output.WriteLineAsync($"did not answer: {failure}");
        foreach (var b in r.Balances)
        {
            var words = b.Difference == 0 ? "explained" : string.Create(CultureInfo.InvariantCulture, $"books say {b.Booked}: {b.Difference:+0.##################;-0.##################} not explained");
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{b.Currency,-8} {b.Total,20} {words}"));
        }
        foreach (var m in r.Movements)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"moved by other hands {Time(m.At)} {m.Amount:+0.##################;-0.##################} {m.Currency} ({m.Reason})"));
        foreach (var f in r.Findings)
            await output.WriteLineAsync($"{f.Kind}: {f.What}{(f.Since is { } since ? $" (since {Time(since)})" : "")}");
        await output.WriteLineAsync(r.Agrees ? "account and journals agree" : $"account and journals do not agree: {r.Findings.Count} findings");
    }

    private static string Time(DateTime? at) => at?.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "never";
}

/// <summary>Serialisation of the report, camelCase names.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReconcileReport))]
internal sealed partial class ReconcileJson : JsonSerializerContext;
