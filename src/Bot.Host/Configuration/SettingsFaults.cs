using System.Globalization;
using System.Runtime.CompilerServices;
using Bot.Exchange.Kucoin;
using Bot.Trading.Orders;

namespace Bot.Host.Configuration;

/// <summary>The ranges of every setting, in one place.</summary>
internal static class SettingsFaults
{
    private static readonly string[] Levels = ["Verbose", "Debug", "Information", "Warning", "Error"];

    public static void Add(BotConfiguration c, ICollection<string> faults)
    {
        if (new KucoinOptions().AddressFault(c.Exchange.BaseAddress) is { } address)
            faults.Add($"'exchange.baseAddress' {address}");
        Range(c.Exchange.KeyVersion, 2, 3);
        Range(c.Exchange.OrderWindowMs, 500, 5_000);

        if (c.Trading.Deployment is { } deployment && !ClientOrderId.IsDeployment(deployment))
            faults.Add($"'trading.deployment' is '{deployment}': it has six lower-case letters or digits");
        if (c.Trading.CandleRetentionDays is { } days)
            Range(days, 1, 36_500);
        Range(c.Trading.CandleGraceMs, 100, 60_000);
        Range(c.Trading.SelectionMinutes, 1, 43_200);
        Range(c.Trading.RulesRefreshSeconds, 10, 86_400);
        Range(c.Trading.EquityMinutes, 1, 1_440);

        Range(c.Selection.MaxPairs, 1, 10_000);
        Range(c.Selection.MinQuoteVolume24h, 0, decimal.MaxValue);
        Range(c.Selection.MinVolatility, 0, 100);
        Range(c.Selection.MaxVolatility, c.Selection.MinVolatility, 1_000);
        Range(c.Selection.MaxCorrelation, -1, 1);
        Range(c.Selection.MaxSpread, 0, 1);
        Range(c.Selection.MinCandles, 3, 1_500);
        Range(c.Selection.LowRiskVolatility, 0, 100);
        Range(c.Selection.HighRiskVolatility, c.Selection.LowRiskVolatility, 1_000);
        Range(c.Selection.VolumeWeight, 0, 1_000);
        Range(c.Selection.VolatilityWeight, 0, 1_000);
        Range(c.Selection.DiversificationWeight, 0, 1_000);

        Range(c.Risk.RiskPerTrade, 0.00001m, 0.1m);
        Range(c.Risk.MaxPosition, 0.0001m, 1);
        Range(c.Risk.MaxExposure, c.Risk.MaxPosition, 1);
        Range(c.Risk.MaxOpenPositions, 1, 10_000);
        Range(c.Risk.MaxDrawdown, 0.001m, 1);
        Range(c.Risk.FundsMargin, 0, 0.1m);

        Controls(c);

        Range(c.Pair.EntryCollar, 0, 0.05m);
        Range(c.Pair.EntryDeadlineMs, 100, 600_000);
        Range(c.Pair.ExitDeadlineMs, 1_000, 600_000);
        Range(c.Pair.DoubtPatienceMs, 500, 60_000);
        Range(c.Pair.ExitRetryMs, 100, 60_000);
        Range(c.Pair.TrailingStep, 0.001m, 1);
        Range(c.Pair.StalePriceMs, 500, 86_400_000);

        Range(c.Protection.FloorMargin, 0, 0.1m);
        Range(c.Protection.FollowMs, 1_000, 3_600_000);
        Range(c.Protection.EmergencyExitMs, 10_000, 3_600_000);
        Range(c.Protection.StopFraction, 0, 0.5m);
        Range(c.Protection.StopAtr, 0, 100);
        Range(c.Protection.AtrPeriod, 2, 1_000);
        Range(c.Protection.BreakEvenR, 0, 100);
        Range(c.Protection.MaxHoldMinutes, 0, 5_256_000);
        if (c.Protection.LadderFault() is { } ladder)
            faults.Add($"'protection.ladder' {ladder}");
        Range(c.Pair.AdoptedStopDistance, 0.001m, 0.5m);

        Range(c.Reconciliation.OpenSeconds, 5, 3_600);
        Range(c.Reconciliation.FullSeconds, c.Reconciliation.OpenSeconds, 86_400);
        Range(c.Reconciliation.PingSeconds, 5, 3_600);
        Range(c.Reconciliation.Tolerance, 0, 1_000);

        // The margin is part of the proof of absence: a shorter one than any read of the exchange may be stale would prove nothing.
        Range(c.Orders.ReadLagMarginMs, 5_000, 600_000);
        Range(c.Orders.AbsenceAnswers, 2, 10);
        Range(c.Orders.DoubtBackoffMs, 100, 60_000);
        Range(c.Orders.FirstPollMs, 100, 60_000);
        Range(c.Orders.PollMs, c.Orders.FirstPollMs, 15_000);
        Range(c.Orders.EvidenceHorizonMs, 3_600_000, 40L * 3_600_000);
        Range(c.Orders.WatchMs, 48L * 3_600_000, 168L * 3_600_000);

        Range(c.Node.Port, 0, 65_535);
        if (c.Node.ListenPort is not null && c.Node.Port == 0)
            faults.Add("'node.listenPort' is set and 'node.port' is not: others must know the port that they reach this node by");
        Range(c.Node.ListenPort ?? 0, 0, 65_535);
        Range(c.Log.FileMegabytes, 1, 10_000);
        Range(c.Log.KeepFiles, 1, 1_000);
        if (!Levels.Contains(c.Log.Level, StringComparer.OrdinalIgnoreCase))
            faults.Add($"'log.level' is '{c.Log.Level}'; use {string.Join(", ", Levels)}");

        void Range<T>(T value, T low, T high, [CallerArgumentExpression(nameof(value))] string what = "")
            where T : IComparable<T>, IFormattable => Check(faults, value, low, high, what);

        void Controls(BotConfiguration c)
        {
            Range(c.Controls.MaxOrderEquity, 0.0001m, 1);
            Range(c.Controls.MaxOrderQuote, 1, 1_000_000_000);
            Range(c.Controls.MaxBookShare, 0.001m, 10);
            Range(c.Controls.BookDistance, 0.0001m, 0.1m);
            Range(c.Controls.CollarMid, 0.0001m, 0.2m);
            Range(c.Controls.CollarMean, 0.0001m, 0.5m);
            Range(c.Controls.CollarBandShare, 0.01m, 1);
            Range(c.Controls.MaxEntriesPerPair, 1, 10);
            Range(c.Controls.MaxEntries, 1, 10_000);
            Range(c.Controls.MaxDailyLoss, 0.001m, 1);
            Range(c.Controls.LossesInARow, 2, 50);
            Range(c.Controls.LossWindowHours, 1, 720);
            Range(c.Controls.LossPauseHours, 0, 720);
            Range(c.Controls.DuplicateMs, 0, 3_600_000);
            Range(c.Controls.DuplicateTolerance, 0, 1);
            Range(c.Controls.EntriesPerSecond, 1, 100);
            Range(c.Controls.EntriesPerMinute, c.Controls.EntriesPerSecond, 1_000);
            Range(c.Controls.ThrottleQueueMs, 0, 5_000);
            Range(c.Controls.RoundTrips, 2, 50);
            Range(c.Controls.RoundTripWindowMs, 0, 86_400_000);
            Range(c.Controls.FillExcess, 1, 100);
            Range(c.Controls.MaxStreamSilenceMs, 500, 600_000);
            Range(c.Controls.MaxBookAgeMs, 100, 60_000);
            Range(c.Controls.MaxCandleIntervals, 0.1m, 100);
            Range(c.Controls.MaxClockErrorMs, 10, 5_000);
            Range(c.Controls.MaxJump, 0.001m, 10);
            Range(c.Controls.JumpWindowMs, 100, 3_600_000);
            Range(c.Controls.MaxSpread, 0.0001m, 2);
            Range(c.Controls.FeedPauseMs, 0, 86_400_000);

            // Rules that are read again only after they count as old would close every pair again and again.
            Range(c.Controls.MaxRulesAgeMs, (c.Trading.RulesRefreshSeconds * 1_000L) + 10_000, 864_000_000);
            Range(c.Controls.MaxEntryRisk, 0.0001m, 1);
            Range(c.Controls.BreakTolerance, 0, 1_000_000);
            Range(c.Controls.MaxRejects, 1, 1_000);
            Range(c.Controls.RejectWindowMs, 1_000, 3_600_000);
            Range(c.Controls.MaxDoubts, 1, 1_000);
            Range(c.Controls.DoubtWindowMs, 1_000, 86_400_000);
            Range(c.Controls.StormPauseMs, 0, 86_400_000);
            Range(c.Controls.MaxSlippage, 0.0001m, 1);
            Range(c.Controls.SlippageCount, 1, 50);
            Range(c.Controls.LimitChangesPerDay, 0, 100);
            Range(c.Controls.CanarySize, 0.001m, 1);
            Range(c.Controls.CanaryHours, 0, 720);
            Range(c.Controls.MaxErrorRate, 0.001m, 1);
            Range(c.Controls.ErrorWindowMs, 1_000, 3_600_000);
            Range(c.Controls.ErrorMinimum, 1, 8_000);
            Range(c.Controls.MaxStreamDownMs, 1_000, 3_600_000);
            Range(c.Controls.TripDays, 7, 3_650);
        }
    }

    private static void Check<T>(ICollection<string> faults, T value, T low, T high, string what)
        where T : IComparable<T>, IFormattable
    {
        if (value.CompareTo(low) < 0 || value.CompareTo(high) > 0 || (value is double d && double.IsNaN(d)))
            faults.Add($"'{Path(what)}' is {Text(value)}, allowed is {Text(low)} to {Text(high)}");
    }

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>From <c>c.Risk.MaxPosition</c> to <c>risk.maxPosition</c>.</summary>
    private static string Path(string expression) => expression switch
    {
        "days" => "trading.candleRetentionDays",
        "c.Node.ListenPort ?? 0" => "node.listenPort",
        _ => string.Join('.', expression.Split('.').Skip(1).Select(part => char.ToLowerInvariant(part[0]) + part[1..])),
    };
}
