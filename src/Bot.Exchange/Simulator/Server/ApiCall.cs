using System.Globalization;
using System.Text.Json;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Orders;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bot.Exchange.Simulator.Server;

/// <summary>A request on its way through the gate to its endpoint.</summary>
internal sealed class ApiCall
{
    private Dictionary<string, string>? _query;
    private JsonElement? _json;

    /// <summary>A request whose body was read.</summary>
    /// <param name="http">The request.</param>
    /// <param name="body">Its body, empty when there is none.</param>
    /// <param name="receivedWallUs">Wall time of its arrival, Unix microseconds.</param>
    public ApiCall(HttpContext http, byte[] body, long receivedWallUs)
    {
        Http = http;
        Body = body;
        ReceivedWallUs = receivedWallUs;
        Target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var mark = Target.IndexOf('?', StringComparison.Ordinal);
        Path = mark < 0 ? Target : Target[..mark];
    }

    /// <summary>The request.</summary>
    public HttpContext Http { get; }

    /// <summary>Its body, empty when there is none.</summary>
    public byte[] Body { get; }

    /// <summary>Wall time of its arrival, Unix microseconds.</summary>
    public long ReceivedWallUs { get; }

    /// <summary>Path and query exactly as they were sent.</summary>
    public string Target { get; }

    /// <summary>The path exactly as it was sent.</summary>
    public string Path { get; }

    /// <summary>The caller's address.</summary>
    public string Address => Http.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>The part of the path that names an object; empty when the endpoint has none.</summary>
    public string Parameter { get; set; } = "";

    /// <summary>Who signed the request; null on public endpoints.</summary>
    public Account? Signer { get; set; }

    /// <summary>The account of a signed request.</summary>
    public Account Account => Signer ?? throw new InvalidOperationException("The endpoint is public.");

    /// <summary>The clock by which the request is judged, Unix ms.</summary>
    public long GatewayMs { get; set; }

    /// <summary>A parameter of the query; null when it is missing or empty.</summary>
    public string? Query(string name)
    {
        _query ??= ReadQuery();
        return _query.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>A whole number of the query.</summary>
    /// <returns>False when it is there but no whole number.</returns>
    public bool TryQuery(string name, long otherwise, out long value)
    {
        value = otherwise;
        return Query(name) is not { } text || long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The body as a JSON object; null when it is none.</summary>
    public JsonElement? Json
    {
        get
        {
            if (_json is null && Body.Length > 0)
            {
                // The endpoint refuses what cannot be read.
                using var document = JsonReading.Parse(Body);
                if (document?.RootElement.ValueKind == JsonValueKind.Object)
                    _json = document.RootElement.Clone();
            }
            return _json;
        }
    }

    /// <summary>Finds the pair that the query names.</summary>
    /// <returns>Why there is none; null when there is one.</returns>
    public Rejection? FindPair(TradingFloor floor, out PairMarket pair)
    {
        pair = null!;
        if (Query("symbol") is not { } symbol)
            return Rejection.Parameter("symbol is required.");
        if (floor.Pair(symbol) is not { } found)
            return Rejection.Parameter("Unsupported trading pair.");
        pair = found;
        return null;
    }

    private Dictionary<string, string> ReadQuery()
    {
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Path.Length >= Target.Length)
            return query;
        foreach (var part in Target[(Path.Length + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            var name = RequestSignature.PercentDecode(at < 0 ? part : part[..at]);
            query.TryAdd(name, at < 0 ? "" : RequestSignature.PercentDecode(part[(at + 1)..]));
        }
        return query;
    }
}
