namespace Bot.Actors.Tests.Support;

/// <summary>Waits for what happens elsewhere in its own time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Looks until something is there.</summary>
    /// <param name="look">What is there; null while it is not.</param>
    /// <param name="what">What is waited for, in the past tense.</param>
    public static async Task<T> Async<T>(Func<Task<T?>> look, string what)
        where T : class
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (await look() is var found)
        {
            if (found is not null)
                return found;
            if (TimeProvider.System.GetElapsedTime(begun) > LocalSystem.Patience)
                break;
            await Task.Delay(Pause);
        }
        throw new TimeoutException($"Within {LocalSystem.Patience} this has not happened: {what}.");
    }
}
