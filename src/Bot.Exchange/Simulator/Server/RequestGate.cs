using System.Globalization;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Simulator.Time;
using Microsoft.AspNetCore.Http;

namespace Bot.Exchange.Simulator.Server;

/// <summary>
/// What a request must pass before its endpoint sees it: content type, request limits, and on signed endpoints headers, time, key,
/// passphrase, signature, address and permission, in this order.
/// </summary>
internal sealed class RequestGate(TradingFloor floor, IMarketClock clock, RequestLimits limits)
{
    private const long MaxClockErrorMs = 5000;

    /// <summary>Judges a request and sets its signer and its clock.</summary>
    /// <param name="call">The request.</param>
    /// <param name="endpoint">Where it wants to go.</param>
    /// <param name="allowance">What the pool said; null when it was not asked.</param>
    /// <returns>Why it may not go on; null when it may.</returns>
    public Rejection? Judge(ApiCall call, Endpoint endpoint, out Allowance? allowance)
    {
        allowance = null;
        var headers = call.Http.Request.Headers;
        if (call.Body.Length > 0 && endpoint.Method == HttpMethods.Post && !IsJson(call.Http.Request.ContentType))
            return Rejection.ContentType;

        var isSigned = endpoint.Permission != Permission.None;
        var claimed = isSigned ? floor.Account(headers["KC-API-KEY"].ToString()) : null;
        call.GatewayMs = clock.GatewayMs(claimed);
        if ((isSigned ? claimed?.Faults : floor.PublicFaults) is { SkewMs: not 0 } skewed && skewed.Count(FaultKind.Skew))
            call.GatewayMs += skewed.SkewMs;
        var who = claimed?.Settings.Key ?? call.Address;
        allowance = limits.Take(endpoint.Pool, who, endpoint.Weight, call.GatewayMs);
        if (!allowance.Value.IsGranted)
            return Rejection.TooManyRequests;
        return isSigned ? JudgeSignature(call, endpoint, headers, claimed) : null;
    }

    private static Rejection? JudgeSignature(ApiCall call, Endpoint endpoint, IHeaderDictionary headers, Account? claimed)
    {
        var timestamp = headers["KC-API-TIMESTAMP"].ToString();
        var passphrase = headers["KC-API-PASSPHRASE"].ToString();
        var signature = headers["KC-API-SIGN"].ToString();
        if (headers["KC-API-KEY"].Count == 0 || timestamp.Length == 0 || passphrase.Length == 0 || signature.Length == 0)
            return Rejection.HeaderMissing;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var sentMs)
            || Math.Abs(call.GatewayMs - sentMs) > MaxClockErrorMs)
            return Rejection.Timestamp;
        if (claimed is null)
            return Rejection.UnknownKey;
        if (headers["KC-API-KEY-VERSION"].ToString() is not ("2" or "3"))
            return Rejection.KeyVersion;
        var settings = claimed.Settings;
        if (!RequestSignature.Matches(settings.Secret, settings.Passphrase, passphrase))
            return Rejection.Passphrase;
        if (!RequestSignature.Matches(settings.Secret, timestamp, endpoint.Method, call.Target, call.Body, signature))
            return Rejection.Signature;
        if (settings.IpWhitelist.Count > 0 && !settings.IpWhitelist.Contains(call.Address))
            return Rejection.Address;
        if (!settings.Permissions.Contains(endpoint.Permission.ToString()))
            return Rejection.Permission;
        call.Signer = claimed;
        return null;
    }

    private static bool IsJson(string? contentType) =>
        contentType is not null && contentType.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
