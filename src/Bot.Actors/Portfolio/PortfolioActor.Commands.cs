using Akka.Actor;
using Akka.Event;
using Bot.Actors.Controls;
using Bot.Actors.Pairs;
using Bot.Trading.Market;
using Bot.Trading.Portfolio;
using Bot.Trading.Risk.Controls;
using Npgsql;

namespace Bot.Actors.Portfolio;

/// <content>Commands of operators: polled as rows, done once each, told as done. And the mirrors of the kill switch.</content>
public sealed partial class PortfolioActor
{
    private static readonly TimeSpan BetweenPolls = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenMirrors = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Resuming> _resuming = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private SwitchBoard? _mirrored;
    private int _mirrors;

    /// <summary>On real time: an operator does not wait for a replay's clock.</summary>
    private void PollCommands()
    {
        if (Services.Controls.Settings is null)
            return;
        _ = PollAsync(Self, Services.Database, _stopping.Token);

        static async Task PollAsync(IActorRef self, NpgsqlDataSource database, CancellationToken cancel)
        {
            while (!cancel.IsCancellationRequested)
            {
                try
                {
                    var pending = await OperatorCommands.PendingAsync(database, cancel).ConfigureAwait(false);
                    if (pending.Count > 0)
                        self.Tell(new CommandsRead(pending), ActorRefs.NoSender);
                }
                catch (Exception e) when (e is NpgsqlException or OperationCanceledException or InvalidOperationException or TimeoutException)
                {
                    // The rows stay; they are asked for again.
                }
                await Task.Delay(BetweenPolls, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void OnCommands(CommandsRead read)
    {
        foreach (var command in read.Commands)
        {
            if (_done.Contains(command.Id) || _state.InitialCash is null)
                continue;
            if (_resuming.TryGetValue(command.Id, out var running))
            {
                // What was sent to a pair that was just moving is sent again.
                foreach (var symbol in running.Waiting)
                    _pairs.Tell(new ResumePair(symbol, command.Actor, command.Reason));
                continue;
            }
            Log.Warning("operator {Actor}: {Command} {Scope} {Mode}, because {Reason}", command.Actor, command.Command, command.Scope, command.Mode ?? "", command.Reason);
            Begin(command);
        }
    }

    private void Begin(OperatorCommand command)
    {
        switch (command.Command)
        {
            case OperatorCommands.KillSwitch when command.Mode is { } word && SwitchBoard.TryMode(word, out var mode):
                Decide(new PortfolioInput.SetMode(mode, command.Actor, command.Reason, command.Scope));
                DeferAsync(command, c => Finish(c.Id, $"the portfolio has {c.Mode} for {c.Scope}"));
                break;
            case OperatorCommands.Resume:
                Symbol? one = Symbol.TryParse(command.Scope, out var symbol) ? symbol : null;
                _resuming[command.Id] = new Resuming(one is { } pair ? [pair] : [.. _state.Books.Keys]);
                Decide(new PortfolioInput.Resume(one, command.Actor, command.Reason));
                DeferAsync(command, c => FinishWhenAnswered(c.Id));
                break;
            default:
                Finish(command.Id, "not understood by this release");
                break;
        }
    }

    private void OnPairResumed(PairResumed resumed)
    {
        foreach (var (id, running) in _resuming.ToList())
        {
            if (!running.Waiting.Remove(resumed.Symbol))
                continue;
            if (resumed.EntryBlock is { } block)
                running.Closed.Add($"{resumed.Symbol} still opens nothing: {block}");
            FinishWhenAnswered(id);
        }
    }

    private void FinishWhenAnswered(string id)
    {
        if (!_resuming.TryGetValue(id, out var running) || running.Waiting.Count > 0)
            return;
        _resuming.Remove(id);
        Finish(id, running.Closed.Count == 0 ? "resumed" : string.Join("; ", running.Closed));
    }

    private void Finish(string id, string outcome)
    {
        _done.Add(id);
        _ = FinishAsync(Services.Database, _stopping.Token);

        async Task FinishAsync(NpgsqlDataSource database, CancellationToken cancel)
        {
            while (!cancel.IsCancellationRequested)
            {
                try
                {
                    await OperatorCommands.FinishAsync(database, id, outcome, cancel).ConfigureAwait(false);
                    return;
                }
                catch (Exception e) when (e is NpgsqlException or OperationCanceledException or InvalidOperationException or TimeoutException)
                {
                    await Task.Delay(BetweenMirrors, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
    }

    private void Publish()
    {
        foreach (var symbol in _state.Books.Keys)
            _pairs.Tell(new TradingModeChanged(symbol, ModeOf(symbol), _state.ModeReason));

        // A replay's gateways hear it from their pairs, and only from them: a row that is read a little earlier or later must not decide.
        if (Services.Controls.Settings is null || Services.Grants is not null)
            return;
        var board = _state.Board;
        if (_mirrored is { } known && known.SaysTheSame(board))
            return;
        _mirrored = board;
        _ = MirrorAsync(board, ++_mirrors, _stopping.Token);
    }

    /// <summary>Writes file and rows until both are written, or a newer board is on its way.</summary>
    private async Task MirrorAsync(SwitchBoard board, int number, CancellationToken cancel)
    {
        var account = Services.Settings.Account;
        var (hasFile, hasRows) = (Services.Controls.File is null, false);
        while (!cancel.IsCancellationRequested && Volatile.Read(ref _mirrors) == number && !(hasFile && hasRows))
        {
            try
            {
                if (!hasFile)
                    KillSwitchFile.Write(Services.Controls.File!.MirrorOf(account), board);
                hasFile = true;
                if (!hasRows)
                    await KillSwitchRows.MirrorAsync(Services.Database, account, board, cancel).ConfigureAwait(false);
                hasRows = true;
            }
            catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException or InvalidOperationException or OperationCanceledException or TimeoutException)
            {
                await Task.Delay(BetweenMirrors, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Bot.Trading.Pairs.TradingMode ModeOf(Symbol symbol) => _state.ModeOf(symbol, Services.Settings.Strategy);

    private sealed record CommandsRead(IReadOnlyList<OperatorCommand> Commands);

    private sealed class Resuming(IEnumerable<Symbol> waiting)
    {
        public HashSet<Symbol> Waiting { get; } = [.. waiting];

        public List<string> Closed { get; } = [];
    }

    private sealed record AskAgain(GrantWaiting Waiting);

    /// <summary>A request, and since when it waits for its turn.</summary>
    private sealed record GrantWaiting(Bot.Trading.Pairs.GrantRequest Request, long? SinceMs);
}
