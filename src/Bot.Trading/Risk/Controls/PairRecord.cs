using System.Globalization;
using System.Text.Json.Serialization;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Trading.Risk.Controls;

/// <summary>A completed round trip, as the breakers remember it.</summary>
/// <param name="AtMs">When it was closed, Unix ms.</param>
/// <param name="NetPnl">Result after fees, quote.</param>
public sealed record ClosedTrade(long AtMs, decimal NetPnl);

/// <summary>The record as it is stored in a snapshot: a contract of its own.</summary>
/// <param name="Trades">The last round trips since a person resumed the pair.</param>
/// <param name="Slippages">How much worse than decided the last orders were, fractions.</param>
/// <param name="ResumedAtMs">When a person resumed the pair, Unix ms; 0: never.</param>
public sealed record PairRecordSnapshot(IReadOnlyList<ClosedTrade> Trades, IReadOnlyList<decimal> Slippages, long ResumedAtMs);

/// <summary>
/// C8, C11 and C22 of one pair: its last round trips and slippages, folded from the pair's own journal, so that a restart opens nothing
/// that was closed. The fold knows no settings: limits are applied when it is asked.
/// </summary>
public sealed class PairRecord
{
    // Above every limit that the settings allow.
    private const int Kept = 50;

    private readonly List<ClosedTrade> _trades = [];
    private readonly List<decimal> _slippages = [];

    /// <summary>When a person resumed the pair, Unix ms; 0: never. What was before does not count any more.</summary>
    public long ResumedAtMs { get; private set; }

    /// <summary>True while nothing was recorded: it is not stored then.</summary>
    [JsonIgnore]
    public bool IsEmpty => _trades.Count == 0 && _slippages.Count == 0 && ResumedAtMs == 0;

    /// <summary>A round trip was completed.</summary>
    public void Apply(PositionClosed e) => Add(_trades, new ClosedTrade(e.AtMs, e.NetPnl));

    /// <summary>An order ended.</summary>
    public void Apply(OrderIntended order, OrderSettled e)
    {
        if (Slippage(order, e.FilledSize, e.FilledFunds) is { } slippage)
            Add(_slippages, slippage);
    }

    /// <summary>A person has looked at the pair.</summary>
    public void Apply(EntriesResumed e)
    {
        ResumedAtMs = e.AtMs;
        _trades.Clear();
        _slippages.Clear();
    }

    /// <summary>The breaker of the pair that is open; a pass when none is.</summary>
    /// <param name="nowMs">The exchange's clock, Unix ms.</param>
    /// <param name="c">Parameters.</param>
    public ControlVerdict Open(long nowMs, ControlSettings c)
    {
        if (_trades.Count >= c.RoundTrips)
        {
            var span = _trades[^1].AtMs - _trades[^c.RoundTrips].AtMs;
            if (span <= c.RoundTripWindowMs)
                return Refuse(Control.RepeatedExecution, $"ROUND_TRIPS control=C11 trips={c.RoundTrips} span_ms={span} window_ms={c.RoundTripWindowMs}");
        }
        if (_slippages.Count >= c.SlippageCount && AllAbove(c.MaxSlippage, c.SlippageCount))
            return Refuse(Control.Slippage, $"SLIPPAGE control=C22 orders={c.SlippageCount} last={_slippages[^1]} limit={c.MaxSlippage}");
        if (_trades.Count >= c.LossesInARow)
        {
            var last = _trades[^1].AtMs;
            var until = last + (c.LossPauseHours * 3_600_000L);
            if (nowMs < until && last - _trades[^c.LossesInARow].AtMs <= c.LossWindowHours * 3_600_000L && AllLost(c.LossesInARow))
                return Refuse(Control.ConsecutiveLosses, $"LOSSES_IN_A_ROW control=C8 losses={c.LossesInARow} until_ms={until}");
        }
        return ControlVerdict.Pass;
    }

    /// <summary>How much worse than decided an order was filled, as a fraction; negative is better, null when nothing can be compared.</summary>
    public static decimal? Slippage(OrderIntended order, decimal filledSize, decimal filledFunds)
    {
        if (order.TriggerPrice is not { } decided || decided <= 0 || filledSize <= 0)
            return null;
        var worse = ((filledFunds / filledSize) - decided) / decided;
        return Math.Round(order.Spec.Side == Side.Buy ? worse : -worse, 6);
    }

    /// <summary>C22: the reason when one more order makes too many slipped ones in a row; null when it does not.</summary>
    public string? SlippageWith(OrderIntended order, decimal filledSize, decimal filledFunds, ControlSettings c)
    {
        if (Slippage(order, filledSize, filledFunds) is not { } next || next <= c.MaxSlippage || _slippages.Count < c.SlippageCount - 1)
            return null;
        return AllAbove(c.MaxSlippage, c.SlippageCount - 1) ? $"SLIPPAGE control=C22 orders={c.SlippageCount} last={next} limit={c.MaxSlippage}" : null;
    }

    /// <summary>C11: true when an order got far more than it asked for.</summary>
    public static bool IsExcess(OrderSpec spec, decimal filled, ControlSettings c) => filled > spec.Size * c.FillExcess;

    /// <summary>Becomes what another record is.</summary>
    public void CopyFrom(PairRecord other)
    {
        _trades.Clear();
        _trades.AddRange(other._trades);
        _slippages.Clear();
        _slippages.AddRange(other._slippages);
        ResumedAtMs = other.ResumedAtMs;
    }

    /// <summary>As a stored contract; null while nothing was recorded.</summary>
    public PairRecordSnapshot? ToSnapshot() => IsEmpty ? null : new PairRecordSnapshot([.. _trades], [.. _slippages], ResumedAtMs);

    /// <summary>From a stored contract.</summary>
    public static PairRecord From(PairRecordSnapshot? s)
    {
        var record = new PairRecord();
        if (s is null)
            return record;
        record._trades.AddRange(s.Trades);
        record._slippages.AddRange(s.Slippages);
        record.ResumedAtMs = s.ResumedAtMs;
        return record;
    }

    private static void Add<T>(List<T> list, T item)
    {
        if (list.Count == Kept)
            list.RemoveAt(0);
        list.Add(item);
    }

    private static ControlVerdict Refuse(Control control, FormattableString reason) => new(control, reason.ToString(CultureInfo.InvariantCulture));

    private bool AllLost(int count)
    {
        for (var i = _trades.Count - count; i < _trades.Count; i++)
        {
            if (_trades[i].NetPnl >= 0)
                return false;
        }
        return true;
    }

    private bool AllAbove(decimal limit, int count)
    {
        for (var i = _slippages.Count - count; i < _slippages.Count; i++)
        {
            if (_slippages[i] <= limit)
                return false;
        }
        return true;
    }
}
