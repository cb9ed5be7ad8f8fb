using System.Collections.Immutable;
using System.Text.Json;

namespace Bot.Exchange.Lockstep;

/// <summary>
/// Counts the frames that were handled on each of our push connections, so that a lockstep client can wait until everything that the
/// simulator has sent by a step has been handed over. One object is shared by the streams, which write, and the lockstep client, which
/// waits.
/// </summary>
public sealed class PushFrames
{
    private ImmutableArray<FrameProgress> _open = [];

    /// <summary>The connections that are open or being opened.</summary>
    public ImmutableArray<FrameProgress> Open => _open;

    /// <summary>Begins to count a connection. Called before connecting, so that no frame can come from an id that nobody knows.</summary>
    /// <param name="connectId">The id that the client chose for the connection.</param>
    public FrameProgress Add(string connectId)
    {
        var progress = new FrameProgress(connectId, this);
        ImmutableInterlocked.Update(ref _open, static (open, added) => open.Add(added), progress);
        return progress;
    }

    /// <summary>Finds the open connection that a JSON property is named after; null when it is not one of ours, or is closed.</summary>
    internal FrameProgress? Find(ref Utf8JsonReader propertyName)
    {
        foreach (var progress in _open)
            if (propertyName.ValueTextEquals(progress.ConnectId))
                return progress;
        return null;
    }

    internal void Remove(FrameProgress progress) =>
        ImmutableInterlocked.Update(ref _open, static (open, closed) => open.Remove(closed), progress);
}

/// <summary>Frames handled on one push connection. One waiter at a time.</summary>
public sealed class FrameProgress
{
    private readonly PushFrames _owner;
    private long _handled;
    private long _awaited = long.MaxValue;
    private int _closed;
    private TaskCompletionSource? _waiter;

    internal FrameProgress(string connectId, PushFrames owner) => (ConnectId, _owner) = (connectId, owner);

    /// <summary>The id that the client chose for the connection.</summary>
    public string ConnectId { get; }

    /// <summary>
    /// Text frames of any type (also welcome, acknowledgements and pongs) that were read from the server and, where they say something,
    /// handed to the listener.
    /// </summary>
    public long Handled => Interlocked.Read(ref _handled);

    /// <summary>True when the connection is gone and its listener knows it.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>Completes when so many frames are handled, or when the connection is gone.</summary>
    public ValueTask WhenHandledAsync(long frames, CancellationToken cancel) =>
        IsReached(frames) ? ValueTask.CompletedTask : new ValueTask(WaitAsync(frames, cancel));

    /// <summary>One more frame was handled. Called after the listener has returned.</summary>
    public void Advance()
    {
        var handled = Interlocked.Increment(ref _handled);
        if (handled >= Interlocked.Read(ref _awaited))
            Volatile.Read(ref _waiter)?.TrySetResult();
    }

    /// <summary>The connection is gone: nobody waits for its frames any more. Called after the listener was told.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _owner.Remove(this);
        Volatile.Read(ref _waiter)?.TrySetResult();
    }

    private bool IsReached(long frames) => Handled >= frames || IsClosed;

    private async Task WaitAsync(long frames, CancellationToken cancel)
    {
        while (!IsReached(frames))
        {
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _waiter, waiter);
            // A full fence on both sides: either the reader sees what is awaited, or the check below sees the reader's count.
            Interlocked.Exchange(ref _awaited, frames);
            if (!IsReached(frames))
                await waiter.Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        Interlocked.Exchange(ref _awaited, long.MaxValue);
        Interlocked.Exchange(ref _waiter, null);
    }
}
