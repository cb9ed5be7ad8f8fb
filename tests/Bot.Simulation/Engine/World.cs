using Bot.Simulation.Actors;
using Bot.Simulation.Exchange;
using Bot.Simulation.Plans;
using Bot.Simulation.Running;
using Bot.Trading.Checking;
using Bot.Trading.Orders;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;

namespace Bot.Simulation.Engine;

/// <summary>
/// Two nodes, a journal, a network, an exchange and a virtual clock: one run of one plan. One thread, no wall clock, no chance but the
/// plan's. A world is used for many runs, one after the other.
/// </summary>
internal sealed partial class World
{
    /// <summary>The beginning of every run, Unix ms.</summary>
    public const long StartMs = 1_700_000_000_000;

    /// <summary>After the faults everything has to come to rest within this (RELIABILITY.md I25), ms.</summary>
    public const long SettleMs = 180_000;

    private const int DetectMs = 8_000;

    // BotSettings.OwnerCheckMs
    private const int OwnerCheckMs = 10_000;

    private readonly Node[] _nodes = [new(0), new(1)];
    private readonly List<int> _systemOf = [];
    private readonly List<Actor> _actors = [];
    private TradingMode _switch;
    private TradingMode _operatorSwitch;
    private Mutant _mutant;
    private Plan _plan = null!;
    private Scenario _scenario = null!;
    private Chance _noise;
    private bool _isRunning;
    private int _nextPoint;
    private CrashAction? _atPersist;
    private readonly List<Fault> _points = [];

    /// <summary>A world with its own checker.</summary>
    public World()
    {
        Checker = new InvariantChecker(new CheckerSettings
        {
            Deployment = Setup.Deployment,
            HashPair = SimHash.Of,
            HashOrder = SimHash.Of,
            HashPortfolio = SimHash.Of,
            ReadLagMarginMs = 30_000,
            Rules = Setup.Rules,
            Controls = Setup.Controls,
            MostWorking = Setup.MostWorking,
        });
        Journal = new JournalModel(Checker);
        Pair = new Seat(this, static (world, node) => new PairHost(world, node));
        Portfolio = new Seat(this, static (world, node) => new PortfolioHost(world, node));
        Reconciler = new Seat(this, static (world, node) => new ReconcilerHost(world, node));
    }

    /// <summary>The virtual clock, the exchange's, Unix ms.</summary>
    public long NowMs { get; private set; }

    /// <summary>What will happen.</summary>
    public EventQueue Queue { get; } = new();

    /// <summary>The journal.</summary>
    public JournalModel Journal { get; }

    /// <summary>The checker.</summary>
    public InvariantChecker Checker { get; }

    /// <summary>The exchange.</summary>
    public ExchangeModel Exchange { get; private set; } = null!;

    /// <summary>Where the pair lives.</summary>
    public Seat Pair { get; }

    /// <summary>Where the portfolio lives.</summary>
    public Seat Portfolio { get; }

    /// <summary>Where the reconciler lives.</summary>
    public Seat Reconciler { get; }

    /// <summary>The nodes.</summary>
    public IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>Writes down what happens; null when nobody reads it.</summary>
    public TraceLog? Trace { get; set; }

    /// <summary>What happened, in numbers.</summary>
    public RunFigures Figures { get; } = new();

    /// <summary>The network as it is now.</summary>
    public Weather Weather { get; } = new();

    /// <summary>The plan that is run.</summary>
    public Plan Plan => _plan;

    /// <summary>The scenario that plays.</summary>
    public Scenario Scenario => _scenario;

    /// <summary>The kill switch as every gateway reads it; it cannot be read while the journal is away.</summary>
    public TradingMode Switch => Weather.JournalBackMs > NowMs ? TradingMode.Halted : _switch > _operatorSwitch ? _switch : _operatorSwitch;

    /// <summary>The operator moves the kill switch: the command writes its own row before the portfolio hears of it.</summary>
    public void Order(TradingMode mode) => _operatorSwitch = mode;

    /// <summary>The portfolio writes its mode to where gateways read it.</summary>
    public void Mirror(TradingMode mode) => _switch = mode;

    /// <summary>True when this wrong turn is taken.</summary>
    public bool Is(Mutant mutant) => _mutant == mutant;

    /// <summary>What code does that contradicts itself.</summary>
    public static bool IsFault(Exception e) =>
        e is InvalidOperationException or ArgumentException or KeyNotFoundException or NullReferenceException or InvalidCastException or OverflowException or DivideByZeroException;

    /// <summary>True for the event by which an incarnation takes its stream over.</summary>
    public static bool IsOwner(object e) => e is OrderOwned or PairOwned or PortfolioOwned;

    /// <summary>A new incarnation's number.</summary>
    public int NextWriter()
    {
        _systemOf.Add(-1);
        return _systemOf.Count - 1;
    }

    /// <summary>The actor system that an incarnation lives in: what the replay filter calls a writer.</summary>
    public int SystemOf(int writer) => _systemOf[writer];

    /// <summary>Says which node's actor system an incarnation lives in.</summary>
    public void Lives(int writer, Node node) => _systemOf[writer] = node.Index;

    /// <summary>An actor exists from now on.</summary>
    public void Add(Actor actor) => _actors.Add(actor);

    /// <summary>Runs a plan from its beginning to its end.</summary>
    public RunResult Run(Plan plan, Mutant mutant = Mutant.None)
    {
        Reset(plan, mutant);
        Begin();
        while (_isRunning && Queue.Count > 0)
        {
            Queue.Take(out var e);
            NowMs = e.TimeMs;
            Figures.Events++;
            Happen(e);
        }
        return Finish();
    }

    /// <summary>Sends a message within a node: at once, in order.</summary>
    public void Tell(Actor to, object message, int number = 0) => Queue.Add(NowMs, Happening.Message, to, message, number);

    /// <summary>A machine threw.</summary>
    public void OnThrown(Actor actor, Exception fault)
    {
        Trace?.Line(actor, $"threw {fault.GetType().Name}: {fault.Message}");
        Figures.Thrown++;
        _thrown ??= new Violation("I23", actor.Name, $"the machine threw {fault.GetType().Name}: {fault.Message} {FirstLine(fault)}");
    }

    private Violation? _thrown;

    private static string FirstLine(Exception fault) =>
        fault.StackTrace?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first : "";

    private void Reset(Plan plan, Mutant mutant)
    {
        _plan = plan;
        _mutant = mutant;
        _scenario = Plans.Scenario.Find(plan.Scenario) ?? throw new ArgumentException($"There is no scenario {plan.Scenario}.", nameof(plan));
        _noise = new Chance(plan.Noise);
        _isRunning = true;
        _nextPoint = 0;
        _nextPointNumber = 0;
        _atPersist = null;
        _thrown = null;
        _switch = TradingMode.Active;
        _operatorSwitch = TradingMode.Active;
        _points.Clear();
        _systemOf.Clear();
        _actors.Clear();
        NowMs = StartMs;
        Queue.Clear();
        Journal.Clear();
        Checker.Reset();
        Figures.Reset();
        Weather.Reset(plan.IsCalm);
        foreach (var node in _nodes)
            node.Reset();
        Exchange = new ExchangeModel(this, plan.Noise);
        Pair.Reset(_nodes[0]);
        Portfolio.Reset(_nodes[1]);
        Reconciler.Reset(_nodes[1]);
    }

    private void Begin()
    {
        if (_plan is { Faults.Count: 0, IsCalm: true } && !_scenario.HasTrouble)
            Checker.Calm(StartMs, CalmProtectMs);
        Portfolio.StartIn(0);
        Pair.StartIn(0);
        Reconciler.StartIn(0);
        for (var i = 0; i < _scenario.Steps.Length; i++)
            Queue.Add(StartMs + _scenario.Steps[i].AtMs, Happening.Step, number: i);
        for (var i = 0; i < _plan.Faults.Count; i++)
        {
            var fault = _plan.Faults[i];
            if (fault.Kind == FaultKind.AtPoint)
                _points.Add(fault);
            else
                Queue.Add(StartMs + Math.Min(fault.AtMs, _plan.HealAtMs - 1), Happening.Fault, number: i);
        }
        _points.Sort(static (a, b) => a.Point - b.Point);
        Queue.Add(StartMs + _plan.HealAtMs, Happening.Heal);
        Queue.Add(StartMs + OwnerCheckMs, Happening.AskHeads);
        Queue.Add(StartMs + 500, Happening.Ticked, number: -1);
    }

    private void Happen(in Event e)
    {
        switch (e.Kind)
        {
            case Happening.Commit:
                OnCommit((JournalWrite)e.Payload!, e.Actor!);
                break;
            case Happening.Arrive:
                Exchange.Arrive((Ask)e.Payload!);
                break;
            case Happening.Exchange:
                Exchange.Advance();
                break;
            case Happening.Pushed:
                OnPushed(e);
                break;
            case Happening.Ticked:
                OnTicked(e.Number);
                break;
            case Happening.AskHeads:
                OnAskHeads();
                break;
            case Happening.Step:
                OnStep(_scenario.Steps[e.Number]);
                break;
            case Happening.Fault:
                OnFault(_plan.Faults[e.Number]);
                break;
            case Happening.FaultEnds:
                OnFaultEnds((FaultKind)e.Number, e.Payload as Node);
                break;
            case Happening.Resume:
                OnResume((Node)e.Payload!);
                break;
            case Happening.NodeUp:
                OnNodeUp((Node)e.Payload!);
                break;
            case Happening.Detected:
                OnDetected((Node)e.Payload!);
                break;
            case Happening.Start:
                ((Seat)e.Payload!).OnStart(e.Number);
                break;
            case Happening.Heal:
                OnHeal();
                break;
            case Happening.End:
                _isRunning = false;
                break;
            default:
                Deliver(e);
                break;
        }
    }

    private static void Deliver(in Event e)
    {
        var actor = e.Actor!;
        if (actor.Node.IsPaused)
        {
            if (actor.IsAlive)
                actor.Node.Waiting.Add(e);
            return;
        }

        // The gateway hears every answer, whether the tracker that asked still lives or not.
        if (e is { Kind: Happening.Message, Payload: OrderInput answer } && actor is TrackerHost tracker)
            tracker.Node.Gateway.OnAnswer(tracker, answer);
        if (actor.IsAlive)
            actor.Take(e);
    }

    private RunResult Finish()
    {
        Exchange.Settle();
        var report = Checker.Finish(Exchange.Orders(), Exchange.Stops(), Exchange.Fills(), Exchange.Balances(), null);
        IReadOnlyList<Violation> violations = report.Violations;
        Violation? atRest = _thrown ?? AtRest();
        if (atRest is not null)
            violations = [atRest, .. violations];
        Figures.Points = _nextPointNumber;
        Figures.Orders = report.Orders;
        Figures.Fills = report.Fills;
        for (var i = 0; i < Figures.Unprotected.Length; i++)
            Figures.Unprotected[i] = Checker.Unprotected[i];
        return new RunResult(_plan, violations);
    }
}
