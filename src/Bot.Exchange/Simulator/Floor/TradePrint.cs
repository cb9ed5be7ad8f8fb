using Bot.Trading.Market;

namespace Bot.Exchange.Simulator.Floor;

/// <summary>A public trade.</summary>
/// <param name="Id">Rising within the pair; also its sequence.</param>
/// <param name="TimeMs">Market time, Unix ms.</param>
/// <param name="Price">Quote per base.</param>
/// <param name="Size">Base quantity.</param>
/// <param name="TakerSide">Side of the taker.</param>
internal readonly record struct TradePrint(long Id, long TimeMs, decimal Price, decimal Size, Side TakerSide);

/// <summary>The last hundred trades of a pair.</summary>
internal sealed class TradeTape
{
    private const int Capacity = 100;

    private readonly TradePrint[] _ring = new TradePrint[Capacity];
    private long _count;

    /// <summary>Adds a trade.</summary>
    public void Add(in TradePrint trade) => _ring[_count++ % Capacity] = trade;

    /// <summary>The trades, oldest first.</summary>
    public IEnumerable<TradePrint> Read()
    {
        for (var i = Math.Max(0, _count - Capacity); i < _count; i++)
            yield return _ring[i % Capacity];
    }
}
