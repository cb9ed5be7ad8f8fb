using System.Text.Json.Serialization;
using Bot.Trading.Market;

namespace Bot.Trading.Positions;

/// <summary>When a position is sold whatever the strategy thinks: the levels that the pair's monitor executes.</summary>
/// <param name="StopPrice">Sell when the last trade is at or below, quote per base.</param>
/// <param name="TakeProfitPrice">Sell when the last trade is at or above; null for none.</param>
/// <param name="TrailingDistance">The stop follows the highest trade at this distance, price units; null for a fixed stop.</param>
/// <param name="HighWater">Highest trade that the stop has followed; the entry's reference price at first.</param>
public sealed record Protection(decimal StopPrice, decimal? TakeProfitPrice, decimal? TrailingDistance, decimal HighWater)
{
    /// <summary>Parts that are sold on the way up, lowest first; null for none.</summary>
    public IReadOnlyList<LadderStep>? Ladder { get; init; }

    /// <summary>Profit over the average entry at which the stop is raised to where the trade pays its fees, price units; null for never, and once it was.</summary>
    public decimal? BreakEvenDistance { get; init; }

    /// <summary>The price of <see cref="BreakEvenDistance"/>; null with it.</summary>
    public decimal? BreakEvenPrice { get; init; }

    /// <summary>Sell at this market time, Unix ms; null for never.</summary>
    public long? ExitAtMs { get; init; }
}

/// <summary>A part that is sold at a profit.</summary>
/// <param name="Distance">Over the average entry, price units.</param>
/// <param name="Share">Share of what was bought.</param>
/// <param name="Price">The level, quote per base: moves with the average entry.</param>
public sealed record LadderStep(decimal Distance, decimal Share, decimal Price);

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

    /// <summary>A part, at a level of the ladder.</summary>
    Ladder,

    /// <summary>Held for as long as positions may be.</summary>
    TimeLimit,

    /// <summary>Its protection could not be placed.</summary>
    Emergency,
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

    /// <summary>The profit is large enough for the stop to move to where the trade pays its fees.</summary>
    BreakEven,

    /// <summary>It was held for as long as it may be.</summary>
    Expired,
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
    private readonly long _breakEven;
    private readonly long _trail;
    private readonly long _step;
    private readonly long _exitAtMs;
    private long _high;

    /// <summary>A monitor of a protection.</summary>
    /// <param name="protection">The levels.</param>
    /// <param name="scale">The pair's price scale.</param>
    /// <param name="trailingStep">How far the stop must move before the move is journaled, as a fraction of the trailing distance.</param>
    /// <param name="nextTarget">The lowest level at which something is sold with profit; null for none.</param>
    public ProtectionMonitor(Protection protection, PriceScale scale, decimal trailingStep, decimal? nextTarget)
    {
        _scale = scale;
        _stop = scale.Floor(protection.StopPrice);
        _target = nextTarget is { } target ? scale.Ceiling(target) : long.MaxValue;
        _breakEven = protection.BreakEvenPrice is { } price ? scale.Ceiling(price) : long.MaxValue;
        _trail = protection.TrailingDistance is { } trail ? Math.Max(1, scale.Ceiling(trail)) : 0;
        _step = Math.Max(1, (long)(_trail * trailingStep));
        _exitAtMs = protection.ExitAtMs ?? long.MaxValue;
        _high = scale.Floor(protection.HighWater);
        IsArmed = true;
    }

    /// <summary>False for the default value: nothing is protected.</summary>
    public bool IsArmed { get; }

    /// <summary>Highest trade followed, exact price.</summary>
    public readonly decimal HighWater => _scale.Price(_high);

    /// <summary>The stop that the high-water mark implies, exact price; never below the journaled one.</summary>
    public readonly decimal ImpliedStop => _scale.Price(Math.Max(_stop, _trail > 0 ? _high - _trail : long.MinValue));

    /// <summary>Looks at a price. The journaled stop decides, so that a restart cannot move a stop.</summary>
    public ProtectionCall Check(in PriceTick tick)
    {
        var last = tick.LastTicks;
        if (!IsArmed || last <= 0)
            return ProtectionCall.Hold;
        if (last <= _stop)
            return ProtectionCall.Stop;
        if (last >= _target)
            return ProtectionCall.TakeProfit;
        if (tick.TimeMs >= _exitAtMs)
            return ProtectionCall.Expired;
        if (last >= _breakEven)
            return ProtectionCall.BreakEven;
        if (_trail == 0 || last <= _high)
            return ProtectionCall.Hold;
        _high = last;
        return _high - _trail - _stop >= _step ? ProtectionCall.Raise : ProtectionCall.Hold;
    }
}
