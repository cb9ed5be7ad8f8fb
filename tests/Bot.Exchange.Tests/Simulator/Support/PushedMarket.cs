using Bot.Exchange.Simulator.Market;
using Bot.Trading.Market;

namespace Bot.Exchange.Tests.Simulator.Support;

/// <summary>A live market whose prices and books the test gives one by one: the real exchange of a paper exchange.</summary>
internal sealed class PushedMarket : IMarketSource
{
    private readonly object _gate = new();
    private readonly Queue<PricePoint> _points = new();
    private Action? _wake;

    public IReadOnlyList<MarketListing> Listings { get; init; } =
        [new(TestMarket.Rules, 100m, 1m, new DepthLadder([new(99.9m, 5m)], [new(100.1m, 5m)]))];

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

    /// <summary>The market trades, or only its book changes when the volume is 0.</summary>
    public void Push(decimal price, decimal volume, DepthLadder ladder)
    {
        lock (_gate)
            _points.Enqueue(new PricePoint(0, Now(), price, volume, 0, ladder));
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
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
}
