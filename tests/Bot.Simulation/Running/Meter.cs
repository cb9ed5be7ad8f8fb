using System.Globalization;
using Spectre.Console;

namespace Bot.Simulation.Running;

/// <summary>Shows how far a long run is: a bar on a terminal, nothing where nobody looks.</summary>
internal sealed class Meter
{
    private readonly ProgressTask? _task;

    private Meter(ProgressTask? task) => _task = task;

    /// <summary>Does something long under a bar.</summary>
    /// <param name="what">What is counted.</param>
    /// <param name="most">Its end; null when there is none.</param>
    /// <param name="work">The work.</param>
    public static void Watch(string what, double? most, Action<Meter> work)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            work(new Meter(null));
            return;
        }
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(progress =>
            {
                var task = progress.AddTask(what, maxValue: most ?? 1);
                task.IsIndeterminate = most is null;
                work(new Meter(task));
            });
    }

    /// <summary>So much is done.</summary>
    public void Step(double amount, string what)
    {
        if (_task is null)
            return;
        _task.Increment(amount);
        _task.Description = what;
    }

    /// <summary>Does a part of the work and shows how far it is meanwhile.</summary>
    public T While<T>(Func<T> work, Func<long> done, Func<long> failed)
    {
        if (_task is null)
            return work();
        var before = _task.Value;
        using var timer = new Timer(_ =>
        {
            _task.Value = before + done();
            _task.Description = string.Create(CultureInfo.InvariantCulture, $"{before + done():0} seeds, {failed()} failed");
        });
        timer.Change(TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
        var result = work();
        _task.Value = before + done();
        return result;
    }
}
