using System.ComponentModel;
using System.Diagnostics;

namespace Bot.Host.Database.Postgres;

/// <summary>What a program answered.</summary>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ChildResult(int ExitCode, string Output, string Error)
{
    /// <summary>Both outputs, for a message.</summary>
    public string Text => $"{Output}{Environment.NewLine}{Error}".Trim();
}

/// <summary>Runs the system's programs: arguments as a list, no shell, nothing secret among them.</summary>
internal static class ChildProcess
{
    /// <summary>Runs a program to its end. Cancelling kills it.</summary>
    public static async Task<ChildResult> RunAsync(
        string file, IEnumerable<string> arguments, CancellationToken cancellation, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // The folder we stand in may be closed to the user that a server runs as.
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        // A developer's own settings must not leak into our server's tools.
        var foreign = start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal) && environment?.ContainsKey(k) != true);
        foreach (var name in foreign.ToArray())
            start.Environment.Remove(name);

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new ChildResult(127, "", $"{file}: {e.Message}");
        }
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return new ChildResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            throw;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }
}
