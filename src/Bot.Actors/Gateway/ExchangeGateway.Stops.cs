using Akka.Actor;
using Akka.Event;
using Bot.Exchange;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Actors.Gateway;

/// <content>Stops that the exchange holds: a store of their own, with ids of their own.</content>
public sealed partial class ExchangeGateway
{
    /// <summary>What a retired endpoint answers (docs/kucoin.md).</summary>
    private const string Retired = "401000";

    /// <summary>So far may the exchange's clock and the licence's time differ, ms.</summary>
    private const long ClockErrorMs = 1_000;

    /// <inheritdoc/>
    public void OnStopOrder(StopOrderUpdate update)
    {
        var kind = update.Kind switch
        {
            StopOrderUpdateKind.Open => StopUpdateKind.Open,
            StopOrderUpdateKind.Triggered => StopUpdateKind.Triggered,
            _ => StopUpdateKind.Cancelled,
        };
        _self.Tell(new AccountEvent.Stop(new StopUpdate(kind, update.Symbol, update.OrderId, update.IsPlaced, update.Error, update.TimeMs)), ActorRefs.NoSender);
    }

    private async Task<OrderInput> AskStopsAsync(GatewayRequest request, CancellationToken cancel)
    {
        var stops = _services.Stops.Orders;
        switch (request)
        {
            case GatewayRequest.PlaceStop place:
                var placed = await stops.PlaceStopOrderAsync(place.Order, RequestLane.Protective, cancel).ConfigureAwait(false);
                if (placed.Failure?.Code == Retired && _services.Stops.Settle(isServed: false))
                    _log.Error("ALERT the exchange takes no stops any more: the pairs watch their stops alone");
                return Answered(placed);

            case GatewayRequest.CancelStop { StopId: { } stopId } c:
                var byItsId = await stops.CancelStopOrderAsync(c.Symbol, stopId, RequestLane.Protective, cancel).ConfigureAwait(false);
                return new OrderInput.CancelAnswered { IsConfirmed = byItsId.IsSuccess };

            case GatewayRequest.CancelStop c:
                var byOurId = await stops.CancelStopOrderByClientIdAsync(c.Symbol, c.ClientOrderId, RequestLane.Protective, cancel).ConfigureAwait(false);
                return new OrderInput.CancelAnswered { IsConfirmed = byOurId.IsSuccess };

            case GatewayRequest.Look { Source: EvidenceSource.StopList } l:
                var list = await stops.GetStopOrdersAsync(l.Symbol, l.Lane, cancel).ConfigureAwait(false);
                return list.Failure is { } unread
                    ? new OrderInput.LookFailed(l.Source, unread.ToString())
                    : new OrderInput.StopLooked(l.Source, list.IssuedAtMs, Report(list.Required.FirstOrDefault(s => s.ClientOrderId == l.ClientOrderId)));

            case GatewayRequest.Look l:
                // By the exchange's id it shows a triggered stop as well; by ours, none that has triggered.
                var one = l.StopId is { } known
                    ? await stops.GetStopOrderAsync(known, l.Lane, cancel).ConfigureAwait(false)
                    : await stops.GetStopOrderByClientIdAsync(l.Symbol, l.ClientOrderId, l.Lane, cancel).ConfigureAwait(false);
                return one.Failure switch
                {
                    null when one.Required.Symbol != l.Symbol => new OrderInput.LookFailed(l.Source, "the stop shown is of another pair"),
                    null => new OrderInput.StopLooked(l.Source, one.IssuedAtMs, Report(one.Required)),
                    { Kind: FailureKind.NotFound } => new OrderInput.StopLooked(l.Source, one.IssuedAtMs, null),
                    var failure => new OrderInput.LookFailed(l.Source, failure.ToString()),
                };

            default:
                throw new InvalidOperationException($"{request.GetType().Name} is not a request about stops.");
        }
    }

    private static StopReport? Report(StopOrderReport? stop) => stop is null
        ? null
        : new StopReport(stop.OrderId, stop.ClientOrderId, stop.Symbol, stop.StopPrice, stop.Size, stop.IsTriggered, stop.CreatedAtMs, stop.TriggeredAtMs);

    /// <summary>The order that a stop places may come without the stop's client order id. It is not older than the stop, and of one stop only.</summary>
    private static bool MayBeChild(OrderReport order, GatewayRequest.Look stop) =>
        string.IsNullOrEmpty(order.ClientOrderId) && order.Side == Side.Sell && order.CreatedAtMs >= stop.SinceMs - ClockErrorMs
        && !stop.ChildrenOfOthers.Contains(order.OrderId);
}
