using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bot.Simulation.Engine;
using Bot.Simulation.Plans;

namespace Bot.Simulation.Running;

/// <summary>The same seed gives the same run, byte for byte, in every process.</summary>
internal static class Determinism
{
    /// <summary>Hashes of the traces of seeds, one a line: the child's part.</summary>
    public static void Write(TextWriter output, ulong from, int count, bool isBackwards)
    {
        var world = new World();
        var trace = new TraceLog(world);
        world.Trace = trace;
        for (var i = 0; i < count; i++)
        {
            var seed = from + (ulong)(isBackwards ? count - 1 - i : i);
            trace.Clear();
            world.Run(PlanDraw.Of(seed));
            output.WriteLine($"{seed} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(trace.Text)))}");
        }
    }

    /// <summary>Runs the seeds in two fresh processes, one of them from the last to the first, and compares.</summary>
    /// <returns>Seeds whose traces differ.</returns>
    public static async Task<IReadOnlyList<string>> CompareAsync(ulong from, int count, CancellationToken cancel)
    {
        var lines = await Task.WhenAll(ChildAsync(from, count, false, cancel), ChildAsync(from, count, true, cancel)).ConfigureAwait(false);
        Array.Reverse(lines[1]);
        return [.. lines[0].Where((line, i) => line != lines[1][i]).Select(line => line.Split(' ')[0])];
    }

    private static async Task<string[]> ChildAsync(ulong from, int count, bool isBackwards, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(Determinism).Assembly.Location);
        foreach (var word in (string[])["trace-hashes", from.ToString(CultureInfo.InvariantCulture), count.ToString(CultureInfo.InvariantCulture), isBackwards ? "backwards" : "forwards"])
            start.ArgumentList.Add(word);
        using var child = Process.Start(start) ?? throw new InvalidOperationException("The second process did not start.");
        try
        {
            var text = await child.StandardOutput.ReadToEndAsync(cancel).ConfigureAwait(false);
            await child.WaitForExitAsync(cancel).ConfigureAwait(false);
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return child.ExitCode == 0 && lines.Length == count
                ? lines
                : throw new InvalidOperationException($"A process ended with {child.ExitCode} after {lines.Length} of {count} seeds.");
        }
        finally
        {
            if (!child.HasExited)
                child.Kill();
        }
    }
}
