using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Bot.Trading.Orders;

/// <summary>What an order is for.</summary>
public enum IntentLeg
{
    /// <summary>Opens or grows a position.</summary>
    Entry,

    /// <summary>Reduces or closes a position: signal exit, stop-loss, take-profit, trailing stop, wind-down.</summary>
    Exit,

    /// <summary>Waits at the exchange and sells what is held when the last trade falls to its price.</summary>
    Stop,
}

/// <summary>
/// The client order id: a pure, readable function of a persisted intent, so that after a crash, on any node, the same intent and
/// attempt give the same id, and an id seen at the exchange tells which intent it belongs to (RELIABILITY.md R5).
/// </summary>
/// <remarks>Form: <c>b1-{deployment}-{symbol id}-{intent number}-{leg}{attempt}</c>, numbers in base 36, at most 40 characters.</remarks>
/// <param name="Deployment">Six characters that name the deployment; recognises own orders on the account.</param>
/// <param name="SymbolId">The pair's row in the registry of symbols.</param>
/// <param name="IntentNumber">The pair's intent counter, from 1.</param>
/// <param name="Leg">Entry, exit or stop.</param>
/// <param name="Attempt">From 1; a new attempt exists only after the last one is proven absent or rejected, or for a protective sell in doubt.</param>
public sealed partial record ClientOrderId(string Deployment, int SymbolId, long IntentNumber, IntentLeg Leg, int Attempt)
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The id as the exchange sees it.</summary>
    public string Text => $"b1-{Deployment}-{Base36(SymbolId)}-{Base36(IntentNumber)}-{Letter(Leg)}{Base36(Attempt)}";

    /// <summary>True when the text can name a deployment: six lower-case letters or digits.</summary>
    public static bool IsDeployment(string? text) => text is not null && DeploymentForm().IsMatch(text);

    /// <summary>Reads an id back; false when the text is not one of ours.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ClientOrderId? id)
    {
        id = null;
        if (text is null || Form().Match(text) is not { Success: true } m)
            return false;
        if (Parse36(m.Groups["s"].Value) is not { } symbol || symbol > int.MaxValue
            || Parse36(m.Groups["i"].Value) is not { } intent || Parse36(m.Groups["a"].Value) is not { } attempt || attempt > int.MaxValue)
            return false;
        id = new ClientOrderId(m.Groups["d"].Value, (int)symbol, intent, LegOf(m.Groups["l"].ValueSpan[0]), (int)attempt);
        return true;
    }

    private static char Letter(IntentLeg leg) => leg switch { IntentLeg.Entry => 'E', IntentLeg.Exit => 'X', _ => 'S' };

    private static IntentLeg LegOf(char letter) => letter switch { 'E' => IntentLeg.Entry, 'X' => IntentLeg.Exit, _ => IntentLeg.Stop };

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static string Base36(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Span<char> buffer = stackalloc char[13];
        var at = buffer.Length;
        do
        {
            buffer[--at] = Digits[(int)(value % 36)];
            value /= 36;
        }
        while (value > 0);
        return buffer[at..].ToString();
    }

    private static long? Parse36(string text)
    {
        var value = 0L;
        foreach (var c in text)
        {
            var digit = Digits.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0 || value > (long.MaxValue - digit) / 36)
                return null;
            value = value * 36 + digit;
        }
        return text.Length == 0 ? null : value;
    }

    [GeneratedRegex("^b1-(?<d>[a-z0-9]{6})-(?<s>[0-9a-z]+)-(?<i>[0-9a-z]+)-(?<l>[EXS])(?<a>[0-9a-z]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex("^[a-z0-9]{6}$", RegexOptions.CultureInvariant)]
    private static partial Regex DeploymentForm();
}
