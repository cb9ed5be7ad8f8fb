using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Bot.Actors.Runtime;
using Bot.Host.Database;

namespace Bot.Chaos.Deployments;

/// <summary>What a node is started with.</summary>
/// <param name="Index">Its number, from 1.</param>
/// <param name="Folder">Its folder: data, logs, witness.</param>
/// <param name="Arguments">Command and options of the bot.</param>
/// <param name="Exchange">Its way to the exchange.</param>
/// <param name="Database">Its way to the database.</param>
/// <param name="Peers">The others' way to it; null for a node that is alone.</param>
internal sealed record ChaosNodeSetup(int Index, string Folder, IReadOnlyList<string> Arguments, FaultProxy Exchange, FaultProxy Database, FaultProxy? Peers);

/// <summary>
/// A node of the bot as a real process, with a supervisor as systemd or Kubernetes would be one: a node that ends is started again, unless the
/// plan holds it down.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class ChaosNode : IAsyncDisposable
{
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(1);
    private readonly StringBuilder _said = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _supervising;
    private Process? _process;
    private bool _isWanted;

    public ChaosNode(ChaosNodeSetup setup)
    {
        Setup = setup;
        Directory.CreateDirectory(setup.Folder);
        File.WriteAllText(Path.Combine(setup.Folder, ChaosHooks.MarkFile), "a node of ./bot chaos\n");
        _supervising = SuperviseAsync();
    }

    /// <summary>What it is started with.</summary>
    public ChaosNodeSetup Setup { get; }

    /// <summary>Its process; 0 while there is none.</summary>
    public int ProcessId => _process is { HasExited: false } running ? running.Id : 0;

    /// <summary>How often the supervisor found it dead and started it again.</summary>
    public int Restarts { get; private set; }

    /// <summary>The last lines that it said.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Starts it, and keeps it running from now on.</summary>
    /// <param name="crashPoint">Where it shall die: <c>boundary:subject:n</c>; null for nowhere. A node with one is not started again by itself.</param>
    public async Task StartAsync(string? crashPoint = null)
    {
        await _gate.WaitAsync();
        try
        {
            if (_process is { HasExited: false })
                return;
            Launch(crashPoint);
            _isWanted = crashPoint is null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    /// <param name="staysDown">Whether the supervisor leaves it dead.</param>
    public async Task KillAsync(bool staysDown = false)
    {
        await _gate.WaitAsync();
        try
        {
            _isWanted &= !staysDown;
            if (_process is not { HasExited: false } process)
                return;
            Children.Signal(process.Id, Children.Kill);
            await process.WaitForExitAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Asks it to end in order; kills it when it does not.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        _isWanted = false;
        if (_process is { HasExited: false } process)
        {
            Children.Signal(process.Id, Children.Continue);
            Children.Signal(process.Id, Children.Terminate);
            await process.WaitForExitAsync(_stop.Token).WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await KillAsync(staysDown: true);
    }

    /// <summary>SIGSTOP: it knows of no time any more.</summary>
    public void Stop() => Signal(Children.Stop);

    /// <summary>SIGCONT: it goes on as if no time had passed.</summary>
    public void Continue() => Signal(Children.Continue);

    /// <summary>Waits for its end; false when it goes on.</summary>
    public async Task<bool> EndsWithinAsync(TimeSpan patience, CancellationToken cancel)
    {
        if (_process is not { } process)
            return true;
        try
        {
            await process.WaitForExitAsync(cancel).WaitAsync(patience, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Makes its wall clock wrong.</summary>
    public async Task SetClockAsync(TimeSpan offset)
    {
        var file = Path.Combine(Setup.Folder, ChaosHooks.ClockFile);
        await File.WriteAllTextAsync($"{file}.new", ((long)offset.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        File.Move($"{file}.new", file, overwrite: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervising.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await KillAsync(staysDown: true);
        _process?.Dispose();
        _stop.Dispose();
        _gate.Dispose();
    }

    private void Signal(int signal)
    {
        if (ProcessId is > 0 and var id)
            Children.Signal(id, signal);
    }

    private async Task SuperviseAsync()
    {
        var quick = 0;
        while (true)
        {
            await Task.Delay(RestartPause * Math.Min(1 + quick, 5), _stop.Token);
            await _gate.WaitAsync(_stop.Token);
            try
            {
                if (!_isWanted || _process is not { HasExited: true } ended)
                {
                    quick = 0;
                    continue;
                }
                Append($"[supervisor] it has ended with code {ended.ExitCode} and is started again");
                quick++;
                Restarts++;
                Launch(null);
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    private void Launch(string? crashPoint)
    {
        // The one before is not disposed of: somebody may be waiting for its end.
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Setup.Folder,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Bot.Host.dll"));
        foreach (var argument in Setup.Arguments)
            start.ArgumentList.Add(argument);
        start.Environment[BotFolders.DataVariable] = Setup.Folder;
        start.Environment[ChaosHooks.FolderVariable] = Setup.Folder;
        if (crashPoint is not null)
            start.Environment[ChaosHooks.CrashVariable] = crashPoint;
        var process = Children.Start(start);
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    private void Append(string? line)
    {
        if (line is null)
            return;
        lock (_said)
        {
            _said.AppendLine(line);
            if (_said.Length > 20_000)
                _said.Remove(0, 10_000);
        }
    }
}
