using Bot.Exchange.Simulator.Orders;
using Bot.Simulation.Actors;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Reconciliation;

using Faults = Bot.Exchange.Simulator.Faults;

namespace Bot.Simulation.Exchange;

/// <content>What the reconciliation reads: whole lists, each of another age; and orders that nobody in this journal placed.</content>
internal sealed partial class ExchangeModel
{
    /// <summary>The exchange's order book as a gateway sees it: the best prices.</summary>
    public (decimal Bid, decimal Ask) Best => (LastPrice - Setup.Rules.PriceIncrement, LastPrice + Setup.Rules.PriceIncrement);

    /// <summary>
    /// An order under our own name of which the journal knows nothing, as after a restore of an old dump: it buys at once, or rests.
    /// </summary>
    public void Plant(bool rests)
    {
        var id = Setup.PlantedId;
        _world.Checker.Planted(id);
        _floor.AdvanceTo(_world.NowMs);
        _floor.Desk.Place(
            new OrderRequest
            {
                ClientOid = id,
                Symbol = Setup.Symbol.Text,
                Side = Side.Buy,
                Type = OrderType.Limit,
                Price = rests ? LastPrice * 0.95m : LastPrice * 1.002m,
                Size = 2m,
                TimeInForce = rests ? TimeInForce.Gtc : TimeInForce.Ioc,
            },
            _account,
            _world.NowMs,
            _world.NowMs * 1000,
            out _);
        Plan();
        Expose();
    }

    // A take-profit for all that is held: who holds it back is of no matter to the stop, only that it is held back.
    private void FreezeBase()
    {
        var held = _account.Balance(Setup.Rules.BaseCurrency);
        held.Change(-held.Available, held.Available);
    }

    /// <summary>What befalls every stop from now on (F18); null for nothing.</summary>
    public void SetStopFault(Plans.FaultKind? kind)
    {
        _account.Faults = kind is null ? null : new Faults.FaultPlan(
            new Faults.FaultProfile("stops")
            {
                StopFaults = [kind switch
                {
                    Plans.FaultKind.StopRefused => Faults.FaultKind.StopFunds,
                    Plans.FaultKind.StopPartial => Faults.FaultKind.StopPartial,
                    Plans.FaultKind.StopLate => Faults.FaultKind.StopLag,
                    Plans.FaultKind.StopGap => Faults.FaultKind.StopGap,
                    _ => Faults.FaultKind.StopRefused,
                }],
            },
            Owner.Key,
            _world.Plan.Noise);
    }

    private SweepAnswer Sweep(SweepAsk ask)
    {
        var (now, weather) = (_world.NowMs, _world.Weather);
        if (weather.ReadsFailMs > now || weather.ServerErrorsMs > now || weather.ThrottledMs > now)
            return new SweepAnswer(ask, null);
        return new SweepAnswer(ask, ask.Part switch
        {
            SweepPart.Orders => Lists(ask),
            SweepPart.Stops => new Listing<StopReport>(ask.IssuedMs, StopsOf(AsOf())),
            _ => new Listing<AccountBalance>(ask.IssuedMs, BalancesOf(AsOf())),
        });
    }

    private SymbolLists Lists(SweepAsk ask) => new()
    {
        Symbol = Setup.Symbol,
        Active = new Listing<OrderReport>(ask.IssuedMs, OrdersOf(AsOf(), true, 0)),
        Done = ask.IsFull ? new Listing<OrderReport>(ask.IssuedMs, OrdersOf(AsOf(), false, ask.SinceMs)) : null,
        Fills = ask.IsFull ? new Listing<FillReport>(ask.IssuedMs, FillsSince(AsOf(), ask.SinceMs)) : null,
    };

    private List<OrderReport> OrdersOf(long asOf, bool isActive, long sinceMs)
    {
        var orders = new List<OrderReport>();
        foreach (var order in _account.Orders)
        {
            if (order.CreatedAtMs >= sinceMs && IsListed(order, asOf, isActive))
                orders.Add(Report(order, asOf));
        }
        return orders;
    }

    private List<FillReport> FillsSince(long asOf, long sinceMs)
    {
        var fills = new List<FillReport>();
        foreach (var fill in _account.Fills)
        {
            if (fill.TimeMs <= asOf && fill.TimeMs >= sinceMs && !IsHidden(fill))
            {
                fills.Add(new FillReport(
                    Setup.Symbol, fill.Order.OrderId, TradeIdOf(fill), fill.Order.Side, fill.Price, fill.Size, fill.Fee, fill.FeeCurrency, fill.IsMaker, fill.TimeMs));
            }
        }
        return fills;
    }

    private List<StopReport> StopsOf(long asOf)
    {
        var stops = new List<StopReport>();
        foreach (var stop in _account.Stops.All)
        {
            if (stop.CreatedAtMs > asOf || stop.CancelledAtMs <= asOf || stop.TriggeredAtMs <= asOf)
                continue;
            stops.Add(new StopReport(stop.StopId, stop.Request.ClientOid, Setup.Symbol, stop.StopPrice, stop.Request.Size, false, stop.CreatedAtMs, null));
        }
        return stops;
    }

    // The balances of a moment: those of the beginning and every execution until then.
    private List<AccountBalance> BalancesOf(long asOf)
    {
        decimal held = 0, cash = Setup.Cash;
        foreach (var fill in _account.Fills)
        {
            if (fill.TimeMs > asOf)
                continue;
            var sign = fill.Order.Side == Side.Buy ? 1 : -1;
            held += sign * fill.Size;
            cash -= (sign * fill.Size * fill.Price) + fill.Fee;
        }
        return [new AccountBalance(Setup.Rules.BaseCurrency, held), new AccountBalance(Setup.Rules.QuoteCurrency, cash)];
    }
}
