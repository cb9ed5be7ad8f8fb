using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Matching;

/// <summary>The resting orders of users on one side, by price and then by time.</summary>
internal sealed class BookSide(Side side)
{
    // The best level is last, so that the level which changes most is the cheapest to add and remove.
    private readonly List<Level> _levels = [];

    /// <summary>Buy or sell.</summary>
    public Side Side => side;

    /// <summary>Number of price levels.</summary>
    public int Count => _levels.Count;

    /// <summary>Best price; null when nobody rests here.</summary>
    public decimal? BestPrice => _levels.Count == 0 ? null : _levels[^1].Price;

    /// <summary>The best level that shows anything; null when none does.</summary>
    public DepthLevel? BestShown
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                if (this[i].Size > 0)
                    return this[i];
            }
            return null;
        }
    }

    /// <summary>Every order in the order in which takers meet them.</summary>
    public IEnumerable<BookOrder> InOrder()
    {
        for (var i = _levels.Count - 1; i >= 0; i--)
        {
            foreach (var order in _levels[i].Orders)
                yield return order;
        }
    }

    /// <summary>The oldest order at the best price; null when nobody rests here.</summary>
    public BookOrder? Head => _levels.Count == 0 ? null : _levels[^1].Orders[0];

    /// <summary>A level, counted from the best (0).</summary>
    public DepthLevel this[int index]
    {
        get
        {
            var level = _levels[_levels.Count - 1 - index];
            return new DepthLevel(level.Price, level.Size);
        }
    }

    /// <summary>Puts an order behind the others of its price.</summary>
    public void Add(BookOrder order)
    {
        var at = Find(order.Price, out var found);
        if (!found)
            _levels.Insert(at, new Level(order.Price));
        _levels[at].Orders.Add(order);
        if (order.Slice == 0)
            order.Slice = Math.Min(order.VisibleSize ?? 0, order.SizeLeft);
        _levels[at].Size += order.Shown;
    }

    /// <summary>Takes an order out.</summary>
    public void Remove(BookOrder order)
    {
        var at = Find(order.Price, out var found);
        if (!found || !_levels[at].Orders.Remove(order))
            throw new InvalidOperationException("The order is not in the book.");
        _levels[at].Size -= order.Shown;
        if (_levels[at].Orders.Count == 0)
            _levels.RemoveAt(at);
    }

    /// <summary>Makes an order smaller; it keeps its place.</summary>
    public void Reduce(BookOrder order, decimal size)
    {
        var at = Find(order.Price, out var found);
        if (!found)
            throw new InvalidOperationException("The order is not in the book.");
        _levels[at].Size -= order.Shown;
        order.SizeLeft -= size;
        _levels[at].Size += order.Shown;
    }

    /// <summary>
    /// Fills part or all of the oldest order at the best price; one that is used up leaves the book. An iceberg whose shown part is used
    /// up shows the next one, behind the others of its price.
    /// </summary>
    /// <param name="size">Base quantity.</param>
    /// <param name="stamp">Time priority of an iceberg's next part.</param>
    public void FillHead(decimal size, long stamp)
    {
        var level = _levels[^1];
        var order = level.Orders[0];
        level.Size -= order.Shown;
        order.Fill(level.Price, size);
        order.Slice -= size;
        if (order.SizeLeft > 0 && (order.VisibleSize is null or 0 || order.Slice > 0))
        {
            level.Size += order.Shown;
            return;
        }
        level.Orders.RemoveAt(0);
        if (order.SizeLeft > 0)
        {
            order.Slice = order.VisibleSize!.Value;
            order.Stamp = stamp;
            level.Orders.Add(order);
            level.Size += order.Shown;
        }
        if (level.Orders.Count == 0)
            _levels.RemoveAt(_levels.Count - 1);
    }

    /// <summary>True when a taker with this limit may trade at a price of this side.</summary>
    public bool Reaches(decimal takerLimit, decimal price) => side == Side.Sell ? price <= takerLimit : price >= takerLimit;

    private int Find(decimal price, out bool found)
    {
        var low = 0;
        var high = _levels.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            var isWorse = side == Side.Buy ? _levels[middle].Price < price : _levels[middle].Price > price;
            if (isWorse)
                low = middle + 1;
            else
                high = middle;
        }
        found = low < _levels.Count && _levels[low].Price == price;
        return low;
    }

    private sealed class Level(decimal price)
    {
        public decimal Price { get; } = price;

        public decimal Size { get; set; }

        public List<BookOrder> Orders { get; } = [];
    }
}
