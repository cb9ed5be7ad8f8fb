using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Kucoin;

namespace Bot.Host.Probing;

/// <summary>
/// Public questions whose answers the client keeps to itself: headers, rows that it leaves out, edges of a range. Nothing here is signed.
/// </summary>
internal sealed class RawQuestions : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    public RawQuestions(KucoinOptions options)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        _http = new HttpClient(handler) { BaseAddress = options.BaseAddress, Timeout = Patience, MaxResponseContentBufferSize = options.MaxBodyBytes };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
    }

    /// <summary>What the headers of an answer tell: a clock that agrees with the body's, the quota in milliseconds.</summary>
    public async Task<string> HeadersAsync(ExchangeClock clock, CancellationToken cancel)
    {
        using var response = await GetAsync("/api/v1/timestamp", cancel).ConfigureAwait(false);
        var nowMs = clock.NowMs;
        var told = new List<string>();
        if (response.Headers.Date is { } date)
            told.Add(Within("Date", date.ToUnixTimeMilliseconds()));
        foreach (var name in (string[])["x-in-time", "x-out-time"])
        {
            if (Number(response, name) is { } time)
                told.Add(Within(name, time));
        }
        if (Number(response, "gw-ratelimit-limit") is not { } limit || Number(response, "gw-ratelimit-remaining") is not { } remaining
            || Number(response, "gw-ratelimit-reset") is not { } resetMs)
            told.Add("no gw-ratelimit headers: the bot counts by itself");
        else if (resetMs is < 0 or > 60_000 || remaining > limit)
            throw new ProbeFault(Text($"the quota is told as {remaining} of {limit}, reset in {resetMs}: not milliseconds"));
        else
            told.Add(Text($"quota {remaining} of {limit}, reset in {resetMs} ms"));
        return string.Join("; ", told);

        // A date is in whole seconds.
        string Within(string name, long timeMs) => Math.Abs(timeMs - nowMs) <= 3_000
            ? Text($"{name} agrees to {Math.Abs(timeMs - nowMs)} ms")
            : throw new ProbeFault(Text($"{name} is {timeMs - nowMs} ms off the exchange's own clock"));
    }

    /// <summary>Names of every listed pair, also of those whose rules the client cannot read.</summary>
    public async Task<IReadOnlyList<string>> ListedSymbolsAsync(CancellationToken cancel)
    {
        using var json = await DataAsync("/api/v2/symbols", cancel).ConfigureAwait(false);
        return Read(() => json.RootElement.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("symbol").GetString() ?? "").ToList());
    }

    /// <summary>Whether the end of a range belongs to it is not documented; the client asks so that either is right.</summary>
    public async Task<string> CandleRangeAsync(long nowMs, CancellationToken cancel)
    {
        var endAt = ((nowMs / 60_000) - 5) * 60;
        using var json = await DataAsync(
            Text($"/api/v1/market/candles?symbol={ExchangeProbe.Probed}&type=1min&startAt={endAt - 600}&endAt={endAt}"), cancel).ConfigureAwait(false);
        var times = Read(() => json.RootElement.GetProperty("data").EnumerateArray()
            .Select(row => long.Parse(row[0].GetString()!, NumberStyles.None, CultureInfo.InvariantCulture)).ToList());
        if (times.Count == 0)
            return "no candle in the ten minutes that were asked for: not settled";
        if (times.Any(t => t < endAt - 600 || t > endAt))
            throw new ProbeFault("candles outside the range that was asked for");
        return Text($"endAt is {(times.Contains(endAt) ? "inclusive" : "exclusive, or nothing traded in that minute")}; {(IsNewestFirst(times) ? "newest first" : "not newest first")}");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static bool IsNewestFirst(List<long> times) => times.Zip(times.Skip(1), (a, b) => a > b).All(x => x);

    private async Task<JsonDocument> DataAsync(string target, CancellationToken cancel)
    {
        using var response = await GetAsync(target, cancel).ConfigureAwait(false);
        try
        {
            return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false));
        }
        catch (JsonException)
        {
            throw new ProbeFault(Text($"HTTP {(int)response.StatusCode} with an answer that is not JSON"));
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string target, CancellationToken cancel)
    {
        try
        {
            return await _http.GetAsync(new Uri(target, UriKind.Relative), cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw new ProbeFault("no answer");
        }
    }

    private static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or ArgumentNullException)
        {
            throw new ProbeFault("the answer has another form than documented");
        }
    }

    private static long? Number(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values)
        && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
