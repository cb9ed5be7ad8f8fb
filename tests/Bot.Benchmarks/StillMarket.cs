using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Benchmarks;

/// <summary>A market of one pair with one price at its beginning: what is measured is orders, not prices.</summary>
internal sealed class StillMarket : IMarketSource
{
    private bool _isTaken;

    public static readonly SymbolRules Rules = new()
    {
        Symbol = Symbol.Parse("BTC-USDT"),
        BaseCurrency = "BTC",
        QuoteCurrency = "USDT",
        FeeCurrency = "USDT",
        BaseIncrement = 0.00001m,
        QuoteIncrement = 0.01m,
        PriceIncrement = 0.1m,
        BaseMinSize = 0.00001m,
        BaseMaxSize = 1000m,
        QuoteMinSize = 0.1m,
        QuoteMaxSize = 10_000_000m,
        MinFunds = 0.1m,
        PriceLimitRate = 0.1m,
        EnableTrading = true,
    };

    public IReadOnlyList<MarketListing> Listings { get; } = [new(Rules, 50_000m, 1m)];

    public CandleInterval Interval => CandleInterval.OneMinute;

    public long StartMs => 1_700_000_040_000;

    public long? EndMs => null;

    public long? NextTimeMs => _isTaken ? null : StartMs;

    public IEnumerable<Candle> History(int symbolIndex) => [];

    public void TakeNext(IList<PricePoint> points)
    {
        // Deep enough for every order of a run.
        points.Add(new PricePoint(0, StartMs, 50_000m, 1m, 1_000m));
        _isTaken = true;
    }

    public void WakeOnArrival(Action wake)
    {
    }

    public void Dispose()
    {
    }
}
