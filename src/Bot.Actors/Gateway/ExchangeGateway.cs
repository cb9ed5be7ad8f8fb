using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Bot.Actors.Pairs;
using Bot.Actors.Runtime;
using Bot.Exchange;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Actors.Gateway;

/// <summary>A request to the exchange from an actor of the same node. The reply is an <see cref="OrderInput"/> to the sender.</summary>
public abstract record GatewayRequest : INoSerializationVerificationNeeded
{
    /// <summary>Send a licensed placement, once.</summary>
    /// <param name="Order">The pinned request.</param>
    /// <param name="Leg">Exits go before entries.</param>
    /// <param name="Intent">The decision behind an entry, for the last check before it is sent; null when it is not known.</param>
    public sealed record Place(PinnedOrder Order, IntentLeg Leg, OrderIntended? Intent = null) : GatewayRequest;

    /// <summary>Send a licensed placement of a stop, once.</summary>
    /// <param name="Order">The pinned request.</param>
    public sealed record PlaceStop(PinnedStopOrder Order) : GatewayRequest;

    /// <summary>Ask to cancel.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="ClientOrderId">The order.</param>
    public sealed record Cancel(Symbol Symbol, string ClientOrderId) : GatewayRequest;

    /// <summary>Ask to cancel a stop that waits.</summary>
    /// <param name="Symbol">The pair.</param>
    /// <param name="ClientOrderId">The stop.</param>
    /// <param name="StopId">The exchange's id of the stop, when known.</param>
    public sealed record CancelStop(Symbol Symbol, string ClientOrderId, string? StopId) : GatewayRequest;

    /// <summary>Ask one source about an order.</summary>
    /// <param name="Source">Which source.</param>
    /// <param name="Symbol">The pair.</param>
    /// <param name="ClientOrderId">The order.</param>
    /// <param name="OrderId">The exchange's id, when known.</param>
    /// <param name="SinceMs">Lists are read from here, Unix ms.</param>
    /// <param name="Leg">Questions about exits and stops go before others.</param>
    public sealed record Look(EvidenceSource Source, Symbol Symbol, string ClientOrderId, string? OrderId, long SinceMs, IntentLeg Leg) : GatewayRequest
    {
        /// <summary>The request's place in the rate budget.</summary>
        public RequestLane Lane => IsRoutine ? RequestLane.Market : Leg == IntentLeg.Entry ? RequestLane.Query : RequestLane.Protective;

        /// <summary>Whether it only confirms what is known: it goes after everything else, and never twice at a time.</summary>
        public bool IsRoutine { get; init; }

        /// <summary>The exchange's id of the stop, when known and <see cref="Leg"/> is a stop; <see cref="OrderId"/> is that of the order that it placed.</summary>
        public string? StopId { get; init; }

        /// <summary>Orders that other stops of the pair are known to have placed.</summary>
        public IReadOnlyList<string> ChildrenOfOthers { get; init; } = [];
    }

    /// <summary>The sender hosts this pair and wants its order events.</summary>
    /// <param name="Symbol">The pair.</param>
    public sealed record Register(Symbol Symbol) : GatewayRequest;

    /// <summary>The node is leaving: its pairs open nothing any more.</summary>
    /// <param name="IsLost">True when the cluster has downed it: others may own its pairs by now, so nothing is placed at all.</param>
    public sealed record Leave(bool IsLost) : GatewayRequest;
}

/// <summary>What the private stream tells a pair.</summary>
public abstract record AccountEvent : INoSerializationVerificationNeeded
{
    /// <summary>Something happened to an order of this pair.</summary>
    /// <param name="Update">The message.</param>
    public sealed record Order(OrderUpdate Update) : AccountEvent;

    /// <summary>Something happened to a stop of this pair. It is named by the exchange's id only.</summary>
    /// <param name="Update">The message.</param>
    public sealed record Stop(StopUpdate Update) : AccountEvent;

    /// <summary>The stream is up. Nothing is replayed: what happened before must be asked for.</summary>
    public sealed record Connected : AccountEvent;

    /// <summary>The stream is down.</summary>
    public sealed record Disconnected : AccountEvent;
}

/// <summary>
/// The node's only way to the exchange's account: sends requests, owns the private stream and hands its messages to the pairs that this
/// node hosts. Keeps nothing: a restart changes no order's state.
/// </summary>
public sealed partial class ExchangeGateway : UntypedActor, IAccountStreamListener, IStopOrderListener
{
    /// <summary>The exchange tells of done orders for seven days, ms.</summary>
    private const long OldestMs = (7L * 86_400_000) - 60_000;

    /// <summary>Lists are read from this long before the licence: the exchange's clock is not ours.</summary>
    private const long ListMarginMs = 60_000;

    private readonly NodeServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<Symbol, IActorRef> _pairs = [];

    // Orders that are being asked about as a matter of routine. An answer takes its order out on the client's thread.
    private readonly ConcurrentDictionary<string, bool> _routineLooks = new(StringComparer.Ordinal);
    private readonly IActorRef _self;
    private readonly CancellationTokenSource _stopping = new();
    private readonly GatewayCheck _check;
    private IAccountStream? _stream;
    private bool _isConnected;
    private bool _isLeaving;
    private bool _isLost;

    /// <summary>The gateway of a node.</summary>
    public ExchangeGateway(NodeServices services)
    {
        _services = services;
        _self = Self;
        _check = new GatewayCheck(services);
    }

    /// <inheritdoc/>
    public void OnOrderUpdate(OrderUpdate update) => _self.Tell(new AccountEvent.Order(update), ActorRefs.NoSender);

    /// <inheritdoc/>
    public void OnBalance(Balance balance, long eventTimeMs)
    {
        // The books come from fills; balances are compared by the reconciliation, not followed.
    }

    /// <inheritdoc/>
    public void OnConnected() => _self.Tell(new AccountEvent.Connected(), ActorRefs.NoSender);

    /// <inheritdoc/>
    public void OnDisconnected(string reason) => _self.Tell(new AccountEvent.Disconnected(), ActorRefs.NoSender);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _stream = _services.Streams.OpenAccountStream(this);
        var self = _self;
        _services.Controls.OnMoved(() => self.Tell(SwitchMoved.Instance, ActorRefs.NoSender));
        Context.System.EventStream.Publish(new NodeServiceStarted(NodeService.Gateway));
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        if (_stream is not null)
            _ = _stream.DisposeAsync().AsTask();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case GatewayRequest.Register register:
                _pairs[register.Symbol] = Sender;
                Context.WatchWith(Sender, new PairGone(register.Symbol, Sender));
                if (_isConnected)
                    Sender.Tell(new AccountEvent.Connected());
                break;
            case PairGone gone when _pairs.TryGetValue(gone.Symbol, out var current) && current.Equals(gone.Pair):
                _pairs.Remove(gone.Symbol);
                break;
            case AccountEvent.Order order:
                if (_pairs.TryGetValue(order.Update.Symbol, out var pair))
                    pair.Tell(order);
                break;
            case SwitchMoved:
                TellAll(message);
                break;
            case AccountEvent.Stop stop:
                if (_pairs.TryGetValue(stop.Update.Symbol, out var holder))
                    holder.Tell(stop);
                break;
            case GatewayRequest.Leave leave:
                (_isConnected, _isLeaving, _isLost) = (false, true, _isLost || leave.IsLost);
                TellAll(new AccountEvent.Disconnected());

                // What waits for its turn in the rate budget is given up; what is on its way is in doubt for whoever recovers the order.
                if (_isLost)
                    _stopping.Cancel();
                break;
            case GatewayRequest.Place or GatewayRequest.PlaceStop when _isLost:
                Sender.Tell(new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, "node-lost", "the cluster has downed this node: nothing was sent"));
                break;
            case AccountEvent.Connected when _isLeaving:
                break;
            case AccountEvent.Connected:
                _services.Controls.Note((b, _) => b.AccountStream(_services.ExchangeNowMs(), isUp: true));
                _isConnected = true;
                TellAll(message);
                break;
            case AccountEvent.Disconnected:
                _services.Controls.Note((b, _) => b.AccountStream(_services.ExchangeNowMs(), isUp: false));
                _isConnected = false;
                TellAll(message);
                break;
            case GatewayRequest.Look { IsRoutine: true } look when !_routineLooks.TryAdd(look.ClientOrderId, true):
                // The last question about it still waits for its turn in the rate budget.
                break;
            case GatewayRequest.Place place:
                _ = PlaceAsync(place, Sender, _stopping.Token);
                break;
            case GatewayRequest request:
                _ = RunAsync(request, Sender, _stopping.Token);
                break;
        }
    }

    private void TellAll(object message)
    {
        foreach (var pair in _pairs.Values)
            pair.Tell(message);
    }

    /// <summary>The last check, then the one send. What is refused here was provably never sent, so the refusal is definite.</summary>
    private async Task PlaceAsync(GatewayRequest.Place place, IActorRef replyTo, CancellationToken cancel)
    {
        OrderInput.SubmitAnswered reply;
        try
        {
            Task<Answer<PlacedOrder>> sending;
            var book = _check.IsOn ? await _check.BookAsync(place, cancel).ConfigureAwait(false) : null;

            // A unit of its own while the database is asked; the request that follows has one, and so has the answer.
            _services.InFlight.Enter();
            try
            {
                if (_check.IsOn && await _check.RefusalAsync(place, book, cancel).ConfigureAwait(false) is { } refusal)
                {
                    _log.Warning("{ClientOrderId} is not sent: {Refusal}", place.Order.Spec.ClientOrderId, refusal);
                    replyTo.Tell(new OrderInput.SubmitAnswered(SubmitOutcome.Refused, null, GatewayCheck.Code, refusal), ActorRefs.NoSender);
                    return;
                }
                ChaosHooks.CrashPoint("sending", place);
                sending = _services.Exchange.PlaceOrderAsync(place.Order, place.Leg == IntentLeg.Entry ? RequestLane.Entry : RequestLane.Protective, cancel);
            }
            finally
            {
                _services.InFlight.Exit();
            }
            reply = Answered(await sending.ConfigureAwait(false));
            ChaosHooks.CrashPoint("answered", place);
        }
        catch (Exception e)
        {
            // A fault of ours must not read as an answer of the exchange: a placement stays in doubt.
            _log.Error(e, "a placement failed inside the client");
            reply = (OrderInput.SubmitAnswered)Unknown(place, e);
        }
        _check.Answered(place, reply);
        _check.Ended(reply);
        replyTo.Tell(reply, ActorRefs.NoSender);
    }

    // Enters no work of its own: it goes on inside the unit of the request that it waits for (docs/lockstep.md).
    private async Task RunAsync(GatewayRequest request, IActorRef replyTo, CancellationToken cancel)
    {
        try
        {
            ChaosHooks.CrashPoint("sending", request);
            var answer = await AskAsync(request, cancel).ConfigureAwait(false);
            ChaosHooks.CrashPoint("answered", request);
            _check.Ended(answer);
            replyTo.Tell(answer, ActorRefs.NoSender);
        }
        catch (Exception e)
        {
            // A fault of ours must not read as an answer of the exchange: a placement stays in doubt, a query has learned nothing.
            _log.Error(e, "a request to the exchange failed inside the client");
            replyTo.Tell(Unknown(request, e), ActorRefs.NoSender);
        }
        finally
        {
            if (request is GatewayRequest.Look { IsRoutine: true } look)
                _routineLooks.TryRemove(look.ClientOrderId, out _);
        }
    }

    private static OrderInput Unknown(GatewayRequest request, Exception e) => request switch
    {
        GatewayRequest.Place or GatewayRequest.PlaceStop => new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, "internal", e.GetType().Name),
        GatewayRequest.Look look => new OrderInput.LookFailed(look.Source, e.GetType().Name),
        _ => new OrderInput.CancelAnswered(),
    };

    private async Task<OrderInput> AskAsync(GatewayRequest request, CancellationToken cancel)
    {
        var exchange = _services.Exchange;
        switch (request)
        {
            case GatewayRequest.Cancel c:
                await exchange.CancelOrderAsync(c.Symbol, c.ClientOrderId, RequestLane.Protective, cancel).ConfigureAwait(false);
                return new OrderInput.CancelAnswered();

            case GatewayRequest.PlaceStop or GatewayRequest.CancelStop or GatewayRequest.Look { Source: EvidenceSource.StopByClientOrderId or EvidenceSource.StopList }:
                return await AskStopsAsync(request, cancel).ConfigureAwait(false);

            case GatewayRequest.Look { Source: EvidenceSource.ActiveList } l:
                return InList(l, await exchange.GetActiveOrdersAsync(l.Symbol, l.Lane, cancel).ConfigureAwait(false));

            case GatewayRequest.Look { Source: EvidenceSource.DoneList } l:
                return InList(l, await exchange.GetDoneOrdersAsync(l.Symbol, l.SinceMs - ListMarginMs, l.Lane, cancel).ConfigureAwait(false));

            case GatewayRequest.Look { Source: EvidenceSource.Fills, OrderId: { } orderId } l:
                var own = await exchange.GetFillsOfOrderAsync(l.Symbol, orderId, l.Lane, cancel).ConfigureAwait(false);
                return own.Failure is { } failed
                    ? new OrderInput.LookFailed(l.Source, failed.ToString())
                    : new OrderInput.FillsRead(own.IssuedAtMs, own.Required, false);

            case GatewayRequest.Look { Source: EvidenceSource.Fills } l:
                return await UnattributedAsync(l, cancel).ConfigureAwait(false);

            case GatewayRequest.Look l:
                var answer = await exchange.GetOrderAsync(l.Symbol, l.ClientOrderId, l.Lane, cancel).ConfigureAwait(false);
                return answer.Failure switch
                {
                    null => new OrderInput.Looked(l.Source, answer.IssuedAtMs, answer.Value),
                    { Kind: FailureKind.NotFound } => new OrderInput.Looked(l.Source, answer.IssuedAtMs, null),
                    var failure => new OrderInput.LookFailed(l.Source, failure.ToString()),
                };

            default:
                throw new InvalidOperationException($"{request.GetType().Name} is not a request.");
        }
    }

    /// <summary>What an answer to a placement allows to conclude. Only a provable refusal is one (RELIABILITY.md R6).</summary>
    private static OrderInput.SubmitAnswered Answered(Answer<PlacedOrder> answer) => answer.Failure switch
    {
        null => new OrderInput.SubmitAnswered(SubmitOutcome.Accepted, answer.Required.OrderId, "", ""),
        { Kind: FailureKind.Rejected or FailureKind.Unauthorised or FailureKind.ClockOff } refused =>
            new OrderInput.SubmitAnswered(SubmitOutcome.Refused, null, refused.Code, refused.Message),
        var doubt => new OrderInput.SubmitAnswered(SubmitOutcome.Doubt, null, doubt.Code, doubt.Message),
    };

    private static OrderInput InList(GatewayRequest.Look l, Answer<IReadOnlyList<OrderReport>> answer) => answer.Failure is { } failure
        ? new OrderInput.LookFailed(l.Source, failure.ToString())
        : new OrderInput.Looked(l.Source, answer.IssuedAtMs, answer.Required.FirstOrDefault(o => o.ClientOrderId == l.ClientOrderId))
        {
            Unnamed = l.Leg == IntentLeg.Stop ? [.. answer.Required.Where(o => MayBeChild(o, l))] : [],
        };

    /// <summary>Fills carry no client order id. They speak for absence only when every one of them belongs to a known other order.</summary>
    private async Task<OrderInput> UnattributedAsync(GatewayRequest.Look l, CancellationToken cancel)
    {
        var exchange = _services.Exchange;
        var fills = await exchange.GetFillsAsync(l.Symbol, l.SinceMs - ListMarginMs, l.Lane, cancel).ConfigureAwait(false);
        if (fills.Failure is { } failure)
            return new OrderInput.LookFailed(l.Source, failure.ToString());
        var done = await exchange.GetDoneOrdersAsync(l.Symbol, l.SinceMs - ListMarginMs, l.Lane, cancel).ConfigureAwait(false);
        var active = await exchange.GetActiveOrdersAsync(l.Symbol, l.Lane, cancel).ConfigureAwait(false);
        if ((done.Failure ?? active.Failure) is { } listFailure)
            return new OrderInput.LookFailed(l.Source, listFailure.ToString());
        var others = done.Required.Concat(active.Required).Where(IsOther).Select(o => o.OrderId).ToHashSet(StringComparer.Ordinal);
        if (fills.Required.Any(f => !others.Contains(f.OrderId)))
        {
            // An order that rested for long is older than the list. Unless all is asked that the exchange remembers, its execution would be
            // nobody's, and this order in doubt for as long as lists show it.
            var from = _services.ExchangeNowMs() - OldestMs;
            var older = await exchange.GetDoneOrdersAsync(l.Symbol, from, l.Lane, cancel).ConfigureAwait(false);
            if (older.Failure is { } olderFailure)
                return new OrderInput.LookFailed(l.Source, olderFailure.ToString());
            others.UnionWith(older.Required.Where(IsOther).Select(o => o.OrderId));
        }
        return new OrderInput.FillsRead(fills.IssuedAtMs, [], fills.Required.Any(f => !others.Contains(f.OrderId)));

        bool IsOther(OrderReport o) => o.ClientOrderId != l.ClientOrderId && !(l.Leg == IntentLeg.Stop && MayBeChild(o, l));
    }

    private sealed record PairGone(Symbol Symbol, IActorRef Pair);
}
