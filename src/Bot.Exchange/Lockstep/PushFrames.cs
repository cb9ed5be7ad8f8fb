using System.Collections.Immutable;
using System.Text.Json;

namespace Bot.Exchange.Lockstep;

/// <summary>
/// Counts the frames of each of our push connections, and in lockstep holds back their messages until the step that counts them: a price
/// often arrives before the news that the clock has moved to it, and must not be acted on under the clock of the instant before. One
/// object is shared by the streams and the lockstep client.
/// </summary>
public sealed class PushFrames
{
    private ImmutableArray<FrameProgress> _open = [];
    private volatile bool _isHolding;

    /// <summary>The connections that are open or being opened.</summary>
    public ImmutableArray<FrameProgress> Open => _open;

    /// <summary>Begins to count a connection. Called before connecting, so that no frame can come from an id that nobody knows.</summary>
    /// <param name="connectId">The id that the client chose for the connection.</param>
    /// <param name="order">Within a step, connections are handed over in this order.</param>
    public FrameProgress Add(string connectId, int order = 0)
    {
        var progress = new FrameProgress(connectId, order, this, _isHolding ? 0 : long.MaxValue);
        ImmutableInterlocked.Update(ref _open, static (open, added) => open.Add(added), progress);
        return progress;
    }

    /// <summary>From now on new connections hand messages over only when a step counts them.</summary>
    public void Hold() => _isHolding = true;

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

/// <summary>The frames of one push connection.</summary>
public sealed class FrameProgress
{
    private readonly PushFrames _owner;
    private readonly AwaitableCount _read = new();
    private readonly AwaitableCount _handled = new();
    private long _released;
    private Action? _handOver;

    internal FrameProgress(string connectId, int order, PushFrames owner, long released) =>
        (ConnectId, Order, _owner, _released) = (connectId, order, owner, released);

    /// <summary>The id that the client chose for the connection.</summary>
    public string ConnectId { get; }

    /// <summary>Within a step, connections are handed over in this order.</summary>
    public int Order { get; }

    /// <summary>Text frames of any type that were read from the server: also welcome, acknowledgements and pongs.</summary>
    public long Read => _read.Value;

    /// <summary>Frames up to this number have all been dealt with; where they say something, the listener has returned.</summary>
    public long Handled => _handled.Value;

    /// <summary>Messages up to this number may be handed over.</summary>
    public long Released => Interlocked.Read(ref _released);

    /// <summary>True when the connection is gone and its listener knows it.</summary>
    public bool IsClosed => _handled.IsClosed;

    /// <summary>Completes when so many frames have been read, or when the connection is gone. One waiter at a time.</summary>
    public ValueTask WhenReadAsync(long frames, CancellationToken cancel) => _read.WhenAsync(frames, cancel);

    /// <summary>Completes when so many frames have been dealt with, or when the connection is gone. One waiter at a time.</summary>
    public ValueTask WhenHandledAsync(long frames, CancellationToken cancel) => _handled.WhenAsync(frames, cancel);

    /// <summary>One more frame was read and dealt with at once.</summary>
    public void Advance()
    {
        _read.Set(_read.Value + 1);
        _handled.Set(_handled.Value + 1);
    }

    /// <summary>Lets messages up to this number be handed over, and hands over those that were held back, on the caller's thread.</summary>
    public void Release(long number)
    {
        Interlocked.Exchange(ref _released, number);
        _handOver?.Invoke();
    }

    /// <summary>The connection is gone: nobody waits for its frames any more. Called after the listener was told.</summary>
    public void Close()
    {
        _owner.Remove(this);
        _read.Close();
        _handled.Close();
    }

    /// <summary>Says who hands over what was held back.</summary>
    internal void HandOverBy(Action handOver) => _handOver = handOver;

    /// <summary>Tells how far the reading loop is.</summary>
    internal void Report(long read, long handled)
    {
        _handled.Set(handled);
        _read.Set(read);
    }
}
