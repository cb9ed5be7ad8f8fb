namespace Bot.Exchange.Kucoin;

/// <summary>Which hosts may be spoken to, and how (RELIABILITY.md S6).</summary>
internal static class HostRules
{
    /// <summary>True when the address is encrypted, or in clear on a loopback address.</summary>
    public static bool IsSecure(Uri address, string secureScheme, string plainScheme) =>
        address.IsAbsoluteUri
        && address.UserInfo.Length == 0
        && (address.Scheme == secureScheme || (address.Scheme == plainScheme && address.IsLoopback));

    /// <summary>True when the list names the host; loopback always, and everything without a list.</summary>
    public static bool IsAllowed(Uri address, IReadOnlyList<string>? allowed)
    {
        if (allowed is null || address.IsLoopback)
            return true;
        foreach (var name in allowed)
        {
            var matches = name.StartsWith('.')
                ? address.Host.EndsWith(name, StringComparison.OrdinalIgnoreCase) && address.Host.Length > name.Length
                : address.Host.Equals(name, StringComparison.OrdinalIgnoreCase);
            if (matches)
                return true;
        }
        return false;
    }
}
