using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>A market whose every price the test writes down.</summary>
internal sealed class TestMarket(params PricePoint[] points) : IMarketSource
{
    public const long Start = 1_700_000_040_000;

    private readonly Queue<PricePoint> _points = new(points);

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

    public IReadOnlyList<MarketListing> Listings { get; init; } = [new(Rules, 100m, 1m)];

    public CandleInterval Interval => CandleInterval.OneMinute;

    public long StartMs => Start;

    public long? EndMs { get; init; }

    public long? NextTimeMs => _points.TryPeek(out var next) ? next.TimeMs : null;

    public static PricePoint At(long afterMs, decimal price, decimal volume, decimal depth = 1m) =>
        new(0, Start + afterMs, price, volume, depth);

    public IEnumerable<Candle> History(int symbolIndex) => [];

    public void TakeNext(IList<PricePoint> points)
    {
        var next = NextTimeMs;
        while (_points.TryPeek(out var point) && point.TimeMs == next)
            points.Add(_points.Dequeue());
    }

    public void WakeOnArrival(Action wake)
    {
    }

    public void Dispose()
    {
    }
}
