using Bot.Simulation.Engine;
using Bot.Simulation.Exchange;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;

namespace Bot.Simulation.Actors;

/// <summary>An order tracker's interpreter, as src/Bot.Actors/Orders/OrderTracker.cs with the gateway's part of it.</summary>
internal sealed class TrackerHost : Durable<OrderEvent, OrderEffect>
{
    private static readonly Func<OrderSpec, long, (long ValidUntilMs, string BodyHash)> Pin = static (spec, sign) => (sign + (spec.StopPrice is null ? Setup.WindowMs : Setup.SignatureLifeMs), "body");

    private readonly PairHost _pair;
    private readonly PairEffect.StartTracker _start;
    private readonly OrderState _state = new();
    private readonly OrderMemory _memory;
    private readonly List<PairInput> _report = [];
    private readonly OrderPolicy _policy;
    private bool _isSilent;
    private int _wake;
    private int _notFound;

    public TrackerHost(World world, Node node, PairHost pair, PairEffect.StartTracker start, StopChildren children)
        : base(world, node, world.Journal.Stream(Setup.OrderStream(start.Spec.ClientOrderId)))
    {
        _pair = pair;
        _start = start;
        _memory = new OrderMemory { Children = children };
        _policy = Mutants.Policy(world);
        world.Lives(Writer, node);
    }

    /// <summary>The order's id.</summary>
    public string ClientOrderId => _start.Spec.ClientOrderId;

    /// <summary>Whether the exchange holds it back until its price comes.</summary>
    public bool IsStop => _start.Spec.StopPrice is not null;

    /// <summary>What it is for.</summary>
    public IntentLeg Leg => _start.Leg;

    /// <summary>The exchange's clock as its node estimates it.</summary>
    public long NodeMs => NowMs;

    /// <summary>Whether it is being released.</summary>
    public bool IsReleasing { get; set; }

    /// <summary>What the stream said of it meanwhile.</summary>
    public List<OrderUpdate>? Held { get; set; }

    /// <summary>Its state, for the checks at rest.</summary>
    public OrderState State => _state;

    /// <inheritdoc/>
    protected override void Apply(OrderEvent e)
    {
        _state.Apply(e);
        if (e is StopTriggered { ChildOrderId: { } child })
            _memory.Children.TryClaim(child, ClientOrderId);
    }

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        if (_state.Status == OrderStatus.None)
        {
            Decide(Adopted ?? (OrderInput)new OrderInput.Begin(_start.Spec, _start.Leg, _start.CorrelationId, _start.DeadlineMs));
            return;
        }
        if (World.Is(Mutant.ResendOnRecovery) && _state.Status is OrderStatus.Authorised or OrderStatus.InDoubt)
            Place(_state.Spec!, NowMs);
        _isSilent = World.Is(Mutant.SilentRecovery);
        Decide(new OrderInput.Recovered(Adopted));
    }

    private OrderInput.Adopted? Adopted => _start.Adopted is { } a
        ? new OrderInput.Adopted(_start.Spec, _start.Leg, _start.CorrelationId, a.OrderId, a.Cancel, a.Why)
        : null;

    /// <inheritdoc/>
    protected override void OnMessage(in Event e)
    {
        if (e.Kind == Happening.Timer)
        {
            if (e.Number == _wake && !(_state.IsSettled && (World.Is(Mutant.NoWatchAfterClose) || World.Is(Mutant.ClosedBeforeFills))) && !IsDeaf)
                Decide(new OrderInput.Woken());
            return;
        }
        switch (e.Payload)
        {
            case OrderInput input:
                OnInput(input);
                break;
            case OrderUpdate { ClientOrderId: null } unnamed when unnamed.OrderId != _state.TradingOrderId:
                // Somebody else's; or of our stop, which cannot be known before the exchange has shown it.
                break;
            case OrderUpdate update:
                Decide(new OrderInput.Streamed(update));
                break;
            case StopUpdate update when update.StopId == _state.OrderId:
                Decide(new OrderInput.StopStreamed(update));
                break;
            case Word word when word == Word.Connected && !_state.IsSettled && !IsDeaf:
                // The stream has no replay: what it missed is asked for at once.
                Decide(new OrderInput.Woken());
                break;
            case Word word when word == Word.Release:
                Stop();
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
                Place(submit.Spec, submit.SignTimeMs);
                break;
            case OrderEffect.Cancel:
                World.Send(new Request(this, RequestKind.Cancel, spec));
                break;
            case OrderEffect.CancelStop:
                World.Send(new Request(this, RequestKind.CancelStop, spec) { StopId = _state.OrderId });
                break;
            case OrderEffect.Look look:
                AskTooEarly(look);
                World.Send(new Request(this, RequestKind.Look, spec)
                {
                    Source = look.Source,
                    OrderId = _state.TradingOrderId,
                    StopId = _state.IsStop ? _state.OrderId : null,

                    // A stop may have waited for days; what it placed is not older than its trigger.
                    SinceMs = _memory.TriggeredAtMs > 0 ? _memory.TriggeredAtMs : _state.SignTimeMs,
                    ChildrenOfOthers = _memory.Children.OfOthers(ClientOrderId),
                });
                break;
            case OrderEffect.Wake wake:
                World.Queue.Add(World.NowMs + wake.DelayMs, Happening.Timer, this, number: ++_wake);
                break;
            case OrderEffect.TellFill fill:
                _report.Add(new PairInput.OrderFilled(spec.ClientOrderId, fill.Fill));
                break;
            case OrderEffect.TellFee fee:
                _report.Add(new PairInput.OrderFee(spec.ClientOrderId, fee.OrderId, fee.TradeId, fee.Fee, fee.FeeCurrency));
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
            case OrderEffect.TellDoubt:
                _report.Add(new PairInput.OrderInDoubt(spec.ClientOrderId));
                break;
            case OrderEffect.TellSettled settled:
                _wake++;
                _report.Add(new PairInput.OrderSettled(spec.ClientOrderId, settled.Outcome, settled.FilledSize, settled.FilledFunds, settled.Code, settled.Message));
                break;
            case OrderEffect.Alert alert:
                World.Trace?.Line(this, $"ALERT {alert.Message}");
                break;
        }
    }

    /// <inheritdoc/>
    protected override void AfterCommit()
    {
        // What one decision tells the pair travels together, so that the pair writes it together.
        if (_isSilent)
            _report.Clear();
        _isSilent = false;
        if (_report.Count == 1)
            World.Tell(_pair, _report[0]);
        else if (_report.Count > 1)
            World.Tell(_pair, new PairInput.Several([.. _report]));
        _report.Clear();
    }

    /// <inheritdoc/>
    protected override void OnEnded()
    {
        if (_pair.IsAlive)
            World.Tell(_pair, new TrackerGone(this));
    }

    // Wrong turns in what the gateway makes of an answer.
    private OrderInput Mutated(OrderInput input) => input switch
    {
        OrderInput.Looked { Report: { Active: false } r } l when World.Is(Mutant.ClosedBeforeFills) =>
            l with { Report = r with { DealSize = _state.FilledSize, DealFunds = _state.FilledFunds, CancelledSize = _start.Spec.Size - _state.FilledSize } },
        OrderInput.Looked { Report: { } r } when World.Is(Mutant.PositionFromDealSize) && _state.TradingOrderId is not null && r.DealSize > _state.FilledSize =>
            new OrderInput.FillsRead(NowMs, [new FillReport(Setup.Symbol, r.OrderId, -(long)(r.DealSize * 100), r.Side, r.DealFunds / r.DealSize, r.DealSize - _state.FilledSize, 0, "USDT", null, NowMs)], false),
        OrderInput.SubmitAnswered { Outcome: SubmitOutcome.Doubt, Code: "timeout" } a when World.Is(Mutant.TimeoutIsRefusal) =>
            a with { Outcome = SubmitOutcome.Refused },
        _ => input,
    };

    private void OnInput(OrderInput input)
    {
        input = Mutated(input);
        if (World.Is(Mutant.StaleEvidence))
        {
            input = input switch
            {
                OrderInput.Looked l => l with { IssuedAtMs = NowMs },
                OrderInput.FillsRead f => f with { IssuedAtMs = NowMs },
                OrderInput.StopLooked l => l with { IssuedAtMs = NowMs },
                _ => input,
            };
        }
        if (World.Is(Mutant.QueryThenResend) && input is OrderInput.Looked { Report: null } && _state.Status == OrderStatus.InDoubt && ++_notFound == 2)
            Place(_state.Spec!, NowMs);
        if (World.Is(Mutant.BlindRetry) && input is OrderInput.SubmitAnswered { Outcome: SubmitOutcome.Doubt } && _notFound++ == 0)
        {
            Place(_state.Spec!, NowMs);
            return;
        }
        if (World.Is(Mutant.FailedReadIsAbsence) && input is OrderInput.LookFailed failed)
        {
            input = failed.Source switch
            {
                EvidenceSource.Fills => new OrderInput.FillsRead(NowMs, [], false),
                EvidenceSource.StopByClientOrderId or EvidenceSource.StopList => new OrderInput.StopLooked(failed.Source, NowMs, null),
                _ => new OrderInput.Looked(failed.Source, NowMs, null),
            };
        }
        Decide(input);
    }

    private void Place(OrderSpec spec, long signTimeMs)
    {
        if (World.Is(Mutant.AttemptsShareId) && Trading.Orders.ClientOrderId.TryParse(spec.ClientOrderId, out var own) && own.Attempt > 1)
            spec = spec with { ClientOrderId = (own with { Attempt = 1 }).Text };

        if (World.Is(Mutant.IntentsShareId) && Trading.Orders.ClientOrderId.TryParse(spec.ClientOrderId, out var cut))
            spec = spec with { ClientOrderId = (cut with { IntentNumber = 1 + (cut.IntentNumber % 2) }).Text };

        // The gateway checks it again, and reads the kill switch anew before it sends an entry; what cannot be read counts as halted.
        if (Node.Gateway.Refusal(World, _start, NowMs) is { } refusal)
        {
            World.Tell(this, new OrderInput.SubmitAnswered(SubmitOutcome.Refused, null, GatewayHost.Code, refusal));
            return;
        }
        var request = new Request(this, RequestKind.Place, spec)
        {
            SignMs = World.Is(Mutant.SignedAtSend) ? 0 : signTimeMs,
            OrderId = null,
        };
        if (!World.Is(Mutant.SignedAtSend) && Math.Abs(NowMs - signTimeMs) >= Setup.LicenceAgeMs)
            World.Tell(this, new OrderInput.SubmitAnswered(SubmitOutcome.Refused, null, GatewayHost.StaleLicence, "too old to be sent"));
        else
            World.Send(request);
    }

    private bool IsDeaf => World.Is(Mutant.StopsOnlyByStream) && IsStop && _memory.IsLiveTold && !_state.IsTriggered;

    // The questions that may prove absence are asked from the beginning, and what they answer counts whenever it is read.
    private void AskTooEarly(OrderEffect.Look look)
    {
        if (!World.Is(Mutant.StaleEvidence) || _state.Status != OrderStatus.InDoubt || look.Source != EvidenceSource.ClientOrderId || NowMs > _state.ValidUntilMs)
            return;
        foreach (var source in (ReadOnlySpan<EvidenceSource>)[EvidenceSource.ActiveList, EvidenceSource.DoneList, EvidenceSource.Fills])
            World.Send(new Request(this, RequestKind.Look, _start.Spec) { Source = source, SinceMs = _state.SignTimeMs });
    }

    private void Decide(OrderInput input)
    {
        if (_state.Status == OrderStatus.None && input is not (OrderInput.Begin or OrderInput.Adopted))
            return;
        World.Trace?.Input(this, input);
        var context = new OrderContext(
            NowMs, _policy, Node.Name, Replayed, input is OrderInput.Recovered ? SimHash.Of(_state) : "", Pin);
        OrderDecider.Decide(_state, _memory, input, context, Sink);
        Commit();
    }
}
