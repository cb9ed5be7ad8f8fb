using System.Security.Cryptography;
using System.Text;

namespace Bot.Exchange.Simulator.Server;

/// <summary>The signatures of requests: base64 of the HMAC-SHA256, under the secret, of time, method, path with query, and body.</summary>
internal static class RequestSignature
{
    /// <summary>
    /// True when a request is signed. Clients disagree whether the query is signed before or after it is encoded; both are taken.
    /// </summary>
    public static bool Matches(string secret, string timestamp, string method, string target, ReadOnlySpan<byte> body, string signature)
    {
        var key = Encoding.UTF8.GetBytes(secret);
        return Equal(signature, Sign(key, timestamp + method + PercentDecode(target), body))
            || Equal(signature, Sign(key, timestamp + method + target, body));
    }

    /// <summary>True when a passphrase is signed.</summary>
    public static bool Matches(string secret, string passphrase, string signature) =>
        Equal(signature, Sign(Encoding.UTF8.GetBytes(secret), passphrase, []));

    /// <summary>Decodes <c>%XX</c> and nothing else: a plus sign stays one.</summary>
    public static string PercentDecode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text, i, 1));
            }
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static byte[] Sign(byte[] key, string head, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.UTF8.GetBytes(head));
        hash.AppendData(body);
        return Encoding.ASCII.GetBytes(Convert.ToBase64String(hash.GetHashAndReset()));
    }

    private static bool Equal(string given, byte[] expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), expected);
}
