using Bot.Simulation.Engine;
using Bot.Simulation.Exchange;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;
using Bot.Trading.Reconciliation;
using Bot.Trading.Risk.Controls;

namespace Bot.Simulation.Actors;

/// <summary>
/// The reconciler's interpreter, as src/Bot.Actors/Reconciler/ReconcilerActor.cs with the sweeper's lists in three requests. Sweeps are
/// rarer than in production and every one is full, so that a run has few of them.
/// </summary>
internal sealed class ReconcilerHost : Durable<ReconcilerEvent, ReconcilerEffect>
{
    private const long FirstRetryMs = 1_300;
    private const long GatherMs = 50;

    private ReconcilerState _state = new();
    private readonly ReconcilerMemory _memory = new();
    private readonly KnownAccount _known = new();
    private AccountSweep? _sweep;
    private AccountSweep? _decided;
    private long? _waiting;
    private long? _asked;
    private string? _block;
    private bool _isBeginQueued;
    private long _retryMs;
    private int _timer;

    public ReconcilerHost(World world, Node node)
        : base(world, node, world.Journal.Stream(Setup.ReconcilerStream)) => world.Lives(Writer, node);

    /// <summary>Its state, for the checks at rest.</summary>
    public ReconcilerState State => _state;

    /// <summary>The newest comparison of each currency.</summary>
    public IReadOnlyDictionary<string, BalanceCheck> Checks => _memory.Checks;

    /// <inheritdoc/>
    protected override void Apply(ReconcilerEvent e) => _state.Apply(e);

    /// <inheritdoc/>
    protected override void PassThroughSnapshot() => _state = ReconcilerState.From(_state.ToSnapshot());

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        _memory.RunningSinceMs = NowMs;
        BeginSweep();
    }

    /// <inheritdoc/>
    protected override void OnMessage(in Event e)
    {
        if (e.Kind == Happening.Timer)
        {
            if (e.Number != _timer)
                return;
            _isBeginQueued = false;
            BeginSweep();
            return;
        }
        switch (e.Payload)
        {
            case AskSweep ask:
                _waiting = ask.Number;
                if (_sweep is null && !_isBeginQueued)
                {
                    _isBeginQueued = true;
                    After(GatherMs);
                }
                break;
            case SweepAnswer answer:
                OnAnswer(answer);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Run(ReconcilerEffect effect)
    {
        switch (effect)
        {
            case ReconcilerEffect.Adopt adopt:
                if (!World.Is(Mutant.AdoptionSkipped))
                    World.Between(Node, World.Pair, new PairInput.Adopt(World.Is(Mutant.GhostNotCancelled) ? adopt.Order with { Cancel = false } : adopt.Order));
                break;
            case ReconcilerEffect.Wake wake:
                World.Between(Node, World.Pair, new WakeOrder(wake.ClientOrderId));
                break;
            case ReconcilerEffect.Breach breach:
                var control = breach.Mode == TradingMode.Halted ? Control.Exclusivity : Control.ReconciliationBreak;
                World.Between(Node, World.Portfolio, new PortfolioInput.Breached(control, null, breach.Reason));
                break;
            case ReconcilerEffect.Alert alert:
                World.Trace?.Line(this, $"ALERT {alert.Message}");
                break;
        }
    }

    /// <inheritdoc/>
    protected override void AfterCommit()
    {
        if (_decided is not { } sweep)
            return;
        _decided = null;
        var block = _state.BlockOf(Setup.Symbol);
        if (_asked is { } number && ReconcilerDecider.Passes(_state, sweep, Setup.Symbol, 0))
            Verdict(number, block);
        else if (block != _block)
            Verdict(null, block);
        if (_asked is not null && !ReconcilerDecider.Passes(_state, sweep, Setup.Symbol, 0))
            _waiting ??= _asked;
        _asked = null;
        if (_known.Find(Setup.Symbol)?.HasUnsettled() == true)
            World.Between(Node, World.Pair, PingOrders.Instance);
        GoOn(sweep.IsComplete());
    }

    /// <inheritdoc/>
    protected override void OnEnded() => World.Reconciler.OnEnded(this);

    private void Verdict(long? number, string? block)
    {
        _block = block;
        World.Between(Node, World.Pair, new SweepVerdict(number, block));
    }

    private void BeginSweep()
    {
        if (_sweep is not null)
            return;
        (_asked, _waiting) = (_waiting, null);
        _timer++;
        var now = NowMs;
        var since = (_state.WatermarkMs > 0 ? _state.WatermarkMs : now) - Setup.Reconciler.HistoryMs;
        _sweep = new AccountSweep
        {
            BeganAtMs = now,
            IsFull = true,
            SinceMs = since,
            Symbols = _symbols,
            HasStops = World.Plan.HasStops,
            HasLedger = false,
        };
        _symbols.Clear();
        World.Send(new SweepAsk(this, SweepPart.Orders, since, isFull: true));
    }

    private readonly List<SymbolLists> _symbols = [];

    private void OnAnswer(SweepAnswer answer)
    {
        if (_sweep is not { } sweep)
            return;
        switch (answer.Ask.Part)
        {
            case SweepPart.Orders:
                _symbols.Add(answer.Lists as SymbolLists ?? new SymbolLists { Symbol = Setup.Symbol });
                World.Send(new SweepAsk(this, sweep.HasStops ? SweepPart.Stops : SweepPart.Balances, sweep.SinceMs, isFull: true));
                break;
            case SweepPart.Stops:
                sweep.Stops = answer.Lists as Listing<StopReport>;
                World.Send(new SweepAsk(this, SweepPart.Balances, sweep.SinceMs, isFull: true));
                break;
            default:
                sweep.Balances = answer.Lists as Listing<AccountBalance>;
                OnSwept(sweep);
                break;
        }
    }

    private void OnSwept(AccountSweep sweep)
    {
        _sweep = null;
        if (!ReadJournals(sweep))
        {
            _waiting ??= _asked;
            _asked = null;
            GoOn(isComplete: false);
            return;
        }
        _decided = sweep;
        World.Trace?.Line(this, $"has swept: {(sweep.IsComplete() ? "complete" : "incomplete")}");
        ReconcilerDecider.Decide(_state, _memory, _known, sweep, new ReconcilerContext(NowMs, Setup.Deployment, Setup.Reconciler), Sink);
        if (Sink.IsSilent)
            AfterCommit();
        else
            Commit();
    }

    private void GoOn(bool isComplete)
    {
        var mustRetry = !isComplete || _waiting is not null || !_state.IsOpen;
        _retryMs = !mustRetry ? 0 : _retryMs == 0 ? FirstRetryMs : Math.Min(2 * _retryMs, Setup.SweepEveryMs);
        After(mustRetry ? _retryMs : Setup.SweepEveryMs);
    }

    private void After(long delayMs) => World.Queue.Add(World.NowMs + delayMs, Happening.Timer, this, number: ++_timer);

    // After the lists, from the rows alone, as src/Bot.Actors/Reconciler/JournalKnowledge.cs.
    private bool ReadJournals(AccountSweep sweep)
    {
        if (World.Weather.JournalBackMs > World.NowMs)
            return false;
        var pair = _known.Of(Setup.Symbol);
        var rows = World.Journal.Stream(Setup.PairStream).Rows;
        for (var i = (int)pair.Sequence; i < rows.Count; i++)
            pair.Apply((PairEvent)rows[i]);
        foreach (var lists in sweep.Symbols)
        {
            Relate(lists.Active, pair);
            Relate(lists.Done, pair);
        }
        if (sweep.Stops is { } stops)
        {
            foreach (var stop in stops.Rows)
                Relate(stop.ClientOrderId, pair);
        }
        return true;
    }

    private void Relate(Listing<OrderReport>? list, KnownPair pair)
    {
        if (list is null)
            return;
        foreach (var order in list.Rows)
        {
            if (string.IsNullOrEmpty(order.ClientOrderId))
                RelateChild(order.OrderId, pair);
            else
                Relate(order.ClientOrderId, pair);
        }
    }

    private void Relate(string? clientOrderId, KnownPair pair)
    {
        if (clientOrderId is not null && !pair.Orders.ContainsKey(clientOrderId) && World.Journal.Stream(Setup.OrderStream(clientOrderId)).Rows.Count > 0)
            _known.AddJournaled(clientOrderId);
    }

    private void RelateChild(string orderId, KnownPair pair)
    {
        if (pair.OwnerOf(orderId) is not null)
            return;
        foreach (var order in pair.Orders.Values)
        {
            if (order.Leg != IntentLeg.Stop)
                continue;
            foreach (var row in World.Journal.Stream(Setup.OrderStream(order.ClientOrderId)).Rows)
            {
                if (row is StopTriggered { ChildOrderId: { } child } && child == orderId)
                    pair.Relate(child, order.ClientOrderId);
            }
        }
    }
}

/// <summary>A pair wants a sweep that begins from now on; the number comes back with the answer.</summary>
internal sealed record AskSweep(long Number);

/// <summary>An unanswered question for a sweep is repeated.</summary>
internal sealed record SweepOverdue(long Number);

/// <summary>What a sweep says of the pair.</summary>
internal sealed record SweepVerdict(long? Number, string? Block);

/// <summary>Something of an order is not recorded: its tracker shall look again.</summary>
internal sealed record WakeOrder(string ClientOrderId);

/// <summary>The pair has unsettled orders by the journal: each has to have its tracker.</summary>
internal sealed record PingOrders
{
    /// <summary>The only instance.</summary>
    public static readonly PingOrders Instance = new();
}
