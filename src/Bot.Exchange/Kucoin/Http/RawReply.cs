using System.Buffers;
using Bot.Exchange.Kucoin.Limits;

namespace Bot.Exchange.Kucoin.Http;

/// <summary>What one attempt brought: an answer's bytes, or why there is none. Gives its buffer back when disposed.</summary>
internal sealed class RawReply : IDisposable
{
    private byte[]? _buffer;
    private int _length;

    private RawReply(long issuedAtMs) => IssuedAtMs = issuedAtMs;

    /// <summary>Estimated exchange time just before sending, Unix ms.</summary>
    public long IssuedAtMs { get; }

    /// <summary>HTTP status; null without an answer.</summary>
    public int? Status { get; private init; }

    /// <summary>A page instead of JSON.</summary>
    public bool IsHtml => Status is not null && Body.TrimStart(" \t\r\n"u8).StartsWith((byte)'<');

    /// <summary>What the answer told about the rate.</summary>
    public RateHeaders Rate { get; private init; }

    /// <summary>The signature sent, to be masked wherever the answer echoes it.</summary>
    public string? Signature { get; private init; }

    /// <summary>A failure that needs no look at the body; null when there is one.</summary>
    public ExchangeFailure? Failure { get; private init; }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Body => _buffer.AsSpan(0, _length);

    public static RawReply Answered(long issuedAtMs, int status, RateHeaders rate, string? signature, byte[] rented, int length) =>
        new(issuedAtMs) { Status = status, Rate = rate, Signature = signature, _buffer = rented, _length = length };

    public static RawReply Failed(
        long issuedAtMs, FailureKind kind, string code, string message, int? status = null, RateHeaders rate = default) =>
        new(issuedAtMs) { Failure = new ExchangeFailure(kind, code, message, status), Status = status, Rate = rate };

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        _length = 0;
    }
}
