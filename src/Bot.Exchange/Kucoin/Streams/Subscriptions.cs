namespace Bot.Exchange.Kucoin.Streams;

/// <summary>
/// The topics that a stream wants, or has asked for. A topic is a prefix with arguments (<c>/market/ticker</c> with symbols) or
/// without any (<c>/account/balance</c>). Not thread-safe.
/// </summary>
internal sealed class Subscriptions
{
    // Sorted, so that the same wishes always give the same messages.
    private readonly SortedDictionary<string, SortedSet<string>> _topics = new(StringComparer.Ordinal);

    /// <summary>Adds topics; those that are there already stay.</summary>
    public void Add(string prefix, IEnumerable<string> arguments)
    {
        if (!_topics.TryGetValue(prefix, out var known))
            _topics[prefix] = known = new SortedSet<string>(StringComparer.Ordinal);
        known.UnionWith(arguments);
    }

    /// <summary>Removes topics, if they are there.</summary>
    public void Remove(string prefix, IEnumerable<string> arguments)
    {
        if (_topics.TryGetValue(prefix, out var known))
            known.ExceptWith(arguments);
    }

    /// <summary>Removes all.</summary>
    public void Clear() => _topics.Clear();

    /// <summary>Adds a topic without arguments.</summary>
    public void Add(string prefix) => _topics.TryAdd(prefix, new SortedSet<string>(StringComparer.Ordinal) { "" });

    /// <summary>What is here and not there, in messages of at most so many topics.</summary>
    public IEnumerable<(string Prefix, string[] Arguments)> Without(Subscriptions others, int size) =>
        from topic in _topics
        let known = others._topics.GetValueOrDefault(topic.Key)
        from chunk in topic.Value.Where(a => known?.Contains(a) != true).Chunk(size)
        select (topic.Key, chunk);

    /// <summary>The topic's text of a batch.</summary>
    public static string Text(string prefix, string[] arguments) =>
        arguments is [""] ? prefix : $"{prefix}:{string.Join(',', arguments)}";
}
