using Akka.Actor;
using Akka.Event;
using Bot.Actors.Gateway;
using Bot.Actors.Market;
using Bot.Actors.Orders;
using Bot.Actors.Persistence;
using Bot.Actors.Portfolio;
using Bot.Actors.Prices;
using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Strategies;

namespace Bot.Actors.Pairs;

/// <summary>The other actors that a pair talks to.</summary>
/// <param name="Gateway">The node's gateway.</param>
/// <param name="Prices">The node's price feed.</param>
/// <param name="Directory">The node's rules and fees.</param>
/// <param name="Portfolio">The portfolio, wherever it is.</param>
/// <param name="Collector">The collector, wherever it is.</param>
public sealed record PairNeighbours(IActorRef Gateway, IActorRef Prices, IActorRef Directory, IActorRef Portfolio, IActorRef Collector)
{
    /// <summary>The reconciler, wherever it is; nobody where none runs, and then nothing waits for it.</summary>
    public IActorRef Reconciler { get; init; } = ActorRefs.Nobody;
}

/// <summary>
/// Owns one trading pair: position, protection, intents. Feeds prices and candles to <see cref="PairDecider"/>, supervises the trackers
/// of its orders. All trading logic is in the decider.
/// </summary>
public sealed partial class PairActor : DurableActor<PairEvent, PairEffect>
{
    private const string ReportTimer = "report";

    /// <summary>An unacknowledged report is repeated after this, ms.</summary>
    private const long ReportRetryMs = 5_000;

    private readonly PairNeighbours _neighbours;
    private readonly PairContext _context;
    private readonly PairMemory _memory = new();
    private readonly ProtectionMeter _meter;
    private PairState _state = new();
    private PriceScale? _scale;
    private Ticker? _lastTicker;
    private long _acknowledged = -1;
    private long _wakes;
    private bool _isAccountConnected;
    private bool _isModeKnown;
    private bool _isModeDecided;
    private TradingMode _portfolioMode;
    private string? _portfolioReason;

    /// <summary>The actor of a pair.</summary>
    /// <param name="symbol">The pair.</param>
    /// <param name="services">The node.</param>
    /// <param name="neighbours">The actors it talks to.</param>
    public PairActor(Symbol symbol, NodeServices services, PairNeighbours neighbours)
        : base(services)
    {
        _neighbours = neighbours;
        PersistenceId = PersistenceIdOf(symbol);
        _meter = new ProtectionMeter(symbol, services.ExchangeNowMs);
        _context = new PairContext
        {
            Symbol = symbol,
            Settings = services.Settings.Pair,
            Protection = services.Settings.Protection,
            Controls = services.Controls.Settings,
            Limits = services.Controls.Limits,
            IntervalMs = services.Settings.Interval.Milliseconds,
            ConfigurationVersion = services.Settings.Version,
            Deployment = services.Settings.Deployment,
            Node = services.Settings.Node,
            Strategy = NewStrategy(services.Settings),
            ExchangeStops = services.Stops.IsServed,
            AllowOutageExposure = services.Settings.AllowOutageExposure,
        };
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    protected override int SnapshotEvery => 200;

    /// <summary>The journal stream of a pair.</summary>
    public static string PersistenceIdOf(Symbol symbol) => $"pair-{symbol.Text}";

    /// <inheritdoc/>
    protected override void Apply(PairEvent e)
    {
        _state.Apply(e);
        _memory.Rearm(_state, _context);
        _meter.Take(_state, e, _memory.UnprotectedSinceMs, IsRecovering);
        Services.Controls.SetHolding(_context.Symbol, _state.Position.Quantity > 0 || _state.HasOpen(IntentLeg.Entry));
        if (!IsRecovering)
            Explain(e);
    }

    /// <inheritdoc/>
    protected override object TakeSnapshot() => _state.ToSnapshot();

    /// <inheritdoc/>
    protected override void Restore(object state) => _state = PairState.From((PairSnapshot)state);

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        if (_state.Version == 0)
            return;
        _context.Replayed = Replayed;
        _context.StateHash = StateHash.Of(_state);
        Decide(new PairInput.Recovered());
        Connect();
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(NodeServiceStarted));
        base.PreStart();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _ending?.Dispose();
        Services.Stops.Forget(Self);
        _meter.Dispose();
        base.PostStop();
    }

    /// <inheritdoc/>
    protected override void OnMessage(object message)
    {
        switch (message)
        {
            case PriceSlot slot:
                OnPrice(slot);
                break;
            case CandleClosed closed:
                OnCandleClosed(closed);
                break;
            case CandleHistory history:
                OnHistory(history);
                break;
            case PairInput input:
                Decide(input);
                break;
            case AccountEvent.Order order:
                OnOrderEvent(order);
                break;
            case AccountEvent.Stop stop:
                TellStops(stop);
                break;
            case AccountEvent.Connected:
                // What happened while nobody listened is looked for before anything is opened (RELIABILITY.md R14).
                if (!_isAccountConnected)
                    AskSweep();
                _isAccountConnected = true;
                foreach (var tracker in _trackers.Values)
                    tracker.Tell(message);
                CheckGate();
                break;
            case AccountEvent.Disconnected:
                // Without order events nothing is opened; protection and polling go on.
                _isAccountConnected = false;
                CheckGate();
                break;
            case PairRules rules:
                OnRules(rules);
                break;
            case GrantAnswer answer:
                Decide(new PairInput.GrantAnswered(answer.IntentNumber, answer.Decision, answer.ReservedQuote));
                break;
            case BookAcknowledged acknowledged:
                _acknowledged = Math.Max(_acknowledged, acknowledged.Version);
                SetMode(acknowledged.Mode, acknowledged.Reason);
                break;
            case TradingModeChanged changed:
                SetMode(changed.Mode, changed.Reason);
                break;
            case SwitchMoved:
                ApplyMode();
                break;
            case PausePair pause:
                Decide(new PairInput.PauseEntries(pause.Reason));
                break;
            case ResumePair resume:
                Decide(new PairInput.ResumeEntries($"{resume.By}: {resume.Reason}"));
                DeferAsync(Sender, asker => asker.Tell(new PairResumed(_context.Symbol, EntryBlock())));
                break;
            case HistoryOverdue when _isHistoryAsked:
                _isHistoryAsked = false;
                AskHistory();
                break;
            case ReportAgain:
                Report();
                break;
            case SweepOverdue when !IsSwept:
                AskSweepAgain();
                break;
            case StartPair start:
                OnStart(start);
                break;
            case WindDownPair windDown:
                Decide(new PairInput.WindDown(windDown.Phase, windDown.Flatten, windDown.Reason));
                break;
            case IPairMessage told when OnReconciler(told):
                break;
            case GetPairStatus:
                Sender.Tell(Status());
                break;
            case Terminated gone when gone.ActorRef.Equals(_trackers.GetValueOrDefault(gone.ActorRef.Path.Name)):
                OnTrackerGone(gone.ActorRef.Path.Name);
                break;
            case IncarnationEnded ended:
                OnTrackerEnds(Sender.Path.Name, ended.Cause);
                break;
            case RestartTracker restart:
                OnRestart(restart.ClientOrderId);
                break;
            case NodeServiceStarted started:
                OnServiceStarted(started.Service);
                break;
            case CandlesOverdue:
                AskHistory();
                break;
            case EndNow:
                Context.Stop(Self);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Run(PairEffect effect)
    {
        switch (effect)
        {
            case PairEffect.StartTracker start:
                StartTracker(start);
                break;
            case PairEffect.EnsureTracker ensure:
                EnsureTracker(ensure.Order);
                break;
            case PairEffect.CancelOrder cancel:
                if (_trackers.TryGetValue(cancel.ClientOrderId, out var cancelled))
                    cancelled.Tell(new OrderInput.CancelAsked(cancel.Reason));
                break;
            case PairEffect.ReleaseTracker release:
                // By message, behind what the tracker still has to do: a stop would overtake a fill that it is writing down.
                if (_trackers.TryGetValue(release.ClientOrderId, out var tracker) && _releasing.TryAdd(release.ClientOrderId, []))
                    tracker.Tell(ReleaseOrder.Instance);
                _restarts.Remove(release.ClientOrderId);
                break;
            case PairEffect.RequestGrant request:
                _neighbours.Portfolio.Tell(new AskGrant(request.Request));
                break;
            case PairEffect.ReleaseGrant release:
                _neighbours.Portfolio.Tell(new ReturnGrant(_context.Symbol, release.IntentNumber));
                break;
            case PairEffect.Report:
                Report();
                break;
            case PairEffect.Wake wake:
                // Several wishes may run side by side: a doubt's patience and an exit's pause are different clocks.
                Timers.After($"wake-{_wakes++ % 64}", wake.DelayMs, new PairInput.Woken());
                break;
            case PairEffect.ControlTripped tripped:
                Services.Controls.Trips.Add(tripped.Reason, _context.Symbol);
                break;
            case PairEffect.Note { IsAlert: true } note:
                Log.Error("{Symbol} ALERT {Note}", _context.Symbol.Text, note.Message);
                break;
            case PairEffect.Note note:
                Log.Info("{Symbol} {Note}", _context.Symbol.Text, note.Message);
                break;
        }
    }

    private static IStrategy NewStrategy(BotSettings settings) =>
        StrategyCatalog.All[settings.Strategy].Create(settings.StrategyParameters);

    private void OnStart(StartPair start)
    {
        var wasDormant = _state.Version == 0;
        Decide(new PairInput.Start(start.SymbolId, start.BaseCurrency, start.QuoteCurrency, Services.Settings.Strategy, start.RiskLevel));
        if (wasDormant)
            Connect();
    }

    /// <summary>What a decision may look at, as it is now.</summary>
    private void LookAround()
    {
        _context.NowMs = Services.ExchangeNowMs();
        _context.ExchangeStops = Services.Stops.IsServed;
    }

    /// <summary>As <see cref="LookAround"/>, for what may open something: prices come too often for it.</summary>
    private void LookAtNode()
    {
        LookAround();
        _context.Conditions = Services.Controls.Conditions(_context.NowMs);
    }

    private void Decide(PairInput input)
    {
        LookAtNode();
        PairDecider.Decide(_state, _memory, _context, input, Sink);
        Commit();
    }

    private void Report()
    {
        if (_state.Version <= _acknowledged)
            return;
        _neighbours.Portfolio.Tell(new ReportBook(_state.ToBook()));
        Timers.After(ReportTimer, ReportRetryMs, ReportAgain.Instance);
    }

    private void Explain(PairEvent e)
    {
        switch (e)
        {
            case OrderSettled { Outcome: OrderOutcome.Refused, Code: "102434" or "102435" }:
                // The exchange has other increments than we know (C15).
                _neighbours.Directory.Tell(RefreshRules.Instance);
                break;
            case OrderIntended i:
                Log.Info(
                    "{CorrelationId} {ClientOrderId} decided: {Side} {Size} because {Reason}",
                    i.CorrelationId, i.Spec.ClientOrderId, i.Spec.Side, i.Spec.Size, i.Reason);
                break;
            case FillApplied f:
                Log.Info(
                    "{CorrelationId} {ClientOrderId} filled {Size} at {Price}, the pair holds {Quantity}",
                    _state.Find(f.ClientOrderId)!.Intended.CorrelationId, f.ClientOrderId, f.Fill.Size, f.Fill.Price, _state.Position.Quantity);
                break;
            case PositionClosed c:
                Log.Info("{Symbol} closed trade {Number}: {Reason}, net {NetPnl}", _context.Symbol.Text, c.Number, c.Reason, c.NetPnl);
                break;
        }
    }

    private PairStatus Status() => new(
        _context.Symbol,
        _state.Phase,
        _state.RiskLevel,
        _state.Position,
        _state.Protection,
        _scale is { } scale && _memory.LastTick.LastTicks > 0 ? scale.Price(_memory.LastTick.LastTicks) : null,
        _memory.LastTick.TimeMs,
        [.. _state.Attempts.Where(a => a.IsOpen).Select(a => $"{a.Intended.Spec.Side} {a.Intended.Spec.Size} {a.Intended.Spec.Type}")],
        _state.TradeCount,
        EntryBlock());

    private sealed record ReportAgain
    {
        public static readonly ReportAgain Instance = new();
    }
}
