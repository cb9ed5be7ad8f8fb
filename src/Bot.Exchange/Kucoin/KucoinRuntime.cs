using Bot.Exchange.Lockstep;
using Bot.Trading.Market;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bot.Exchange.Kucoin;

/// <summary>What the client runs on. The defaults are live trading's; a lockstep replay passes its clock and its counters.</summary>
public sealed record KucoinRuntime
{
    /// <summary>Time-outs, back-offs, rate windows, licences. In a replay the virtual clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Keep-alive of the push connections: pings, dead connections, pace of messages. It belongs to the transport and stays on the wall
    /// clock in a replay too (docs/lockstep.md).
    /// </summary>
    public TimeProvider TransportTime { get; init; } = TimeProvider.System;

    /// <summary>Work under way, for lockstep; null when nobody waits for quiet.</summary>
    public InFlight? InFlight { get; init; }

    /// <summary>Frames handled on each push connection, for lockstep; null when nobody asks.</summary>
    public PushFrames? Frames { get; init; }

    /// <summary>Numbers in [0, 1) for the jitter of back-offs. A replay passes a constant or a seeded source, so that it repeats.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;

    /// <summary>
    /// Says why the exchange's dead man's switch must not be set for these pairs (none: all); null when it may. It would cancel what protects
    /// a position, so that every request to set it goes through this. Null: nobody objects.
    /// </summary>
    public Func<IReadOnlyList<Symbol>, string?>? DeadManGuard { get; init; }

    /// <summary>Where the client logs.</summary>
    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;
}
