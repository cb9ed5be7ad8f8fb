using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bot.Exchange.Secrets;

/// <summary>
/// A text that must never be seen: it has no readable <see cref="ToString"/>, refuses to be serialised, shows nothing in a debugger and
/// compares by reference only. Whoever needs the value asks for it by name (<see cref="Reveal"/>), so every use can be found.
/// </summary>
[DebuggerDisplay(Mask)]
[JsonConverter(typeof(RefusingConverter))]
public sealed class Secret : IDisposable
{
    /// <summary>What is shown in the place of a secret.</summary>
    public const string Mask = "***";

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly byte[] _utf8;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private bool _disposed;

    /// <summary>A secret from the bytes of its UTF-8 text. The bytes are copied; clearing the source is the caller's business.</summary>
    public Secret(ReadOnlySpan<byte> utf8)
    {
        // Pinned, so that no copy stays behind when the collector compacts and Dispose clears the only one.
        _utf8 = GC.AllocateUninitializedArray<byte>(utf8.Length, pinned: true);
        utf8.CopyTo(_utf8);
    }

    /// <summary>A secret from text, for tests and for values that only exist as text.</summary>
    public static Secret FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Secret(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The UTF-8 bytes. Do not keep them, and do not turn them into text that lives longer than the call.</summary>
    /// <exception cref="ObjectDisposedException">The secret was cleared.</exception>
    public ReadOnlySpan<byte> Reveal()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _utf8;
    }

    /// <summary>Clears the bytes.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_utf8);
        _disposed = true;
    }

    /// <summary>Always the mask.</summary>
    public override string ToString() => Mask;

    private sealed class RefusingConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is read from its file, never from a document.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret is not serialised.");
    }
}
