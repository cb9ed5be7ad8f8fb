using System.Threading.Channels;
using Akka.Event;

namespace Bot.Actors.Collector;

/// <summary>
/// Writes closed candles in batches behind the collector's back, on wall time: no decision waits for it, and what a crash loses is asked
/// from the exchange again.
/// </summary>
public sealed class CandleWriter : IAsyncDisposable
{
    private const int MaxBatch = 2_000;

    /// <summary>Rows wait this long for company.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(500);

    private readonly CandleStore _store;
    private readonly ILoggingAdapter _log;
    private readonly Channel<object> _queue = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _loop;
    private long _written;

    /// <summary>A writer into a store.</summary>
    public CandleWriter(CandleStore store, ILoggingAdapter log)
    {
        (_store, _log) = (store, log);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Rows written so far.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Adds a row.</summary>
    public void Add(in CandleRow row) => _queue.Writer.TryWrite(row);

    /// <summary>Completes when everything added before is in the database, or could not be written (which was logged).</summary>
    public Task FlushAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_queue.Writer.TryWrite(done))
            done.TrySetResult();
        return done.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        var rows = new List<CandleRow>();
        var flushes = new List<TaskCompletionSource>();
        var reader = _queue.Reader;
        while (await reader.WaitToReadAsync().ConfigureAwait(false))
        {
            Drain();
            if (flushes.Count == 0 && rows.Count < MaxBatch)
            {
                // Somebody who waits for a flush ends the gathering early.
                using var gather = new CancellationTokenSource(Gather);
                try
                {
                    while (flushes.Count == 0 && rows.Count < MaxBatch && await reader.WaitToReadAsync(gather.Token).ConfigureAwait(false))
                        Drain();
                }
                catch (OperationCanceledException)
                {
                    // the time is over
                }
            }
            await WriteAsync(rows).ConfigureAwait(false);
            rows.Clear();
            flushes.ForEach(f => f.TrySetResult());
            flushes.Clear();
        }

        void Drain()
        {
            while (rows.Count < MaxBatch && reader.TryRead(out var item))
            {
                if (item is CandleRow row)
                    rows.Add(row);
                else
                    flushes.Add((TaskCompletionSource)item);
            }
        }
    }

    private async Task WriteAsync(List<CandleRow> rows)
    {
        try
        {
            await _store.UpsertAsync(rows, CancellationToken.None).ConfigureAwait(false);
            Interlocked.Add(ref _written, rows.Count);
        }
        catch (Exception e)
        {
            // The exchange has them still; the next history request fills the gap.
            _log.Error(e, "{Count} candles could not be stored; they will be asked for again", rows.Count);
        }
    }
}
