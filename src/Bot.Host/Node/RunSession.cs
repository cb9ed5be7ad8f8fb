using System.Text.Json;
using Akka.Actor;
using Bot.Actors.Projector;
using Bot.Actors.Runtime;
using Bot.Host.Commands;
using Bot.Host.Terminal;
using Npgsql;
using Spectre.Console;

namespace Bot.Host.Node;

/// <summary>What a run is shown as and when it ends.</summary>
/// <param name="Title">Heading of the view.</param>
/// <param name="EndWithReplay">Whether the run ends with the replay's last step; else it ends on Ctrl-C only.</param>
/// <param name="Json">Whether the summary is one JSON object on the last line of standard output.</param>
/// <param name="Faults">Reads how many faults of each kind the run met; null where none are made.</param>
internal sealed record RunOptions(
    string Title, bool EndWithReplay, bool Json, Func<CancellationToken, Task<IReadOnlyDictionary<string, long>>>? Faults = null);

/// <summary>Watches a node from its start to the end of its run, shows it, and sums it up.</summary>
internal sealed class RunSession(BotNode node, NpgsqlDataSource database, RunOptions options, TextWriter output)
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SummaryPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    /// <summary>Runs until the end; Ctrl-C stops it in order and still sums it up.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(RunScreen screen, CancellationToken cancel)
    {
        await WhenStartedAsync(cancel).ConfigureAwait(false);
        using var shown = new CancellationTokenSource();
        var observer = new RunObserver(node, () => node.Services.Gate.Pairs);
        var show = screen.ShowAsync(observer, options.Title, shown.Token);
        Exception? failure = null;
        var ended = false;
        try
        {
            await Task.WhenAny(node.ReplayEnded, node.Lost, Task.Delay(Timeout.Infinite, cancel)).ConfigureAwait(false);
            ended = node.ReplayEnded.IsCompletedSuccessfully;
            failure = node.ReplayEnded.Exception?.InnerException;
            if (ended && !options.EndWithReplay)
                await Task.WhenAny(node.Lost, Task.Delay(Timeout.Infinite, cancel)).ConfigureAwait(false);
        }
        finally
        {
            await shown.CancelAsync().ConfigureAwait(false);
            await show.ConfigureAwait(false);
        }
        if (node.Lost.IsCompletedSuccessfully)
            return CommandRunner.NodeLost;
        if (failure is not null)
            throw failure;
        try
        {
            await SumUpAsync(observer).ConfigureAwait(false);
        }
        catch (Exception e) when (node.Replay is null)
        {
            screen.Say($"no summary: {e.Message} Nothing is lost; the journal has everything.");
        }
        return ended || !options.EndWithReplay ? CommandRunner.Ok : CommandRunner.Interrupted;
    }

    /// <summary>
    /// Of a replay: no price may pass before every pair is ready. A node that trades on the wall clock is started when it runs; its pairs
    /// get ready one by one, some of them on other nodes.
    /// </summary>
    private async Task WhenStartedAsync(CancellationToken cancel)
    {
        if (node.Replay is null)
            return;
        try
        {
            await Task.WhenAny(node.Services.Gate.Opened, node.ReplayEnded).WaitAsync(StartPatience, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var waiting = node.Services.Gate.Waiting;
            throw new CommandException(waiting.Count == 0
                ? "The pair selection did not come to an end: the log says why."
                : $"These pairs did not get ready: {string.Join(", ", waiting.Select(s => s.Text))}. The log says why.");
        }
    }

    /// <summary>
    /// A replay's summary is complete. A node on the wall clock is being stopped, perhaps because its database is away, and others wait for
    /// its pairs: it sums up what it can within seconds.
    /// </summary>
    private async Task SumUpAsync(RunObserver observer)
    {
        var limit = node.Replay is null ? StopPatience : SummaryPatience;
        using var patience = new CancellationTokenSource(limit);
        var projector = await node.Actors.GetAsync<ProjectorActor>(patience.Token).ConfigureAwait(false);
        await projector.Ask<CaughtUp>(CatchUp.Instance, limit).ConfigureAwait(false);
        var picture = await observer.LookAsync().ConfigureAwait(false);
        var unrealised = picture.Pairs.Where(p => p.Protection is not null && p.LastPrice is not null).Sum(p => p.Position.UnrealisedPnl(p.LastPrice!.Value));
        var summary = await RunSummary.ReadAsync(
            database, picture.Portfolio?.MaxDrawdown ?? 0, picture.Portfolio?.Equity ?? 0, unrealised, patience.Token).ConfigureAwait(false);
        summary = summary with { ExchangeStops = node.Services.Stops.Mode };
        if (options.Faults is { } faults)
            summary = summary with { Faults = await faults(patience.Token).ConfigureAwait(false) };
        if (options.Json)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(summary)).ConfigureAwait(false);
            return;
        }
        var table = new Table().Border(TableBorder.Rounded).Title("summary").HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        foreach (var (name, value) in Rows(summary, picture.Portfolio?.QuoteCurrency ?? ""))
            table.AddRow(name, value);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected)
            console.Profile.Width = 120;
        console.Write(table);
    }

    private static IEnumerable<(string Name, string Value)> Rows(RunSummary s, string quote)
    {
        yield return ("orders", FormattableString.Invariant($"{s.Orders}"));
        yield return ("fills", FormattableString.Invariant($"{s.Fills}"));
        yield return ("trades", FormattableString.Invariant($"{s.Trades}"));
        yield return ("won", FormattableString.Invariant($"{s.WinRate:0.0%}"));
        yield return ("net result of the trades", FormattableString.Invariant($"{s.NetPnl:+0.00;-0.00;0.00} {quote}"));
        yield return ("fees", FormattableString.Invariant($"{s.Fees:0.00} {quote}"));
        yield return ("unrealised", FormattableString.Invariant($"{s.UnrealisedPnl:+0.00;-0.00;0.00} {quote}"));
        yield return ("equity", FormattableString.Invariant($"{s.Equity:0.00} {quote}"));
        yield return ("deepest drawdown", FormattableString.Invariant($"{s.MaxDrawdown:0.00%}"));
        yield return ("stops", s.ExchangeStops == ExchangeStopsMode.Served ? "held by the exchange, and watched here" : "watched by the bot alone");
        if (s.Faults is { } faults)
            yield return ("faults met", faults.Count == 0 ? "none" : string.Join(", ", faults.Select(f => FormattableString.Invariant($"{f.Key} {f.Value}"))));
        yield return ("orders' SHA-256", s.OrdersSha256);
    }
}
