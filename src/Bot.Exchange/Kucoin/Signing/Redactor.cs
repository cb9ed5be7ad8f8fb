using System.Text;
using Bot.Exchange.Secrets;

namespace Bot.Exchange.Kucoin.Signing;

/// <summary>
/// Makes a text of the exchange fit for a message or a log: an exchange, or a proxy before it, may echo what it was sent. Credentials,
/// the signed passphrase and the request's signature are masked, control characters neutralised (CWE-117), the length cut.
/// </summary>
internal sealed class Redactor
{
    private const int LongestText = 200;
    private readonly KucoinCredentials? _credentials;
    private readonly string? _signedPassphrase;

    public Redactor(KucoinCredentials? credentials, KucoinSigner? signer)
    {
        _credentials = credentials;
        _signedPassphrase = signer?.SignedPassphrase;
    }

    /// <summary>The text without what must not be seen.</summary>
    /// <param name="text">Text from outside; null gives an empty text.</param>
    /// <param name="requestSecret">A value of this one request, such as its signature or a connection's token; null when there is
    /// none.</param>
    public string Clean(string? text, string? requestSecret)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (_credentials is not null)
        {
            text = Mask(text, Encoding.UTF8.GetString(_credentials.Secret.Reveal()));
            text = Mask(text, Encoding.UTF8.GetString(_credentials.Passphrase.Reveal()));
            text = Mask(text, Encoding.UTF8.GetString(_credentials.Key.Reveal()));
        }
        text = Mask(text, _signedPassphrase);
        text = Mask(text, requestSecret);
        return Plain(text);
    }

    private static string Mask(string text, string? secret)
    {
        if (string.IsNullOrEmpty(secret))
            return text;
        text = text.Replace(secret, Secret.Mask, StringComparison.OrdinalIgnoreCase);
        var escaped = Uri.EscapeDataString(secret);
        return escaped == secret ? text : text.Replace(escaped, Secret.Mask, StringComparison.OrdinalIgnoreCase);
    }

    private static string Plain(string text)
    {
        var length = Math.Min(text.Length, LongestText);
        return string.Create(length, text, static (target, source) =>
        {
            for (var i = 0; i < target.Length; i++)
                target[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? ' ' : source[i];
        });
    }
}
