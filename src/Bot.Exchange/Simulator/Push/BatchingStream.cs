namespace Bot.Exchange.Simulator.Push;

/// <summary>
/// A stream that can hold back what is written to it, so that the many small WebSocket frames of one instant reach the socket in one write.
/// </summary>
internal sealed class BatchingStream(Stream inner) : Stream
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private byte[] _held = new byte[8192];
    private int _count;
    private bool _isHolding;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Holds back what is written from now on.</summary>
    public async ValueTask HoldAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        _isHolding = true;
        _turn.Release();
    }

    /// <summary>Writes what was held back, in one piece.</summary>
    public async ValueTask LetGoAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            _isHolding = false;
            if (_count == 0)
                return;
            await inner.WriteAsync(_held.AsMemory(0, _count), cancel);
            _count = 0;
            await inner.FlushAsync(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_isHolding)
                Keep(buffer.Span);
            else
                await inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_isHolding)
                await inner.FlushAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (_count + data.Length > _held.Length)
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _count + data.Length));
        data.CopyTo(_held.AsSpan(_count));
        _count += data.Length;
    }
}
