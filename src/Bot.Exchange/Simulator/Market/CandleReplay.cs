using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>Which recorded candles to replay.</summary>
public sealed record CandleReplayOptions
{
    /// <summary>Folder with one folder a pair, each with gzipped series: <c>BTC-USDT/1min.csv.gz</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>Length of the candles.</summary>
    public CandleInterval Interval { get; init; } = CandleInterval.OneMinute;

    /// <summary>
    /// Names another period of the same pairs: with <c>2021-2023</c> the files are <c>1hour_2021-2023.csv.gz</c>; null for the plain name.
    /// </summary>
    public string? Set { get; init; }

    /// <summary>The pairs; null takes the first <see cref="Count"/> that have a file.</summary>
    public IReadOnlyList<Symbol>? Symbols { get; init; }

    /// <summary>How many pairs, in the alphabetical order of their symbols, when <see cref="Symbols"/> is null; null takes all.</summary>
    public int? Count { get; init; }

    /// <summary>
    /// The replay begins with candles that open at or after this, Unix ms; what is before it is served as history. Null: the first candle.
    /// </summary>
    public long? FromMs { get; init; }

    /// <summary>The replay ends before candles that open at or after this, Unix ms. Null: the last candle.</summary>
    public long? ToMs { get; init; }

    /// <summary>Adds what is wrong with the options themselves (not with the files) to a list.</summary>
    internal void AddFaults(ICollection<string> faults)
    {
        if (string.IsNullOrWhiteSpace(Folder))
            faults.Add("the folder of the recorded candles is empty");
        else if (!Directory.Exists(Folder))
            faults.Add($"the folder of the recorded candles, {Folder}, does not exist");
        if (Symbols is { Count: 0 })
            faults.Add("the list of recorded pairs is empty");
        if (Count is <= 0)
            faults.Add($"{Count} recorded pairs were asked for");
        if (FromMs >= ToMs)
            faults.Add("the replay's end is not after its beginning");
    }
}

/// <summary>Replays recorded candles, each as up to four trades.</summary>
public sealed class CandleReplay : IMarketSource
{
    // A level of the background book holds a tenth of what trades in a minute; a quiet candle keeps a tenth of the usual book.
    private const decimal DepthShare = 0.1m;
    private const decimal QuietShare = 0.1m;

    private readonly Cursor[] _cursors;
    private readonly long _startMs;
    private readonly long _endMs;

    private CandleReplay(CandleInterval interval, Cursor[] cursors, long startMs, long endMs)
    {
        Interval = interval;
        _cursors = cursors;
        _startMs = startMs;
        _endMs = endMs;
        Listings = Array.ConvertAll(cursors, c => c.Listing);
    }

    /// <inheritdoc/>
    public IReadOnlyList<MarketListing> Listings { get; }

    /// <inheritdoc/>
    public CandleInterval Interval { get; }

    /// <inheritdoc/>
    public long StartMs => _startMs;

    /// <inheritdoc/>
    public long? EndMs => _endMs;

    /// <inheritdoc/>
    public long? NextTimeMs
    {
        get
        {
            var next = long.MaxValue;
            foreach (var cursor in _cursors)
                next = Math.Min(next, cursor.NextMs);
            return next == long.MaxValue ? null : next;
        }
    }

    /// <summary>Reads the files.</summary>
    /// <exception cref="CandleFileException">A file is missing, damaged or malformed, or no candle lies between the times.</exception>
    public static CandleReplay Open(CandleReplayOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var fileName = options.Set is { } set ? $"{options.Interval.Name}_{set}.csv.gz" : $"{options.Interval.Name}.csv.gz";
        var symbols = options.Symbols ?? FirstWithFile(options, fileName);
        var files = symbols.Select(s => CandleFile.Read(Path.Combine(options.Folder, s.Text, fileName), options.Interval)).ToList();

        var from = options.FromMs ?? files.Min(f => f.OpenTimeMs(0));
        var to = options.ToMs ?? files.Max(f => f.OpenTimeMs(f.Count - 1)) + options.Interval.Milliseconds;
        var cursors = new Cursor[files.Count];
        for (var i = 0; i < files.Count; i++)
            cursors[i] = new Cursor(symbols[i], files[i], from, to);
        if (cursors.All(c => c.NextMs == long.MaxValue))
            throw new CandleFileException(options.Folder, 0, $"no candle of {fileName} lies between {Utc(from)} and {Utc(to)}");
        return new CandleReplay(options.Interval, cursors, from, to);
    }

    /// <inheritdoc/>
    public IEnumerable<Candle> History(int symbolIndex) => _cursors[symbolIndex].History();

    /// <inheritdoc/>
    public void TakeNext(IList<PricePoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (NextTimeMs is not { } next)
            return;
        for (var i = 0; i < _cursors.Length; i++)
        {
            if (_cursors[i].NextMs == next)
                points.Add(_cursors[i].Take(i));
        }
    }

    /// <inheritdoc/>
    public void WakeOnArrival(Action wake)
    {
        // Recorded prices never arrive late.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The files were read whole.
    }

    private static List<Symbol> FirstWithFile(CandleReplayOptions options, string fileName)
    {
        if (!Directory.Exists(options.Folder))
            throw new CandleFileException(options.Folder, 0, "the folder does not exist");
        var symbols = Directory.EnumerateDirectories(options.Folder)
            .Where(folder => File.Exists(Path.Combine(folder, fileName)))
            .Select(folder => Symbol.TryParse(Path.GetFileName(folder), out var symbol) ? symbol : default)
            .Where(symbol => symbol != default)
            .Order()
            .Take(options.Count ?? int.MaxValue)
            .ToList();
        if (symbols.Count == 0 || symbols.Count < options.Count)
        {
            throw new CandleFileException(
                options.Folder, 0, $"{symbols.Count} pairs have a file {fileName}, {options.Count ?? 1} are needed");
        }
        return symbols;
    }

    private static string Utc(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm");

    private sealed class Cursor
    {
        private readonly CandleFile _file;
        private readonly PathPoint[] _points = new PathPoint[CandlePath.MaxPoints];
        private readonly int _first;
        private readonly int _end;
        private readonly decimal _lot;
        private readonly decimal _minuteShare;
        private readonly decimal _quietVolume;
        private int _row;
        private int _point;
        private int _count;
        private decimal _depth;

        public Cursor(Symbol symbol, CandleFile file, long fromMs, long toMs)
        {
            _file = file;
            _first = file.FirstAtOrAfter(fromMs);
            _end = file.FirstAtOrAfter(toMs);
            _row = _first - 1;
            var rules = DerivedRules.Of(symbol, file.PriceDecimals, file.VolumeDecimals, file[0].Open);
            _lot = rules.BaseIncrement;
            _minuteShare = DepthShare * 60_000m / file.Interval.Milliseconds;
            _quietVolume = file.MeanVolume * QuietShare;
            Listing = new MarketListing(rules, _first > 0 ? file[_first - 1].Close : null, file.MeanVolume * _minuteShare);
            NextCandle();
        }

        public MarketListing Listing { get; }

        public long NextMs { get; private set; }

        public IEnumerable<Candle> History()
        {
            for (var row = 0; row < _first; row++)
            {
                var candle = _file[row];
                yield return candle.Turnover is null
                    ? candle with { Turnover = CandlePath.Turnover(candle, _file.Interval.Milliseconds, _lot) }
                    : candle;
            }
        }

        public PricePoint Take(int symbolIndex)
        {
            ref readonly var point = ref _points[_point];
            var taken = new PricePoint(symbolIndex, point.TimeMs, point.Price, point.Volume, _depth);
            if (++_point < _count)
                NextMs = _points[_point].TimeMs;
            else
                NextCandle();
            return taken;
        }

        private void NextCandle()
        {
            _row++;
            _point = 0;
            if (_row >= _end)
            {
                NextMs = long.MaxValue;
                return;
            }
            var candle = _file[_row];
            _count = CandlePath.Write(candle, _file.Interval.Milliseconds, _lot, _points);
            _depth = Math.Max(candle.Volume, _quietVolume) * _minuteShare;
            NextMs = _points[0].TimeMs;
        }
    }
}
