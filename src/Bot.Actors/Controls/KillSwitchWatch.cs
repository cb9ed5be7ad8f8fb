using Bot.Trading.Risk.Controls;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Bot.Actors.Controls;

/// <summary>
/// Reads the kill switch's files and rows several times a second, so that a move takes effect within one second also where no order is
/// placed: resting entries are cancelled, waiting ones dropped. On real time: a replay's clock may stand or run, an operator does not.
/// </summary>
/// <param name="controls">What the node knows; gets the board.</param>
/// <param name="file">The files.</param>
/// <param name="database">The rows.</param>
/// <param name="account">Whose.</param>
/// <param name="log">Where it says that it cannot read.</param>
public sealed class KillSwitchWatch(NodeControls controls, KillSwitchFile file, NpgsqlDataSource database, string account, ILogger log)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private SwitchBoard _rows = SwitchBoard.Clear;
    private bool _isBlind;

    /// <summary>Watches until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        // The file does not wait for a database that hangs.
        await Task.WhenAll(ReadFilesAsync(cancel), ReadRowsAsync(cancel)).ConfigureAwait(false);
    }

    private async Task ReadFilesAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            controls.SetBoard(file.Read(account).With(Volatile.Read(ref _rows)));
            await Task.Delay(Between, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadRowsAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
                patience.CancelAfter(Patience);
                Volatile.Write(ref _rows, await KillSwitchRows.ReadAsync(database, account, patience.Token).ConfigureAwait(false));
                _isBlind = false;
            }
            catch (Exception e) when (e is NpgsqlException or OperationCanceledException or InvalidOperationException or ObjectDisposedException or TimeoutException)
            {
                // The last known rows stay; without a database no entry gets its licence anyway.
                if (!_isBlind && !cancel.IsCancellationRequested)
                    log.LogWarning("the rows of the kill switch cannot be read: {Reason}; the file still stops this node", e.Message);
                _isBlind = true;
            }
            await Task.Delay(Between, TimeProvider.System, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
