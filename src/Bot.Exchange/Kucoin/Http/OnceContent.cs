using System.Net;
using System.Net.Http.Headers;

namespace Bot.Exchange.Kucoin.Http;

/// <summary>
/// A body that is written at most once, and only while its licence holds. The handler asks for the body when the connection stands and
/// the headers lie in its buffer, so this is the last moment before the socket: connecting and waiting for a connection are behind it.
/// A body, even an empty one, also keeps the handler from sending the request again when a reused connection breaks (RELIABILITY.md
/// finding 10).
/// </summary>
internal sealed class OnceContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly Func<bool>? _licenceHolds;
    private int _begun;

    public OnceContent(ReadOnlyMemory<byte> body, Func<bool>? licenceHolds)
    {
        (_body, _licenceHolds) = (body, licenceHolds);
        if (!body.IsEmpty)
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>
    /// True when the licence had expired, so that nothing of the body was written and the request cannot be complete anywhere.
    /// </summary>
    public bool WasRefused { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
            throw new InvalidOperationException("This request was already written once.");
        if (_licenceHolds?.Invoke() == false)
        {
            WasRefused = true;
            throw new InvalidOperationException("The licence is too old to be sent.");
        }
        return stream.WriteAsync(_body, cancellationToken).AsTask();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
