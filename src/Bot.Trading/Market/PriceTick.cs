namespace Bot.Trading.Market;

/// <summary>A price observation scaled to whole price increments, so that stop checks compare integers.</summary>
/// <param name="TimeMs">The exchange's event time, Unix ms.</param>
/// <param name="LastTicks">Last trade in price increments; 0 when unknown.</param>
/// <param name="BidTicks">Best bid in price increments; 0 when unknown.</param>
/// <param name="AskTicks">Best ask in price increments; 0 when unknown.</param>
public readonly record struct PriceTick(long TimeMs, long LastTicks, long BidTicks, long AskTicks);

/// <summary>Converts between exact prices and whole price increments.</summary>
public readonly struct PriceScale
{
    private readonly decimal _increment;

    /// <summary>A scale of one pair.</summary>
    /// <param name="priceIncrement">The pair's price increment, above zero.</param>
    public PriceScale(decimal priceIncrement)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(priceIncrement);
        _increment = priceIncrement;
    }

    /// <summary>Whole increments at or below the price.</summary>
    public long Floor(decimal price) => (long)Math.Floor(price / _increment);

    /// <summary>Whole increments at or above the price.</summary>
    public long Ceiling(decimal price) => (long)Math.Ceiling(price / _increment);

    /// <summary>The exact price of so many increments.</summary>
    public decimal Price(long ticks) => ticks * _increment;

    /// <summary>Scales a ticker; unknown prices become 0, which no check takes for a price.</summary>
    public PriceTick Tick(in Ticker ticker) => new(
        ticker.TimeMs,
        ticker.Last is { } last ? Floor(last) : 0,
        ticker.BestBid is { } bid ? Floor(bid) : 0,
        ticker.BestAsk is { } ask ? Ceiling(ask) : 0);
}
