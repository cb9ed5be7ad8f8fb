using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>
/// Live public prices as a market source: paper trading is the simulator's matching engine on the real exchange's prices. The background
/// book is put up around the last price; its depth is estimated from the day's volume.
/// </summary>
public sealed class LiveMarket : IMarketSource, IMarketStreamListener
{
    // A level of the background book holds what trades in a few seconds of an average day.
    private const decimal DepthSeconds = 5m;
    private const decimal SecondsOfADay = 86_400m;

    private readonly object _gate = new();
    private readonly Queue<PricePoint> _points = new();
    private readonly Dictionary<Symbol, int> _index = [];
    private readonly List<IReadOnlyList<Candle>> _history = [];
    private readonly List<MarketListing> _listings = [];
    private readonly (long OpenMs, decimal Volume)[] _running;
    private readonly TimeProvider _clock;
    private IMarketStream? _stream;
    private Action? _wake;

    private LiveMarket(IReadOnlyList<Quote> quotes, CandleInterval interval, TimeProvider clock)
    {
        _clock = clock;
        Interval = interval;
        StartMs = Now();
        _running = new (long, decimal)[quotes.Count];
        foreach (var quote in quotes)
        {
            _index.Add(quote.Rules.Symbol, _listings.Count);
            var price = quote.Last ?? 0;
            var depth = price > 0 && quote.QuoteVolume > 0 ? quote.QuoteVolume.Value / price / SecondsOfADay * DepthSeconds : quote.Rules.BaseMinSize * 10;
            _listings.Add(new MarketListing(quote.Rules, quote.Last is { } last ? quote.Rules.FloorPrice(last) : null, depth));
            _history.Add(quote.History);
        }
    }

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
    /// <param name="exchange">Public data by REST.</param>
    /// <param name="streams">Public data by push.</param>
    /// <param name="symbols">The pairs; null for those in <paramref name="quoteCurrency"/> with the most volume.</param>
    /// <param name="count">How many, when they are not named.</param>
    /// <param name="quoteCurrency">Quote currency of pairs that are not named.</param>
    /// <param name="interval">Length of the candles.</param>
    /// <param name="clock">The wall clock.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExchangeException">The exchange does not answer.</exception>
    /// <exception cref="FormatException">A named pair is not listed.</exception>
    public static async Task<LiveMarket> OpenAsync(
        IMarketData exchange,
        IExchangeStreams streams,
        IReadOnlyList<Symbol>? symbols,
        int count,
        string quoteCurrency,
        CandleInterval interval,
        TimeProvider clock,
        CancellationToken cancel)
    {
        var rules = (await exchange.GetSymbolsAsync(cancel)).Required.ToDictionary(r => r.Symbol);
        var tickers = (await exchange.GetAllTickersAsync(cancel)).Required.ToDictionary(t => t.Ticker.Symbol);
        if (symbols?.Where(s => !rules.ContainsKey(s)).ToList() is { Count: > 0 } unknown)
            throw new FormatException($"The exchange does not list {string.Join(", ", unknown)}.");
        var chosen = symbols ?? [.. rules.Values
            .Where(r => r.QuoteCurrency == quoteCurrency && r.EnableTrading && tickers.ContainsKey(r.Symbol))
            .OrderByDescending(r => tickers[r.Symbol].QuoteVolume24h ?? 0)
            .ThenBy(r => r.Symbol)
            .Take(count)
            .Select(r => r.Symbol)
            .Order()];

        var quotes = new List<Quote>();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var boundary = interval.OpenTimeMs(now);
        foreach (var symbol in chosen)
        {
            var candles = (await exchange.GetCandlesAsync(symbol, interval, boundary - (1_500 * interval.Milliseconds), boundary, cancel)).Required;
            var ticker = tickers.GetValueOrDefault(symbol);
            quotes.Add(new Quote(rules[symbol], ticker?.Ticker.Last, ticker?.QuoteVolume24h, candles));
        }
        var market = new LiveMarket(quotes, interval, clock);
        market._stream = streams.OpenMarketStream(market);
        market._stream.SubscribeTickers([.. chosen]);
        market._stream.SubscribeCandles([.. chosen], interval);
        return market;
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
        if (ticker.Last is { } last)
            Add(ticker.Symbol, last, 0);
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
        Add(symbol, candle.Close, Math.Max(0, traded));
    }

    /// <inheritdoc/>
    public void OnConnected()
    {
        // Prices are current again with the next frame.
    }

    /// <inheritdoc/>
    public void OnDisconnected(string reason)
    {
        // The market stands still until the stream is back, and so do the paper orders.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stream is not null)
            _ = _stream.DisposeAsync().AsTask();
    }

    private void Add(Symbol symbol, decimal price, decimal volume)
    {
        if (!_index.TryGetValue(symbol, out var index))
            return;
        var listing = _listings[index];
        var rounded = listing.Rules.FloorPrice(price);
        if (rounded <= 0)
            return;
        lock (_gate)
            _points.Enqueue(new PricePoint(index, Now(), rounded, listing.Rules.FloorSize(volume), listing.Depth));
        _wake?.Invoke();
    }

    private long Now() => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Quote(SymbolRules Rules, decimal? Last, decimal? QuoteVolume, IReadOnlyList<Candle> History);
}
