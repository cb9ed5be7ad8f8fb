namespace Bot.Exchange.Kucoin.Streams;

/// <summary>
/// The topics that a stream wants, kept over reconnections. A topic is a prefix with arguments (<c>/market/ticker</c> with symbols) or
/// without any (<c>/account/balance</c>). Not thread-safe.
/// </summary>
internal sealed class Subscriptions
{
    // Sorted, so that the same wishes always give the same messages.
    private readonly SortedDictionary<string, SortedSet<string>> _topics = new(StringComparer.Ordinal);

    /// <summary>Adds topics and returns the arguments that were new.</summary>
    public string[] Add(string prefix, IEnumerable<string> arguments)
    {
        if (!_topics.TryGetValue(prefix, out var known))
            _topics[prefix] = known = new SortedSet<string>(StringComparer.Ordinal);
        return [.. arguments.Where(known.Add)];
    }

    /// <summary>Removes topics and returns the arguments that were there.</summary>
    public string[] Remove(string prefix, IEnumerable<string> arguments) =>
        _topics.TryGetValue(prefix, out var known) ? [.. arguments.Where(known.Remove)] : [];

    /// <summary>Adds a topic without arguments.</summary>
    public void Add(string prefix) => _topics.TryAdd(prefix, new SortedSet<string>(StringComparer.Ordinal) { "" });

    /// <summary>Everything that is wanted, in messages of at most so many topics.</summary>
    public IEnumerable<(string Prefix, string[] Arguments)> Batches(int size) =>
        from topic in _topics
        from chunk in topic.Value.Chunk(size)
        select (topic.Key, chunk);

    /// <summary>The topic's text of a batch.</summary>
    public static string Text(string prefix, string[] arguments) =>
        arguments is [""] ? prefix : $"{prefix}:{string.Join(',', arguments)}";
}
