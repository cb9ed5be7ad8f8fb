using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using Bot.Exchange.Kucoin.Limits;
using Bot.Exchange.Kucoin.Signing;
using Bot.Exchange.Lockstep;

namespace Bot.Exchange.Kucoin.Http;

/// <summary>
/// Sends one request, once, and reads its answer. No retry, no redirect, no proxy, no cookies, HTTP/1.1 (RELIABILITY.md R6, S6): what
/// happens on the wire is what this class did. It never throws for the network; it throws when a request is not on the endpoint list.
/// </summary>
internal sealed class KucoinTransport : IDisposable
{
    private readonly KucoinOptions _options;
    private readonly KucoinSigner? _signer;
    private readonly ExchangeClock _clock;
    private readonly TimeProvider _time;
    private readonly WorkUnits _work;
    private readonly HttpClient _client;

    public KucoinTransport(KucoinOptions options, KucoinSigner? signer, ExchangeClock clock, TimeProvider time, WorkUnits work)
    {
        (_options, _signer, _clock, _time, _work) = (options, signer, clock, time, work);
        _client = new HttpClient(CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan, BaseAddress = options.BaseAddress };
        _client.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
        _client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>A handler that adds nothing of its own to what is sent. The push connections use one too.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        Credentials = null,
        PreAuthenticate = false,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate | DecompressionMethods.Brotli,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        MaxResponseHeadersLength = 64,
        SslOptions = { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
    };

    /// <summary>Sends a request.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="pathAndQuery">From the slash on, as it is sent and signed.</param>
    /// <param name="body">Body of a POST; empty without one.</param>
    /// <param name="pinnedTimeMs">Signing time of a placement, fixed earlier; null for now.</param>
    /// <param name="timeout">Time for the whole exchange.</param>
    /// <param name="cancel">Gives it up.</param>
    /// <exception cref="EndpointNotAllowedException">The request is not on the endpoint list.</exception>
    public async Task<RawReply> SendAsync(
        HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, long? pinnedTimeMs, TimeSpan timeout, CancellationToken cancel)
    {
        var endpoint = EndpointList.Require(method, pathAndQuery);
        if (endpoint.Signed && _signer is null)
            return RawReply.Failed(_clock.NowMs, FailureKind.Unauthorised, "no-credentials", "The client has no API key.");

        using var deadline = new RequestDeadline(timeout, _time, _work, cancel);
        using var request = new HttpRequestMessage(method, pathAndQuery)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        OnceContent? content = null;
        if (method != HttpMethod.Get)
            request.Content = content = new OnceContent(body, pinnedTimeMs is { } pinned ? () => LicenceHolds(pinned) : null);

        var issuedAtMs = _clock.NowMs;
        var signature = endpoint.Signed ? Sign(request, pinnedTimeMs ?? issuedAtMs, pathAndQuery, body.Span) : null;
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token)
                .ConfigureAwait(false);
            var status = (int)response.StatusCode;
            var rate = ReadRate(response.Headers);
            var (buffer, length) = await ReadBodyAsync(response.Content, deadline.Token).ConfigureAwait(false);
            await _work.WhenInstantOpenAsync().ConfigureAwait(false);
            return buffer is null
                ? RawReply.Failed(
                    issuedAtMs, FailureKind.Doubt, "too-large", $"The answer is longer than {_options.MaxBodyBytes} bytes.", status, rate)
                : RawReply.Answered(issuedAtMs, status, rate, signature, buffer, length);
        }
        // Whatever else goes wrong between here and the exchange leaves the outcome unknown, and must not take the caller down.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (content is { WasRefused: true })
                return StaleLicence(issuedAtMs);
            var (code, message) = Describe(e, deadline);
            return RawReply.Failed(issuedAtMs, FailureKind.Doubt, code, message);
        }
    }

    /// <summary>The answer for a placement that was not sent because its licence is too old: definite, nothing left this machine.</summary>
    public static RawReply StaleLicence(long issuedAtMs) => RawReply.Failed(
        issuedAtMs, FailureKind.ClockOff, "stale-licence", "The licence was too old before the first byte was written; nothing was sent.");

    /// <summary>
    /// True while a placement of this signing time may still be written. A time ahead of the clock is as wrong as an old one.
    /// </summary>
    public bool LicenceHolds(long signTimeMs) => Math.Abs(_clock.NowMs - signTimeMs) < _options.LicenceAge.TotalMilliseconds;

    public void Dispose() => _client.Dispose();

    private string Sign(HttpRequestMessage request, long timestamp, string pathAndQuery, ReadOnlySpan<byte> body)
    {
        var signature = _signer!.Sign(timestamp, request.Method.Method, pathAndQuery, body);
        var headers = request.Headers;
        headers.Add("KC-API-KEY", _signer.ApiKey);
        headers.Add("KC-API-TIMESTAMP", timestamp.ToString(CultureInfo.InvariantCulture));
        headers.Add("KC-API-SIGN", signature);
        headers.Add("KC-API-PASSPHRASE", _signer.SignedPassphrase);
        headers.Add("KC-API-KEY-VERSION", _signer.KeyVersion);
        return signature;
    }

    private async Task<(byte[]? Buffer, int Length)> ReadBodyAsync(HttpContent content, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        var length = 0;
        try
        {
            using var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            while (true)
            {
                if (length == buffer.Length)
                    buffer = Grow(buffer);
                var read = await stream.ReadAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
                if (read == 0)
                {
                    var full = buffer;
                    buffer = null;
                    return (full, length);
                }
                length += read;
                if (length > _options.MaxBodyBytes)
                    return (null, 0);
            }
        }
        finally
        {
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static RateHeaders ReadRate(HttpResponseHeaders headers) => new(
        (int?)Number(headers, "gw-ratelimit-limit"),
        (int?)Number(headers, "gw-ratelimit-remaining"),
        Number(headers, "gw-ratelimit-reset"));

    private static long? Number(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values)
        && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= int.MaxValue
            ? number
            : null;

    /// <summary>A short word and a text of our own: exception texts may hold addresses, headers or parts of what was sent.</summary>
    private static (string Code, string Message) Describe(Exception error, RequestDeadline deadline)
    {
        if (deadline.TimedOut)
            return ("timeout", "No complete answer in time.");
        if (deadline.Token.IsCancellationRequested)
            return ("cancelled", "The caller gave the request up.");
        return (error as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => ("dns", "The host's name could not be resolved."),
            HttpRequestError.ConnectionError => ("connect", "No connection to the exchange."),
            HttpRequestError.SecureConnectionError => ("tls", "The encrypted connection could not be made."),
            HttpRequestError.ResponseEnded => ("reset", "The connection ended before the answer was complete."),
            HttpRequestError.InvalidResponse => ("unreadable", "The answer is not HTTP."),
            _ => error is HttpRequestException or IOException
                ? ("reset", "The connection broke.")
                : ("failed", $"The request failed ({error.GetType().Name})."),
        };
    }
}
