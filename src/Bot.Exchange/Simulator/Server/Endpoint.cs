using System.Text.Json;
using Bot.Exchange.Simulator.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>What a key must be allowed to do.</summary>
internal enum Permission
{
    /// <summary>Nothing: the endpoint is public and ignores signatures.</summary>
    None,

    /// <summary>Read.</summary>
    General,

    /// <summary>Trade.</summary>
    Spot,
}

/// <summary>
/// Answers a request under the floor's gate. Writes the value of <c>data</c> and returns null, or returns why not; what was written is
/// then thrown away.
/// </summary>
internal delegate Rejection? Answer(ApiCall call, Utf8JsonWriter data);

/// <summary>Like <see cref="Answer"/>, for requests that wait for the market: takes the gate itself.</summary>
internal delegate Task<Rejection?> LateAnswer(ApiCall call, Utf8JsonWriter data);

/// <summary>An endpoint of the exchange.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path; a last segment in braces stands for any one segment.</param>
/// <param name="Pool">The pool its requests are counted in.</param>
/// <param name="Weight">What a request costs.</param>
/// <param name="Permission">What a key must be allowed to do.</param>
/// <param name="Answer">Answers at once; null when <paramref name="LateAnswer"/> answers.</param>
/// <param name="LateAnswer">Answers after the market has moved.</param>
internal sealed record Endpoint(
    string Method, string Path, RequestPool Pool, int Weight, Permission Permission, Answer? Answer, LateAnswer? LateAnswer = null);

/// <summary>Finds the endpoint of a request.</summary>
internal sealed class EndpointTable
{
    private readonly Dictionary<string, Endpoint> _exact = [];
    private readonly Dictionary<string, Endpoint> _byPrefix = [];

    /// <summary>A table.</summary>
    public EndpointTable(IEnumerable<Endpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            var brace = endpoint.Path.IndexOf('{', StringComparison.Ordinal);
            if (brace < 0)
                _exact.Add($"{endpoint.Method} {endpoint.Path}", endpoint);
            else
                _byPrefix.Add($"{endpoint.Method} {endpoint.Path[..brace]}", endpoint);
        }
    }

    /// <summary>The endpoint; null when there is none. Sets the call's parameter. A fixed path goes before one with a parameter.</summary>
    public Endpoint? Find(ApiCall call)
    {
        var method = call.Http.Request.Method;
        if (_exact.TryGetValue($"{method} {call.Path}", out var endpoint))
            return endpoint;
        var slash = call.Path.LastIndexOf('/');
        if (slash < 0 || slash == call.Path.Length - 1 || !_byPrefix.TryGetValue($"{method} {call.Path[..(slash + 1)]}", out endpoint))
            return null;
        call.Parameter = RequestSignature.PercentDecode(call.Path[(slash + 1)..]);
        return endpoint;
    }
}
