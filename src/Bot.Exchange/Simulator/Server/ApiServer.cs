using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Json;
using Bot.Exchange.Simulator.Orders;
using Bot.Exchange.Simulator.Push;
using Bot.Exchange.Simulator.Time;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Bot.Exchange.Simulator.Server;

/// <summary>Takes every request of the simulator to where it belongs, and answers it in the exchange's form.</summary>
internal sealed class ApiServer
{
    private static readonly string[] RateHeaders = ["gw-ratelimit-limit", "gw-ratelimit-remaining", "gw-ratelimit-reset"];

    private readonly TradingFloor _floor;
    private readonly IMarketClock _clock;
    private readonly PushHub _hub;
    private readonly PushServer _push;
    private readonly ControlEndpoints _control;
    private readonly FaultBoard _faults;
    private readonly RequestGate _gate;
    private readonly EndpointTable _endpoints;
    private readonly TimeProvider _wall;
    private readonly ILogger _log;

    /// <summary>A server of a floor.</summary>
    public ApiServer(
        TradingFloor floor,
        IMarketClock clock,
        PushHub hub,
        PushServer push,
        PushTokens tokens,
        FaultBoard faults,
        SimulatorOptions options,
        ILogger log)
    {
        var isLockstep = options.Clock == SimulatorClock.Lockstep;
        _floor = floor;
        _clock = clock;
        _hub = hub;
        _push = push;
        _wall = options.WallClock;
        _log = log;
        _control = new ControlEndpoints(floor, clock, hub, isLockstep);
        _faults = faults;
        _gate = new RequestGate(floor, clock, new RequestLimits(options.VipLevel, options.RateLimits));
        _endpoints = new EndpointTable(
        [
            .. new MarketEndpoints(floor, clock, options.Variants.IncludesEnd).All(),
            .. new ReferenceEndpoints(floor).All(),
            .. new AccountEndpoints(floor, options.Variants.IsClassic, options.VipLevel).All(),
            .. new LedgerEndpoints(floor).All(),
            .. new OrderEndpoints(floor, clock, isLockstep).All(),
            .. new OrderChangeEndpoints(floor, clock, isLockstep, options.Variants.MaxBatch).All(),
            .. new OrderQueries(floor, options.HidesUnmatchedOrders, options.Variants.UnknownOrder).All(),
            .. new ClassicEndpoints(floor, options.HidesUnmatchedOrders, options.Variants).All(),
            .. Retirable(new StopEndpoints(floor).All().Concat(new OcoEndpoints(floor).All()), options.Variants.RetiresStops),
            .. new PushEndpoints(tokens, options.PingInterval, options.PingTimeout).All(),
        ]);
    }

    private static IEnumerable<Endpoint> Retirable(IEnumerable<Endpoint> endpoints, bool isRetired) =>
        isRetired ? endpoints.Select(e => e with { Answer = static (_, _) => Rejection.Retired }) : endpoints;

    /// <summary>Serves one request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var receivedWallUs = (_wall.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var call = new ApiCall(http, await ReadBodyAsync(http), receivedWallUs);
        if (WebSocketUpgrade.IsAskedFor(http) && await ServeSocketAsync(http, call))
            return;
        if (call.Path == "/sim/faults")
        {
            await SwitchFaultsAsync(call);
            return;
        }
        if (call.Path.StartsWith("/sim/", StringComparison.Ordinal))
        {
            await (_control.Answer(call) is { } body ? SendAsync(http, 200, body) : RefuseAsync(http, Rejection.UrlNotFound));
            return;
        }
        if (_endpoints.Find(call) is not { } endpoint)
        {
            await RefuseAsync(http, Rejection.UrlNotFound);
            return;
        }
        var rejection = _gate.Judge(call, endpoint, out var allowance);
        if (allowance is { } told)
            WriteAllowance(http, told);
        if (rejection is not null)
            await RefuseAsync(http, rejection);
        else if (!await SpoilAsync(call, endpoint, _faults.Next(call)))
            await AnswerAsync(call, endpoint);
    }

    // True when a fault took the place of the answer.
    private async Task<bool> SpoilAsync(ApiCall call, Endpoint endpoint, Fault fault)
    {
        var http = call.Http;
        switch (fault.Kind)
        {
            case FaultKind.None:
                return false;
            case FaultKind.Limit:
                http.Response.Headers["gw-ratelimit-remaining"] = "0";
                await RefuseAsync(http, Rejection.TooManyRequests);
                return true;
            case FaultKind.Overload:
                foreach (var header in RateHeaders)
                    http.Response.Headers.Remove(header);
                await RefuseAsync(http, Rejection.TooManyRequests);
                return true;
            case FaultKind.Unavailable:
                await RefuseAsync(http, Rejection.Unavailable);
                return true;
            case FaultKind.Page:
                await SendPageAsync(http, 502, "Bad Gateway");
                return true;
            default:
                break;
        }

        // From here on the exchange has done what it was asked.
        var (status, body) = await ComposeAsync(call, endpoint);
        if (fault.HoldMs > 0)
            await _clock.HoldAsync(http, call.Signer, fault.HoldMs);
        await (fault.Kind switch
        {
            FaultKind.Late or FaultKind.Latency => SendAsync(http, status, body),
            FaultKind.FailAfter => RefuseAsync(http, Rejection.Internal),
            _ => SendPageAsync(http, 504, "Gateway Timeout"),
        });
        return true;
    }

    private async Task SwitchFaultsAsync(ApiCall call)
    {
        var isPut = call.Http.Request.Method == HttpMethods.Put;
        byte[]? state = null;
        Rejection? rejection = null;
        lock (_floor.Gate)
        {
            if (isPut)
                rejection = _faults.Set(call.Json);
            if (rejection is null && (isPut || call.Http.Request.Method == HttpMethods.Get))
                state = _faults.Tell();
        }
        await (state is not null ? SendAsync(call.Http, 200, state) : RefuseAsync(call.Http, rejection ?? Rejection.UrlNotFound));
    }

    private async Task<bool> ServeSocketAsync(HttpContext http, ApiCall call)
    {
        if (call.Path is "/" or "/endpoint")
        {
            await _push.ServeAsync(http, call);
            return true;
        }
        if (call.Path != "/sim/lockstep" || _clock is not LockstepClock lockstep
            || _floor.Account(call.Query("account") ?? "") is not { } account)
            return false;
        var (socket, _) = await WebSocketUpgrade.AcceptAsync(http);
        using (socket)
            await lockstep.ServeAsync(socket, account, http.RequestAborted);
        return true;
    }

    private async Task AnswerAsync(ApiCall call, Endpoint endpoint)
    {
        var (status, body) = await ComposeAsync(call, endpoint);
        await SendAsync(call.Http, status, body);
    }

    private async Task<(int Status, ReadOnlyMemory<byte> Body)> ComposeAsync(ApiCall call, Endpoint endpoint)
    {
        var body = new ArrayBufferWriter<byte>(512);
        await using var writer = new Utf8JsonWriter(body, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("code"u8, "200000"u8);
        writer.WritePropertyName("data"u8);
        Rejection? rejection;
        try
        {
            rejection = endpoint.LateAnswer is { } late ? await late(call, writer) : AnswerNow(call, endpoint.Answer!, writer);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A fault of the simulator must look like one of the exchange, and be seen by whoever runs it.
            _log.LogError(e, "{Method} {Path} failed", endpoint.Method, endpoint.Path);
            rejection = Rejection.Internal;
        }
        if (rejection is not null)
            return (rejection.HttpStatus, Compose(rejection));
        writer.WriteEndObject();
        await writer.FlushAsync();
        return (200, body.WrittenMemory);
    }

    private Rejection? AnswerNow(ApiCall call, Answer answer, Utf8JsonWriter writer)
    {
        Rejection? rejection;
        lock (_floor.Gate)
        {
            _clock.CatchUp();
            rejection = answer(call, writer);
            _floor.Publish();
        }
        if (call.Http.Request.Method != HttpMethods.Get)
            _clock.Wake();
        _ = _hub.FlushAsync();
        return rejection;
    }

    private static Task RefuseAsync(HttpContext http, Rejection rejection) =>
        SendAsync(http, rejection.HttpStatus, Compose(rejection));

    private static ReadOnlyMemory<byte> Compose(Rejection rejection)
    {
        var body = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(body, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("code"u8, rejection.Code);
            writer.WriteString("msg"u8, rejection.Message);
            writer.WriteEndObject();
        }
        return body.WrittenMemory;
    }

    // What stands before the exchange knows nothing of its forms.
    private static Task SendPageAsync(HttpContext http, int status, string title)
    {
        foreach (var header in RateHeaders)
            http.Response.Headers.Remove(header);
        return SendAsync(
            http, status, Encoding.UTF8.GetBytes($"<html><head><title>{status} {title}</title></head></html>"), "text/html");
    }

    private static Task SendAsync(HttpContext http, int status, ReadOnlyMemory<byte> body, string type = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static void WriteAllowance(HttpContext http, Allowance allowance)
    {
        var headers = http.Response.Headers;
        headers["gw-ratelimit-limit"] = allowance.Limit.ToString(CultureInfo.InvariantCulture);
        headers["gw-ratelimit-remaining"] = allowance.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["gw-ratelimit-reset"] = allowance.ResetMs.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        if (http.Request.ContentLength is 0
            || (http.Request.ContentLength is null && !http.Request.Headers.ContainsKey("Transfer-Encoding")))
            return [];
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }
}
