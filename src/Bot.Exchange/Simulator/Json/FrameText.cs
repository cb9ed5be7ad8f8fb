using System.Text;

namespace Bot.Exchange.Simulator.Json;

/// <summary>
/// Builds the frames that a replay sends by the million, byte by byte: a general JSON writer checks and escapes what is known to need
/// neither. Texts given to it hold letters, digits and punctuation of symbols and topics only.
/// </summary>
internal sealed class FrameText
{
    private byte[] _bytes = new byte[1024];
    private int _count;

    /// <summary>Begins a frame with a text.</summary>
    public FrameText Begin(ReadOnlySpan<byte> text)
    {
        _count = 0;
        return Add(text);
    }

    /// <summary>Adds text as it is.</summary>
    public FrameText Add(ReadOnlySpan<byte> text)
    {
        Reserve(text.Length);
        text.CopyTo(_bytes.AsSpan(_count));
        _count += text.Length;
        return this;
    }

    /// <summary>Adds text as it is.</summary>
    public FrameText Add(string text)
    {
        Reserve(text.Length * 3);
        _count += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_count));
        return this;
    }

    /// <summary>Adds a decimal in quotes.</summary>
    public FrameText Quoted(decimal value)
    {
        Reserve(DecimalText.MaxLength + 2);
        _bytes[_count++] = (byte)'"';
        _count += DecimalText.Write(value, _bytes.AsSpan(_count));
        _bytes[_count++] = (byte)'"';
        return this;
    }

    /// <summary>Adds a decimal in quotes, or null.</summary>
    public FrameText Quoted(decimal? value) => value is { } known ? Quoted(known) : Add("null"u8);

    /// <summary>Adds a whole number.</summary>
    public FrameText Number(long value)
    {
        Reserve(DecimalText.MaxLength);
        value.TryFormat(_bytes.AsSpan(_count), out var length);
        _count += length;
        return this;
    }

    /// <summary>The frame, ended by a text.</summary>
    public byte[] End(ReadOnlySpan<byte> text)
    {
        Add(text);
        return _bytes.AsSpan(0, _count).ToArray();
    }

    private void Reserve(int more)
    {
        if (_count + more > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _count + more));
    }
}
