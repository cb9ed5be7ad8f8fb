namespace Bot.Exchange.Kucoin.Streams;

/// <summary>Frames that came before their step, in one buffer that is used again and again. Not thread-safe.</summary>
internal sealed class HeldFrames
{
    private readonly Queue<(long Number, int Start, int Length)> _frames = new();
    private byte[] _bytes = [];
    private int _end;

    /// <summary>Number of the first frame; null when none is held.</summary>
    public long? First => _frames.TryPeek(out var first) ? first.Number : null;

    public void Add(long number, ReadOnlySpan<byte> frame)
    {
        if (_bytes.Length - _end < frame.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _end + frame.Length + 4096));
        frame.CopyTo(_bytes.AsSpan(_end));
        _frames.Enqueue((number, _end, frame.Length));
        _end += frame.Length;
    }

    /// <summary>Takes the first frame out. Its bytes are valid until the next frame is added.</summary>
    public ReadOnlySpan<byte> Take()
    {
        var (_, start, length) = _frames.Dequeue();
        if (_frames.Count == 0)
            _end = 0;
        return _bytes.AsSpan(start, length);
    }

    public void Clear()
    {
        _frames.Clear();
        _end = 0;
    }
}
