using System.Buffers.Binary;
using System.IO.Compression;

namespace Bot.Exchange.Simulator.Market;

/// <summary>Gzipped files of a recording.</summary>
internal static class GzipFile
{
    /// <summary>The text of a file, whole in memory.</summary>
    /// <exception cref="CandleFileException">The file is missing, damaged or cut off.</exception>
    public static MemoryStream Open(string path)
    {
        try
        {
            return Unzip(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CandleFileException(path, 0, "the file does not exist", e);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new CandleFileException(path, 1, "the gzip data is damaged or cut off", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CandleFileException(path, 0, $"the file cannot be read ({e.Message})", e);
        }
    }

    private static MemoryStream Unzip(string path)
    {
        var zipped = File.ReadAllBytes(path);
        if (zipped.Length == 0)
            throw new CandleFileException(path, 0, "the file is empty");
        using var stream = new GZipStream(new MemoryStream(zipped), CompressionMode.Decompress);
        var text = new MemoryStream();
        stream.CopyTo(text);

        // The framework takes a file that was cut off for a shorter one; the last four bytes of a whole one tell its length.
        if (zipped.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(zipped.AsSpan(zipped.Length - 4)) != (uint)text.Length)
            throw new InvalidDataException("The length at the end of the file is not the length of its text.");
        text.Position = 0;
        return text;
    }
}
