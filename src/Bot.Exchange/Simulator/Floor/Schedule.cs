using Bot.Exchange.Simulator.Accounts;

namespace Bot.Exchange.Simulator.Floor;

/// <summary>What falls due.</summary>
internal enum ScheduledKind
{
    /// <summary>The engine gets an accepted order.</summary>
    Match,

    /// <summary>A cancel takes effect.</summary>
    Cancel,

    /// <summary>A cancel of a part takes effect.</summary>
    Reduce,

    /// <summary>A GTT order's time is up.</summary>
    Expire,

    /// <summary>A dead man's switch fires.</summary>
    DeadMan,

    /// <summary>The price of a stop order has come.</summary>
    Trigger,

    /// <summary>A push that was held back goes out.</summary>
    Push,
}

/// <summary>Something that falls due.</summary>
/// <param name="Kind">What.</param>
/// <param name="DueMs">When, Unix ms.</param>
/// <param name="Key">Order within one instant: a function of stable ids, never of the order of arrival.</param>
/// <param name="Account">Whose.</param>
/// <param name="Order">The order; null for everything that is about none.</param>
/// <param name="Stop">The stop order; null for everything else.</param>
/// <param name="Size">Base quantity that is cancelled of an order; 0 for everything else.</param>
internal readonly record struct Scheduled(
    ScheduledKind Kind, long DueMs, ulong Key, Account Account, AccountOrder? Order, StopOrder? Stop = null, decimal Size = 0)
{
    /// <summary>False when it has lost its object meanwhile.</summary>
    public bool IsAlive => Kind switch
    {
        ScheduledKind.DeadMan => Account.DeadManSwitch?.FiresAtMs == DueMs,
        ScheduledKind.Trigger => Stop!.Phase == StopPhase.Due,
        ScheduledKind.Push => true,
        _ => Order!.IsActive,
    };
}

/// <summary>What falls due on the market's clock, earliest first.</summary>
internal sealed class Schedule
{
    private readonly PriorityQueue<Scheduled, (long DueMs, ulong Key)> _queue = new();

    /// <summary>When the next thing falls due, Unix ms; null when nothing is waiting.</summary>
    public long? NextDueMs
    {
        get
        {
            while (_queue.TryPeek(out var next, out _))
            {
                if (next.IsAlive)
                    return next.DueMs;
                _queue.Dequeue();
            }
            return null;
        }
    }

    /// <summary>Adds something.</summary>
    public void Add(in Scheduled scheduled) => _queue.Enqueue(scheduled, (scheduled.DueMs, scheduled.Key));

    /// <summary>Takes the next thing that is due at the instant.</summary>
    public bool TryTake(long nowMs, out Scheduled scheduled)
    {
        scheduled = default;
        if (NextDueMs is not { } due || due > nowMs)
            return false;
        scheduled = _queue.Dequeue();
        return true;
    }
}
