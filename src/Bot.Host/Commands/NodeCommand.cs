using System.CommandLine;
using Bot.Exchange.Kucoin.Signing;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Database.Commands;
using Bot.Host.Logging;
using Bot.Host.Node;
using Bot.Host.Terminal;
using Bot.Trading.Market;

namespace Bot.Host.Commands;

/// <summary><c>bot node</c>: a node against any exchange that speaks KuCoin's interface; what a cluster runs.</summary>
internal static class NodeCommand
{
    public static Command Create()
    {
        var config = SharedOptions.Config();
        var exchange = SharedOptions.Address("--exchange", "Address of the exchange; https, or http on this machine");
        var keys = new Option<string?>("--keys") { Description = "Folder with the files key, secret and passphrase", HelpName = "FOLDER" };
        var server = DatabaseOption.Create();
        var interval = new Option<string?>("--interval") { Description = "Length of the candles", HelpName = "INTERVAL" };
        var pairs = SharedOptions.Pairs("Pairs that are traded whatever the filters say: BTC-USDT,ETH-USDT");
        var lockstep = new Option<string?>("--lockstep")
        {
            Description = "Follow a simulator's clock in lockstep with this account (docs/lockstep.md)", HelpName = "ACCOUNT",
        };
        var exit = new Option<bool>("--exit") { Description = "In lockstep: end when the prices are used up" };
        var json = SharedOptions.Json();
        var command = new Command("node", "Run a node against an exchange and a database of your own")
        {
            config, exchange, keys, server, interval, pairs, lockstep, exit, json,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var (count, symbols) = SharedOptions.ParsePairs(parsed.GetValue(pairs));
            if (count is not null)
                throw new CommandException("--pairs takes symbols here: BTC-USDT,ETH-USDT. Their number is selection.maxPairs.");
            var length = parsed.GetValue(interval) is { } name ? CandleInterval.Parse(name) : null;
            var configuration = ConfigurationLoader.Load(parsed.GetValue(config), null, c => c with
            {
                Exchange = c.Exchange with
                {
                    BaseAddress = parsed.GetValue(exchange) ?? c.Exchange.BaseAddress,
                    KeysFolder = parsed.GetValue(keys) ?? c.Exchange.KeysFolder,
                },
                Trading = (length is null ? c.Trading : c.Trading.On(length)) with { Pairs = symbols ?? c.Trading.Pairs },
            });
            var folder = configuration.Bot.Exchange.KeysFolder
                ?? throw new CommandException("A node needs API keys: --keys FOLDER (or exchange.keysFolder) with the files key, secret and passphrase.");
            var error = parsed.InvocationConfiguration.Error;
            using var credentials = KucoinCredentials.FromFolder(folder, configuration.Bot.Exchange.KeyVersion);
            using var logs = BotLogging.Open(configuration.Bot.Log, BotFolders.Data, "node", toTerminal: false);

            // A replay's clock may run while we ask, and its money is toy money anyway.
            if (parsed.GetValue(lockstep) is null)
                await KeyCheck.RequireUsableAsync(configuration.Bot.Exchange, credentials, cancel);
            await using var database = await BotDatabase.OpenAsync(
                DatabaseOption.Apply(parsed.GetValue(server), configuration.Database, parsed.InvocationConfiguration.Error), BotFolders.Data, logs.Factory, cancellation: cancel);
            var screen = new RunScreen(error);
            return await TradingRun.RunAsync(
                configuration, database, credentials, parsed.GetValue(lockstep),
                new RunOptions($"bot node: {configuration.Bot.Exchange.BaseAddress.Host}", parsed.GetValue(exit), parsed.GetValue(json)),
                screen, logs, parsed.InvocationConfiguration.Output, error, cancel);
        }));
        return command;
    }
}
