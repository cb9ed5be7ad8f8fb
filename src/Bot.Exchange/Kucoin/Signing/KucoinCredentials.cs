using Bot.Exchange.Secrets;

namespace Bot.Exchange.Kucoin.Signing;

/// <summary>An API key with what is needed to use it. <see cref="ToString"/> shows nothing of it.</summary>
public sealed class KucoinCredentials : IDisposable
{
    /// <summary>Puts credentials together; they are owned and cleared with this object.</summary>
    /// <param name="key">The API key.</param>
    /// <param name="secret">The API secret.</param>
    /// <param name="passphrase">The passphrase chosen when the key was made.</param>
    /// <param name="keyVersion">The version that the exchange's web page shows for the key: 2 or 3.</param>
    /// <exception cref="ArgumentException">The key could not travel in a header; the message does not show it.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The version is neither 2 nor 3: version 1 would send the passphrase in
    /// clear.</exception>
    public KucoinCredentials(Secret key, Secret secret, Secret passphrase, int keyVersion = 3)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentNullException.ThrowIfNull(passphrase);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyVersion, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keyVersion, 3);
        // The header's own check would put the value into its message.
        if (key.Reveal().IsEmpty || key.Reveal().ContainsAnyExceptInRange((byte)0x21, (byte)0x7E))
            throw new ArgumentException("An API key consists of visible ASCII characters.", nameof(key));
        (Key, Secret, Passphrase, KeyVersion) = (key, secret, passphrase, keyVersion);
    }

    /// <summary>The API key.</summary>
    public Secret Key { get; }

    /// <summary>The API secret.</summary>
    public Secret Secret { get; }

    /// <summary>The passphrase.</summary>
    public Secret Passphrase { get; }

    /// <summary>2 or 3.</summary>
    public int KeyVersion { get; }

    /// <summary>Reads the files <c>key</c>, <c>secret</c> and <c>passphrase</c> of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keyVersion">2 or 3.</param>
    /// <exception cref="SecretException">A file is missing or unusable; the message names every one.</exception>
    public static KucoinCredentials FromFolder(string folder, int keyVersion = 3)
    {
        var parts = SecretFolder.Read(folder, "key", "secret", "passphrase");
        return new KucoinCredentials(parts[0], parts[1], parts[2], keyVersion);
    }

    /// <summary>Clears all three.</summary>
    public void Dispose()
    {
        Key.Dispose();
        Secret.Dispose();
        Passphrase.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => $"KuCoin API key, version {KeyVersion}";
}
