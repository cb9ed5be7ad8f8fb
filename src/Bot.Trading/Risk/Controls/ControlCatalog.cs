using System.Globalization;

namespace Bot.Trading.Risk.Controls;

/// <summary>A control with what a person reviews of it (C28).</summary>
/// <param name="Control">The control.</param>
/// <param name="Title">What it limits.</param>
/// <param name="Parameters">Its settings by their names in the configuration.</param>
/// <param name="Then">What happens when it trips.</param>
public sealed record ControlEntry(Control Control, string Title, IReadOnlyList<string> Parameters, string Then)
{
    /// <summary>Its number: C1 to C28.</summary>
    public string Number => ControlCatalog.NumberOf(Control);
}

/// <summary>Every control with its parameters; the weekly review and the tests go through it, so that none is forgotten.</summary>
public static class ControlCatalog
{
    private const string Mark = "control=C";

    /// <summary>C1 to C28.</summary>
    public static IReadOnlyList<ControlEntry> All { get; } =
    [
        Of(Control.KillSwitch, "kill switch", "no entries; halted: resting entries are cancelled, protection stays", "killSwitchFile"),
        Of(Control.OrderNotional, "value of an order", "refused", "maxOrderEquity", "maxOrderQuote"),
        Of(Control.OrderQuantity, "size against the book", "refused", "maxBookShare", "bookDistance"),
        Of(Control.PriceCollar, "distance from the market", "refused", "collarMid", "collarMean", "collarBandShare"),
        Of(Control.Position, "positions", "smaller, or refused", "risk.maxPosition", "risk.maxExposure"),
        Of(Control.OpenEntries, "entries at a time", "refused", "maxEntriesPerPair", "maxEntries", "risk.maxOpenPositions"),
        Of(Control.Loss, "daily loss and drawdown", "account reduce-only until resumed", "maxDailyLoss", "risk.maxDrawdown"),
        Of(Control.ConsecutiveLosses, "losses in a row", "pair pauses", "lossesInARow", "lossWindowHours", "lossPauseHours"),
        Of(Control.Duplicate, "duplicates", "refused", "duplicateMs", "duplicateTolerance"),
        Of(Control.Throttle, "order rate", "waits, then refused", "entriesPerSecond", "entriesPerMinute", "throttleQueueMs"),
        Of(Control.RepeatedExecution, "repeated execution", "pair paused until resumed", "roundTrips", "roundTripWindowMs", "fillExcess"),
        Of(Control.StaleData, "stale data", "refused", "maxStreamSilenceMs", "maxBookAgeMs", "maxCandleIntervals", "maxClockErrorMs", "pair.stalePriceMs"),
        Of(Control.FeedSanity, "prices that cannot be", "pair pauses", "maxJump", "jumpWindowMs", "maxSpread", "feedPauseMs"),
        Of(Control.SymbolState, "state of pair and exchange", "refused", "allowSpecialTreatment"),
        Of(Control.Increment, "increments and minima", "rounded down, or refused", "maxRulesAgeMs", "trading.rulesRefreshSeconds"),
        Of(Control.Funds, "funds", "refused", "risk.fundsMargin"),
        Of(Control.SelfMatch, "own orders on both sides", "refused; the exchange cancels the newer (entries) or the older (exits)"),
        Of(Control.ExitPlan, "entry without exit", "refused", "maxEntryRisk"),
        Of(Control.ProtectionWatchdog, "unprotected position", "warning, page, market exit", "protection.emergencyExitMs"),
        Of(Control.ReconciliationBreak, "books do not agree", "pair or account reduce-only until resumed", "breakTolerance"),
        Of(Control.RejectStorm, "refusals and doubts", "node pauses", "maxRejects", "rejectWindowMs", "maxDoubts", "doubtWindowMs", "stormPauseMs"),
        Of(Control.Slippage, "slippage", "pair paused until resumed", "maxSlippage", "slippageCount"),
        Of(Control.LimitChange, "change of limits", "account reduce-only until resumed", "limitChangesPerDay"),
        Of(Control.Canary, "new configuration", "smaller; any break stops entries", "canarySize", "canaryHours"),
        Of(Control.DeadManSwitch, "dead man's switch", "refused", "allowDeadManSwitch"),
        Of(Control.Exclusivity, "somebody else on the account", "pair or account halted until resumed", "haltOnForeign"),
        Of(Control.ExchangeIncident, "failing exchange", "node pauses", "maxErrorRate", "errorWindowMs", "errorMinimum", "maxStreamDownMs"),
        Of(Control.Review, "review", "./bot risk trips", "tripDays"),
    ];

    /// <summary>The number of a control: C1 to C28.</summary>
    public static string NumberOf(Control control) => string.Create(CultureInfo.InvariantCulture, $"C{(int)control}");

    /// <summary>The control that a reason names; null when it names none.</summary>
    public static Control? In(string? reason)
    {
        var at = reason?.IndexOf(Mark, StringComparison.Ordinal) ?? -1;
        if (at < 0)
            return null;
        var number = 0;
        for (var i = at + Mark.Length; i < reason!.Length && char.IsAsciiDigit(reason[i]) && number < 100; i++)
            number = (10 * number) + (reason[i] - '0');
        return Enum.IsDefined((Control)number) ? (Control)number : null;
    }

    private static ControlEntry Of(Control control, string title, string then, params string[] parameters) =>
        new(control, title, [.. parameters.Select(p => p.Contains('.', StringComparison.Ordinal) ? p : $"controls.{p}")], then);
}
