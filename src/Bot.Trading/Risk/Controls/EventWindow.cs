namespace Bot.Trading.Risk.Controls;

/// <summary>
/// Counts events in a window that slides with the clock. An event counts from the ms after it: in a replay everything of one instant happens
/// at one reading of the clock, and which of two threads comes first must not decide about an order.
/// </summary>
/// <remarks>Keeps so many events at most: beyond them the count is at least that number, which is above every limit it is made for.</remarks>
public sealed class EventWindow
{
    private const int FirstLength = 16;

    private readonly int _capacity;
    private long[] _times;
    private int _next;
    private int _count;

    /// <summary>An empty window.</summary>
    /// <param name="capacity">How many events are kept; above the limit that is asked for.</param>
    public EventWindow(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _times = new long[Math.Min(FirstLength, capacity)];
    }

    /// <summary>Takes an event.</summary>
    /// <param name="nowMs">Its time, ms.</param>
    public void Add(long nowMs)
    {
        // Most windows stay nearly empty: what they might hold at most is not set aside for each of them.
        if (_count == _times.Length && _count < _capacity)
        {
            _next = _count;
            Array.Resize(ref _times, Math.Min(2 * _count, _capacity));
        }
        _times[_next] = nowMs;
        _next = (_next + 1) % _times.Length;
        _count = Math.Min(_count + 1, _times.Length);
    }

    /// <summary>Events in the window's length before now, now itself not counted.</summary>
    public int Before(long nowMs, long windowMs) => Count(nowMs - windowMs, nowMs - 1);

    /// <summary>Events in the window's length up to now, now itself counted: for who decides one after the other.</summary>
    public int UpTo(long nowMs, long windowMs) => Count(nowMs - windowMs + 1, nowMs);

    private int Count(long fromMs, long toMs)
    {
        var count = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_times[i] >= fromMs && _times[i] <= toMs)
                count++;
        }
        return count;
    }
}
