using Bot.Simulation.Engine;
using Bot.Trading.Market;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Strategies;

namespace Bot.Simulation.Actors;

/// <summary>The pair's interpreter, as src/Bot.Actors/Pairs/PairActor.cs.</summary>
internal sealed partial class PairHost : Durable<PairEvent, PairEffect>
{
    private const long ReportRetryMs = 5_000;
    private const long LongestPauseMs = 60_000;

    private readonly ScriptedStrategy _strategy = new();
    private readonly PairContext _context;
    private readonly PairMemory _memory = new();
    private PairState _state = new();
    private readonly List<TrackerHost> _trackers = [];
    private readonly List<(string Id, long PauseMs, bool IsDue)> _restartPauses = [];
    private readonly StopChildren _stopChildren = new();
    private bool _isRecovering;
    private long _acknowledged = -1;
    private int _report;
    private bool _isReady;
    private bool _isConnected;
    private bool _isModeKnown;
    private int _candles;

    public PairHost(World world, Node node)
        : base(world, node, world.Journal.Stream(Setup.PairStream))
    {
        world.Lives(Writer, node);
        _context = new PairContext
        {
            Symbol = Setup.Symbol,
            Settings = Setup.PairSettings,
            ConfigurationVersion = "simulation",
            Deployment = Setup.Deployment,
            Node = node.Name,
            Strategy = _strategy,
            ExchangeStops = world.Plan.HasStops,
            Protection = world.Scenario.Protection,
            Controls = Mutants.Controls(world),
            Limits = Setup.Limits,
            IntervalMs = 60_000,
        };
    }

    /// <summary>Its state, for the checks at rest.</summary>
    public PairState State => _state;

    /// <summary>Its trackers.</summary>
    public IReadOnlyList<TrackerHost> Trackers => _trackers;

    /// <inheritdoc/>
    public override void End()
    {
        base.End();
        foreach (var tracker in _trackers)
            tracker.End();
    }

    /// <summary>A tracker fails; the first that lives.</summary>
    public void FailTracker()
    {
        foreach (var tracker in _trackers)
        {
            if (!tracker.IsAlive)
                continue;
            tracker.FailNow();
            return;
        }
    }

    /// <inheritdoc/>
    protected override void Apply(PairEvent e)
    {
        _state.Apply(e);
        _memory.Rearm(_state, _context);
    }

    /// <inheritdoc/>
    protected override void PassThroughSnapshot() => _state = PairState.From(_state.ToSnapshot());

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        if (_state.Version == 0)
        {
            Decide(Setup.StartPair);
            Connect();
            return;
        }
        _context.Replayed = Replayed;
        _context.StateHash = SimHash.Of(_state);
        if (World.Is(Mutant.IntentNumberFromMemory))
            _state = PairState.From(_state.ToSnapshot() with { NextIntent = 1 });
        _isRecovering = true;
        Decide(new PairInput.Recovered());
        Connect();
    }

    /// <inheritdoc/>
    protected override void OnMessage(in Event e)
    {
        _isRecovering = false;
        if (e.Kind == Happening.Wake)
        {
            Decide(new PairInput.Woken());
            return;
        }
        if (e.Kind == Happening.Ticked)
        {
            OnTick(e.Number);
            return;
        }
        if (e.Kind == Happening.Timer)
        {
            if (e.Number == _report)
                Report();
            return;
        }
        switch (e.Payload)
        {
            case PairInput input:
                OnInput(input);
                break;
            case OrderUpdate update:
                OnUpdate(update);
                break;
            case StopUpdate update:
                // It names the stop by the exchange's id only: whose it is the trackers know.
                TellStops(update);
                break;
            case TrackerGone gone:
                OnTrackerGone(gone.Tracker);
                break;
            case RestartTracker restart when _state.Find(restart.ClientOrderId) is { } attempt && Tracker(restart.ClientOrderId) is null:
                StartTracker(World.Is(Mutant.AdoptionForgotten) ? PairDecider.Track(attempt) with { Adopted = null } : PairDecider.Track(attempt));
                break;
            case BookAcknowledged booked:
                _acknowledged = Math.Max(_acknowledged, booked.Version);
                SetMode(booked.Mode);
                break;
            case ModeTold told:
                SetMode(told.Mode);
                break;
            case SweepOverdue overdue when !IsSwept && overdue.Number == _sweepAsked:
                AskSweepAgain();
                break;
            case SweepVerdict verdict:
                OnVerdict(verdict);
                break;
            case WakeOrder wake when _state.Find(wake.ClientOrderId) is { } woken:
                World.Tell(StartTracker(PairDecider.Track(woken)), new OrderInput.LookAgain());
                break;
            case PingOrders:
                OnPing();
                break;
            case Word word:
                OnWord(word, e.Number);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Run(PairEffect effect)
    {
        switch (effect)
        {
            case PairEffect.StartTracker when _isRecovering && World.Is(Mutant.OrdersForgottenOnRestart):
                break;
            case PairEffect.StartTracker start:
                if (start.Leg == IntentLeg.Stop && World.Is(Mutant.CancelBeforeMake))
                    CancelOtherStops(start.Spec.ClientOrderId);
                StartTracker(start);
                break;
            case PairEffect.EnsureTracker ensure:
                EnsureTracker(ensure.Order);
                break;
            case PairEffect.CancelOrder cancel:
                if (Tracker(cancel.ClientOrderId) is { } cancelled)
                    World.Tell(cancelled, new OrderInput.CancelAsked(cancel.Reason));
                break;
            case PairEffect.ReleaseTracker release:
                if (Tracker(release.ClientOrderId) is { IsReleasing: false } tracker)
                {
                    tracker.IsReleasing = true;
                    World.Tell(tracker, Word.Release);
                }
                _restartPauses.RemoveAll(p => p.Id == release.ClientOrderId);
                break;
            case PairEffect.RequestGrant request when World.Is(Mutant.EntryWithoutGrant):
                World.Tell(this, new PairInput.GrantAnswered(
                    request.Request.IntentNumber, new Trading.Risk.RiskDecision(Setup.Cash, Setup.Cash, 0, request.Request.EntryPrice, request.Request.StopPrice, 0, 0, 0, 1, 2, null), 1));
                break;
            case PairEffect.RequestGrant request:
                World.Between(Node, World.Portfolio, new PortfolioInput.GrantAsked(request.Request));
                break;
            case PairEffect.ReleaseGrant release:
                World.Between(Node, World.Portfolio, new PortfolioInput.GrantReleased(Setup.Symbol, release.IntentNumber));
                break;
            case PairEffect.Report:
                Report();
                break;
            case PairEffect.Wake wake:
                World.Queue.Add(World.NowMs + wake.DelayMs, Happening.Wake, this);
                break;
            case PairEffect.Note note:
                World.Trace?.Line(this, $"{(note.IsAlert ? "ALERT " : "")}{note.Message}");
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnEnded() => World.Pair.OnEnded(this);

    private void OnInput(PairInput input)
    {
        if (World.Is(Mutant.FillsAppliedTwice) && input is PairInput.OrderFilled filled && World.Draw(2) == 0)
            input = new PairInput.Several([filled, filled with { Fill = filled.Fill with { TradeId = -filled.Fill.TradeId } }]);
        if (World.Is(Mutant.DedupeByTradeIdAlone) && input is PairInput.OrderFilled { Fill: { } told } && HasTrade(told.TradeId))
            return;
        Decide(input);
    }

    private bool HasTrade(long tradeId)
    {
        foreach (var attempt in _state.Attempts)
        {
            foreach (var trade in attempt.Trades)
            {
                if (trade.TradeId == tradeId)
                    return true;
            }
        }
        return false;
    }

    private void CancelOtherStops(string clientOrderId)
    {
        foreach (var tracker in _trackers)
        {
            if (tracker.IsStop && tracker.ClientOrderId != clientOrderId)
                World.Tell(tracker, new OrderInput.CancelAsked("mutant"));
        }
    }

    private void OnWord(Word word, int number)
    {
        if (word == Word.Ready)
        {
            _isReady = true;
            _context.Rules = Setup.Rules;
            _context.RulesReadMs = NowMs;
            _memory.Rearm(_state, _context);
            CheckGate();
            OnTick(World.Exchange.LastTicks);
        }
        else if (word == Word.Connected)
        {
            if (!_isConnected)
                AskSweep();
            _isConnected = true;
            foreach (var tracker in _trackers)
                World.Tell(tracker, word);
            CheckGate();
        }
        else if (word == Word.Disconnected)
        {
            _isConnected = false;
            CheckGate();
        }
        else if (word == Word.HandOff)
        {
            World.Trace?.Line(this, "is handed over");
            End();
            World.Pair.MoveTo(World.Nodes[number]);
        }
        else
        {
            OnCandle(word == Word.EnterSignal);
        }
    }

    private void OnCandle(bool isEntry)
    {
        if (!_isReady)
            return;
        LookAtNode();
        var scenario = World.Scenario;
        _strategy.Next = isEntry
            ? new Signal(SignalKind.EnterLong, 5, scenario.TakeProfit > 0 ? scenario.TakeProfit : null, scenario.Trailing > 0 ? scenario.Trailing : null, "scenario")
            : new Signal(SignalKind.ExitLong, Reason: "scenario");
        var close = (double)World.Exchange.LastPrice;
        var open = World.NowMs - 60_000 + _candles++;
        PairDecider.OnCandle(_state, _memory, _context, new Bar(open, close, close, close, close, 1), World.NowMs, 0, false, Sink);
        Commit();
    }

    private void OnTick(int ticks)
    {
        if (_context.Rules is null)
            return;
        LookAtNode();
        PairDecider.OnTick(_state, _memory, _context, new PriceTick(World.NowMs, ticks, ticks - 1, ticks + 1), Sink);
        Commit();
    }

    private void OnUpdate(OrderUpdate update)
    {
        if (update.ClientOrderId is not { } id)
        {
            // Perhaps of an order that a stop of ours placed: its tracker knows it by the exchange's id.
            TellStops(update);
            return;
        }
        if (!ClientOrderId.TryParse(id, out var own) || own.Deployment != Setup.Deployment)
            return;
        if (Tracker(id) is { } tracker)
        {
            if (!tracker.IsReleasing)
                World.Tell(tracker, update);
            else if (update.Fill is not null)
                (tracker.Held ??= []).Add(update);
        }
        else if (update.Fill is not null && _state.Find(id) is { IsOpen: false } settled)
        {
            // A fill after the end (R9): its tracker wakes up, records it and reports it like any other.
            World.Tell(StartTracker(PairDecider.Track(settled)), update);
        }
    }

    private void Connect()
    {
        World.Queue.Add(World.NowMs + 60 + World.Draw(200), Happening.Message, this, Word.Ready);
        if (Node.IsConnected)
            World.Queue.Add(World.NowMs + 2, Happening.Message, this, Word.Connected);
    }

    private void Report()
    {
        if (_state.Version <= _acknowledged)
            return;
        World.Between(Node, World.Portfolio, new PortfolioInput.BookReported(_state.ToBook()));
        World.Queue.Add(World.NowMs + ReportRetryMs, Happening.Timer, this, number: ++_report);
    }

    private void SetMode(TradingMode mode)
    {
        // A projection that lags: what was said a minute ago.
        if (World.Is(Mutant.ModeFromStaleProjection) && _isModeKnown)
            return;
        if (_acknowledged >= 0)
            _report++;
        var isNew = _context.Mode != mode || !_isModeKnown;
        _context.Mode = mode;
        _isModeKnown = true;
        if (isNew)
            Decide(new PairInput.ModeChanged());
        CheckGate();
    }

    private void CheckGate() => _context.GateOpen = _isReady && _isConnected && _isModeKnown && IsSwept;

    private void Decide(PairInput input)
    {
        World.Trace?.Input(this, input);
        LookAtNode();
        PairDecider.Decide(_state, _memory, _context, input, Sink);
        Commit();
    }
}
