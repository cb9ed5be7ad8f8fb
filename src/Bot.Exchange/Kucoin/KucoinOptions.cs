using Bot.Exchange.Kucoin.Limits;

namespace Bot.Exchange.Kucoin;

/// <summary>Settings of the client. The defaults are those of live trading; <see cref="Validate"/> reports every fault at once.</summary>
public sealed record KucoinOptions
{
    /// <summary>Where the REST interface answers; https, or http on a loopback address.</summary>
    public Uri BaseAddress { get; init; } = new("https://api.kucoin.com");

    /// <summary>
    /// Hosts that may be spoken to, by REST and by WebSocket; a leading dot allows every host below the name. Loopback is always allowed.
    /// Null allows any host.
    /// </summary>
    public IReadOnlyList<string>? AllowedHosts { get; init; } = [".kucoin.com", ".kucoin.eu"];

    /// <summary>
    /// <c>allowMaxTimeWindow</c> of placements, ms: an order that reaches the exchange later than its signing time plus this is refused
    /// there, so its absence can be proved (RELIABILITY.md R2).
    /// </summary>
    public int OrderWindowMs { get; init; } = 3_000;

    /// <summary>A placement whose licence is older than this before its first byte is written is not sent.</summary>
    public TimeSpan LicenceAge { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time for a placement or a cancel, from the start of sending to the last byte of the answer.</summary>
    public TimeSpan OrderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for one attempt of any other request.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts of a request that only reads, the first one included. Placements and cancels are never repeated.</summary>
    public int QueryAttempts { get; init; } = 3;

    /// <summary>Wait before the second attempt; doubles with each further one, with jitter.</summary>
    public TimeSpan QueryRetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Largest answer that is read, bytes after decompression. The lists of all pairs are about 1 MB.</summary>
    public int MaxBodyBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The rate budget; null switches it off.</summary>
    public RateBudgetOptions? RateBudget { get; init; } = new();

    /// <summary>
    /// True to use the exchange's stop orders, of which it marks parts as deprecated; see <see cref="KucoinExchange.StopOrders"/>.
    /// </summary>
    public bool StopOrders { get; init; }

    /// <summary>Push connections.</summary>
    public KucoinStreamOptions Streams { get; init; } = new();

    /// <summary>
    /// True in a lockstep replay: the time provider is the exchange's clock, there is nothing to synchronise and the error is zero.
    /// </summary>
    public bool ClockIsTimeProvider { get; init; }

    /// <summary>Sent as User-Agent; some edges refuse requests without one.</summary>
    public string UserAgent { get; init; } = "bot/0.1";

    /// <summary>Says what is wrong with an address, or null: https or this machine, a host that is allowed, no path (RELIABILITY.md S6).</summary>
    public string? AddressFault(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!HostRules.IsSecure(address, "https", "http"))
            return $"must be https (http only on loopback): {address}";
        if (!HostRules.IsAllowed(address, AllowedHosts))
            return $"has a host that is not allowed: {address.Host}";
        return address.PathAndQuery != "/" ? $"must have no path: {address}" : null;
    }

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">Something is wrong; the message names every fault.</exception>
    public void Validate()
    {
        var faults = new List<string>();
        if (AddressFault(BaseAddress) is { } address)
            faults.Add($"{nameof(BaseAddress)} {address}");
        if (OrderWindowMs is < 100 or > 60_000)
            faults.Add($"{nameof(OrderWindowMs)} must be 100..60000");
        if (LicenceAge <= TimeSpan.Zero || LicenceAge > TimeSpan.FromSeconds(5))
            faults.Add($"{nameof(LicenceAge)} must be above 0 and at most 5 s");
        if (OrderTimeout <= TimeSpan.Zero || QueryTimeout <= TimeSpan.Zero)
            faults.Add("time-outs must be above 0");
        if (QueryAttempts is < 1 or > 10)
            faults.Add($"{nameof(QueryAttempts)} must be 1..10");
        if (QueryRetryDelay < TimeSpan.Zero)
            faults.Add($"{nameof(QueryRetryDelay)} must not be negative");
        if (MaxBodyBytes < 1024)
            faults.Add($"{nameof(MaxBodyBytes)} must be at least 1024");
        if (RateBudget?.Fault() is { } budgetFault)
            faults.Add(budgetFault);
        if (Streams.Fault() is { } streamFault)
            faults.Add(streamFault);
        if (faults.Count > 0)
            throw new ArgumentException($"KuCoin settings: {string.Join("; ", faults)}.");
    }
}

/// <summary>Settings of the push connections. All times run on the transport's clock except the reconnection's back-off.</summary>
public sealed record KucoinStreamOptions
{
    /// <summary>Time to open a socket, wall clock.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for the welcome, and for each acknowledgement.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Back-off before the second attempt to connect, on the injected clock; doubles, with jitter.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest back-off. KuCoin allows 30 new connections a minute.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A connection that lived shorter than this counts as a failed attempt, so that a server that closes at once is not hammered.
    /// </summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Topics in one subscription message; KuCoin allows 100.</summary>
    public int TopicsPerMessage { get; init; } = 100;

    /// <summary>Topics of a market connection, after which another one is opened; KuCoin allows 400, its errors still speak of 300.</summary>
    public int TopicsPerConnection { get; init; } = 300;

    /// <summary>Messages sent in 10 s on one connection; KuCoin closes at more than 100.</summary>
    public int MessagesPer10Seconds { get; init; } = 90;

    /// <summary>Largest frame that is read, bytes; longer ones are counted as malformed and skipped.</summary>
    public int MaxFrameBytes { get; init; } = 1024 * 1024;

    /// <summary>Says what is wrong, or null.</summary>
    internal string? Fault()
    {
        if (ConnectTimeout <= TimeSpan.Zero || AckTimeout <= TimeSpan.Zero)
            return "stream time-outs must be above 0";
        if (ReconnectDelay < TimeSpan.Zero || MaxReconnectDelay < ReconnectDelay)
            return "stream back-off must not be negative, and the longest one not below the first";
        if (TopicsPerMessage is < 1 or > 100)
            return $"{nameof(TopicsPerMessage)} must be 1..100";
        if (TopicsPerConnection is < 1 or > 400)
            return $"{nameof(TopicsPerConnection)} must be 1..400";
        if (MessagesPer10Seconds is < 1 or > 100)
            return $"{nameof(MessagesPer10Seconds)} must be 1..100";
        return MaxFrameBytes < 1024 ? $"{nameof(MaxFrameBytes)} must be at least 1024" : null;
    }
}
