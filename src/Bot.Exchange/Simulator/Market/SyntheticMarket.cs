using System.Globalization;
using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Market;

/// <summary>What the synthetic market is made of.</summary>
public sealed record SyntheticMarketOptions
{
    /// <summary>Number of pairs, BTC-USDT and ETH-USDT first.</summary>
    public int Pairs { get; init; } = 2;

    /// <summary>How long the market lives; null: without an end.</summary>
    public TimeSpan? Length { get; init; }

    /// <summary>How much history there is before the start.</summary>
    public TimeSpan History { get; init; } = TimeSpan.FromDays(4);

    /// <summary>Adds what is wrong to a list.</summary>
    internal void AddFaults(ICollection<string> faults)
    {
        if (Pairs is < 1 or > 1000)
            faults.Add($"the synthetic market has {Pairs} pairs, 1 to 1000 are possible");
        if (Length <= TimeSpan.Zero)
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"the synthetic market's length, {Length}, is not above zero"));
        if (History < TimeSpan.Zero || History > TimeSpan.FromDays(60))
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"the synthetic market's history, {History}, is not 0 to 60 days"));
    }
}

/// <summary>
/// A random market: pairs that follow a common factor more or less, each with its own moods and jumps, and thin books after a jump. A
/// pair's prices do not depend on how many other pairs there are.
/// </summary>
public sealed class SyntheticMarket : IMarketSource
{
    private const long StepMs = 1000;
    private const int HistoryStepSeconds = 10;
    private const long ThousandRoots = 3162;
    private const long Micro = 1_000_000;
    private const long Billion = 1_000_000_000;

    private readonly RandomWalk _factor;
    private readonly Walker[] _walkers;
    private long _nowMs;

    /// <summary>A market that begins at an instant.</summary>
    /// <param name="options">What it is made of.</param>
    /// <param name="seed">The same seed gives the same prices, counted from the start.</param>
    /// <param name="startMs">When it begins, Unix ms; cut to a whole minute.</param>
    public SyntheticMarket(SyntheticMarketOptions options, ulong seed, long startMs)
    {
        ArgumentNullException.ThrowIfNull(options);
        StartMs = Interval.OpenTimeMs(startMs);
        EndMs = options.Length is { } length ? StartMs + (long)length.TotalMilliseconds : null;
        _nowMs = StartMs;
        _factor = new RandomWalk(new SeededRandom(StableHash.Of(seed, "factor")), 60_000);
        _walkers = [.. SyntheticPair.Take(options.Pairs).Select(pair => new Walker(pair, seed))];
        WriteHistory(options.History);
        Listings = Array.ConvertAll(_walkers, w => new MarketListing(w.Rules, w.Price, w.Depth));
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
    public long? NextTimeMs => _nowMs < EndMs || EndMs is null ? _nowMs : null;

    /// <inheritdoc/>
    public IEnumerable<Candle> History(int symbolIndex) => _walkers[symbolIndex].History;

    /// <inheritdoc/>
    public void TakeNext(IList<PricePoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (NextTimeMs is null)
            return;
        var market = _factor.Move(1, 1000);
        for (var i = 0; i < _walkers.Length; i++)
        {
            if (_walkers[i].Step(market, 1, 1000, out var volume))
                points.Add(new PricePoint(i, _nowMs, _walkers[i].Price, volume, _walkers[i].Depth));
        }
        _nowMs += StepMs;
    }

    /// <inheritdoc/>
    public void WakeOnArrival(Action wake)
    {
        // A generated market never waits.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }

    private void WriteHistory(TimeSpan length)
    {
        var time = Interval.OpenTimeMs(StartMs - (long)length.TotalMilliseconds);
        for (; time < StartMs; time += HistoryStepSeconds * 1000)
        {
            var market = _factor.Move(HistoryStepSeconds, ThousandRoots);
            foreach (var walker in _walkers)
            {
                if (walker.Step(market, HistoryStepSeconds, ThousandRoots, out var volume))
                    walker.Remember(time, volume);
            }
        }
        foreach (var walker in _walkers)
            walker.CloseHistory();
    }

    private sealed class Walker
    {
        private readonly SyntheticPair _pair;
        private readonly SeededRandom _trades;
        private readonly RandomWalk _own;
        private readonly CandleBuilder _running = new(CandleInterval.OneMinute);
        private long _microTicks;
        private int _thinSeconds;

        public Walker(SyntheticPair pair, ulong seed)
        {
            _pair = pair;
            Rules = pair.Rules();
            var own = StableHash.Of(seed, pair.Base);
            _trades = new SeededRandom(own);
            _own = new RandomWalk(new SeededRandom(StableHash.Mix(own)), pair.OwnVolatility);
            _microTicks = pair.Price * Micro;
        }

        public SymbolRules Rules { get; }

        public List<Candle> History { get; } = [];

        public decimal Price => Math.Max(1, _microTicks / Micro) * Rules.PriceIncrement;

        public decimal Depth => Lots(_pair.TradeValue * (_thinSeconds > 0 ? 1 : 8)) * Rules.BaseIncrement / 4;

        public bool Step(long market, int seconds, long scale, out decimal volume)
        {
            var move = (market * _pair.BetaPercent / 100) + _own.Move(seconds, scale);
            _microTicks = Math.Max(Micro, _microTicks + (long)((Int128)_microTicks * move / Billion));
            _thinSeconds = _own.Jumped ? (int)_trades.Between(30, 180) : Math.Max(0, _thinSeconds - seconds);

            var value = _pair.TradeValue * seconds * _trades.Between(1, 100) * _trades.Between(1, 100) / 2500;
            var traded = _own.Jumped || _trades.Below(1000) < Math.Min(1000, _pair.TradesPerMille * seconds);
            volume = traded ? Math.Max(1, Lots(value)) * Rules.BaseIncrement : 0;
            return traded;
        }

        public void Remember(long timeMs, decimal volume)
        {
            if (_running.IsBefore(timeMs))
                History.Add(_running.Candle);
            _running.Add(timeMs, Price, volume);
        }

        public void CloseHistory()
        {
            if (!_running.IsEmpty)
                History.Add(_running.Candle);
        }

        private long Lots(long value) => (long)(value / (Price * Rules.BaseIncrement));
    }
}
