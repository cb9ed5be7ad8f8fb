namespace Bot.Simulation.Engine;

/// <summary>A kind of instant at which a process can stop.</summary>
internal enum CrashPoint : byte
{
    /// <summary>Before a write leaves the process.</summary>
    BeforePersist,

    /// <summary>The rows are stored, the process does not know it yet.</summary>
    Committed,

    /// <summary>The rows are stored and applied, no effect has run.</summary>
    AfterStored,

    /// <summary>Before an effect.</summary>
    BeforeEffect,

    /// <summary>A request is at the exchange, its answer is not on its way.</summary>
    AfterSend,
}

/// <summary>What can happen at a crash point.</summary>
internal enum CrashAction : byte
{
    /// <summary>The node is killed.</summary>
    Kill,

    /// <summary>The node is stopped for a while (SIGSTOP) and goes on where it was.</summary>
    Pause,

    /// <summary>Only this actor ends, with what it owns.</summary>
    KillActor,

    /// <summary>The write fails and is not stored.</summary>
    NotStored,

    /// <summary>The write is stored and reported as failed.</summary>
    StoredDenied,

    /// <summary>The write is reported as failed and is stored later.</summary>
    StoredLate,
}
