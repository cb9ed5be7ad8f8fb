using Bot.Actors.Controls;
using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Exchange.Kucoin;
using Bot.Trading.Risk.Controls;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bot.Host.Node;

/// <summary>What runs beside a node for its risk controls: the kill switch is watched, trips are written, the exchange's state is asked for.</summary>
internal static class ControlTasks
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(30);

    /// <summary>Starts them; the task completes after they have ended in order.</summary>
    public static Task Start(BotNode node, ControlSettings settings, bool isReplay, ILoggerFactory logs, CancellationToken cancel)
    {
        var log = logs.CreateLogger("Bot.Controls");
        var services = node.Services;
        return Task.WhenAll(
            new KillSwitchWatch(services.Controls, services.Controls.File!, services.Database, services.Settings.Account, log).RunAsync(cancel),
            FlushAsync(services, settings.TripDays, log, cancel),
            isReplay ? Task.CompletedTask : AskAsync(node, log, cancel));
    }

    private static async Task FlushAsync(NodeServices services, int keepDays, ILogger log, CancellationToken cancel)
    {
        var trips = services.Controls.Trips;
        Control? known = null;
        while (true)
        {
            // A breaker of the node opens by itself: somebody has to hear of it (C21, C27).
            var node = services.Controls.Conditions(services.ExchangeNowMs());
            if (node.Breaker != known && node.BreakerReason is { } reason)
            {
                trips.Add(reason, null);
                log.LogError("ALERT this node opens nothing: {Reason}", reason);
            }
            known = node.Breaker;
            await Task.Delay(FlushEvery, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                using var patience = new CancellationTokenSource(FlushEvery);
                await trips.FlushAsync(services.Database, keepDays, patience.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException or InvalidOperationException or TimeoutException)
            {
                log.LogWarning("trips of controls are not written: {Reason}; they are kept until they are", e.Message);
            }

            // Once more after the end, for what came last.
            if (cancel.IsCancellationRequested)
                return;
        }
    }

    private static async Task AskAsync(BotNode node, ILogger log, CancellationToken cancel)
    {
        await TurnOffDeadManSwitchAsync(node.Exchange, log, cancel).ConfigureAwait(false);
        while (!cancel.IsCancellationRequested)
        {
            var status = await node.Exchange.GetServiceStatusAsync(cancel).ConfigureAwait(false);
            if (status.IsSuccess)
            {
                var isOpen = status.Required.State == ServiceState.Open;
                node.Services.Controls.SetExchangeOpen(isOpen);
                if (!isOpen)
                    log.LogWarning("the exchange takes no orders: {State} {Message}", status.Required.State, status.Required.Message);
            }
            await Task.Delay(AskEvery, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>C25: left on by somebody, it would cancel what protects a position as soon as this node is quiet.</summary>
    private static async Task TurnOffDeadManSwitchAsync(KucoinExchange exchange, ILogger log, CancellationToken cancel)
    {
        var known = await exchange.GetDeadManSwitchAsync(cancel).ConfigureAwait(false);
        if (known is not { Failure: null, Value: { TriggerTimeMs: not null } set })
            return;
        var off = await exchange.SetDeadManSwitchAsync(null, set.Symbols, cancel).ConfigureAwait(false);
        if (off.Failure is { } failure)
            log.LogError("ALERT the exchange's dead man's switch is on and cannot be switched off: {Failure}", failure.ToString());
        else
            log.LogWarning("the exchange's dead man's switch was on; it is off now (C25)");
    }
}
