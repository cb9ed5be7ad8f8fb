using System.CommandLine;
using Akka.Actor;
using Bot.Actors.Portfolio;
using Bot.Exchange;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Secrets;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Logging;
using Bot.Host.Node;
using Bot.Host.Terminal;
using Bot.Trading.Pairs;
using Dapper;
using Npgsql;

namespace Bot.Host.Commands;

/// <summary><c>bot live</c>: real money. Checks the key before anything else and refuses one that could do more than trade.</summary>
internal static class LiveCommand
{
    private static readonly TimeSpan KeyCheckInterval = TimeSpan.FromHours(1);

    public static Command Create()
    {
        var config = SharedOptions.Config();
        var keys = new Option<string?>("--keys") { Description = "Folder with the files key, secret and passphrase; without it they are asked for", HelpName = "FOLDER" };
        var interval = new Option<string?>("--interval") { Description = "Length of the candles", HelpName = "INTERVAL" };
        var pairs = SharedOptions.Pairs("Pairs that are traded whatever the filters say: BTC-USDT,ETH-USDT");
        var allowMaster = new Option<bool>("--allow-master-account") { Description = "Accept a key of the master account; written to the audit" };
        var checkOnly = new Option<bool>("--check-only") { Description = "Check the key and end" };
        var json = SharedOptions.Json();
        var command = new Command("live", "Trade real money on KuCoin. The key must have General and Spot, nothing else, and be bound to an IP address")
        {
            config, keys, interval, pairs, allowMaster, checkOnly, json,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var (count, symbols) = SharedOptions.ParsePairs(parsed.GetValue(pairs));
            if (count is not null)
                throw new CommandException("--pairs takes symbols here: BTC-USDT,ETH-USDT. Their number is selection.maxPairs.");
            var length = parsed.GetValue(interval) is { } name ? Bot.Trading.Market.CandleInterval.Parse(name) : null;
            var configuration = ConfigurationLoader.Load(parsed.GetValue(config), null, c => c with
            {
                Exchange = c.Exchange with { KeysFolder = parsed.GetValue(keys) ?? c.Exchange.KeysFolder },
                Trading = c.Trading with { Interval = length ?? c.Trading.Interval, Pairs = symbols ?? c.Trading.Pairs },
            });
            var error = parsed.InvocationConfiguration.Error;
            using var credentials = configuration.Bot.Exchange.KeysFolder is { } folder
                ? KucoinCredentials.FromFolder(folder, configuration.Bot.Exchange.KeyVersion)
                : Ask(error, configuration.Bot.Exchange.KeyVersion);
            using var logs = BotLogging.Open(configuration.Bot.Log, BotFolders.Data, "live", toTerminal: false);
            await KeyCheck.RequireSafeAsync(configuration.Bot.Exchange, credentials, parsed.GetValue(allowMaster), cancel);
            await error.WriteLineAsync("The key may trade and nothing else.");
            if (parsed.GetValue(checkOnly))
                return CommandRunner.Ok;

            await using var database = await BotDatabase.OpenAsync(configuration.Database, BotFolders.Data, logs.Factory, cancellation: cancel);
            if (parsed.GetValue(allowMaster))
                await AuditOverrideAsync(database.App, cancel);
            var screen = new RunScreen(error);
            screen.Say($"database: ./bot db psql   log: {BotFolders.Shown(logs.Folder)}");
            return await TradingRun.RunAsync(
                configuration, database, credentials, null,
                new RunOptions($"bot live: {configuration.Bot.Exchange.BaseAddress.Host}, real money", false, parsed.GetValue(json)),
                screen, logs, parsed.InvocationConfiguration.Output, error, cancel,
                (node, ended) => WatchKeyAsync(node, parsed.GetValue(allowMaster), ended));
        }));
        return command;
    }

    /// <summary>A key may be changed while the bot runs: it is looked at every hour, and a key that could do more stops all entries.</summary>
    private static async Task WatchKeyAsync(BotNode node, bool allowMaster, CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(KeyCheckInterval, cancel);
            var answer = await node.Exchange.GetApiKeyAsync(cancel);
            if (answer.Failure is { Kind: not FailureKind.Unauthorised })
                continue; // not an answer about the key
            var faults = answer.Failure is { } refused ? [refused.ToString()] : ApiKeyRules.Faults(answer.Required, allowMaster);
            if (faults.Count == 0)
                continue;
            var portfolio = await node.Actors.GetAsync<PortfolioActor>(cancel);
            portfolio.Tell(new SetTradingMode(TradingMode.Halted, "key check", $"KEY_UNSAFE {string.Join("; ", faults)}"));
        }
    }

    private static KucoinCredentials Ask(TextWriter error, int version)
    {
        if (Console.IsInputRedirected)
            throw new CommandException("There is nobody to ask for the keys: name a folder with the files key, secret and passphrase (--keys FOLDER).");
        return new KucoinCredentials(Read("API key: "), Read("API secret: "), Read("API passphrase: "), version);

        Secret Read(string prompt)
        {
            error.Write(prompt);
            var typed = new List<char>();
            while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
            {
                if (key.Key != ConsoleKey.Backspace)
                    typed.Add(key.KeyChar);
                else if (typed.Count > 0)
                    typed.RemoveAt(typed.Count - 1);
            }
            error.WriteLine();
            return typed.Count > 0 ? Secret.FromText(new string([.. typed])) : throw new CommandException("Nothing was typed.");
        }
    }

    private static async Task AuditOverrideAsync(NpgsqlDataSource database, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO audit (actor, command_id, command, reason) VALUES (@actor, @id, 'live --allow-master-account', 'given on the command line')",
            new { actor = Environment.UserName, id = Guid.NewGuid().ToString() },
            cancellationToken: cancel));
    }
}
