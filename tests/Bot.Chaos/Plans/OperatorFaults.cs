using System.Runtime.Versioning;
using Bot.Trading.Orders;

namespace Bot.Chaos.Plans;

/// <summary>Faults of operators: a backup that is older than the exchange (F11), two deployments with one key (F26).</summary>
[SupportedOSPlatform("linux")]
internal static class OperatorFaults
{
    private static readonly TimeSpan ToOpenNothing = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The database is put back to a copy of some orders ago, as after a fail-over to a replica that lagged. The exchange remembers more than
    /// the journal, so nothing may be opened: who knows what is held. The journal has lost rows by the plan's own doing, so the plan judges itself.
    /// </summary>
    public static async Task GoBackAsync(ChaosRun run)
    {
        var deployment = run.Deployment;
        await Task.WhenAll(deployment.Nodes.Select(n => n.KillAsync(staysDown: true)));
        await deployment.Postgres.KeepCopyAsync();
        await Task.WhenAll(deployment.Nodes.Select(n => n.StartAsync()));
        await deployment.WhenTradedAsync(6, ChaosRun.Recovery, run.Cancel);
        await Task.WhenAll(deployment.Nodes.Select(n => n.KillAsync(staysDown: true)));
        await deployment.Postgres.GoBackAsync();
        run.Log.Fault("stale replica");

        var before = (await deployment.Venue.ReceivedAsync()).Keys.ToHashSet(StringComparer.Ordinal);
        await Task.WhenAll(deployment.Nodes.Select(n => n.StartAsync()));
        await run.PauseAsync(ToOpenNothing);
        var opened = (await deployment.Venue.ReceivedAsync()).Keys.Where(id => !before.Contains(id) && IsEntry(id)).ToList();
        if (opened.Count > 0)
            run.Violate($"F11 opened on a journal that is older than the exchange: {string.Join(", ", opened)}");
        run.EpisodeDone("stale replica");
    }

    /// <summary>A second deployment is started with the same key on a database of its own: it must not trade.</summary>
    public static async Task StartTwiceAsync(ChaosRun run)
    {
        var deployment = run.Deployment;
        var second = await deployment.AddStrangerAsync($"second_{run.Done}");
        run.Log.Fault("second deployment with one key");
        await second.StartAsync();
        await run.PauseAsync(ToOpenNothing);
        var orders = await deployment.Postgres.CountAsync(
            "SELECT count(*) FROM journal WHERE persistence_id LIKE 'order-%' AND sequence_number = 1", $"second_{run.Done}", run.Cancel);
        await second.DisposeAsync();
        if (orders > 0)
            run.Violate($"F26 the second deployment has placed {orders} orders");
        await run.RecoveredAsync("second deployment");
    }

    private static bool IsEntry(string id) => ClientOrderId.TryParse(id, out var parsed) && parsed.Leg == IntentLeg.Entry;
}
