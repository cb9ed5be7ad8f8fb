using System.CommandLine;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Logging;
using Bot.Host.Node;
using Bot.Host.Terminal;

namespace Bot.Host.Commands;

/// <summary><c>bot paper</c>: the real exchange's live prices, toy money.</summary>
internal static class PaperCommand
{
    /// <summary>Name of the paper run's database; made anew at each start, because the paper account is.</summary>
    public const string DatabaseName = "paper";

    public static Command Create()
    {
        var config = SharedOptions.Config();
        var interval = SharedOptions.Interval();
        var pairs = SharedOptions.Pairs("How many pairs (those with the most volume), or which: BTC-USDT,ETH-USDT (10 unless given)");
        var cash = new Option<decimal>("--cash") { Description = "USDT at the start", HelpName = "AMOUNT", DefaultValueFactory = _ => 10_000m };
        var seed = SharedOptions.Seed();
        var json = SharedOptions.Json();
        var command = new Command("paper", "Trade toy money on KuCoin's live public prices, through the simulator's matching engine; needs no API key")
        {
            config, interval, pairs, cash, seed, json,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var (count, symbols) = SharedOptions.ParsePairs(parsed.GetValue(pairs));
            var error = parsed.InvocationConfiguration.Error;
            var screen = new RunScreen(error);
            var length = parsed.GetValue(interval)!;
            var configuration = ConfigurationLoader.Load(parsed.GetValue(config), null, c => c with
            {
                Trading = c.Trading.On(length) with { Pairs = symbols ?? c.Trading.Pairs },
            });
            using var logs = BotLogging.Open(configuration.Bot.Log, BotFolders.Data, "paper", toTerminal: false);
            var upstream = configuration.Bot.Exchange.BaseAddress;
            screen.Say($"reading the market of {upstream.Host} ...");
            using var live = new KucoinExchange(
                new KucoinOptions { BaseAddress = upstream, AllowedHosts = upstream.IsLoopback ? null : new KucoinOptions().AllowedHosts },
                null,
                new KucoinRuntime { Logs = logs.Factory });
            var market = await LiveMarket.OpenAsync(
                live, live, symbols, count ?? 10, configuration.Bot.Selection.QuoteCurrency, length, TimeProvider.System, cancel);
            await using var simulator = await SimulatorServer.StartAsync(
                new SimulatorOptions
                {
                    Accounts = [SimulatorAccount.Parse(DemoAccount.Argument(parsed.GetValue(cash)))],
                    Source = market,
                    Seed = parsed.GetValue(seed),
                },
                logs.Factory,
                cancel);
            await using var database = await BotDatabase.OpenAsync(configuration.Database, BotFolders.Data, logs.Factory, DatabaseName, cancel);
            using var credentials = DemoAccount.Credentials();
            screen.Say($"paper exchange {simulator.Address}   database: ./bot db psql -d {DatabaseName}   log: {BotFolders.Shown(logs.Folder)}");
            var local = configuration with { Bot = configuration.Bot with { Exchange = configuration.Bot.Exchange with { BaseAddress = simulator.Address } } };
            return await TradingRun.RunAsync(
                local, database, credentials, null, new RunOptions($"bot paper: live prices of {upstream.Host}, {length}", false, parsed.GetValue(json)),
                screen, logs, parsed.InvocationConfiguration.Output, error, cancel);
        }));
        return command;
    }
}
