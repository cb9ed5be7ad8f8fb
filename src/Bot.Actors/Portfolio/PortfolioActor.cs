using Akka.Actor;
using Akka.Event;
using Bot.Actors.Pairs;
using Bot.Actors.Persistence;
using Bot.Actors.Runtime;
using Bot.Trading.Market;
using Bot.Trading.Portfolio;

namespace Bot.Actors.Portfolio;

/// <summary>
/// The account's books and limits, one in the cluster. Entries need its grant, exits never do. All decisions are in
/// <see cref="PortfolioDecider"/>.
/// </summary>
public sealed partial class PortfolioActor : DurableActor<PortfolioEvent, PortfolioEffect>
{
    private readonly IActorRef _pairs;
    private readonly PortfolioMemory _memory = new();
    private readonly SortedDictionary<(Symbol, long), GrantWaiting> _waiting = [];
    private readonly Dictionary<Symbol, decimal> _marksOfInstant = [];
    private readonly CancellationTokenSource _stopping = new();
    private PortfolioState _state = new();
    private string _stateHash = "";
    private long _instantMs;

    /// <summary>The portfolio.</summary>
    /// <param name="services">The node.</param>
    /// <param name="pairs">The shard region of the pairs.</param>
    public PortfolioActor(NodeServices services, IActorRef pairs)
        : base(services)
    {
        _pairs = pairs;
        PersistenceId = PersistenceIdOf(services.Settings.Account);
    }

    /// <inheritdoc/>
    public override string PersistenceId { get; }

    /// <inheritdoc/>
    protected override int SnapshotEvery => 500;

    /// <summary>The journal stream of an account's portfolio.</summary>
    public static string PersistenceIdOf(string account) => $"portfolio-{account}";

    /// <inheritdoc/>
    protected override void Apply(PortfolioEvent e) => _state.Apply(e);

    /// <inheritdoc/>
    protected override object TakeSnapshot() => _state.ToSnapshot();

    /// <inheritdoc/>
    protected override void Restore(object state) => _state = PortfolioState.From((PortfolioSnapshot)state);

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        _stateHash = StateHash.Of(_state);
        var self = Self;
        Services.Grants?.Register(() => self.Tell(DecideGrants.Instance, ActorRefs.NoSender));
        Decide(new PortfolioInput.Recovered());
        PollCommands();
        if (_state.InitialCash is null)
            ReadCash();
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
            case AskGrant ask:
                OnAsked(new GrantWaiting(ask.Request, null));
                break;
            case AskAgain again:
                OnAsked(again.Waiting);
                break;
            case DecideGrants when _waiting.Count > 0:
                // One at a time: each decision sees the reservations of those before it.
                var (key, first) = _waiting.First();
                _waiting.Remove(key);
                Decide(new PortfolioInput.GrantAsked(first.Request, first.SinceMs));
                Self.Tell(DecideGrants.Instance);
                break;
            case ReturnGrant released:
                _waiting.Remove((released.Symbol, released.IntentNumber));
                Decide(new PortfolioInput.GrantReleased(released.Symbol, released.IntentNumber));
                break;
            case ReportBook report:
                Decide(new PortfolioInput.BookReported(report.Book));
                break;
            case MarkPrice mark:
                OnMark(mark);
                break;
            case SetTradingMode set:
                Decide(new PortfolioInput.SetMode(set.Mode, set.By, set.Reason, set.Scope));
                break;
            case ReportBreach breach:
                Decide(new PortfolioInput.Breached(breach.Control, breach.Symbol, breach.Reason));
                break;
            case CommandsRead read:
                OnCommands(read);
                break;
            case PairResumed resumed:
                OnPairResumed(resumed);
                break;
            case GetPortfolioStatus:
                Sender.Tell(Status());
                break;
            case CashRead read:
                OnCash(read);
                break;
            case ReadCashAgain:
                ReadCash();
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Run(PortfolioEffect effect)
    {
        switch (effect)
        {
            case PortfolioEffect.AnswerGrant answer:
                _pairs.Tell(new GrantAnswer(answer.Symbol, answer.IntentNumber, answer.Decision, answer.ReservedQuote));
                break;
            case PortfolioEffect.AcknowledgeBook acknowledge:
                _pairs.Tell(new BookAcknowledged(acknowledge.Symbol, acknowledge.Version, ModeOf(acknowledge.Symbol), _state.ModeReason));
                break;
            case PortfolioEffect.PublishMode:
                Publish();
                break;
            case PortfolioEffect.AskLater later:
                Timers.After(
                    $"throttle-{later.Request.Symbol}-{later.Request.IntentNumber}", later.DelayMs, new AskAgain(new GrantWaiting(later.Request, later.SinceMs)));
                break;
            case PortfolioEffect.PausePair pause:
                _pairs.Tell(new PausePair(pause.Symbol, pause.Reason));
                break;
            case PortfolioEffect.ResumePair resume:
                _pairs.Tell(new ResumePair(resume.Symbol, resume.By, resume.Reason));
                break;
            case PortfolioEffect.ControlTripped tripped:
                Services.Controls.Trips.Add(tripped.Reason, tripped.Symbol);
                break;
            case PortfolioEffect.Alert alert:
                Log.Error("portfolio ALERT {Alert}", alert.Message);
                break;
        }
    }

    private void OnAsked(GrantWaiting ask)
    {
        if (Services.Grants is not { } gate)
        {
            Decide(new PortfolioInput.GrantAsked(ask.Request, ask.SinceMs));
            return;
        }
        _waiting[(ask.Request.Symbol, ask.Request.IntentNumber)] = ask;
        gate.Waiting();
    }

    private void Decide(PortfolioInput input)
    {
        PortfolioDecider.Decide(
            _state,
            _memory,
            new PortfolioContext(Services.ExchangeNowMs(), Services.Settings.Portfolio, Services.Settings.Node, Replayed, _stateHash, Services.Settings.Strategy),
            input,
            Sink);
        Commit();
    }

    /// <summary>
    /// Marks of one instant come one by one. Each counts at once for equity; the point of the curve and the drawdown are judged when the
    /// next instant begins, so that no half of a market is compared with the other half of another time.
    /// </summary>
    private void OnMark(MarkPrice mark)
    {
        _memory.Marks[mark.Symbol] = mark.Price;
        if (mark.MarketMs > _instantMs)
        {
            var (instant, prices) = (_instantMs, new Dictionary<Symbol, decimal>(_marksOfInstant));
            _instantMs = mark.MarketMs;
            _marksOfInstant.Clear();
            _marksOfInstant[mark.Symbol] = mark.Price;
            if (instant > 0)
                Decide(new PortfolioInput.Marked(instant, prices));
        }
        else if (mark.MarketMs == _instantMs)
        {
            _marksOfInstant[mark.Symbol] = mark.Price;
        }
    }

    private void OnCash(CashRead read)
    {
        if (read.Cash is { } cash)
        {
            Decide(new PortfolioInput.Open(Services.Settings.Selection.QuoteCurrency, cash));
            return;
        }
        Log.Warning("the account's balance could not be read: {Failure}; nothing is opened until it is", read.Failure ?? "");
        Timers.After("cash", 2_000, ReadCashAgain.Instance);
    }

    private void ReadCash()
    {
        _ = ReadAsync(Self, _stopping.Token);

        // Enters no work of its own: it goes on inside the unit of the request that it waits for (docs/lockstep.md).
        async Task ReadAsync(IActorRef self, CancellationToken cancel)
        {
            CashRead read;
            try
            {
                var answer = await Services.Exchange.GetBalancesAsync(cancel: cancel).ConfigureAwait(false);
                var quote = Services.Settings.Selection.QuoteCurrency;
                read = answer.Failure is { } failure
                    ? new CashRead(null, failure.ToString())
                    : new CashRead(answer.Required.Where(b => b.Currency == quote).Sum(b => b.Total), null);
            }
            catch (Exception e)
            {
                read = new CashRead(null, $"{e.GetType().Name} inside the client");
            }
            self.Tell(read, ActorRefs.NoSender);
        }
    }

    private PortfolioStatus Status() => new(
        _state.QuoteCurrency,
        _state.Cash,
        _state.Reserved(Services.ExchangeNowMs()),
        PortfolioDecider.PositionsValue(_state, _memory),
        PortfolioDecider.Equity(_state, _memory),
        _state.Books.Values.Sum(b => b.Position.RealisedPnl),
        _state.Books.Values.Sum(b => b.Position.Fees),
        Math.Max(_memory.MaxDrawdown, _state.MaxDrawdown),
        _state.Mode,
        _state.ModeReason,
        _state.Books.Values.Count(b => b.StopPrice is not null),
        _instantMs);

    private sealed record CashRead(decimal? Cash, string? Failure);

    private sealed record ReadCashAgain
    {
        public static readonly ReadCashAgain Instance = new();
    }

    private sealed record DecideGrants
    {
        public static readonly DecideGrants Instance = new();
    }
}
