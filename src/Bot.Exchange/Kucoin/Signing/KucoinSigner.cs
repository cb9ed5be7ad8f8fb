using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bot.Exchange.Secrets;

namespace Bot.Exchange.Kucoin.Signing;

/// <summary>
/// Signs requests: base64 of HMAC-SHA256 over <c>timestamp + METHOD + path?query + body</c> (API.md 2.2). The path and query must hold no
/// character that needs encoding, so that the text signed is the text on the wire; <see cref="Http.EndpointList"/> sees to that.
/// </summary>
internal sealed class KucoinSigner
{
    private readonly KucoinCredentials _credentials;

    public KucoinSigner(KucoinCredentials credentials)
    {
        _credentials = credentials;
        ApiKey = Encoding.UTF8.GetString(credentials.Key.Reveal());
        SignedPassphrase = Hmac(credentials.Secret, credentials.Passphrase.Reveal());
    }

    /// <summary>Value of KC-API-KEY.</summary>
    public string ApiKey { get; }

    /// <summary>Value of KC-API-PASSPHRASE: it does not depend on the request.</summary>
    public string SignedPassphrase { get; }

    /// <summary>Value of KC-API-KEY-VERSION.</summary>
    public string KeyVersion => _credentials.KeyVersion == 2 ? "2" : "3";

    /// <summary>Value of KC-API-SIGN.</summary>
    /// <param name="timestamp">The value of KC-API-TIMESTAMP, Unix ms.</param>
    /// <param name="method">Upper-case method.</param>
    /// <param name="pathAndQuery">As sent, from the slash on.</param>
    /// <param name="body">The exact bytes of the body; empty without one.</param>
    public string Sign(long timestamp, string method, string pathAndQuery, ReadOnlySpan<byte> body)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"{timestamp}{method}{pathAndQuery}");
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(head.Length) + body.Length);
        try
        {
            var length = Encoding.UTF8.GetBytes(head, rented);
            body.CopyTo(rented.AsSpan(length));
            return Hmac(_credentials.Secret, rented.AsSpan(0, length + body.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Base64 of HMAC-SHA256 of a text.</summary>
    internal static string Hmac(Secret secret, ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret.Reveal(), text, hash);
        return Convert.ToBase64String(hash);
    }
}
