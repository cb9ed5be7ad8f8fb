using System.Text.Json;
using Bot.Exchange.Kucoin.Errors;

namespace Bot.Exchange.Kucoin.Parsing;

/// <summary>
/// The form of every answer: <c>{"code":"200000","data":…}</c> or <c>{"code":"400100","msg":"…"}</c>, in any order, with other fields
/// between (API.md 3.1).
/// </summary>
/// <typeparam name="T">Type of the data.</typeparam>
/// <param name="Code">The code; empty text when it was empty.</param>
/// <param name="Message">The text; empty when there was none.</param>
/// <param name="HasData">True when there was data other than null, and the code is that of success.</param>
/// <param name="Data">The data, read only when <paramref name="HasData"/>.</param>
internal readonly record struct Envelope<T>(string Code, string Message, bool HasData, T? Data);

/// <summary>Reads envelopes.</summary>
internal static class Envelope
{
    /// <summary>Reads an answer.</summary>
    /// <param name="body">The answer's bytes.</param>
    /// <param name="read">Reads the data of a success.</param>
    /// <exception cref="KucoinFormatException">It is no envelope, or its data are not as documented. Nothing else is thrown.</exception>
    public static Envelope<T> Read<T>(ReadOnlySpan<byte> body, DataReader<T> read)
    {
        try
        {
            return ReadCore(body, read);
        }
        // JsonException: not JSON, or too deep. InvalidOperationException: text that is not UTF-8, a value of another kind.
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new KucoinFormatException("The answer is not well-formed JSON.");
        }
    }

    private static Envelope<T> ReadCore<T>(ReadOnlySpan<byte> body, DataReader<T> read)
    {
        var reader = JsonValues.ReaderOf(body);
        reader.Read();
        JsonValues.RequireObject(reader, "The answer");
        string? code = null;
        string? message = null;
        Utf8JsonReader data = default;
        T? value = default;
        var (dataSeen, isRead) = (false, false);
        while (JsonValues.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("code"u8))
            {
                if (code is not null)
                    throw new KucoinFormatException("The code is there twice.");
                reader.Read();
                code = JsonValues.Text(ref reader, "code") ?? "";
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                if (dataSeen)
                    throw new KucoinFormatException("The data are there twice.");
                dataSeen = true;
                reader.Read();
                data = reader;

                // As soon as it is known to be a success, the data are read on the way. Otherwise they are kept until it is.
                isRead = code is not null && KucoinErrors.IsSuccess(code) && reader.TokenType != JsonTokenType.Null;
                if (isRead)
                    value = read(ref reader);
                if (reader.TokenStartIndex == data.TokenStartIndex)
                    reader.Skip();
            }
            else if (reader.ValueTextEquals("msg"u8))
            {
                reader.Read();
                message = reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? JsonValues.Text(ref reader, "msg") : message;
                reader.Skip();
            }
            else
            {
                JsonValues.SkipValue(ref reader);
            }
        }
        // Only now is it certain that the whole answer is there: an answer that was cut off must not count as one.
        if (reader.Read())
            throw new KucoinFormatException("Something follows the answer.");
        if (code is null)
            throw new KucoinFormatException("The code is missing.");
        var hasData = dataSeen && data.TokenType != JsonTokenType.Null && KucoinErrors.IsSuccess(code);
        if (hasData && !isRead)
            value = read(ref data);
        return new Envelope<T>(code, message ?? "", hasData, value);
    }
}
