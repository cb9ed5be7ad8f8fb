using System.Diagnostics;
using Bot.Host.Commands;

namespace Bot.Host.Node;

/// <summary>
/// The simulator in a process of its own, started from this program. It ends when this process does, however that ends: it watches the
/// other end of its standard input.
/// </summary>
public sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SimulatorProcess(Process process, Uri address) => (_process, Address) = (process, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="arguments">Options of <c>bot simulator</c>.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="CommandException">It did not start; the message is its own.</exception>
    public static async Task<SimulatorProcess> StartAsync(IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // `dotnet Bot.Host.dll`: the program itself is the first argument. A published program is its own executable.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Bot.Host.dll"));
        start.ArgumentList.Add("simulator");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--until-stdin-ends");

        var process = Process.Start(start) ?? throw new CommandException("The simulator's process could not be started.");
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Uri? address = null;
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancel).ConfigureAwait(false) is { } line)
            {
                if (line.StartsWith("listening ", StringComparison.Ordinal))
                    address = new Uri(line["listening ".Length..]);
                if (line == "ready" && address is not null)
                {
                    _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return new SimulatorProcess(process, address);
                }
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        throw new CommandException((await errors.ConfigureAwait(false)).Trim() is { Length: > 0 } text ? text : "The simulator ended before it was ready.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
