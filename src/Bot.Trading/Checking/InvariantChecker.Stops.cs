namespace Bot.Trading.Checking;

/// <content>Stops that the exchange holds. A stop and the order that comes of it, its child, are one order of ours.</content>
public sealed partial class InvariantChecker
{
    /// <summary>Keeps what is ours. A child may have lost its name: it belongs to whom its stop belongs.</summary>
    private void TakeVenue(IReadOnlyList<VenueOrder> orders, IReadOnlyList<VenueStop> stops, IReadOnlyList<VenueFill> fills)
    {
        foreach (var stop in stops)
        {
            if (!IsOwn(stop.ClientOrderId))
                continue;
            _venueStops.Add(stop);
            if (stop.ChildOrderId is { } child)
                _children[child] = stop.ClientOrderId;
        }
        foreach (var order in orders)
        {
            if (order.ClientOrderId.Length == 0 && _children.ContainsKey(order.OrderId) && Claimant(order.OrderId) is { } claimant)
                _children[order.OrderId] = claimant;
        }
        foreach (var order in orders)
        {
            if (_children.TryGetValue(order.OrderId, out var owner))
                _venueOrders.Add(order with { ClientOrderId = owner });
            else if (IsOwn(order.ClientOrderId))
                _venueOrders.Add(order);
        }
        foreach (var fill in fills)
        {
            if (_children.TryGetValue(fill.OrderId, out var owner))
                _venueFills.Add(fill with { ClientOrderId = owner });
            else if (IsOwn(fill.ClientOrderId))
                _venueFills.Add(fill);
        }
    }

    /// <summary>
    /// The stop that counts an order without a name as its own. Which of two equal stops placed it the exchange does not tell, so any may,
    /// but one only.
    /// </summary>
    private string? Claimant(string childOrderId)
    {
        string? claimant = null;
        foreach (var order in _orders)
        {
            if (order.IsBroken || order.State.ChildOrderId != childOrderId)
                continue;
            if (claimant is not null)
                Violate("I2", order.ClientOrderId, $"order {childOrderId} counts as that of {claimant} too");
            claimant ??= order.ClientOrderId;
        }
        return claimant;
    }

    private void StopsAtTheExchange()
    {
        foreach (var stop in _venueStops)
        {
            var (id, order) = (stop.ClientOrderId, Order(stop.ClientOrderId));
            if (order is not null && ++order.AtExchange == 2)
                Violate("I2", id, "the exchange has more than one order with this id");
            Licensed(id, stop.CreatedAtMs, order);
            CommittedBeforeSent(id, stop.ReceivedUs, order);
            if (stop.Phase is VenueStopPhase.Waiting or VenueStopPhase.Due)
                Tracked(id, order);
        }
    }

    /// <summary>True for the order that a stop placed: it was licensed, sent and counted as the stop.</summary>
    private bool IsChild(VenueOrder order) => _children.ContainsKey(order.OrderId);
}
