namespace Bot.Simulation.Engine;

/// <summary>Where a shard or a singleton lives, by the cluster's word, which may be wrong.</summary>
internal sealed class Seat(World world, Func<World, Node, Actor> create)
{
    private int _version;

    /// <summary>The node that it lives on.</summary>
    public Node Home { get; private set; } = null!;

    /// <summary>The incarnation that messages go to; null before the first.</summary>
    public Actor? Current { get; private set; }

    /// <summary>Takes it back to the beginning of a run.</summary>
    public void Reset(Node home)
    {
        Home = home;
        Current = null;
        _version = 0;
    }

    /// <summary>Starts an incarnation after a while.</summary>
    public void StartIn(long delayMs) => world.Queue.Add(world.NowMs + delayMs, Happening.Start, payload: this, number: ++_version);

    /// <summary>It leaves a node that was given up.</summary>
    public void Leave(Node node, Node other)
    {
        if (Home != node)
            return;
        Home = other;
        StartIn(50 + world.Draw(400));
    }

    /// <summary>It moves in order: its incarnation has ended.</summary>
    public void MoveTo(Node node)
    {
        Home = node;
        StartIn(50 + world.Draw(200));
    }

    /// <summary>A node is back: what lives there by the cluster's word starts there.</summary>
    public void OnNodeUp(Node node)
    {
        if (Home == node && !(Current is { IsAlive: true } living && living.Node == node))
            StartIn(100);
    }

    /// <summary>An incarnation has ended by itself.</summary>
    public void OnEnded(Actor actor)
    {
        if (Current == actor && Home == actor.Node && Home.IsUp)
            StartIn(1_000 + world.Draw(1_000));
    }

    /// <summary>The time to start has come.</summary>
    public void OnStart(int version)
    {
        if (version != _version || !Home.IsUp)
            return;
        if (Home.IsPaused)
        {
            StartIn(Home.ResumesMs - world.NowMs + 1);
            return;
        }
        if (world.Weather.JournalBackMs > world.NowMs)
        {
            // Nothing can be recovered without the journal.
            StartIn(world.Weather.JournalBackMs - world.NowMs + 50 + world.Draw(500));
            return;
        }
        if (Current is { IsAlive: true } && Current.Node == Home)
            return;
        Create(Home);
    }

    /// <summary>Starts another incarnation on the other node although this one lives.</summary>
    public void StartSecond()
    {
        var other = world.Nodes[1 - Home.Index];
        if (!other.IsUp || other.IsPaused)
            return;
        Home = other;
        StartIn(0);
    }

    private void Create(Node node)
    {
        world.Figures.Incarnations++;
        var actor = create(world, node);
        Current = actor;
        world.Add(actor);
        actor.Begin();
    }
}
