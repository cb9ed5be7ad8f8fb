namespace Bot.Exchange;

/// <summary>Why a request has no result. The kinds differ in what may be concluded (RELIABILITY.md R6).</summary>
public enum FailureKind
{
    /// <summary>The exchange provably refused this request: nothing happened and nothing will.</summary>
    Rejected,

    /// <summary>
    /// The exchange says that it knows no such order. For a query this is an answer; for a cancel it is not proof that nothing filled.
    /// </summary>
    NotFound,

    /// <summary>The client order id is taken: somebody, perhaps an earlier self, placed it. Look it up.</summary>
    Duplicate,

    /// <summary>Key, passphrase, signature or permission: nothing will work until a person acts.</summary>
    Unauthorised,

    /// <summary>The request's time was outside the exchange's window: this send did nothing; synchronise the clock.</summary>
    ClockOff,

    /// <summary>Refused by a rate limit. For an order placement treat it as doubt.</summary>
    Throttled,

    /// <summary>Nobody knows what happened: timeout, reset, 5xx, 408, unreadable body.</summary>
    Doubt,
}

/// <summary>A failed request.</summary>
/// <param name="Kind">What may be concluded.</param>
/// <param name="Code">The exchange's code, or a short word of ours for transport failures (<c>timeout</c>, <c>reset</c>, <c>html</c>,
/// ...).</param>
/// <param name="Message">The exchange's text or a description; never holds a secret, a signature or a header.</param>
/// <param name="HttpStatus">HTTP status, null when no answer came.</param>
/// <param name="RetryAfterMs">For <see cref="FailureKind.Throttled"/>: time until the pool refills, when the exchange told.</param>
public sealed record ExchangeFailure(FailureKind Kind, string Code, string Message, int? HttpStatus = null, long? RetryAfterMs = null)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Code}: {Message}";
}

/// <summary>The outcome of one request: a value or a failure, and when it was asked.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
/// <param name="Value">The value when <see cref="Failure"/> is null.</param>
/// <param name="Failure">Why there is no value.</param>
/// <param name="IssuedAtMs">Estimated exchange time just before the request was sent, Unix ms: the age of the evidence.</param>
public sealed record Answer<T>(T? Value, ExchangeFailure? Failure, long IssuedAtMs)
{
    /// <summary>True when there is a value.</summary>
    public bool IsSuccess => Failure is null;

    /// <summary>The value, for callers that cannot go on without it.</summary>
    /// <exception cref="ExchangeException">The request failed.</exception>
    public T Required => Failure is null ? Value! : throw new ExchangeException(Failure);

    /// <summary>
    /// The value or the failure. (The text that a record makes by itself would ask a failed answer for its value, and throw.)
    /// </summary>
    public override string ToString() => Failure is null ? $"{Value}" : Failure.ToString();
}

/// <summary>A request failed whose result the caller cannot do without.</summary>
/// <param name="failure">What failed.</param>
public sealed class ExchangeException(ExchangeFailure failure) : Exception(failure.ToString())
{
    /// <summary>What failed.</summary>
    public ExchangeFailure Failure { get; } = failure;
}
