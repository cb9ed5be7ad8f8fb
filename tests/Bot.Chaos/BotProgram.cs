using System.Diagnostics;
using System.Text;
using Bot.Chaos.Deployments;
using Bot.Host.Database;

namespace Bot.Chaos;

/// <summary>How a run of the program ended.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ProgramEnd(int Code, string Output, string Error);

/// <summary>The real program in a process of its own.</summary>
internal sealed class BotProgram : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private BotProgram(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it.</summary>
    /// <param name="dataFolder">Its data folder: logs, and nothing else when the database is given.</param>
    /// <param name="arguments">Command and options.</param>
    public static BotProgram Start(string dataFolder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A bot.json in the tests' working directory must not matter.
            WorkingDirectory = dataFolder,
        };
        start.Environment[BotFolders.DataVariable] = dataFolder;
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Bot.Host.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new BotProgram(Children.Start(start));
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<ProgramEnd> RunAsync(string dataFolder, params string[] arguments)
    {
        using var program = Start(dataFolder, arguments);
        return await program.EndAsync(TimeSpan.FromMinutes(3));
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>SIGTERM: stop in order.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ProgramEnd> EndAsync(TimeSpan patience)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The program did not end within {patience}. It said: {ErrorSoFar}");
        }
        return new ProgramEnd(_process.ExitCode, Text(_output), Text(_error));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    public string ErrorSoFar => Text(_error);

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.AppendLine(line);
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
