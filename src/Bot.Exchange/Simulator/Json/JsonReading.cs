using System.Text.Json;
using System.Text.Unicode;

namespace Bot.Exchange.Simulator.Json;

/// <summary>Reads JSON that strangers send.</summary>
internal static class JsonReading
{
    /// <summary>
    /// Parses a document in which every text is one. The framework lets bytes that are no UTF-8 and halves of surrogate pairs pass, and
    /// throws when such a text is looked at: whoever reads a field would have to expect that.
    /// </summary>
    /// <returns>The document; null when it is none.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span))
            return null;
        try
        {
            var document = JsonDocument.Parse(json);
            if (json.Span.IndexOf("\\u"u8) < 0 || HasOnlyTexts(json.Span))
                return document;
            document.Dispose();
        }
        catch (JsonException)
        {
            // The caller refuses what cannot be read.
        }
        return null;
    }

    private static bool HasOnlyTexts(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    _ = reader.GetString();
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
