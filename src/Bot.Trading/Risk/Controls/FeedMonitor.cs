using System.Globalization;
using Bot.Trading.Market;

namespace Bot.Trading.Risk.Controls;

/// <summary>
/// C13 and the mean of C4: watches one pair's prices, on market time. A jump, a crossed book or a wide spread closes the pair for entries
/// for a while. What it remembers is rebuilt from the next minute of prices, so that nothing of it is journaled. The hot path: no
/// allocation, integers but for the mean.
/// </summary>
public sealed class FeedMonitor
{
    private const int Slots = 8;
    private const double MinuteMs = 60_000;

    private readonly long[] _slot = new long[Slots];
    private readonly long[] _low = new long[Slots];
    private readonly long[] _high = new long[Slots];
    private long _lastMs;
    private double _mean;

    /// <summary>Nothing is opened before this, market time, Unix ms.</summary>
    public long BlockedUntilMs { get; private set; }

    /// <summary>What was wrong last, in <c>CATEGORY control=C13 key=value</c> form; null when nothing ever was.</summary>
    public string? Fault { get; private set; }

    /// <summary>Mean of the last prices in increments, an average that forgets with a time of one minute; 0 before the first.</summary>
    public double MeanTicks => _mean;

    /// <summary>Takes a price.</summary>
    /// <param name="tick">The price.</param>
    /// <param name="c">Parameters.</param>
    public void Observe(in PriceTick tick, ControlSettings c)
    {
        var (last, bid, ask) = (tick.LastTicks, tick.BidTicks, tick.AskTicks);
        if (bid > 0 && ask > 0)
        {
            if (bid > ask)
                Block(tick.TimeMs, c, $"BOOK_CROSSED control=C13 bid={bid} ask={ask}");
            else if (2.0 * (ask - bid) > (double)c.MaxSpread * (ask + bid))
                Block(tick.TimeMs, c, $"SPREAD control=C13 bid={bid} ask={ask} limit={c.MaxSpread}");
        }
        if (last <= 0)
            return;
        Jump(tick.TimeMs, last, c);
        var passed = Math.Max(0, tick.TimeMs - _lastMs);
        _mean = _mean <= 0 ? last : _mean + ((last - _mean) * (1 - Math.Exp(-passed / MinuteMs)));
        _lastMs = Math.Max(_lastMs, tick.TimeMs);
    }

    /// <summary>Compares with the extremes of the window, which are kept by slices of it.</summary>
    private void Jump(long timeMs, long last, ControlSettings c)
    {
        var length = Math.Max(1, c.JumpWindowMs / (Slots - 1));
        var now = timeMs / length;
        var limit = (double)c.MaxJump;
        for (var i = 0; i < Slots; i++)
        {
            if (_high[i] == 0 || _slot[i] > now || now - _slot[i] >= Slots - 1)
                continue;
            if (Far(last, _low[i], limit) || Far(last, _high[i], limit))
            {
                Block(timeMs, c, $"PRICE_JUMP control=C13 price={last} low={_low[i]} high={_high[i]} limit={c.MaxJump}");
                break;
            }
        }
        var at = (int)(now % Slots);
        if (_slot[at] != now || _high[at] == 0)
            (_slot[at], _low[at], _high[at]) = (now, last, last);
        else
            (_low[at], _high[at]) = (Math.Min(_low[at], last), Math.Max(_high[at], last));
    }

    private static bool Far(long a, long b, double limit) => Math.Abs(a - b) > limit * b;

    private void Block(long timeMs, ControlSettings c, FormattableString fault)
    {
        // While a fault lasts only the end moves: the text is made once for it.
        if (BlockedUntilMs <= timeMs)
            Fault = fault.ToString(CultureInfo.InvariantCulture);
        BlockedUntilMs = Math.Max(BlockedUntilMs, timeMs + c.FeedPauseMs);
    }
}
