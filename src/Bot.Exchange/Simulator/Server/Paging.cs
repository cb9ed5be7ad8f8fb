using System.Text.Json;
using Bot.Exchange.Simulator.Orders;

namespace Bot.Exchange.Simulator.Server;

/// <summary>A page of a list, as the endpoints without a cursor tell it.</summary>
/// <param name="Page">Number of the page, from 1.</param>
/// <param name="Size">Rows of a page.</param>
internal readonly record struct Paging(long Page, long Size)
{
    /// <summary>Reads which page is asked for.</summary>
    /// <param name="call">The request.</param>
    /// <param name="name">What the endpoint calls the number of the page.</param>
    /// <param name="size">Rows of a page, unless the request says so.</param>
    /// <param name="smallest">Fewest rows that may be asked for.</param>
    /// <param name="largest">Most rows that may be asked for.</param>
    /// <param name="paging">The page.</param>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public static Rejection? Read(ApiCall call, string name, long size, long smallest, long largest, out Paging paging)
    {
        paging = default;
        if (!call.TryQuery(name, 1, out var page) || page < 1)
            return Rejection.Parameter($"{name} should be at least 1.");
        if (!call.TryQuery("pageSize", size, out var rows) || rows < smallest || rows > largest)
            return Rejection.Parameter($"pageSize should be between {smallest} and {largest}.");
        paging = new Paging(page, rows);
        return null;
    }

    /// <summary>Writes the page of a whole list.</summary>
    public void Write<T>(Utf8JsonWriter data, IReadOnlyCollection<T> rows, Action<Utf8JsonWriter, T> write)
    {
        data.WriteStartObject();
        data.WriteNumber("currentPage"u8, Page);
        data.WriteNumber("pageSize"u8, Size);
        data.WriteNumber("totalNum"u8, rows.Count);
        data.WriteNumber("totalPage"u8, (rows.Count + Size - 1) / Size);
        data.WriteStartArray("items"u8);
        foreach (var row in rows.Skip((int)Math.Min(int.MaxValue, (Page - 1) * Size)).Take((int)Size))
            write(data, row);
        data.WriteEndArray();
        data.WriteEndObject();
    }
}
