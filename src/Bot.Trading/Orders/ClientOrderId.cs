using System.Diagnostics.CodeAnalysis;

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
public sealed record ClientOrderId(string Deployment, int SymbolId, long IntentNumber, IntentLeg Leg, int Attempt)
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The id as the exchange sees it.</summary>
    public string Text => $"b1-{Deployment}-{Base36(SymbolId)}-{Base36(IntentNumber)}-{Letter(Leg)}{Base36(Attempt)}";

    /// <summary>True when the text can name a deployment: six lower-case letters or digits.</summary>
    public static bool IsDeployment(string? text) => text is not null && IsDeployment(text.AsSpan());

    /// <summary>Reads an id back; false when the text is not one of ours.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ClientOrderId? id)
    {
        id = null;
        const int start = 3, symbolAt = start + 7;
        if (text is null || text.Length < symbolAt || !text.StartsWith("b1-", StringComparison.Ordinal) || text[symbolAt - 1] != '-')
            return false;
        var deployment = text.AsSpan(start, 6);
        if (!IsDeployment(deployment))
            return false;
        var at = symbolAt;
        if (Parse36(text, ref at) is not (>= 0 and <= int.MaxValue and var symbol) || !Take(text, ref at, '-')
            || Parse36(text, ref at) is not (>= 0 and var intent) || !Take(text, ref at, '-')
            || at >= text.Length || LegOf(text[at++]) is not { } leg
            || Parse36(text, ref at) is not (>= 0 and <= int.MaxValue and var attempt) || at != text.Length)
            return false;
        id = new ClientOrderId(deployment.ToString(), (int)symbol, intent, leg, (int)attempt);
        return true;
    }

    private static char Letter(IntentLeg leg) => leg switch { IntentLeg.Entry => 'E', IntentLeg.Exit => 'X', _ => 'S' };

    private static IntentLeg? LegOf(char letter) => letter switch { 'E' => IntentLeg.Entry, 'X' => IntentLeg.Exit, 'S' => IntentLeg.Stop, _ => null };

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

    private static bool IsDeployment(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (DigitOf(c) < 0)
                return false;
        }
        return text.Length == 6;
    }

    private static bool Take(string text, ref int at, char c) => at < text.Length && text[at++] == c;

    private static int DigitOf(char c) => c is >= '0' and <= '9' ? c - '0' : c is >= 'a' and <= 'z' ? c - 'a' + 10 : -1;

    /// <summary>Reads digits as far as they go; -1 when there are none, or too many.</summary>
    private static long Parse36(string text, ref int at)
    {
        var (value, from) = (0L, at);
        for (; at < text.Length && DigitOf(text[at]) is >= 0 and var digit; at++)
        {
            if (value > (long.MaxValue - digit) / 36)
                return -1;
            value = value * 36 + digit;
        }
        return at == from ? -1 : value;
    }
}
