using Bot.Exchange.Simulator.Accounts;
using Bot.Exchange.Simulator.Floor;
using Bot.Exchange.Simulator.Journal;
using Bot.Exchange.Simulator.Push;
using Microsoft.AspNetCore.Http;

namespace Bot.Exchange.Simulator.Time;

/// <summary>The market's clock follows the wall's, perhaps at a multiple of its speed.</summary>
internal sealed class WallMarketClock : IMarketClock
{
    private readonly TradingFloor _floor;
    private readonly PushHub _hub;
    private readonly TimeProvider _wall;
    private readonly decimal _speed;
    private readonly long _startMs;
    private readonly long _startTimestamp;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;

    /// <summary>A clock that begins at an instant.</summary>
    public WallMarketClock(TradingFloor floor, PushHub hub, TimeProvider wall, decimal speed, long startMs)
    {
        _floor = floor;
        _hub = hub;
        _wall = wall;
        _speed = speed;
        _startMs = startMs;
        _startTimestamp = wall.GetTimestamp();
    }

    /// <inheritdoc/>
    public Task Completed => _completed.Task;

    /// <inheritdoc/>
    public long ServerTimeMs => _wall.GetUtcNow().ToUnixTimeMilliseconds();

    private long NowMs => _startMs + (long)((decimal)_wall.GetElapsedTime(_startTimestamp).TotalMilliseconds * _speed);

    /// <inheritdoc/>
    public long GatewayMs(Account? account) => ServerTimeMs;

    /// <inheritdoc/>
    public void CatchUp() => _floor.AdvanceTo(NowMs);

    /// <inheritdoc/>
    public void Wake()
    {
        if (_wake.CurrentCount == 0)
            _wake.Release();
    }

    /// <inheritdoc/>
    public Task HoldAsync(HttpContext http, Account? account, long ms) =>
        Task.Delay(TimeSpan.FromMilliseconds(ms), _wall, http.RequestAborted);

    /// <inheritdoc/>
    public void Start() => _loop = Task.Run(RunAsync);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _completed.TrySetCanceled();

        // A request that is still on its way may wake the clock: the semaphore is left to it.
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                long? next;
                lock (_floor.Gate)
                {
                    CatchUp();
                    next = _floor.NextEventMs;
                    if (_floor.EndMs <= _floor.NowMs)
                        _completed.TrySetResult();
                    else if (_floor.EndMs < next || next is null)
                        next = _floor.EndMs;
                }

                // A slow reader must not hold the market up.
                _ = _hub.FlushAsync();
                await _wake.WaitAsync(Pause(next), _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The simulator stops.
        }
        catch (AccountJournalException e)
        {
            // Without a journal nothing may happen that somebody could be told of.
            _completed.TrySetException(e);
        }
    }

    private TimeSpan Pause(long? nextMs)
    {
        if (nextMs is not { } next)
            return Timeout.InfiniteTimeSpan;
        var ms = Math.Ceiling((next - NowMs) / _speed);
        return TimeSpan.FromMilliseconds((double)Math.Clamp(ms, 0m, 60_000m));
    }
}
