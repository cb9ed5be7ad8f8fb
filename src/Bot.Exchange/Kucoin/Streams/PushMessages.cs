using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Bot.Exchange.Kucoin.Streams;

/// <summary>Writes what a push connection sends.</summary>
internal static class PushMessages
{
    public static byte[] Ping(long number) => Write(json =>
    {
        json.WriteString("id", string.Create(CultureInfo.InvariantCulture, $"p{number}"));
        json.WriteString("type", "ping");
    });

    public static byte[] Subscription(string id, bool subscribe, string topic, bool isPrivate) => Write(json =>
    {
        json.WriteString("id", id);
        json.WriteString("type", subscribe ? "subscribe" : "unsubscribe");
        json.WriteString("topic", topic);
        json.WriteBoolean("privateChannel", isPrivate);
        json.WriteBoolean("response", true);
    });

    private static byte[] Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
