using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Matching;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Tests.Simulator.Matching;

/// <summary>
/// What docs/simulator.md says of matching, written down the slowest and plainest way: every order in one list, sorted anew at each look.
/// The engine is held against it. It shares the order's description with the engine and nothing of its matching.
/// </summary>
internal sealed class NaiveBook
{
    private readonly List<Entry> _resting = [];
    private int _arrivals;

    /// <summary>What happened, one line an event.</summary>
    public List<string> Tape { get; } = [];

    public void Place(int id, string owner, BookOrder wish)
    {
        var taker = new Entry(id, owner, wish) { Left = wish.SizeLeft, Arrival = ++_arrivals };
        var shown = Opposite(wish.Side).Where(e => e.Shown > 0).Select(e => (decimal?)e.Wish.Price).FirstOrDefault();
        var isMarket = wish.Type == OrderType.Market;
        decimal? limit = isMarket ? shown * (wish.Side == Side.Buy ? 1.1m : 0.9m) : wish.Price;
        if (wish.PostOnly && shown is { } best && Crosses(wish.Side, limit!.Value, best))
        {
            Done(taker, DoneReason.WouldTake);
            return;
        }
        if (wish.TimeInForce == TimeInForce.Fok && !isMarket && Reachable(taker, limit!.Value) < taker.Left)
        {
            Done(taker, DoneReason.NotWhole);
            return;
        }
        var stopped = limit is { } bound && Take(taker, bound);
        if (stopped)
            Done(taker, DoneReason.SelfTrade);
        else if (taker.Left == 0)
            Done(taker, DoneReason.Filled);
        else if (!isMarket && wish.TimeInForce is TimeInForce.Gtc or TimeInForce.Gtt && !isMarket)
            Rest(taker);
        else
            Done(taker, DoneReason.Unfilled);
    }

    public void Cancel(int id)
    {
        var entry = _resting.Single(e => e.Id == id);
        _resting.Remove(entry);
        Done(entry, DoneReason.Cancelled);
    }

    public void Reduce(int id, decimal size)
    {
        _resting.Single(e => e.Id == id).Left -= size;
        Tape.Add($"reduced {id} {size:0.####}");
    }

    /// <summary>The market trades: buyers at the price or above are served first, then sellers at it or below, as far as the volume goes.</summary>
    public void Flow(decimal price, decimal volume)
    {
        foreach (var side in (Side[])[Side.Buy, Side.Sell])
        {
            while (volume > 0 && On(side).FirstOrDefault() is { } maker && Crosses(Other(side), price, maker.Wish.Price))
            {
                var size = Math.Min(maker.Front, volume);
                volume -= size;
                Fill(maker, null, size);
            }
        }
    }

    /// <summary>What rests, in the order in which takers meet it.</summary>
    public IEnumerable<string> Resting() =>
        from side in (Side[])[Side.Buy, Side.Sell]
        from entry in On(side)
        select $"{side} {entry.Id} {entry.Left:0.####} {entry.Shown:0.####}";

    /// <summary>What the book shows of a side, best first.</summary>
    public IEnumerable<DepthLevel> Depth(Side side) => On(side).Where(e => e.Shown > 0)
        .GroupBy(e => e.Wish.Price).Select(g => new DepthLevel(g.Key, g.Sum(e => e.Shown)));

    // True when the taker met itself and is stopped.
    private bool Take(Entry taker, decimal limit)
    {
        while (taker.Left > 0 && Opposite(taker.Wish.Side).FirstOrDefault() is { } maker && Crosses(taker.Wish.Side, limit, maker.Wish.Price))
        {
            if (taker.Wish.SelfTrade == SelfTradePrevention.None || taker.Owner != maker.Owner)
            {
                Fill(maker, taker, Math.Min(taker.Left, maker.Front));
                continue;
            }
            switch (taker.Wish.SelfTrade)
            {
                case SelfTradePrevention.CancelNew:
                    return true;
                case SelfTradePrevention.Decrease:
                    var size = Math.Min(taker.Left, maker.Left);
                    if (size == maker.Left)
                        End(maker, DoneReason.SelfTrade);
                    else
                        Reduce(maker.Id, size);
                    if (size == taker.Left)
                        return true;
                    taker.Left -= size;
                    Tape.Add($"reduced {taker.Id} {size:0.####}");
                    break;
                default:
                    End(maker, DoneReason.SelfTrade);
                    if (taker.Wish.SelfTrade == SelfTradePrevention.CancelBoth)
                        return true;
                    break;
            }
        }
        return false;
    }

    private decimal Reachable(Entry taker, decimal limit) => Opposite(taker.Wish.Side)
        .TakeWhile(e => Crosses(taker.Wish.Side, limit, e.Wish.Price)
            && (taker.Wish.SelfTrade == SelfTradePrevention.None || e.Owner != taker.Owner))
        .Sum(e => e.Left);

    private void Fill(Entry maker, Entry? taker, decimal size)
    {
        maker.Left -= size;
        maker.Slice -= size;
        if (taker is not null)
            taker.Left -= size;
        Tape.Add($"trade {taker?.Id} takes {size:0.####} from {maker.Id} at {maker.Wish.Price:0.####}");
        if (maker.Left == 0)
        {
            End(maker, DoneReason.Filled);
        }
        else if (maker.Wish.VisibleSize > 0 && maker.Slice == 0)
        {
            maker.Slice = maker.Wish.VisibleSize.Value;
            maker.Arrival = ++_arrivals;
        }
    }

    private void Rest(Entry entry)
    {
        entry.Slice = entry.Wish.VisibleSize ?? 0;
        _resting.Add(entry);
        Tape.Add($"rested {entry.Id}");
    }

    private void End(Entry maker, DoneReason reason)
    {
        _resting.Remove(maker);
        Done(maker, reason);
    }

    private void Done(Entry entry, DoneReason reason) => Tape.Add($"done {entry.Id} {reason}");

    private List<Entry> Opposite(Side side) => On(Other(side));

    private List<Entry> On(Side side) =>
        [.. _resting.Where(e => e.Wish.Side == side).OrderBy(e => side == Side.Buy ? -e.Wish.Price : e.Wish.Price).ThenBy(e => e.Arrival)];

    private static Side Other(Side side) => side == Side.Buy ? Side.Sell : Side.Buy;

    private static bool Crosses(Side taker, decimal limit, decimal price) => taker == Side.Buy ? price <= limit : price >= limit;

    private sealed class Entry(int id, string owner, BookOrder wish)
    {
        public int Id => id;

        public string Owner => owner;

        public BookOrder Wish => wish;

        public decimal Left { get; set; }

        public decimal Slice { get; set; }

        public int Arrival { get; set; }

        public decimal Front => wish.VisibleSize > 0 ? Math.Min(Slice, Left) : Left;

        public decimal Shown => wish.VisibleSize switch { null => Left, 0 => 0, _ => Math.Min(Slice, Left) };
    }
}
