namespace Bot.Simulation.Engine;

/// <summary>What happens.</summary>
internal enum Happening : byte
{
    /// <summary>A message reaches an actor: its payload is the machine's input, or a word of the interpreter.</summary>
    Message,

    /// <summary>A timer of an actor fires; the number is its generation.</summary>
    Timer,

    /// <summary>A wake-up that nothing replaces.</summary>
    Wake,

    /// <summary>A write of an actor is committed by the journal.</summary>
    Commit,

    /// <summary>The journal tells an actor that its write is stored.</summary>
    Stored,

    /// <summary>The journal tells an actor that its write failed.</summary>
    NotStored,

    /// <summary>An actor reads the journal and begins.</summary>
    Begin,

    /// <summary>An actor hears how far its stream is.</summary>
    Head,

    /// <summary>The journal is asked how far the streams are.</summary>
    AskHeads,

    /// <summary>An actor that was paused between two effects goes on.</summary>
    GoOn,

    /// <summary>A request reaches the exchange.</summary>
    Arrive,

    /// <summary>The exchange moves by itself.</summary>
    Exchange,

    /// <summary>The private stream brings a message to a node.</summary>
    Pushed,

    /// <summary>A price reaches a node.</summary>
    Ticked,

    /// <summary>The next step of the scenario.</summary>
    Step,

    /// <summary>A fault of the plan that is due at a time.</summary>
    Fault,

    /// <summary>A fault that lasts ends.</summary>
    FaultEnds,

    /// <summary>A node that was paused runs again.</summary>
    Resume,

    /// <summary>A node that was killed is back.</summary>
    NodeUp,

    /// <summary>The cluster has noticed that a node is gone.</summary>
    Detected,

    /// <summary>A shard or singleton starts where it lives now.</summary>
    Start,

    /// <summary>The end of the faults.</summary>
    Heal,

    /// <summary>The end of the run.</summary>
    End,
}

/// <summary>Something that happens at a time.</summary>
internal struct Event
{
    /// <summary>When, virtual ms.</summary>
    public long TimeMs;

    /// <summary>A small number that belongs to it.</summary>
    public int Number;

    /// <summary>What.</summary>
    public Happening Kind;

    /// <summary>To whom; null when to nobody.</summary>
    public Actor? Actor;

    /// <summary>What belongs to it.</summary>
    public object? Payload;
}

/// <summary>
/// What will happen, earliest first: a binary heap of keys. The events stay where they are; moving them about would cost a write barrier for
/// every reference that they hold.
/// </summary>
internal sealed class EventQueue
{
    private Key[] _heap = new Key[256];
    private Event[] _events = new Event[256];
    private int[] _free = new int[256];
    private int _freeCount;
    private int _used;
    private int _sequence;

    /// <summary>How many events wait.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_events, 0, _used);
        Count = _freeCount = _used = _sequence = 0;
    }

    /// <summary>Adds an event.</summary>
    public void Add(long timeMs, Happening kind, Actor? actor = null, object? payload = null, int number = 0)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, 2 * Count);
            Array.Resize(ref _events, 2 * Count);
            Array.Resize(ref _free, 2 * Count);
        }
        var sequence = _sequence++;
        var slot = _freeCount > 0 ? _free[--_freeCount] : _used++;
        var at = Count++;
        var heap = _heap;
        while (at > 0)
        {
            var parent = (at - 1) >> 1;
            if (heap[parent].TimeMs <= timeMs)
                break; // an equal time was added before
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = new Key(timeMs, sequence, slot);
        ref var e = ref _events[slot];
        e.TimeMs = timeMs;
        e.Kind = kind;
        e.Actor = actor;
        e.Payload = payload;
        e.Number = number;
    }

    /// <summary>Takes the next event.</summary>
    public void Take(out Event next)
    {
        var heap = _heap;
        var slot = heap[0].Slot;
        next = _events[slot];
        _events[slot] = default;
        _free[_freeCount++] = slot;
        var last = heap[--Count];
        var count = Count;
        var at = 0;
        while (true)
        {
            var child = (2 * at) + 1;
            if (child >= count)
                break;
            if (child + 1 < count && IsBefore(heap[child + 1], heap[child]))
                child++;
            if (!IsBefore(heap[child], last))
                break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
    }

    private static bool IsBefore(in Key one, in Key other) =>
        one.TimeMs < other.TimeMs || (one.TimeMs == other.TimeMs && one.Sequence < other.Sequence);

    private readonly record struct Key(long TimeMs, int Sequence, int Slot);
}
