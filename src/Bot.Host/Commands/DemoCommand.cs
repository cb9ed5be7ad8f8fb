using System.CommandLine;
using System.Globalization;
using Bot.Exchange.Kucoin;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Logging;
using Bot.Host.Node;
using Bot.Host.Terminal;
using Bot.Trading.Market;
using Bot.Trading.Selection;
using Symbol = Bot.Trading.Market.Symbol;

namespace Bot.Host.Commands;

/// <summary><c>bot demo</c>: everything on one machine, with toy money and recorded or synthetic prices.</summary>
internal static class DemoCommand
{
    /// <summary>Name of the demo's database; it is made anew at each start, because the simulator's account is.</summary>
    public const string DatabaseName = "demo";

    public static Command Create()
    {
        var config = SharedOptions.Config();
        var data = SharedOptions.Data();
        var interval = SharedOptions.Interval();
        var pairs = SharedOptions.Pairs("How many pairs, or which: BTC-USDT,ETH-USDT (recorded: the first N by name; synthetic: 6)");
        var from = SharedOptions.From();
        var to = SharedOptions.To();
        var seed = SharedOptions.Seed();
        var speed = SharedOptions.Speed("600", new Speed(600));
        var cash = new Option<decimal>("--cash") { Description = "USDT at the start", HelpName = "AMOUNT", DefaultValueFactory = _ => 10_000m };
        var days = new Option<double>("--days") { Description = "Length of a synthetic market in days", HelpName = "N", DefaultValueFactory = _ => 30 };
        var faults = SharedOptions.Faults("the bot, once it has started up,");
        var exit = new Option<bool>("--exit") { Description = "End when the prices are used up, instead of waiting for Ctrl-C" };
        var json = SharedOptions.Json();
        var command = new Command("demo", "See the bot trade: a private database, a simulated exchange and a node, in one command")
        {
            config, data, interval, pairs, from, to, seed, speed, cash, days, faults, exit, json,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var (count, symbols) = SharedOptions.ParsePairs(parsed.GetValue(pairs));
            var folder = parsed.GetValue(data);
            if (folder is null && symbols is not null)
                throw new CommandException("A synthetic market chooses its own pairs: give --pairs a number, or --data a folder with the pairs.");
            if (parsed.GetValue(cash) is <= 0)
                throw new CommandException("--cash must be above 0.");

            var arguments = new List<string>
            {
                "--port", "0",
                "--lockstep",
                "--account", DemoAccount.Argument(parsed.GetValue(cash)),
                "--interval", parsed.GetValue(interval)!.Name,
                "--seed", parsed.GetValue(seed).ToString(CultureInfo.InvariantCulture),
                "--speed", parsed.GetValue(speed).ToString(),
            };
            if (folder is not null)
                arguments.AddRange(["--data", Path.GetFullPath(folder)]);
            else
                arguments.AddRange(["--days", parsed.GetValue(days).ToString(CultureInfo.InvariantCulture)]);
            if (symbols is not null || count is not null || folder is null)
                arguments.AddRange(["--pairs", symbols is not null ? string.Join(',', symbols) : (count ?? 6).ToString(CultureInfo.InvariantCulture)]);
            if (parsed.GetValue(faults) is { } profile)
                arguments.AddRange(["--faults", profile]);
            AddTime("--from", parsed.GetValue(from));
            AddTime("--to", parsed.GetValue(to));

            var error = parsed.InvocationConfiguration.Error;
            var screen = new RunScreen(error);
            var defaults = Defaults(parsed.GetValue(interval)!);
            using var logs = BotLogging.Open(new LogSection(), BotFolders.Data, "demo", toTerminal: false);
            screen.Say("starting the simulated exchange and the private database ...");
            await using var simulator = await SimulatorProcess.StartAsync(arguments, cancel);
            var listed = folder is null ? [] : await ListAsync(simulator.Address, cancel);
            var configuration = ConfigurationLoader.Load(parsed.GetValue(config), defaults, c => c with
            {
                Exchange = c.Exchange with { BaseAddress = simulator.Address },
                Trading = c.Trading.On(parsed.GetValue(interval)!) with { Pairs = c.Trading.Pairs.Count > 0 ? c.Trading.Pairs : listed },
            });
            await using var database = await BotDatabase.OpenAsync(configuration.Database, BotFolders.Data, logs.Factory, DatabaseName, cancel);
            using var credentials = DemoAccount.Credentials();
            screen.Say($"simulator {simulator.Address}   database: ./bot db psql -d {DatabaseName}   log: {BotFolders.Shown(logs.Folder)}");
            var run = new RunOptions($"bot demo: {(folder is null ? "synthetic prices" : "recorded prices")}, {parsed.GetValue(interval)}", parsed.GetValue(exit), parsed.GetValue(json),
                parsed.GetValue(faults) is null ? null : new SimulatorFaults(simulator.Address, DemoAccount.Key).MetAsync);
            return await TradingRun.RunAsync(
                configuration, database, credentials, DemoAccount.Key, run, screen, logs, parsed.InvocationConfiguration.Output, error, cancel);

            void AddTime(string option, long? ms)
            {
                if (ms is { } time)
                    arguments.AddRange([option, (time / 1_000).ToString(CultureInfo.InvariantCulture)]);
            }
        }));
        return command;
    }

    /// <summary>What differs from the defaults of live trading: a synthetic market is small, and prices of recorded candles come seldom.</summary>
    private static BotConfiguration Defaults(CandleInterval interval)
    {
        var defaults = new BotConfiguration();
        return defaults with
        {
            Trading = defaults.Trading with { CandleRetentionDays = null },
            Selection = new SelectionRules { MinQuoteVolume24h = 10_000m, MinCandles = 60 },
            Pair = defaults.Pair with { StalePriceMs = 2 * interval.Milliseconds },
        };
    }

    private static async Task<IReadOnlyList<Symbol>> ListAsync(Uri simulator, CancellationToken cancel)
    {
        using var exchange = new KucoinExchange(new KucoinOptions { BaseAddress = simulator, AllowedHosts = null, RateBudget = null }, null);
        return [.. (await exchange.GetSymbolsAsync(cancel)).Required.Select(r => r.Symbol).Order()];
    }
}
