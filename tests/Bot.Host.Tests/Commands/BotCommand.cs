using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Bot.Host.Database;

namespace Bot.Host.Tests.Commands;

/// <summary>How a command ended.</summary>
internal sealed record CommandEnd(int Code, string Output, string Error)
{
    /// <summary>A person can read it: no stack, no exception's name.</summary>
    public CommandEnd IsReadable()
    {
        foreach (var trace in (string[])["   at ", "Unhandled", "Exception"])
            Assert.DoesNotContain(trace, Output + Error, StringComparison.Ordinal);
        return this;
    }

    /// <summary>It failed in order and said so on standard error.</summary>
    public CommandEnd Failed(int code, params IEnumerable<string> parts)
    {
        IsReadable();
        Assert.True(Code == code, $"exit code {Code}\n{Error}\n{Output}");
        Assert.All(parts, part => Assert.Contains(part, Error, StringComparison.Ordinal));
        return this;
    }
}

/// <summary>The real program as a process of its own, with a data folder of its own.</summary>
[SupportedOSPlatform("linux")]
internal sealed class BotCommand : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly List<(string Text, TaskCompletionSource Said)> _waiting = [];

    private BotCommand(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Read(_output, e.Data);
        process.ErrorDataReceived += (_, e) => Read(_error, e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts it in a session of its own, as a terminal would.</summary>
    public static BotCommand Start(string dataFolder, IEnumerable<string> line, IEnumerable<(string Name, string Value)>? variables = null)
    {
        var start = new ProcessStartInfo("setsid", ["dotnet", Path.Combine(AppContext.BaseDirectory, "Bot.Host.dll"), .. line])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = dataFolder,
        };
        start.Environment[BotFolders.DataVariable] = dataFolder;
        foreach (var (name, value) in variables ?? [])
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new BotCommand(process);
    }

    /// <summary>Runs it to its end.</summary>
    public static Task<CommandEnd> RunAsync(string dataFolder, params string[] line) => RunAsync(dataFolder, [], line);

    /// <summary>Runs it to its end with variables.</summary>
    public static async Task<CommandEnd> RunAsync(string dataFolder, IEnumerable<(string Name, string Value)> variables, IEnumerable<string> line)
    {
        using var command = Start(dataFolder, line, variables);
        return await command.EndAsync();
    }

    /// <summary>Waits until it has said something on standard error.</summary>
    public async Task WhenItSaysAsync(string text)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_error)
        {
            if (_error.ToString().Contains(text, StringComparison.Ordinal))
                return;
            _waiting.Add((text, said));
        }
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(said.Task, ended).WaitAsync(Patience) == ended && !said.Task.IsCompleted)
            Assert.Fail($"It ended before it said '{text}': {(await EndAsync()).Error}");
    }

    /// <summary>What it has said on standard error.</summary>
    public string ErrorSoFar => Text(_error);

    /// <summary>Ctrl-C in its terminal: every process of its session gets it.</summary>
    public void Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", "--", "-" + _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<CommandEnd> EndAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"It did not end. It said: {Text(_error)}");
        }
        return new CommandEnd(_process.ExitCode, Text(_output), Text(_error));
    }

    /// <summary>Processes that have to do with a folder: started with it as their data folder, or given it on their command line.</summary>
    public static IReadOnlyList<string> ProcessesOf(string folder)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                var line = File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
                if (line.Contains(folder, StringComparison.Ordinal) || File.ReadAllText(Path.Combine(process, "environ")).Contains(folder, StringComparison.Ordinal))
                    found.Add($"{Path.GetFileName(process)}: {line}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has just ended, or belongs to somebody else.
            }
        }
        return found;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private void Read(StringBuilder to, string? line)
    {
        if (line is null)
            return;
        lock (_error)
        {
            to.AppendLine(line);
            foreach (var (_, said) in _waiting.Where(w => _error.ToString().Contains(w.Text, StringComparison.Ordinal)))
                said.TrySetResult();
        }
    }

    private string Text(StringBuilder from)
    {
        lock (_error)
            return from.ToString();
    }
}
