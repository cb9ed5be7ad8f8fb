using System.Text.Json.Serialization;
using Bot.Trading.Market;

namespace Bot.Trading.Positions;

/// <summary>When a position is sold whatever the strategy thinks: the levels that the pair's monitor executes.</summary>
/// <param name="StopPrice">Sell when the last trade is at or below, quote per base.</param>
/// <param name="TakeProfitPrice">Sell when the last trade is at or above; null for none.</param>
/// <param name="TrailingDistance">The stop follows the highest trade at this distance, price units; null for a fixed stop.</param>
/// <param name="HighWater">Highest trade that the stop has followed; the entry's reference price at first.</param>
public sealed record Protection(decimal StopPrice, decimal? TakeProfitPrice, decimal? TrailingDistance, decimal HighWater);

/// <summary>Why a position is being sold.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExitReason>))]
public enum ExitReason
{
    /// <summary>The strategy's opposite signal.</summary>
    Signal,

    /// <summary>The stop-loss.</summary>
    StopLoss,

    /// <summary>The stop after it was trailed.</summary>
    TrailingStop,

    /// <summary>The take-profit.</summary>
    TakeProfit,

    /// <summary>The pair is wound down.</summary>
    WindDown,

    /// <summary>An operator's command.</summary>
    Operator,
}

/// <summary>What the monitor wants after a price.</summary>
public enum ProtectionCall
{
    /// <summary>Nothing.</summary>
    Hold,

    /// <summary>The stop is hit.</summary>
    Stop,

    /// <summary>The target is reached.</summary>
    TakeProfit,

    /// <summary>The stop has moved far enough to be written down.</summary>
    Raise,
}

/// <summary>
/// The protection in whole price increments: the check of a tick compares integers and allocates nothing. Derived from
/// <see cref="Protection"/>; the high-water mark between two journaled steps lives only here.
/// </summary>
public struct ProtectionMonitor
{
    private readonly PriceScale _scale;
    private readonly long _stop;
    private readonly long _target;
    private readonly long _trail;
    private readonly long _step;
    private long _high;

    /// <summary>A monitor of a protection.</summary>
    /// <param name="protection">The levels.</param>
    /// <param name="scale">The pair's price scale.</param>
    /// <param name="trailingStep">How far the stop must move before the move is journaled, as a fraction of the trailing distance.</param>
    public ProtectionMonitor(Protection protection, PriceScale scale, decimal trailingStep)
    {
        _scale = scale;
        _stop = scale.Floor(protection.StopPrice);
        _target = protection.TakeProfitPrice is { } target ? scale.Ceiling(target) : long.MaxValue;
        _trail = protection.TrailingDistance is { } trail ? Math.Max(1, scale.Ceiling(trail)) : 0;
        _step = Math.Max(1, (long)(_trail * trailingStep));
        _high = scale.Floor(protection.HighWater);
        IsArmed = true;
    }

    /// <summary>False for the default value: nothing is protected.</summary>
    public bool IsArmed { get; }

    /// <summary>Highest trade followed, exact price.</summary>
    public readonly decimal HighWater => _scale.Price(_high);

    /// <summary>The stop that the high-water mark implies, exact price; never below the journaled one.</summary>
    public readonly decimal ImpliedStop => _scale.Price(Math.Max(_stop, _trail > 0 ? _high - _trail : long.MinValue));

    /// <summary>Looks at a trade price. The journaled stop decides, so that a restart cannot move a stop.</summary>
    public ProtectionCall Check(long lastTicks)
    {
        if (!IsArmed || lastTicks <= 0)
            return ProtectionCall.Hold;
        if (lastTicks <= _stop)
            return ProtectionCall.Stop;
        if (lastTicks >= _target)
            return ProtectionCall.TakeProfit;
        if (_trail == 0 || lastTicks <= _high)
            return ProtectionCall.Hold;
        _high = lastTicks;
        return _high - _trail - _stop >= _step ? ProtectionCall.Raise : ProtectionCall.Hold;
    }
}
