using System.Collections.Frozen;

namespace Bot.Exchange.Kucoin.Errors;

/// <summary>
/// The one table that says what a refusal of KuCoin means (RELIABILITY.md R6, API.md 3.3). Codes are looked at before texts, because
/// texts of different codes resemble each other ("KC-API-KEY not exists" is no missing order). What the table does not know is doubt
/// for a placement or a cancel: an unknown refusal is not a proof that nothing happened.
/// </summary>
internal static class KucoinErrors
{
    /// <summary>Codes whose meaning does not depend on the text.</summary>
    private static readonly FrozenDictionary<string, FailureKind> Codes = new Dictionary<string, FailureKind>
    {
        ["400002"] = FailureKind.ClockOff,

        // Header missing, key, passphrase, signature, address, permission, key version.
        ["400001"] = FailureKind.Unauthorised,
        ["400003"] = FailureKind.Unauthorised,
        ["400004"] = FailureKind.Unauthorised,
        ["400005"] = FailureKind.Unauthorised,
        ["400006"] = FailureKind.Unauthorised,
        ["400007"] = FailureKind.Unauthorised,
        ["400008"] = FailureKind.Unauthorised,

        // The account: frozen, not identified, of a restricted region.
        ["411100"] = FailureKind.Unauthorised,
        ["400303"] = FailureKind.Unauthorised,
        ["200009"] = FailureKind.Unauthorised,
        ["400500"] = FailureKind.Unauthorised,

        ["429000"] = FailureKind.Throttled,

        ["102426"] = FailureKind.Duplicate,
        ["106151"] = FailureKind.Duplicate,
        ["126033"] = FailureKind.Duplicate,
        ["126044"] = FailureKind.Duplicate,

        // Funds.
        ["200004"] = FailureKind.Rejected,
        ["102421"] = FailureKind.Rejected,
        ["230003"] = FailureKind.Rejected,
        ["126013"] = FailureKind.Rejected,
        ["106150"] = FailureKind.Rejected,

        // Price, size, increments, bounds.
        ["102429"] = FailureKind.Rejected,
        ["102434"] = FailureKind.Rejected,
        ["102435"] = FailureKind.Rejected,
        ["106168"] = FailureKind.Rejected,
        ["106169"] = FailureKind.Rejected,
        ["126022"] = FailureKind.Rejected,
        ["400330"] = FailureKind.Rejected,
        ["400350"] = FailureKind.Rejected,
        ["400370"] = FailureKind.Rejected,
        ["400760"] = FailureKind.Rejected,
        ["600100"] = FailureKind.Rejected,
        ["600101"] = FailureKind.Rejected,

        // The pair: suspended, not started, closed, unknown; too many open orders; forbidden; risk control.
        ["200001"] = FailureKind.Rejected,
        ["200002"] = FailureKind.Rejected,
        ["200003"] = FailureKind.Rejected,
        ["102427"] = FailureKind.Rejected,
        ["400200"] = FailureKind.Rejected,
        ["400600"] = FailureKind.Rejected,
        ["400700"] = FailureKind.Rejected,
        ["600203"] = FailureKind.Rejected,
        ["900001"] = FailureKind.Rejected,

        // The request never reached a handler: retired endpoint, wrong content type.
        ["401000"] = FailureKind.Rejected,
        ["415000"] = FailureKind.Rejected,

        // Inside KuCoin: busy, time-out, internal error, unavailable.
        ["230005"] = FailureKind.Doubt,
        ["408000"] = FailureKind.Doubt,
        ["500000"] = FailureKind.Doubt,
        ["503000"] = FailureKind.Doubt,
    }.ToFrozenDictionary();

    /// <summary>Texts under 300000 that speak of the order itself; the same code is also used for internal errors.</summary>
    private static readonly string[] OrderFaultWords =
        ["quantity", "price", "size", "funds", "increment", "minimum", "maximum", "balance", "insufficient", "exceed", "invalid", "symbol"];

    /// <summary>Words beside "not exist" that speak of something other than an order.</summary>
    private static readonly string[] OtherThings = ["symbol", "key", "user", "account", "currency", "pair"];

    /// <summary>True for the codes of success.</summary>
    public static bool IsSuccess(string code) => code is "200000" or "200";

    /// <summary>What a parsed refusal means.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="code">The envelope's code.</param>
    /// <param name="message">The envelope's text.</param>
    /// <param name="kind">What was asked.</param>
    public static FailureKind Classify(int status, string code, string message, RequestKind kind)
    {
        var text = message.Replace('_', ' ').ToLowerInvariant();
        if (status == 429 || text.Contains("exceeded the access frequency", StringComparison.Ordinal))
            return FailureKind.Throttled;
        if (Codes.TryGetValue(code, out var known))
            // A duplicate matters only to who placed; a server error beats a code that claims a refusal.
            return known == FailureKind.Duplicate && kind != RequestKind.Placement ? FailureKind.Rejected
                : known == FailureKind.Rejected && status >= 500 && Changes(kind) ? FailureKind.Doubt
                : known;
        if (status >= 500 || status == 408)
            return FailureKind.Doubt;
        if (text.Contains("require more permission", StringComparison.Ordinal) || status == 401)
            return FailureKind.Unauthorised;
        return code switch
        {
            "400100" => ParameterError(text, kind),
            "300000" => kind == RequestKind.Placement && !Names(text, OrderFaultWords) ? FailureKind.Doubt : FailureKind.Rejected,
            "404000" => NoSuchPath(kind),
            _ => Unknown(status, code, text, kind),
        };
    }

    /// <summary>What an answer means that has no readable envelope.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="isHtml">True when the body is a page: it comes from something before the exchange.</param>
    /// <param name="kind">What was asked.</param>
    public static FailureKind ClassifyUnreadable(int status, bool isHtml, RequestKind kind) => status switch
    {
        429 => FailureKind.Throttled,
        404 when !isHtml && kind is RequestKind.OrderQuery or RequestKind.Cancel => FailureKind.NotFound,
        _ => FailureKind.Doubt,
    };

    private static FailureKind ParameterError(string text, RequestKind kind)
    {
        if (text.Contains("clientoid", StringComparison.Ordinal) && text.Contains("duplicat", StringComparison.Ordinal))
            return kind == RequestKind.Placement ? FailureKind.Duplicate : FailureKind.Rejected;
        return IsOrderNotFound(text, kind) ? FailureKind.NotFound : FailureKind.Rejected;
    }

    /// <summary>One form of "no such order" is HTTP 404; absence is proved by lists besides, whose 404 is never an answer.</summary>
    private static FailureKind NoSuchPath(RequestKind kind) =>
        kind is RequestKind.OrderQuery or RequestKind.Cancel ? FailureKind.NotFound : FailureKind.Rejected;

    private static FailureKind Unknown(int status, string code, string text, RequestKind kind)
    {
        var isWord = code.Length == 0 || !char.IsAsciiDigit(code[0]);
        if (isWord && (IsOrderNotFound(text, kind) || IsOrderNotFound(code.Replace('_', ' ').ToLowerInvariant(), kind)))
            return FailureKind.NotFound;
        if (status == 404 && kind is RequestKind.OrderQuery or RequestKind.Cancel)
            return FailureKind.NotFound;
        return Changes(kind) ? FailureKind.Doubt : FailureKind.Rejected;
    }

    private static bool Changes(RequestKind kind) => kind is RequestKind.Placement or RequestKind.Cancel;

    private static bool IsOrderNotFound(string text, RequestKind kind) =>
        kind is RequestKind.OrderQuery or RequestKind.Cancel
        && text.Contains("not exist", StringComparison.Ordinal)
        && !Names(text, OtherThings);

    private static bool Names(string text, string[] words)
    {
        foreach (var word in words)
            if (text.Contains(word, StringComparison.Ordinal))
                return true;
        return false;
    }
}
