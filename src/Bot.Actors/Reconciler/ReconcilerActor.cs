using Akka.Actor;
using Akka.Event;
using Bot.Actors.Persistence;
using Bot.Actors.Portfolio;
using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Pairs;
using Bot.Trading.Reconciliation;
using Bot.Trading.Risk.Controls;

namespace Bot.Actors.Reconciler;

/// <summary>
/// Sweeps the account, one in the cluster: reads the exchange's lists, then the journals, lets <see cref="ReconcilerDecider"/> compare
/// them, and tells pairs what to do about it. It only reads at the exchange, and only pairs make trackers. Two of them do no harm: the
/// journal lets one continue, and everything they tell may be told twice.
/// </summary>
public sealed class ReconcilerActor : DurableActor<ReconcilerEvent, ReconcilerEffect>
{
    private const string SweepTimer = "sweep";
    private const string PingTimer = "ping";

    /// <summary>First pause after a sweep that did not answer everything, ms. An odd number: nobody else asks at the same instant of a replay.</summary>
    private const long FirstRetryMs = 1_300;

    /// <summary>How long questions are gathered before a sweep begins, ms.</summary>
    private const long GatherMs = 50;

    /// <summary>The exchange tells of the past for seven days.</summary>
    private const long MostHistoryMs = 7L * 86_400_000 - 60_000;

    private readonly IActorRef _pairs;
    private readonly IActorRef _portfolio;
    private readonly AccountSweeper _sweeper;
    private readonly JournalKnowledge _journals;
    private readonly ReconcilerTables _tables;
    private readonly ReconcilerMemory _memory = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<Symbol, long> _waiting = [];
    private readonly Dictionary<Symbol, long> _asked = [];
    private readonly SortedDictionary<Symbol, string?> _blocks = [];
    private ReconcilerState _state = new();
    private AccountSweep? _decided;
    private AccountSweep? _last;
    private bool _isBusy;
    private bool _isBeginQueued;
    private bool _isBeginDue;
    private long _retryMs;
    private long _lastFullMs;

    /// <summary>The reconciler.</summary>
    /// <param name="services">The node.</param>
    /// <param name="pairs">The shard region of the pairs.</param>
    /// <param name="portfolio">The portfolio, wherever it is.</param>
    public ReconcilerActor(NodeServices services, IActorRef pairs, IActorRef portfolio)
        : base(services)
    {
        (_pairs, _portfolio) = (pairs, portfolio);
        _sweeper = new AccountSweeper(services.Exchange);
        _journals = new JournalKnowledge(services.Database);
        _tables = new ReconcilerTables(services.Database);
        PersistenceId = PersistenceIdOf(services.Settings.Account);
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    protected override int SnapshotEvery => 200;

    private ReconcilerIntervals Intervals => Services.Settings.Reconciler;

    /// <summary>The journal stream of an account's reconciliation.</summary>
    public static string PersistenceIdOf(string account) => $"reconciler-{account}";

    /// <inheritdoc/>
    protected override void Apply(ReconcilerEvent e) => _state.Apply(e);

    /// <inheritdoc/>
    protected override object TakeSnapshot() => _state.ToSnapshot();

    /// <inheritdoc/>
    protected override void Restore(object state) => _state = ReconcilerState.From((ReconcilerSnapshot)state);

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        _memory.RunningSinceMs = Services.ExchangeNowMs();
        Begin();
        Timers.After(PingTimer, Intervals.PingMs, PingDue.Instance);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        base.PostStop();
    }

    /// <inheritdoc/>
    protected override void OnMessage(object message)
    {
        switch (message)
        {
            case AskSweep ask:
                _waiting[ask.Symbol] = ask.Number;
                QueueBegin();
                break;
            case SweepDue:
                _isBeginQueued = false;
                Begin();
                break;
            case Swept { Sweep: { } sweep }:
                OnSwept(sweep);
                break;
            case Swept swept:
                Log.Warning("the account could not be compared with the journals: {Failure}; again in a moment", swept.Failure);
                GoOn(isComplete: false);
                break;
            case PingDue:
                Ping();
                break;
            case Pinged pinged:
                _isBusy = false;
                if (pinged.Failure is { } failure)
                    Log.Warning("unsettled orders could not be read from the journal: {Failure}", failure);
                else
                    TellUnsettled();
                if (_isBeginDue || _waiting.Count > 0)
                    QueueBegin();
                break;
            case GetReconcilerStatus:
                Sender.Tell(Status());
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Run(ReconcilerEffect effect)
    {
        switch (effect)
        {
            case ReconcilerEffect.Adopt adopt:
                _pairs.Tell(new AdoptOrder(adopt.Symbol, adopt.Order));
                break;
            case ReconcilerEffect.Wake wake:
                _pairs.Tell(new WakeOrder(wake.Symbol, wake.ClientOrderId, wake.Why));
                break;
            case ReconcilerEffect.Breach breach:
                var control = breach.Mode == TradingMode.Halted ? Control.Exclusivity : Control.ReconciliationBreak;
                _portfolio.Tell(new ReportBreach(control, null, breach.Reason));
                break;
            case ReconcilerEffect.Alert alert:
                Log.Error("account ALERT {Alert}", alert.Message);
                break;
        }
    }

    /// <inheritdoc/>
    protected override void AfterCommit()
    {
        if (_decided is not { } sweep)
            return;
        _decided = null;
        Answer(sweep);
        Save(sweep);
        GoOn(sweep.IsComplete());
    }

    private void QueueBegin()
    {
        // A moment later: pairs that start together are answered by one sweep, in whichever order their questions come. How many sweeps there
        // are must not be a matter of threads, or a replay would not repeat.
        if (_isBusy || _isBeginQueued)
            return;
        _isBeginQueued = true;
        Timers.After(SweepTimer, GatherMs, SweepDue.Instance);
    }

    /// <summary>Begins a sweep. Pairs that asked before this moment are answered by it, those that ask later by the next one.</summary>
    private void Begin()
    {
        if (_isBusy)
        {
            // The journal is being read for a ping: the sweep follows it. Nobody else would wake it again.
            _isBeginDue = true;
            return;
        }
        _isBusy = true;
        _isBeginDue = false;
        Timers.Cancel(SweepTimer);
        foreach (var (symbol, number) in _waiting)
            _asked[symbol] = number;
        _waiting.Clear();
        var now = Services.ExchangeNowMs();
        var isFull = _asked.Count > 0 || !_state.IsOpen || now - _lastFullMs >= Intervals.FullMs;
        var since = Math.Max((_state.WatermarkMs > 0 ? _state.WatermarkMs : now) - Intervals.Settings.HistoryMs, now - MostHistoryMs);
        List<Symbol> wanted = [.. _asked.Keys, .. _state.Findings.Values.Where(f => f.Symbol is not null).Select(f => f.Symbol!.Value)];
        Services.InFlight.Enter();
        _ = SweepAsync(Self, new SweepPlan(now, isFull, since, wanted), _stopping.Token);
    }

    private async Task SweepAsync(IActorRef self, SweepPlan plan, CancellationToken cancel)
    {
        Swept swept;
        try
        {
            // Before the lists for the pairs to ask about, and after them for what the journals know by then.
            await _journals.ReadAsync(cancel).ConfigureAwait(false);
            var symbols = plan.Symbols.ToHashSet();
            symbols.UnionWith(_journals.Known.Pairs.Values.Where(p => p.Sequence > 0).Select(p => p.Symbol));
            var sweep = await Services.InFlight.LeaveForAsync(_sweeper.SweepAsync(plan with { Symbols = symbols }, cancel)).ConfigureAwait(false);
            await _journals.ReadAsync(cancel).ConfigureAwait(false);
            await _journals.RelateAsync(sweep, cancel).ConfigureAwait(false);
            swept = new Swept(sweep, null);
        }
        catch (Exception e)
        {
            swept = new Swept(null, $"{e.GetType().Name}: {e.Message}");
        }
        self.Tell(swept, ActorRefs.NoSender);
        Services.InFlight.Exit();
    }

    private void OnSwept(AccountSweep sweep)
    {
        _last = sweep;
        if (sweep.IsFull)
            _lastFullMs = sweep.BeganAtMs;
        _decided = sweep;
        ReconcilerDecider.Decide(
            _state,
            _memory,
            _journals.Known,
            sweep,
            new ReconcilerContext(Services.ExchangeNowMs(), Services.Settings.Deployment, Intervals.Settings),
            Sink);
        if (Sink.IsSilent)
            AfterCommit();
        else
            Commit();
    }

    /// <summary>Tells the pairs that asked what this sweep means for them, and every pair what has changed.</summary>
    private void Answer(AccountSweep sweep)
    {
        foreach (var (symbol, number) in _asked)
        {
            if (ReconcilerDecider.Passes(_state, sweep, symbol, 0))
                Verdict(symbol, number);
            else
                _waiting.TryAdd(symbol, number);
        }
        _asked.Clear();
        foreach (var symbol in _journals.Known.Pairs.Values.Where(p => p.Sequence > 0).Select(p => p.Symbol))
        {
            if (_state.BlockOf(symbol) != _blocks.GetValueOrDefault(symbol))
                Verdict(symbol, null);
        }
        TellUnsettled();
        var unexplained = _memory.Checks.Values.ToDictionary(c => c.Currency, c => _state.Findings.ContainsKey($"unexplained:{c.Currency}") ? c.Difference : 0);
        ReconcilerMetrics.Tell(unexplained, _state.Findings.Count);
    }

    private void Verdict(Symbol symbol, long? number)
    {
        var block = _state.BlockOf(symbol);
        _blocks[symbol] = block;
        _pairs.Tell(new SweepVerdict(symbol, number, block));
    }

    /// <summary>What did not answer is asked for again soon, ever less often; a pair that waits never waits for the clock of a whole round.</summary>
    private void GoOn(bool isComplete)
    {
        _isBusy = false;
        _isBeginDue = false; // the timer below wakes the next one
        foreach (var (symbol, number) in _asked)
            _waiting.TryAdd(symbol, number);
        _asked.Clear();
        var mustRetry = !isComplete || _waiting.Count > 0 || !_state.IsOpen;
        _retryMs = !mustRetry ? 0 : _retryMs == 0 ? FirstRetryMs : Math.Min(2 * _retryMs, Intervals.OpenMs);
        Timers.After(SweepTimer, mustRetry ? _retryMs : Intervals.OpenMs, SweepDue.Instance);
    }

    private void Ping()
    {
        Timers.After(PingTimer, Intervals.PingMs, PingDue.Instance);
        if (_isBusy)
            return; // the sweep under way ends with a ping
        _isBusy = true;
        Services.InFlight.Enter();
        _ = ReadAsync(Self, _stopping.Token);

        async Task ReadAsync(IActorRef self, CancellationToken cancel)
        {
            string? failure = null;
            try
            {
                await _journals.ReadAsync(cancel).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                failure = $"{e.GetType().Name}: {e.Message}";
            }
            self.Tell(new Pinged(failure), ActorRefs.NoSender);
            Services.InFlight.Exit();
        }
    }

    /// <summary>Every pair with an unsettled order is told so, whatever sharding remembers: the message itself brings it back.</summary>
    private void TellUnsettled()
    {
        foreach (var pair in _journals.Known.Pairs.Values)
        {
            if (pair.HasUnsettled())
                _pairs.Tell(new PingOrders(pair.Symbol));
        }
    }

    private void Save(AccountSweep sweep)
    {
        var (account, watermark, checks) = (Services.Settings.Account, _state.WatermarkMs, _memory.Checks.Values.ToList());
        Services.InFlight.Enter();
        _ = SaveAsync();

        async Task SaveAsync()
        {
            try
            {
                await _tables.SaveAsync(account, sweep, watermark, sweep.IsFull ? checks : [], _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Log.Warning("the tables of the last sweep could not be written: {Failure}; the next sweep writes them anew", e.Message);
            }
            finally
            {
                Services.InFlight.Exit();
            }
        }
    }

    private ReconcilerStatus Status() => new(
        _last?.BeganAtMs ?? 0,
        _state.WatermarkMs,
        _last?.Failures ?? [],
        [.. _state.Findings.Values.Select(f => $"{f.Kind}: {f.What}")],
        _state.Findings.Values.Where(f => f.Currency is not null).ToDictionary(f => f.Currency!, f => f.Amount));

    private sealed record Swept(AccountSweep? Sweep, string? Failure);

    private sealed record Pinged(string? Failure);

    private sealed record SweepDue
    {
        public static readonly SweepDue Instance = new();
    }

    private sealed record PingDue
    {
        public static readonly PingDue Instance = new();
    }
}
