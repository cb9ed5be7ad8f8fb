using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Push;

/// <summary>A changed level of the book; size 0 says that it is gone.</summary>
/// <param name="Price">Quote per base.</param>
/// <param name="Size">Base quantity resting there now.</param>
internal readonly record struct BookChange(decimal Price, decimal Size);

/// <summary>
/// The whole book as its subscribers know it. A push tells how the book differs from the last push, so the changes of one instant are
/// packed by construction; without subscribers nothing is compared.
/// </summary>
internal sealed class BookTopic(string name) : Topic(name, FrameClass.Market)
{
    private List<DepthLevel> _bids = [];
    private List<DepthLevel> _asks = [];
    private List<DepthLevel> _nextBids = [];
    private List<DepthLevel> _nextAsks = [];

    /// <summary>Sequence of the book that the subscribers know.</summary>
    public long Sequence { get; private set; }

    /// <summary>Takes the present book as known: the first subscriber reads it from a snapshot.</summary>
    public void Begin(PairMarket pair)
    {
        pair.Engine.Depth(Side.Buy, int.MaxValue, _bids);
        pair.Engine.Depth(Side.Sell, int.MaxValue, _asks);
        Sequence = pair.Engine.Sequence;
    }

    /// <summary>Writes how the book differs from the known one, and takes it as known.</summary>
    public void Update(PairMarket pair, List<BookChange> bids, List<BookChange> asks)
    {
        pair.Engine.Depth(Side.Buy, int.MaxValue, _nextBids);
        pair.Engine.Depth(Side.Sell, int.MaxValue, _nextAsks);
        Compare(_bids, _nextBids, descending: true, bids);
        Compare(_asks, _nextAsks, descending: false, asks);
        (_bids, _nextBids) = (_nextBids, _bids);
        (_asks, _nextAsks) = (_nextAsks, _asks);
        Sequence = pair.Engine.Sequence;
    }

    private static void Compare(List<DepthLevel> old, List<DepthLevel> now, bool descending, List<BookChange> changes)
    {
        changes.Clear();
        int i = 0, j = 0;
        while (i < old.Count || j < now.Count)
        {
            var order = i == old.Count ? 1 : j == now.Count ? -1 : old[i].Price.CompareTo(now[j].Price);
            if (i < old.Count && j < now.Count && descending)
                order = -order;
            if (order < 0)
            {
                changes.Add(new BookChange(old[i++].Price, 0));
            }
            else if (order > 0)
            {
                changes.Add(new BookChange(now[j].Price, now[j].Size));
                j++;
            }
            else
            {
                if (old[i].Size != now[j].Size)
                    changes.Add(new BookChange(now[j].Price, now[j].Size));
                i++;
                j++;
            }
        }
    }
}
