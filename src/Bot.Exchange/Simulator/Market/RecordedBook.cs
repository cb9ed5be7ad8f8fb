using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>The book of a recorded pair, put together from a snapshot, its changes, and what the best prices were told to be.</summary>
/// <param name="rules">Increments of the pair: sizes are cut to whole lots.</param>
internal sealed class RecordedBook(SymbolRules rules)
{
    // A market order reaches no further than the price protection band, and seldom through this many levels.
    private const int MaxLevels = 100;

    private readonly SortedDictionary<decimal, decimal> _bids = new(Comparer<decimal>.Create(static (a, b) => b.CompareTo(a)));
    private readonly SortedDictionary<decimal, decimal> _asks = [];
    private Tick? _best;
    private DepthLadder? _ladder;

    /// <summary>Takes a change in.</summary>
    /// <param name="tick">A level or the best prices.</param>
    /// <param name="hasLevels">False when only best prices were recorded: then nothing is known of what is behind them.</param>
    public void Take(in Tick tick, bool hasLevels)
    {
        _ladder = null;
        if (tick.Kind == TickKind.Best)
        {
            _best = tick;
            if (!hasLevels)
            {
                _bids.Clear();
                _asks.Clear();
            }
        }
        else if (tick.Price > 0)
        {
            Set(tick.Side == Side.Buy ? _bids : _asks, tick.Price, tick.Size);
        }

        // Best prices are told more often than levels: those that were told later than the level hold.
        if (_best is { } best && best.Id >= tick.Id)
            Take(best);
    }

    /// <summary>The best levels of both sides.</summary>
    public DepthLadder Ladder => _ladder ??= new DepthLadder(Levels(_bids), Levels(_asks));

    /// <summary>The price between the best ones; null when a side is empty.</summary>
    public decimal? Middle => _bids.Count > 0 && _asks.Count > 0 ? (_bids.First().Key + _asks.First().Key) / 2 : null;

    private void Take(in Tick best)
    {
        var (bid, ask) = (best.Price, best.AskPrice);
        Cut(_bids, p => p > bid || (ask > 0 && p >= ask));
        Cut(_asks, p => (ask > 0 && p < ask) || p <= bid);
        if (bid > 0)
            Set(_bids, bid, best.Size);
        if (ask > 0)
            Set(_asks, ask, best.AskSize);
    }

    private void Set(SortedDictionary<decimal, decimal> levels, decimal price, decimal size)
    {
        if (rules.FloorSize(size) is > 0 and var whole)
            levels[price] = whole;
        else
            levels.Remove(price);
    }

    private static void Cut(SortedDictionary<decimal, decimal> levels, Predicate<decimal> isWrong)
    {
        while (levels.Count > 0 && levels.First().Key is var price && isWrong(price))
            levels.Remove(price);
    }

    private static List<DepthLevel> Levels(SortedDictionary<decimal, decimal> levels)
    {
        var ladder = new List<DepthLevel>(Math.Min(levels.Count, MaxLevels));
        foreach (var (price, size) in levels)
        {
            if (ladder.Count == MaxLevels)
                break;
            ladder.Add(new DepthLevel(price, size));
        }
        return ladder;
    }
}
