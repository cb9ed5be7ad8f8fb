namespace Bot.Trading.Machines;

/// <summary>
/// Receives what a decision wants: events to persist, and effects to run after the journal has acknowledged them. The interpreter
/// reuses one sink, so that a decision that wants nothing allocates nothing.
/// </summary>
/// <typeparam name="TEvent">Facts for the journal.</typeparam>
/// <typeparam name="TEffect">Things to do afterwards.</typeparam>
public sealed class Sink<TEvent, TEffect>
{
    private readonly List<TEvent> _events = [];
    private readonly List<TEffect> _effects = [];

    /// <summary>Events in the order in which they were decided.</summary>
    public IReadOnlyList<TEvent> Events => _events;

    /// <summary>Effects in the order in which they were decided.</summary>
    public IReadOnlyList<TEffect> Effects => _effects;

    /// <summary>True when nothing was decided.</summary>
    public bool IsSilent => _events.Count == 0 && _effects.Count == 0;

    /// <summary>Adds a fact.</summary>
    public void Persist(TEvent e) => _events.Add(e);

    /// <summary>Adds an effect.</summary>
    public void Do(TEffect effect) => _effects.Add(effect);

    /// <summary>Empties the sink for the next decision.</summary>
    public void Clear()
    {
        _events.Clear();
        _effects.Clear();
    }
}
