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
    private const int DeploymentEnd = 9;
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The id as the exchange sees it.</summary>
    public string Text => $"b1-{Deployment}-{Base36(SymbolId)}-{Base36(IntentNumber)}-{Letter(Leg)}{Base36(Attempt)}";

    /// <summary>True when the text can name a deployment: six lower-case letters or digits.</summary>
    public static bool IsDeployment(string? text) => text is not null && IsDeployment(text.AsSpan());

    /// <summary>Reads an id back; false when the text is not one of ours.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ClientOrderId? id)
    {
        id = null;
        if (text is null || text.Length <= DeploymentEnd || !text.StartsWith("b1-", StringComparison.Ordinal) || text[DeploymentEnd] != '-'
            || !IsDeployment(text.AsSpan(3, DeploymentEnd - 3)))
            return false;

        // By hand, not by a pattern: every message of the private stream and every row of every list is asked.
        var rest = text.AsSpan(DeploymentEnd + 1);
        var first = rest.IndexOf('-');
        if (first < 0 || Parse36(rest[..first]) is not { } symbol || symbol > int.MaxValue)
            return false;
        rest = rest[(first + 1)..];
        var second = rest.IndexOf('-');
        if (second < 0 || Parse36(rest[..second]) is not { } intent)
            return false;
        rest = rest[(second + 1)..];
        if (rest.Length < 2 || rest[0] is not ('E' or 'X' or 'S') || Parse36(rest[1..]) is not { } attempt || attempt > int.MaxValue)
            return false;
        id = new ClientOrderId(text[3..DeploymentEnd], (int)symbol, intent, LegOf(rest[0]), (int)attempt);
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

    private static bool IsDeployment(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c) && !char.IsAsciiLetterLower(c))
                return false;
        }
        return text.Length == DeploymentEnd - 3;
    }

    private static long? Parse36(ReadOnlySpan<char> text)
    {
        var value = 0L;
        foreach (var c in text)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetterLower(c) ? c - 'a' + 10 : -1;
            if (digit < 0 || value > (long.MaxValue - digit) / 36)
                return null;
            value = (value * 36) + digit;
        }
        return text.Length == 0 ? null : value;
    }
}
