using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Bot.Actors.Reconciler;

/// <summary>What the account's reconciliation measures: instruments of the meter <c>Bot.Reconciler</c>.</summary>
public static class ReconcilerMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Bot.Reconciler";

    private static readonly Meter Meter = new(MeterName);
    private static readonly ConcurrentDictionary<string, decimal> Amounts = new(StringComparer.Ordinal);
    private static long _findings;

    static ReconcilerMetrics()
    {
        Meter.CreateObservableGauge(
            "bot.account.unexplained",
            () => Amounts.Select(a => new Measurement<double>((double)a.Value, new KeyValuePair<string, object?>("currency", a.Key))),
            description: "Balance beyond what the books explain, in the currency; 0 when they agree.");
        Meter.CreateObservableGauge("bot.account.findings", () => Interlocked.Read(ref _findings), description: "What at the account does not fit the journals, and stands.");
    }

    /// <summary>Tells how the last sweep stands.</summary>
    public static void Tell(IReadOnlyDictionary<string, decimal> unexplained, int findings)
    {
        foreach (var (currency, amount) in unexplained)
            Amounts[currency] = amount;
        Interlocked.Exchange(ref _findings, findings);
    }
}
