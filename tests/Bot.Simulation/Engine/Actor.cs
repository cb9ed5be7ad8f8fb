namespace Bot.Simulation.Engine;

/// <summary>One incarnation of something that lives on a node.</summary>
internal abstract class Actor(World world, Node node)
{
    /// <summary>Everything around it.</summary>
    protected World World { get; } = world;

    /// <summary>Where it lives.</summary>
    public Node Node { get; } = node;

    /// <summary>False once it has ended.</summary>
    public bool IsAlive { get; protected set; } = true;

    /// <summary>What it is called in a trace.</summary>
    public abstract string Name { get; }

    /// <summary>It reads the journal and begins.</summary>
    public abstract void Begin();

    /// <summary>Something happens to it.</summary>
    public abstract void Take(in Event e);

    /// <summary>It ends, as if it had never been there; nobody is told.</summary>
    public virtual void End() => IsAlive = false;
}
