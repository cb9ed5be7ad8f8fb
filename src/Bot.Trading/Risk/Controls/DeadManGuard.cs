using Bot.Trading.Market;

namespace Bot.Trading.Risk.Controls;

/// <summary>
/// C25: the exchange's dead man's switch cancels all orders of a pair when it hears nothing for a while, protection included. It is never
/// set where something is held or may be; switching it off is always allowed.
/// </summary>
public static class DeadManGuard
{
    /// <summary>Why the switch must not be set, in <c>CATEGORY control=C25 key=value</c> form; null when it may.</summary>
    /// <param name="turnsOn">False: it is switched off.</param>
    /// <param name="symbols">The pairs; none means all of the account.</param>
    /// <param name="mayHold">Whether a pair holds something, or has an order that could fill. Unknown counts as yes.</param>
    /// <param name="c">Parameters.</param>
    public static string? Refusal(bool turnsOn, IReadOnlyList<Symbol> symbols, Func<Symbol, bool> mayHold, ControlSettings c)
    {
        if (!turnsOn)
            return null;
        if (!c.AllowDeadManSwitch)
            return "DEAD_MAN_SWITCH control=C25 allowed=false";
        if (symbols.Count == 0)
            return "DEAD_MAN_SWITCH control=C25 pairs=all";
        foreach (var symbol in symbols)
        {
            if (mayHold(symbol))
                return $"DEAD_MAN_SWITCH control=C25 held={symbol}";
        }
        return null;
    }
}
