using System.Diagnostics.Metrics;
using System.Text.Json.Serialization;
using Akka.Actor;
using Bot.Actors.Pairs;
using Bot.Exchange;
using Bot.Trading.Pairs;

namespace Bot.Actors.Runtime;

/// <summary>Whether stops are held at the exchange: what the configuration wants.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExchangeStopsSetting>))]
public enum ExchangeStopsSetting
{
    /// <summary>Where the exchange serves them.</summary>
    Auto,

    /// <summary>Always: a node does not start on an exchange that does not serve them.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}

/// <summary>Who watches the stops of a node's pairs.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExchangeStopsMode>))]
public enum ExchangeStopsMode
{
    /// <summary>The exchange has not answered yet whether it holds stops. The pairs watch alone meanwhile.</summary>
    Unknown,

    /// <summary>Exchange and pairs.</summary>
    Served,

    /// <summary>The pairs alone: the exchange holds no stops any more.</summary>
    Retired,

    /// <summary>The pairs alone: the configuration wants it so.</summary>
    Off,
}

/// <summary>
/// The exchange's stops as a capability (DESIGN.md 5.8): what was found out about it, for every actor of the node. It is found out by reading;
/// a placement that is answered with "retired" takes it back.
/// </summary>
/// <param name="orders">The exchange's stop orders. Those that stand from before are read and cancelled in every mode.</param>
/// <param name="setting">What the configuration wants.</param>
public sealed class ExchangeStops(IStopOrders orders, ExchangeStopsSetting setting)
{
    private static readonly Meter Meter = new(ProtectionMeter.MeterName);
    private static readonly Gauge<int> Served = Meter.CreateGauge<int>(
        "exchange_stops", description: "1 where stops are held by the exchange, too; 0 where the pairs watch alone.");

    private readonly Lock _lock = new();
    private readonly HashSet<IActorRef> _pairs = [];
    private volatile ExchangeStopsMode _mode = setting switch
    {
        ExchangeStopsSetting.Off => ExchangeStopsMode.Off,

        // Without an answer the setting is taken at its word: it says that the exchange serves them.
        ExchangeStopsSetting.On => ExchangeStopsMode.Served,
        _ => ExchangeStopsMode.Unknown,
    };

    /// <summary>The exchange's stop orders.</summary>
    public IStopOrders Orders => orders;

    /// <summary>Who watches.</summary>
    public ExchangeStopsMode Mode => _mode;

    /// <summary>True when new stops are to be held by the exchange.</summary>
    public bool IsServed => _mode == ExchangeStopsMode.Served;

    /// <summary>Tells the metric the mode.</summary>
    public void Record() => Served.Record(IsServed ? 1 : 0);

    /// <summary>A pair that wants to be woken when the mode changes.</summary>
    public void Notify(IActorRef pair)
    {
        lock (_lock)
            _pairs.Add(pair);
    }

    /// <summary>A pair that has gone.</summary>
    public void Forget(IActorRef pair)
    {
        lock (_lock)
            _pairs.Remove(pair);
    }

    /// <summary>The exchange has answered whether it serves stops. Without effect when they are switched off.</summary>
    /// <returns>True when this is news.</returns>
    public bool Settle(bool isServed)
    {
        lock (_lock)
        {
            var mode = isServed ? ExchangeStopsMode.Served : ExchangeStopsMode.Retired;
            if (_mode == ExchangeStopsMode.Off || _mode == mode)
                return false;
            _mode = mode;
            Record();
            foreach (var pair in _pairs)
                pair.Tell(new PairInput.Woken(), ActorRefs.NoSender);
            return true;
        }
    }
}
