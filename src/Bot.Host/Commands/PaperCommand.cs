using System.CommandLine;
using Bot.Exchange.Books;
using Bot.Exchange.Kucoin;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Market;
using Bot.Host.Configuration;
using Bot.Host.Database;
using Bot.Host.Logging;
using Bot.Host.Node;
using Bot.Host.Terminal;
using Bot.Trading.Risk.Controls;

namespace Bot.Host.Commands;

/// <summary><c>bot paper</c>: the real exchange's live prices and books, toy money that is kept from run to run.</summary>
internal static class PaperCommand
{
    /// <summary>Name of the paper run's database; kept like the paper account, and with it.</summary>
    public const string DatabaseName = "paper";

    public static Command Create()
    {
        var config = SharedOptions.Config();
        var interval = SharedOptions.Interval();
        var pairs = SharedOptions.Pairs("How many pairs (those with the most volume), or which: BTC-USDT,ETH-USDT (10 unless given)");
        var cash = new Option<decimal>("--cash") { Description = "USDT of a new account", HelpName = "AMOUNT", DefaultValueFactory = _ => 10_000m };
        var fees = new Option<FeeRates?>("--fees")
        {
            Description = "What trading costs, as fractions of the traded value (unless given: of the key's account, or the exchange's lowest level)",
            HelpName = "MAKER,TAKER",
            CustomParser = r => SharedOptions.Parse<FeeRates?>(r, text => PaperAccount.ParseFees(text)),
        };
        var latency = new Option<(int MinMs, int MaxMs)>("--latency")
        {
            Description = "Milliseconds from an order's acceptance to its matching: network and exchange together (20-60 unless given)",
            HelpName = "MS|MIN-MAX",
            DefaultValueFactory = _ => (20, 60),
            CustomParser = r => SharedOptions.Parse(r, PaperAccount.ParseLatency),
        };
        var keys = new Option<string?>("--keys")
        {
            Description = "Folder with a key that may read: for the fees of its account and the whole order book. It never trades",
            HelpName = "FOLDER",
        };
        var fresh = new Option<bool>("--fresh") { Description = "Forget the paper account and its database, and begin both anew" };
        var seed = SharedOptions.Seed();
        var json = SharedOptions.Json();
        var command = new Command("paper", "Trade toy money on KuCoin's live prices and books, through the simulator's matching engine; needs no API key")
        {
            config, interval, pairs, cash, fees, latency, keys, fresh, seed, json,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var (count, symbols) = SharedOptions.ParsePairs(parsed.GetValue(pairs));
            var error = parsed.InvocationConfiguration.Error;
            var length = parsed.GetValue(interval)!;
            
            // Toy money: a new configuration shows at once what it does (C24).
            var configuration = ConfigurationLoader.Load(parsed.GetValue(config), new BotConfiguration { Controls = new ControlSettings { CanaryHours = 0 } }, c => c with
            {
                Trading = c.Trading.On(length) with { Pairs = symbols ?? c.Trading.Pairs },
            });
            var isFresh = parsed.GetValue(fresh);
            if (isFresh && !configuration.Database.IsPrivate)
                throw new CommandException($"--fresh does not empty a database of yours: give it an empty one, and remove {BotFolders.Shown(PaperAccount.File)}.");
            using var logs = BotLogging.Open(configuration.Bot.Log, BotFolders.Data, "paper", toTerminal: false);
            var exchange = configuration.Bot.Exchange;
            using var key = parsed.GetValue(keys) is { } folder ? KucoinCredentials.FromFolder(folder, exchange.KeyVersion) : null;
            if (key is not null)
                await KeyCheck.RequireReadableAsync(exchange, key, cancel);
            var screen = new RunScreen(error);
            screen.Say($"reading the market of {exchange.BaseAddress.Host} ...");
            using var live = new KucoinExchange(
                new KucoinOptions { BaseAddress = exchange.BaseAddress, AllowedHosts = exchange.BaseAddress.IsLoopback ? null : new KucoinOptions().AllowedHosts },
                key,
                new KucoinRuntime { Logs = logs.Factory });

            // An exchange that does not answer must not cost the old account.
            _ = (await live.GetServerTimeAsync(cancel)).Required;
            if (key is not null)
                await live.SynchroniseClockAsync(cancel);
            await using var database = isFresh
                ? await BotDatabase.OpenAsync(configuration.Database, BotFolders.Data, logs.Factory, DatabaseName, cancel)
                : await BotDatabase.OpenKeptAsync(configuration.Database, BotFolders.Data, DatabaseName, logs.Factory, cancel);
            using var journal = AccountJournal.Open(PaperAccount.File, TimeProvider.System, isFresh);
            await PaperAccount.BindAsync(journal, database.App, cancel);
            if (!journal.IsUnused && parsed.GetResult(cash) is { Implicit: false })
                throw new CommandException("--cash is for a new account, and there is one already: leave it out, or begin anew with --fresh.");

            var market = await LiveMarket.OpenAsync(
                new LiveMarketOptions
                {
                    Symbols = symbols,
                    Count = count ?? 10,
                    QuoteCurrency = configuration.Bot.Selection.QuoteCurrency,
                    Kept = journal.Pairs,
                    Interval = length,
                    Depth = key is null ? BookDepth.Best100 : BookDepth.Full,
                },
                live, live, live, TimeProvider.System, cancel);
            var (rates, source) = await PaperAccount.FeesAsync(parsed.GetValue(fees), key is null ? null : live, market, cancel);
            var (minDelay, maxDelay) = parsed.GetValue(latency);
            await using var simulator = await SimulatorServer.StartAsync(
                new SimulatorOptions
                {
                    Accounts = [SimulatorAccount.Parse(DemoAccount.Argument(parsed.GetValue(cash))) with { PairFees = rates }],
                    Source = market,
                    Journal = journal,
                    Seed = parsed.GetValue(seed),
                    MinDelayMs = minDelay,
                    MaxDelayMs = maxDelay,
                },
                logs.Factory,
                cancel);
            using var credentials = DemoAccount.Credentials();
            screen.Say($"{(journal.IsUnused ? "new paper account" : "going on with the paper account")} in {BotFolders.Shown(PaperAccount.File)}   fees: {PaperAccount.Words(rates.Values)} ({source})");
            screen.Say($"paper exchange {simulator.Address}   database: ./bot db psql -d {DatabaseName}   log: {BotFolders.Shown(logs.Folder)}");
            var local = configuration with { Bot = configuration.Bot with { Exchange = exchange with { BaseAddress = simulator.Address } } };
            return await WhileSoundAsync(simulator, sound => TradingRun.RunAsync(
                local, database, credentials, null, new RunOptions($"bot paper: live prices of {exchange.BaseAddress.Host}, {length}", false, parsed.GetValue(json)),
                screen, logs, parsed.InvocationConfiguration.Output, error, sound), cancel);
        }));
        return command;
    }

    /// <summary>Ends the run when the account cannot be kept any more: the exchange stands then, and the bot would wait for it for ever.</summary>
    private static async Task<int> WhileSoundAsync(SimulatorServer simulator, Func<CancellationToken, Task<int>> run, CancellationToken cancel)
    {
        using var sound = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = run(sound.Token);
        if (await Task.WhenAny(running, simulator.Completed) != running)
            await sound.CancelAsync();
        var code = CommandRunner.Failed;
        try
        {
            code = await running;
        }
        catch (Exception) when (simulator.Completed.IsFaulted)
        {
            // What stopped the exchange is what the person has to know.
        }
        return simulator.Completed.Exception?.InnerException is { } fault ? throw new CommandException(fault.Message, fault) : code;
    }
}
