using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Matching;
using Bot.Exchange.Simulator.Orders;
using Bot.Simulation.Actors;
using Bot.Simulation.Engine;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Simulation.Exchange;

/// <content>What the exchange tells: reads that may be stale, each source another, and the private stream.</content>
internal sealed partial class ExchangeModel
{
    private const int StalerThanMarginMs = 75_000;

    private const long ListMarginMs = 60_000;

    private static readonly IReadOnlyList<FillReport> NoFills = [];

    private bool _hiddenAreCancelled;

    // The two sides of a self-trade share the trade id: two orders may have executions of one id.
    private long TradeIdOf(AccountFill fill)
    {
        if (!_world.Plan.HasSharedTradeIds)
            return fill.TradeId;
        var number = 0;
        foreach (var other in _account.Fills)
        {
            if (other.Order == fill.Order)
                number++;
            if (other == fill)
                break;
        }
        return number;
    }

    // When two orders of the account meet, the last execution of all is the other side's.
    private AccountFill LastOf(AccountOrder order)
    {
        var at = _account.Fills.Count - 1;
        while (_account.Fills[at].Order != order)
            at--;
        return _account.Fills[at];
    }

    private long AsOf()
    {
        var now = _world.NowMs;
        if (_world.Is(Mutant.ReadsStalerThanMargin) && _world.Draw(2) == 0)
            return now - _world.Draw(StalerThanMarginMs);
        return _world.Weather.StaleMs > now ? now - _world.Draw(_world.Weather.StaleByMs) : now;
    }

    private OrderInput Look(Request request)
    {
        var (now, weather) = (_world.NowMs, _world.Weather);
        if (weather.ReadsFailMs > now || weather.ServerErrorsMs > now)
            return request.Failed("500000", "Internal Server Error");
        if (weather.ThrottledMs > now)
            return request.Failed("429000", "Too Many Requests");
        switch (request.Source)
        {
            case EvidenceSource.StopByClientOrderId or EvidenceSource.StopList:
                return new OrderInput.StopLooked(request.Source, request.IssuedMs, FindStop(request, AsOf()));
            case EvidenceSource.ActiveList or EvidenceSource.DoneList:
                var isActive = request.Source == EvidenceSource.ActiveList;
                var asOf = AsOf();
                var looked = new OrderInput.Looked(request.Source, request.IssuedMs, Find(request, asOf, isActive));
                return request.Spec.StopPrice is null ? looked : looked with { Unnamed = Unnamed(request, asOf, isActive) };
            case EvidenceSource.Fills when request.OrderId is { } orderId:
                return new OrderInput.FillsRead(request.IssuedMs, FillsOf(orderId, AsOf()), false);
            case EvidenceSource.Fills:
                return new OrderInput.FillsRead(request.IssuedMs, NoFills, HasUnattributed(request));
            default:
                return new OrderInput.Looked(request.Source, request.IssuedMs, Find(request, AsOf(), null));
        }
    }

    private OrderReport? Find(Request request, long asOf, bool? isActive)
    {
        // The last order with the client order id, as the exchange's own index gives it.
        for (var i = _account.Orders.Count - 1; i >= 0; i--)
        {
            var order = _account.Orders[i];
            if (order.ClientOid != request.Spec.ClientOrderId || order.CreatedAtMs > asOf)
                continue;
            if (Report(order, asOf) is { } report && (isActive is null || report.Active == isActive))
                return report;
        }
        return null;
    }

    private StopReport? FindStop(Request request, long asOf)
    {
        var stops = _account.Stops.All;
        for (var i = stops.Count - 1; i >= 0; i--)
        {
            var stop = stops[i];
            if (stop.Request.ClientOid != request.Spec.ClientOrderId || stop.CreatedAtMs > asOf)
                continue;
            var isTriggered = stop.TriggeredAtMs <= asOf;

            // By the exchange's id it shows a triggered stop as well; by ours, none that has triggered, nor does the list.
            var isByItsId = request.Source == EvidenceSource.StopByClientOrderId && request.StopId is not null;
            if (stop.CancelledAtMs <= asOf || (isTriggered && (!isByItsId || _world.Plan.IsTriggeredHidden)))
                continue;
            return new StopReport(
                stop.StopId, stop.Request.ClientOid, Setup.Symbol, stop.StopPrice, stop.Request.Size, isTriggered, stop.CreatedAtMs, isTriggered ? stop.TriggeredAtMs : null);
        }
        return null;
    }

    private List<OrderReport> Unnamed(Request request, long asOf, bool isActive)
    {
        var unnamed = new List<OrderReport>();
        foreach (var order in _account.Orders)
        {
            if (MayBeChild(order, request) && order.CreatedAtMs <= asOf && Report(order, asOf) is var report && report.Active == isActive)
                unnamed.Add(report);
        }
        return unnamed;
    }

    // As the gateway does it: not older than the stop, and of one stop only.
    private static bool MayBeChild(AccountOrder order, Request stop) =>
        stop.Spec.StopPrice is not null && order.ClientOid.Length == 0 && order.Side == Side.Sell && order.CreatedAtMs >= stop.SinceMs - 1_000
        && !stop.ChildrenOfOthers.Contains(order.OrderId);

    private OrderReport Report(AccountOrder order, long asOf)
    {
        var isCurrent = order.UpdatedAtMs <= asOf;
        decimal size = 0, funds = 0, hidden = 0;
        foreach (var fill in _account.Fills)
        {
            if (fill.Order != order || fill.TimeMs > asOf)
                continue;
            if (IsHidden(fill))
            {
                hidden += fill.Size;
                continue;
            }
            size += fill.Size;
            funds += fill.Size * fill.Price;
        }
        return new OrderReport(
            order.OrderId, order.Request.ClientOid, Setup.Symbol, order.Side, order.Type, order.Request.Price, order.Request.Size, size, funds,
            isCurrent ? order.CancelledSize + (_hiddenAreCancelled ? hidden : 0) : 0, !isCurrent || order.IsActive, order.CreatedAtMs);
    }

    private List<FillReport> FillsOf(string orderId, long asOf)
    {
        var fills = new List<FillReport>();
        foreach (var fill in _account.Fills)
        {
            if (fill.Order.OrderId == orderId && fill.TimeMs <= asOf && !IsHidden(fill))
            {
                fills.Add(new FillReport(
                    Setup.Symbol, orderId, TradeIdOf(fill), fill.Order.Side, fill.Price, fill.Size, fill.Fee, fill.FeeCurrency, fill.IsMaker, fill.TimeMs));
            }
        }
        return fills;
    }

    // As the gateway does it: executions first, then both lists; each may be of another age. What is older than the lists it asks for too.
    private bool HasUnattributed(Request request)
    {
        var (fillsAsOf, doneAsOf, activeAsOf) = (AsOf(), AsOf(), AsOf());
        foreach (var fill in _account.Fills)
        {
            if (fill.TimeMs > fillsAsOf || fill.TimeMs < request.SinceMs - ListMarginMs || IsHidden(fill))
                continue;
            var order = fill.Order;
            var isKnown = order.ClientOid != request.Spec.ClientOrderId && !MayBeChild(order, request)
                && (!_world.Is(Mutant.OldOrdersUnattributed) || order.CreatedAtMs >= request.SinceMs - ListMarginMs)
                && (IsListed(order, doneAsOf, false) || IsListed(order, activeAsOf, true));
            if (!isKnown)
                return true;
        }
        return false;
    }

    private static bool IsListed(AccountOrder order, long asOf, bool isActive) =>
        order.CreatedAtMs <= asOf && (order.UpdatedAtMs > asOf || order.IsActive) == isActive;

    private bool IsHidden(AccountFill fill)
    {
        foreach (var (hidden, until) in _hidden)
        {
            if (hidden == fill)
                return until > _world.NowMs;
        }
        return false;
    }

    /// <inheritdoc/>
    public void OnReceived(AccountOrder order) => Push(order, OrderUpdateKind.Received, null);

    /// <inheritdoc/>
    public void OnOpen(AccountOrder order) => Push(order, OrderUpdateKind.Open, null);

    /// <inheritdoc/>
    public void OnMatch(AccountOrder order, in Trade trade, bool isMaker)
    {
        var weather = _world.Weather;
        if (weather.LateExecutionsMs > _world.NowMs)
        {
            _hidden.Add((LastOf(order), _world.NowMs + weather.ExecutionsLateByMs));

            // Either the order does not add up meanwhile, or what is not shown counts as cancelled.
            _hiddenAreCancelled = (weather.ExecutionsLateByMs & 1) == 1;
            return;
        }
        Push(order, OrderUpdateKind.Match, new FillReport(
            Setup.Symbol, order.OrderId, TradeIdOf(LastOf(order)), order.Side, trade.Price, trade.Size, null, null, isMaker, _world.NowMs));
    }

    /// <inheritdoc/>
    public void OnUpdate(AccountOrder order, decimal size) => Push(order, OrderUpdateKind.Update, null);

    /// <inheritdoc/>
    public void OnEnd(AccountOrder order, DoneReason reason)
    {
        _world.Trace?.Line(null, $"the exchange ends {order.ClientOid}: {reason}, filled {order.DealSize}");
        Push(order, reason == DoneReason.Filled ? OrderUpdateKind.Filled : OrderUpdateKind.Canceled, null);
    }

    /// <inheritdoc/>
    public void OnBalance(AccountOrder order, AccountBalance balance, decimal available, decimal held, long? tradeId)
    {
    }

    /// <inheritdoc/>
    public void OnStopOpen(StopOrder stop) => Push(stop, StopUpdateKind.Open, null, null);

    /// <inheritdoc/>
    public void OnStopTriggered(StopOrder stop, Rejection? rejection)
    {
        _world.Trace?.Line(null, $"the stop {stop.Request.ClientOid} triggers: {rejection?.Message ?? stop.ChildId}");
        Push(stop, StopUpdateKind.Triggered, rejection is null, rejection?.Message);
    }

    /// <inheritdoc/>
    public void OnStopCancelled(StopOrder stop) => Push(stop, StopUpdateKind.Cancelled, null, null);

    private void Push(StopOrder stop, StopUpdateKind kind, bool? isPlaced, string? error) =>
        _world.Push(new StopUpdate(kind, Setup.Symbol, stop.StopId, isPlaced, error, _world.NowMs));

    private void Push(AccountOrder order, OrderUpdateKind kind, FillReport? fill) =>
        _world.Push(new OrderUpdate(kind, Setup.Symbol, order.OrderId, order.Request.ClientOid, fill, order.DealSize, _world.NowMs));
}
