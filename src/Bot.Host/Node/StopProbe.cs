using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Host.Commands;
using Bot.Host.Configuration;
using Bot.Trading.Market;
using Microsoft.Extensions.Logging;

namespace Bot.Host.Node;

/// <summary>
/// Finds out whether the exchange holds stops, by reading: KuCoin marks the endpoints as deprecated, so one day they will answer that they
/// were retired. It asks until it has an answer; meanwhile the pairs watch alone.
/// </summary>
internal sealed class StopProbe(ExchangeStops stops, BotConfiguration bot, ILogger log)
{
    private const string Retired = "401000";

    // In a replay nobody asks later, and an exchange that fails on purpose must not decide the whole run.
    private const int AttemptsInReplay = 10;

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    /// <summary>Asks before anything trades.</summary>
    /// <param name="insists">Whether a question without an answer is asked again at once.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="CommandException">Stops at the exchange are required, and it serves none.</exception>
    public async Task AskAtStartAsync(bool insists, CancellationToken cancel)
    {
        var answer = (bool?)null;
        for (var attempt = 0; answer is null && attempt < (insists ? AttemptsInReplay : 1) && IsWanted; attempt++)
            answer = await AskAsync(cancel).ConfigureAwait(false);
        if (answer == false && bot.Protection.ExchangeStops == ExchangeStopsSetting.On)
        {
            throw new CommandException(
                "The exchange holds no stops any more, and 'protection.exchangeStops' is 'on'. With 'auto' the bot watches its stops alone; "
                + "it opens positions then only with 'protection.allowOutageExposure'.");
        }
        Take(answer);
        stops.Record();
        Tell();
    }

    /// <summary>Goes on asking until there is an answer.</summary>
    public async Task KeepAskingAsync(CancellationToken cancel)
    {
        while (stops.Mode == ExchangeStopsMode.Unknown && !cancel.IsCancellationRequested)
        {
            await Task.Delay(AskAgain, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancel.IsCancellationRequested && Take(await AskAsync(cancel).ConfigureAwait(false)))
                Tell();
        }
    }

    private bool IsWanted => bot.Protection.ExchangeStops != ExchangeStopsSetting.Off;

    private bool Take(bool? isServed) => isServed is { } answer && stops.Settle(answer);

    private async Task<bool?> AskAsync(CancellationToken cancel)
    {
        Symbol symbol = bot.Trading.Pairs.Count > 0 ? bot.Trading.Pairs[0] : bot.Selection.Benchmark;
        var list = await stops.Orders.GetStopOrdersAsync(symbol, RequestLane.Query, cancel).ConfigureAwait(false);
        return list.Failure switch
        {
            null => true,
            { Code: Retired } or { Kind: FailureKind.NotFound } => false,
            _ => null,
        };
    }

    private void Tell()
    {
        switch (stops.Mode)
        {
            case ExchangeStopsMode.Served:
                log.LogInformation("stops are held by the exchange and watched by the pairs");
                break;
            case ExchangeStopsMode.Unknown:
                log.LogWarning("the exchange has not answered whether it holds stops; it is asked again");
                break;
            default:
                log.LogWarning(
                    "stops are watched by the pairs alone ({Mode}): while this bot, its database or its line to the exchange is away, nobody sells; positions are {Opened}",
                    stops.Mode, bot.Protection.AllowOutageExposure ? "opened all the same" : "not opened");
                break;
        }
    }
}
