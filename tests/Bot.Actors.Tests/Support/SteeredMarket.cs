using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Actors.Tests.Support;

/// <summary>A market on the wall clock whose trades the test makes one by one.</summary>
/// <param name="price">Price before the first trade.</param>
/// <param name="depth">Base quantity on a level of the book.</param>
internal sealed class SteeredMarket(decimal price, decimal depth) : IMarketSource
{
    private readonly Lock _gate = new();
    private readonly Queue<PricePoint> _points = new();
    private Action? _wake;

    public static readonly SymbolRules Rules = new()
    {
        Symbol = Symbol.Parse("BTC-USDT"),
        BaseCurrency = "BTC",
        QuoteCurrency = "USDT",
        FeeCurrency = "USDT",
        BaseIncrement = 0.0001m,
        QuoteIncrement = 0.01m,
        PriceIncrement = 0.1m,
        BaseMinSize = 0.001m,
        BaseMaxSize = 1000m,
        QuoteMinSize = 0.1m,
        QuoteMaxSize = 1_000_000m,
        MinFunds = 0.1m,
        PriceLimitRate = 0.1m,
        EnableTrading = true,
    };

    public IReadOnlyList<MarketListing> Listings { get; } = [new(Rules, price, depth)];

    public CandleInterval Interval => CandleInterval.OneMinute;

    public long StartMs { get; } = Now() - 1_000;

    public long? EndMs => null;

    public long? NextTimeMs
    {
        get
        {
            lock (_gate)
                return _points.TryPeek(out var next) ? next.TimeMs : null;
        }
    }

    /// <summary>The market trades at a price; the book moves around it.</summary>
    public void Trade(decimal at)
    {
        lock (_gate)
            _points.Enqueue(new PricePoint(0, Now(), at, 1m, depth));
        _wake?.Invoke();
    }

    public IEnumerable<Candle> History(int symbolIndex) => [];

    public void TakeNext(IList<PricePoint> points)
    {
        lock (_gate)
            points.Add(_points.Dequeue());
    }

    public void WakeOnArrival(Action wake) => _wake = wake;

    public void Dispose()
    {
        // Nothing is open.
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
