namespace Bot.Exchange.Kucoin;

/// <summary>What a key must be and must not be before it may trade (RELIABILITY.md S3): enough to trade, nothing to steal with.</summary>
public static class ApiKeyRules
{
    private static readonly string[] Needed = ["General", "Spot"];

    /// <summary>Says what is wrong with a key; empty when it may trade.</summary>
    /// <param name="key">The exchange's answer.</param>
    /// <param name="allowMaster">Whether a master account's key is accepted; the promises assume a sub-account that nobody else trades on.</param>
    public static IReadOnlyList<string> Faults(ApiKeyInfo key, bool allowMaster)
    {
        ArgumentNullException.ThrowIfNull(key);
        var faults = new List<string>();
        foreach (var missing in Needed.Except(key.Permissions, StringComparer.OrdinalIgnoreCase))
            faults.Add($"it lacks the permission {missing}");

        // Anything that is not needed is refused, also permissions that did not exist when this was written.
        foreach (var extra in key.Permissions.Except(Needed, StringComparer.OrdinalIgnoreCase))
            faults.Add($"it has the permission {extra}, which a trading bot must not have");
        if (key.IpWhitelist.Count == 0)
            faults.Add("it is not bound to an IP address");
        if (key.IsMaster && !allowMaster)
            faults.Add("it belongs to the master account; make a sub-account for the bot");
        return faults;
    }
}
