using Akka.Actor;

namespace Bot.Actors.Runtime;

/// <summary>The actors of a node that its pairs register with.</summary>
public enum NodeService
{
    /// <summary>The way to the account.</summary>
    Gateway,

    /// <summary>Prices.</summary>
    Prices,

    /// <summary>Rules and fees.</summary>
    Directory,
}

/// <summary>
/// Published on the event stream of a node's actor system when one of its actors has started: after a restart it knows nobody, so whoever
/// needs it registers again.
/// </summary>
/// <param name="Service">Which one.</param>
public sealed record NodeServiceStarted(NodeService Service) : INoSerializationVerificationNeeded;
