using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Event;
using Bot.Actors.Gateway;
using Bot.Actors.Persistence;
using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Actors.Orders;

/// <summary>The pair has settled the order: its tracker may rest. Late evidence starts it again.</summary>
public sealed record ReleaseOrder : INoSerializationVerificationNeeded
{
    /// <summary>The only instance.</summary>
    public static readonly ReleaseOrder Instance = new();
}

/// <summary>
/// Owns one order: licenses and sends it, listens and polls, records its fills, resolves doubt. A child of its pair, named by its client
/// order id; everything it decides is in <see cref="OrderDecider"/>.
/// </summary>
public sealed class OrderTracker : DurableActor<OrderEvent, OrderEffect>
{
    private const string WakeTimer = "wake";

    /// <summary>How long an order that was just sent is waited for when its tracker is told to end, ms.</summary>
    private const long AnswerMs = 3_000;

    private readonly PairEffect.StartTracker _start;
    private readonly IActorRef _gateway;
    private readonly IActorRef _pair;
    private readonly OrderState _state = new();
    private readonly OrderMemory _memory;
    private readonly List<PairInput> _report = [];
    private ActorTimers? _ending;

    /// <summary>The tracker of an order.</summary>
    /// <param name="services">The node.</param>
    /// <param name="start">The order's complete specification, whether it is new or recovered.</param>
    /// <param name="gateway">The node's gateway.</param>
    /// <param name="children">What the pair's stops have placed.</param>
    public OrderTracker(NodeServices services, PairEffect.StartTracker start, IActorRef gateway, StopChildren children)
        : base(services)
    {
        _memory = new OrderMemory { Children = children };
        _start = start;
        _gateway = gateway;
        _pair = Context.Parent;
        PersistenceId = PersistenceIdOf(start.Spec.ClientOrderId);
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <summary>The journal stream of an order.</summary>
    public static string PersistenceIdOf(string clientOrderId) => $"order-{clientOrderId}";

    /// <inheritdoc/>
    protected override void Apply(OrderEvent e)
    {
        _state.Apply(e);
        if (e is StopTriggered { ChildOrderId: { } child })
            _memory.Children.TryClaim(child, _start.Spec.ClientOrderId);
    }

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        var adopted = _start.Adopted is { } a
            ? new OrderInput.Adopted(_start.Spec, _start.Leg, _start.CorrelationId, a.OrderId, a.Cancel, a.Why)
            : null;
        Decide(_state.Status != OrderStatus.None ? new OrderInput.Recovered(adopted)
            : adopted ?? (OrderInput)new OrderInput.Begin(_start.Spec, _start.Leg, _start.CorrelationId, _start.DeadlineMs));
    }

    /// <inheritdoc/>
    protected override void OnMessage(object message)
    {
        switch (message)
        {
            case OrderInput input:
                Decide(input);
                break;
            case AccountEvent.Order { Update.ClientOrderId: null } unnamed when unnamed.Update.OrderId != _state.TradingOrderId:
                // Somebody else's; or of our stop, which cannot be known before the exchange has shown it.
                break;
            case AccountEvent.Stop stop:
                if (stop.Update.StopId == _state.OrderId)
                    Decide(new OrderInput.StopStreamed(stop.Update));
                break;
            case AccountEvent.Order order:
                Decide(new OrderInput.Streamed(order.Update));
                break;
            case AccountEvent.Connected when !_state.IsSettled:
                // The stream has no replay: what it missed is asked for at once, and before what only confirms.
                Decide(new OrderInput.LookAgain());
                break;
            case ReleaseOrder or EndNow:
                Context.Stop(Self);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Run(OrderEffect effect)
    {
        var spec = _start.Spec;
        switch (effect)
        {
            case OrderEffect.Submit submit:
                Log.Info("{CorrelationId} {ClientOrderId} sending {Side} {Type} {Size} {Symbol}", _start.CorrelationId, spec.ClientOrderId, spec.Side, spec.Type, spec.Size, spec.Symbol.Text);
                _gateway.Tell(submit.Spec.StopPrice is { } stopPrice
                    ? new GatewayRequest.PlaceStop(PinStop(submit.Spec, stopPrice, submit.SignTimeMs))
                    : new GatewayRequest.Place(Services.Exchange.Pin(submit.Spec, submit.SignTimeMs), _start.Leg, _start.Intent));
                break;
            case OrderEffect.Cancel:
                _gateway.Tell(new GatewayRequest.Cancel(spec.Symbol, spec.ClientOrderId));
                break;
            case OrderEffect.CancelStop:
                _gateway.Tell(new GatewayRequest.CancelStop(spec.Symbol, spec.ClientOrderId, _state.OrderId));
                break;
            case OrderEffect.Look look:
                // A stop may have waited for days; what it placed is not older than its trigger.
                var since = _memory.TriggeredAtMs > 0 ? _memory.TriggeredAtMs : _state.SignTimeMs;
                _gateway.Tell(new GatewayRequest.Look(look.Source, spec.Symbol, spec.ClientOrderId, _state.TradingOrderId, since, _start.Leg)
                {
                    StopId = _state.IsStop ? _state.OrderId : null,
                    IsRoutine = look.IsRoutine,
                    ChildrenOfOthers = _memory.Children.OfOthers(spec.ClientOrderId),
                });
                break;
            case OrderEffect.Wake wake:
                Timers.After(WakeTimer, wake.DelayMs, new OrderInput.Woken());
                break;
            case OrderEffect.TellFill fill:
                _report.Add(new PairInput.OrderFilled(spec.ClientOrderId, fill.Fill));
                break;
            case OrderEffect.TellFee fee:
                _report.Add(new PairInput.OrderFee(spec.ClientOrderId, fee.OrderId, fee.TradeId, fee.Fee, fee.FeeCurrency));
                break;
            case OrderEffect.TellDoubt:
                Log.Warning("{CorrelationId} {ClientOrderId} is in doubt", _start.CorrelationId, spec.ClientOrderId);
                _report.Add(new PairInput.OrderInDoubt(spec.ClientOrderId));
                break;
            case OrderEffect.TellLive:
                _report.Add(new PairInput.OrderLive(spec.ClientOrderId));
                break;
            case OrderEffect.TellTriggered:
                _report.Add(new PairInput.StopTriggered(spec.ClientOrderId));
                break;
            case OrderEffect.TellWatched:
                _report.Add(new PairInput.OrderWatched(spec.ClientOrderId));
                break;
            case OrderEffect.TellSettled settled:
                Timers.Cancel(WakeTimer);
                _report.Add(new PairInput.OrderSettled(spec.ClientOrderId, settled.Outcome, settled.FilledSize, settled.FilledFunds, settled.Code, settled.Message));
                break;
            case OrderEffect.Alert alert:
                Log.Error("{CorrelationId} {ClientOrderId} ALERT {Alert}", _start.CorrelationId, spec.ClientOrderId, alert.Message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void AfterCommit()
    {
        // What one decision tells the pair travels together, so that the pair writes it together.
        if (_report.Count == 1)
            _pair.Tell(_report[0]);
        else if (_report.Count > 1)
            _pair.Tell(new PairInput.Several([.. _report]));
        _report.Clear();
        if (_ending is not null && _state.Status != OrderStatus.Authorised)
            Context.Stop(Self);
    }

    /// <inheritdoc/>
    protected override void OnStopAsked()
    {
        if (_state.Status != OrderStatus.Authorised)
        {
            Context.Stop(Self);
            return;
        }

        // The answer to a placement is worth a moment: without it the next owner begins with a doubt. On wall time: a replay's clock may
        // stand for ever by now.
        _ending = new ActorTimers(TimeProvider.System, Self);
        _ending.After("end", AnswerMs, new EndNow());
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _ending?.Dispose();
        base.PostStop();
    }

    private void Decide(OrderInput input)
    {
        if (_state.Status == OrderStatus.None && input is not (OrderInput.Begin or OrderInput.Adopted))
            return;
        var context = new OrderContext(
            Services.ExchangeNowMs(),
            Services.Settings.Order,
            Services.Settings.Node,
            Replayed,
            input is OrderInput.Begin or OrderInput.Recovered or OrderInput.Adopted ? StateHash.Of(_state) : "",
            Pin);
        OrderDecider.Decide(_state, _memory, input, context, Sink);
        Commit();
    }

    private (long ValidUntilMs, string BodyHash) Pin(OrderSpec spec, long signTimeMs)
    {
        if (spec.StopPrice is { } stopPrice)
        {
            var stop = PinStop(spec, stopPrice, signTimeMs);
            return (stop.ValidUntilMs, Hash(stop.Body));
        }
        var pinned = Services.Exchange.Pin(spec, signTimeMs);
        return (pinned.ValidUntilMs, Hash(pinned.Body));
    }

    private PinnedStopOrder PinStop(OrderSpec spec, decimal stopPrice, long signTimeMs) =>
        Services.Stops.Orders.PinStop(new StopOrderSpec(spec, StopDirection.Loss, stopPrice), signTimeMs);

    private static string Hash(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    private sealed record EndNow;
}
