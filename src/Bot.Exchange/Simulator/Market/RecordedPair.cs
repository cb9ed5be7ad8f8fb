using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>What a line of a recording tells.</summary>
internal enum TickKind
{
    /// <summary>How much rests at a price now.</summary>
    Level,

    /// <summary>The best prices of both sides.</summary>
    Best,

    /// <summary>A trade.</summary>
    Trade,
}

/// <summary>A line of a recording.</summary>
/// <param name="TimeNs">When it was received, Unix ns: the one clock that all files of a recording share.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="Id">The exchange's count of changes of the book; 0 for trades.</param>
/// <param name="Side">Side of a level; of a trade, who took.</param>
/// <param name="Price">Price of the trade or level, or the best bid.</param>
/// <param name="Size">Base quantity of it.</param>
/// <param name="AskPrice">The best ask; 0 for trades and levels.</param>
/// <param name="AskSize">Base quantity of it.</param>
internal readonly record struct Tick(
    long TimeNs, TickKind Kind, long Id, Side Side, decimal Price, decimal Size, decimal AskPrice = 0, decimal AskSize = 0)
{
    /// <summary>When it was received, Unix ms.</summary>
    public long TimeMs => TimeNs / 1_000_000;
}

/// <summary>
/// One pair's recorded trades and book: <c>trades-DAY</c>, <c>l2snapshot-DAY</c> with <c>l2updates-DAY</c>, and <c>bookticker-DAY</c> or
/// <c>ticker-DAY</c>, each <c>.csv.gz</c> and each of them optional, as long as there is a trade or a book.
/// </summary>
internal sealed class RecordedPair
{
    private static readonly string[] BestNames = ["bookticker", "ticker"];
    private static readonly string[] Kinds = ["trades", "l2snapshot", .. BestNames];

    private readonly List<Tick> _ticks = [];
    private readonly RecordedBook _book;
    private readonly bool _hasLevels;
    private readonly bool _hasBook;
    private decimal _price;
    private int _next;

    private RecordedPair(string folder, Symbol symbol, string day)
    {
        var snapshot = Read(folder, "l2snapshot", day, Levels);
        var begun = snapshot.Count > 0 ? snapshot.Max(t => t.Id) : 0;
        var changes = snapshot.Count == 0 ? [] : Read(folder, "l2updates", day, Levels).Where(t => t.Id > begun).ToList();
        var best = BestNames.SelectMany(name => Read(folder, name, day, Best)).ToList();
        var trades = Read(folder, "trades", day, Trades);
        _hasLevels = snapshot.Count > 0;
        _hasBook = _hasLevels || best.Count > 0;
        _ticks.AddRange(changes.Concat(best).Concat(trades).OrderBy(t => t.TimeNs));
        if (_ticks.Count == 0)
            throw new CandleFileException(folder, 0, $"there is no trade and no book of {day}");

        // The snapshot is the book from the first instant on: its first level, told again then, lets it be seen.
        if (_hasLevels)
            _ticks.Insert(0, snapshot[0] with { TimeNs = Math.Min(snapshot[0].TimeNs, _ticks[0].TimeNs) });
        var prices = _ticks.Concat(snapshot).SelectMany(t => new[] { t.Price, t.AskPrice });
        var sized = trades.Count > 0 ? trades : _hasLevels ? snapshot : best;
        var rules = DerivedRules.Of(symbol, prices.Max(p => p.Scale), sized.Max(t => t.Size.Scale), sized[0].Price);
        _book = new RecordedBook(rules);
        foreach (var level in snapshot)
            _book.Take(level, _hasLevels);
        _price = rules.FloorPrice(_book.Middle ?? sized[0].Price);
        Listing = new MarketListing(rules, _price, Math.Max(rules.BaseIncrement, sized.Sum(t => t.Size) / sized.Count));
    }

    /// <summary>The pair, its rules read off the recording.</summary>
    public MarketListing Listing { get; }

    /// <summary>When the first line was received, Unix ms.</summary>
    public long FirstMs => _ticks[0].TimeMs;

    /// <summary>When the last line was received, Unix ms.</summary>
    public long LastMs => _ticks[^1].TimeMs;

    /// <summary>When the next line was received, Unix ms; <see cref="long.MaxValue"/> behind the last.</summary>
    public long NextMs => _next < _ticks.Count ? _ticks[_next].TimeMs : long.MaxValue;

    /// <summary>Reads a pair's folder; of several days in it the first.</summary>
    /// <returns>Null when there is no recording of trades or books in the folder.</returns>
    /// <exception cref="CandleFileException">A file is damaged or malformed.</exception>
    public static RecordedPair? Open(string folder)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        return DayOf(folder) is { } day && Symbol.TryParse(name, out var symbol) ? new RecordedPair(folder, symbol, day) : null;
    }

    /// <summary>The first day that a folder has trades or books of; null when there is none.</summary>
    public static string? DayOf(string folder) => Kinds
        .SelectMany(kind => Directory.EnumerateFiles(folder, $"{kind}-*.csv.gz")
            .Select(file => Path.GetFileName(file)[(kind.Length + 1)..^".csv.gz".Length]))
        .Order(StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>Adds what happened in an instant: every trade, and the book when it changed.</summary>
    public void Take(int index, long timeMs, IList<PricePoint> points)
    {
        var isChanged = false;
        for (; NextMs == timeMs; _next++)
        {
            var tick = _ticks[_next];
            if (tick.Kind != TickKind.Trade)
            {
                _book.Take(tick, _hasLevels);
                isChanged = true;
                continue;
            }
            _price = tick.Price;
            points.Add(Point(index, timeMs, tick.Size, tick.Side));
            isChanged = false;
        }
        if (isChanged)
            points.Add(Point(index, timeMs, 0, null));
    }

    private PricePoint Point(int index, long timeMs, decimal volume, Side? side)
    {
        var rules = Listing.Rules;
        return new PricePoint(
            index, timeMs, _price, rules.FloorSize(volume), Listing.Depth, _hasBook ? _book.Ladder : null, side);
    }

    private static List<Tick> Read(string folder, string kind, string day, Func<RecordedTable, IEnumerable<Tick>> read)
    {
        var path = Path.Combine(folder, $"{kind}-{day}.csv.gz");
        if (!File.Exists(path))
            return [];
        using var table = new RecordedTable(path);
        return [.. read(table)];
    }

    private static IEnumerable<Tick> Levels(RecordedTable table)
    {
        var time = table.Column("recv_ns");
        var id = table.Column("final_update_id", "last_update_id", "sequence");
        var (side, price, size) = (table.Column("side"), table.Column("price"), table.Column("size"));
        while (table.Read())
        {
            yield return new Tick(
                table.Whole(time), TickKind.Level, table.Whole(id), table.IsFirst(side, "bid", "ask") ? Side.Buy : Side.Sell,
                table.Number(price), table.Number(size));
        }
    }

    private static IEnumerable<Tick> Best(RecordedTable table)
    {
        var (time, id) = (table.Column("recv_ns"), table.Column("update_id", "sequence"));
        var (bid, bidSize) = (table.Column("best_bid"), table.Column("best_bid_size"));
        var (ask, askSize) = (table.Column("best_ask"), table.Column("best_ask_size"));
        while (table.Read())
        {
            yield return new Tick(
                table.Whole(time), TickKind.Best, table.Whole(id), Side.Buy,
                table.Number(bid), table.Number(bidSize), table.Number(ask), table.Number(askSize));
        }
    }

    private static IEnumerable<Tick> Trades(RecordedTable table)
    {
        var time = table.Column("recv_ns", "time_ns");
        var (side, price, size) = (table.Column("side"), table.Column("price"), table.Column("size"));
        while (table.Read())
        {
            yield return new Tick(
                table.Whole(time), TickKind.Trade, 0, table.IsFirst(side, "buy", "sell") ? Side.Buy : Side.Sell,
                table.Number(price), table.Number(size));
        }
    }
}
