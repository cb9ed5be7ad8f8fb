using System.Security.Cryptography;

namespace Bot.Exchange.Secrets;

/// <summary>
/// Reads secrets from a folder with one file for each, as a mounted Kubernetes secret looks (RELIABILITY.md S7): never from the
/// environment or the command line, which other processes can read.
/// </summary>
public static class SecretFolder
{
    /// <summary>Reads one secret a file, in the order of the names. One trailing line break is not part of the secret.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="names">File names.</param>
    /// <exception cref="SecretException">The folder, or any of the files, is missing, unreadable or empty; the message names every
    /// one.</exception>
    public static IReadOnlyList<Secret> Read(string folder, params IReadOnlyList<string> names)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(names);
        if (!Directory.Exists(folder))
            throw new SecretException(
                $"The secrets' folder '{folder}' does not exist. It should hold the files {string.Join(", ", names)}.");

        var secrets = new List<Secret>(names.Count);
        var faults = new List<string>();
        foreach (var name in names)
        {
            if (ReadFile(Path.Combine(folder, name), out var secret) is { } fault)
                faults.Add($"{name}: {fault}");
            else
                secrets.Add(secret!);
        }
        if (faults.Count == 0)
            return secrets;
        secrets.ForEach(s => s.Dispose());
        throw new SecretException($"Secrets in '{folder}' cannot be used: {string.Join("; ", faults)}.");
    }

    private static string? ReadFile(string path, out Secret? secret)
    {
        secret = null;
        byte[] bytes;
        try
        {
            if (!File.Exists(path))
                return "the file is missing";
            if (IsOpenToOthers(path))
                return "every user of this machine can read or change the file: chmod 600 it";
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "the file cannot be read";
        }
        try
        {
            var text = WithoutLineBreak(bytes);
            if (text.IsEmpty)
                return "the file is empty";
            // These values travel in headers and signatures; a stray space, line break or byte-order mark gives a refusal that is hard to
            // trace.
            if (text.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) || text[0] == ' ' || text[^1] == ' ')
                return "the file must hold one line of visible ASCII characters";
            secret = new Secret(text);
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>
    /// A group may read: that is how an orchestrator hands a secret to a process that is not root. A folder that others cannot pass protects
    /// what is in it.
    /// </summary>
    private static bool IsOpenToOthers(string path)
    {
        if (OperatingSystem.IsWindows())
            return false;

        // Of the open file, because a mounted secret is a link and links have every right.
        using var file = File.OpenHandle(path);
        return (File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0
            && (File.GetUnixFileMode(Path.GetDirectoryName(Path.GetFullPath(path))!) & UnixFileMode.OtherExecute) != 0;
    }

    private static ReadOnlySpan<byte> WithoutLineBreak(ReadOnlySpan<byte> bytes) =>
        bytes.EndsWith("\r\n"u8) ? bytes[..^2] : bytes.EndsWith("\n"u8) ? bytes[..^1] : bytes;
}

/// <summary>Secrets are missing or unusable. The message names files, never their content.</summary>
public sealed class SecretException : Exception
{
    /// <summary>An error with a text for the operator.</summary>
    public SecretException(string message)
        : base(message)
    {
    }
}
