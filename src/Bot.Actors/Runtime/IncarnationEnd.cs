using System.Runtime.Serialization;
using System.Text.Json;
using Akka.Actor;
using Npgsql;

namespace Bot.Actors.Runtime;

/// <summary>Why an incarnation of an actor ended by itself.</summary>
public enum EndCause
{
    /// <summary>Something failed in it: a fault of ours, or somebody killed it.</summary>
    Fault,

    /// <summary>The journal could not be reached or did not say what became of a write.</summary>
    Unavailable,

    /// <summary>Somebody else has written to its stream: it does not own the entity, at least not now.</summary>
    Overtaken,

    /// <summary>Its journal is damaged or was written by a newer release: a person has to look.</summary>
    Damaged,
}

/// <summary>An actor tells its parent why it is about to end.</summary>
/// <param name="Cause">Why.</param>
public sealed record IncarnationEnded(EndCause Cause) : INoSerializationVerificationNeeded
{
    /// <summary>Longest pause after the database was away, ms: when it is back, so are the actors, within seconds.</summary>
    public const long LongestUnavailableMs = 5_000;

    /// <summary>Longest pause of an actor that fails again and again, or that is overtaken again and again, ms.</summary>
    public const long LongestFaultMs = 60_000;

    /// <summary>Longest pause of an actor whose journal is damaged, ms.</summary>
    public const long LongestDamagedMs = 600_000;

    /// <summary>How long to wait before the next incarnation, ms.</summary>
    /// <param name="cause">Why the last one ended.</param>
    /// <param name="failures">How many ended before it without having lived long.</param>
    /// <param name="firstMs">The first pause after a failure.</param>
    public static long PauseMs(EndCause cause, int failures, long firstMs)
    {
        var (first, longest) = cause switch
        {
            EndCause.Unavailable => (firstMs, LongestUnavailableMs),
            EndCause.Overtaken => (6 * firstMs, LongestFaultMs),
            EndCause.Damaged => (LongestFaultMs, LongestDamagedMs),
            _ => (firstMs, LongestFaultMs),
        };
        return Math.Min(first << Math.Min(failures, 20), longest);
    }

    /// <summary>What a failed write or recovery means.</summary>
    /// <param name="failure">What the journal said.</param>
    /// <param name="whileReplaying">True when it failed at a certain row of a replay.</param>
    public static EndCause CauseOf(Exception failure, bool whileReplaying)
    {
        ArgumentNullException.ThrowIfNull(failure);
        for (var e = failure; e is not null; e = e is AggregateException { InnerException: null } many ? many.InnerExceptions.FirstOrDefault() : e.InnerException)
        {
            switch (e)
            {
                case PostgresException { SqlState: PostgresErrorCodes.UniqueViolation }:
                    return EndCause.Overtaken;
                case NpgsqlException or TimeoutException or IOException or OperationCanceledException:
                    return EndCause.Unavailable;
                case SerializationException or JsonException or InvalidDataException:
                    return EndCause.Damaged;
            }
        }
        return whileReplaying ? EndCause.Damaged : EndCause.Unavailable;
    }
}
