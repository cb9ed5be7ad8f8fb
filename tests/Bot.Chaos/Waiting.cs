using System.Diagnostics;

namespace Bot.Chaos;

/// <summary>Waits for what another process or the database will show; nobody announces it.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(25);

    /// <summary>Looks again and again.</summary>
    /// <param name="holds">What is waited for.</param>
    /// <param name="patience">The test fails after this.</param>
    /// <param name="otherwise">With this message.</param>
    public static async Task UntilAsync(Func<Task<bool>> holds, TimeSpan patience, Func<string> otherwise)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(start) > patience)
                Assert.Fail(otherwise());
            await Task.Delay(Between);
        }
    }
}
