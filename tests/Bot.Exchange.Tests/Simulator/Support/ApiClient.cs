using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Bot.Exchange.Simulator;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>An answer of the exchange.</summary>
internal sealed record ApiReply(HttpStatusCode Status, string Code, JsonElement Data, string? Message, HttpResponseHeaders Headers);

/// <summary>A client that signs its requests itself, sharing no code with the simulator or the product.</summary>
internal sealed class ApiClient(Uri address, string key = "key", string secret = "secret", string passphrase = "phrase") : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    /// <summary>The time that requests are signed with.</summary>
    public Func<long> NowMs { get; init; } = () => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    public static readonly SimulatorAccount Account = SimulatorAccount.Parse("key:secret:phrase:USDT=100000,BTC=2");

    public Task<ApiReply> GetAsync(string target) => SendAsync(HttpMethod.Get, target, null);

    public Task<ApiReply> DeleteAsync(string target) => SendAsync(HttpMethod.Delete, target, null);

    public Task<ApiReply> PostAsync(string target, object? body = null) =>
        SendAsync(HttpMethod.Post, target, body is null ? null : JsonSerializer.Serialize(body));

    public async Task<ApiReply> SendAsync(HttpMethod method, string target, string? body, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, target);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        Sign(request, method.Method, target, body ?? "");
        change?.Invoke(request);
        using var response = await _http.SendAsync(request);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        var root = json.RootElement.Clone();
        return new ApiReply(
            response.StatusCode,
            root.GetProperty("code").GetString()!,
            root.TryGetProperty("data", out var data) ? data : default,
            root.TryGetProperty("msg", out var message) ? message.GetString() : null,
            response.Headers);
    }

    /// <summary>A path of the simulator's own.</summary>
    public Task<string> OwnAsync(string target) => _http.GetStringAsync(target);

    public string Hmac(string text) => Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(text)));

    public void Dispose() => _http.Dispose();

    private void Sign(HttpRequestMessage request, string method, string target, string body)
    {
        var time = NowMs().ToString(System.Globalization.CultureInfo.InvariantCulture);
        request.Headers.Add("KC-API-KEY", key);
        request.Headers.Add("KC-API-TIMESTAMP", time);
        request.Headers.Add("KC-API-SIGN", Hmac(time + method + target + body));
        request.Headers.Add("KC-API-PASSPHRASE", Hmac(passphrase));
        request.Headers.Add("KC-API-KEY-VERSION", "2");
    }
}
