using System.Diagnostics.CodeAnalysis;
using Bot.Exchange.Kucoin.Errors;
using Bot.Exchange.Kucoin.Limits;
using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Lockstep;
using Microsoft.Extensions.Logging;

namespace Bot.Exchange.Kucoin.Http;

/// <summary>
/// Turns requests into answers: rate budget, sending, what a refusal means, reading. Reads are repeated after failures that a repetition
/// can cure; what changes something is sent once. Every method runs inside the unit of work that its caller holds.
/// </summary>
internal sealed class KucoinRest : IDisposable
{
    private const int ClockRounds = 8;
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(30);

    private static readonly ExchangeFailure GivenUp = new(FailureKind.Doubt, "cancelled", "The caller gave the request up.");

    private readonly KucoinOptions _options;
    private readonly KucoinTransport _transport;
    private readonly RateBudget? _budget;
    private readonly ExchangeClock _clock;
    private readonly Redactor _redactor;
    private readonly WorkUnits _work;
    private readonly KucoinRuntime _runtime;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _synchronising = new(1);
    private long? _synchronisedAt;

    public KucoinRest(
        KucoinOptions options, KucoinTransport transport, RateBudget? budget, ExchangeClock clock, Redactor redactor, WorkUnits work,
        KucoinRuntime runtime)
    {
        (_options, _transport, _budget, _clock, _redactor, _work, _runtime) = (options, transport, budget, clock, redactor, work, runtime);
        _log = runtime.Logs.CreateLogger<KucoinRest>();
    }

    /// <summary>Asks for something that can be asked again. The answer's time of issue is that of the attempt that was answered.</summary>
    public async Task<Answer<T>> ReadAsync<T>(
        Endpoint endpoint, string pathAndQuery, DataReader<T> read, RequestLane lane, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var askedAt = _runtime.Time.GetTimestamp();
            var answer = await SendAsync(endpoint, pathAndQuery, default, null, read, _options.QueryTimeout, lane, cancel)
                .ConfigureAwait(false);
            if (answer.Failure is not { } failure || attempt >= _options.QueryAttempts || !MayBeCured(failure))
                return answer;
            try
            {
                if (failure.Kind == FailureKind.ClockOff)
                    await SynchroniseAsync(askedAt, cancel).ConfigureAwait(false);
                else
                    await _work.DelayAsync(
                        Backoff.After(attempt, _options.QueryRetryDelay, LongestRetryDelay, _runtime.Jitter), cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return new Answer<T>(default, GivenUp, answer.IssuedAtMs);
            }
        }
    }

    /// <summary>Sends something that changes the account, once.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="pathAndQuery">The request line.</param>
    /// <param name="body">The body; empty without one.</param>
    /// <param name="pinnedTimeMs">Signing time of a placement; null for now.</param>
    /// <param name="read">Reads the data.</param>
    /// <param name="lane">Urgency.</param>
    /// <param name="cancel">Gives it up.</param>
    public Task<Answer<T>> SendOnceAsync<T>(
        Endpoint endpoint, string pathAndQuery, ReadOnlyMemory<byte> body, long? pinnedTimeMs, DataReader<T> read, RequestLane lane,
        CancellationToken cancel) =>
        SendAsync(endpoint, pathAndQuery, body, pinnedTimeMs, read, _options.OrderTimeout, lane, cancel);

    /// <summary>Measures the exchange's clock by eight round trips, one measurement at a time.</summary>
    /// <param name="staleBefore">A measurement made after this local timestamp, by somebody else meanwhile, is as good; null for a new
    /// one.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <returns>False when no round trip succeeded.</returns>
    public async Task<bool> SynchroniseAsync(long? staleBefore, CancellationToken cancel)
    {
        if (_options.ClockIsTimeProvider)
            return true;
        await _synchronising.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (staleBefore is { } before && _synchronisedAt >= before)
                return true;
            var trips = new List<ExchangeClock.RoundTrip>(ClockRounds);
            for (var i = 0; i < ClockRounds; i++)
            {
                var ticket = await AcquireAsync(EndpointList.ServerTime, RequestLane.Query, cancel).ConfigureAwait(false);
                var sentAt = _runtime.Time.GetTimestamp();
                using var reply = await _transport.SendAsync(
                    HttpMethod.Get, EndpointList.ServerTime.Template, default, null, _options.QueryTimeout, cancel).ConfigureAwait(false);
                var receivedAt = _runtime.Time.GetTimestamp();
                var answer = Interpret(EndpointList.ServerTime, reply, MarketReaders.ServerTime);
                Report(ticket, reply, answer.Failure);
                if (answer.IsSuccess)
                    trips.Add(new ExchangeClock.RoundTrip(sentAt, receivedAt, answer.Value));
            }
            if (trips.Count == 0)
                return false;
            _clock.Adopt(trips);
            _synchronisedAt = _runtime.Time.GetTimestamp();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _synchronising.Release();
        }
    }

    public void Dispose() => _synchronising.Dispose();

    private async Task<Answer<T>> SendAsync<T>(
        Endpoint endpoint, string pathAndQuery, ReadOnlyMemory<byte> body, long? pinnedTimeMs, DataReader<T> read, TimeSpan timeout,
        RequestLane lane, CancellationToken cancel)
    {
        RateTicket? ticket;
        try
        {
            ticket = pinnedTimeMs is { } signedAt
                ? await AcquireBeforeStaleAsync(endpoint, signedAt, lane, cancel).ConfigureAwait(false)
                : await AcquireAsync(endpoint, lane, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return new Answer<T>(default, GivenUp, _clock.NowMs);
        }
        if (ticket is null)
        {
            using var stale = KucoinTransport.StaleLicence(_clock.NowMs);
            return new Answer<T>(default, stale.Failure, stale.IssuedAtMs);
        }
        using var reply = await _transport.SendAsync(endpoint.Method, pathAndQuery, body, pinnedTimeMs, timeout, cancel)
            .ConfigureAwait(false);
        var answer = Interpret(endpoint, reply, read);
        Report(ticket.Value, reply, answer.Failure);
        if (answer.Failure is { } failure && _log.IsEnabled(LogLevel.Debug))
            _log.LogDebug("{Endpoint}: {Kind} {Code} {Message}", endpoint, failure.Kind, failure.Code, failure.Message);
        return answer;
    }

    private ValueTask<RateTicket> AcquireAsync(Endpoint endpoint, RequestLane lane, CancellationToken cancel) =>
        _budget?.AcquireAsync(endpoint.Pool, endpoint.Weight, lane, cancel) ?? default;

    /// <summary>
    /// Waits for the budget no longer than the licence lives, null when that was too short: a signed request is never queued until it is
    /// worthless.
    /// </summary>
    private async ValueTask<RateTicket?> AcquireBeforeStaleAsync(
        Endpoint endpoint, long signedAtMs, RequestLane lane, CancellationToken cancel)
    {
        if (!_transport.LicenceHolds(signedAtMs))
            return null;
        if (_budget is null)
            return default(RateTicket);
        var remaining = _options.LicenceAge - TimeSpan.FromMilliseconds(Math.Max(0, _clock.NowMs - signedAtMs));
        using var limit = new CancellationTokenSource(remaining, _runtime.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            return await AcquireAsync(endpoint, lane, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Report(RateTicket ticket, RawReply reply, ExchangeFailure? failure) =>
        _budget?.Report(ticket, reply.Rate, failure?.Kind == FailureKind.Throttled);

    private Answer<T> Interpret<T>(Endpoint endpoint, RawReply reply, DataReader<T> read)
    {
        if (reply.Failure is { } transportFailure)
            return new Answer<T>(default, transportFailure, reply.IssuedAtMs);
        return TryInterpret(endpoint, reply, read, out var value, out var failure)
            ? new Answer<T>(value, null, reply.IssuedAtMs)
            : new Answer<T>(default, failure, reply.IssuedAtMs);
    }

    private bool TryInterpret<T>(
        Endpoint endpoint, RawReply reply, DataReader<T> read, [MaybeNullWhen(false)] out T value,
        [NotNullWhen(false)] out ExchangeFailure? failure)
    {
        var status = reply.Status!.Value;
        value = default;
        Envelope<T> envelope;
        try
        {
            envelope = Envelope.Read(reply.Body, read);
        }
        catch (KucoinFormatException e)
        {
            var isHtml = reply.IsHtml;
            failure = new ExchangeFailure(
                KucoinErrors.ClassifyUnreadable(status, isHtml, endpoint.Kind),
                isHtml ? "html" : status >= 300 ? $"http-{status}" : "unreadable",
                isHtml ? $"HTTP {status} with a page instead of an answer." : $"HTTP {status}: {e.Message}", status, Wait(reply, status));
            return false;
        }
        var isHttpSuccess = status is >= 200 and < 300;
        if (isHttpSuccess && envelope.HasData)
        {
            (value, failure) = (envelope.Data!, null);
            return true;
        }
        var message = _redactor.Clean(envelope.Message, reply.Signature);
        var code = _redactor.Clean(envelope.Code, reply.Signature);
        if (KucoinErrors.IsSuccess(envelope.Code))
        {
            // Success without data is one of the three ways to say that there is no such order. For everything else it says nothing.
            var kind = isHttpSuccess && endpoint.Kind == RequestKind.OrderQuery ? FailureKind.NotFound : FailureKind.Doubt;
            var text = message.Length > 0 ? message : $"HTTP {status} with code {code} and no data.";
            failure = new ExchangeFailure(kind, "no-data", text, status);
            return false;
        }
        failure = new ExchangeFailure(
            KucoinErrors.Classify(status, envelope.Code, envelope.Message, endpoint.Kind), code, message, status, Wait(reply, status));
        return false;
    }

    private static long? Wait(RawReply reply, int status) => status == 429 ? reply.Rate.ResetMs : null;

    /// <summary>
    /// A broken connection, a server's trouble, an overload without a time, a clock that is off. Not a time-out: the caller waited long
    /// enough and decides. Not a used-up quota: the budget waits for that.
    /// </summary>
    private static bool MayBeCured(ExchangeFailure failure) => failure.Kind switch
    {
        FailureKind.ClockOff => true,
        FailureKind.Throttled => failure.RetryAfterMs is null,
        FailureKind.Doubt => failure.Code is not ("timeout" or "cancelled" or "too-large" or "no-data" or "unreadable"),
        _ => false,
    };
}
