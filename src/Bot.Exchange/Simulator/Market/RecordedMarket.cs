using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>Which recorded trades and books to replay.</summary>
public sealed record RecordedMarketOptions
{
    /// <summary>A pair's own folder, named like the pair, or a folder of such folders.</summary>
    public required string Folder { get; init; }

    /// <summary>The pairs; null takes the first <see cref="Count"/> that have a recording.</summary>
    public IReadOnlyList<Symbol>? Symbols { get; init; }

    /// <summary>How many pairs, in the order of their names, when <see cref="Symbols"/> is null; null takes all.</summary>
    public int? Count { get; init; }

    /// <summary>True when a folder is a pair's own with recorded trades or books in it.</summary>
    public static bool IsOfPair(string folder) => Directory.Exists(folder) && RecordedPair.DayOf(folder) is not null;

    /// <summary>Adds what is wrong with the options themselves (not with the files) to a list.</summary>
    internal void AddFaults(ICollection<string> faults)
    {
        if (!Directory.Exists(Folder))
            faults.Add($"the folder of the recorded trades and books, {Folder}, does not exist");
        if (Symbols is { Count: 0 })
            faults.Add("the list of recorded pairs is empty");
        if (Count is <= 0)
            faults.Add($"{Count} recorded pairs were asked for");
    }
}

/// <summary>
/// Replays recorded trades, each with its side, and the recorded book. Users' orders trade against the recorded levels; what they take
/// is there again with the book's next change, for the recording does not know of them.
/// </summary>
public sealed class RecordedMarket : IMarketSource
{
    private readonly IReadOnlyList<RecordedPair> _pairs;

    private RecordedMarket(IReadOnlyList<RecordedPair> pairs)
    {
        _pairs = pairs;
        Listings = [.. pairs.Select(p => p.Listing)];
        StartMs = pairs.Min(p => p.FirstMs);
        EndMs = pairs.Max(p => p.LastMs) + 1;
    }

    /// <inheritdoc/>
    public IReadOnlyList<MarketListing> Listings { get; }

    /// <inheritdoc/>
    public CandleInterval Interval => CandleInterval.OneMinute;

    /// <inheritdoc/>
    public long StartMs { get; }

    /// <inheritdoc/>
    public long? EndMs { get; }

    /// <inheritdoc/>
    public long? NextTimeMs => _pairs.Min(p => p.NextMs) is < long.MaxValue and var next ? next : null;

    /// <summary>Reads the files.</summary>
    /// <exception cref="CandleFileException">There is no recording, or a file of it is damaged or malformed.</exception>
    public static RecordedMarket Open(RecordedMarketOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (RecordedMarketOptions.IsOfPair(options.Folder))
        {
            return RecordedPair.Open(options.Folder) is { } single
                ? new RecordedMarket([single])
                : throw new CandleFileException(options.Folder, 0, "the folder is not named like a pair, as in BTC-USDT");
        }
        var folders = options.Symbols?.Select(s => Path.Combine(options.Folder, s.Text)).ToList()
            ?? [.. Directory.EnumerateDirectories(options.Folder).Where(RecordedMarketOptions.IsOfPair)
                .Order(StringComparer.Ordinal).Take(options.Count ?? int.MaxValue)];
        var pairs = new List<RecordedPair>();
        foreach (var folder in folders)
        {
            pairs.Add((RecordedMarketOptions.IsOfPair(folder) ? RecordedPair.Open(folder) : null)
                ?? throw new CandleFileException(folder, 0, "there are no recorded trades or books of a pair"));
        }
        return pairs.Count > 0
            ? new RecordedMarket(pairs)
            : throw new CandleFileException(options.Folder, 0, "there are no recorded trades or books of any pair");
    }

    /// <summary>Nothing is known of the time before.</summary>
    public IEnumerable<Candle> History(int symbolIndex) => [];

    /// <inheritdoc/>
    public void TakeNext(IList<PricePoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (NextTimeMs is not { } next)
            return;
        for (var i = 0; i < _pairs.Count; i++)
            _pairs[i].Take(i, next, points);
    }

    /// <inheritdoc/>
    public void WakeOnArrival(Action wake)
    {
        // A recording always knows its next instant.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Everything was read at the start.
    }
}
