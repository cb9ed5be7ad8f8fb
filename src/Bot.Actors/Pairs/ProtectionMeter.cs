using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Bot.Trading.Market;
using Bot.Trading.Pairs;

namespace Bot.Actors.Pairs;

/// <summary>
/// Measures how long what a pair holds is not covered by a stop at the exchange or by a sale under way (RELIABILITY.md I13, C19):
/// <c>unprotected_seconds</c>, and <c>unprotected_ms_after_first_fill</c> from the exchange's time of a position's first fill until its stop was
/// seen to wait. Where the exchange holds no stops the pair's own monitor counts as cover. Written by the pair's actor, read by whoever listens to
/// the meter.
/// </summary>
public sealed class ProtectionMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Bot.Actors";

    private static readonly Meter Meter = new(MeterName);
    private static readonly ConcurrentDictionary<ProtectionMeter, byte> All = new();

    private static readonly Histogram<double> AfterFirstFill = Meter.CreateHistogram<double>(
        "unprotected_ms_after_first_fill", "ms", "From a position's first fill until a stop at the exchange covers it, by the exchange's clock.");

    private readonly Symbol _symbol;
    private readonly Func<long> _nowMs;
    private long _bareSinceMs;
    private long _firstFillMs;

    static ProtectionMeter() => Meter.CreateObservableGauge(
        "unprotected_seconds",
        () => All.Keys.Select(m => new Measurement<double>(m.UnprotectedMs / 1_000d, new KeyValuePair<string, object?>("symbol", m._symbol.Text))),
        "s",
        "How long what the pair holds has not been covered by a stop at the exchange or by a sale under way; 0 while it is, and when nothing is held.");

    /// <summary>The meter of a pair.</summary>
    /// <param name="symbol">The pair.</param>
    /// <param name="nowMs">The exchange's clock, Unix ms.</param>
    public ProtectionMeter(Symbol symbol, Func<long> nowMs)
    {
        (_symbol, _nowMs) = (symbol, nowMs);
        All.TryAdd(this, 0);
    }

    /// <summary>How long the position has been bare, ms; 0 while it is not.</summary>
    public long UnprotectedMs => Interlocked.Read(ref _bareSinceMs) is > 0 and var since ? Math.Max(0, _nowMs() - since) : 0;

    /// <summary>The pair's state has changed.</summary>
    /// <param name="state">The state, after the event.</param>
    /// <param name="e">The event.</param>
    /// <param name="bareSinceMs">Since when what is held is not covered, Unix ms; 0 while it is (<see cref="PairMemory.UnprotectedSinceMs"/>).</param>
    /// <param name="isReplay">Whether the event is replayed: what it showed was measured when it happened.</param>
    public void Take(PairState state, PairEvent e, long bareSinceMs, bool isReplay)
    {
        Interlocked.Exchange(ref _bareSinceMs, bareSinceMs);
        if (isReplay)
            return;
        if (e is FillApplied { Fill: { Side: Side.Buy } fill } && state.Trade?.OpenedAtMs == fill.TimeMs && _firstFillMs == 0)
            _firstFillMs = fill.TimeMs;
        if (bareSinceMs != 0 || _firstFillMs == 0)
            return;
        if (e is ProtectionConfirmed)
            AfterFirstFill.Record(Math.Max(0, e.AtMs - _firstFillMs), new KeyValuePair<string, object?>("symbol", _symbol.Text));
        if (e is ProtectionConfirmed or PositionClosed)
            _firstFillMs = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => All.TryRemove(this, out _);
}
