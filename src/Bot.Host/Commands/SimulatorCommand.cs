using System.CommandLine;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Market;

namespace Bot.Host.Commands;

/// <summary><c>bot simulator</c>: an exchange that speaks KuCoin's interface, in a process of its own.</summary>
internal static class SimulatorCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Port to listen on; 0 for any free one", HelpName = "PORT", DefaultValueFactory = _ => 8480 };
        var host = new Option<string>("--host") { Description = "Address to listen on", HelpName = "ADDRESS", DefaultValueFactory = _ => "127.0.0.1" };
        var accounts = new Option<string[]>("--account")
        {
            Description = "An account: KEY:SECRET:PASSPHRASE:USDT=100000,BTC=2; may be repeated. The first one is the one in lockstep",
            HelpName = "ACCOUNT",
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [DemoAccount.Argument(10_000m)],
        };
        var data = SharedOptions.Data();
        var interval = SharedOptions.Interval();
        var pairs = SharedOptions.Pairs("How many pairs, or which: BTC-USDT,ETH-USDT (recorded: the first N by name; synthetic: BTC-USDT and ETH-USDT first)");
        var from = SharedOptions.From();
        var to = SharedOptions.To();
        var seed = SharedOptions.Seed();
        var speed = SharedOptions.Speed("1", new Speed(1));
        var days = new Option<double?>("--days") { Description = "Length of a synthetic market in days; without end unless given (one day in lockstep)", HelpName = "N" };
        var lockstep = new Option<bool>("--lockstep") { Description = "Move the market's clock only when the bot has nothing left to do (docs/lockstep.md)" };
        var ticks = new Option<bool>("--ticks")
        {
            Description = "Replay recorded trades and books of --data instead of candles: BTC-USDT/trades-DAY.csv.gz. A pair's own folder with such files needs no --ticks",
        };
        var variants = new Option<string>("--variants")
        {
            Description = $"What the exchange does where that is unsettled, apart by commas: {string.Join(", ", SimulatorVariants.Names)}",
            HelpName = "LIST",
            DefaultValueFactory = _ => "",
        };
        var faults = SharedOptions.Faults("every account");
        var untilStdinEnds = new Option<bool>("--until-stdin-ends") { Description = "Stop when standard input is closed: when the parent process is gone", Hidden = true };
        var command = new Command("simulator", "An exchange that speaks KuCoin's REST and push interface: real matching, recorded or synthetic prices")
        {
            port, host, accounts, data, interval, pairs, from, to, seed, speed, days, lockstep, ticks, variants, faults, untilStdinEnds,
        };
        command.SetAction(parsed => CommandRunner.Run(parsed.InvocationConfiguration.Error, async cancel =>
        {
            var (count, symbols) = SharedOptions.ParsePairs(parsed.GetValue(pairs));
            var folder = parsed.GetValue(data);
            if (folder is null && symbols is not null)
                throw new CommandException("A synthetic market chooses its own pairs: give --pairs a number, or --data a folder with the pairs.");
            var isRecording = folder is not null && (parsed.GetValue(ticks) || RecordedMarketOptions.IsOfPair(folder));
            var isLockstep = parsed.GetValue(lockstep);
            var options = new SimulatorOptions
            {
                Host = parsed.GetValue(host)!,
                Port = parsed.GetValue(port),
                Accounts = [.. parsed.GetValue(accounts)!.Select(SimulatorAccount.Parse)],
                Replay = folder is null || isRecording ? null : new CandleReplayOptions
                {
                    Folder = folder,
                    Interval = parsed.GetValue(interval)!,
                    Symbols = symbols,
                    Count = symbols is null ? count : null,
                    FromMs = parsed.GetValue(from),
                    ToMs = parsed.GetValue(to),
                },
                Recording = folder is null || !isRecording ? null : new RecordedMarketOptions
                {
                    Folder = folder,
                    Symbols = symbols,
                    Count = symbols is null ? count : null,
                },
                Synthetic = new SyntheticMarketOptions
                {
                    Pairs = count ?? 2,
                    Length = parsed.GetValue(days) is { } length ? TimeSpan.FromDays(length) : null,
                },
                Variants = SimulatorVariants.Parse(parsed.GetValue(variants)!),
                Seed = parsed.GetValue(seed),
                Clock = isLockstep ? SimulatorClock.Lockstep : SimulatorClock.Wall,
                Speed = parsed.GetValue(speed).Factor,
                RateLimits = !isLockstep,
                FaultProfile = parsed.GetValue(faults),
            };
            await using var server = await SimulatorServer.StartAsync(options, cancel: cancel);
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync($"listening {server.Address}");
            await output.WriteLineAsync("ready");
            await output.FlushAsync(cancel);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            if (parsed.GetValue(untilStdinEnds))
                _ = WhenStdinEndsAsync(end);
            await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return CommandRunner.Ok;

            // A terminal sends Ctrl-C to the parent as well: it still needs the exchange to end in order, and then closes our input.
        }, interruptIsAnothers: parsed.GetValue(untilStdinEnds)));
        return command;
    }

    private static async Task WhenStdinEndsAsync(CancellationTokenSource end)
    {
        var buffer = new byte[256];
        await using var input = Console.OpenStandardInput();
        while (await input.ReadAsync(buffer) > 0)
        {
            // nothing is expected; only the end counts
        }
        await end.CancelAsync();
    }
}

/// <summary>The account of demonstrations. Its secrets are no secrets: they open a simulator with toy money on this machine.</summary>
internal static class DemoAccount
{
    public const string Key = "demo";

    public const string Secret = "demo-secret";

    public const string Passphrase = "demo-passphrase";

    /// <summary>The account as <c>bot simulator --account</c> takes it.</summary>
    public static string Argument(decimal cash) => FormattableString.Invariant($"{Key}:{Secret}:{Passphrase}:USDT={cash}");

    /// <summary>The account's key as the client takes it.</summary>
    public static KucoinCredentials Credentials() =>
        new(Exchange.Secrets.Secret.FromText(Key), Exchange.Secrets.Secret.FromText(Secret), Exchange.Secrets.Secret.FromText(Passphrase));
}
