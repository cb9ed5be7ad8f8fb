using Bot.Exchange;
using Bot.Exchange.Kucoin.Errors;
using Bot.Exchange.Simulator;
using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Market;
using Bot.Exchange.Simulator.Orders;
using Bot.Simulation.Actors;
using Bot.Simulation.Engine;
using Bot.Trading.Checking;
using Bot.Trading.Market;
using Bot.Trading.Orders;

namespace Bot.Simulation.Exchange;

/// <summary>
/// The exchange: the simulator's own floor, desks, engine and accounts behind a thin gate that asks and errs as KuCoin's does. What it
/// answers may be late, lost, stale or wrong; what it does is what the engine does.
/// </summary>
internal sealed partial class ExchangeModel : IAccountListener
{
    private const long SignatureLifeMs = 5_000;

    private static readonly SimulatorAccount Owner = new()
    {
        Key = "simulation",
        Secret = "none",
        Passphrase = "none",
        Balances = new Dictionary<string, decimal> { ["USDT"] = Setup.Cash },
    };

    // Definite refusals of RELIABILITY.md R6: funds, price or size, symbol, too many orders, parameters, keys, account, clock.
    private static readonly (string Code, string Message, int Status)[] Refusals =
    [
        ("200004", "Balance insufficient!", 200),
        ("102429", "price out of range", 200),
        ("900001", "symbol not exists", 200),
        ("200003", "Too many open orders.", 200),
        ("400100", "Parameter error", 200),
        ("400005", "Invalid KC-API-SIGN", 401),
        ("411100", "User are frozen", 200),
        ("400002", "Invalid KC-API-TIMESTAMP", 400),
    ];

    private readonly World _world;
    private readonly TradingFloor _floor;
    private readonly Account _account;
    private readonly PairMarket _pair;
    private readonly List<(AccountFill Fill, long UntilMs)> _hidden = [];
    private long _scheduledMs = long.MaxValue;
    private decimal _depth = Setup.Depth;

    public ExchangeModel(World world, ulong seed)
    {
        _world = world;
        _floor = new TradingFloor(ScriptedMarket.Instance, [Owner], seed, 2, 20, this) { StopOrdersLeaveNoName = world.Plan.IsChildNameless };
        _account = _floor.Account(Owner.Key)!;
        _pair = _floor.Pairs[0];
        LastPrice = Setup.FirstTicks * Setup.Rules.PriceIncrement;
    }

    /// <summary>The price that the market last traded at by the scenario.</summary>
    public decimal LastPrice { get; private set; }

    /// <summary>The same in increments.</summary>
    public int LastTicks => (int)(LastPrice / Setup.Rules.PriceIncrement);

    /// <summary>Stops that wait.</summary>
    public IReadOnlyList<StopOrder> Waiting => _account.Stops.Waiting;

    /// <summary>Tells the checker what is held and what covers it.</summary>
    public void Expose()
    {
        if (!_world.Plan.HasStops)
            return;
        decimal stops = 0, sales = 0;
        var working = 0;
        foreach (var stop in _account.Stops.All)
        {
            if (stop.Phase is not (StopPhase.Waiting or StopPhase.Due))
                continue;
            working++;
            stops += stop.Request.Size ?? 0;
        }
        foreach (var order in _account.Active)
        {
            working++;
            if (order.Side == Side.Sell)
                sales += order.Request.Size - order.DealSize ?? 0;
        }
        _world.Checker.Working(working);
        _world.Checker.Exposed(_world.NowMs, _account.Balance("ABC").Total, stops, sales, LastPrice);
    }

    /// <summary>The market trades at a price.</summary>
    public void SetPrice(decimal price)
    {
        _floor.AdvanceTo(_world.NowMs);
        LastPrice = Math.Max(Setup.Rules.PriceIncrement, price);
        _pair.Apply(new PricePoint(0, _world.NowMs, LastPrice, 1m, _depth));
        Plan();
    }

    /// <summary>The book's levels become larger or smaller.</summary>
    public void SetDepth(decimal depth)
    {
        _depth = depth;
        SetPrice(LastPrice);
    }

    /// <summary>What is due at the exchange happens.</summary>
    public void Advance()
    {
        _scheduledMs = long.MaxValue;
        _floor.AdvanceTo(_world.NowMs);
        Plan();
        Expose();
    }

    /// <summary>Nothing is held back any more.</summary>
    public void Heal()
    {
        SetStopFault(null);
        if (_depth != Setup.Depth)
            SetDepth(Setup.Depth);
    }

    /// <summary>Everything that was asked happens.</summary>
    public void Settle() => _floor.AdvanceTo(_world.NowMs);

    /// <summary>A request is at the door.</summary>
    public void Arrive(Ask request)
    {
        _floor.AdvanceTo(_world.NowMs);
        object answer = request switch
        {
            SweepAsk sweep => Sweep(sweep),
            Request { Kind: RequestKind.Place } place => Place(place),
            Request { Kind: RequestKind.Cancel } cancel => Cancel(cancel),
            Request { Kind: RequestKind.CancelStop } cancel => CancelStop(cancel),
            var look => Look((Request)look),
        };
        Plan();
        Expose();
        if (request.IsAnswered)
            return;
        if (request is Request && request.Asker is { IsAlive: true, Node.IsPaused: false } tracker)
            _world.Passes(CrashPoint.AfterSend, tracker);
        _world.Answer(request, answer);
    }

    /// <summary>The account's orders as the checker reads them.</summary>
    public List<VenueOrder> Orders()
    {
        var orders = new List<VenueOrder>(_account.Orders.Count);
        foreach (var o in _account.Orders)
        {
            orders.Add(new VenueOrder(
                o.ClientOid, o.OrderId, o.Pair.Symbol, o.Request.Size, o.DealSize, o.CancelledSize, o.IsActive, o.CreatedAtMs, o.ReceivedWallUs));
        }
        return orders;
    }

    /// <summary>The account's stops as the checker reads them.</summary>
    public List<VenueStop> Stops()
    {
        var stops = new List<VenueStop>(_account.Stops.All.Count);
        foreach (var s in _account.Stops.All)
        {
            stops.Add(new VenueStop(
                s.Request.ClientOid ?? "",
                s.StopId,
                s.Pair.Symbol,
                s.Request.Side == Side.Buy,
                s.Request.Size,
                s.StopPrice,
                s.Phase switch
                {
                    StopPhase.Waiting => VenueStopPhase.Waiting,
                    StopPhase.Due => VenueStopPhase.Due,
                    StopPhase.Triggered => VenueStopPhase.Triggered,
                    _ => VenueStopPhase.Cancelled,
                },
                s.CreatedAtMs,
                s.TriggeredAtMs ?? s.CancelledAtMs,
                s.ChildId,
                s.ReceivedWallUs));
        }
        return stops;
    }

    /// <summary>The account's executions as the checker reads them.</summary>
    public List<VenueFill> Fills()
    {
        var fills = new List<VenueFill>(_account.Fills.Count);
        foreach (var f in _account.Fills)
        {
            fills.Add(new VenueFill(
                f.Order.ClientOid, f.Order.OrderId, TradeIdOf(f), f.Order.Pair.Symbol, f.Order.Side == Side.Buy, f.Price, f.Size, f.Fee, f.FeeCurrency));
        }
        return fills;
    }

    /// <summary>The account's balances as the checker reads them.</summary>
    public List<VenueBalance> Balances()
    {
        var balances = new List<VenueBalance>(2);
        foreach (var b in _account.Balances)
            balances.Add(new VenueBalance(b.Currency, b.Initial, b.Total));
        return balances;
    }

    private void Plan()
    {
        if (_floor.NextEventMs is not { } next || next >= _scheduledMs)
            return;
        _scheduledMs = next;
        _world.Queue.Add(Math.Max(next, _world.NowMs), Happening.Exchange);
    }

    private OrderInput.SubmitAnswered Place(Request request)
    {
        var (now, weather) = (_world.NowMs, _world.Weather);
        var sign = request.SignMs == 0 ? now : request.SignMs;
        if (weather.ServerErrorsMs > now)
            return Refused(request, "500000", "Internal Server Error", 500);
        if (weather.ThrottledMs > now)
            return Refused(request, "429000", "Too Many Requests", 429);
        if (Math.Abs(now - sign) > SignatureLifeMs && !_world.Is(Mutant.ExchangeTakesLateRequests))
            return Refused(request, "400002", "Invalid KC-API-TIMESTAMP", 400);
        if (weather.RefusalsMs > now)
        {
            var (code, message, status) = Refusals[weather.Refusal % Refusals.Length];
            return Refused(request, code, message, status);
        }
        var hasWindow = request.SignMs != 0 && !_world.Is(Mutant.ExchangeTakesLateRequests);
        var spec = request.Spec;
        if (spec.StopPrice is { } stopPrice)
            return PlaceStop(request, stopPrice);
        var order = _floor.Desk.Place(
            new OrderRequest
            {
                ClientOid = spec.ClientOrderId,
                Symbol = spec.Symbol.Text,
                Side = spec.Side,
                Type = spec.Type,
                Price = spec.Price,
                Size = spec.Size,
                TimeInForce = spec.TimeInForce,
                PostOnly = spec.PostOnly,
                ClientTimestamp = hasWindow ? sign : null,
                AllowMaxTimeWindow = hasWindow ? Setup.WindowMs : null,
            },
            _account,
            now,
            now * 1000,
            out var rejection);
        if (order is null)
            return Refused(request, rejection!.Code, rejection.Message, rejection.HttpStatus);
        return Taken(request, order.OrderId);
    }

    private OrderInput.SubmitAnswered PlaceStop(Request request, decimal stopPrice)
    {
        var (spec, now) = (request.Spec, _world.NowMs);
        var order = new OrderRequest { ClientOid = spec.ClientOrderId, Symbol = spec.Symbol.Text, Side = spec.Side, Type = spec.Type, Price = spec.Price, Size = spec.Size };
        var stop = _floor.Stops.Place(order, StopKind.Loss, stopPrice, _account, now, now * 1000, out var rejection);
        if (stop is null)
            return Refused(request, rejection!.Code, rejection.Message, rejection.HttpStatus);
        if (_world.Is(Mutant.TakeProfitFreezesBase))
            FreezeBase();
        return Taken(request, stop.StopId);
    }

    private OrderInput.SubmitAnswered Taken(Request request, string id)
    {
        var (now, weather) = (_world.NowMs, _world.Weather);
        _world.Trace?.Line(null, $"the exchange takes {request.Spec.ClientOrderId} as {id}");
        if (weather.ServerErrorsAfterMs > now)
            return Refused(request, "500000", "Internal Server Error", 500);
        if (weather.ThrottledAfterMs > now)
            return Refused(request, "429000", "Too Many Requests", 429);
        return new OrderInput.SubmitAnswered(SubmitOutcome.Accepted, id, "", "");
    }

    // What the client makes of an answer, by its own table, and what the gateway makes of that.
    private OrderInput.SubmitAnswered Refused(Request request, string code, string message, int status)
    {
        _world.Trace?.Line(null, $"the exchange answers {request.Spec.ClientOrderId} with {code} {message}");
        var kind = KucoinErrors.Classify(status, code, message, global::Bot.Exchange.Kucoin.Errors.RequestKind.Placement);
        var isDefinite = kind is FailureKind.Rejected or FailureKind.Unauthorised or FailureKind.ClockOff
            || (kind == FailureKind.Throttled && _world.Is(Mutant.ThrottledIsRefusal))
            || (kind == FailureKind.Doubt && _world.Is(Mutant.ServerErrorIsRefusal));
        return new OrderInput.SubmitAnswered(isDefinite ? SubmitOutcome.Refused : SubmitOutcome.Doubt, null, code, message);
    }

    private OrderInput.CancelAnswered CancelStop(Request request)
    {
        foreach (var stop in _account.Stops.Waiting)
        {
            if (request.StopId is { } id ? stop.StopId != id : stop.Request.ClientOid != request.Spec.ClientOrderId)
                continue;
            _floor.Stops.Cancel(stop);
            return new OrderInput.CancelAnswered { IsConfirmed = true };
        }
        return new OrderInput.CancelAnswered();
    }

    private OrderInput.CancelAnswered Cancel(Request request)
    {
        if (_account.Find(_pair, request.Spec.ClientOrderId, _world.NowMs) is { IsActive: true } order)
            _floor.Desk.RequestCancel(order);
        return new OrderInput.CancelAnswered();
    }
}
