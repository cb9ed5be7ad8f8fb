using Bot.Exchange.Kucoin.Parsing;
using Bot.Exchange.Lockstep;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>Deals with a frame that has been read; the spans live during the call.</summary>
internal delegate void FrameHandler(in PushFrame frame);

/// <summary>
/// Counts a stream's frames and hands them over, one at a time. In lockstep it holds messages back until the step that counts them
/// (<see cref="PushFrames"/>); outside of it every frame passes at once. What concerns the connection itself always passes.
/// </summary>
/// <param name="handle">Deals with a frame.</param>
/// <param name="onMalformed">Told of a frame that could not be read, with the reason.</param>
/// <param name="onFault">Told when a listener threw.</param>
internal sealed class FrameGate(FrameHandler handle, Action<string> onMalformed, Action<Exception> onFault)
{
    private readonly object _gate = new();
    private readonly HeldFrames _held = new();
    private FrameProgress? _progress;
    private long _number;

    /// <summary>The current connection's frames; null before the first.</summary>
    public FrameProgress? Progress => _progress;

    /// <summary>A new connection begins.</summary>
    public void Begin(FrameProgress progress)
    {
        progress.HandOverBy(() => HandOver(progress));
        lock (_gate)
        {
            (_progress, _number) = (progress, 0);
            _held.Clear();
        }
    }

    /// <summary>A frame was read.</summary>
    public void OnFrame(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _number++;
            Pass(frame, isEarly: _number > _progress!.Released);
            Report();
        }
    }

    /// <summary>A frame was too long to be read.</summary>
    public void OnOversizedFrame()
    {
        lock (_gate)
        {
            _number++;
            onMalformed("The frame is too long.");
            Report();
        }
    }

    /// <summary>The connection ended: what is held is lost with it, and nobody waits for it.</summary>
    public void End()
    {
        lock (_gate)
            _held.Clear();
        _progress?.Close();
    }

    private void HandOver(FrameProgress progress)
    {
        lock (_gate)
        {
            if (progress != _progress)
                return;
            while (_held.First <= progress.Released)
                Pass(_held.Take(), isEarly: false);
            Report();
        }
    }

    private void Pass(ReadOnlySpan<byte> bytes, bool isEarly)
    {
        try
        {
            var frame = PushFrame.Read(bytes);
            if (isEarly && frame.Type == PushType.Message)
                _held.Add(_number, bytes);
            else
                handle(frame);
        }
        catch (KucoinFormatException e)
        {
            onMalformed(e.Message);
        }
        // A listener that throws must not end the stream for everybody else.
#pragma warning disable CA1031
        catch (Exception e)
#pragma warning restore CA1031
        {
            onFault(e);
        }
    }

    private void Report() => _progress!.Report(_number, _held.First - 1 ?? _number);
}
