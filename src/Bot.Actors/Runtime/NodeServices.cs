using Bot.Actors.Controls;
using Bot.Actors.Persistence;
using Bot.Exchange;
using Bot.Exchange.Lockstep;
using Npgsql;

namespace Bot.Actors.Runtime;

/// <summary>What every actor of a node may use.</summary>
public sealed record NodeServices
{
    /// <summary>REST of the exchange.</summary>
    public required IExchange Exchange { get; init; }

    /// <summary>Push connections of the exchange.</summary>
    public required IExchangeStreams Streams { get; init; }

    /// <summary>Stops that the exchange holds, where it does.</summary>
    public required ExchangeStops Stops { get; init; }

    /// <summary>Process time: every timer of ours. Virtual in a lockstep replay, the system's otherwise.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The exchange's clock as estimated by this node, Unix ms.</summary>
    public required Func<long> ExchangeNowMs { get; init; }

    /// <summary>Work under way.</summary>
    public required InFlight InFlight { get; init; }

    /// <summary>The database, as the application's role.</summary>
    public required NpgsqlDataSource Database { get; init; }

    /// <summary>Everything that is configured.</summary>
    public required BotSettings Settings { get; init; }

    /// <summary>What of the start is done.</summary>
    public required StartupGate Gate { get; init; }

    /// <summary>Tells durable actors how far their streams are; null where nobody else can write to them (a replay).</summary>
    public JournalHeads? Heads { get; init; }

    /// <summary>What the node knows for its risk controls; the default has none.</summary>
    public NodeControls Controls { get; init; } = new();

    /// <summary>Order books of the exchange, which entries are compared with (C3); null: they are not.</summary>
    public IMarketDetails? Books { get; init; }

    /// <summary>Collects requests for grants in a lockstep replay; null when they are decided as they come.</summary>
    public GrantGate? Grants { get; init; }
}
