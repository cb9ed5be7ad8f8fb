namespace Bot.Trading.Market;

/// <summary>A candle as the exchange reports it: exact decimals, for storage and for simulation.</summary>
/// <param name="OpenTimeMs">Market time of the candle's start, Unix ms.</param>
/// <param name="Open">First trade, quote per base.</param>
/// <param name="High">Highest trade, quote per base.</param>
/// <param name="Low">Lowest trade, quote per base.</param>
/// <param name="Close">Last trade, quote per base.</param>
/// <param name="Volume">Traded base currency.</param>
/// <param name="Turnover">Traded quote currency; null where the source has none.</param>
public readonly record struct Candle(
    long OpenTimeMs, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume, decimal? Turnover)
{
    /// <summary>Says what is wrong with the candle's numbers, or null when they are consistent.</summary>
    public string? Fault() => this switch
    {
        { Low: <= 0 } => "a price is not above zero",
        _ when Low > Open || Low > Close || Low > High => "the low is above another price",
        _ when High < Open || High < Close => "the high is below another price",
        { Volume: < 0 } => "the volume is negative",
        { Turnover: < 0 } => "the turnover is negative",
        _ => null,
    };

    /// <summary>The same candle in doubles, as indicators and strategies read it.</summary>
    public Bar ToBar() => new(OpenTimeMs, (double)Open, (double)High, (double)Low, (double)Close, (double)Volume);
}

/// <summary>A closed candle in doubles: the input of indicators and strategies. Money never comes from here.</summary>
/// <param name="OpenTimeMs">Market time of the candle's start, Unix ms.</param>
/// <param name="Open">First trade, quote per base.</param>
/// <param name="High">Highest trade, quote per base.</param>
/// <param name="Low">Lowest trade, quote per base.</param>
/// <param name="Close">Last trade, quote per base.</param>
/// <param name="Volume">Traded base currency.</param>
public readonly record struct Bar(long OpenTimeMs, double Open, double High, double Low, double Close, double Volume);
