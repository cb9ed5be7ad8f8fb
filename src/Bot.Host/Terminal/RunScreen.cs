using Spectre.Console;

namespace Bot.Host.Terminal;

/// <summary>
/// Shows a run while it runs. On a terminal: a table that is drawn anew. Elsewhere: a line now and then and a table rarely, so that a file
/// or a pipe stays readable. Everything goes to standard error; standard output belongs to the result.
/// </summary>
internal sealed class RunScreen
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Line = TimeSpan.FromSeconds(5);

    private readonly IAnsiConsole _console;

    public RunScreen(TextWriter error)
    {
        IsInteractive = !Console.IsErrorRedirected;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error), Interactive = IsInteractive ? InteractionSupport.Detect : InteractionSupport.No });
        if (!IsInteractive)
            _console.Profile.Width = 200;
    }

    /// <summary>Whether somebody looks at it.</summary>
    public bool IsInteractive { get; }

    /// <summary>Says something above the picture.</summary>
    public void Say(string text) => _console.WriteLine(text);

    /// <summary>Draws until the token is cancelled, and once more at the end.</summary>
    public async Task ShowAsync(RunObserver observer, string title, CancellationToken until)
    {
        if (IsInteractive)
        {
            await _console.Live(new Text("starting ...")).AutoClear(false).StartAsync(async live =>
            {
                while (!until.IsCancellationRequested)
                {
                    live.UpdateTarget(RunView.Draw(await observer.LookAsync().ConfigureAwait(false), title));
                    await WaitAsync(Frame, until).ConfigureAwait(false);
                }
                live.UpdateTarget(RunView.Draw(await observer.LookAsync().ConfigureAwait(false), title));
            }).ConfigureAwait(false);
            return;
        }
        while (!until.IsCancellationRequested)
        {
            _console.WriteLine(RunView.AccountLine(await observer.LookAsync().ConfigureAwait(false)));
            await WaitAsync(Line, until).ConfigureAwait(false);
        }
        _console.Write(RunView.Draw(await observer.LookAsync().ConfigureAwait(false), title));
    }

    private static async Task WaitAsync(TimeSpan time, CancellationToken until) =>
        await Task.Delay(time, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
