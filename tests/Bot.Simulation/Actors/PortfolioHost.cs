using Bot.Simulation.Engine;
using Bot.Trading.Pairs;
using Bot.Trading.Portfolio;

namespace Bot.Simulation.Actors;

/// <summary>The portfolio's interpreter, as src/Bot.Actors/Portfolio/PortfolioActor.cs.</summary>
internal sealed class PortfolioHost : Durable<PortfolioEvent, PortfolioEffect>
{
    private PortfolioState _state = new();
    private readonly PortfolioMemory _memory = new();
    private string _stateHash = "";

    public PortfolioHost(World world, Node node)
        : base(world, node, world.Journal.Stream(Setup.PortfolioStream)) =>
        world.Lives(Writer, node);

    /// <inheritdoc/>
    protected override void Apply(PortfolioEvent e) => _state.Apply(e);

    /// <inheritdoc/>
    protected override void PassThroughSnapshot() => _state = PortfolioState.From(_state.ToSnapshot());

    /// <inheritdoc/>
    protected override void OnRecovered()
    {
        _stateHash = SimHash.Of(_state);
        Decide(new PortfolioInput.Recovered());
        if (_state.InitialCash is null)
            World.Queue.Add(World.NowMs + 40, Happening.Message, this, Word.Ready);
    }

    /// <inheritdoc/>
    protected override void OnMessage(in Event e)
    {
        switch (e.Payload)
        {
            case Word when _state.InitialCash is null:
                Decide(new PortfolioInput.Open("USDT", Setup.Cash));
                break;
            case PortfolioInput input:
                Decide(input);
                break;
            case SetMode set:
                Decide(new PortfolioInput.SetMode(set.Mode, "operator", "scenario"));
                break;
        }
    }

    /// <inheritdoc/>
    protected override void Run(PortfolioEffect effect)
    {
        switch (effect)
        {
            case PortfolioEffect.AnswerGrant answer:
                World.Between(Node, World.Pair, new PairInput.GrantAnswered(answer.IntentNumber, answer.Decision, answer.ReservedQuote));
                break;
            case PortfolioEffect.AcknowledgeBook acknowledge:
                World.Between(Node, World.Pair, new BookAcknowledged(acknowledge.Version, _state.Mode));
                break;
            case PortfolioEffect.AskLater later:
                World.Queue.Add(World.NowMs + later.DelayMs, Happening.Message, this, new PortfolioInput.GrantAsked(later.Request, later.SinceMs));
                break;
            case PortfolioEffect.PausePair pause:
                World.Between(Node, World.Pair, new PairInput.PauseEntries(pause.Reason));
                break;
            case PortfolioEffect.PublishMode publish:
                World.Mirror(publish.Mode);
                if (_state.Books.Count > 0)
                    World.Between(Node, World.Pair, new ModeTold(publish.Mode));
                break;
        }
    }

    /// <inheritdoc/>
    protected override void OnEnded() => World.Portfolio.OnEnded(this);

    private void Decide(PortfolioInput input)
    {
        World.Trace?.Input(this, input);
        // A table that lags still says that everything is allowed.
        var state = World.Is(Mutant.ModeFromStaleProjection) && input is PortfolioInput.GrantAsked
            ? PortfolioState.From(_state.ToSnapshot() with { Mode = TradingMode.Active, Switches = null, Breaker = null })
            : _state;
        PortfolioDecider.Decide(state, _memory, new PortfolioContext(NowMs, Setup.PortfolioSettings, Node.Name, Replayed, _stateHash), input, Sink);
        Commit();
    }
}
