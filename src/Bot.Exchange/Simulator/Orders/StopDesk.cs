using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Faults;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Exchange.Simulator.Orders;

/// <summary>Hears of every step of a stop order's life.</summary>
internal interface IStopListener
{
    /// <summary>A stop order was taken.</summary>
    void OnStopOpen(StopOrder stop);

    /// <summary>A stop order's price has come.</summary>
    /// <param name="stop">The stop order.</param>
    /// <param name="rejection">Why its order was refused; null when it was placed.</param>
    void OnStopTriggered(StopOrder stop, Rejection? rejection);

    /// <summary>A stop order was taken back.</summary>
    void OnStopCancelled(StopOrder stop);
}

/// <summary>Hears of everything that happens to the accounts' orders.</summary>
internal interface IAccountListener : IOrderListener, IStopListener;

/// <summary>
/// Keeps stop orders until the market trades at their price, and places their orders then. Nothing is frozen before: whether the money is
/// there is asked when the price comes.
/// </summary>
internal sealed class StopDesk(TradingFloor floor, Schedule schedule, IStopListener listener)
{
    private const int MaxWaiting = 20;
    private const int IdDigits = 22;

    /// <summary>Takes a stop order.</summary>
    /// <param name="request">What is ordered when the price comes.</param>
    /// <param name="kind">Which way the price must go.</param>
    /// <param name="stopPrice">The price that sets it off, quote per base.</param>
    /// <param name="account">Who orders.</param>
    /// <param name="gatewayMs">The clock by which the account is judged, Unix ms.</param>
    /// <param name="receivedWallUs">Wall time of the request's arrival, Unix microseconds.</param>
    /// <param name="rejection">Why it was refused; null when it was taken.</param>
    /// <returns>The stop order; null when it was refused.</returns>
    public StopOrder? Place(
        OrderRequest request,
        StopKind kind,
        decimal stopPrice,
        Account account,
        long gatewayMs,
        long receivedWallUs,
        out Rejection? rejection)
    {
        var pair = floor.Pair(request.Symbol);
        rejection = OrderChecks.JudgeForm(request, account, pair, gatewayMs) ?? Judge(request, stopPrice, account, pair!)
            ?? Refusal(account, NameOf(request, kind, stopPrice));
        if (rejection is not null)
            return null;
        var chance = account.ChanceOf(NameOf(request, kind, stopPrice));
        var stop = new StopOrder
        {
            Account = account,
            Pair = pair!,

            // The window is about this request; the order that comes of it is the exchange's own.
            Request = request with { ClientTimestamp = null, AllowMaxTimeWindow = null },
            StopId = NewId(account, chance),
            Kind = kind,
            StopPrice = stopPrice,
            Chance = chance,
            CreatedAtMs = floor.NowMs,
            ReceivedWallUs = receivedWallUs,
        };
        account.Stops.Add(stop);
        pair!.Stops.Add(stop);
        floor.Journal?.Touch(stop);
        listener.OnStopOpen(stop);
        return stop;
    }

    /// <summary>Takes an OCO order: two stop orders of which the one that is met cancels the other.</summary>
    /// <param name="request">The order at the price of its limit leg.</param>
    /// <param name="stopPrice">The price that sets the other leg off, quote per base.</param>
    /// <param name="limitPrice">The limit price of the other leg's order, quote per base.</param>
    /// <param name="account">Who orders.</param>
    /// <param name="gatewayMs">The clock by which the account is judged, Unix ms.</param>
    /// <param name="receivedWallUs">Wall time of the request's arrival, Unix microseconds.</param>
    /// <param name="rejection">Why it was refused; null when it was taken.</param>
    /// <returns>The order; null when it was refused.</returns>
    public OcoOrder? PlaceOco(
        OrderRequest request,
        decimal stopPrice,
        decimal limitPrice,
        Account account,
        long gatewayMs,
        long receivedWallUs,
        out Rejection? rejection)
    {
        // A journal holds the two legs, and not that one cancels the other.
        rejection = floor.Journal is not null ? Rejection.OcoNotKept : JudgeOco(request, stopPrice, account);
        if (rejection is not null)
            return null;

        // A sale takes its profit above the market and its loss below it; a purchase the other way about.
        var isSale = request.Side == Side.Sell;
        var second = request with { Price = limitPrice, ClientOid = null };
        var limit = Place(
            request, isSale ? StopKind.Entry : StopKind.Loss, request.Price!.Value, account, gatewayMs, receivedWallUs, out rejection);
        if (limit is null)
            return null;
        var stop = Place(second, isSale ? StopKind.Loss : StopKind.Entry, stopPrice, account, gatewayMs, receivedWallUs, out rejection);
        if (stop is null)
        {
            Cancel(limit);
            return null;
        }
        var oco = new OcoOrder(Account.Hex24(limit.Chance), request, limit, stop);
        limit.Oco = stop.Oco = oco;
        account.Stops.Add(oco);
        return oco;
    }

    /// <summary>Takes a waiting stop order back.</summary>
    public void Cancel(StopOrder stop)
    {
        stop.Phase = StopPhase.Cancelled;
        stop.CancelledAtMs = floor.NowMs;
        stop.Account.Stops.Leave(stop);
        stop.Pair.Stops.Remove(stop);
        floor.Journal?.Touch(stop);
        listener.OnStopCancelled(stop);
    }

    /// <summary>
    /// The market traded. What the price sets off is placed later in the same instant: this is told from the middle of a matching.
    /// </summary>
    public void OnTrade(PairMarket pair, decimal price)
    {
        List<StopOrder>? others = null;
        for (var i = pair.Stops.Count - 1; i >= 0; i--)
        {
            var stop = pair.Stops[i];
            if (!stop.IsMetBy(price))
                continue;
            pair.Stops.RemoveAt(i);
            stop.Account.Stops.Leave(stop);
            stop.Phase = StopPhase.Due;
            if (stop.Oco?.Other(stop) is { Phase: StopPhase.Waiting } other)
                (others ??= []).Add(other);
            floor.Journal?.Touch(stop);
            ScheduleTrigger(stop);
        }

        // One cancels the other.
        foreach (var other in others ?? [])
            Cancel(other);
    }

    /// <summary>Takes a stop order up again that a journal tells of.</summary>
    public void Resume(StopOrder stop)
    {
        stop.Account.Stops.Add(stop);
        if (stop.Phase == StopPhase.Waiting)
            stop.Pair.Stops.Add(stop);
        else
            stop.Account.Stops.Leave(stop);
        if (stop.Phase == StopPhase.Due)
            ScheduleTrigger(stop);
    }

    /// <summary>Places the order of a stop order whose price has come.</summary>
    public void Trigger(StopOrder stop)
    {
        stop.Phase = StopPhase.Triggered;
        stop.TriggeredAtMs = floor.NowMs;
        floor.Journal?.Touch(stop);
        var fault = stop.Account.Faults?.OfStop(stop.Name) ?? FaultKind.None;
        if (fault == FaultKind.StopFunds && stop.Account.Faults!.Count(fault))
        {
            stop.Refusal = Rejection.Balance.Message;
            listener.OnStopTriggered(stop, Rejection.Balance);
            return;
        }
        var request = floor.StopOrdersLeaveNoName ? stop.Request with { ClientOid = null } : stop.Request;
        var order = floor.Desk.Place(request, stop.Account, floor.NowMs, stop.ReceivedWallUs, out var rejection);
        stop.ChildId = order?.OrderId;
        stop.Refusal = rejection?.Message;
        if (fault == FaultKind.StopPartial && order is { Request.Size: { } size } && stop.Account.Faults!.Count(fault))
            order.MostFilled = stop.Pair.Rules.FloorSize(size / 2);
        listener.OnStopTriggered(stop, rejection);
        if (fault == FaultKind.StopGap && stop.Account.Faults!.Count(fault))
            Leap(stop);
    }

    // The market trades far behind the stop's price before the engine has the order.
    private static void Leap(StopOrder stop)
    {
        const decimal Leap = 0.05m;
        var rules = stop.Pair.Rules;
        var price = stop.Kind == StopKind.Loss ? rules.FloorPrice(stop.StopPrice * (1 - Leap)) : rules.CeilingPrice(stop.StopPrice * (1 + Leap));
        if (price > 0)
            stop.Pair.Leap(price);
    }

    /// <summary>A stop order is named by what it asks for, and when.</summary>
    public static string NameOf(OrderRequest request, StopKind kind, decimal stopPrice) =>
        FormattableString.Invariant($"stop {request.ClientOid ?? OrderDesk.NameOf(request)} {kind} {stopPrice}");

    private void ScheduleTrigger(StopOrder stop)
    {
        var lag = stop.Account.Faults is { } faults && faults.OfStop(stop.Name) == FaultKind.StopLag && faults.Count(FaultKind.StopLag)
            ? faults.StopLagMs(stop.Name)
            : 0;
        schedule.Add(new Scheduled(ScheduledKind.Trigger, floor.NowMs + lag, stop.Chance, stop.Account, null, stop));
    }

    // Three refusals that stand for all: of the order, of the pair, of the exchange's state.
    private static Rejection? Refusal(Account account, string name)
    {
        if (account.Faults is not { } faults || faults.OfStop(name) != FaultKind.StopRefused || !faults.Count(FaultKind.StopRefused))
            return null;
        return (StableHash.Of(9, name) % 3) switch
        {
            0 => Rejection.SizeBelowMinimum,
            1 => Rejection.SymbolNotAvailable,
            _ => Rejection.CancelOnly,
        };
    }

    private static Rejection? Judge(OrderRequest request, decimal stopPrice, Account account, PairMarket pair)
    {
        if (stopPrice <= 0 || stopPrice % pair.Rules.PriceIncrement != 0)
            return Rejection.PriceIncrement;
        if (account.Stops.Waiting.Count(s => s.Pair == pair) >= MaxWaiting)
            return Rejection.TooManyOrders;
        return request.ClientOid is { } id && account.Stops.Waiting.Any(s => s.Request.ClientOid == id)
            ? Rejection.ClientOidDuplicated
            : null;
    }

    private Rejection? JudgeOco(OrderRequest request, decimal stopPrice, Account account)
    {
        if (request is not { Type: OrderType.Limit, Price: { } price })
            return Rejection.PriceAndSize;
        if (floor.Pair(request.Symbol)?.LastPrice is { } last
            && (request.Side == Side.Sell ? price <= last || stopPrice >= last : price >= last || stopPrice <= last))
            return Rejection.OcoPrices;
        return request.ClientOid is { } id && account.Stops.Ocos.Any(o => o.IsNew && o.Request.ClientOid == id)
            ? Rejection.ClientOidDuplicated
            : null;
    }

    // Ids of stop orders are digits and letters, unlike those of orders.
    private static string NewId(Account account, ulong chance)
    {
        while (true)
        {
            var id = string.Create(IdDigits + 2, chance, static (text, seed) =>
            {
                "vs".CopyTo(text);
                for (var i = 2; i < text.Length; i++)
                {
                    seed = StableHash.Mix(seed);
                    text[i] = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(seed % 36)];
                }
            });
            if (!account.Stops.Knows(id))
                return id;
            chance = StableHash.Mix(chance);
        }
    }
}
