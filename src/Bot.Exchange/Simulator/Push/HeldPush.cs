namespace Bot.Exchange.Simulator.Push;

/// <summary>A private push, which may be held back on purpose. Touched only under the floor's gate.</summary>
/// <param name="Topic">Whose subscribers get it.</param>
/// <param name="Frame">The frame.</param>
/// <param name="Times">How often they get it.</param>
/// <param name="IsLast">The subscribers' connections end behind it.</param>
internal readonly record struct HeldPush(Topic Topic, byte[] Frame, int Times, bool IsLast)
{
    /// <summary>Queues it for the subscribers.</summary>
    public void Send()
    {
        for (var i = 0; i < Times; i++)
            Topic.Publish(Frame);
        if (IsLast)
            Topic.HangUp();
    }
}
