using Bot.Exchange.Books;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>What is followed of a live market.</summary>
public sealed record LiveMarketOptions
{
    /// <summary>The pairs; null for those in <see cref="QuoteCurrency"/> with the most volume.</summary>
    public IReadOnlyList<Symbol>? Symbols { get; init; }

    /// <summary>How many, when they are not named.</summary>
    public int Count { get; init; } = 10;

    /// <summary>Quote currency of pairs that are not named.</summary>
    public string QuoteCurrency { get; init; } = "USDT";

    /// <summary>Pairs that are followed besides, because an account has orders of them; closed to trading when they are listed no more.</summary>
    public IReadOnlyList<SymbolRules> Kept { get; init; } = [];

    /// <summary>Length of the candles.</summary>
    public CandleInterval Interval { get; init; } = CandleInterval.OneMinute;

    /// <summary>Depth of the books' snapshots; the full one needs an API key.</summary>
    public BookDepth Depth { get; init; } = BookDepth.Best100;
}

/// <summary>
/// A live exchange's public prices, volumes and order books as a market source: paper trading is the simulator's matching engine on them.
/// Takers meet the live book; resting orders are filled by what trades.
/// </summary>
public sealed class LiveMarket : IMarketSource, IMarketStreamListener
{
    private readonly object _gate = new();
    private readonly Queue<PricePoint> _points = new();
    private readonly Dictionary<Symbol, int> _index = [];
    private readonly List<IReadOnlyList<Candle>> _history = [];
    private readonly List<MarketListing> _listings = [];
    private readonly (long OpenMs, decimal Volume)[] _running;
    private readonly decimal?[] _last;
    private readonly LiveBooks _books;
    private readonly TimeProvider _clock;
    private IMarketStream? _stream;
    private IBookStream? _bookStream;
    private Action? _wake;

    private LiveMarket(IReadOnlyList<Quote> quotes, CandleInterval interval, TimeProvider clock)
    {
        _clock = clock;
        Interval = interval;
        StartMs = Now();
        _running = new (long, decimal)[quotes.Count];
        _last = new decimal?[quotes.Count];
        _books = new LiveBooks([.. quotes.Select(q => q.Rules)], i => Add(i, null, 0));
        foreach (var quote in quotes)
        {
            var index = _listings.Count;
            _index.Add(quote.Rules.Symbol, index);
            if (quote.Ticker is { } told)
                _books.Take(told.Ticker);
            _last[index] = quote.Ticker?.Ticker.Last is { } last && quote.Rules.FloorPrice(last) is > 0 and var price ? price : null;
            _listings.Add(new MarketListing(quote.Rules, _last[index], 0, _books.LadderOf(index)));
            _history.Add(quote.History);
        }
        PublicFees = quotes.Select(q => q.Ticker?.PublicFees).OfType<FeeRate>().ToDictionary(f => f.Symbol);
    }

    /// <summary>What an account of the lowest level pays on each pair, where the exchange tells it.</summary>
    public IReadOnlyDictionary<Symbol, FeeRate> PublicFees { get; }

    /// <inheritdoc/>
    public IReadOnlyList<MarketListing> Listings => _listings;

    /// <inheritdoc/>
    public CandleInterval Interval { get; }

    /// <inheritdoc/>
    public long StartMs { get; }

    /// <inheritdoc/>
    public long? EndMs => null;

    /// <inheritdoc/>
    public long? NextTimeMs
    {
        get
        {
            lock (_gate)
                return _points.TryPeek(out var point) ? point.TimeMs : null;
        }
    }

    /// <summary>Reads rules, last prices and history of the pairs, then follows them.</summary>
    /// <param name="options">What is followed.</param>
    /// <param name="exchange">Public data by REST.</param>
    /// <param name="streams">Prices by push.</param>
    /// <param name="books">Order books by push.</param>
    /// <param name="clock">The wall clock.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExchangeException">The exchange does not answer.</exception>
    /// <exception cref="FormatException">A named pair is not listed.</exception>
    public static async Task<LiveMarket> OpenAsync(
        LiveMarketOptions options, IMarketData exchange, IExchangeStreams streams, IBookStreams books, TimeProvider clock,
        CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(streams);
        ArgumentNullException.ThrowIfNull(books);
        ArgumentNullException.ThrowIfNull(clock);
        var listed = (await exchange.GetSymbolsAsync(cancel)).Required.ToDictionary(r => r.Symbol);
        var tickers = (await exchange.GetAllTickersAsync(cancel)).Required.ToDictionary(t => t.Ticker.Symbol);
        var quotes = new List<Quote>();
        var boundary = options.Interval.OpenTimeMs(clock.GetUtcNow().ToUnixTimeMilliseconds());
        foreach (var rules in Choose(options, listed, tickers))
        {
            var candles = listed.ContainsKey(rules.Symbol)
                ? (await exchange.GetCandlesAsync(
                    rules.Symbol, options.Interval, boundary - (1_500 * options.Interval.Milliseconds), boundary, cancel)).Required
                : [];
            quotes.Add(new Quote(rules, tickers.GetValueOrDefault(rules.Symbol), candles));
        }
        var market = new LiveMarket(quotes, options.Interval, clock);
        var followed = quotes.Select(q => q.Rules.Symbol).Where(listed.ContainsKey).ToList();
        market._stream = streams.OpenMarketStream(market);
        market._stream.SubscribeTickers(followed);
        market._stream.SubscribeCandles(followed, options.Interval);
        market._bookStream = books.OpenBookStream(market._books, options.Depth);
        market._bookStream.Subscribe(followed);
        return market;
    }

    private static IEnumerable<SymbolRules> Choose(
        LiveMarketOptions options, Dictionary<Symbol, SymbolRules> listed, Dictionary<Symbol, MarketTicker> tickers)
    {
        if (options.Symbols?.Where(s => !listed.ContainsKey(s)).ToList() is { Count: > 0 } unknown)
            throw new FormatException($"The exchange does not list {string.Join(", ", unknown)}.");
        var chosen = options.Symbols ?? [.. listed.Values
            .Where(r => r.QuoteCurrency == options.QuoteCurrency && r.EnableTrading && tickers.ContainsKey(r.Symbol))
            .OrderByDescending(r => tickers[r.Symbol].QuoteVolume24h ?? 0)
            .ThenBy(r => r.Symbol)
            .Take(options.Count)
            .Select(r => r.Symbol)
            .Order()];
        return chosen.Select(s => listed[s]).Concat(options.Kept
            .Where(k => !chosen.Contains(k.Symbol))
            .Select(k => listed.GetValueOrDefault(k.Symbol) ?? k with { EnableTrading = false }));
    }

    /// <inheritdoc/>
    public IEnumerable<Candle> History(int symbolIndex) =>
        _history[symbolIndex].Select(c => c with { Turnover = c.Turnover ?? c.Volume * c.Close });

    /// <inheritdoc/>
    public void TakeNext(IList<PricePoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        lock (_gate)
        {
            if (!_points.TryPeek(out var first))
                return;

            // One point a pair: of several that arrived within an instant the last price counts, with all their volume.
            var taken = new SortedDictionary<int, PricePoint>();
            while (_points.TryPeek(out var point) && point.TimeMs == first.TimeMs)
            {
                _points.Dequeue();
                taken[point.SymbolIndex] = taken.TryGetValue(point.SymbolIndex, out var earlier) ? point with { Volume = point.Volume + earlier.Volume } : point;
            }
            foreach (var point in taken.Values)
                points.Add(point);
        }
    }

    /// <inheritdoc/>
    public void WakeOnArrival(Action wake) => _wake = wake;

    /// <inheritdoc/>
    public void OnTicker(in Ticker ticker)
    {
        if (!_index.TryGetValue(ticker.Symbol, out var index))
            return;
        _books.Take(ticker);
        Add(index, ticker.Last, 0);
    }

    /// <inheritdoc/>
    public void OnCandle(Symbol symbol, CandleInterval interval, in Candle candle, long eventTimeMs)
    {
        if (interval != Interval || candle.Fault() is not null || !_index.TryGetValue(symbol, out var index))
            return;
        var (openMs, volume) = _running[index];

        // The first update tells a candle's volume from its start on: what was traded before we looked is not traded again here.
        var traded = openMs == candle.OpenTimeMs ? candle.Volume - volume : openMs == 0 ? 0 : candle.Volume;
        _running[index] = (candle.OpenTimeMs, candle.Volume);
        Add(index, candle.Close, Math.Max(0, traded));
    }

    /// <inheritdoc/>
    public void OnConnected()
    {
        // Prices are current again with the next frame.
    }

    /// <inheritdoc/>
    public void OnDisconnected(string reason)
    {
        // Nothing trades until the stream is back; what traded meanwhile must not be taken for a trade at the price of then.
        Array.Clear(_running);
        _books.ForgetTickers();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stream is not null)
            _ = _stream.DisposeAsync().AsTask();
        if (_bookStream is not null)
            _ = _bookStream.DisposeAsync().AsTask();
    }

    // Without a price the book alone has changed, and the last price stands.
    private void Add(int index, decimal? price, decimal volume)
    {
        var rules = _listings[index].Rules;
        lock (_gate)
        {
            if (price is { } told && rules.FloorPrice(told) is > 0 and var rounded)
                _last[index] = rounded;
            if (_last[index] is not { } last)
                return;
            _points.Enqueue(new PricePoint(index, Now(), last, rules.FloorSize(volume), 0, _books.LadderOf(index)));
        }
        _wake?.Invoke();
    }

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Quote(SymbolRules Rules, MarketTicker? Ticker, IReadOnlyList<Candle> History);
}
