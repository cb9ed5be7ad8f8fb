using System.Collections.Concurrent;

namespace Bot.Trading.Orders;

/// <summary>
/// Which stop of a pair has claimed which order as the one that it placed. An order that a stop places may carry nobody's client order id, and two
/// stops of one size may ask about it at the same instant: the first to claim it has it, and the claim is made in the moment of the decision.
/// One for the trackers of a pair, which run on different threads; kept for as long as the pair runs, a few words for each stop that triggered.
/// </summary>
public sealed class StopChildren
{
    private readonly ConcurrentDictionary<string, string> _owners = new(StringComparer.Ordinal);

    /// <summary>Claims an order. True when it is this stop's, now or from before.</summary>
    /// <param name="orderId">The exchange's id of the order.</param>
    /// <param name="clientOrderId">The stop.</param>
    public bool TryClaim(string orderId, string clientOrderId) => _owners.GetOrAdd(orderId, clientOrderId) == clientOrderId;

    /// <summary>True when another stop has claimed it.</summary>
    /// <param name="orderId">The exchange's id of the order.</param>
    /// <param name="clientOrderId">The stop that asks.</param>
    public bool IsOfAnother(string orderId, string clientOrderId) => _owners.TryGetValue(orderId, out var owner) && owner != clientOrderId;

    /// <summary>Orders that other stops have claimed.</summary>
    /// <param name="clientOrderId">The stop that asks.</param>
    public IReadOnlyList<string> OfOthers(string clientOrderId)
    {
        if (_owners.IsEmpty)
            return [];
        List<string> others = [];
        foreach (var (order, owner) in _owners)
        {
            if (owner != clientOrderId)
                others.Add(order);
        }
        return others;
    }
}
